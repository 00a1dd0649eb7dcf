#include "session/path_ways.h"
#include "transport/transport.h"

#define FORGET_MS      10000u /* a good way that carries nothing is not good for ever */
#define PIPE_CHECK_MS  500u   /* or 2 RTT: a pipe after a network change */
#define PIPE_DOUBT_MS  2000u  /* or 2 RTO: a pipe that was asked to help and is silent */
#define EVENT_GRACE_MS 250u   /* or 2 RTT: same addresses, so perhaps nothing happened */
#define STOCK_PAUSE_MS 50u    /* or an RTT: pipe after UDP towards a stock server */

static const uint16_t stock_plan_s[] = {0, 1, 3, 10, 30, 60};

static struct way *
udp_best(const struct paths *p)
{
    struct way *best = NULL;

    for (size_t i = 0; i < PATHS_MAX; i++) {
        const struct way *w = &p->ways[i];

        if (way_udp_good(w) && (best == NULL || (w->rtt != 0 && w->rtt < best->rtt)))
            best = (struct way *)w;
    }
    return best;
}

/* There is none, and it would carry the session or is to be kept. */
static bool
pipe_missed(const struct paths *p)
{
    return p->pipe == NULL && (p->config.keep_ssh || udp_best(p) == NULL);
}

/* UDP works: a login that was about to begin is not needed. */
static void
recovered(struct paths *p)
{
    p->recovered = true;
    if (p->config.keep_ssh)
        return;
    p->dial_at = NEVER;
    p->dial = false;
}

/* Validated UDP, by RTT with hysteresis; else a suspect one that still carries; else the
 * pipe; else what carried it last. */
void
path_client_choose(struct paths *p, uint64_t now)
{
    struct way *best = udp_best(p), *cur = p->current;

    if (best != NULL) {
        if (cur == NULL || !way_udp_good(cur) ||
            (cur->rtt != 0 && best->rtt != 0 &&
             best->rtt + PATH_HYSTERESIS_MS < cur->rtt)) {
            way_carry(p, best, now);
            recovered(p);
        }
    } else if (cur != NULL && cur->ref.kind == PATH_UDP && cur->state == PATH_SUSPECT) {
        return;
    } else if (p->pipe != NULL) {
        way_carry(p, p->pipe, now);
    }
}

static void
pipe_gone(struct paths *p, uint64_t now)
{
    bool carried = p->pipe != NULL && p->current == p->pipe;

    if (p->pipe != NULL)
        way_drop(p, p->pipe);
    p->pipe_check_at = p->stock_at = p->stock_pipe_at = NEVER;
    path_client_choose(p, now);
    if (carried && p->current == NULL) {
        /* As plain mosh: on to the address that is most likely to answer. */
        for (size_t i = 0; i < PATHS_MAX; i++)
            if (p->ways[i].used && (p->ways[i].validated || p->ways[i].target))
                way_plan_start(&p->ways[i], &way_doubt_plan, now);
    }
}

static void
pipe_hangup(struct paths *p, bool dead, uint64_t now)
{
    p->hangup = true;
    p->hangup_dead = dead;
    pipe_gone(p, now);
    if (dead && pipe_missed(p))
        p->dial_at = now;
}

void
path_client_pipe_up(struct paths *p, uint64_t now)
{
    struct path_ref ref = {.kind = PATH_PIPE};

    if (p->pipe == NULL)
        p->pipe = way_get(p, &ref, now);
    p->pipe->validated = p->pipe->said = true;
    p->pipe->heard = MAX(now, 1); /* its start-up line is as good as a datagram */
    way_set(p, p->pipe, PATH_GOOD, now);
    p->dial_at = NEVER;
    p->dial = false;
    p->calm_since = now;
    path_client_choose(p, now);
    if (p->peer == PEER_STOCK && udp_best(p) == NULL) {
        p->stock_at = now;
        p->stock_step = 0;
    }
}

void
path_client_pipe_down(struct paths *p, uint64_t now)
{
    pipe_gone(p, now);
    if (pipe_missed(p))
        p->dial_at = now;
}

/* The peer was told apart; where nothing has to be proved, what was heard is good. */
void
path_client_peer(struct paths *p, uint64_t now)
{
    for (size_t i = 0; i < PATHS_MAX && !ways_validate(p); i++) {
        struct way *w = &p->ways[i];

        if (w->used && w->ref.kind == PATH_UDP && w->heard != 0 && !w->validated) {
            way_set(p, w, PATH_GOOD, now);
            w->validated = true;
            path_client_choose(p, now);
        }
    }
    if (p->peer == PEER_STOCK && p->pipe != NULL && udp_best(p) == NULL)
        p->stock_at = now;
}

