#include "matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"

enum { SECOND = 1000, SEARCH_MS = 3500, DIRECT_MS = 9000, TALLY_MAX = 20000 };

static const struct kind {
    const char *name;
    enum net_box box, outer;
    bool host_drops;
} clients[] =
    {
        {"open", NET_OPEN, NET_OPEN, false},
        {"hostfw", NET_OPEN, NET_OPEN, true},
        {"nat", NET_NAT, NET_OPEN, false},
        {"nat-acc", NET_NAT_ACCEPTS, NET_OPEN, false},
        {"cgn", NET_NAT, NET_NAT, false},
        {"cgn-acc", NET_NAT_ACCEPTS, NET_NAT_ACCEPTS, false},
        {"sym", NET_NAT_RANDOM, NET_OPEN, false},
        {"udpblock", NET_NO_UDP, NET_OPEN, false},
},
  /* Nobody hears an ICMP error here, as sockets that are not connected never do: what
   * rejects is what drops. */
    servers[] = {
        {"open", NET_OPEN, NET_OPEN, false},
        {"hostdrop", NET_OPEN, NET_OPEN, true},
        {"hostrej", NET_OPEN, NET_OPEN, true},
        {"fwdrop", NET_FIREWALL, NET_OPEN, false},
        {"fwrej", NET_FIREWALL, NET_OPEN, false},
        {"nat22", NET_NAT, NET_OPEN, false},
        {"nat22-acc", NET_NAT_ACCEPTS, NET_OPEN, false},
        {"nat22-sym", NET_NAT_RANDOM, NET_OPEN, false},
};

/* By client and server, in the order of the above. */
static const struct row {
    const char *client;
    enum way { AT_ONCE, ORDER, SEARCH, PIPE } way[8];
} rows[] = {
#define ROW(client, ...) {client, {__VA_ARGS__}},
#include "../matrix/cells.def"
#undef ROW
};
static_assert(ARRAY_LEN(rows) == ARRAY_LEN(clients), "a row for each client");
static_assert(ARRAY_LEN(clients) * ARRAY_LEN(servers) == MATRIX_CELLS, "8 times 8");

/* Over all runs of the process. */
static struct {
    uint32_t ms[TALLY_MAX];
    size_t found, tried;
} tally;

static void
lay_out(struct net_site *s, const struct kind *k, const char *in, const char *between,
        const char *out)
{
    bool inner = net_translates(k->box), outer = net_translates(k->outer);

    s->box = k->box;
    s->host_drops = k->host_drops;
    s->ip4 = net_ip(inner || outer ? in : out);
    s->out4 = net_ip(outer ? between : out);
    s->outer.box = k->outer;
    s->outer.out4 = net_ip(out);
    s->outer.hop = 2;
}

/* A user who counts. */
static void
count(struct world *w, uint64_t until)
{
    while (w->now < until && w->failed[0] == '\0') {
        char text[24];
        int n = snprintf(text, sizeof(text), "%zu ", w->typed.len);

        world_type(w, text, (size_t)n);
        world_run(w, w->now + 100);
    }
}

static bool
settled(struct world *w)
{
    return world_keys_arrived(w) && world_screens_agree(w);
}

void
matrix_run(struct world *w)
{
    uint64_t cell = w->config.seed % MATRIX_CELLS, began, round;
    const struct kind *c = &clients[cell / ARRAY_LEN(servers)];
    const struct kind *s = &servers[cell % ARRAY_LEN(servers)];
    enum way way = rows[cell / ARRAY_LEN(servers)].way[cell % ARRAY_LEN(servers)];
    bool pipe = way == PIPE, search = way == SEARCH, at_once = way == AT_ONCE;
    int delay = 1 + (int)net_dice(&w->net, 60);

    if (strcmp(c->name, rows[cell / ARRAY_LEN(servers)].client) != 0)
        abort();
    lay_out(&w->net.site[0], s, "10.9.0.2", "100.64.9.2", "198.51.100.1");
    lay_out(&w->net.site[1], c, "192.168.1.20", "100.64.1.2", "203.0.113.7");
    for (int i = 0; i < NET_HOSTS; i++)
        w->net.link[i] = (struct net_link){.delay = delay};
    w->config.pipe_delay = delay;
    w->config.app = APP_ECHO;
    round = 2 * (uint64_t)delay;
    world_start(w);
    began = w->now;
    if (!world_until(w, world_first_state, began + round + 30) && w->failed[0] == '\0')
        world_fail(w, "%s x %s: no state in an RTT + 30 ms, RTT %d ms", c->name, s->name,
                   2 * delay);
    world_until(w, world_direct,
                began + (pipe || search ? SEARCH_MS + 6 * round
                         : at_once      ? round + 20
                                        : 2 * round + 60));
    if (search && tally.tried < TALLY_MAX) {
        if (world_direct(w))
            tally.ms[tally.found++] = (uint32_t)(w->now - began);
        else
            printf("# not found: %s x %s RTT %d seed %llu\n", c->name, s->name, 2 * delay,
                   (unsigned long long)w->config.seed);
        tally.tried++;
    } else if (world_direct(w) == pipe && w->failed[0] == '\0') {
        world_fail(w, "%s x %s: %s, RTT %d ms", c->name, s->name,
                   pipe      ? "direct, which cannot be"
                   : at_once ? "not direct in an RTT + 20 ms"
                             : "not direct in 2 RTT + 60 ms",
                   2 * delay);
    }
    count(w, w->now + 2 * SECOND);
    if (pipe)
        count(w, began + DIRECT_MS);
    if (!world_until(w, settled, w->now + 10 * SECOND) && w->failed[0] == '\0')
        world_fail(w, "%s x %s: of %zu bytes typed %zu arrived", c->name, s->name,
                   w->typed.len, w->app.input.len);
    if (pipe && world_direct(w))
        world_fail(w, "%s x %s: direct, which cannot be", c->name, s->name);
}

static int
compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

bool
matrix_tally(void)
{
    if (tally.tried == 0)
        return true;
    qsort(tally.ms, tally.found, sizeof(tally.ms[0]), compare);
    printf("# %zu of %zu searches found a way, median %u ms, worst %u ms\n", tally.found,
           tally.tried, tally.found > 0 ? tally.ms[tally.found / 2] : 0,
           tally.found > 0 ? tally.ms[tally.found - 1] : 0);
    return tally.found * 100 >= tally.tried * 95 && tally.ms[tally.found / 2] < SECOND;
}
