#include "traversal/scout.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#define SESSION_SOCKETS STUN_SOCKETS_MAX

/* A socket that we have opened, or asked for. */
struct own_socket {
    enum { SOCKET_NONE, SOCKET_WANTED, SOCKET_OPENING, SOCKET_OPEN } state;
    int number;
    uint16_t port;
};

struct map {
    struct scout_route route;
    bool wanted;
    struct pmp *pmp;           /* NULL: not asked yet */
    struct pmp *dying;         /* takes a mapping back */
    struct own_socket asker;   /* from which the gateway is asked */
    struct own_socket through; /* the mapped one; on a server its session's socket */
    enum { IGD_IDLE, IGD_DUE, IGD_ASKED, IGD_HELD, IGD_FAILED } igd;
    struct awl_addr igd_mapped;
    uint64_t igd_renew;
};

struct scout {
    struct scout_config config;
    struct stun *stun;
    struct map map[2]; /* IPv4, IPv6 */
    struct session_socket {
        int socket;
        enum awl_family family; /* AWL_NONE: free */
        uint16_t port;
    } sockets[SESSION_SOCKETS];
    size_t oldest;  /* a ring */
    bool varies[2]; /* so it was seen on this network, by a socket that may be gone */
    int next_number;
    int closing[8]; /* sockets to be closed */
    size_t closings;
    bool news, unmap, ended;
};

static size_t
family_index(enum awl_family family)
{
    return family == AWL_IPV6 ? 1 : 0;
}

static enum awl_family
map_family(const struct scout *s, const struct map *m)
{
    return m == &s->map[1] ? AWL_IPV6 : AWL_IPV4;
}

static bool
is_client(const struct scout *s)
{
    return s->config.role == GATHER_CLIENT;
}

struct scout *
scout_new(const struct scout_config *config)
{
    struct scout *s = xcalloc(1, sizeof *s);

    s->config = *config;
    s->stun = stun_new(&config->rng, &config->log);
    s->next_number = SCOUT_SOCKET;
    return s;
}

void
scout_free(struct scout *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < 2; i++) {
        pmp_free(s->map[i].pmp);
        pmp_free(s->map[i].dying);
    }
    stun_free(s->stun);
    free(s);
}

/* ---- STUN ---- */

void
scout_servers(struct scout *s, const struct awl_addr *servers, size_t count, uint64_t now)
{
    if (!s->ended)
        stun_servers(s->stun, servers, count, now);
}

void
scout_socket(struct scout *s, int socket, enum awl_family family, uint16_t port,
             uint64_t now)
{
    struct session_socket *k = NULL;

    if (s->ended)
        return;
    for (size_t i = 0; i < SESSION_SOCKETS && k == NULL; i++)
        if (s->sockets[i].family == AWL_NONE)
            k = &s->sockets[i];
    if (k == NULL)
        k = &s->sockets[s->oldest++ % SESSION_SOCKETS];
    *k = (struct session_socket){socket, family, port};
    stun_open(s->stun, socket, family, now);
}

void
scout_socket_closed(struct scout *s, int socket)
{
    for (size_t i = 0; i < SESSION_SOCKETS; i++)
        if (s->sockets[i].family != AWL_NONE && s->sockets[i].socket == socket)
            s->sockets[i] = (struct session_socket){0};
    stun_close(s->stun, socket);
}

/* ---- the mapping ---- */

static void
socket_want(struct scout *s, struct own_socket *k)
{
    *k = (struct own_socket){SOCKET_WANTED, s->next_number++, 0};
}

static void
socket_close(struct scout *s, struct own_socket *k)
{
    if ((k->state == SOCKET_OPENING || k->state == SOCKET_OPEN) && k->number != 0 &&
        s->closings < ARRAY_LEN(s->closing))
        s->closing[s->closings++] = k->number;
    *k = (struct own_socket){0};
}

/* Everything of that mapping is gone. give_back: the gateway can still be told. */
static void
map_drop(struct scout *s, struct map *m, bool give_back)
{
    s->unmap = s->unmap ||
               (give_back && (m->igd_mapped.family != AWL_NONE || m->igd == IGD_ASKED));
    s->news = s->news || m->igd_mapped.family != AWL_NONE ||
              (m->pmp != NULL && pmp_mapped(m->pmp).family != AWL_NONE);
    m->igd = IGD_IDLE;
    m->igd_mapped = (struct awl_addr){0};
    pmp_free(m->dying);
    m->dying = give_back ? m->pmp : NULL;
    if (give_back && m->pmp != NULL)
        pmp_release(m->pmp);
    else
        pmp_free(m->pmp);
    m->pmp = NULL;
    if (is_client(s))
        socket_close(s, &m->through);
    if (m->dying == NULL)
        socket_close(s, &m->asker);
}

