#include "traversal/punch_state.h"

#define SERVER_SOCKET 0
#define SOON_MAX      4u

static const uint16_t opener_at[] = {0, 10, 40};

/* Full-TTL datagrams to the candidates of one order: they serve the client's own filters
 * and reveal unexpected source ports. */
static void
send_real(struct punch *p, enum candidate_order order, uint64_t now)
{
    /* Client first: its own opener must have passed its NAT before ours arrives there.
     * Server first: at once, but behind the opener, which has a low TTL. */
    uint64_t first = order == CANDIDATE_SERVER_FIRST ? 5 : MAX(p->rtt / 2, 20u);

    /* Our port is mapped: the client's real datagrams get in by themselves and are to be
     * here first. */
    if (order == CANDIDATE_CLIENT_FIRST && punch_mapped(p))
        first = MAX(2 * p->rtt, 150u);
    for (size_t i = 0; i < p->target_count; i++) {
        struct target *t = &p->targets[i];

        if (t->order != order)
            continue;
        punch_probe(p, SERVER_SOCKET, t, now + first);
        punch_probe(p, SERVER_SOCKET, t, now + MAX(first + 50, 150u));
        punch_probe(p, SERVER_SOCKET, t, now + MAX(first + 150, 450u));
    }
}

static void
open_towards(struct punch *p, const struct awl_addr *to, uint64_t now)
{
    for (size_t i = 0; i < ARRAY_LEN(opener_at); i++)
        punch_opener(p, SERVER_SOCKET, to, now + opener_at[i]);
}

void
punch_server_act(struct punch *p, uint64_t now)
{
    bool client_opened = p->echoed;
    unsigned soon = 0;

    punch_clear(p);
    p->real_due = false;
    /* Its dialled addresses tell whether we are translated; they stay out of our set. */
    for (size_t i = 0; i < p->peer_cands.count; i++)
        client_opened = client_opened || p->peer_cands.items[i].kind == CANDIDATE_DIALLED;
    if (p->config.no_punch || p->peer != PEER_OWN)
        return;
    for (size_t i = 0; i < p->peer_cands.count; i++) {
        const struct candidate *c = &p->peer_cands.items[i];

        if (c->kind == CANDIDATE_DIALLED || !candidate_usable(&c->addr) ||
            (c->addr.family == AWL_IPV6 && !p->config.socket_v6) ||
            gather_is_own(p->own, p->own_count, &c->addr))
            continue;
        if (c->kind == CANDIDATE_SOON) {
            if (soon++ < SOON_MAX)
                open_towards(p, &c->addr, now);
        } else if (punch_target(p, &c->addr, c->order) != NULL) {
            open_towards(p, &c->addr, now);
        }
    }
    send_real(p, CANDIDATE_SERVER_FIRST, now);
    if (client_opened)
        send_real(p, CANDIDATE_CLIENT_FIRST, now);
    else
        p->real_due = true;
}

void
punch_server_echo(struct punch *p, uint64_t now)
{
    if (p->real_due)
        send_real(p, CANDIDATE_CLIENT_FIRST, now);
    p->real_due = false;
}
