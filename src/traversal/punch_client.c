#include "traversal/punch_state.h"
#include <string.h>

#define SERVER_HEAD_START_MS 40u /* of a server that goes first, after its echo */

static const uint16_t probe_at[PUNCH_PROBES_MAX] = {0, 50, 150, 350, 750, 1550};
static const uint16_t retry_after_s[] = {60, 300, 900};

/* ---- sockets ---- */

static bool
family_wanted(const struct punch *p, uint8_t family)
{
    bool any = false;

    for (size_t i = 0; i < p->dialled_count; i++) {
        any = true;
        if (p->dialled[i].family == family)
            return true;
    }
    for (size_t i = 0; i < p->own_count; i++) {
        const struct awl_addr *a = &p->own[i];

        if (addr_is_loopback(a) || addr_is_link_local(a) || addr_is_any(a))
            continue;
        any = true;
        if (a->family == family)
            return true;
    }
    for (size_t i = 0; i < p->peer_cands.count; i++)
        if (p->peer_cands.items[i].addr.family == family)
            return true;
    return !any && family == AWL_IPV4;
}

static void
sock_close(struct sock **s)
{
    if (*s != NULL && (*s)->state == SOCK_WANTED)
        (*s)->state = SOCK_NONE; /* never asked for */
    else if (*s != NULL && (*s)->state != SOCK_NONE)
        (*s)->state = SOCK_CLOSING;
    *s = NULL;
}

static struct sock *
sock_new(struct punch *p, uint8_t family)
{
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (p->socks[i].state != SOCK_NONE)
            continue;
        p->socks[i] = (struct sock){SOCK_WANTED, p->next_number++, family, 0};
        return &p->socks[i];
    }
    return NULL;
}

void
punch_client_begin(struct punch *p, const struct punch_socket *sockets, size_t count)
{
    for (size_t i = 0; i < count && i < 2; i++) {
        struct sock *s = &p->socks[i];

        *s = (struct sock){SOCK_OPEN, sockets[i].number, sockets[i].family,
                           sockets[i].port};
        p->live[family_index((uint8_t)s->family)] = s;
        p->next_number = MAX(p->next_number, s->number + 1);
    }
}

/* fresh: with new ports, the present ones stay as spare. */
static void
sockets_ensure(struct punch *p, bool fresh)
{
    for (int f = 0; f < 2; f++) {
        uint8_t family = f ? AWL_IPV6 : AWL_IPV4;

        if (p->live[f] != NULL && !fresh)
            continue;
        if (!family_wanted(p, family))
            continue;
        if (p->live[f] != NULL) {
            sock_close(&p->spare[f]);
            p->spare[f] = p->live[f];
        }
        p->live[f] = sock_new(p, family);
    }
}

static void
spares_drop(struct punch *p)
{
    sock_close(&p->spare[0]);
    sock_close(&p->spare[1]);
}

/* Back to the first sockets: they are what roaming goes on with. */
static void
spares_restore(struct punch *p)
{
    for (int f = 0; f < 2; f++) {
        if (p->spare[f] == NULL)
            continue;
        sock_close(&p->live[f]);
        p->live[f] = p->spare[f];
        p->spare[f] = NULL;
    }
}

static bool
sockets_answered(const struct punch *p)
{
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        if (p->socks[i].state == SOCK_WANTED || p->socks[i].state == SOCK_OPENING)
            return false;
    return true;
}

static int
socket_for(const struct punch *p, const struct awl_addr *to)
{
    const struct sock *s = p->live[family_index(to->family)];

    return s != NULL && s->state == SOCK_OPEN ? s->number : 0;
}

int
punch_socket(const struct punch *p, enum awl_family family)
{
    struct awl_addr a = {.family = (uint8_t)family};

    return socket_for(p, &a);
}

/* ---- a generation ---- */

/* Would a full-TTL datagram do harm at the other end? With a NAT there, one that comes
 * before the server has sent may poison it (awl-protocol(7)). */
static bool
server_translated(const struct punch *p, const struct awl_addr *to)
{
    enum gather_nat nat =
        to->family == AWL_IPV6 ? p->gathered.peer_v6 : p->gathered.peer_v4;

    if (candidate_set_find(&p->peer_cands, to, 1u << CANDIDATE_HOST) != NULL)
        return false;
    return nat == GATHER_TRANSLATED || (nat == GATHER_UNKNOWN && to->family != AWL_IPV6);
}

static void
targets_add(struct punch *p)
{
    for (size_t i = 0; i < p->dialled_count; i++)
        punch_target(p, &p->dialled[i], p->order);
    for (size_t i = 0; i < p->peer_cands.count; i++) {
        const struct candidate *c = &p->peer_cands.items[i];

        if (c->kind != CANDIDATE_DIALLED && c->kind != CANDIDATE_SOON &&
            candidate_usable(&c->addr) && !gather_is_own(p->own, p->own_count, &c->addr))
            punch_target(p, &c->addr, p->order);
    }
}

