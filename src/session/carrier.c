#include "session/carrier.h"
#include "session/early.h"
#include "transport/link.h"

#include <string.h>

enum {
    MOVED_AGAIN_MS = 3000,
    ECN_CAPABLE = 2,  /* RFC 3168: ECT(0); openers, which carry nothing, go without */
    PROBE_LONG = 640, /* the longest datagram of a probe, with all that may ride in it */
};

void
carrier_init(struct carrier *c, const struct carrier_config *config, uint64_t now)
{
    struct scout_found found[SCOUT_FOUND_MAX];
    struct punch_config punch;

    *c = (struct carrier){.log = config->paths.log};
    c->transport = transport_new(&config->transport, now);
    c->scout = config->taken != NULL ? config->taken : scout_new(&config->scout);
    punch = config->punch;
    punch.found = found;
    punch.found_count = scout_found(c->scout, found);
    c->punch = punch_new(&punch, now);
    c->paths = paths_new(&config->paths, now);
    if (!addr_is_loopback(&config->hops_to))
        c->hops_to = config->hops_to;
    c->hops_due = c->hops_to.family == AWL_IPV4 && !config->hops_asked;
    hello_exchange_init(&c->hello, config->paths.client, &config->hello);
    c->path_version = punch_message_version(c->punch) - 1;
}

void
carrier_free(struct carrier *c)
{
    transport_free(c->transport);
    punch_free(c->punch);
    paths_free(c->paths);
    scout_free(c->scout);
    buffer_free(&c->scratch);
}

uint64_t
carrier_features(const struct carrier *c)
{
    return hello_features(&c->hello);
}

static bool
peer_is_own(const struct carrier *c)
{
    return c->hello.peer == HELLO_PEER_OWN;
}

/* ---- in ---- */

static void
peer_found(struct carrier *c, uint64_t now)
{
    uint64_t features = carrier_features(c);
    bool own = peer_is_own(c);

    if (own)
        log_line(&c->log, LOG_INFO, "peer: %s, features 0x%llx", c->hello.theirs.agent,
                 (unsigned long long)features);
    else
        log_line(&c->log, LOG_INFO, "peer: stock mosh");
    paths_peer(c->paths, own, features, now);
    punch_peer(c->punch, own, (features & HELLO_PUNCH) != 0, now);
    if (own) {
        transport_peer_own(c->transport);
    } else { /* it has no use for candidates */
        scout_end(c->scout);
        c->hops_due = false;
    }
    if (features & HELLO_SPRAY)
        punch_may_search(c->punch);
}

void
carrier_receive(struct carrier *c, const struct path_ref *ref, int ttl, int ecn,
                struct bytes datagram, uint64_t now, struct carrier_heard *out)
{
    struct transport_result *r = &out->result;
    enum hello_peer before = c->hello.peer;
    struct punch_message m;

    *out = (struct carrier_heard){0};
    transport_receive(c->transport, datagram, ecn, now, r);
    if (r->error != 0 || r->replayed)
        return;
    if (r->instruction)
        hello_input(&c->hello, r->ack_num, r->hello);
    if (c->hello.peer != before) {
        out->peer_known = true;
        peer_found(c, now);
    }
    paths_heard(c->paths, ref, datagram.len, r->seq, r->fresh, now);
    if (ref->kind == PATH_UDP)
        punch_heard(c->punch, ref->socket, &ref->to, ttl, now);
    if (r->instruction && r->path.data != NULL && path_message_unpack(r->path, &m) == 0) {
        punch_message_input(c->punch, &m, now);
        paths_message(c->paths, ref, &m, now);
    }
}

void
carrier_socket(struct carrier *c, int socket, enum awl_family family, uint16_t port,
               uint64_t now)
{
    scout_socket(c->scout, socket, family, port, now);
}

bool
carrier_scouted(struct carrier *c, const struct awl_datagram *d, uint64_t now)
{
    return scout_input(c->scout, d->socket, &d->from, bytes_of(d->data, d->len), now);
}

void
carrier_news(struct carrier *c, const struct awl_news *news, uint64_t now)
{
    struct opener_hops hops;

    if (scout_news(c->scout, news, &hops, now))
        punch_hops(c->punch, &hops);
}

bool
carrier_network(struct carrier *c, const struct awl_addr *own, size_t count, uint64_t now)
{
    bool other = punch_network(c->punch, own, count, now);

    if (other) {
        scout_network(c->scout, now);
        c->hops_due = c->hops_to.family == AWL_IPV4 && !c->ended &&
                      c->hello.peer != HELLO_PEER_STOCK;
    }
    paths_network(c->paths, own, count, now);
    return other;
}

/* ---- out ---- */

