#include "session/server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "terminal/width.h"

static void
log_sink(void *arg, enum log_level level, const char *text)
{
    const struct awl_log *log = arg;

    log->sink(log->arg, (enum awl_log_level)level, text);
}

static struct hello
own_hello(const struct awl_server_config *config)
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
own_take(struct awl_server *s, const struct awl_addr *own, size_t count)
{
    s->own_count = MIN(count, PUNCH_ADDRS_MAX);
    for (size_t i = 0; i < s->own_count; i++)
        s->own[i] = own[i];
}

struct awl_server *
awl_server_new(const struct awl_server_config *config, uint64_t now)
{
    struct awl_server *s = xcalloc(1, sizeof(*s));
    struct rng rng = {config->random.fill, config->random.arg};
    bool sized = config->cols > 0 && config->rows > 0;
    int cols = sized ? MIN(config->cols, AWL_COLS_MAX) : 80;
    int rows = sized ? MIN(config->rows, AWL_ROWS_MAX) : 24;
    struct carrier_config cc;

    s->config = *config;
    own_take(s, config->own, config->own_count);
    s->config.own = NULL;
    s->config.own_count = 0;
    if (config->log.sink != NULL)
        s->log =
            (struct log){log_sink, &s->config.log, (enum log_level)config->log.level};
    cc = (struct carrier_config){
        .transport = {.server = true,
                      .key = config->key,
                      .rng = rng,
                      .local_ops = &display_ops,
                      .local = display_new(cols, rows),
                      .remote_ops = &keys_ops,
                      .remote = keys_new()},
        .punch = {.role = GATHER_SERVER,
                  .port = config->port,
                  .socket_v6 = config->socket_v6,
                  .own = s->own,
                  .own_count = s->own_count,
                  .ssh_client = config->ssh_client,
                  .ssh_server = config->ssh_server,
                  .explicit_ = config->candidate,
                  .no_punch = config->no_punch,
                  .hole_ttl_s = config->hole_ttl_s,
                  .log = s->log},
        .paths = {.client = false,
                  .own = s->own,
                  .own_count = s->own_count,
                  .rng = rng,
                  .log = s->log},
        .scout = {.role = GATHER_SERVER,
                  .map = true,
                  .port = config->port,
                  .rng = rng,
                  .log = s->log},
        .hops_to = config->ssh_client,
        .hello = own_hello(config),
    };
    carrier_init(&s->carrier, &cc, now);
    carrier_socket(&s->carrier, 0, AWL_IPV4, config->port, now);
    if (config->socket_v6)
        carrier_socket(&s->carrier, 0, AWL_IPV6, config->port, now);
    if (config->no_punch || !config->scout)
        carrier_end(&s->carrier);
    wipe(&cc.transport.key, sizeof(cc.transport.key));
    wipe(&s->config.key, sizeof(s->config.key));
    s->control.log = s->log;
    s->started = now;
    server_pty_init(s, cols, rows);
    server_pty_set_room(s);
    return s;
}

void
awl_server_free(struct awl_server *s)
{
    if (s == NULL)
        return;
    server_pty_free(s);
    carrier_free(&s->carrier);
    wipe(s, sizeof(*s));
    free(s);
}

static bool
client_there(const struct awl_server *s, uint64_t now)
{
    uint64_t heard = transport_heard(s->carrier.transport);

    return heard != 0 && now - heard <= SERVER_SILENT_MS;
}

/* ---- in ---- */

static void
peer_known(struct awl_server *s)
{
    const struct hello_exchange *h = &s->carrier.hello;
    bool own = h->peer == HELLO_PEER_OWN;

    /* Only with one table of widths may the differ rely on where a character ends. */
    display_own_peer(transport_local(s->carrier.transport),
                     own && h->theirs.width_table == h->mine.width_table);
    if (carrier_features(&s->carrier) & HELLO_TERMINAL)
        server_pty_events(s);
    s->changed = true; /* there may be more to say */
}

void
awl_server_datagram(struct awl_server *s, const struct awl_datagram *d, uint64_t now)
{
    struct path_ref ref = {
        .kind = PATH_UDP, .socket = d->socket, .to = d->from, .from = d->to};
    struct carrier_heard h;
    bool away;

    if (s->over || d->len > DATAGRAM_MAX || carrier_scouted(&s->carrier, d, now))
        return;
    if (d->len == 0) {
        punch_empty(s->carrier.punch, d->socket, &d->from, now);
        return;
    }
    server_pty_set_room(s);
    away = s->met && !client_there(s, now);
    carrier_receive(&s->carrier, &ref, d->ttl, d->ecn, bytes_of(d->data, d->len), now,
                    &h);
    if (h.result.error != 0 || h.result.replayed)
        return;
    if (h.peer_known)
        peer_known(s);
    if (away)
        server_pty_returned(s, now);
    /* What is refused isn't acknowledged, but the client shall not think us gone. */
    if (h.result.refused && now >= s->refused_at + SERVER_REFUSED_MS) {
        s->refused_at = now;
        transport_answer_soon(s->carrier.transport, now);
    }
    if (h.result.new_remote) {
        if (!s->met)
            s->start = true;
        s->met = true;
        server_pty_take_keys(s, now);
    }
}

