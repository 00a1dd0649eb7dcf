#include "net.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "base/deadline.h"

/* Linux's connection tracking: 30 s until the flow has been answered and is 2 s old. */
enum { FLOW_ONE_WAY = 30000, FLOW_TWO_WAY = 120000, FLOW_YOUNG = 2000, TTL_DEFAULT = 64 };

struct net_event {
    uint64_t at, order;
    int to_site;
    bool local;
    struct net_arrival datagram;
};

void
net_init(struct net *n, uint64_t seed)
{
    *n = (struct net){.chance = {seed}, .hops = 6};
    n->at[NET_SERVER] = 0;
    n->at[NET_CLIENT] = 1;
    for (size_t i = 0; i < NET_SITES; i++)
        n->site[i].box_hop = 1;
}

void
net_free(struct net *n)
{
    for (size_t i = 0; i < n->queued; i++)
        free(n->queue[i]);
    free(n->queue);
}

struct awl_addr
net_ip(const char *text)
{
    struct awl_addr a;

    if (!addr_parse(bytes_str(text), 0, &a))
        abort();
    return a;
}

uint32_t
net_dice(struct net *n, uint32_t of)
{
    struct rng r = {rng_seeded_fill, &n->chance};

    return rng_below(&r, of);
}

static bool
happens(struct net *n, int thousandths)
{
    return thousandths > 0 && net_dice(n, 1000) < (uint32_t)thousandths;
}

/* ---- the heap of what is under way ---- */

static bool
sooner_than(const struct net_event *a, const struct net_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct net *n, size_t a, size_t b)
{
    struct net_event *e = n->queue[a];

    n->queue[a] = n->queue[b];
    n->queue[b] = e;
}

static void
queue_put(struct net *n, struct net_event *e)
{
    size_t i = n->queued;

    if (n->queued == n->queue_cap) {
        n->queue_cap = n->queue_cap ? n->queue_cap * 2 : 64;
        n->queue = xrealloc(n->queue, n->queue_cap, sizeof(struct net_event *));
    }
    e->order = n->order++;
    n->queue[n->queued++] = e;
    for (; i > 0 && sooner_than(n->queue[i], n->queue[(i - 1) / 2]); i = (i - 1) / 2)
        swap(n, i, (i - 1) / 2);
}

static struct net_event *
queue_take(struct net *n)
{
    struct net_event *e = n->queue[0];
    size_t i = 0;

    n->queue[0] = n->queue[--n->queued];
    for (;;) {
        size_t least = i, left = 2 * i + 1;

        if (left < n->queued && sooner_than(n->queue[left], n->queue[least]))
            least = left;
        if (left + 1 < n->queued && sooner_than(n->queue[left + 1], n->queue[least]))
            least = left + 1;
        if (least == i)
            return e;
        swap(n, i, least);
        i = least;
    }
}

/* ---- tables of flows ---- */

static bool
flow_alive(const struct net_flow *f, uint64_t now)
{
    bool settled = f->replied && f->used >= f->since + FLOW_YOUNG;

    return now - f->used < (uint64_t)(settled ? FLOW_TWO_WAY : FLOW_ONE_WAY);
}

static void
table_expire(struct net_table *t, uint64_t now)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->count; i++)
        if (flow_alive(&t->flow[i], now))
            t->flow[kept++] = t->flow[i];
    t->count = kept;
}

static struct net_flow *
table_out(struct net_table *t, const struct awl_addr *in, const struct awl_addr *peer)
{
    for (size_t i = 0; i < t->count; i++)
        if (!t->flow[i].own && addr_equal(&t->flow[i].in, in) &&
            addr_equal(&t->flow[i].peer, peer))
            return &t->flow[i];
    return NULL;
}

static struct net_flow *
table_in(struct net_table *t, const struct awl_addr *out, const struct awl_addr *peer)
{
    for (size_t i = 0; i < t->count; i++)
        if (addr_equal(&t->flow[i].out, out) && addr_equal(&t->flow[i].peer, peer))
            return &t->flow[i];
    return NULL;
}

