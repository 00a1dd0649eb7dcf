/* One side of a punch, played by a test, with its timeline as text. */
#pragma once
#include "addrs.h"

#include "traversal/punch.h"

#define TRACE_MAX  65536u
#define CLIENT     "198.51.100.10"
#define SERVER     "203.0.113.20"
#define SERVER_UDP SERVER ":60001"

/* One side with its timeline as text, "T kind socket address ttl; ...". */
struct side {
    struct punch *p;
    uint64_t start;
    uint16_t port; /* what the next OPEN gets */
    char trace[TRACE_MAX];
    size_t len;
};

static inline void
put(struct side *s, uint64_t now, const char *text)
{
    s->len +=
        (size_t)snprintf(s->trace + s->len, TRACE_MAX - s->len, "%s%llu %s",
                         s->len ? "; " : "", (unsigned long long)(now - s->start), text);
    assert_true(s->len < TRACE_MAX);
}

/* Everything that is due now; sockets are given ports at once. */
static inline void
drain(struct side *s, uint64_t now)
{
    struct punch_output o;
    char text[128], addr[ADDR_TEXT_LEN];

    punch_tick(s->p, now);
    while (punch_next(s->p, &o, now)) {
        addr_port_text(&o.to, addr);
        switch (o.kind) {
        case PUNCH_OPENER:
            snprintf(text, sizeof text, "opener %d %s ttl %u", o.socket, addr, o.ttl);
            break;
        case PUNCH_PROBE:
            snprintf(text, sizeof text, "probe %d %s", o.socket, addr);
            break;
        case PUNCH_OPEN:
            snprintf(text, sizeof text, "open %d v%d", o.socket, (int)o.family);
            put(s, now, text);
            punch_opened(s->p, o.socket, o.port != 0 ? o.port : s->port++, now);
            continue;
        case PUNCH_CLOSE: snprintf(text, sizeof text, "close %d", o.socket); break;
        case PUNCH_ANSWER: snprintf(text, sizeof text, "answer"); break;
        case PUNCH_VERDICT:
            snprintf(text, sizeof text, "%s %d", o.direct ? "direct" : "gave up",
                     o.socket);
            break;
        }
        put(s, now, text);
    }
    if (punch_deadline(s->p) <= now)
        fail_msg("deadline %llu is not after %llu",
                 (unsigned long long)punch_deadline(s->p), (unsigned long long)now);
}

static inline void
run(struct side *s, uint64_t from, uint64_t to)
{
    drain(s, from);
    while (punch_deadline(s->p) <= to)
        drain(s, punch_deadline(s->p));
}

static inline void
assert_trace(struct side *s, const char *want)
{
    if (strcmp(s->trace, want) != 0)
        fail_msg("got  \"%s\"\nwant \"%s\"", s->trace, want);
    s->len = 0;
    s->trace[0] = '\0';
}

struct client_setup {
    const char *own, *ssh_client, *ssh_server, *dialled;
    uint16_t port;
    bool no_pipe, no_punch;
};

static inline void
client_new(struct side *s, const struct client_setup *c, uint64_t now)
{
    struct awl_addr own = addr_at(c->own), dialled = addr_at(c->dialled);
    struct punch_config config = {
        .role = GATHER_CLIENT,
        .port = c->port,
        .own = &own,
        .own_count = 1,
        .ssh_client = addr_at(c->ssh_client),
        .ssh_server = addr_at(c->ssh_server),
        .dialled = &dialled,
        .dialled_count = dialled.family != AWL_NONE,
        .no_punch = c->no_punch,
        .pipe = !c->no_pipe,
    };

    *s = (struct side){.start = now, .port = 40001};
    s->p = punch_new(&config, now);
}

static inline void
server_new(struct side *s, const char *own_text, bool no_punch, uint64_t now)
{
    struct awl_addr own = addr_at(own_text);
    struct punch_config config = {
        .role = GATHER_SERVER,
        .port = 60001,
        .own = &own,
        .own_count = 1,
        .no_punch = no_punch,
        .hole_ttl_s = HOLE_TTL_DEFAULT_S,
    };

    *s = (struct side){.start = now};
    s->p = punch_new(&config, now);
    punch_peer(s->p, true, true, now);
}

ATTR_UNUSED static const struct client_setup open_client = {
    .own = CLIENT,
    .ssh_client = CLIENT ":50022",
    .ssh_server = SERVER ":22",
    .dialled = SERVER_UDP,
};

/* What a server says that has acted on our generation and offers nothing new. */
static inline struct punch_message
echo(uint32_t gen)
{
    return (struct punch_message){.gen = 1, .gen_echo = gen};
}

static inline void
add(struct punch_message *m, const char *addr, enum candidate_kind kind,
    enum candidate_order order)
{
    struct candidate c = {addr_at(addr), kind, order};

    assert_true(candidate_set_add(&m->cands, &c));
}