/* Something came that way since then; from a peer that can answer, an answer. */
static bool
way_answered(const struct paths *p, const struct way *w, uint64_t since)
{
    return (ways_validate(p) ? w->proved : w->heard) >= since;
}

void
path_client_network(struct paths *p, bool vanished, bool appeared, uint64_t now)
{
    bool other = vanished || appeared;

    log_line(&p->config.log, LOG_INFO, "path: network event, %s addresses",
             other ? "other" : "same");
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (!w->used || w->ref.kind != PATH_UDP || !(w->validated || w->target))
            continue;
        if (w->state == PATH_GOOD && other)
            way_set(p, w, PATH_SUSPECT, now);
        if (w->state == PATH_SUSPECT)
            w->since = now;
        way_plan_start(w, &way_roam_plan, now);
    }
    if (other) {
        p->calm_since = now;
        p->event_at = p->event_check_at = NEVER;
    } else if (p->event_check_at == NEVER) {
        p->event_at = now;
        p->event_check_at = now + MAX(2 * (uint64_t)p->link.srtt_ms, EVENT_GRACE_MS);
    }
    if (p->pipe != NULL && vanished) {
        /* Its TCP connection came from an address that is gone. */
        pipe_hangup(p, true, now);
    } else if (p->pipe != NULL) {
        p->pipe->answer_due = true;
        p->pipe_check_at = now + MAX(2 * (uint64_t)p->link.srtt_ms, PIPE_CHECK_MS);
    }
    if (p->pipe == NULL && other)
        p->dial_at = now;
    path_client_choose(p, now);
}

/* A way in doubt: that something comes from the peer says nothing about what goes there,
 * and a path may fail in one direction only. */
static bool
way_answers(const struct paths *p, const struct way *w)
{
    if (w->ref.kind == PATH_PIPE || (w->state != PATH_SUSPECT && w->state != PATH_DEAD))
        return true;
    return !ways_validate(p) &&
           (p->link.unacked_since == NEVER || p->link.unacked_since >= w->since);
}

void
path_client_works(struct paths *p, struct way *w, uint64_t now)
{
    bool was_bad = w->state == PATH_SUSPECT || w->state == PATH_DEAD;

    if (w->state != PATH_GOOD)
        w->said = false; /* a search for a way that began meanwhile can stop */
    way_set(p, w, PATH_GOOD, now);
    if (p->event_check_at == NEVER || way_answered(p, w, p->event_at))
        w->plan = NULL; /* else it is still being asked */
    if (w->ref.kind == PATH_PIPE)
        p->pipe_check_at = NEVER;
    else if (was_bad && w == p->current) {
        recovered(p);
        p->calm_since = now;
    }
    w->validated = true;
    path_client_choose(p, now);
}

void
path_client_heard(struct paths *p, struct way *w, uint64_t now)
{
    bool trusted = w->validated || (p->peer != PEER_UNKNOWN && !ways_validate(p));

    if (trusted && way_answers(p, w)) {
        path_client_works(p, w, now);
        return;
    }
    /* The peer reaches us here; whether we reach it has to be asked. */
    if (w->state == PATH_UNKNOWN || (w->state == PATH_DEAD && w != p->current))
        way_set(p, w, PATH_PROBING, now);
    if (w->challenged == 0 || now - w->challenged >= WAY_REPROBE_MS)
        w->answer_due = p->peer == PEER_OWN;
}

/* Of the ways of one family the best that there is when nothing is known to work: what
 * was heard last, else the first that we were told of. */
static const struct way *
hopeful(const struct paths *p, uint8_t family)
{
    const struct way *best = NULL;

    for (size_t i = 0; i < PATHS_MAX; i++) {
        const struct way *w = &p->ways[i];

        if (w->used && w->ref.kind == PATH_UDP && w->ref.to.family == family &&
            (w->validated || w->target) && (best == NULL || w->heard > best->heard))
            best = w;
    }
    return best;
}

static size_t
route_hopeful(const struct paths *p, struct path_ref *out, size_t n)
{
    const struct way *v6 = hopeful(p, AWL_IPV6), *v4 = hopeful(p, AWL_IPV4);

    if (v6 != NULL)
        n = way_route(out, n, v6);
    return v4 != NULL ? way_route(out, n, v4) : n;
}

static uint8_t
other_family(uint8_t family)
{
    return family == AWL_IPV4 ? AWL_IPV6 : AWL_IPV4;
}