/* What rides in every instruction from now on. */
static void
extra_update(struct carrier *c)
{
    uint32_t version = punch_message_version(c->punch);
    bool hello = hello_rides(&c->hello);
    bool path = hello_path_rides(&c->hello, c->punch);
    struct buffer *b = &c->scratch;
    size_t path_len;

    if (hello == c->hello_rides && path == c->path_rides &&
        (!path || version == c->path_version))
        return;
    c->hello_rides = hello;
    c->path_rides = path;
    c->path_version = version;
    buffer_clear(b);
    if (path)
        path_message_pack(punch_message(c->punch), b);
    path_len = b->len;
    if (hello)
        hello_pack(&c->hello.mine, b);
    transport_set_extra(c->transport, bytes_slice(buffer_bytes(b), 0, path_len),
                        bytes_slice(buffer_bytes(b), path_len, b->len));
}

static bool
ref_equal(const struct path_ref *a, const struct path_ref *b)
{
    return a->kind == b->kind && (a->kind == PATH_PIPE ||
                                  (a->socket == b->socket && addr_equal(&a->to, &b->to)));
}

static void
probe_add(struct carrier *c, const struct path_ref *ref, bool forced, size_t room)
{
    for (size_t i = 0; i < c->probes; i++)
        if (ref_equal(&c->probe[i].ref, ref)) {
            c->probe[i].forced |= forced;
            c->probe[i].room = MIN(c->probe[i].room, room);
            return;
        }
    if (c->probes < CARRIER_PROBES_MAX)
        c->probe[c->probes++] = (struct carrier_probe){*ref, forced, room};
}

/* What waits to be sent from a socket that is closed. */
static void
probes_drop(struct carrier *c, int socket)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->probes; i++)
        if (c->probe[i].ref.kind != PATH_UDP || c->probe[i].ref.socket != socket)
            c->probe[kept++] = c->probe[i];
    c->probes = kept;
    kept = 0;
    for (size_t i = 0; i < c->extras; i++)
        if (c->extra[i].kind != PATH_UDP || c->extra[i].socket != socket)
            c->extra[kept++] = c->extra[i];
    c->extras = kept;
}

/* Something sealed has to go there. Between own peers a payload of its own; to others the
 * next instruction, since a foreign fragment between two of one instruction would make
 * stock mosh lose it. */
static void
probe_want(struct carrier *c, const struct path_ref *ref, size_t room, uint64_t now)
{
    /* Before the first instruction there is nothing to fall between, so the very first
     * datagram can carry a challenge, and an open server has proved itself an RTT later.
     */
    if (peer_is_own(c) || (c->hello.client && !c->said)) {
        probe_add(c, ref, true, room);
        return;
    }
    for (size_t i = 0; i < c->extras; i++)
        if (ref_equal(&c->extra[i], ref))
            return;
    if (c->extras < CARRIER_EXTRA_MAX)
        c->extra[c->extras++] = *ref;
    transport_answer_soon(c->transport, now);
    c->tick_again = true;
}

static bool
copies_have(const struct carrier_copies *k, const struct path_ref *ref)
{
    for (size_t i = 0; i < k->count; i++)
        if (ref_equal(&k->ref[i], ref))
            return true;
    return false;
}

/* The payload goes where the session is, after those that only want to be tried: the
 * newest number belongs on the path that is to be answered. */
static void
payload_route(struct carrier *c, uint64_t now)
{
    struct carrier_copies *k = &c->copies;
    struct path_ref route[PATH_ROUTE_MAX];
    size_t n = paths_route(c->paths, c->payload.len + LINK_OVERHEAD, route, now);

    /* A stock server answers where the newest came from: what is tried goes there alone,
     * and the pipe has its turn an RTT later. */
    if (c->hello.peer == HELLO_PEER_STOCK && c->extras > 0)
        n = 0;
    *k = (struct carrier_copies){0};
    for (size_t i = 0; i < c->extras; i++) {
        bool routed = false;

        for (size_t j = 0; j < n; j++)
            routed |= ref_equal(&route[j], &c->extra[i]);
        if (!routed)
            k->ref[k->count++] = c->extra[i];
    }
    for (size_t j = 0; j < n; j++)
        if (!copies_have(k, &route[j]))
            k->ref[k->count++] = route[j];
}

static bool
copies_next(struct carrier *c, struct carrier_output *out, uint64_t now)
{
    struct carrier_copies *k = &c->copies;
    const struct path_ref *ref;
    size_t len;

    if (k->next == k->count || c->exhausted)
        return false;
    ref = &k->ref[k->next++];
    if (transport_seal(c->transport, c->payload, now, c->datagram, &len) != 0) {
        c->exhausted = true;
        return false;
    }
    paths_sent(c->paths, ref, len, now);
    if (ref->kind == PATH_UDP)
        punch_sent(c->punch, &ref->to, now);
    if (peer_is_own(c) && !k->probe)
        probe_add(c, ref, false, SIZE_MAX);
    *out = (struct carrier_output){.kind = CARRIER_SEND,
                                   .ref = *ref,
                                   .ecn = ref->kind == PATH_UDP ? ECN_CAPABLE : 0,
                                   .data = bytes_of(c->datagram, len)};
    return true;
}

