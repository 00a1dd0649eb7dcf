#include "base/alloc.h"
#include "traversal/punch_state.h"
#include <stdlib.h>
#include <string.h>

static void
addrs_copy(struct awl_addr *to, size_t *count, const struct awl_addr *from, size_t n)
{
    *count = MIN(n, PUNCH_ADDRS_MAX);
    if (*count > 0)
        memcpy(to, from, *count * sizeof from[0]);
}

static bool
is_client(const struct punch *p)
{
    return p->config.role == GATHER_CLIENT;
}

static bool
is_own(const struct punch *p, const struct awl_addr *a)
{
    return addr_is_loopback(a) || gather_is_own(p->own, p->own_count, a);
}

/* ---- what we say ---- */

static uint16_t
client_port(const struct punch *p, int family)
{
    const struct sock *s = p->live[family];

    return s != NULL && s->state == SOCK_OPEN ? s->port : 0;
}

/* A client has several sockets, and what was seen of one that is given up is of no use.
 */
static bool
found_live(const struct punch *p, const struct scout_found *f)
{
    if (!is_client(p) || scout_owns(f->socket))
        return true;
    return p->live[family_index(f->cand.addr.family)] != NULL &&
           p->live[family_index(f->cand.addr.family)]->number == f->socket;
}

static void
gather_now(struct punch *p)
{
    struct candidate found[SCOUT_FOUND_MAX];
    struct gather_input in = {
        .role = p->config.role,
        .own = p->own,
        .own_count = p->own_count,
        .order = p->order,
        .ssh_client = p->config.ssh_client,
        .ssh_server = p->config.ssh_server,
        .proxied = p->config.proxied,
        .seen = p->seen_me,
        .explicit_ = p->config.explicit_,
        .no_host = p->config.no_host,
    };
    struct awl_addr dialled[CANDIDATES_MAX];

    in.found = found;
    for (size_t i = 0; i < p->found_count; i++)
        if (found_live(p, &p->found[i]))
            found[in.found_count++] = p->found[i].cand;
    if (is_client(p)) {
        in.port_v4 = client_port(p, 0);
        in.port_v6 = client_port(p, 1);
        in.dialled = p->dialled;
        in.dialled_count = p->dialled_count;
    } else {
        in.port_v4 = p->config.port;
        in.port_v6 = p->config.socket_v6 ? p->config.port : 0;
        in.dialled = dialled;
        for (size_t i = 0; i < p->peer_cands.count; i++)
            if (p->peer_cands.items[i].kind == CANDIDATE_DIALLED)
                dialled[in.dialled_count++] = p->peer_cands.items[i].addr;
    }
    gather(&in, &p->gathered);
}

void
punch_new_gen(struct punch *p)
{
    gather_now(p);
    p->gen++;
    p->echoed = false;
    /* Not at the next heartbeat, but now. The first one is said at once anyway. */
    if (p->gen > 1 && (is_client(p) || p->peer == PEER_OWN))
        p->answer = true;
    p->message.cands = p->gathered.set;
    p->version++;
    punch_refresh(p);
}

void
punch_refresh(struct punch *p)
{
    struct punch_message *m = &p->message;
    bool mute = p->peer == PEER_STOCK;
    struct awl_addr seen = p->seen_peer;
    uint32_t gen = mute ? 0 : p->gen;
    uint32_t keepalive = 0;

    punch_search_refresh(p);
    if (!is_client(p) && !p->config.no_punch && p->holes.ttl_s > 0)
        keepalive = HOLE_PERIOD_MS / 1000;
    if (m->gen == gen && m->gen_echo == p->peer_gen && addr_equal(&m->seen, &seen) &&
        m->unsolicited == p->unsolicited && m->opener_ttl == punch_ttl(p) &&
        m->keepalive_s == keepalive)
        return;
    m->gen = gen;
    m->gen_echo = p->peer_gen;
    m->seen = seen;
    m->unsolicited = p->unsolicited;
    m->opener_ttl = punch_ttl(p);
    m->keepalive_s = keepalive;
    p->version++;
}