void
awl_server_send_failed(struct awl_server *s, const char *error, bool too_long,
                       uint64_t now)
{
    (void)now;
    log_line(&s->log, LOG_DEBUG, "send: %s", error);
    if (too_long && !s->over)
        transport_set_limit(s->carrier.transport, TRANSPORT_LIMIT_MIN);
}

void
awl_server_control(struct awl_server *s, const uint8_t *data, size_t len, uint64_t now)
{
    if (!s->config.no_punch)
        control_input(&s->control, bytes_of(data, len), now);
}

void
awl_server_network(struct awl_server *s, const struct awl_addr *own, size_t count,
                   uint64_t now)
{
    if (s->over)
        return;
    own_take(s, own, count);
    carrier_network(&s->carrier, s->own, s->own_count, now);
}

void
awl_server_news(struct awl_server *s, const struct awl_news *news, uint64_t now)
{
    if (!s->over)
        carrier_news(&s->carrier, news, now);
}

void
awl_server_opened(struct awl_server *s, int socket, uint16_t port, uint64_t now)
{
    if (s->over)
        return;
    if (scout_owns(socket))
        scout_opened(s->carrier.scout, socket, port, now);
    else
        punch_opened(s->carrier.punch, socket, port, now);
}

void
awl_server_open_failed(struct awl_server *s, int socket, uint64_t now)
{
    if (s->over)
        return;
    if (scout_owns(socket))
        scout_open_failed(s->carrier.scout, socket, now);
    else
        punch_open_failed(s->carrier.punch, socket, now);
}

uint64_t
awl_server_heard(const struct awl_server *s)
{
    return transport_state_heard(s->carrier.transport);
}

/* ---- the end ---- */

/* The last screen goes out, and the client's word is awaited. */
static void
shutdown_begin(struct awl_server *s, uint64_t now)
{
    if (s->ended)
        return;
    s->ended = true;
    server_pty_publish(s, now);
    transport_shutdown(s->carrier.transport, now);
}

void
awl_server_pty_end(struct awl_server *s, int status, int signal, uint64_t now)
{
    if (s->over || s->ended)
        return;
    if (carrier_features(&s->carrier) & HELLO_EXIT)
        display_exit(transport_local(s->carrier.transport), (uint32_t)(status & 0xff),
                     (uint32_t)(signal & 0xff));
    shutdown_begin(s, now);
}

static void
finish(struct awl_server *s, enum awl_end end)
{
    s->over = true;
    s->end = end;
}

void
awl_server_quit(struct awl_server *s, uint64_t now)
{
    if (s->over)
        return;
    if (s->ended || !client_there(s, now))
        finish(s, s->met ? AWL_END_UNCLEAN : AWL_END_NO_CONTACT);
    else
        shutdown_begin(s, now);
}

static uint64_t
network_timeout(const struct awl_server *s)
{
    uint64_t heard = awl_server_heard(s);

    if (s->config.network_timeout_s == 0 || s->ended)
        return NEVER;
    return (heard != 0 ? heard : s->started) + 1000ull * s->config.network_timeout_s;
}

/* The client was told that we know; one that still repeats itself is told again. */
static uint64_t
farewell_time(const struct awl_server *s)
{
    struct transport *t = s->carrier.transport;

    if (!transport_peer_shutdown_answered(t))
        return NEVER;
    return transport_heard(t) +
           MIN(2 * (uint64_t)transport_rto(t) + SERVER_FAREWELL_MS, SERVER_FAREWELL_MAX);
}

static void
end_check(struct awl_server *s, uint64_t now)
{
    struct transport *t = s->carrier.transport;

    if (s->over)
        return;
    if (now >= farewell_time(s))
        finish(s, AWL_END_REMOTE);
    else if (transport_shutdown_acked(t))
        finish(s, AWL_END_LOCAL);
    else if (transport_shutdown_given_up(t))
        finish(s, s->met ? AWL_END_UNCLEAN : AWL_END_NO_CONTACT);
    else if (s->carrier.exhausted)
        finish(s, AWL_END_KEY);
    else if (!s->met && now >= s->started + SERVER_ALONE_MS)
        finish(s, AWL_END_NO_CONTACT);
}

/* ---- time ---- */

