#include "families.h"

#include "base/deadline.h"

enum { SECOND = 1000, MOVED_WITHIN = 1500 };

static void
lay_out(struct world *w)
{
    static const enum net_box boxes[] = {NET_OPEN, NET_FIREWALL, NET_NAT};
    struct net_site *server = &w->net.site[0], *client = &w->net.site[1];

    server->ip4 = net_ip("198.51.100.1");
    server->ip6 = net_ip("2001:db8:5::20");
    server->box = boxes[net_dice(&w->net, 2)];
    server->host_drops = net_dice(&w->net, 3) > 0;
    client->out4 = net_ip("203.0.113.7");
    client->ip6 = net_ip("2001:db8:1::10");
    client->box = boxes[net_dice(&w->net, 3)];
    client->ip4 = net_translates(client->box) ? net_ip("192.168.1.20") : client->out4;
    for (int i = 0; i < NET_HOSTS; i++)
        w->net.link[i] = (struct net_link){.delay = 1 + (int)net_dice(&w->net, 80)};
}

static uint8_t
carrying(struct world *w)
{
    struct awl_client_facts facts;

    awl_client_facts(w->client, &facts);
    return facts.path.family;
}

static uint8_t
other(uint8_t family)
{
    return family == AWL_IPV4 ? AWL_IPV6 : AWL_IPV4;
}

static void
blocked_from_the_start(struct world *w)
{
    uint8_t blocked = net_dice(&w->net, 2) ? AWL_IPV4 : AWL_IPV6;

    w->net.site[1].no_udp = blocked;
    world_start(w);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP, with family %d blocked", blocked);
    else if (carrying(w) != other(blocked))
        world_fail(w, "family %d is blocked, and carries it", blocked);
}

static bool
moved(struct world *w)
{
    return carrying(w) == other(w->net.site[1].no_udp) && world_screens_agree(w);
}

/* What carries the session is blocked, after any time, and what was blocked before is not
 * any more: the other family has to be ready, without a login. */
static void
blocked_by_turns(struct world *w)
{
    unsigned round_trip = (unsigned)(w->net.link[0].delay + w->net.link[1].delay);

    world_start(w);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP");
    world_run(w, w->now + 3 * SECOND);
    w->ssh_blocked = true;
    for (uint32_t i = 1 + net_dice(&w->net, 3); i > 0 && w->failed[0] == '\0'; i--) {
        uint64_t rested = net_dice(&w->net, 2) ? net_dice(&w->net, 300 * SECOND) : 0;
        uint8_t family;

        world_run(w, w->now + rested);
        family = carrying(w);
        w->net.site[1].no_udp = family;
        world_type(w, "x", 1);
        if (!world_until(w, world_keys_arrived, w->now + MOVED_WITHIN + 2 * round_trip))
            world_fail(w, "family %d was blocked after %llu ms: nothing arrived", family,
                       (unsigned long long)rested);
        else if (!world_until(w, moved, w->now + 5 * SECOND))
            world_fail(w, "family %d is blocked: %d carries it, or the screens differ",
                       family, carrying(w));
    }
    if (w->dials > 0)
        world_fail(w, "ssh was dialled");
}

void
families_run(struct world *w)
{
    w->config.keep_ssh = net_dice(&w->net, 3) == 0;
    lay_out(w);
    if (net_dice(&w->net, 3) == 0)
        blocked_from_the_start(w);
    else
        blocked_by_turns(w);
}