bool
punch_mapped(const struct punch *p)
{
    for (size_t i = 0; i < p->found_count && !is_client(p); i++)
        if (p->found[i].cand.kind == CANDIDATE_MAPPED)
            return true;
    return false;
}

uint8_t
punch_ttl(const struct punch *p)
{
    /* Only the host's own filter is to be opened; an opener that passed our translator
     * would bind another port to the client, and answers would leave from that one. */
    if (punch_mapped(p))
        return 1;
    return opener_ttl(&p->routers, p->own, p->own_count, p->hops);
}

/* ---- targets and the timeline ---- */

void
punch_clear(struct punch *p)
{
    p->target_count = 0;
    p->shot_count = 0;
}

struct target *
punch_target(struct punch *p, const struct awl_addr *to, enum candidate_order order)
{
    for (size_t i = 0; i < p->target_count; i++)
        if (addr_equal(&p->targets[i].to, to))
            return &p->targets[i];
    if (p->target_count == CANDIDATES_MAX)
        return NULL;
    p->targets[p->target_count] = (struct target){*to, order, 0};
    return &p->targets[p->target_count++];
}

static void
shot_put(struct punch *p, const struct shot *s)
{
    if (p->shot_count < SHOTS_MAX)
        p->shots[p->shot_count++] = *s;
}

void
punch_opener(struct punch *p, int socket, const struct awl_addr *to, uint64_t at)
{
    struct shot s = {at, PUNCH_OPENER, socket, *to};

    /* Security: a stock client complains of anything shorter than 24 bytes, and an admin
     * may have forbidden openers. */
    if (!p->config.no_punch && p->peer != PEER_STOCK &&
        (is_client(p) || p->peer == PEER_OWN))
        shot_put(p, &s);
}

void
punch_answer(struct punch *p, int socket, const struct awl_addr *to, uint64_t at)
{
    struct shot s = {at, PUNCH_PROBE, socket, *to};

    shot_put(p, &s);
}

void
punch_closed(struct punch *p, int socket)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->shot_count; i++)
        if (p->shots[i].socket != socket)
            p->shots[kept++] = p->shots[i];
    p->shot_count = kept;
    holes_closed(&p->holes, socket);
}

void
punch_probe(struct punch *p, int socket, struct target *t, uint64_t at)
{
    struct shot s = {at, PUNCH_PROBE, socket, t->to};

    if (t->probes >= PUNCH_PROBES_MAX)
        return;
    t->probes++;
    shot_put(p, &s);
}

static bool
host_was_sent(const struct punch *p, const struct awl_addr *to)
{
    return gather_is_own(p->sent_hosts, MIN(p->sent_count, SENT_HOSTS), to);
}

static void
host_sent(struct punch *p, const struct awl_addr *to)
{
    if (to->family != AWL_NONE && !host_was_sent(p, to))
        p->sent_hosts[p->sent_count++ % SENT_HOSTS] = *to;
}

static void
found_copy(struct punch *p, const struct scout_found *found, size_t count)
{
    p->found_count = MIN(count, SCOUT_FOUND_MAX);
    if (p->found_count > 0)
        memcpy(p->found, found, p->found_count * sizeof found[0]);
}

/* ---- the verbs ---- */

struct punch *
punch_new(const struct punch_config *config, uint64_t now)
{
    struct punch *p = xcalloc(1, sizeof *p);

    p->config = *config;
    p->config.own = p->config.dialled = NULL;
    p->config.sockets = NULL;
    p->config.found = NULL;
    found_copy(p, config->found, config->found_count);
    p->routers = config->routers;
    addrs_copy(p->own, &p->own_count, config->own, config->own_count);
    addrs_copy(p->dialled, &p->dialled_count, config->dialled, config->dialled_count);
    p->acted = p->began = NEVER;
    p->start_at = p->new_port_at = p->give_up_at = p->retry_at = p->news_at = NEVER;
    p->search_at = p->search_end = NEVER;
    p->next_number = 1;
    p->next_search = PUNCH_SEARCH_SOCKET;
    p->pipe = config->pipe;
    p->peer_punches = true;
    p->holes.heard = now;
    if (is_client(p)) {
        p->holes.ttl_s = HOLE_TTL_DEFAULT_S;
        punch_client_begin(p, config->sockets, config->socket_count);
        punch_client_start(p, now);
    } else {
        p->holes.ttl_s = MIN(config->hole_ttl_s, HOLE_TTL_MAX_S);
        p->gen_at = now;
        punch_new_gen(p);
    }
    return p;
}

