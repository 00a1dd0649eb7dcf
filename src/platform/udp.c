#include "platform/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "platform/sockaddr.h"

#define ECN_MASK 3
#define ECT_0    2
/* Datagrams longer than this need no room: they are dropped whole. */
#define CONTROL_LEN 256u

static void
set_option(int fd, int level, int name, int value)
{
    /* What a system doesn't know or refuses is done without. */
    (void)!setsockopt(fd, level, name, &value, sizeof(value));
}

static void
set_options_v4(int fd)
{
#ifdef IP_MTU_DISCOVER
    set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
#elif defined(IP_DONTFRAG)
    set_option(fd, IPPROTO_IP, IP_DONTFRAG, 0);
#endif
    set_option(fd, IPPROTO_IP, IP_TOS, ECT_0);
    set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
    set_option(fd, IPPROTO_IP, IP_RECVTTL, 1);
#ifdef IP_PKTINFO
    set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
#endif
}

static void
set_options_v6(int fd)
{
#ifdef IPV6_MTU_DISCOVER
    set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
#elif defined(IPV6_DONTFRAG)
    set_option(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 0);
#endif
    set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, ECT_0);
    set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    set_option(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/* A bound socket or -1 with errno. */
static int
open_family(const struct awl_addr *bind_to, bool dual, uint16_t low, uint16_t high)
{
    bool v6 = bind_to->family == AWL_IPV6;
    int fd =
        socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = EADDRINUSE;

    if (fd < 0)
        return -1;
    if (v6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !dual);
    for (uint32_t port = low; port <= high; port++) {
        struct sockaddr_storage sa;
        struct awl_addr a = *bind_to;
        socklen_t len;

        a.port = (uint16_t)port;
        len = sockaddr_put(&a, false, &sa);
        if (bind(fd, (struct sockaddr *)&sa, len) == 0) {
            if (v6)
                set_options_v6(fd);
            if (!v6 || dual) /* an IPv6 socket takes these too, for its IPv4 traffic */
                set_options_v4(fd);
            return fd;
        }
        error = errno;
        if (error != EADDRINUSE && error != EACCES)
            break; /* the address is at fault: no port will help */
    }
    close(fd);
    errno = error;
    return -1;
}

int
udp_open(struct udp *u, const struct awl_addr *bind_to, uint16_t low, uint16_t high)
{
    struct awl_addr any = {.family = AWL_IPV6};
    struct sockaddr_storage sa = {0};
    socklen_t len = sizeof(sa);
    const struct awl_addr *where = bind_to;

    u->fd = -1;
    u->dual = bind_to->family == AWL_NONE;
    if (u->dual)
        where = &any;
    u->fd = open_family(where, u->dual, low, high);
    if (u->fd < 0 && u->dual && errno != EADDRINUSE) { /* no IPv6 here */
        any.family = AWL_IPV4;
        u->dual = false;
        u->fd = open_family(&any, false, low, high);
    }
    if (u->fd < 0)
        return errno;
    u->family = where->family;
    if (getsockname(u->fd, (struct sockaddr *)&sa, &len) == 0) {
        struct awl_addr own = sockaddr_get((struct sockaddr *)&sa);

        u->port = own.port;
    }
    return 0;
}

void
udp_close(struct udp *u)
{
    if (u->fd >= 0)
        close(u->fd);
    u->fd = -1;
}

int
udp_port_test(uint16_t port)
{
    static const uint8_t families[] = {AWL_IPV4, AWL_IPV6};

    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        struct awl_addr any = {.family = families[i]};
        int fd = open_family(&any, false, port, port);

        if (fd >= 0)
            close(fd);
        else if (errno == EADDRINUSE || errno == EACCES)
            return errno;
    }
    return 0;
}

/* Systems deliver these as an int or as one byte. */
static int
control_int(const struct cmsghdr *c)
{
    int value = 0;

    if (c->cmsg_len >= CMSG_LEN(sizeof(value))) {
        memcpy(&value, CMSG_DATA(c), sizeof(value));
        return value;
    }
    return c->cmsg_len > CMSG_LEN(0) ? *CMSG_DATA(c) : 0;
}

