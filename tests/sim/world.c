#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "base/deadline.h"
#include "session/client.h"
#include "session/frame.h"
#include "session/server.h"

enum {
    RELAY_PORT = 50000,
    SSH_DEAD_MS = 15000,  /* ServerAliveInterval=5, ServerAliveCountMax=3 */
    WAKEUPS_WORST = 2000, /* of one side in one second, whatever happens */
};

void
world_fail(struct world *w, const char *fmt, ...)
{
    va_list ap;

    if (w->failed[0] != '\0')
        return;
    va_start(ap, fmt);
    vsnprintf(w->failed, sizeof(w->failed), fmt, ap);
    va_end(ap);
}

static void
log_print(void *arg, enum awl_log_level level, const char *text)
{
    struct world *w = arg;

    (void)level;
    fprintf(stderr, "%8llu  %s\n", (unsigned long long)w->now, text);
}

void
world_init(struct world *w, const struct world_config *config)
{
    *w = (struct world){.config = *config};
    net_init(&w->net, config->seed);
    w->client_chance.state = config->seed * 3 + 1;
    w->server_chance.state = config->seed * 5 + 2;
    /* Not 0, which engines take for never, and anywhere in the timestamps' 16 bits. */
    w->now = 1000000 + net_dice(&w->net, 70000);
    w->next_port = 40000;
    w->ssh_at = w->ssh_dead_at = w->direct_at = NEVER;
    w->cols = 80;
    w->rows = 24;
    app_init(&w->app, config->app, config->seed * 7 + 3, w->now);
    w->app.paints = NEVER;
    channel_init(&w->up, config->pipe_delay, config->pipe_rate);
    channel_init(&w->down, config->pipe_delay, config->pipe_rate);
}

static struct awl_log
log_of(struct world *w)
{
    return (struct awl_log){w->config.log ? log_print : NULL, w, AWL_LOG_DEBUG};
}

static struct awl_ssh_view
ssh_view(struct world *w)
{
    struct net_site *s = &w->net.site[w->net.at[NET_CLIENT]];
    struct awl_ssh_view v = {.client = net_outside(s),
                             .server = w->net.site[w->net.at[NET_SERVER]].ip4};

    v.client.port = 51515;
    v.server.port = 22;
    return v;
}

static void
relay_open(struct world *w)
{
    frames_free(w->relay);
    w->relay = frames_new(w->now);
    w->relay_port++;
    w->ssh = SSH_UP;
    w->ssh_dead_at = NEVER;
    channel_free(&w->up);
    channel_free(&w->down);
    channel_init(&w->up, w->config.pipe_delay, w->config.pipe_rate);
    channel_init(&w->down, w->config.pipe_delay, w->config.pipe_rate);
    buffer_clear(&w->up_queue);
}

static void
relay_close(struct world *w)
{
    frames_free(w->relay);
    w->relay = NULL;
    w->ssh = SSH_NONE;
    w->ssh_dead_at = NEVER;
    channel_free(&w->up);
    channel_free(&w->down);
    buffer_clear(&w->up_queue);
}