void
punch_free(struct punch *p)
{
    free(p);
}

void
punch_peer(struct punch *p, bool own, bool punches, uint64_t now)
{
    (void)now;
    p->peer = own ? PEER_OWN : PEER_STOCK;
    p->peer_punches = own && punches;
    if (!own) {
        punch_clear(p);
        if (is_client(p))
            punch_client_stop(p);
    }
    punch_refresh(p);
}

/* Is an address that others can reach in a but not in b? */
static bool
any_missing(const struct awl_addr *a, size_t a_count, const struct awl_addr *b,
            size_t b_count)
{
    for (size_t i = 0; i < a_count; i++)
        if (!addr_is_loopback(&a[i]) && !addr_is_link_local(&a[i]) &&
            !gather_is_own(b, b_count, &a[i]))
            return true;
    return false;
}

bool
punch_network(struct punch *p, const struct awl_addr *own, size_t count, uint64_t now)
{
    struct candidate_set before = p->gathered.set;
    bool moved;

    count = MIN(count, PUNCH_ADDRS_MAX);
    moved = any_missing(own, count, p->own, p->own_count) ||
            any_missing(p->own, p->own_count, own, count);
    addrs_copy(p->own, &p->own_count, own, count);
    if (moved) {
        p->hops = 0;
        memset(&p->routers, 0, sizeof p->routers);
    }
    if (is_client(p)) {
        punch_client_network(p, moved, now);
        return moved;
    }
    p->unsolicited = false;
    gather_now(p);
    if (candidate_set_equal(&before, &p->gathered.set))
        return moved;
    p->gen_at = now;
    punch_new_gen(p);
    if (p->peer_gen != 0) { /* our filters are other ones now: open again */
        p->pending_message.gen = p->peer_gen;
        p->pending_message.cands = p->peer_cands;
        p->pending = true;
    }
    return moved;
}

/* Does the set gathered hold what was not announced? What is gone is no news. */
static bool
anything_new(const struct punch *p)
{
    for (size_t i = 0; i < p->gathered.set.count; i++)
        if (candidate_set_find(&p->message.cands, &p->gathered.set.items[i].addr,
                               1u << p->gathered.set.items[i].kind) == NULL)
            return true;
    return false;
}

/* What was found is announced. */
static void
news(struct punch *p, uint64_t now)
{
    p->news_at = NEVER;
    gather_now(p);
    if (!anything_new(p))
        return;
    if (is_client(p)) {
        punch_client_found(p, now);
        return;
    }
    p->gen_at = now;
    punch_new_gen(p);
}

static bool
found_before(const struct punch *p, const struct scout_found *f)
{
    for (size_t i = 0; i < p->found_count; i++)
        if (p->found[i].socket == f->socket && p->found[i].cand.kind == f->cand.kind &&
            addr_equal(&p->found[i].cand.addr, &f->cand.addr))
            return true;
    return false;
}

void
punch_found(struct punch *p, const struct scout_found *found, size_t count, uint64_t now)
{
    uint64_t last = is_client(p) ? p->began : p->gen_at;
    bool fresh = false;

    count = MIN(count, SCOUT_FOUND_MAX);
    for (size_t i = 0; i < count; i++)
        fresh = fresh || (found_live(p, &found[i]) && !found_before(p, &found[i]));
    found_copy(p, found, count);
    if (fresh && last != NEVER) {
        /* As long as nobody has heard of a server, it repeats nothing. */
        p->news_at = !is_client(p) && p->peer == PEER_UNKNOWN
                         ? now
                         : MAX(now, last + PUNCH_GEN_PERIOD_MS);
        if (now >= p->news_at)
            news(p, now);
    }
    punch_refresh(p);
}