static struct net_flow *
table_add(struct net_table *t, const struct net_flow *f)
{
    if (t->count == NET_FLOWS)
        memmove(t->flow, t->flow + 1, --t->count * sizeof(struct net_flow));
    t->flow[t->count] = *f;
    return &t->flow[t->count++];
}

bool
net_translates(enum net_box box)
{
    return box >= NET_NAT && box < NET_NO_UDP;
}

/* One of the two boxes of a site. */
struct layer {
    enum net_box box;
    struct awl_addr out4;
    uint16_t shift;
    int hop;
    struct net_table *table;
};

static size_t
layers(struct net_site *s, struct layer out[2])
{
    out[0] = (struct layer){s->box, s->out4, s->shift, s->box_hop, &s->table};
    out[1] =
        (struct layer){s->outer.box, s->outer.out4, 0, s->outer.hop, &s->outer.table};
    return s->outer.box == NET_OPEN ? 1 : 2;
}

struct awl_addr
net_outside(const struct net_site *s)
{
    if (net_translates(s->outer.box))
        return s->outer.out4;
    return net_translates(s->box) ? s->out4 : s->ip4;
}

enum { BLOCK_LOW = 20000, BLOCK_LEN = 512 };

static const struct net_flow *
table_same_inside(const struct net_table *t, const struct awl_addr *in)
{
    for (size_t i = 0; i < t->count; i++)
        if (!t->flow[i].own && addr_equal(&t->flow[i].in, in))
            return &t->flow[i];
    return NULL;
}

/* The port that a NAT gives a new flow. */
static void
port_give(struct net *n, struct layer *l, const struct awl_addr *from,
          const struct awl_addr *to, struct awl_addr *out)
{
    const struct net_flow *same = table_same_inside(l->table, from);
    uint16_t port = (uint16_t)(from->port + l->shift);
    bool random = l->box == NET_NAT_RANDOM || l->box == NET_NAT_BLOCK;

    *out = l->out4;
    out->port = port < 1024 ? (uint16_t)(port + 1024) : port;
    if (l->box == NET_NAT_OTHER) {
        random = same == NULL;
        if (same != NULL)
            out->port = same->out.port;
    }
    for (int i = 0; i < 1000 && (random || table_in(l->table, out, to)); i++) {
        random = false;
        out->port = l->box == NET_NAT_BLOCK
                        ? (uint16_t)(BLOCK_LOW + net_dice(n, BLOCK_LEN))
                        : (uint16_t)(1024 + net_dice(n, 64512));
    }
}

/* The source as the world sees it; false: dropped. */
static bool
box_out(struct net *n, struct layer *l, struct awl_addr *from, const struct awl_addr *to,
        uint64_t now)
{
    struct net_flow fresh = {
        .in = *from, .out = *from, .peer = *to, .used = now, .since = now};
    struct net_flow *f;

    if (l->box == NET_NO_UDP)
        return false;
    if (l->box == NET_OPEN)
        return true;
    table_expire(l->table, now);
    f = table_out(l->table, from, to);
    if (f == NULL) {
        if (net_translates(l->box) && from->family == AWL_IPV4)
            port_give(n, l, from, to, &fresh.out);
        f = table_add(l->table, &fresh);
    }
    f->used = now;
    *from = f->out;
    return true;
}

/* Translates the destination back; false: dropped. */
static bool
box_in(struct layer *l, const struct awl_addr *from, struct awl_addr *to, uint64_t now)
{
    struct net_flow *f;

    if (l->box == NET_NO_UDP)
        return false;
    if (l->box == NET_OPEN)
        return true;
    table_expire(l->table, now);
    f = table_in(l->table, to, from);
    if (f == NULL) {
        struct net_flow own = {
            .in = *to, .out = *to, .peer = *from, .used = now, .since = now, .own = true};

        if (l->box == NET_NAT_ACCEPTS && to->family == AWL_IPV4)
            table_add(l->table, &own);
        return false;
    }
    f->used = now;
    if (f->own)
        return false;
    f->replied = true;
    *to = f->in;
    return true;
}