void
world_start(struct world *w)
{
    const struct net_site *s = &w->net.site[0];
    struct awl_addr servers[2], own[2];
    struct awl_key key;
    size_t count = 0;
    struct awl_server_config sc = {.port = WORLD_PORT,
                                   .socket_v6 = true,
                                   .hole_ttl_s = 259200,
                                   .network_timeout_s = w->config.network_timeout_s};
    struct awl_client_config cc = {.cols = w->cols, .rows = w->rows, .escape = 0x1e};

    for (size_t i = 0; i < AWL_KEY_LEN; i++)
        key.bytes[i] = (uint8_t)net_dice(&w->net, 256);
    sc.key = cc.key = key;
    sc.own = own;
    sc.own_count = net_addresses(&w->net, NET_SERVER, own);
    sc.random = (struct awl_random){rng_seeded_fill, &w->server_chance};
    sc.log = log_of(w);
    sc.no_punch = w->config.no_punch;
    sc.no_spray = w->config.no_spray;
    sc.ssh_client = ssh_view(w).client;
    sc.ssh_server = ssh_view(w).server;
    w->server = awl_server_new(&sc, w->now);

    if (s->ip4.family != AWL_NONE)
        servers[count++] = net_outside(s);
    if (s->ip6.family != AWL_NONE)
        servers[count++] = s->ip6;
    for (size_t i = 0; i < count; i++)
        servers[i].port = WORLD_PORT;
    cc.servers = servers;
    cc.server_count = count;
    cc.server_port = WORLD_PORT;
    cc.own = own;
    cc.own_count = net_addresses(&w->net, NET_CLIENT, own);
    cc.pipe = w->config.pipe;
    cc.can_dial = w->config.can_dial;
    cc.client_port = w->config.fixed_port ? 40777 : 0;
    cc.keep_ssh = w->config.keep_ssh;
    cc.no_punch = w->config.no_punch;
    cc.predict = w->config.predict;
    cc.caps = (struct awl_caps){.ech = true, .bce = true, .title = true};
    cc.random = (struct awl_random){rng_seeded_fill, &w->client_chance};
    cc.log = log_of(w);
    w->relay_port = RELAY_PORT;
    if (cc.pipe) {
        cc.ssh = ssh_view(w);
        relay_open(w);
    }
    w->client = awl_client_new(&cc, w->now);
    w->tty = screen_new(w->cols, w->rows);
    w->tty_emulator = emulator_new(w->tty, EMULATOR_SERVER);
}

void
world_free(struct world *w)
{
    awl_client_free(w->client);
    awl_server_free(w->server);
    frames_free(w->relay);
    channel_free(&w->up);
    channel_free(&w->down);
    buffer_free(&w->up_queue);
    buffer_free(&w->typed);
    buffer_free(&w->line);
    buffer_free(&w->pty_queue);
    app_free(&w->app);
    net_free(&w->net);
    emulator_free(w->tty_emulator);
    screen_free(w->tty);
}

/* ---- sockets ---- */

static uint16_t
socket_port(const struct world *w, enum net_host host, int number)
{
    const struct world_sockets *s = &w->sockets[host];

    if (host == NET_SERVER && number == 0)
        return WORLD_PORT;
    for (size_t i = 0; i < s->count; i++)
        if (s->one[i].number == number)
            return s->one[i].port;
    return 0;
}

/* -1: there is none on that port. */
static int
socket_on(const struct world *w, enum net_host host, uint16_t port)
{
    const struct world_sockets *s = &w->sockets[host];

    if (host == NET_SERVER && port == WORLD_PORT)
        return 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->one[i].port == port)
            return s->one[i].number;
    return -1;
}

static void
socket_open(struct world *w, enum net_host host, const struct awl_output *o)
{
    struct world_sockets *s = &w->sockets[host];
    uint16_t port = o->port != 0 ? o->port : w->next_port++;
    int number = o->socket;
    bool full = s->count == WORLD_SOCKETS;

    if (s->count > 256 + 8)
        world_fail(w, "side %d has %zu sockets", (int)host, s->count);

    if (socket_port(w, host, number) != 0)
        world_fail(w, "socket %d was opened twice", number);
    if (!full)
        s->one[s->count++] = (struct world_socket){number, port};
    if (host == NET_SERVER && full)
        awl_server_open_failed(w->server, number, w->now);
    else if (host == NET_SERVER)
        awl_server_opened(w->server, number, port, w->now);
    else if (full)
        awl_client_open_failed(w->client, number, "too many open files", w->now);
    else
        awl_client_opened(w->client, number, port, w->now);
}

static void
socket_close(struct world *w, enum net_host host, int number)
{
    struct world_sockets *s = &w->sockets[host];

    for (size_t i = 0; i < s->count; i++)
        if (s->one[i].number == number) {
            s->one[i] = s->one[--s->count];
            return;
        }
    world_fail(w, "socket %d was closed, but is not open", number);
}

void
world_guess(struct world *w, enum net_host host)
{
    struct world_side *s = &w->side[host];
    size_t n = s->guesses++;

    if (n >= WORLD_GUESSES && w->now - s->guess[n % WORLD_GUESSES] < 60000)
        world_fail(w, "side %d made more than %u guesses in a minute", (int)host,
                   WORLD_GUESSES);
    if (n >= 500 && w->now - s->guess[(n - 500) % WORLD_GUESSES] < 1000)
        world_fail(w, "side %d made more than 500 guesses in a second", (int)host);
    s->guess[n % WORLD_GUESSES] = w->now;
}