void
punch_dialled(struct punch *p, const struct awl_addr *dialled, size_t count, uint64_t now)
{
    addrs_copy(p->dialled, &p->dialled_count, dialled, count);
    punch_client_found(p, now);
}

void
punch_hops(struct punch *p, const struct opener_hops *hops)
{
    p->routers = *hops;
    punch_refresh(p);
}

static void
act(struct punch *p, uint64_t now)
{
    p->pending = false;
    p->acted = now;
    p->peer_gen = p->pending_message.gen;
    p->peer_cands = p->pending_message.cands;
    p->answer = true;
    if (is_client(p))
        punch_client_act(p, now);
    else
        punch_server_act(p, now);
}

/* When the pending generation may be acted on. */
static uint64_t
act_at(const struct punch *p)
{
    if (!p->pending)
        return NEVER;
    return p->acted == NEVER ? 0 : p->acted + PUNCH_GEN_PERIOD_MS;
}

void
punch_message_input(struct punch *p, const struct punch_message *m, uint64_t now)
{
    if (p->peer == PEER_STOCK || (m->gen != 0 && m->gen < p->peer_gen))
        return; /* a late one may say what is no longer true */
    if (candidate_usable(&m->seen))
        p->seen_me = m->seen;
    p->peer_unsolicited = p->peer_unsolicited || m->unsolicited;
    p->peer_varies = m->has_spray && m->spray.count == 0;
    if (m->gen > p->peer_gen && (!p->pending || m->gen > p->pending_message.gen)) {
        p->pending_message = *m;
        p->pending = true;
        if (act_at(p) <= now)
            act(p, now);
    }
    if (!p->echoed && p->gen != 0 && m->gen_echo == p->gen) {
        p->echoed = true;
        if (is_client(p))
            punch_client_echo(p, now);
        else
            punch_server_echo(p, now);
    }
    if (!is_client(p) && m->has_spray)
        punch_server_search(p, &m->spray, now);
    punch_refresh(p);
}

void
punch_heard(struct punch *p, int socket, const struct awl_addr *from, int ttl,
            uint64_t now)
{
    unsigned hops = opener_hops_away(ttl);

    (void)socket;
    if (is_own(p, from))
        return; /* the relay: while it carries the session, holes are kept for UDP */
    holes_heard(&p->holes, now);
    if (spray_busy(&p->spray) && addr_same_host(from, &p->spray.to))
        spray_stop(&p->spray); /* one guess was right */
    if (hops != 0)
        p->hops = hops;
    if (!addr_equal(from, &p->seen_peer)) {
        /* A host we had sent to may have got through our own filter's hole. */
        if (!host_was_sent(p, from))
            p->unsolicited = true;
        p->seen_peer = *from;
    }
    punch_refresh(p);
}

void
punch_validated(struct punch *p, int socket, const struct awl_addr *to, uint64_t now)
{
    if (!is_own(p, to))
        punch_search_won(p, socket, now);
    if (is_client(p))
        punch_client_validated(p, socket, to, now);
    if (!is_own(p, to) && p->peer == PEER_OWN && !p->config.no_punch)
        holes_validated(&p->holes, socket, to, now);
}

void
punch_sent(struct punch *p, const struct awl_addr *to, uint64_t now)
{
    holes_sent(&p->holes, to, now);
}

void
punch_rtt(struct punch *p, uint32_t rtt_ms)
{
    p->rtt = rtt_ms;
}

void
punch_tick(struct punch *p, uint64_t now)
{
    if (act_at(p) <= now) {
        act(p, now);
        punch_refresh(p);
    }
    if (now >= p->news_at)
        news(p, now);
    if (is_client(p))
        punch_client_tick(p, now);
    punch_search_tick(p, now);
}