/* While the way that carries the session is in doubt, the other family may carry it. */
static size_t
route_other(const struct paths *p, const struct way *cur, struct path_ref *out, size_t n)
{
    const struct way *w = hopeful(p, other_family(cur->ref.to.family));

    return w != NULL ? way_route(out, n, w) : n;
}

size_t
path_client_route(const struct paths *p, struct path_ref *out)
{
    const struct way *cur = p->current;
    /* An own server is to see UDP's copy as the newest, since it answers there first; a
     * stock one the pipe's, since it answers nowhere else. */
    bool pipe_last = p->peer != PEER_OWN;
    size_t n = 0;

    if (cur != NULL && cur->state == PATH_GOOD)
        return way_route(out, n, cur);
    if (p->pipe != NULL && !pipe_last)
        n = way_route(out, n, p->pipe);
    if (cur != NULL && cur->ref.kind == PATH_UDP)
        n = way_route(out, n, cur);
    if (cur == NULL || cur->ref.kind == PATH_PIPE || cur->state == PATH_DEAD)
        n = route_hopeful(p, out, n);
    else if (cur->state == PATH_SUSPECT && p->peer == PEER_OWN)
        n = route_other(p, cur, out, n);
    if (p->pipe != NULL && pipe_last) {
        n = MIN(n, PATH_ROUTE_MAX - 1);
        n = way_route(out, n, p->pipe);
    }
    return n;
}

/* When a way that worked and died is tried again: what blocked it may be gone. */
static uint64_t
again_at(const struct paths *p, const struct way *w)
{
    bool worth = w->used && w->ref.kind == PATH_UDP && w->validated &&
                 w->state == PATH_DEAD && p->peer == PEER_OWN;

    return worth ? w->again_at : NEVER;
}

/* How long an answer may take on it, in ms. The transport knows little just after another
 * way has taken over; what the challenge took is known then. */
static uint64_t
way_rto(const struct paths *p, const struct way *w)
{
    uint64_t by_rtt = 3 * (uint64_t)w->rtt + TRANSPORT_ACK_OWN_MS;

    return w->rtt != 0 ? MIN(p->link.rto_ms, by_rtt) : p->link.rto_ms;
}

/* The other family has worked and can take over. */
static bool
other_ready(const struct paths *p, const struct way *w)
{
    const struct way *other = hopeful(p, other_family(w->ref.to.family));

    return w->ref.kind == PATH_UDP && other != NULL && other->validated;
}

/* When the way that carries the session becomes suspect. */
static uint64_t
suspect_at(const struct paths *p, const struct way *w)
{
    uint64_t base = MAX(w->heard, w->carries);
    uint64_t rto = other_ready(p, w) ? way_rto(p, w) : p->link.rto_ms;
    uint64_t patience = MAX(2 * rto, PATH_SUSPECT_MIN_MS);
    uint64_t idle = base + 2 * (uint64_t)p->link.heartbeat_ms + 500;
    uint64_t late, deaf;

    if (p->link.unacked_since == NEVER)
        return idle;
    late = MAX(MAX(w->proved, w->carries), p->link.unacked_since);
    /* Copies on the pipe cost little: that the peer is heard is no reason to wait. */
    if (w->ref.kind == PATH_UDP && p->pipe != NULL && ways_validate(p))
        return sooner(idle, late + MAX(2 * way_rto(p, w), PATH_SUSPECT_MIN_MS));
    deaf = late + MAX(4 * (uint64_t)p->link.rto_ms, PATH_DEAF_MS);
    return sooner(sooner(idle, deaf), MAX(base, p->link.unacked_since) + patience);
}

static uint64_t
dead_at(const struct way *w)
{
    return w->since + (w->ref.kind == PATH_PIPE ? PATH_PIPE_DEAD_MS : PATH_DEAD_MS);
}

static uint64_t
hangup_at(const struct paths *p)
{
    if (p->config.keep_ssh || p->pipe == NULL || p->current == NULL ||
        !way_udp_good(p->current))
        return NEVER;
    return p->calm_since + PATH_HANGUP_MS;
}

static void
doubt(struct paths *p, uint64_t now)
{
    struct way *cur = p->current;

    way_set(p, cur, PATH_SUSPECT, now);
    p->calm_since = now;
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (w->used && (w == cur || (w->ref.kind == PATH_UDP && w->validated)))
            way_plan_start(w, &way_doubt_plan, now);
    }
    if (p->pipe != NULL && p->pipe != cur) {
        p->doubt = true;
        p->pipe->answer_due = true;
        p->pipe_check_at = now + MAX(2 * (uint64_t)p->link.rto_ms, PIPE_DOUBT_MS);
    }
}

/* What was good and has not answered since the event is in doubt; if no way is left, one
 * is looked for. */
