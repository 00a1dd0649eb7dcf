/* Linux: route netlink (rtnetlink(7)) and, for waking up, a timer on the real-time clock
 * that is cancelled when that clock jumps, as it does on resume (timerfd_create(2)). */
#include "platform/netwatch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/deadline.h"
#include "platform/clock.h"

#define FAR_AHEAD_S (1ll << 32)

struct netwatch {
    int routes, timer; /* -1: the system gives none */
    struct clock_sleep sleep;
    uint64_t due; /* when to tell; NEVER: nothing to tell */
};

static void
arm(struct netwatch *w)
{
    struct itimerspec far = {.it_value = {.tv_sec = FAR_AHEAD_S}};

    if (w->timer >= 0)
        timerfd_settime(w->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far,
                        NULL);
}

struct netwatch *
netwatch_new(void)
{
    struct netwatch *w = xcalloc(1, sizeof(*w));
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                              RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                              RTMGRP_IPV6_ROUTE};

    w->due = NEVER;
    clock_slept(&w->sleep);
    w->routes =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (w->routes >= 0 &&
        bind(w->routes, (struct sockaddr *)&groups, sizeof(groups)) != 0) {
        close(w->routes);
        w->routes = -1;
    }
    w->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    arm(w);
    return w;
}

void
netwatch_free(struct netwatch *w)
{
    if (w == NULL)
        return;
    if (w->routes >= 0)
        close(w->routes);
    if (w->timer >= 0)
        close(w->timer);
    free(w);
}

void
netwatch_want(struct netwatch *w, struct loop *l)
{
    loop_want(l, w->routes, LOOP_READ);
    loop_want(l, w->timer, LOOP_READ);
}

static bool
matters(const struct nlmsghdr *h)
{
    switch (h->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR: return true;
    case RTM_NEWLINK:
    case RTM_DELLINK: {
        /* Wireless drivers report signal strength this way, with no flag changed. */
        const struct ifinfomsg *link = NLMSG_DATA(h);

        return h->nlmsg_len >= NLMSG_LENGTH(sizeof(*link)) && link->ifi_change != 0;
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
        const struct rtmsg *route = NLMSG_DATA(h);

        return h->nlmsg_len >= NLMSG_LENGTH(sizeof(*route)) &&
               !(route->rtm_flags & RTM_F_CLONED) && route->rtm_type == RTN_UNICAST;
    }
    default: return false;
    }
}

/* The kernel alone can send here; still, every length is looked at. */
static bool
read_routes(struct netwatch *w)
{
    union {
        struct nlmsghdr align;
        char bytes[8192];
    } part;
    bool changed = false;
    ssize_t n;

    while ((n = recv(w->routes, &part, sizeof(part), 0)) > 0) {
        unsigned left = (unsigned)n;

        for (const struct nlmsghdr *h = &part.align; NLMSG_OK(h, left);
             h = NLMSG_NEXT(h, left))
            changed = changed || matters(h);
    }
    return changed || (n < 0 && errno == ENOBUFS); /* some were lost: look */
}

bool
netwatch_changed(struct netwatch *w, struct loop *l, uint64_t now)
{
    if ((loop_got(l, w->routes) & LOOP_READ) && read_routes(w))
        w->due = sooner(w->due, now + NETWATCH_GATHER_MS);
    if (loop_got(l, w->timer) & LOOP_READ) {
        uint64_t times;

        (void)!read(w->timer, &times, sizeof(times));
        arm(w);
    }
    if (clock_slept(&w->sleep))
        w->due = sooner(w->due, now + NETWATCH_GATHER_MS);
    if (now < w->due)
        return false;
    w->due = NEVER;
    return true;
}

uint64_t
netwatch_deadline(const struct netwatch *w)
{
    return w->due;
}