static bool
sockets_next(struct punch *p, struct punch_output *out)
{
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        struct sock *s = &p->socks[i];

        out->socket = s->number;
        out->family = s->family;
        if (s->state == SOCK_CLOSING) {
            s->state = SOCK_NONE;
            punch_closed(p, s->number);
            out->kind = PUNCH_CLOSE;
            return true;
        }
        if (s->state == SOCK_WANTED) {
            s->state = SOCK_OPENING;
            out->kind = PUNCH_OPEN;
            out->port = p->config.port;
            return true;
        }
    }
    return false;
}

static bool
shots_next(struct punch *p, struct punch_output *out, uint64_t now)
{
    size_t first = 0;

    for (size_t i = 1; i < p->shot_count; i++)
        if (p->shots[i].at < p->shots[first].at)
            first = i;
    if (p->shot_count == 0 || p->shots[first].at > now)
        return false;
    out->kind = p->shots[first].kind;
    out->socket = p->shots[first].socket;
    out->to = p->shots[first].to;
    if (out->kind == PUNCH_OPENER)
        out->ttl = punch_ttl(p);
    p->shot_count--;
    memmove(&p->shots[first], &p->shots[first + 1],
            (p->shot_count - first) * sizeof p->shots[0]);
    return true;
}

bool
punch_next(struct punch *p, struct punch_output *out, uint64_t now)
{
    const struct hole *hole;

    *out = (struct punch_output){0};
    if (is_client(p) && sockets_next(p, out))
        return true;
    *out = (struct punch_output){0};
    if (p->verdict) {
        p->verdict = false;
        out->kind = PUNCH_VERDICT;
        out->direct = p->direct;
        out->socket = p->verdict_socket;
        out->to = p->verdict_to;
        return true;
    }
    if (shots_next(p, out, now) || punch_search_next(p, out, now)) {
        host_sent(p, &out->to);
        return true;
    }
    if (p->peer == PEER_OWN && (hole = holes_next(&p->holes, now)) != NULL) {
        out->kind = PUNCH_OPENER;
        out->socket = hole->socket;
        out->to = hole->to;
        out->ttl = punch_ttl(p);
        return true;
    }
    if (p->answer) {
        p->answer = false;
        out->kind = PUNCH_ANSWER;
        return true;
    }
    return false;
}

uint64_t
punch_deadline(const struct punch *p)
{
    uint64_t at = sooner(act_at(p), p->news_at);

    for (size_t i = 0; i < p->shot_count; i++)
        at = sooner(at, p->shots[i].at);
    at = sooner(at, punch_search_deadline(p));
    if (is_client(p))
        at = sooner(at, punch_client_deadline(p));
    return p->peer == PEER_OWN ? sooner(at, holes_deadline(&p->holes)) : at;
}

const struct punch_message *
punch_message(const struct punch *p)
{
    return &p->message;
}

uint32_t
punch_message_version(const struct punch *p)
{
    return p->version;
}

bool
punch_unechoed(const struct punch *p)
{
    return p->message.gen != 0 && !p->echoed;
}

void
punch_facts(const struct punch *p, struct punch_facts *out)
{
    bool v6 = p->seen_peer.family == AWL_IPV6 ||
              (p->seen_peer.family == AWL_NONE && p->dialled_count > 0 &&
               p->dialled[0].family == AWL_IPV6);
    const struct gathered *g = &p->gathered;

    *out = (struct punch_facts){
        .gen = p->gen,
        .trying = p->trying,
        .direct = p->direct,
        .order = p->order,
        .opener_ttl = punch_ttl(p),
        .own = v6 ? g->own_v6 : g->own_v4,
        .peer = v6 ? g->peer_v6 : g->peer_v4,
        .peer_unsolicited = p->peer_unsolicited,
        .peer_varies = p->peer_varies,
        .own_unsolicited = p->unsolicited,
        .seen = p->seen_me,
        .heard = p->seen_peer.family != AWL_NONE,
        .both_punch = !p->config.no_punch && p->peer_punches,
        .own_cands = p->message.cands.count,
        .peer_cands = p->peer_cands.count,
        .searched = p->found_by_search,
    };
    out->local_port =
        is_client(p) ? client_port(p, family_index(p->seen_me.family)) : p->config.port;
}