static void
map_begin(struct scout *s, struct map *m, uint64_t now)
{
    struct pmp_config config = {.gateway = m->route.gateway,
                                .from = m->route.from,
                                .rng = s->config.rng,
                                .log = s->config.log};

    if (m->asker.state == SOCKET_NONE)
        socket_want(s, &m->asker);
    if (is_client(s) && m->through.state == SOCKET_NONE)
        socket_want(s, &m->through);
    if (!is_client(s))
        m->through = (struct own_socket){SOCKET_OPEN, 0, s->config.port};
    if (m->asker.state != SOCKET_OPEN || m->through.state != SOCKET_OPEN)
        return;
    config.port = m->through.port;
    m->pmp = pmp_new(&config, now);
}

/* IPv4: only from an address that nobody outside reaches. IPv6 has firewalls, not
 * translators, and punching opens a client's own; a server's may be open for all. */
static bool
map_wanted(const struct scout *s, const struct scout_route *r, enum awl_family family)
{
    if (!s->config.map || r->gateway.family != family || r->from.family != family ||
        addr_is_loopback(&r->from) || addr_is_link_local(&r->from))
        return false;
    return family == AWL_IPV4 ? addr_is_private(&r->from) : !is_client(s);
}

void
scout_route(struct scout *s, enum awl_family family, const struct scout_route *route,
            uint64_t now)
{
    struct map *m = &s->map[family_index(family)];
    bool wanted = map_wanted(s, route, family);

    if (s->ended)
        return;
    if (wanted == m->wanted && addr_same_host(&route->gateway, &m->route.gateway) &&
        addr_same_host(&route->from, &m->route.from)) {
        if (m->pmp != NULL)
            pmp_check(m->pmp, now); /* something has changed, if only a cable */
        return;
    }
    map_drop(s, m, false);
    m->route = *route;
    m->wanted = wanted;
    if (wanted)
        map_begin(s, m, now);
}

void
scout_network(struct scout *s, uint64_t now)
{
    if (s->ended)
        return;
    s->varies[0] = s->varies[1] = false;
    stun_network(s->stun, now);
}

static struct own_socket *
own_find(const struct scout *s, int number)
{
    for (size_t i = 0; i < 2 && number >= SCOUT_SOCKET; i++) {
        const struct map *m = &s->map[i];

        if (m->asker.state != SOCKET_NONE && m->asker.number == number)
            return (struct own_socket *)&m->asker;
        if (m->through.state != SOCKET_NONE && m->through.number == number)
            return (struct own_socket *)&m->through;
    }
    return NULL;
}

bool
scout_owns(int socket)
{
    return socket >= SCOUT_SOCKET;
}

void
scout_opened(struct scout *s, int socket, uint16_t port, uint64_t now)
{
    struct own_socket *k = own_find(s, socket);

    if (k == NULL) { /* no longer wanted */
        if (s->closings < ARRAY_LEN(s->closing))
            s->closing[s->closings++] = socket;
        return;
    }
    k->state = SOCKET_OPEN;
    k->port = port;
    for (size_t i = 0; i < 2; i++)
        if (s->map[i].wanted && s->map[i].pmp == NULL)
            map_begin(s, &s->map[i], now);
}

void
scout_open_failed(struct scout *s, int socket, uint64_t now)
{
    struct own_socket *k = own_find(s, socket);

    (void)now;
    if (k == NULL)
        return;
    *k = (struct own_socket){0};
    for (size_t i = 0; i < 2; i++) {
        if (s->map[i].wanted && s->map[i].pmp == NULL) {
            s->map[i].wanted = false;
            map_drop(s, &s->map[i], false);
        }
    }
}

void
scout_igd(struct scout *s, const struct awl_addr *mapped, uint32_t lease_s, uint64_t now)
{
    struct map *m = &s->map[0];
    char text[ADDR_TEXT_LEN];

    if (m->igd != IGD_ASKED)
        return; /* the network is another one by now */
    if (mapped->family != AWL_IPV4 || mapped->port == 0 || !candidate_usable(mapped)) {
        s->news = s->news || m->igd_mapped.family != AWL_NONE;
        m->igd_mapped = (struct awl_addr){0};
        m->igd = IGD_FAILED;
        return;
    }
    if (!addr_equal(mapped, &m->igd_mapped)) {
        log_line(&s->config.log, LOG_INFO, "upnp: port %u is reached at %s",
                 m->through.port, addr_port_text(mapped, text));
        s->news = true;
    }
    m->igd = IGD_HELD;
    m->igd_mapped = *mapped;
    m->igd_renew = lease_s == 0 ? NEVER : now + 500ull * MAX(lease_s, SCOUT_LEASE_MIN_S);
}