/* Where people would say the client is: behind the relay, where its ssh comes from. */
static void
peer_update(struct awl_server *s, uint64_t now)
{
    struct path_ref ref;

    s->peer = (struct awl_addr){.family = AWL_NONE};
    if (!client_there(s, now) || !paths_current(s->carrier.paths, &ref))
        return;
    s->peer = ref.to;
    if (addr_is_loopback(&ref.to) || gather_is_own(s->own, s->own_count, &ref.to))
        s->peer = s->config.ssh_client;
    s->peer.port = 0;
}

void
awl_server_tick(struct awl_server *s, uint64_t now)
{
    if (s->over)
        return;
    if (now >= network_timeout(s)) {
        log_line(&s->log, LOG_INFO, "the client has been silent for too long");
        if (s->met)
            shutdown_begin(s, now);
        else
            finish(s, AWL_END_NO_CONTACT);
    }
    server_pty_tick(s, now);
    carrier_tick(&s->carrier, now);
    peer_update(s, now);
    end_check(s, now);
}

static void
send_output(const struct carrier_output *o, struct awl_output *out)
{
    *out = (struct awl_output){.kind = AWL_SEND,
                               .socket = o->ref.socket,
                               .from = o->ref.from,
                               .to = o->ref.to,
                               .ttl = o->ttl,
                               .ecn = o->ecn,
                               .data = o->data.data,
                               .len = o->data.len};
}

/* True: *out is for the driver. */
static bool
carrier_act(struct awl_server *s, const struct carrier_output *o, struct awl_output *out,
            uint64_t now)
{
    *out = (struct awl_output){.socket = o->socket,
                               .family = o->family,
                               .port = o->port,
                               .to = o->ref.to,
                               .from = o->ref.from};
    switch (o->kind) {
    case CARRIER_SEND: send_output(o, out); return true;
    case CARRIER_OPEN: out->kind = AWL_OPEN; return true;
    case CARRIER_CLOSE: out->kind = AWL_CLOSE; return true;
    case CARRIER_MAP: out->kind = AWL_MAP; return true;
    case CARRIER_UNMAP: out->kind = AWL_UNMAP; return true;
    case CARRIER_HOPS: out->kind = AWL_HOPS; return true;
    case CARRIER_MOVED: peer_update(s, now); return false;
    case CARRIER_HANGUP:
    case CARRIER_DIAL:
    case CARRIER_RECOVERED:
    case CARRIER_ELICIT:
    case CARRIER_VERDICT: break; /* a client's */
    }
    return false;
}

static bool
carrier_output_next(struct awl_server *s, struct awl_output *out, uint64_t now)
{
    struct carrier_output o;

    while (carrier_next(&s->carrier, &o, now))
        if (carrier_act(s, &o, out, now))
            return true;
    return false;
}

/* What is left to be taken back. */
static bool
carrier_end_output(struct awl_server *s, struct awl_output *out, uint64_t now)
{
    struct carrier_output o;

    if (s->done)
        return false;
    carrier_end(&s->carrier);
    while (carrier_end_next(&s->carrier, &o, now))
        if (carrier_act(s, &o, out, now))
            return true;
    return false;
}

static bool
done_next(struct awl_server *s, struct awl_output *out)
{
    if (s->done)
        return false;
    s->done = true;
    *out = (struct awl_output){.kind = AWL_DONE, .end = s->end};
    return true;
}

bool
awl_server_next(struct awl_server *s, struct awl_output *out, uint64_t now)
{
    struct awl_addr to;

    if (s->start) {
        s->start = false;
        *out = (struct awl_output){.kind = AWL_START};
        return true;
    }
    if (server_pty_next(s, out))
        return true;
    if (!s->over) {
        if (!addr_equal(&s->peer, &s->peer_told)) {
            s->peer_told = s->peer;
            *out = (struct awl_output){.kind = AWL_PEER, .to = s->peer};
            return true;
        }
        if (control_next(&s->control, &to)) {
            *out = (struct awl_output){.kind = AWL_SEND, .to = to};
            return true;
        }
        if (carrier_output_next(s, out, now))
            return true;
        end_check(s, now);
    }
    return s->over && (carrier_end_output(s, out, now) || done_next(s, out));
}

uint64_t
awl_server_deadline(const struct awl_server *s)
{
    uint64_t d;

    if (s->over)
        return s->done ? NEVER : 0;
    d = sooner(carrier_deadline(&s->carrier), server_pty_deadline(s));
    d = sooner(d, sooner(network_timeout(s), farewell_time(s)));
    if (!s->met)
        d = sooner(d, s->started + SERVER_ALONE_MS);
    if (s->peer.family != AWL_NONE)
        d = sooner(d, transport_heard(s->carrier.transport) + SERVER_SILENT_MS + 1);
    return d;
}