/* The host's own firewall sees what leaves and lets in what answers. */
static void
host_out(struct net_table *t, const struct awl_addr *from, const struct awl_addr *to,
         uint64_t now)
{
    struct net_flow fresh = {.in = *from, .out = *from, .peer = *to, .since = now};
    struct net_flow *f;

    table_expire(t, now);
    f = table_out(t, from, to);
    if (f == NULL)
        f = table_add(t, &fresh);
    f->used = now;
}

static bool
host_in(struct net_table *t, const struct awl_addr *from, const struct awl_addr *to,
        uint64_t now)
{
    struct net_flow *f;

    table_expire(t, now);
    f = table_in(t, to, from);
    if (f == NULL)
        return false;
    f->used = now;
    f->replied = true;
    return true;
}

/* ---- the way of a datagram ---- */

static bool
site_has(const struct net_site *s, const struct awl_addr *a)
{
    struct awl_addr out = net_outside(s);

    if (a->family == AWL_IPV6)
        return s->ip6.family != AWL_NONE && addr_same_host(a, &s->ip6);
    return s->ip4.family != AWL_NONE && addr_same_host(a, &out);
}

size_t
net_addresses(const struct net *n, enum net_host host, struct awl_addr out[2])
{
    const struct net_site *s;
    size_t count = 0;

    if (n->at[host] < 0)
        return 0;
    s = &n->site[n->at[host]];
    if (s->ip4.family != AWL_NONE)
        out[count++] = s->ip4;
    if (s->ip6.family != AWL_NONE)
        out[count++] = s->ip6;
    return count;
}

static void
launch(struct net *n, const struct net_arrival *d, int to_site, bool local, uint64_t at)
{
    struct net_event *e = xmalloc(sizeof(*e));

    e->at = at;
    e->to_site = to_site;
    e->local = local;
    e->datagram = *d;
    queue_put(n, e);
}

static void
steal(struct net *n, const struct net_arrival *d, int to_site, uint64_t now)
{
    const struct net_link *l = &n->link[n->thief.victim];
    uint64_t slow = (uint64_t)l->delay + (uint64_t)l->jitter + 1;
    struct net_arrival copy = *d;

    copy.from = n->site[n->thief.site].ip4;
    copy.from.port = 4444;
    n->thief.sent += copy.len;
    launch(n, &copy, to_site, false, now + (n->thief.first ? 1 : slow));
}

static void
cross(struct net *n, const struct net_arrival *d, enum net_host sender, int to_site,
      uint64_t now)
{
    const struct net_link *l = &n->link[sender];
    int copies = happens(n, l->twice) ? 2 : 1;

    if (n->thief.site != 0 && n->thief.victim == sender && d->len > 0) {
        steal(n, d, to_site, now);
        if (n->thief.swallows)
            return;
    }
    if (l->down || happens(n, l->loss) || (l->mtu != 0 && d->len + 28 > l->mtu)) {
        n->counts.lost++;
        return;
    }
    for (int i = 0; i < copies; i++) {
        struct net_arrival copy = *d;
        uint64_t late = l->jitter > 0 ? net_dice(n, (uint32_t)l->jitter + 1) : 0;

        if (copy.ecn != 0 && happens(n, l->ce))
            copy.ecn = 3;
        launch(n, &copy, to_site, false, now + (uint64_t)l->delay + late);
    }
}

