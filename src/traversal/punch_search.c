/* When a search through ports is made, who opens and who guesses (awl-protocol(7)).
 *
 * The client decides. A NAT is thought to give each peer another port when STUN says so,
 * or, without STUN, when there is a translator in front of a side and the first attempt
 * at punching has had two round trips without an answer: what keeps ports has answered
 * by then. Where both sides are translated and nothing more is known, both are searched
 * at once, each side with a ceiling of its own. */
#include "traversal/punch_state.h"

#define PATIENCE_MS    250u  /* or 2 RTT, from the echo on */
#define KNOWN_MS       100u  /* the same when STUN has told already */
#define HEAD_START_MS  100u  /* or an RTT: the server's sockets, before our guesses */
#define SLACK_MS       500u  /* for answers to the last guess */
#define SECOND_TIME_MS 2500u /* is left for the second attempt, after a search */
#define HITS_MAX       4u    /* guesses that are answered */

static const uint16_t answer_at[] = {0, 60, 200};

static bool
is_client(const struct punch *p)
{
    return p->config.role == GATHER_CLIENT;
}

void
punch_may_search(struct punch *p)
{
    p->may_search = !p->config.no_punch;
}

void
punch_varies(struct punch *p, bool varies)
{
    p->nat = varies ? NAT_VARIES : NAT_STEADY;
    punch_refresh(p);
}

/* ---- the client's decision ---- */

void
punch_search_plan(struct punch *p, uint64_t now)
{
    bool known = p->nat == NAT_VARIES || p->peer_varies;

    if (p->may_search && !p->searched && p->search_at == NEVER)
        p->search_at = now + (known ? KNOWN_MS : MAX(2 * p->rtt, PATIENCE_MS));
}

/* Where the world sees us, or AWL_NONE. */
static struct awl_addr
outside(const struct punch *p)
{
    struct awl_addr a = p->seen_me;

    if (a.family != AWL_IPV4 && !p->config.proxied)
        a = p->config.ssh_client;
    if (a.family != AWL_IPV4 || addr_is_loopback(&a) || addr_is_link_local(&a))
        return (struct awl_addr){0};
    a.port = 0;
    return a;
}

static const struct awl_addr *
server_v4(const struct punch *p)
{
    for (size_t i = 0; i < p->dialled_count && !p->config.proxied; i++)
        if (p->dialled[i].family == AWL_IPV4 && candidate_usable(&p->dialled[i]))
            return &p->dialled[i];
    return NULL;
}

static void
say(struct punch *p, const struct awl_addr *to, uint64_t now)
{
    struct rng_seeded chance = {now * 31 + p->gen};
    struct rng r = {rng_seeded_fill, &chance};

    p->message.spray = (struct punch_spray){.to = *to,
                                            .port_low = SPRAY_PORT_LOW,
                                            .port_high = UINT16_MAX,
                                            .count = SPRAY_GUESSES,
                                            .seed = rng_below(&r, UINT32_MAX) + 1};
    p->message.spray.to.port = 0;
    p->message.has_spray = true;
    p->version++;
    p->answer = true;
}

/* False: not yet again. */
static bool
sockets_begin(struct punch *p, const struct awl_addr *to, uint64_t now)
{
    if (!spray_sockets_begin(&p->sockets, to, p->next_search, now))
        return false;
    p->next_search += (int)SPRAY_SOCKETS;
    p->hits = 0;
    return true;
}