/* ---- the server's driver ---- */

static void
server_carry_out(struct world *w, const struct awl_output *o)
{
    struct world_side *side = &w->side[NET_SERVER];
    uint16_t port;

    switch (o->kind) {
    case AWL_SEND:
        port = socket_port(w, NET_SERVER, o->socket);
        if (port == 0)
            world_fail(w, "sent on socket %d, which is not open", o->socket);
        if (o->len == 0 && o->ttl == 0)
            world_guess(w, NET_SERVER);
        net_send(&w->net, NET_SERVER, o->from, port, &o->to, o->ttl, o->ecn, o->data,
                 o->len, w->now);
        break;
    case AWL_START:
        if (w->started)
            world_fail(w, "the program was let go twice");
        w->started = true;
        if (w->app.kind == APP_BUSY)
            w->app.paints = w->now;
        break;
    case AWL_PTY_WRITE:
        if (!w->started)
            world_fail(w, "keys before the program was let go");
        buffer_put(&w->pty_queue, o->data, o->len);
        break;
    case AWL_PTY_SIZE:
        w->pty_cols = o->cols;
        w->pty_rows = o->rows;
        break;
    case AWL_PEER:
    case AWL_HOPS: break; /* nobody tells */
    case AWL_DONE:
        side->done = true;
        side->end = *o;
        break;
    case AWL_OPEN: socket_open(w, NET_SERVER, o); break;
    case AWL_CLOSE: socket_close(w, NET_SERVER, o->socket); break;
    case AWL_PIPE:
    case AWL_DIAL:
    case AWL_HANGUP:
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_SUSPEND:
    case AWL_PATH: world_fail(w, "a server gave output %d", (int)o->kind); break;
    }
}

/* As a driver does it: an engine has its turn when something came for it or is due. */
static bool
wakes(struct world *w, enum net_host host, uint64_t deadline)
{
    struct world_side *side = &w->side[host];

    if (!side->woken && deadline > w->now)
        return false;
    side->woken = false;
    side->ticks++;
    if (w->now >= side->started + 1000) {
        side->started = w->now;
        side->in_second = 0;
    }
    if (++side->in_second > side->worst_second)
        side->worst_second = side->in_second;
    if (side->in_second > WAKEUPS_WORST)
        world_fail(w, "busy loop on side %d", (int)host);
    return true;
}

/* The program reads all there is, unless it is deaf. */
static void
pty_feed(struct world *w)
{
    w->pty_peak = MAX(w->pty_peak, w->pty_queue.len);
    if (!w->deaf && w->pty_queue.len > 0) {
        app_input(&w->app, buffer_bytes(&w->pty_queue), w->now);
        buffer_clear(&w->pty_queue);
    }
    if (w->server != NULL)
        awl_server_pty_queued(w->server, w->pty_queue.len, w->now);
}

static void
server_turn(struct world *w)
{
    struct awl_output o;
    uint8_t part[16384];
    size_t n;

    if (w->server == NULL || w->side[NET_SERVER].done)
        return;
    if (awl_server_wants_pty(w->server) &&
        (n = app_take(&w->app, part, sizeof(part), w->now)) > 0) {
        awl_server_pty(w->server, part, n, w->now);
        w->side[NET_SERVER].woken = true;
    }
    if (w->app.kind == APP_LOGIN) {
        struct awl_tty_mode m = {!w->app.secret, true, 0x7f, 0x15, 0x17, "login"};

        awl_server_tty_mode(w->server, &m, w->now);
    }
    if (!wakes(w, NET_SERVER, awl_server_deadline(w->server)))
        return;
    awl_server_tick(w->server, w->now);
    while (awl_server_next(w->server, &o, w->now))
        server_carry_out(w, &o);
    pty_feed(w);
    if (awl_server_deadline(w->server) <= w->now)
        world_fail(w, "the server's deadline isn't ahead");
    if (w->side[NET_SERVER].done) {
        awl_server_free(w->server);
        w->server = NULL;
        if (w->ssh == SSH_UP) { /* ECONNREFUSED: the relay leaves */
            frames_free(w->relay);
            w->relay = NULL;
            if (w->ssh_dead_at == NEVER)
                w->ssh_dead_at = w->now + 300;
        }
    }
}

