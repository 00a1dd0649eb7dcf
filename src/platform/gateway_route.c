/* BSD and macOS: the routing socket, route(4). */
#include "platform/gateway.h"

#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/addr.h"
#include "platform/sockaddr.h"

/* How addresses follow each other in a message: each system has its own rounding, and
 * some a macro for it. */
#if defined(SA_SIZE)
#define ROUNDED(sa) SA_SIZE(sa)
#elif defined(RT_ROUNDUP)
#define ROUNDED(sa) RT_ROUNDUP((sa)->sa_len)
#else
#define ROUNDED(sa)                                                                      \
    ((sa)->sa_len == 0 ? sizeof(uint32_t) : (((size_t)(sa)->sa_len + 3) & ~(size_t)3))
#endif

#define TRIES 32 /* messages of other askers that are passed over */

/* The anycast addresses of PCP (RFC 7723): in nobody's network, and what is on the way to
 * them is whom to ask for a mapping. */
static const uint8_t world_v4[4] = {192, 0, 0, 9};
static const uint8_t world_v6[16] = {0x20, 0x01, 0, 1, [15] = 1};

struct message {
    struct rt_msghdr head;
    uint8_t space[1024]; /* follows at once: no alignment of its own */
};

static bool
ask(int fd, bool v6)
{
    struct message m = {.head = {.rtm_version = RTM_VERSION,
                                 .rtm_type = RTM_GET,
                                 .rtm_addrs = RTA_DST | RTA_IFP | RTA_IFA,
                                 .rtm_seq = 1}};
    struct awl_addr to =
        addr_make(v6 ? bytes_of(world_v6, 16) : bytes_of(world_v4, 4), 0);
    struct sockaddr_storage sa;
    socklen_t len = sockaddr_put(&to, false, &sa);
    struct sockaddr none = {.sa_len = sizeof(none), .sa_family = AF_UNSPEC};
    size_t at = 0;

    ((struct sockaddr *)&sa)->sa_len = (uint8_t)len;
    memcpy(m.space, &sa, len);
    at += ROUNDED((struct sockaddr *)&sa);
    for (int i = 0; i < 2; i++) { /* room for the two that are wanted back */
        memcpy(m.space + at, &none, sizeof(none));
        at += ROUNDED(&none);
    }
    m.head.rtm_msglen = (unsigned short)(sizeof(m.head) + at);
    return write(fd, &m, m.head.rtm_msglen) >= 0;
}

/* Link-local addresses carry their interface inside, where others have zeros. */
static struct awl_addr
unscoped(struct awl_addr a)
{
    if (a.family != AWL_IPV6 || !addr_is_link_local(&a))
        return a;
    if (a.ip[2] != 0 || a.ip[3] != 0)
        a.scope = be16_get(a.ip + 2);
    a.ip[2] = a.ip[3] = 0;
    return a;
}

static void
read_answer(const struct message *m, size_t len, struct gateway *out)
{
    size_t at = 0;

    len = MIN(len, m->head.rtm_msglen) - sizeof(m->head);
    for (int bit = 1; bit <= RTA_IFA && at + 2 <= len; bit <<= 1) {
        struct sockaddr_storage whole = {0};
        const struct sockaddr *sa = (const struct sockaddr *)&whole;

        if (!(m->head.rtm_addrs & bit))
            continue;
        memcpy(&whole, m->space + at, MIN(len - at, sizeof(whole)));
        if (at + sa->sa_len > len)
            return;
        if (bit == RTA_GATEWAY && (m->head.rtm_flags & RTF_GATEWAY))
            out->router = unscoped(sockaddr_get(sa));
        else if (bit == RTA_IFA)
            out->from = unscoped(sockaddr_get(sa));
        at += ROUNDED(sa);
    }
}

struct gateway
gateway_read(enum awl_family family)
{
    struct timeval patience = {.tv_usec = 200000};
    struct gateway found = {0};
    struct message m;
    ssize_t n;
    int fd = socket(PF_ROUTE, SOCK_RAW, 0);

    if (fd < 0)
        return found;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (ask(fd, family == AWL_IPV6)) {
        for (int i = 0; i < TRIES && (n = read(fd, &m, sizeof(m))) > 0; i++) {
            if ((size_t)n < sizeof(m.head) || m.head.rtm_type != RTM_GET ||
                m.head.rtm_seq != 1 || m.head.rtm_pid != getpid())
                continue;
            read_answer(&m, (size_t)n, &found);
            break;
        }
    }
    close(fd);
    if (found.router.family != family || found.from.family != family)
        return (struct gateway){0};
    return found;
}