void
net_send(struct net *n, enum net_host host, struct awl_addr from, uint16_t port,
         const struct awl_addr *to, int ttl, int ecn, const uint8_t *data, size_t len,
         uint64_t now)
{
    struct net_site *s = n->at[host] < 0 ? NULL : &n->site[n->at[host]];
    struct layer box[2];
    size_t boxes;
    struct net_arrival d = {
        .host = host, .to = *to, .ttl = ttl ? ttl : TTL_DEFAULT, .ecn = ecn, .len = len};

    n->counts.sent[host]++;
    assert(len <= NET_DATAGRAM_MAX);
    if (len > 0)
        memcpy(d.data, data, len);
    if (addr_is_loopback(to)) {
        d.from = *to;
        d.from.port = port;
        launch(n, &d, -1, true, now);
        return;
    }
    if (s == NULL)
        return;
    d.from = to->family == AWL_IPV6 ? s->ip6 : s->ip4;
    if (from.family == to->family)
        d.from = from;
    d.from.port = port;
    if (d.from.family == AWL_NONE || d.from.family != to->family)
        return;
    if (addr_same_host(to, &s->ip4) || addr_same_host(to, &s->ip6)) {
        launch(n, &d, n->at[host], true, now);
        return;
    }
    if (s->no_udp == to->family) {
        n->counts.filtered++;
        return;
    }
    if (s->host_drops)
        host_out(&n->host_table[host], &d.from, to, now);
    boxes = layers(s, box);
    for (size_t i = 0; i < boxes; i++) {
        if (d.ttl <= box[i].hop) {
            n->counts.short_of_ttl++;
            return;
        }
        if (!box_out(n, &box[i], &d.from, to, now)) {
            n->counts.filtered++;
            return;
        }
    }
    d.ttl -= box[boxes - 1].hop + n->hops;
    for (int i = 0; i < (int)NET_SITES; i++)
        if (site_has(&n->site[i], to)) {
            d.host = host == NET_SERVER ? NET_CLIENT : NET_SERVER;
            cross(n, &d, host, i, now);
            return;
        }
}

/* The last part of the way, at the time of arrival. */
static bool
land(struct net *n, struct net_event *e, uint64_t now)
{
    struct net_arrival *d = &e->datagram;
    struct net_site *s;
    struct layer box[2];

    if (e->local)
        return !n->asleep[d->host];
    s = &n->site[e->to_site];
    if (d->ttl <= 0) {
        n->counts.short_of_ttl++;
        return false;
    }
    if (s->no_udp == d->to.family) {
        n->counts.filtered++;
        return false;
    }
    for (size_t i = layers(s, box); i-- > 0;) {
        if (!box_in(&box[i], &d->from, &d->to, now)) {
            n->counts.filtered++;
            return false;
        }
        d->ttl -= box[i].hop - (i > 0 ? box[0].hop : 0);
        if (d->ttl <= 0) {
            n->counts.short_of_ttl++;
            return false;
        }
    }
    if (n->thief.site != 0 && n->thief.site == e->to_site)
        n->thief.got += d->len;
    if (n->at[d->host] != e->to_site) {
        n->counts.short_of_ttl++;
        return false;
    }
    if (s->host_drops && !host_in(&n->host_table[d->host], &d->from, &d->to, now)) {
        n->counts.filtered++;
        return false;
    }
    return !n->asleep[d->host];
}

bool
net_next(struct net *n, struct net_arrival *out, uint64_t now)
{
    while (n->queued > 0 && n->queue[0]->at <= now) {
        struct net_event *e = queue_take(n);
        bool landed = land(n, e, now);

        if (landed) {
            n->counts.arrived[e->datagram.host]++;
            *out = e->datagram;
        }
        free(e);
        if (landed)
            return true;
    }
    return false;
}

uint64_t
net_deadline(const struct net *n)
{
    return n->queued > 0 ? n->queue[0]->at : NEVER;
}

void
net_forget(struct net *n, int site, bool shift)
{
    n->site[site].table.count = n->site[site].outer.table.count = 0;
    if (shift)
        n->site[site].shift = (uint16_t)(n->site[site].shift + 17);
}