bool
scout_input(struct scout *s, int socket, const struct awl_addr *from, struct bytes data,
            uint64_t now)
{
    for (size_t i = 0; i < 2; i++) {
        struct map *m = &s->map[i];

        if (m->asker.state != SOCKET_NONE && m->asker.number == socket) {
            if (m->pmp != NULL)
                pmp_input(m->pmp, from, data, now);
            return true;
        }
    }
    return stun_input(s->stun, socket, from, data, now);
}

void
scout_again(struct scout *s, uint64_t now)
{
    if (!s->ended)
        stun_again(s->stun, now);
}

void
scout_lost(struct scout *s, int socket, uint64_t now)
{
    for (size_t i = 0; i < 2 && !s->ended; i++) {
        struct map *m = &s->map[i];

        if (!m->wanted || m->through.state != SOCKET_OPEN || m->through.number != socket)
            continue;
        if (!is_client(s)) {
            if (m->pmp != NULL)
                pmp_check(m->pmp, now);
            continue;
        }
        map_drop(s, m, true);
        map_begin(s, m, now);
    }
}

void
scout_end(struct scout *s)
{
    if (s->ended)
        return;
    for (size_t i = 0; i < 2; i++) {
        s->map[i].wanted = false;
        map_drop(s, &s->map[i], true);
    }
    stun_servers(s->stun, NULL, 0, 0);
    s->ended = true;
}

/* ---- time ---- */

/* Nobody answers: the sockets are not needed. */
static bool
map_hopeless(const struct map *m)
{
    return m->wanted && m->pmp != NULL && pmp_mapped(m->pmp).family == AWL_NONE &&
           pmp_deadline(m->pmp) == NEVER && (m->igd == IGD_FAILED || m->igd == IGD_IDLE);
}

void
scout_tick(struct scout *s, uint64_t now)
{
    stun_tick(s->stun, now);
    for (size_t i = 0; i < 2; i++) {
        struct map *m = &s->map[i];

        if (m->pmp != NULL)
            pmp_tick(m->pmp, now);
        if (m->igd == IGD_HELD && now >= m->igd_renew)
            m->igd = IGD_DUE;
    }
}

uint64_t
scout_deadline(const struct scout *s)
{
    uint64_t at = stun_deadline(s->stun);

    for (size_t i = 0; i < 2; i++) {
        const struct map *m = &s->map[i];

        if (m->pmp != NULL && m->asker.state == SOCKET_OPEN)
            at = sooner(at, pmp_deadline(m->pmp));
        if (m->igd == IGD_HELD)
            at = sooner(at, m->igd_renew);
    }
    return at;
}

/* ---- what goes ---- */

static bool
socket_open_next(struct own_socket *k, enum awl_family family, struct scout_output *out)
{
    if (k->state != SOCKET_WANTED)
        return false;
    k->state = SOCKET_OPENING;
    out->kind = SCOUT_OPEN;
    out->socket = k->number;
    out->family = family;
    return true;
}

static void
map_send(const struct map *m, const struct pmp_output *p, struct scout_output *out)
{
    out->kind = SCOUT_SEND;
    out->socket = m->asker.number;
    out->to = p->to;
    out->from = m->route.from;
    out->data = p->data;
}

/* False: none left. */
static bool
pmp_take(struct scout *s, struct map *m, struct scout_output *out, uint64_t now)
{
    struct pmp_output p;

    while (m->dying != NULL) {
        if (!pmp_next(m->dying, &p, now)) {
            pmp_free(m->dying);
            m->dying = NULL;
            if (!m->wanted)
                socket_close(s, &m->asker);
        } else if (p.kind == PMP_SEND) {
            map_send(m, &p, out);
            return true;
        }
    }
    while (m->pmp != NULL && pmp_next(m->pmp, &p, now)) {
        switch (p.kind) {
        case PMP_SEND: map_send(m, &p, out); return true;
        case PMP_LOST: s->news = true; break;
        case PMP_MAPPED:
            s->news = true;
            s->unmap =
                s->unmap || m->igd_mapped.family != AWL_NONE || m->igd == IGD_ASKED;
            m->igd = IGD_IDLE;
            m->igd_mapped = (struct awl_addr){0};
            break;
        case PMP_NOTHING:
            if (m == &s->map[0] && m->igd == IGD_IDLE)
                m->igd = IGD_DUE;
            break;
        }
    }
    return false;
}

