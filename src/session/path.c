#include "base/alloc.h"
#include "session/hello.h"
#include "session/path_ways.h"
#include <stdlib.h>
#include <string.h>

#define RECHALLENGE_MS 200u   /* on ordinary datagrams, while not validated */
#define MEASURE_MS     60000u /* the carrying way's RTT is taken so often */
#define MIRRORS        3u

static void
own_copy(struct paths *p, const struct awl_addr *own, size_t count)
{
    p->own_count = MIN(count, PUNCH_ADDRS_MAX);
    if (p->own_count > 0)
        memcpy(p->own, own, p->own_count * sizeof own[0]);
}

struct paths *
paths_new(const struct path_config *config, uint64_t now)
{
    struct paths *p = xcalloc(1, sizeof *p);

    p->config = *config;
    p->config.own = NULL;
    own_copy(p, config->own, config->own_count);
    p->link = (struct paths_link){NEVER, 1000, 1000, 3000};
    p->dial_at = p->pipe_check_at = p->stock_at = p->stock_pipe_at = NEVER;
    p->event_at = p->event_check_at = NEVER;
    p->calm_since = now;
    return p;
}

void
paths_free(struct paths *p)
{
    free(p);
}

void
paths_add(struct paths *p, int socket, const struct awl_addr *to, uint64_t now)
{
    struct path_ref ref = {PATH_UDP, socket, *to, {0}};

    way_get(p, &ref, now)->target = true;
}

void
paths_socket_closed(struct paths *p, int socket, uint64_t now)
{
    for (size_t i = 0; i < PATHS_MAX; i++)
        if (p->ways[i].used && p->ways[i].ref.kind == PATH_UDP &&
            p->ways[i].ref.socket == socket)
            way_drop(p, &p->ways[i]);
    path_client_choose(p, now);
}

void
paths_pipe_up(struct paths *p, uint64_t now)
{
    path_client_pipe_up(p, now);
}

void
paths_pipe_down(struct paths *p, uint64_t now)
{
    path_client_pipe_down(p, now);
}

void
paths_peer(struct paths *p, bool own, uint64_t features, uint64_t now)
{
    bool news = p->peer != (own ? PEER_OWN : PEER_STOCK);

    p->peer = own ? PEER_OWN : PEER_STOCK;
    p->features = own ? features : 0;
    if (news && p->config.client)
        path_client_peer(p, now);
}

/* Is an address of the wider network in a but not in b? */
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

void
paths_network(struct paths *p, const struct awl_addr *own, size_t count, uint64_t now)
{
    bool vanished, appeared;

    count = MIN(count, PUNCH_ADDRS_MAX);
    vanished = any_missing(p->own, p->own_count, own, count);
    appeared = any_missing(own, count, p->own, p->own_count);
    own_copy(p, own, count);
    if (p->config.client)
        path_client_network(p, vanished, appeared, now);
}

void
paths_link(struct paths *p, const struct paths_link *link)
{
    p->link = *link;
}

/* ---- what comes ---- */

static void
server_heard(struct paths *p, struct way *w, bool first, bool newest, uint64_t now)
{
    if (!w->validated && (first || w->relay || !ways_validate(p)))
        w->validated = true;
    if (w->validated) {
        way_set(p, w, PATH_GOOD, now);
        if (newest && p->current != w)
            way_carry(p, w, now);
        return;
    }
    way_set(p, w, PATH_PROBING, now);
    if (w->challenged == 0 || now - w->challenged >= WAY_REPROBE_MS)
        w->answer_due = true;
}

void
paths_heard(struct paths *p, const struct path_ref *ref, size_t len, uint64_t seq,
            bool newest, uint64_t now)
{
    struct way *w = way_get(p, ref, now);
    bool first = !p->any;

    p->any = true;
    w->ref.from = ref->from;
    w->heard = MAX(now, 1);
    w->seq = MAX(w->seq, seq);
    w->got += len;
    p->newest = MAX(p->newest, seq);
    if (p->config.client)
        path_client_heard(p, w, now);
    else
        server_heard(p, w, first, newest, now);
}