/* T+0: what opens our own filters before the server's datagrams can arrive. */
static void
open_first(struct punch *p, uint64_t now)
{
    if (p->order == CANDIDATE_SERVER_FIRST || (p->gen == 1 && !p->pipe))
        return; /* without a pipe the session's own datagrams are already on their way */
    for (size_t i = 0; i < p->target_count; i++) {
        struct target *t = &p->targets[i];
        int socket = socket_for(p, &t->to);

        if (socket == 0)
            continue;
        if (!server_translated(p, &t->to)) {
            punch_probe(p, socket, t, now);
        } else {
            punch_opener(p, socket, &t->to, now);
            punch_opener(p, socket, &t->to, now + 10);
        }
    }
}

static void
generation_begin(struct punch *p, uint64_t now)
{
    punch_clear(p);
    punch_new_gen(p);
    p->opening = false;
    p->trying = true;
    p->began = now;
    p->retry_at = p->new_port_at = NEVER;
    if (!p->second)
        p->give_up_at = now + PUNCH_GIVE_UP_MS;
    targets_add(p);
    open_first(p, now);
    log_line(&p->config.log, LOG_INFO, "punch: generation %u, %zu candidates, %s first",
             (unsigned)p->gen, p->message.cands.count,
             p->order == CANDIDATE_CLIENT_FIRST ? "client" : "server");
}

static void
generation_open(struct punch *p, bool fresh, uint64_t now)
{
    sockets_ensure(p, fresh);
    p->opening = true;
    if (sockets_answered(p))
        generation_begin(p, now);
}

void
punch_client_start(struct punch *p, uint64_t now)
{
    bool fresh = p->worn && p->config.port == 0;

    if (p->peer == PEER_STOCK || p->opening)
        return;
    if (p->began != NEVER && now - p->began < PUNCH_GEN_PERIOD_MS) {
        p->start_at = sooner(p->start_at, p->began + PUNCH_GEN_PERIOD_MS);
        return;
    }
    p->start_at = NEVER;
    spares_restore(p);
    p->second = false;
    p->worn = false;
    p->order = CANDIDATE_CLIENT_FIRST;
    generation_open(p, fresh, now);
    if (fresh)
        spares_drop(p); /* a five-tuple that failed is never tried again */
}

/* The old order may have poisoned a mapping, or the mapping wants the other order. */
static void
second_start(struct punch *p, uint64_t now)
{
    p->new_port_at = NEVER;
    p->second = true;
    p->order = CANDIDATE_SERVER_FIRST;
    generation_open(p, true, now);
}

void
punch_opened(struct punch *p, int socket, uint16_t port, uint64_t now)
{
    if (spray_sockets_opened(&p->sockets, socket, port))
        return;
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        if (p->socks[i].number == socket && p->socks[i].state == SOCK_OPENING) {
            p->socks[i].state = SOCK_OPEN;
            p->socks[i].port = port;
        }
    if (p->opening && sockets_answered(p))
        generation_begin(p, now);
}

void
punch_open_failed(struct punch *p, int socket, uint64_t now)
{
    if (spray_sockets_failed(&p->sockets, socket))
        return;
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        struct sock *s = &p->socks[i];

        if (s->number != socket || s->state != SOCK_OPENING)
            continue;
        s->state = SOCK_NONE;
        for (int f = 0; f < 2; f++) {
            if (p->live[f] == s) {
                p->live[f] = p->spare[f]; /* the old one is better than none */
                p->spare[f] = NULL;
            }
            if (p->spare[f] == s)
                p->spare[f] = NULL;
        }
    }
    if (p->opening && sockets_answered(p))
        generation_begin(p, now);
}

static void
probe_all(struct punch *p, uint64_t now)
{
    uint64_t from = p->order == CANDIDATE_SERVER_FIRST ? SERVER_HEAD_START_MS : 0;

    for (size_t i = 0; i < p->target_count; i++) {
        struct target *t = &p->targets[i];
        int socket = socket_for(p, &t->to);
        bool had = t->probes > 1; /* one may have been the opener */

        for (size_t k = 0; k < ARRAY_LEN(probe_at) && socket != 0 && !had; k++)
            punch_probe(p, socket, t, now + from + probe_at[k]);
    }
}

void
punch_client_echo(struct punch *p, uint64_t now)
{
    if (!p->trying)
        return;
    targets_add(p);
    probe_all(p, now);
    if (p->second)
        p->give_up_at = MAX(p->give_up_at, now + probe_at[PUNCH_PROBES_MAX - 1] + 500);
    else if (p->config.port == 0)
        p->new_port_at = MAX(p->began + PUNCH_NEW_PORT_MS, now + PUNCH_GEN_PERIOD_MS);
    punch_search_plan(p, now);
}

/* The server has new candidates. */
void
punch_client_act(struct punch *p, uint64_t now)
{
    if (p->trying && p->echoed) {
        targets_add(p);
        probe_all(p, now);
    } else if (!p->trying && !p->direct && p->pipe && p->gen != 0) {
        punch_client_start(p, now);
    }
}

/* A way that works needs no better candidates. The second try goes on as it is, with its
 * new ports, and only announces them once more. */
