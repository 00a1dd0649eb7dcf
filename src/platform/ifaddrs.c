#include "platform/ifaddrs.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "platform/sockaddr.h"

size_t
ifaddrs_read(struct awl_addr out[AWL_ADDRS_MAX])
{
    struct ifaddrs *all;
    size_t count = 0;

    if (getifaddrs(&all) != 0)
        return 0;
    for (int local = 0; local <= 1; local++) {
        for (const struct ifaddrs *i = all; i != NULL && count < AWL_ADDRS_MAX;
             i = i->ifa_next) {
            struct awl_addr a;

            if (i->ifa_addr == NULL || !(i->ifa_flags & IFF_UP))
                continue;
            a = sockaddr_get(i->ifa_addr);
            if (a.family != AWL_NONE && !addr_is_loopback(&a) && !addr_is_any(&a) &&
                addr_is_link_local(&a) == (local == 1))
                out[count++] = a;
        }
    }
    freeifaddrs(all);
    return count;
}
