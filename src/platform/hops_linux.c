/* Linux: IP_RECVERR and the error queue, ip(7). */
#include "platform/hops.h"

#include <time.h> /* which the next one forgets */

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "platform/sockaddr.h"

bool
hops_start(struct hops *h, const struct awl_addr *to, uint64_t now)
{
    int on = 1;

    *h = (struct hops){.fd = -1, .deadline = now + HOPS_WAIT_MS};
    if (to->family != AWL_IPV4)
        return false;
    h->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->fd < 0)
        return false;
    if (setsockopt(h->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) != 0) {
        hops_end(h);
        return false;
    }
    for (int ttl = 1; ttl <= (int)AWL_HOPS_MAX; ttl++) {
        struct awl_addr there = *to;
        struct sockaddr_storage sa;
        socklen_t len;

        /* The port comes back with the error and tells which one it was. */
        there.port = (uint16_t)(HOPS_PORT + (unsigned)ttl);
        len = sockaddr_put(&there, false, &sa);
        setsockopt(h->fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
        /* An error that has come already is told by the next send, once. */
        for (int tries = 0; tries < 3; tries++)
            if (sendto(h->fd, "", 0, 0, (struct sockaddr *)&sa, len) == 0)
                break;
    }
    return true;
}

static bool
read_error(struct hops *h)
{
    _Alignas(struct cmsghdr) uint8_t control[512];
    struct sockaddr_storage to;
    struct msghdr m = {.msg_name = &to,
                       .msg_namelen = sizeof(to),
                       .msg_control = control,
                       .msg_controllen = sizeof(control)};
    struct awl_addr asked;

    if (recvmsg(h->fd, &m, MSG_ERRQUEUE) < 0)
        return errno == EINTR;
    asked = sockaddr_get((struct sockaddr *)&to);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
        struct {
            struct sock_extended_err error;
            struct sockaddr_in offender;
        } e;

        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR ||
            c->cmsg_len < CMSG_LEN(sizeof(e)))
            continue;
        memcpy(&e, CMSG_DATA(c), sizeof(e));
        if (e.error.ee_origin == SO_EE_ORIGIN_ICMP &&
            e.error.ee_type == ICMP_TIME_EXCEEDED && asked.port > HOPS_PORT &&
            asked.port <= HOPS_PORT + AWL_HOPS_MAX) {
            struct awl_addr router = sockaddr_get((struct sockaddr *)&e.offender);

            router.port = 0;
            h->router[asked.port - HOPS_PORT - 1] = router;
        }
    }
    return true;
}

bool
hops_news(struct hops *h, uint64_t now)
{
    size_t found = 0;

    if (h->fd < 0)
        return false;
    while (read_error(h))
        ;
    for (size_t i = 0; i < AWL_HOPS_MAX; i++)
        found += h->router[i].family != AWL_NONE;
    if (found == AWL_HOPS_MAX || now >= h->deadline)
        hops_end(h);
    else if (found == h->told)
        return false;
    h->told = found;
    return true;
}

void
hops_end(struct hops *h)
{
    if (h->fd >= 0)
        close(h->fd);
    h->fd = -1;
}
