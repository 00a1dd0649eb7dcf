#include "session/early.h"

#include <stdlib.h>

#include "base/alloc.h"

static void
log_sink(void *arg, enum log_level level, const char *text)
{
    const struct awl_log *log = arg;

    log->sink(log->arg, (enum awl_log_level)level, text);
}

static bool
has_family(const struct awl_addr *own, size_t count, enum awl_family family)
{
    for (size_t i = 0; i < count; i++)
        if (own[i].family == family && !addr_is_loopback(&own[i]) &&
            !addr_is_link_local(&own[i]))
            return true;
    return false;
}

struct awl_scout *
awl_scout_new(const struct awl_scout_config *config, uint64_t now)
{
    struct awl_scout *s = xcalloc(1, sizeof(*s));
    struct scout_config scout = {.role = GATHER_CLIENT,
                                 .map = config->client_port ==
                                        0, /* a port that was chosen is the only one */
                                 .rng = {config->random.fill, config->random.arg}};

    s->sink = config->log;
    if (config->log.sink != NULL)
        s->log = (struct log){log_sink, &s->sink, (enum log_level)config->log.level};
    scout.log = s->log;
    s->scout = scout_new(&scout);
    s->client_port = config->client_port;
    s->again_at = now + EARLY_AGAIN_MS;
    for (int i = 0; i < 2; i++) {
        enum awl_family family = i == 0 ? AWL_IPV4 : AWL_IPV6;

        if (has_family(config->own, config->own_count, family))
            s->sockets[i] = (struct early_socket){EARLY_WANTED, i + 1, family, 0};
    }
    return s;
}

void
awl_scout_free(struct awl_scout *s)
{
    if (s == NULL)
        return;
    scout_free(s->scout);
    free(s);
}

void
awl_scout_opened(struct awl_scout *s, int socket, uint16_t port, uint64_t now)
{
    if (scout_owns(socket))
        scout_opened(s->scout, socket, port, now);
    for (int i = 0; i < 2; i++) {
        struct early_socket *k = &s->sockets[i];

        if (k->state != EARLY_OPENING || k->number != socket)
            continue;
        k->state = EARLY_OPEN;
        k->port = port;
        scout_socket(s->scout, socket, k->family, port, now);
    }
}

void
awl_scout_open_failed(struct awl_scout *s, int socket, uint64_t now)
{
    if (scout_owns(socket))
        scout_open_failed(s->scout, socket, now);
    for (int i = 0; i < 2; i++)
        if (s->sockets[i].state == EARLY_OPENING && s->sockets[i].number == socket)
            s->sockets[i].state = EARLY_NONE; /* the session tries again, and tells */
}

void
awl_scout_datagram(struct awl_scout *s, const struct awl_datagram *d, uint64_t now)
{
    /* What else comes is nobody's yet. */
    scout_input(s->scout, d->socket, &d->from, bytes_of(d->data, d->len), now);
}

bool
scout_news(struct scout *s, const struct awl_news *news, struct opener_hops *hops,
           uint64_t now)
{
    struct scout_route route = {0};
    struct awl_addr none = {0};

    *hops = (struct opener_hops){0};
    switch (news->kind) {
    case AWL_NEWS_ROUTE:
        if (news->count >= 2)
            route = (struct scout_route){news->addr[0], news->addr[1]};
        scout_route(s, news->family, &route, now);
        return false;
    case AWL_NEWS_STUN:
        scout_servers(s, news->addr, MIN(news->count, AWL_STUN_MAX), now);
        return false;
    case AWL_NEWS_MAPPED:
        scout_igd(s, news->count > 0 ? &news->addr[0] : &none, news->lease_s, now);
        return false;
    case AWL_NEWS_HOPS:
        for (size_t i = 0; i < news->count && i < OPENER_HOPS; i++)
            hops->offender[i] = news->addr[i];
        return true;
    case AWL_NEWS_SERVERS: break; /* nothing of our outside */
    }
    return false;
}

void
awl_scout_news(struct awl_scout *s, const struct awl_news *news, uint64_t now)
{
    struct opener_hops hops;

    if (scout_news(s->scout, news, &hops, now))
        s->hops = hops;
}

void
awl_scout_towards(struct awl_scout *s, const struct awl_addr *server, uint64_t now)
{
    (void)now;
    if (s->hops_to.family != AWL_NONE || server->family != AWL_IPV4 ||
        addr_is_loopback(server))
        return;
    s->hops_to = *server;
    s->hops_due = true;
}

void
awl_scout_end(struct awl_scout *s)
{
    scout_end(s->scout);
    s->hops_due = false;
}

void
awl_scout_tick(struct awl_scout *s, uint64_t now)
{
    if (now >= s->again_at) {
        s->again_at = now + EARLY_AGAIN_MS;
        scout_again(s->scout, now);
    }
    scout_tick(s->scout, now);
}

static bool
socket_next(struct awl_scout *s, struct awl_output *out)
{
    for (int i = 0; i < 2; i++) {
        if (s->sockets[i].state != EARLY_WANTED)
            continue;
        s->sockets[i].state = EARLY_OPENING;
        *out = (struct awl_output){.kind = AWL_OPEN,
                                   .socket = s->sockets[i].number,
                                   .family = s->sockets[i].family,
                                   .port = s->client_port};
        return true;
    }
    return false;
}

bool
awl_scout_next(struct awl_scout *s, struct awl_output *out, uint64_t now)
{
    struct scout_output o;

    if (socket_next(s, out))
        return true;
    if (s->hops_due) {
        s->hops_due = false;
        *out = (struct awl_output){.kind = AWL_HOPS, .to = s->hops_to};
        return true;
    }
    while (scout_next(s->scout, &o, now)) {
        *out = (struct awl_output){.socket = o.socket,
                                   .family = o.family,
                                   .port = o.port,
                                   .to = o.to,
                                   .from = o.from,
                                   .data = o.data.data,
                                   .len = o.data.len};
        switch (o.kind) {
        case SCOUT_SEND: out->kind = AWL_SEND; return true;
        case SCOUT_OPEN: out->kind = AWL_OPEN; return true;
        case SCOUT_CLOSE: out->kind = AWL_CLOSE; return true;
        case SCOUT_MAP: out->kind = AWL_MAP; return true;
        case SCOUT_UNMAP: out->kind = AWL_UNMAP; return true;
        case SCOUT_FOUND: break; /* the session will ask */
        }
    }
    return false;
}

uint64_t
awl_scout_deadline(const struct awl_scout *s)
{
    return sooner(s->again_at, scout_deadline(s->scout));
}
