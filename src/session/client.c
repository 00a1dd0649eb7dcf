#include "session/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "session/early.h"
#include "terminal/width.h"

static struct hello
own_hello(const struct awl_client_config *config)
{
    struct hello h = {.revision = HELLO_REVISION,
                      .features = HELLO_PATH | HELLO_VALIDATE | HELLO_MIRROR |
                                  HELLO_TERMINAL | HELLO_EXIT | HELLO_TTYMODE,
                      .width_table = WIDTH_TABLE_VERSION * 100};

    if (!config->no_punch)
        h.features |= HELLO_PUNCH;
    if (!config->no_punch && !config->no_spray)
        h.features |= HELLO_SPRAY;
    snprintf(h.agent, sizeof(h.agent), "awl %s", AWL_VERSION);
    return h;
}

static void
config_take(struct awl_client *c, const struct awl_client_config *config)
{
    size_t count = MIN(config->server_count, AWL_ADDRS_MAX);

    c->config = *config;
    if (c->config.cols < 1 || c->config.rows < 1) {
        c->config.cols = 80;
        c->config.rows = 24;
    }
    c->config.cols = MIN(c->config.cols, AWL_COLS_MAX);
    c->config.rows = MIN(c->config.rows, AWL_ROWS_MAX);
    for (size_t i = 0; i < count; i++)
        c->servers[i] = config->servers[i];
    c->config.servers = c->servers;
    c->config.server_count = count;
    c->config.own = NULL;
    c->config.own_count = 0;
}

/* Openers are low in IPv4, where translators are. */
static struct awl_addr
hops_target(const struct awl_client *c)
{
    for (size_t i = 0; i < c->config.server_count; i++)
        if (c->servers[i].family == AWL_IPV4 && !addr_is_loopback(&c->servers[i]))
            return c->servers[i];
    return (struct awl_addr){0};
}

static void
log_sink(void *arg, enum log_level level, const char *text)
{
    const struct awl_log *log = arg;

    log->sink(log->arg, (enum awl_log_level)level, text);
}

/* Goes on where the scouting that went before is. It is kept for as long as we live: its
 * log is what the inner one writes to. */
static void
early_take(struct awl_client *c, struct carrier_config *cc,
           struct punch_socket sockets[2])
{
    struct awl_scout *e = c->config.scout;

    cc->punch.sockets = sockets;
    for (int i = 0; i < 2; i++) {
        const struct early_socket *k = &e->sockets[i];

        if (k->state != EARLY_OPEN)
            continue;
        sockets[cc->punch.socket_count++] =
            (struct punch_socket){k->number, k->family, k->port};
        c->sockets[c->socket_count++] =
            (struct client_socket){k->number, k->family, true};
    }
    cc->punch.routers = e->hops;
    cc->hops_asked = e->hops_to.family != AWL_NONE;
    cc->taken = e->scout;
    e->scout = NULL;
}

struct awl_client *
awl_client_new(const struct awl_client_config *config, uint64_t now)
{
    struct awl_client *c = xcalloc(1, sizeof(*c));
    struct rng rng = {config->random.fill, config->random.arg};
    struct carrier_config cc;
    struct punch_socket sockets[2];

    config_take(c, config);
    if (config->log.sink != NULL)
        c->log =
            (struct log){log_sink, &c->config.log, (enum log_level)config->log.level};
    cc = (struct carrier_config){
        .transport = {.server = false,
                      .key = config->key,
                      .rng = rng,
                      .local_ops = &keys_ops,
                      .local = keys_new(),
                      .remote_ops = &display_ops,
                      .remote = display_new(c->config.cols, c->config.rows)},
        .punch = {.role = GATHER_CLIENT,
                  .port = config->client_port,
                  .own = config->own,
                  .own_count = MIN(config->own_count, PUNCH_ADDRS_MAX),
                  .ssh_client = config->ssh.client,
                  .ssh_server = config->ssh.server,
                  .proxied = config->ssh.proxied,
                  .dialled = c->servers,
                  .dialled_count = c->config.server_count,
                  .no_punch = config->no_punch,
                  .no_host = config->no_host_candidates,
                  .pipe = config->pipe,
                  .log = c->log},
        .paths = {.client = true,
                  .keep_ssh = config->keep_ssh,
                  .own = config->own,
                  .own_count = MIN(config->own_count, PUNCH_ADDRS_MAX),
                  .rng = rng,
                  .log = c->log},
        .scout = {.role = GATHER_CLIENT,
                  /* Nothing can be told to the server without ssh, and a port that was
                   * chosen is the only one. */
                  .map = (config->pipe || config->can_dial) && config->client_port == 0,
                  .rng = rng,
                  .log = c->log},
        .hops_to = hops_target(c),
        .hello = own_hello(config),
    };
    if (config->scout != NULL)
        early_take(c, &cc, sockets);
    carrier_init(&c->carrier, &cc, now);
    if (config->no_punch)
        carrier_end(&c->carrier); /* nothing is looked for, and no port mapped */
    wipe(&cc.transport.key, sizeof(cc.transport.key));
    wipe(&c->config.key, sizeof(c->config.key));
    dial_init(&c->dial, config->can_dial, config->repunch, config->pipe, rng, c->log);
    escape_init(&c->escape, config->escape);
    notice_init(&c->notice, c->escape.key, now);
    c->view = client_view_new(&c->config);
    c->terminal = client_terminal_new(config->caps.answers);
    c->started = now;
    c->first_state_at = c->direct_at = NEVER;
    client_ways_init(c, now);
    keys_resize(transport_local(c->carrier.transport), c->config.cols, c->config.rows);
    transport_changed(c->carrier.transport, now);
    return c;
}