/* Makes the payload of the next probe that has something to say. */
static bool
probe_next(struct carrier *c, uint64_t now)
{
    struct carrier_copies *k = &c->copies;

    while (c->probes > 0) {
        struct carrier_probe p = c->probe[0];
        struct punch_message m = *punch_message(c->punch);
        struct buffer *b = &c->scratch;
        size_t path_len;

        memmove(c->probe, c->probe + 1, --c->probes * sizeof(c->probe[0]));
        p.room = MIN(p.room, paths_room(c->paths, &p.ref));
        if (p.room < PATH_PROBE_MIN)
            continue;
        if (!paths_stamp(c->paths, &p.ref, p.forced, &m, now) && !p.forced)
            continue;
        if (!punch_unechoed(c->punch) || p.room < PROBE_LONG) {
            m.gen = 0; /* the peer has our candidates, or must wait for them */
            m.cands.count = 0;
        }
        buffer_clear(b);
        path_message_pack(&m, b);
        path_len = b->len;
        if (c->hello_rides) /* without it we would be taken for stock mosh */
            hello_pack(&c->hello.mine, b);
        transport_probe(c->transport, bytes_slice(buffer_bytes(b), 0, path_len),
                        bytes_slice(buffer_bytes(b), path_len, b->len), &c->payload);
        if (c->payload.len + LINK_OVERHEAD > p.room)
            continue;
        *k = (struct carrier_copies){.ref[0] = p.ref, .count = 1, .probe = true};
        return true;
    }
    return false;
}

/* True: there is something for the engine above. */
static bool
punch_output(struct carrier *c, const struct punch_output *p, struct carrier_output *out,
             uint64_t now)
{
    struct path_ref ref = {.kind = PATH_UDP, .socket = p->socket, .to = p->to};

    *out = (struct carrier_output){.ref = ref,
                                   .socket = p->socket,
                                   .family = p->family,
                                   .port = p->port,
                                   .direct = p->direct};
    switch (p->kind) {
    case PUNCH_OPENER:
        out->kind = CARRIER_SEND;
        out->ttl = p->ttl;
        return true;
    case PUNCH_PROBE: probe_want(c, &ref, SIZE_MAX, now); return false;
    case PUNCH_OPEN: out->kind = CARRIER_OPEN; return true;
    case PUNCH_CLOSE:
        scout_socket_closed(c->scout, p->socket);
        paths_socket_closed(c->paths, p->socket, now);
        probes_drop(c, p->socket);
        out->kind = CARRIER_CLOSE;
        return true;
    case PUNCH_ANSWER:
        transport_answer_soon(c->transport, now);
        c->tick_again = true;
        return false;
    case PUNCH_VERDICT: out->kind = CARRIER_VERDICT; return true;
    }
    return false;
}

static bool
paths_output(struct carrier *c, const struct paths_output *p, struct carrier_output *out,
             uint64_t now)
{
    *out = (struct carrier_output){.ref = p->ref, .dead = p->dead};
    switch (p->kind) {
    case PATHS_PROBE:
        probe_want(c, &p->ref, p->room, now);
        out->kind = CARRIER_ELICIT;
        return p->elicit;
    case PATHS_VALIDATED:
        if (p->ref.kind == PATH_UDP)
            punch_validated(c->punch, p->ref.socket, &p->ref.to, now);
        return false;
    case PATHS_MOVED:
        /* Copies on two paths overtake each other; that is no new path each time. */
        if (now - c->moved_at >= MOVED_AGAIN_MS) {
            transport_rtt_reset(c->transport, now);
        } else if (c->hello.client) {
            /* A client has chosen; what went the other way may not have arrived. */
            transport_answer_soon(c->transport, now);
            c->tick_again = true;
        }
        c->moved_at = now;
        transport_set_limit(c->transport, p->ref.to.family == AWL_IPV6
                                              ? TRANSPORT_LIMIT_V6
                                              : TRANSPORT_LIMIT_V4);
        out->kind = CARRIER_MOVED;
        return true;
    case PATHS_DOUBT:
        transport_answer_soon(c->transport, now);
        c->tick_again = true;
        return false;
    case PATHS_SILENT: punch_silent(c->punch, now); return false;
    case PATHS_LOST:
        scout_lost(c->scout, p->ref.socket, now);
        punch_lost(c->punch, now);
        return false;
    case PATHS_HANGUP: out->kind = CARRIER_HANGUP; return true;
    case PATHS_RECOVERED: out->kind = CARRIER_RECOVERED; return true;
    case PATHS_DIAL: out->kind = CARRIER_DIAL; return true;
    }
    return false;
}