/* ---- the client's driver ---- */

static void
pipe_flush(struct world *w)
{
    size_t n = MIN(w->up_queue.len, channel_room(&w->up));

    if (n == 0)
        return;
    channel_put(&w->up, w->up_queue.data, n, w->now);
    buffer_drop(&w->up_queue, n);
}

static void
client_carry_out(struct world *w, const struct awl_output *o)
{
    struct world_side *side = &w->side[NET_CLIENT];
    uint16_t port;

    switch (o->kind) {
    case AWL_SEND:
        port = socket_port(w, NET_CLIENT, o->socket);
        if (port == 0)
            world_fail(w, "sent on socket %d, which is not open", o->socket);
        if (o->len == 0 && o->ttl == 0)
            world_guess(w, NET_CLIENT);
        net_send(&w->net, NET_CLIENT, o->from, port, &o->to, o->ttl, o->ecn, o->data,
                 o->len, w->now);
        break;
    case AWL_PIPE:
        if (w->ssh != SSH_UP)
            world_fail(w, "wrote to a pipe that isn't up");
        buffer_put(&w->up_queue, o->data, o->len);
        pipe_flush(w);
        if (w->up_queue.len + w->up.held > (400u << 10))
            world_fail(w, "%zu bytes queued for the pipe", w->up_queue.len + w->up.held);
        break;
    case AWL_OPEN: socket_open(w, NET_CLIENT, o); break;
    case AWL_CLOSE: socket_close(w, NET_CLIENT, o->socket); break;
    case AWL_DIAL:
        if (!w->config.can_dial || w->ssh != SSH_NONE)
            world_fail(w, "dialled in state %d", (int)w->ssh);
        w->dials++;
        w->ssh = SSH_LOGGING_IN;
        w->ssh_at = w->now + (uint64_t)w->config.ssh_login;
        break;
    case AWL_HANGUP: relay_close(w); break;
    case AWL_SUSPEND: break;
    case AWL_PATH: break;
    case AWL_HOPS: break; /* nobody tells */
    case AWL_DONE:
        side->done = true;
        side->end = *o;
        break;
    case AWL_START:
    case AWL_PTY_WRITE:
    case AWL_PTY_SIZE:
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_PEER: world_fail(w, "a client gave output %d", (int)o->kind); break;
    }
}

static void
client_turn(struct world *w)
{
    struct awl_client_facts facts;
    struct awl_output o;
    const uint8_t *data;
    size_t len;

    if (w->client == NULL || w->side[NET_CLIENT].done || w->net.asleep[NET_CLIENT] ||
        !wakes(w, NET_CLIENT, awl_client_deadline(w->client)))
        return;
    awl_client_tick(w->client, w->now);
    while (awl_client_next(w->client, &o, w->now))
        client_carry_out(w, &o);
    if (awl_client_deadline(w->client) <= w->now)
        world_fail(w, "the client's deadline isn't ahead");
    awl_client_draw(w->client, &data, &len, w->now);
    emulator_write(w->tty_emulator, bytes_of(data, len), NULL);
    awl_client_facts(w->client, &facts);
    w->direct_at = facts.direct_at;
}

/* ---- ssh ---- */

static bool
tcp_works(const struct world *w)
{
    return w->net.at[NET_CLIENT] >= 0 && !w->ssh_blocked && w->server != NULL;
}

static void
ssh_turn(struct world *w)
{
    if (w->client == NULL || w->side[NET_CLIENT].done || w->net.asleep[NET_CLIENT])
        return;
    if (w->ssh == SSH_LOGGING_IN && w->now >= w->ssh_at) {
        if (tcp_works(w)) {
            struct awl_ssh_view v = ssh_view(w);

            relay_open(w);
            awl_client_pipe_up(w->client, &v, w->now);
            w->side[NET_CLIENT].woken = true;
        } else {
            w->ssh = SSH_NONE;
            awl_client_pipe_down(w->client, "connection timed out", false, w->now);
            w->side[NET_CLIENT].woken = true;
        }
    }
    if (w->ssh == SSH_UP && w->now >= w->ssh_dead_at) {
        relay_close(w);
        awl_client_pipe_down(w->client, "ssh has ended", false, w->now);
        w->side[NET_CLIENT].woken = true;
    }
}

