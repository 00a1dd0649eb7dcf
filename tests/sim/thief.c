#include "thief.h"

#include "base/addr.h"
#include "base/deadline.h"
#include "session/client.h"
#include "session/server.h"

enum { SECOND = 1000, SITE = 5, FACTOR = 3 };

static void
lay_out(struct world *w)
{
    w->net.site[0].ip4 = net_ip("198.51.100.1");
    w->net.site[1].ip4 = net_ip("203.0.113.7");
    w->net.site[SITE].ip4 = net_ip("192.0.2.66");
    for (int i = 0; i < NET_HOSTS; i++)
        w->net.link[i] = (struct net_link){.delay = 5 + (int)net_dice(&w->net, 60)};
}

static bool
arrived(struct world *w)
{
    return world_keys_arrived(w) && world_screens_agree(w);
}

/* Whether either side takes him for the other. */
static bool
believed(struct world *w)
{
    const struct awl_addr *his = &w->net.site[SITE].ip4;
    struct path_ref ref;

    return (paths_current(w->server->carrier.paths, &ref) &&
            addr_same_host(&ref.to, his)) ||
           (paths_current(w->client->carrier.paths, &ref) &&
            addr_same_host(&ref.to, his));
}

static void
type_on(struct world *w, unsigned keys)
{
    for (unsigned i = 0; i < keys && w->failed[0] == '\0'; i++) {
        world_type(w, "x", 1);
        world_run(w, w->now + 1 + net_dice(&w->net, 400));
        if (believed(w))
            world_fail(w, "the thief is taken for the other side");
        if (w->net.thief.got > FACTOR * w->net.thief.sent)
            world_fail(w, "%llu bytes to the thief for %llu from him",
                       (unsigned long long)w->net.thief.got,
                       (unsigned long long)w->net.thief.sent);
    }
}

void
thief_run(struct world *w)
{
    struct net_thief *thief = &w->net.thief;

    w->config.app = APP_ECHO;
    w->config.pipe = w->config.can_dial = net_dice(&w->net, 2);
    lay_out(w);
    world_start(w);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP");
    world_run(w, w->now + 2 * SECOND);
    thief->victim = net_dice(&w->net, 2) ? NET_CLIENT : NET_SERVER;
    thief->first = net_dice(&w->net, 2);
    thief->site = SITE;
    type_on(w, 20);
    if (!thief->first && thief->got > 0)
        world_fail(w, "a datagram that was heard already was answered");
    if (!world_until(w, arrived, w->now + 5 * SECOND))
        world_fail(w, "the thief's copies come %s: what was typed did not arrive",
                   thief->first ? "first" : "late");
    /* The last that is ever heard of the other side for a while comes from him. */
    thief->first = thief->swallows = true;
    type_on(w, 3);
    thief->site = 0;
    if (!world_until(w, arrived, w->now + 10 * SECOND))
        world_fail(w, "after the thief has gone, nothing arrives");
    if (believed(w))
        world_fail(w, "the thief is still taken for the other side");
}