static void
response_take(struct paths *p, struct way *w, const uint8_t *response, uint64_t now)
{
    for (size_t i = 0; i < WAY_TRIES; i++) {
        uint32_t rtt;

        if (w->tries[i].sent == 0 ||
            !bytes_equal_secret(w->tries[i].bytes, response, PUNCH_CHALLENGE_LEN))
            continue;
        rtt = (uint32_t)MIN(now - w->tries[i].sent, 60000u);
        w->rtt = w->rtt == 0 ? MAX(rtt, 1u) : (3 * w->rtt + MAX(rtt, 1u)) / 4;
        w->tries[i].sent = 0;
        if (p->config.client) {
            w->validated = true;
            w->proved = now;
            path_client_works(p, w, now);
        } else if (!w->validated) {
            w->validated = true;
            way_set(p, w, PATH_GOOD, now);
            if (w->seq == p->newest)
                way_carry(p, w, now);
        }
        return;
    }
}

void
paths_message(struct paths *p, const struct path_ref *ref, const struct punch_message *m,
              uint64_t now)
{
    struct way *w = way_find(p, ref);

    if (w == NULL || p->peer == PEER_STOCK)
        return;
    if (m->has_challenge) {
        memcpy(w->response, m->challenge, PUNCH_CHALLENGE_LEN);
        w->respond = w->answer_due = true;
    }
    if (m->has_response)
        response_take(p, w, m->response, now);
}

/* ---- what goes ---- */

void
paths_sent(struct paths *p, const struct path_ref *ref, size_t len, uint64_t now)
{
    struct way *w = way_find(p, ref);

    (void)now;
    if (w != NULL && w->got > 0)
        w->sent += len; /* probes of punching before that have a ceiling of their own */
}

static size_t
way_room(const struct paths *p, const struct way *w)
{
    uint64_t most = PATH_VALIDATE_FACTOR * w->got;

    if (p->config.client || w->validated)
        return SIZE_MAX;
    return w->sent < most ? (size_t)(most - w->sent) : 0;
}

size_t
paths_room(const struct paths *p, const struct path_ref *ref)
{
    const struct way *w = way_find(p, ref);

    return w != NULL && w->got > 0 ? way_room(p, w) : SIZE_MAX;
}

static bool
challenge_due(const struct paths *p, const struct way *w, bool probe, bool response,
              uint64_t now)
{
    uint64_t age = w->challenged == 0 ? NEVER : now - w->challenged;

    if (p->peer == PEER_OWN && !ways_validate(p))
        return false;
    /* A response with a challenge would be answered by one, and so for ever. */
    return (probe && !response) ||
           (w->ref.kind == PATH_UDP && !w->validated && age >= RECHALLENGE_MS) ||
           (w == p->current && w->ref.kind == PATH_UDP && age >= MEASURE_MS);
}

bool
paths_stamp(struct paths *p, const struct path_ref *ref, bool probe,
            struct punch_message *m, uint64_t now)
{
    struct way *w = way_get(p, ref, now);
    bool response = w->respond;

    m->has_challenge = m->has_response = false;
    if (p->peer == PEER_STOCK)
        return false;
    if (probe && w->state == PATH_UNKNOWN)
        way_set(p, w, PATH_PROBING, now);
    if (response) {
        memcpy(m->response, w->response, PUNCH_CHALLENGE_LEN);
        m->has_response = true;
    }
    w->respond = w->answer_due = false;
    if (challenge_due(p, w, probe, response, now)) {
        unsigned i = w->next_try++ % WAY_TRIES;

        rng_bytes(&p->config.rng, w->tries[i].bytes, PUNCH_CHALLENGE_LEN);
        w->tries[i].sent = w->challenged = MAX(now, 1);
        memcpy(m->challenge, w->tries[i].bytes, PUNCH_CHALLENGE_LEN);
        m->has_challenge = true;
    }
    return m->has_challenge || m->has_response;
}