static void
client_search(struct punch *p, uint64_t now)
{
    const struct awl_addr *server = server_v4(p);
    struct awl_addr mine = outside(p);
    const struct sock *live = p->live[0];
    bool ours, theirs;

    p->search_at = NEVER;
    if (!p->trying || !p->echoed || !p->pipe || server == NULL)
        return;
    ours = p->gathered.own_v4 == GATHER_TRANSLATED && mine.family == AWL_IPV4 &&
           p->config.port == 0 && p->nat != NAT_STEADY && !p->peer_varies;
    theirs = p->gathered.peer_v4 == GATHER_TRANSLATED && live != NULL &&
             live->state == SOCK_OPEN && p->nat != NAT_VARIES;
    if ((!ours && !theirs) || !spray_may(&p->spray, now))
        return;
    p->searched = true;
    say(p, ours ? &mine : server, now);
    if (ours)
        sockets_begin(p, server, now);
    if (theirs) {
        struct spray_plan plan = {.to = *server,
                                  .count = SPRAY_GUESSES,
                                  .seed = p->message.spray.seed,
                                  .hint = &server->port,
                                  .hints = 1};

        spray_begin(&p->spray, &plan, now + MAX(p->rtt, HEAD_START_MS), now);
    }
    p->search_end = now + 2 * p->rtt + HEAD_START_MS + SPRAY_LAST_MS + SLACK_MS;
    if (p->new_port_at != NEVER)
        p->new_port_at = MAX(p->new_port_at, p->search_end);
    p->give_up_at = MAX(p->give_up_at, p->search_end + SECOND_TIME_MS);
    log_line(&p->config.log, LOG_INFO, "punch: search through ports of %s",
             ours && theirs ? "both sides"
             : ours         ? "this side"
                            : "the server's side");
}

/* ---- the server's part ---- */

/* Where sshd saw the client, or where it has answered. */
static bool
known_host(const struct punch *p, const struct awl_addr *a)
{
    if (addr_same_host(a, &p->config.ssh_client))
        return true;
    for (size_t i = 0; i < p->holes.count; i++)
        if (addr_same_host(a, &p->holes.hole[i].to))
            return true;
    return false;
}

static bool
dialled_host(const struct punch *p, const struct awl_addr *a)
{
    for (size_t i = 0; i < p->peer_cands.count; i++)
        if (p->peer_cands.items[i].kind == CANDIDATE_DIALLED &&
            addr_same_host(&p->peer_cands.items[i].addr, a))
            return true;
    return false;
}

/* None of the addresses that the client dialled is ours. */
static bool
we_are_translated(const struct punch *p)
{
    bool any = false;

    for (size_t i = 0; i < p->peer_cands.count; i++) {
        const struct candidate *c = &p->peer_cands.items[i];

        if (c->kind != CANDIDATE_DIALLED || c->addr.family != AWL_IPV4)
            continue;
        if (gather_is_own(p->own, p->own_count, &c->addr))
            return false;
        any = true;
    }
    return any;
}

/* The port from which the client sends. */
static const struct awl_addr *
client_v4(const struct punch *p)
{
    for (size_t i = 0; i < p->peer_cands.count; i++) {
        const struct candidate *c = &p->peer_cands.items[i];

        if (c->kind != CANDIDATE_DIALLED && c->kind != CANDIDATE_SOON &&
            c->addr.family == AWL_IPV4 && candidate_usable(&c->addr) &&
            !gather_is_own(p->own, p->own_count, &c->addr))
            return &c->addr; /* the most promising comes first */
    }
    return NULL;
}

/* False: not yet again. */
static bool
guess_client(struct punch *p, const struct punch_spray *s, uint64_t now)
{
    const struct awl_addr *ssh = &p->config.ssh_client;
    struct spray_plan plan = {.to = s->to,
                              .low = s->port_low,
                              .high = s->port_high,
                              .count = s->count,
                              .seed = s->seed};
    uint16_t hint[2];

    if (!spray_may(&p->spray, now))
        return false;
    plan.hint = hint;
    if (addr_same_host(&p->seen_peer, &s->to))
        hint[plan.hints++] = p->seen_peer.port;
    if (addr_same_host(ssh, &s->to) && (plan.hints == 0 || hint[0] != ssh->port))
        hint[plan.hints++] = ssh->port; /* of TCP, but from the same block */
    spray_begin(&p->spray, &plan, now, now);
    return true;
}

