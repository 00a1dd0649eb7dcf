#include "platform/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

#include "base/addr.h"

struct awl_addr
sockaddr_get(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, sa, sizeof(v4));
        return addr_make(bytes_of(&v4.sin_addr, 4), ntohs(v4.sin_port));
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        struct awl_addr a;

        memcpy(&v6, sa, sizeof(v6));
        a = addr_make(bytes_of(&v6.sin6_addr, 16), ntohs(v6.sin6_port));
        if (addr_is_link_local(&a) && a.family == AWL_IPV6)
            a.scope = v6.sin6_scope_id;
        return a;
    }
    return (struct awl_addr){0};
}

socklen_t
sockaddr_put(const struct awl_addr *a, bool mapped, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (a->family == AWL_IPV4 && !mapped) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(a->port)};

        memcpy(&v4.sin_addr, a->ip, 4);
        memcpy(out, &v4, sizeof(v4));
        return sizeof(v4);
    }
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_scope_id = a->scope};

    if (a->family == AWL_IPV4) {
        v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
        memcpy(v6.sin6_addr.s6_addr + 12, a->ip, 4);
    } else {
        memcpy(&v6.sin6_addr, a->ip, 16);
    }
    memcpy(out, &v6, sizeof(v6));
    return sizeof(v6);
}