/* Both ends of the pipe, and the relay behind it. */
static void
pipe_turn(struct world *w)
{
    struct awl_addr server = addr_make(bytes_of("\x7f\0\0\1", 4), WORLD_PORT);
    uint8_t part[8192];
    struct bytes d;
    size_t n;

    if (w->ssh != SSH_UP)
        return;
    pipe_flush(w);
    while (w->relay != NULL &&
           (n = channel_take(&w->up, part, sizeof(part), w->now)) > 0) {
        frames_input(w->relay, bytes_of(part, n), w->now);
        while (frames_datagram(w->relay, &d))
            net_send(&w->net, NET_SERVER, (struct awl_addr){0}, w->relay_port, &server, 0,
                     0, d.data, d.len, w->now);
        if (frames_bad(w->relay))
            world_fail(w, "the relay was given bad frames");
    }
    if (w->relay != NULL) {
        frames_tick(w->relay, w->now);
        d = frames_output(w->relay);
        n = MIN(d.len, channel_room(&w->down));
        if (n > 0) {
            channel_put(&w->down, d.data, n, w->now);
            frames_wrote(w->relay, n);
        }
    }
    if (w->client == NULL || w->side[NET_CLIENT].done || w->net.asleep[NET_CLIENT])
        return;
    while (w->ssh == SSH_UP &&
           (n = channel_take(&w->down, part, sizeof(part), w->now)) > 0) {
        awl_client_pipe_data(w->client, part, n, w->now);
        w->side[NET_CLIENT].woken = true;
    }
}

/* ---- time ---- */

static void
deliver(struct world *w)
{
    static struct net_arrival a; /* large; the process has one thread */

    while (net_next(&w->net, &a, w->now)) {
        struct awl_datagram d = {.from = a.from,
                                 .to = a.to,
                                 .ttl = a.ttl,
                                 .ecn = a.ecn,
                                 .data = a.data,
                                 .len = a.len};

        d.socket = socket_on(w, a.host, a.to.port);
        if (a.host == NET_SERVER && d.socket >= 0 && w->server != NULL) {
            awl_server_datagram(w->server, &d, w->now);
            w->side[NET_SERVER].woken = true;
        } else if (a.host == NET_SERVER && w->relay != NULL &&
                   a.to.port == w->relay_port) {
            frames_put(w->relay, bytes_of(a.data, a.len), w->now);
        } else if (a.host == NET_CLIENT && d.socket >= 0 && w->client != NULL &&
                   !w->side[NET_CLIENT].done) {
            awl_client_datagram(w->client, &d, w->now);
            w->side[NET_CLIENT].woken = true;
        }
    }
}

static void
turn(struct world *w)
{
    for (int again = 0; again < 20; again++) {
        deliver(w);
        ssh_turn(w);
        pipe_turn(w);
        app_tick(&w->app, w->now);
        server_turn(w);
        client_turn(w);
        pipe_turn(w);
        if (net_deadline(&w->net) > w->now)
            break;
    }
    if (w->client != NULL && w->side[NET_CLIENT].done && w->side[NET_CLIENT].ticks > 0 &&
        w->ssh == SSH_UP)
        relay_close(w);
}

static uint64_t
next_time(const struct world *w)
{
    uint64_t d = net_deadline(&w->net);
    bool awake =
        w->client != NULL && !w->side[NET_CLIENT].done && !w->net.asleep[NET_CLIENT];

    if (w->server != NULL && !w->side[NET_SERVER].done) {
        d = sooner(d, awl_server_deadline(w->server));
        if (awl_server_wants_pty(w->server))
            d = sooner(d, app_deadline(&w->app));
    }
    if (awake) {
        d = sooner(d, awl_client_deadline(w->client));
        if (w->ssh == SSH_LOGGING_IN)
            d = sooner(d, w->ssh_at);
        if (w->ssh == SSH_UP)
            d = sooner(d, sooner(channel_deadline(&w->down), w->ssh_dead_at));
    }
    if (w->relay != NULL)
        d = sooner(d, sooner(channel_deadline(&w->up), frames_deadline(w->relay)));
    return d;
}