void
awl_client_free(struct awl_client *c)
{
    if (c == NULL)
        return;
    carrier_free(&c->carrier);
    frames_free(c->frames);
    client_view_free(c->view);
    client_terminal_free(c->terminal);
    awl_scout_free(c->config.scout);
    buffer_free(&c->out);
    wipe(c, sizeof(*c));
    free(c);
}

/* ---- in ---- */

static void
keys_send(struct awl_client *c, struct buffer *b, uint64_t now)
{
    if (b->len == 0)
        return;
    client_view_keys(c, buffer_bytes(b), now);
    keys_push(transport_local(c->carrier.transport), buffer_bytes(b));
    transport_changed(c->carrier.transport, now);
    buffer_clear(b);
}

static void
escape_act(struct awl_client *c, const struct escape_out *e, uint64_t now)
{
    switch (e->action) {
    case ESCAPE_SEND: break;
    case ESCAPE_BEGIN: notice_help(&c->notice, now); break;
    case ESCAPE_QUIT: awl_client_quit(c, "leaving, as asked", now); break;
    case ESCAPE_SUSPEND: c->suspend = true; break;
    case ESCAPE_PATH:
        notice_say(&c->notice, NOTICE_NOTE, awl_client_path_line(c, now), now);
        break;
    case ESCAPE_LOGIN: client_ways_login(c, now); break;
    }
}

/* What the user typed, without the terminal's answers. */
static void
keys_typed(struct awl_client *c, struct bytes keys, uint64_t now)
{
    struct buffer send = {0};

    for (size_t i = 0; i < keys.len && !c->over; i++) {
        struct escape_out e;
        int byte = keys.data[i];
        size_t n = client_terminal_key(c, bytes_slice(keys, i, keys.len), &byte);

        i += n > 0 ? n - 1 : 0;
        if (byte < 0)
            continue;
        escape_feed(&c->escape, (uint8_t)byte, &e);
        if (e.ended)
            notice_unsay(&c->notice, NOTICE_HELP);
        if (e.action != ESCAPE_SEND) {
            keys_send(c, &send, now);
            escape_act(c, &e, now);
        }
        if (c->quitting)
            continue; /* the object is final; only the escape key still works */
        if (e.len > 0 && e.keys[e.len - 1] == 0x0c)
            awl_client_redraw(c);
        buffer_put(&send, e.keys, e.len);
    }
    if (!c->over)
        keys_send(c, &send, now);
    buffer_wipe(&send);
}

void
awl_client_keys(struct awl_client *c, const uint8_t *data, size_t len, uint64_t now)
{
    struct buffer keys = {0};

    client_terminal_input(c, bytes_of(data, len), &keys, now);
    keys_typed(c, buffer_bytes(&keys), now);
    buffer_wipe(&keys);
}

bool
awl_client_wants_keys(const struct awl_client *c)
{
    /* Asking changes nothing; the transport has one way to its object. */
    struct transport *t = c->carrier.transport;

    return keys_unacked(transport_local(t)) < KEYS_BUSY;
}

void
awl_client_resize(struct awl_client *c, int cols, int rows, uint64_t now)
{
    if (c->over || c->quitting || cols < 1 || rows < 1)
        return;
    c->config.cols = MIN(cols, AWL_COLS_MAX);
    c->config.rows = MIN(rows, AWL_ROWS_MAX);
    client_view_resize(c);
    keys_resize(transport_local(c->carrier.transport), c->config.cols, c->config.rows);
    transport_changed(c->carrier.transport, now);
}

void
client_receive(struct awl_client *c, const struct path_ref *ref, int ttl, int ecn,
               struct bytes data, uint64_t now)
{
    struct carrier_heard h;

    carrier_receive(&c->carrier, ref, ttl, ecn, data, now, &h);
    if (h.result.error != 0) {
        if (ref->kind == PATH_UDP)
            notice_say(&c->notice, NOTICE_BAD, "a datagram that isn't the server's came",
                       now);
        return;
    }
    if (h.result.replayed)
        return;
    client_ways_heard(c, &h, now);
    if (h.result.new_remote) {
        if (c->first_state_at == NEVER)
            c->first_state_at = now;
        client_view_touch(c);
        client_terminal_heard(c, now);
    }
}