void
punch_server_search(struct punch *p, const struct punch_spray *s, uint64_t now)
{
    const struct awl_addr *client = client_v4(p);
    bool ours = dialled_host(p, &s->to), begun = false;

    if (!p->may_search || p->peer != PEER_OWN || s->count == 0 ||
        s->seed == p->search_seed || s->to.family != AWL_IPV4)
        return;
    p->search_seed = s->seed;
    if (!ours && !known_host(p, &s->to)) {
        log_line(&p->config.log, LOG_INFO, "punch: no search of an unknown address");
        return;
    }
    if (!ours && !gather_is_own(p->own, p->own_count, &s->to))
        begun = guess_client(p, s, now);
    if ((ours || we_are_translated(p)) && client != NULL)
        begun = sockets_begin(p, client, now) || begun;
    if (!begun)
        return; /* asking again keeps nothing open */
    p->search_end = now + HEAD_START_MS + 3 * p->rtt + SPRAY_LAST_MS + SLACK_MS;
    log_line(&p->config.log, LOG_INFO, "punch: search through ports, as asked");
}

/* ---- both ---- */

void
punch_search_refresh(struct punch *p)
{
    if (is_client(p) || p->nat != NAT_VARIES || p->message.has_spray ||
        p->config.ssh_server.family != AWL_IPV4)
        return;
    p->message.spray = (struct punch_spray){.to = p->config.ssh_server};
    p->message.spray.to.port = 0;
    p->message.has_spray = true;
    p->version++;
}

void
punch_empty(struct punch *p, int socket, const struct awl_addr *from, uint64_t now)
{
    const struct spray_socket *k = spray_sockets_find(&p->sockets, socket);

    if (k == NULL || k->state == SPRAY_CLOSING || p->hits == HITS_MAX ||
        !addr_same_host(from, &p->sockets.to) || !candidate_usable(from))
        return;
    p->hits++;
    for (size_t i = 0; i < ARRAY_LEN(answer_at); i++)
        punch_answer(p, socket, from, now + answer_at[i]);
}

void
punch_search_stop(struct punch *p)
{
    p->search_at = p->search_end = NEVER;
    spray_stop(&p->spray);
    spray_sockets_end(&p->sockets);
    if (is_client(p) && p->message.has_spray) {
        p->message.has_spray = false;
        p->version++;
    }
}

void
punch_search_won(struct punch *p, int socket, uint64_t now)
{
    const struct spray_socket *k = spray_sockets_find(&p->sockets, socket);

    (void)now;
    if (p->search_end == NEVER)
        return;
    p->found_by_search = true;
    if (k != NULL) {
        uint16_t port = k->port;

        spray_sockets_give(&p->sockets, socket);
        if (is_client(p)) {
            punch_client_adopt(p, socket, port);
        } else {
            p->kept_closing = p->kept;
            p->kept = socket;
        }
    }
    punch_search_stop(p);
}

void
punch_search_tick(struct punch *p, uint64_t now)
{
    if (now >= p->search_at)
        client_search(p, now);
    if (now >= p->search_end)
        punch_search_stop(p);
}

bool
punch_search_next(struct punch *p, struct punch_output *out, uint64_t now)
{
    const struct sock *live = p->live[0];

    out->family = AWL_IPV4;
    if (p->kept_closing != 0) {
        out->kind = PUNCH_CLOSE;
        out->socket = p->kept_closing;
        punch_closed(p, out->socket);
        p->kept_closing = 0;
        return true;
    }
    switch (spray_sockets_next(&p->sockets, &out->socket, now)) {
    case SPRAY_NOTHING: break;
    case SPRAY_OPEN: out->kind = PUNCH_OPEN; return true;
    case SPRAY_CLOSE:
        punch_closed(p, out->socket);
        out->kind = PUNCH_CLOSE;
        return true;
    case SPRAY_OPENER:
        out->kind = PUNCH_OPENER;
        out->to = p->sockets.to;
        out->ttl = punch_ttl(p);
        return true;
    }
    out->socket = 0;
    if (is_client(p) && (live == NULL || live->state != SOCK_OPEN))
        spray_stop(&p->spray);
    if (!spray_next(&p->spray, &out->to, now))
        return false;
    out->kind = PUNCH_OPENER;
    out->socket = live != NULL && is_client(p) ? live->number : 0;
    return true;
}

uint64_t
punch_search_deadline(const struct punch *p)
{
    uint64_t at = sooner(p->search_at, p->search_end);

    return sooner(at,
                  sooner(spray_deadline(&p->spray), spray_sockets_deadline(&p->sockets)));
}