/* A changed port says little until a second server was asked. */
static void
nat_tell(struct carrier *c)
{
    switch (scout_nat(c->scout, AWL_IPV4)) {
    case SCOUT_NAT_UNKNOWN:
    case SCOUT_NAT_PORT_CHANGED: break;
    case SCOUT_NAT_PORT_KEPT: punch_varies(c->punch, false); break;
    case SCOUT_NAT_VARIES: punch_varies(c->punch, true); break;
    }
}

/* True: there is something for the engine above. */
static bool
scout_output(struct carrier *c, const struct scout_output *s, struct carrier_output *out,
             uint64_t now)
{
    struct scout_found found[SCOUT_FOUND_MAX];

    *out = (struct carrier_output){
        .ref = {.kind = PATH_UDP, .socket = s->socket, .to = s->to, .from = s->from},
        .socket = s->socket,
        .family = s->family,
        .port = s->port,
        .data = s->data};
    switch (s->kind) {
    case SCOUT_SEND: out->kind = CARRIER_SEND; return true;
    case SCOUT_OPEN: out->kind = CARRIER_OPEN; return true;
    case SCOUT_CLOSE:
        punch_closed(c->punch, s->socket);
        if (!c->ended) /* or the path line would no longer tell what carried it */
            paths_socket_closed(c->paths, s->socket, now);
        out->kind = CARRIER_CLOSE;
        return true;
    case SCOUT_FOUND:
        punch_found(c->punch, found, scout_found(c->scout, found), now);
        nat_tell(c);
        return false;
    case SCOUT_MAP: out->kind = CARRIER_MAP; return true;
    case SCOUT_UNMAP: out->kind = CARRIER_UNMAP; return true;
    }
    return false;
}

static bool
scouting_next(struct carrier *c, struct carrier_output *out, uint64_t now)
{
    uint32_t gen = punch_message(c->punch)->gen;
    struct scout_output so;

    if (gen != c->scouted) {
        c->scouted = gen;
        scout_again(c->scout, now);
    }
    while (scout_next(c->scout, &so, now))
        if (scout_output(c, &so, out, now))
            return true;
    if (!c->hops_due)
        return false;
    c->hops_due = false;
    *out = (struct carrier_output){.kind = CARRIER_HOPS, .ref.to = c->hops_to};
    return true;
}

void
carrier_end(struct carrier *c)
{
    scout_end(c->scout);
    c->ended = true;
    c->hops_due = false;
}

bool
carrier_end_next(struct carrier *c, struct carrier_output *out, uint64_t now)
{
    return scouting_next(c, out, now);
}

void
carrier_tick(struct carrier *c, uint64_t now)
{
    struct paths_link link = {
        .unacked_since = transport_unacked_since(c->transport),
        .rto_ms = transport_rto(c->transport),
        .srtt_ms = (uint32_t)transport_rtt(c->transport),
        .heartbeat_ms = 3000,
    };

    scout_tick(c->scout, now);
    punch_rtt(c->punch, link.srtt_ms);
    punch_tick(c->punch, now);
    paths_link(c->paths, &link);
    paths_tick(c->paths, now);
    extra_update(c);
    c->tick_again = false;
    transport_tick(c->transport, now);
}

bool
carrier_next(struct carrier *c, struct carrier_output *out, uint64_t now)
{
    for (;;) {
        struct punch_output po;
        struct paths_output qo;

        if (copies_next(c, out, now))
            return true;
        if (c->exhausted)
            return false;
        if (scouting_next(c, out, now))
            return true;
        if (punch_next(c->punch, &po, now)) {
            if (punch_output(c, &po, out, now))
                return true;
            continue;
        }
        if (paths_next(c->paths, &qo, now)) {
            if (paths_output(c, &qo, out, now))
                return true;
            continue;
        }
        if (probe_next(c, now))
            continue;
        extra_update(c);
        if (c->tick_again) {
            c->tick_again = false;
            transport_tick(c->transport, now);
        }
        if (!transport_next(c->transport, &c->payload, now)) {
            c->extras = 0;
            return false;
        }
        c->said = true;
        hello_sent(&c->hello, transport_sent_num(c->transport), c->hello_rides,
                   c->path_rides);
        payload_route(c, now);
    }
}

uint64_t
carrier_deadline(const struct carrier *c)
{
    uint64_t d = transport_deadline(c->transport);

    d = sooner(d, punch_deadline(c->punch));
    d = sooner(d, scout_deadline(c->scout));
    return sooner(d, paths_deadline(c->paths));
}
