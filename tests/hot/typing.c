/* Keys through a whole session. */
#include "hot.h"

#include <stdlib.h>

#include "session.h"

#define KEYS 50u

static void
client_counted(struct session *s)
{
    counted(session_client, s);
}

static void
client_only(struct session *s)
{
    session_client(s);
}

static void
server_counted(struct session *s)
{
    counted(session_server, s);
}

static void
server_only(struct session *s)
{
    session_server(s);
}

size_t
typing(const struct path *path)
{
    struct session *s = calloc(1, sizeof(*s));
    struct awl_tty_mode mode = {true, true, 0x7f, 0x15, 0x17, "sh"};

    if (s == NULL)
        abort();
    session_init(s, 80, 24);
    awl_server_tty_mode(s->server, &mode, s->now);
    awl_server_pty(s->server, (const uint8_t *)"$ ", 2, s->now);
    /* What starts a session is no part of it. */
    session_run(s, 10000, client_only, server_only);
    for (unsigned i = 0; i < KEYS; i++) {
        s->key = (uint8_t)('a' + i % 26);
        session_run(s, 150, path->client ? client_counted : client_only,
                    path->client ? server_only : server_counted);
    }
    session_free(s);
    free(s);
    return KEYS;
}