void
world_turn(struct world *w)
{
    w->side[NET_CLIENT].woken = w->side[NET_SERVER].woken = true;
    turn(w);
}

bool
world_until(struct world *w, bool (*what)(struct world *w), uint64_t until)
{
    world_turn(w);
    for (;;) {
        uint64_t next;

        if (what != NULL && what(w))
            return true;
        if (w->failed[0] != '\0' || world_over(w))
            return false;
        next = next_time(w);
        if (next > until) {
            w->now = MAX(w->now, until);
            return false;
        }
        w->now = MAX(next, w->now + 1);
        turn(w);
    }
}

void
world_run(struct world *w, uint64_t until)
{
    world_until(w, NULL, until);
}

/* ---- what happens to the user ---- */

void
world_type(struct world *w, const char *text, size_t len)
{
    if (w->client == NULL || w->side[NET_CLIENT].done)
        return;
    buffer_put(&w->typed, text, len);
    awl_client_keys(w->client, (const uint8_t *)text, len, w->now);
    world_turn(w);
}

void
world_resize(struct world *w, int cols, int rows)
{
    w->cols = cols;
    w->rows = rows;
    screen_resize(w->tty, cols, rows);
    awl_client_resize(w->client, cols, rows, w->now);
    awl_client_redraw(w->client);
    world_turn(w);
}

static void
tell_network(struct world *w)
{
    struct awl_addr own[2];
    size_t count = net_addresses(&w->net, NET_CLIENT, own);

    awl_client_network(w->client, own, count, w->now);
    world_turn(w);
}

void
world_move(struct world *w, int site)
{
    if (site != w->net.at[NET_CLIENT] && w->ssh == SSH_UP) {
        /* TCP had the old address. */
        w->up.stalled = w->down.stalled = true;
        w->ssh_dead_at = w->now + SSH_DEAD_MS;
    }
    w->net.at[NET_CLIENT] = site;
    w->net.host_table[NET_CLIENT].count = 0;
    if (!w->net.asleep[NET_CLIENT] && w->client != NULL)
        tell_network(w);
}

void
world_sleep(struct world *w, bool asleep)
{
    w->net.asleep[NET_CLIENT] = asleep;
    if (asleep || w->client == NULL || w->side[NET_CLIENT].done)
        return;
    tell_network(w);
}

const char *
world_line(struct world *w)
{
    const struct row *r = screen_row(w->tty, w->tty->y);

    buffer_clear(&w->line);
    for (int x = 0; x < w->tty->x; x++) {
        if (cell_is_erased(r->cells[x]))
            buffer_put_byte(&w->line, ' ');
        else
            cell_utf8(r, x, &w->line);
    }
    return buffer_str(&w->line);
}

/* ---- what should hold ---- */

bool
world_shows_replica(struct world *w)
{
    const struct display *d = transport_remote(w->client->carrier.transport);

    return screen_equal_but_copies(d->screen, w->tty);
}

bool
world_screens_agree(struct world *w)
{
    const struct display *d;
    struct screen *want;
    bool equal;

    if (w->client == NULL || w->server == NULL)
        return false;
    d = transport_remote(w->client->carrier.transport);
    want = screen_copy(w->server->screen);
    want->bells = d->screen->bells; /* a diff rings once for all that rang */
    equal = screen_equal_but_copies(d->screen, want);
    screen_free(want);
    return equal;
}

bool
world_asks_secret(struct world *w)
{
    const struct display *d = transport_remote(w->client->carrier.transport);

    return d->tty.known && d->tty.canonical && !d->tty.echo;
}

bool
world_keys_arrived(struct world *w)
{
    return bytes_equal(buffer_bytes(&w->app.input), buffer_bytes(&w->typed));
}

bool
world_direct(struct world *w)
{
    return w->client != NULL && paths_direct(w->client->carrier.paths);
}

bool
world_first_state(struct world *w)
{
    return w->client != NULL && w->client->first_state_at != NEVER;
}

bool
world_over(struct world *w)
{
    return w->side[NET_SERVER].done && w->side[NET_CLIENT].done;
}