static bool
map_next(struct scout *s, struct map *m, struct scout_output *out, uint64_t now)
{
    enum awl_family family = map_family(s, m);

    if (socket_open_next(&m->asker, family, out) ||
        (is_client(s) && socket_open_next(&m->through, family, out)))
        return true;
    if (pmp_take(s, m, out, now))
        return true;
    if (m->igd == IGD_DUE) {
        m->igd = IGD_ASKED;
        out->kind = SCOUT_MAP;
        out->port = m->through.port;
        out->to = m->route.gateway;
        out->from = m->route.from;
        return true;
    }
    if (map_hopeless(m)) {
        m->wanted = false;
        map_drop(s, m, false);
    }
    return false;
}

static void
nat_note(struct scout *s, int socket, enum awl_family family)
{
    struct stun_view v;

    stun_view(s->stun, socket, family, &v);
    if (v.mapping != STUN_UNKNOWN)
        s->varies[family_index(family)] = v.mapping == STUN_VARIES;
}

static bool
stun_take(struct scout *s, struct scout_output *out, uint64_t now)
{
    struct stun_output o;

    while (stun_next(s->stun, &o, now)) {
        if (o.kind == STUN_NEWS) {
            nat_note(s, o.socket, o.family);
            s->news = true;
            continue;
        }
        out->kind = SCOUT_SEND;
        out->socket = o.socket;
        out->to = o.to;
        out->data = o.data;
        return true;
    }
    return false;
}

bool
scout_next(struct scout *s, struct scout_output *out, uint64_t now)
{
    *out = (struct scout_output){0};
    for (size_t i = 0; i < 2; i++)
        if (map_next(s, &s->map[i], out, now))
            return true;
    if (stun_take(s, out, now))
        return true;
    if (s->unmap) {
        s->unmap = false;
        out->kind = SCOUT_UNMAP;
        return true;
    }
    if (s->closings > 0) {
        out->kind = SCOUT_CLOSE;
        out->socket = s->closing[--s->closings];
        return true;
    }
    if (s->news) {
        s->news = false;
        out->kind = SCOUT_FOUND;
        return true;
    }
    return false;
}

/* ---- what was found ---- */

size_t
scout_found(const struct scout *s, struct scout_found out[SCOUT_FOUND_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < 2; i++) {
        const struct map *m = &s->map[i];
        struct awl_addr mapped = m->igd_mapped;

        if (m->pmp != NULL && pmp_mapped(m->pmp).family != AWL_NONE)
            mapped = pmp_mapped(m->pmp);
        if (mapped.family == AWL_NONE || m->through.state != SOCKET_OPEN)
            continue;
        /* Whoever is reached by a mapping has to be reached first. */
        out[n++] = (struct scout_found){
            m->through.number,
            {mapped, CANDIDATE_MAPPED,
             is_client(s) ? CANDIDATE_SERVER_FIRST : CANDIDATE_CLIENT_FIRST}};
    }
    for (size_t i = 0; i < SESSION_SOCKETS && n < SCOUT_FOUND_MAX; i++) {
        const struct session_socket *k = &s->sockets[i];
        struct stun_view v;

        if (k->family == AWL_NONE)
            continue;
        stun_view(s->stun, k->socket, k->family, &v);
        if (v.seen.family != AWL_NONE)
            out[n++] = (struct scout_found){
                k->socket, {v.seen, CANDIDATE_SEEN, CANDIDATE_CLIENT_FIRST}};
    }
    return n;
}

enum scout_nat
scout_nat(const struct scout *s, enum awl_family family)
{
    enum scout_nat nat = SCOUT_NAT_UNKNOWN;

    for (size_t i = 0; i < SESSION_SOCKETS && !s->varies[family_index(family)]; i++) {
        const struct session_socket *k = &s->sockets[i];
        struct stun_view v;

        if (k->family != family)
            continue;
        stun_view(s->stun, k->socket, k->family, &v);
        if (v.seen.family == AWL_NONE)
            continue;
        nat = v.seen.port == k->port ? SCOUT_NAT_PORT_KEPT : SCOUT_NAT_PORT_CHANGED;
    }
    return s->varies[family_index(family)] ? SCOUT_NAT_VARIES : nat;
}

bool
scout_silent(const struct scout *s)
{
    bool silent = false;

    for (size_t i = 0; i < SESSION_SOCKETS; i++) {
        const struct session_socket *k = &s->sockets[i];
        struct stun_view v;

        if (k->family == AWL_NONE)
            continue;
        stun_view(s->stun, k->socket, k->family, &v);
        if (v.heard)
            return false;
        silent = silent || v.silent;
    }
    return silent;
}