void
punch_client_found(struct punch *p, uint64_t now)
{
    if (p->direct || p->opening || p->peer == PEER_STOCK)
        return;
    if (p->trying && p->second)
        generation_begin(p, now);
    else if (p->trying || p->pipe)
        punch_client_start(p, now);
}

static void
shots_drop(struct punch *p, uint8_t family)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->shot_count; i++)
        if (p->shots[i].to.family != family)
            p->shots[kept++] = p->shots[i];
    p->shot_count = kept;
}

void
punch_client_validated(struct punch *p, int socket, const struct awl_addr *to,
                       uint64_t now)
{
    int f = family_index(to->family);

    (void)now;
    if (p->live[f] != NULL && p->live[f]->number == socket) {
        sock_close(&p->spare[f]);
    } else if (p->spare[f] != NULL && p->spare[f]->number == socket) {
        sock_close(&p->live[f]);
        p->live[f] = p->spare[f];
        p->spare[f] = NULL;
    }
    shots_drop(p, to->family); /* the other family goes on to its end */
    p->worn = false;
    p->retries = 0;
    p->new_port_at = p->give_up_at = p->retry_at = p->start_at = NEVER;
    if (p->trying || !p->direct) {
        p->verdict = true;
        p->verdict_socket = socket;
        p->verdict_to = *to;
    }
    p->trying = p->opening = false;
    p->direct = true;
}

void
punch_client_adopt(struct punch *p, int socket, uint16_t port)
{
    sock_close(&p->live[0]);
    sock_close(&p->spare[0]);
    for (size_t i = 0; i < SOCKETS_MAX && p->live[0] == NULL; i++)
        if (p->socks[i].state == SOCK_NONE) {
            p->socks[i] = (struct sock){SOCK_OPEN, socket, AWL_IPV4, port};
            p->live[0] = &p->socks[i];
        }
}

static void
give_up(struct punch *p, uint64_t now)
{
    punch_search_stop(p);
    p->trying = p->direct = false;
    p->give_up_at = p->new_port_at = NEVER;
    p->worn = p->echoed;
    punch_clear(p);
    spares_restore(p);
    p->verdict = true;
    p->verdict_socket = 0;
    p->verdict_to = (struct awl_addr){0};
    if (p->peer == PEER_OWN && p->retries < ARRAY_LEN(retry_after_s))
        p->retry_at = now + retry_after_s[p->retries++] * 1000u;
    log_line(&p->config.log, LOG_INFO, "punch: generation %u: no answer over UDP",
             (unsigned)p->gen);
}

void
punch_client_stop(struct punch *p)
{
    p->trying = p->opening = false;
    p->start_at = p->new_port_at = p->give_up_at = p->retry_at = NEVER;
    punch_search_stop(p);
    spares_restore(p);
}

void
punch_client_network(struct punch *p, bool moved, uint64_t now)
{
    p->retries = 0;
    if (!moved) {
        /* A cable, a lease, one more link-local address: what works is asked first
         * (punch_silent), what is under way goes on. */
        if (!p->direct && !p->trying && !p->opening)
            punch_client_start(p, now);
        return;
    }
    p->worn = false;
    p->searched = p->found_by_search = false;
    punch_search_stop(p);
    memset(&p->seen_me, 0, sizeof p->seen_me); /* seen at the old place */
    if (!gather_is_own(p->own, p->own_count, &p->config.ssh_client))
        memset(&p->config.ssh_client, 0, sizeof p->config.ssh_client);
    punch_client_start(p, now);
}

void
punch_pipe_up(struct punch *p, const struct awl_addr *ssh_client,
              const struct awl_addr *ssh_server, uint64_t now)
{
    p->pipe = true;
    p->config.ssh_client = *ssh_client;
    p->config.ssh_server = *ssh_server;
    if (!p->direct && !(p->trying && p->echoed))
        punch_client_start(p, now);
}

void
punch_pipe_down(struct punch *p, uint64_t now)
{
    (void)now;
    p->pipe = false;
}

void
punch_lost(struct punch *p, uint64_t now)
{
    p->direct = false;
    if (p->pipe && !p->trying)
        punch_client_start(p, now);
}

void
punch_silent(struct punch *p, uint64_t now)
{
    if (p->direct && !p->trying && !p->opening)
        punch_client_start(p, now);
}

void
punch_client_tick(struct punch *p, uint64_t now)
{
    if (now >= p->start_at) {
        p->start_at = NEVER;
        punch_client_start(p, now);
    }
    if (p->trying && now >= p->give_up_at)
        give_up(p, now);
    if (p->trying && now >= p->new_port_at)
        second_start(p, now);
    if (now >= p->retry_at) {
        p->retry_at = NEVER;
        if (p->pipe && !p->direct)
            punch_client_start(p, now);
    }
}

uint64_t
punch_client_deadline(const struct punch *p)
{
    uint64_t at = sooner(p->start_at, p->retry_at);

    return p->trying ? sooner(at, sooner(p->give_up_at, p->new_port_at)) : at;
}