static void
read_control(struct msghdr *m, struct awl_datagram *d)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == IPPROTO_IP) {
            if (c->cmsg_type == IP_TOS
#ifdef IP_RECVTOS /* BSD names the message after the option */
                || c->cmsg_type == IP_RECVTOS
#endif
            )
                d->ecn = control_int(c) & ECN_MASK;
            else if (c->cmsg_type == IP_TTL || c->cmsg_type == IP_RECVTTL)
                d->ttl = control_int(c) & 0xff;
#ifdef IP_PKTINFO
            else if (c->cmsg_type == IP_PKTINFO &&
                     c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
                struct in_pktinfo info;

                memcpy(&info, CMSG_DATA(c), sizeof(info));
                d->to = addr_make(bytes_of(&info.ipi_addr, 4), 0);
            }
#endif
        } else if (c->cmsg_level == IPPROTO_IPV6) {
            if (c->cmsg_type == IPV6_TCLASS) {
                d->ecn = control_int(c) & ECN_MASK;
            } else if (c->cmsg_type == IPV6_HOPLIMIT) {
                d->ttl = control_int(c) & 0xff;
            } else if (c->cmsg_type == IPV6_PKTINFO &&
                       c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
                struct in6_pktinfo info;

                memcpy(&info, CMSG_DATA(c), sizeof(info));
                d->to = addr_make(bytes_of(&info.ipi6_addr, 16), 0);
                if (d->to.family == AWL_IPV6 && addr_is_link_local(&d->to))
                    d->to.scope = info.ipi6_ifindex;
            }
        }
    }
}

bool
udp_receive(struct udp *u, struct awl_datagram *d)
{
    struct sockaddr_storage from;
    _Alignas(struct cmsghdr) uint8_t control[CONTROL_LEN];

    for (int tries = 0; tries < 16; tries++) {
        struct iovec part = {u->data, sizeof(u->data)};
        struct msghdr m = {.msg_name = &from,
                           .msg_namelen = sizeof(from),
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof(control)};
        ssize_t n = recvmsg(u->fd, &m, 0);

        if (n < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return false;
            continue; /* an error of an earlier send, or an interruption */
        }
        *d = (struct awl_datagram){.ttl = -1, .data = u->data, .len = (size_t)n};
        d->from = sockaddr_get((struct sockaddr *)&from);
        if ((m.msg_flags & MSG_TRUNC) || d->from.family == AWL_NONE)
            continue;
        read_control(&m, d);
        if (d->to.family != AWL_NONE)
            d->to.port = u->port;
        return true;
    }
    return false;
}

/* Room for three control messages: TTL, ECN, source. */
struct control {
    _Alignas(struct cmsghdr) uint8_t space[CONTROL_LEN];
    size_t len;
};

static void
control_add(struct control *c, int level, int type, const void *data, size_t len)
{
    struct cmsghdr *h = (struct cmsghdr *)(void *)(c->space + c->len);

    assert(c->len + CMSG_SPACE(len) <= sizeof(c->space));
    memset(h, 0, CMSG_SPACE(len));
    h->cmsg_level = level;
    h->cmsg_type = type;
    h->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(h), data, len);
    c->len += CMSG_SPACE(len);
}

/* On a dual-stack socket Linux takes the IPv4 messages for a v4-mapped peer; the IPv6
 * ones it passes over silently. */
static void
write_control(struct control *c, bool v4, const struct awl_addr *from, int ttl, int ecn)
{
    if (ttl > 0)
        control_add(c, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_HOPLIMIT, &ttl,
                    sizeof(ttl));
    if (ecn != ECT_0)
        control_add(c, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &ecn,
                    sizeof(ecn));
    if (from == NULL || from->family != (v4 ? AWL_IPV4 : AWL_IPV6))
        return;
    if (v4) {
#ifdef IP_PKTINFO
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, from->ip, 4);
        control_add(c, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
#endif
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = from->scope};

        memcpy(&info.ipi6_addr, from->ip, 16);
        control_add(c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    }
}

static int
send_with(struct udp *u, const struct awl_addr *to, const struct awl_addr *from, int ttl,
          int ecn, struct bytes data)
{
    struct sockaddr_storage sa;
    socklen_t len = sockaddr_put(to, u->family == AWL_IPV6, &sa);
    struct control control = {.len = 0};
    struct iovec part = {(void *)(uintptr_t)data.data, data.len};
    struct msghdr m = {
        .msg_name = &sa, .msg_namelen = len, .msg_iov = &part, .msg_iovlen = 1};

    write_control(&control, to->family == AWL_IPV4, from, ttl, ecn);
    if (control.len > 0) {
        m.msg_control = control.space;
        m.msg_controllen = control.len;
    }
    return sendmsg(u->fd, &m, 0) < 0 ? errno : 0;
}

int
udp_send(struct udp *u, const struct awl_addr *to, const struct awl_addr *from, int ttl,
         int ecn, struct bytes data)
{
    int error;

    if (u->fd < 0)
        return EBADF;
    if (to->family != u->family && !(u->dual && to->family == AWL_IPV4))
        return EAFNOSUPPORT;
    error = send_with(u, to, from, ttl, ecn, data);
    /* The address it was to come from is gone since: any other serves as well. */
    if (from != NULL && from->family != AWL_NONE &&
        (error == EADDRNOTAVAIL || error == EINVAL || error == ENODEV ||
         error == ENETUNREACH))
        error = send_with(u, to, NULL, ttl, ecn, data);
    /* A full queue is a full router: the datagram is lost, and nobody is told. */
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EINTR)
        error = 0;
    return error;
}
