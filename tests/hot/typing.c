/* Keys through a whole session: both engines, with nothing between them but a round trip,
 * and a program that echoes. */
#include "hot.h"

#include <stdlib.h>

#include "awl/awl.h"
#include "base/addr.h"
#include "base/deadline.h"

#define PORT      60001u
#define ONE_WAY   20u /* ms */
#define KEYS      50u
#define IN_FLIGHT 64u

struct flight {
    uint64_t at;
    uint8_t data[2048];
    size_t len;
};

/* What is on its way to one end; a ring. */
struct way {
    struct flight flight[IN_FLIGHT];
    size_t first, count;
};

struct session {
    struct awl_client *client;
    struct awl_server *server;
    struct awl_addr client_addr, server_addr;
    struct way up, down;
    uint64_t now;
    uint8_t key; /* to be typed; 0: none */
    uint8_t echo[64];
    size_t echo_len;
};

static void
put(struct way *w, const struct awl_output *o, uint64_t now)
{
    struct flight *f = &w->flight[(w->first + w->count++) % IN_FLIGHT];

    if (w->count > IN_FLIGHT || o->len > sizeof(f->data))
        abort();
    f->at = now + ONE_WAY;
    f->len = o->len;
    for (size_t i = 0; i < o->len; i++)
        f->data[i] = o->data[i];
}

static const struct flight *
take(struct way *w, uint64_t now)
{
    const struct flight *f = &w->flight[w->first];

    if (w->count == 0 || f->at > now)
        return NULL;
    w->first = (w->first + 1) % IN_FLIGHT;
    w->count--;
    return f;
}

static void
client_turn(void *arg)
{
    struct session *s = arg;
    const struct flight *f;
    struct awl_output o;
    const uint8_t *drawn;
    size_t len;

    if (s->key != 0)
        awl_client_keys(s->client, &s->key, 1, s->now);
    s->key = 0;
    while ((f = take(&s->down, s->now)) != NULL) {
        struct awl_datagram d = {.socket = 1,
                                 .from = s->server_addr,
                                 .ttl = 60,
                                 .data = f->data,
                                 .len = f->len};

        awl_client_datagram(s->client, &d, s->now);
    }
    awl_client_tick(s->client, s->now);
    while (awl_client_next(s->client, &o, s->now)) {
        if (o.kind == AWL_SEND)
            put(&s->up, &o, s->now);
        else if (o.kind == AWL_OPEN)
            awl_client_opened(s->client, o.socket, s->client_addr.port, s->now);
    }
    awl_client_draw(s->client, &drawn, &len, s->now);
}

static void
server_turn(void *arg)
{
    struct session *s = arg;
    const struct flight *f;
    struct awl_output o;

    while ((f = take(&s->up, s->now)) != NULL) {
        struct awl_datagram d = {.from = s->client_addr,
                                 .to = s->server_addr,
                                 .ttl = 60,
                                 .data = f->data,
                                 .len = f->len};

        awl_server_datagram(s->server, &d, s->now);
    }
    if (s->echo_len > 0)
        awl_server_pty(s->server, s->echo, s->echo_len, s->now);
    s->echo_len = 0;
    awl_server_tick(s->server, s->now);
    while (awl_server_next(s->server, &o, s->now)) {
        if (o.kind == AWL_SEND)
            put(&s->down, &o, s->now);
        else if (o.kind == AWL_PTY_WRITE)
            for (size_t i = 0; i < o.len && s->echo_len < sizeof(s->echo); i++)
                s->echo[s->echo_len++] = o.data[i];
    }
}

static uint64_t
next_event(const struct session *s)
{
    uint64_t at = sooner(awl_client_deadline(s->client), awl_server_deadline(s->server));

    if (s->up.count > 0)
        at = sooner(at, s->up.flight[s->up.first].at);
    if (s->down.count > 0)
        at = sooner(at, s->down.flight[s->down.first].at);
    return s->echo_len > 0 ? s->now : MAX(at, s->now + 1);
}

/* Runs so long. count: the end whose turns are counted, 0: neither. */
static void
run(struct session *s, uint64_t ms, char count)
{
    uint64_t end = s->now + ms;

    for (;;) {
        if (count == 'c')
            counted(client_turn, s);
        else
            client_turn(s);
        if (count == 's')
            counted(server_turn, s);
        else
            server_turn(s);
        if (next_event(s) > end)
            break;
        s->now = next_event(s);
    }
    s->now = end;
}

static struct awl_addr
address(const char *text)
{
    struct awl_addr a;

    if (!addr_parse_port(bytes_str(text), &a))
        abort();
    return a;
}

size_t
typing(const struct path *path)
{
    struct rng_seeded chance[2] = {{1}, {2}};
    struct session *s = calloc(1, sizeof(*s));
    struct awl_server_config server = {.port = PORT,
                                       .random = {rng_seeded_fill, &chance[0]}};
    struct awl_client_config client = {
        .server_count = 1, .server_port = PORT, .random = {rng_seeded_fill, &chance[1]}};
    struct awl_tty_mode mode = {true, true, 0x7f, 0x15, 0x17, "sh"};

    if (s == NULL)
        abort();
    s->now = 1000000;
    s->client_addr = address("198.51.100.10:40001");
    s->server_addr = address("203.0.113.20:60001");
    client.servers = &s->server_addr;
    s->server = awl_server_new(&server, s->now);
    s->client = awl_client_new(&client, s->now);
    awl_server_tty_mode(s->server, &mode, s->now);
    awl_server_pty(s->server, (const uint8_t *)"$ ", 2, s->now);
    run(s, 10000, 0); /* what starts a session is no part of it */
    for (unsigned i = 0; i < KEYS; i++) {
        s->key = (uint8_t)('a' + i % 26);
        run(s, 150, path->client ? 'c' : 's');
    }
    awl_client_free(s->client);
    awl_server_free(s->server);
    free(s);
    return KEYS;
}
