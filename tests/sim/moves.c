#include "moves.h"

#include "base/deadline.h"

enum { SECOND = 1000 };

/* A server that drops what it did not ask for, and the client at home; the pipe as quick
 * as UDP. */
static void
begin(struct world *w, enum net_box client_box)
{
    struct net_site *server = &w->net.site[0], *home = &w->net.site[1];
    int delay = 1 + (int)net_dice(&w->net, 60);

    server->ip4 = server->out4 = net_ip("198.51.100.1");
    server->host_drops = true;
    home->box = client_box;
    home->out4 = net_ip("203.0.113.7");
    home->ip4 = net_translates(client_box) ? net_ip("192.168.1.20") : home->out4;
    for (int i = 0; i < NET_HOSTS; i++)
        w->net.link[i] = (struct net_link){.delay = delay};
    w->config.pipe_delay = delay;
    w->app.kind = APP_ECHO;
    world_start(w);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP");
}

static bool
settled(struct world *w)
{
    return world_keys_arrived(w) && world_screens_agree(w);
}

static bool
dialled(struct world *w)
{
    return w->dials > 0;
}

void
moves_same(struct world *w)
{
    uint64_t round, opened;

    w->config.keep_ssh = net_dice(&w->net, 2);
    begin(w, net_dice(&w->net, 2) ? NET_NAT : NET_OPEN);
    round = 2 * (uint64_t)w->net.link[0].delay;
    world_run(w, w->now + net_dice(&w->net, 40 * SECOND));
    opened = w->sockets[NET_CLIENT].count;
    for (int i = 0; i < 3; i++) {
        uint64_t sent = w->net.counts.sent[NET_CLIENT];

        world_move(w, w->net.at[NET_CLIENT]);
        world_run(w, w->now + 2 * SECOND);
        /* A word at once, challenges until the answer, the heartbeat. */
        if (w->net.counts.sent[NET_CLIENT] - sent > 5)
            world_fail(w, "%llu datagrams for an event that changed nothing",
                       (unsigned long long)(w->net.counts.sent[NET_CLIENT] - sent));
    }
    if (w->dials > 0 || w->sockets[NET_CLIENT].count != opened || !world_direct(w))
        world_fail(w, "events that changed nothing changed something");
    world_type(w, "x", 1);
    if (!world_until(w, settled, w->now + 5 * SECOND))
        world_fail(w, "not echoed");

    world_run(w, w->now + 40 * SECOND); /* the pipe is hung up, unless it is kept */
    w->net.link[NET_CLIENT].down = w->net.link[NET_SERVER].down = true;
    world_move(w, w->net.at[NET_CLIENT]);
    world_type(w, "x", 1);
    if (!w->config.keep_ssh &&
        !world_until(w, dialled, w->now + MAX(2 * round, 250u) + 50))
        world_fail(w, "no login where UDP was gone");
    if (!world_until(w, settled, w->now + (w->config.keep_ssh ? 0 : 600) + 1500))
        world_fail(w, "not echoed over ssh");
}

static bool
pipe_up(struct world *w)
{
    return w->ssh == SSH_UP && world_direct(w);
}

void
moves_kept(struct world *w)
{
    struct net_site *away = &w->net.site[2];
    uint64_t dials = 0;

    away->ip4 = away->out4 = net_ip("203.0.113.77");
    w->config.keep_ssh = true;
    begin(w, net_dice(&w->net, 2) ? NET_NAT : NET_OPEN);
    w->net.site[0].host_drops = net_dice(&w->net, 2);
    for (int i = 0; i < 4; i++) {
        world_run(w, w->now + net_dice(&w->net, 70 * SECOND));
        if (i == 2) { /* ssh alone */
            w->up.stalled = w->down.stalled = true;
            w->ssh_dead_at = w->now;
        } else {
            world_move(w, w->net.at[NET_CLIENT] == 1 ? 2 : 1);
        }
        world_type(w, "x", 1);
        world_run(w, w->now + 1);
        /* A login, its spacing from the one before, and what was waited for an open
         * server. */
        if (!world_until(w, pipe_up, w->now + 600 + 8 * SECOND))
            world_fail(w, "the pipe that is to be kept is not there again");
        if (w->dials - dials > 2)
            world_fail(w, "%llu logins for one pipe",
                       (unsigned long long)(w->dials - dials));
        dials = w->dials;
        if (!world_until(w, settled, w->now + 5 * SECOND))
            world_fail(w, "not echoed");
    }
}