static size_t
server_route(const struct paths *p, size_t len, struct path_ref *out)
{
    const struct way *picked[MIRRORS];
    size_t count = 0, n = 0;

    if (p->current != NULL)
        picked[count++] = p->current;
    while (p->current != NULL && (p->features & HELLO_MIRROR) && count < MIRRORS) {
        const struct way *next = NULL;

        for (size_t i = 0; i < PATHS_MAX; i++) {
            const struct way *w = &p->ways[i];
            bool taken = !w->used || !w->validated || w->heard == 0 ||
                         w->seq + PATH_LATE <= p->newest;

            for (size_t k = 0; k < count; k++)
                taken = taken || picked[k] == w;
            if (!taken && (next == NULL || w->seq > next->seq))
                next = w;
        }
        if (next == NULL)
            break;
        picked[count++] = next;
    }
    /* The relay first; among the others the one heard last is last. */
    for (int relay = 1; relay >= 0; relay--)
        for (size_t k = count; k-- > 0;)
            if (picked[k]->relay == (relay == 1))
                n = way_route(out, n, picked[k]);
    for (size_t i = 0; i < PATHS_MAX; i++) {
        const struct way *w = &p->ways[i];

        /* An honest roam loses no time: it gets copies before it has proved itself. */
        if (w->used && !w->validated && w->heard != 0 && w->seq == p->newest &&
            way_room(p, w) >= len)
            n = way_route(out, n, w);
    }
    return n;
}

size_t
paths_route(struct paths *p, size_t len, struct path_ref out[PATH_ROUTE_MAX],
            uint64_t now)
{
    (void)now;
    return p->config.client ? path_client_route(p, out) : server_route(p, len, out);
}

void
paths_tick(struct paths *p, uint64_t now)
{
    if (p->config.client)
        path_client_tick(p, now);
}

uint64_t
paths_deadline(const struct paths *p)
{
    return p->config.client ? path_client_deadline(p) : NEVER;
}

static bool
probe_next(struct paths *p, struct paths_output *out)
{
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (!w->used || !w->answer_due)
            continue;
        w->answer_due = false;
        if (way_room(p, w) < PATH_PROBE_MIN)
            continue;
        out->kind = PATHS_PROBE;
        out->ref = w->ref;
        out->room = way_room(p, w);
        out->elicit = p->peer == PEER_STOCK;
        return true;
    }
    return false;
}

static bool
flag_take(bool *flag)
{
    bool was = *flag;

    *flag = false;
    return was;
}

bool
paths_next(struct paths *p, struct paths_output *out, uint64_t now)
{
    (void)now;
    *out = (struct paths_output){.room = SIZE_MAX};
    for (size_t i = 0; i < PATHS_MAX; i++) {
        struct way *w = &p->ways[i];

        if (!w->used || w->ref.kind != PATH_UDP || !w->validated || w->said)
            continue;
        w->said = true;
        out->kind = PATHS_VALIDATED;
        out->ref = w->ref;
        return true;
    }
    if (flag_take(&p->moved) && p->current != NULL) {
        out->kind = PATHS_MOVED;
        out->ref = p->current->ref;
        return true;
    }
    if (flag_take(&p->recovered)) {
        out->kind = PATHS_RECOVERED;
        return true;
    }
    if (flag_take(&p->doubt)) {
        out->kind = PATHS_DOUBT;
        return true;
    }
    if (flag_take(&p->silent)) {
        out->kind = PATHS_SILENT;
        return true;
    }
    if (flag_take(&p->lost)) {
        out->kind = PATHS_LOST;
        out->ref = p->lost_ref;
        return true;
    }
    if (flag_take(&p->hangup)) {
        out->kind = PATHS_HANGUP;
        out->dead = p->hangup_dead;
        return true;
    }
    if (flag_take(&p->dial)) {
        out->kind = PATHS_DIAL;
        return true;
    }
    return probe_next(p, out);
}

/* ---- questions ---- */

bool
paths_current(const struct paths *p, struct path_ref *ref)
{
    if (p->current != NULL)
        *ref = p->current->ref;
    return p->current != NULL;
}

enum path_state
paths_state(const struct paths *p, const struct path_ref *ref)
{
    const struct way *w = way_find(p, ref);

    return w != NULL ? w->state : PATH_UNKNOWN;
}

uint32_t
paths_rtt(const struct paths *p, const struct path_ref *ref)
{
    const struct way *w = way_find(p, ref);

    return w != NULL ? w->rtt : 0;
}

bool
paths_pipe(const struct paths *p)
{
    return p->pipe != NULL;
}

bool
paths_direct(const struct paths *p)
{
    return p->current != NULL && way_udp_good(p->current);
}
