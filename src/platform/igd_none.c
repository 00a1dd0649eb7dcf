#include "platform/igd.h"

#include <errno.h>

void
igd_init(struct igd *g)
{
    *g = (struct igd){.child = {.in = -1, .out = -1, .err = -1}};
}

int
igd_start(struct igd *g, const struct awl_addr *router, const struct awl_addr *from,
          uint16_t port, uint64_t now)
{
    (void)g;
    (void)router;
    (void)from;
    (void)port;
    (void)now;
    return ENOSYS;
}

bool
igd_done(struct igd *g, uint64_t now)
{
    (void)g;
    (void)now;
    return true;
}

void
igd_remove(struct igd *g)
{
    (void)g;
}

void
igd_reap(struct igd *g)
{
    (void)g;
}

void
igd_free(struct igd *g)
{
    (void)g;
}