void
awl_client_datagram(struct awl_client *c, const struct awl_datagram *d, uint64_t now)
{
    struct path_ref ref = {
        .kind = PATH_UDP, .socket = d->socket, .to = d->from, .from = d->to};

    if (c->over || d->len > DATAGRAM_MAX || carrier_scouted(&c->carrier, d, now))
        return;
    /* Openers are empty; they have done their work on the way, unless they were guesses.
     */
    if (d->len == 0) {
        punch_empty(c->carrier.punch, d->socket, &d->from, now);
        return;
    }
    client_receive(c, &ref, d->ttl, d->ecn, bytes_of(d->data, d->len), now);
}

void
awl_client_quit(struct awl_client *c, const char *why, uint64_t now)
{
    if (c->over)
        return;
    if (c->quitting || (c->socket_count == 0 && c->frames == NULL)) {
        c->over = true;
        c->end = c->first_state_at == NEVER ? AWL_END_NO_CONTACT : AWL_END_UNCLEAN;
        return;
    }
    c->quitting = true;
    notice_say(&c->notice, NOTICE_QUIT, why, now);
    transport_shutdown(c->carrier.transport, now);
}

/* ---- time ---- */

static void
end_check(struct awl_client *c)
{
    struct transport *t = c->carrier.transport;

    if (c->over)
        return;
    c->over = true;
    if (transport_peer_shutdown_answered(t))
        c->end = AWL_END_REMOTE;
    else if (transport_shutdown_acked(t))
        c->end = AWL_END_LOCAL;
    else if (transport_shutdown_given_up(t))
        c->end = c->first_state_at == NEVER ? AWL_END_NO_CONTACT : AWL_END_UNCLEAN;
    else if (c->carrier.exhausted)
        c->end = AWL_END_KEY;
    else
        c->over = false;
}

static bool
still_connecting(const struct awl_client *c)
{
    return c->first_state_at == NEVER && c->frames == NULL && !c->quitting;
}

static void
notices(struct awl_client *c, uint64_t now)
{
    struct transport *t = c->carrier.transport;
    uint64_t heard = transport_state_heard(t), replied = transport_acked_sent(t);

    if (c->sending) {
        c->sending = false;
        notice_sent(&c->notice, now);
    }
    if (still_connecting(c) && now >= c->started + CLIENT_CONNECT_MS) {
        c->timed_out = true;
        awl_client_quit(c, "timed out waiting for the server", now);
    }
    notice_link(&c->notice, heard != 0 ? heard : NEVER, replied != 0 ? replied : NEVER);
    if (notice_tick(&c->notice, now))
        client_view_touch(c);
}

void
awl_client_tick(struct awl_client *c, uint64_t now)
{
    struct buffer keys = {0};

    if (c->over)
        return;
    client_terminal_tick(c, &keys, now);
    keys_typed(c, buffer_bytes(&keys), now);
    buffer_wipe(&keys);
    client_ways_tick(c, now);
    carrier_tick(&c->carrier, now);
    client_view_tick(c, now);
    notices(c, now);
    end_check(c);
}

static bool
done_next(struct awl_client *c, struct awl_output *out)
{
    const struct display *d = transport_remote(c->carrier.transport);

    if (c->done)
        return false;
    c->done = true;
    client_view_report(c);
    *out = (struct awl_output){.kind = AWL_DONE, .end = c->end};
    if (d->exited) {
        out->exit_known = true;
        out->exit_status = (int)d->exit_status;
        out->exit_signal = (int)d->exit_signal;
    }
    return true;
}

bool
awl_client_next(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    if (!c->over) {
        if (c->suspend) {
            c->suspend = false;
            *out = (struct awl_output){.kind = AWL_SUSPEND};
            return true;
        }
        if (client_ways_next(c, out, now))
            return true;
        if (notice_deadline(&c->notice) <= now)
            notices(c, now); /* something was said on the way */
        end_check(c);
    }
    return c->over && (client_ways_end(c, out, now) || done_next(c, out));
}

uint64_t
awl_client_deadline(const struct awl_client *c)
{
    uint64_t d;

    if (c->over)
        return c->done ? NEVER : 0;
    d = sooner(carrier_deadline(&c->carrier), client_ways_deadline(c));
    d = sooner(d, notice_deadline(&c->notice));
    d = sooner(d, client_view_deadline(c));
    d = sooner(d, client_terminal_deadline(c));
    if (still_connecting(c))
        d = sooner(d, c->started + CLIENT_CONNECT_MS);
    return d;
}

void
awl_client_facts(const struct awl_client *c, struct awl_client_facts *out)
{
    *out = (struct awl_client_facts){
        .first_state_at = c->first_state_at,
        .direct_at = c->direct_at,
        .direct = paths_direct(c->carrier.paths),
        .pipe = c->frames != NULL,
        .peer_known = c->carrier.hello.peer != HELLO_PEER_UNKNOWN,
        .peer_awl = c->carrier.hello.peer == HELLO_PEER_OWN,
        .heard_at = transport_heard(c->carrier.transport),
    };
    client_ways_facts(c, out);
}