static void
event_check(struct paths *p, uint64_t now)
{
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (!way_udp_good(w) || way_answered(p, w, p->event_at))
            continue;
        if (w == p->current)
            doubt(p, now);
        else
            way_set(p, w, PATH_SUSPECT, now);
    }
    p->event_at = p->event_check_at = NEVER;
    path_client_choose(p, now);
    if (udp_best(p) != NULL)
        return;
    p->silent = true;
    if (p->pipe == NULL)
        p->dial_at = now;
}

static void
ways_tick(struct paths *p, uint64_t now)
{
    struct way *cur;

    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (way_udp_good(w) && w != p->current && now - w->heard >= FORGET_MS)
            way_set(p, w, PATH_UNKNOWN, now);
        else if (w->used && w == p->current && w->state == PATH_SUSPECT &&
                 w->heard >= w->since && way_answers(p, w))
            path_client_works(p, w, now);
        else if (w->used && w->state == PATH_SUSPECT && w != p->current &&
                 now >= dead_at(w))
            way_set(p, w, PATH_DEAD, now);
    }
    cur = p->current;
    if (cur != NULL && cur->state == PATH_GOOD && now >= suspect_at(p, cur)) {
        doubt(p, now);
        path_client_choose(p, now);
    } else if (cur != NULL && cur->state == PATH_SUSPECT && now >= dead_at(cur)) {
        if (cur->ref.kind == PATH_PIPE) {
            pipe_hangup(p, true, now);
        } else {
            way_set(p, cur, PATH_DEAD, now);
            p->lost = true;
            p->lost_ref = cur->ref;
            path_client_choose(p, now);
            if (p->pipe == NULL && udp_best(p) == NULL)
                p->dial_at = now;
        }
    }
    if (now >= p->event_check_at)
        event_check(p, now);
    if (now >= p->pipe_check_at) {
        p->pipe_check_at = NEVER;
        if (udp_best(p) == NULL)
            pipe_hangup(p, true, now);
    }
    if (now >= hangup_at(p))
        pipe_hangup(p, false, now);
}

/* Towards a stock server a datagram on UDP moves it there, so each is followed by one on
 * the pipe, unless it was answered. */
static void
stock_tick(struct paths *p, uint64_t now)
{
    if (p->pipe == NULL || p->peer != PEER_STOCK || udp_best(p) != NULL) {
        p->stock_at = p->stock_pipe_at = NEVER;
        return;
    }
    if (now >= p->stock_pipe_at) {
        p->stock_pipe_at = NEVER;
        p->pipe->answer_due = true;
    }
    if (now >= p->stock_at) {
        unsigned last = (unsigned)ARRAY_LEN(stock_plan_s) - 1;

        for (size_t i = 0; i < PATHS_MAX; i++)
            if (p->ways[i].used && p->ways[i].target)
                p->ways[i].answer_due = true;
        p->stock_step = MIN(p->stock_step + 1, last);
        p->stock_at = now + stock_plan_s[p->stock_step] * 1000u;
        p->stock_pipe_at = now + MAX(p->link.srtt_ms, STOCK_PAUSE_MS);
    }
}

void
path_client_tick(struct paths *p, uint64_t now)
{
    ways_tick(p, now);
    stock_tick(p, now);
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        for (; w->used && way_plan_at(w) <= now; w->plan_next++)
            w->answer_due = true;
        if (again_at(p, w) <= now) {
            w->answer_due = true;
            w->again_wait = MIN(2 * w->again_wait, WAY_AGAIN_MAX);
            w->again_at = now + w->again_wait;
        }
    }
    if (now >= p->dial_at) {
        p->dial_at = NEVER;
        p->dial = true;
    }
}

uint64_t
path_client_deadline(const struct paths *p)
{
    uint64_t at = p->dial_at;
    const struct way *cur = p->current;

    at = sooner(at, sooner(p->pipe_check_at, hangup_at(p)));
    at = sooner(at, p->event_check_at);
    at = sooner(at, sooner(p->stock_at, p->stock_pipe_at));
    if (cur != NULL && cur->state == PATH_GOOD)
        at = sooner(at, suspect_at(p, cur));
    for (size_t i = 0; i < PATHS_MAX; i++) {
        const struct way *w = &p->ways[i];

        if (!w->used)
            continue;
        at = sooner(at, sooner(way_plan_at(w), again_at(p, w)));
        if (w->state == PATH_SUSPECT)
            at = sooner(at, dead_at(w));
        else if (way_udp_good(w) && w != cur)
            at = sooner(at, w->heard + FORGET_MS);
    }
    return at;
}
