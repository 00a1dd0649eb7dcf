#include "session.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/deadline.h"

#define PORT    60001u
#define ONE_WAY 20u /* ms */

static void
put(struct session *s, struct way *w, const struct awl_output *o)
{
    struct rng r = {rng_seeded_fill, &s->chance[2]};
    struct flight *f;

    if (s->loss > 0 && rng_below(&r, 100) < s->loss)
        return;
    f = &w->flight[(w->first + w->count++) % SESSION_IN_FLIGHT];
    if (w->count > SESSION_IN_FLIGHT || o->len > sizeof(f->data))
        abort();
    f->at = s->now + ONE_WAY;
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
    w->first = (w->first + 1) % SESSION_IN_FLIGHT;
    w->count--;
    return f;
}

void
session_client(void *arg)
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
            put(s, &s->up, &o);
        else if (o.kind == AWL_OPEN)
            awl_client_opened(s->client, o.socket, s->client_addr.port, s->now);
    }
    awl_client_draw(s->client, &drawn, &len, s->now);
}

void
session_server(void *arg)
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
            put(s, &s->down, &o);
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

void
session_run(struct session *s, uint64_t ms, void (*client)(struct session *s),
            void (*server)(struct session *s))
{
    uint64_t end = s->now + ms;

    for (;;) {
        client(s);
        server(s);
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

void
session_init(struct session *s, int cols, int rows)
{
    struct awl_server_config server = {.port = PORT,
                                       .random = {rng_seeded_fill, &s->chance[0]}};
    struct awl_client_config client = {.cols = cols,
                                       .rows = rows,
                                       .server_count = 1,
                                       .server_port = PORT,
                                       .random = {rng_seeded_fill, &s->chance[1]}};

    for (unsigned i = 0; i < ARRAY_LEN(s->chance); i++)
        s->chance[i].state = i + 1;
    s->now = 1000000;
    s->client_addr = address("198.51.100.10:40001");
    s->server_addr = address("203.0.113.20:60001");
    client.servers = &s->server_addr;
    s->server = awl_server_new(&server, s->now);
    s->client = awl_client_new(&client, s->now);
}

void
session_free(struct session *s)
{
    awl_client_free(s->client);
    awl_server_free(s->server);
}
