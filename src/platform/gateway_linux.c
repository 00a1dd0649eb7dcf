/* Linux: the kernel's own look-up, rtnetlink(7). */
#include "platform/gateway.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/addr.h"

/* The anycast addresses of PCP (RFC 7723): in nobody's network, and what is on the way to
 * them is whom to ask for a mapping. */
static const uint8_t world_v4[4] = {192, 0, 0, 9};
static const uint8_t world_v6[16] = {0x20, 0x01, 0, 1, [15] = 1};

struct question {
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr attr;
    uint8_t to[16];
};

static bool
ask(int fd, bool v6)
{
    size_t len = v6 ? sizeof(world_v6) : sizeof(world_v4);
    struct question q = {.head = {.nlmsg_type = RTM_GETROUTE,
                                  .nlmsg_flags = NLM_F_REQUEST,
                                  .nlmsg_seq = 1},
                         .route = {.rtm_family = v6 ? AF_INET6 : AF_INET,
                                   .rtm_dst_len = (unsigned char)(8 * len)},
                         .attr = {.rta_type = RTA_DST}};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

    q.attr.rta_len = (unsigned short)RTA_LENGTH(len);
    q.head.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(q.route)) + RTA_LENGTH(len));
    memcpy(q.to, v6 ? world_v6 : world_v4, len);
    return sendto(fd, &q, q.head.nlmsg_len, 0, (struct sockaddr *)&kernel,
                  sizeof(kernel)) >= 0;
}

static struct awl_addr
attr_addr(const struct rtattr *a, size_t len)
{
    if (RTA_PAYLOAD(a) != len)
        return (struct awl_addr){0};
    return addr_make(bytes_of(RTA_DATA(a), len), 0);
}

/* The kernel alone can answer; still, every length is looked at. */
static void
read_route(const struct nlmsghdr *h, bool v6, struct gateway *out)
{
    const struct rtmsg *route = NLMSG_DATA(h);
    size_t len = v6 ? 16 : 4;
    uint32_t interface = 0;
    int left;

    if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(*route)))
        return;
    left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*route)));
    for (const struct rtattr *a = RTM_RTA(route); RTA_OK(a, left);
         a = RTA_NEXT(a, left)) {
        if (a->rta_type == RTA_GATEWAY)
            out->router = attr_addr(a, len);
        else if (a->rta_type == RTA_PREFSRC)
            out->from = attr_addr(a, len);
        else if (a->rta_type == RTA_OIF && RTA_PAYLOAD(a) == sizeof(interface))
            memcpy(&interface, RTA_DATA(a), sizeof(interface));
    }
    if (out->router.family == AWL_IPV6 && addr_is_link_local(&out->router))
        out->router.scope = interface;
}

struct gateway
gateway_read(enum awl_family family)
{
    struct timeval patience = {.tv_usec = 200000};
    struct gateway found = {0};
    union {
        struct nlmsghdr align;
        char bytes[4096];
    } part;
    bool v6 = family == AWL_IPV6;
    ssize_t n;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0)
        return found;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (ask(fd, v6) && (n = recv(fd, &part, sizeof(part), 0)) > 0) {
        unsigned left = (unsigned)n;

        for (const struct nlmsghdr *h = &part.align; NLMSG_OK(h, left);
             h = NLMSG_NEXT(h, left))
            read_route(h, v6, &found);
    }
    close(fd);
    if (found.router.family == AWL_NONE || found.from.family == AWL_NONE)
        return (struct gateway){0};
    return found;
}
