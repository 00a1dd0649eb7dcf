/* BSD and macOS: the routing socket, route(4). */
#include "platform/netwatch.h"

#include <fcntl.h>
#include <net/route.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/deadline.h"
#include "platform/clock.h"

struct netwatch {
    int routes; /* -1: the system gives none */
    struct clock_sleep sleep;
    uint64_t due; /* when to tell; NEVER: nothing to tell */
};

struct netwatch *
netwatch_new(void)
{
    struct netwatch *w = xcalloc(1, sizeof(*w));

    w->due = NEVER;
    clock_slept(&w->sleep);
    w->routes = socket(PF_ROUTE, SOCK_RAW, 0);
    if (w->routes >= 0) {
        fcntl(w->routes, F_SETFD, FD_CLOEXEC);
        fcntl(w->routes, F_SETFL, O_NONBLOCK);
    }
    return w;
}

void
netwatch_free(struct netwatch *w)
{
    if (w == NULL)
        return;
    if (w->routes >= 0)
        close(w->routes);
    free(w);
}

void
netwatch_want(struct netwatch *w, struct loop *l)
{
    loop_want(l, w->routes, LOOP_READ);
}

/* Every message begins with length, version and type (struct rt_msghdr). */
static bool
read_routes(struct netwatch *w)
{
    unsigned char part[8192];
    bool changed = false;
    ssize_t n;

    while ((n = recv(w->routes, part, sizeof(part), 0)) > 3) {
        switch (part[3]) {
        case RTM_ADD:
        case RTM_DELETE:
        case RTM_CHANGE:
        case RTM_NEWADDR:
        case RTM_DELADDR:
        case RTM_IFINFO: changed = true; break;
        default: break;
        }
    }
    return changed;
}

bool
netwatch_changed(struct netwatch *w, struct loop *l, uint64_t now)
{
    if (((loop_got(l, w->routes) & LOOP_READ) && read_routes(w)) ||
        clock_slept(&w->sleep))
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
