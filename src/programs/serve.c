#include "programs/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/deadline.h"
#include "platform/clock.h"
#include "platform/ifaddrs.h"
#include "platform/netwatch.h"
#include "platform/random.h"
#include "platform/ttymode.h"
#include "platform/utmp.h"
#include "programs/legwork.h"
#include "programs/sockets.h"

#define DATAGRAMS_MAX 64 /* a turn */
/* A program that closed its terminal but doesn't end: its status is waited for no longer.
 */
#define EOF_PATIENCE_MS 1000u
/* The login record is written by a helper that is waited for: not while the first screen,
 * or the one after a roam, is due. Not from a child of ours either, since the record
 * holds the pid of the helper's parent, and who(1) shows only those that live. */
#define RECORD_DELAY_MS 1000u

struct serve {
    const struct serve_config *config;
    struct awl_server *engine;
    struct netwatch *netwatch;
    struct legwork *legwork; /* NULL: nothing is looked for outside */
    struct sockets sockets;  /* from which routers are asked */
    uint64_t started;
    uint64_t eof_due; /* when to stop waiting for the program's status; NEVER: not yet */
    struct ttymode tty;
    struct awl_addr peer; /* for the login record */
    uint64_t record_due;  /* NEVER: it is up to date */
    bool ended;           /* the engine knows that the program has ended */
    bool over;
};

static void
record(struct serve *s, uint64_t now)
{
    char host[ADDR_TEXT_LEN + 64], addr[ADDR_TEXT_LEN];

    if (now < s->record_due)
        return;
    s->record_due = NEVER;
    if (s->peer.family == AWL_NONE)
        snprintf(host, sizeof(host), "%s", s->config->session);
    else
        snprintf(host, sizeof(host), "%s via %s", addr_text(&s->peer, addr),
                 s->config->session);
    utmp_record(s->config->pty->master, host);
}

static void
send_datagram(struct serve *s, const struct awl_output *out, uint64_t now)
{
    int error;

    if (out->socket != 0) {
        sockets_send(&s->sockets, out); /* it is asked again */
        return;
    }
    error = udp_send(s->config->udp, &out->to, &out->from, out->ttl, out->ecn,
                     bytes_of(out->data, out->len));
    if (error != 0)
        awl_server_send_failed(s->engine, strerror(error), error == EMSGSIZE, now);
}

static void
open_socket(struct serve *s, const struct awl_output *out, uint64_t now)
{
    int number = out->socket;
    uint16_t port;

    if (sockets_open(&s->sockets, out, &port) != 0)
        awl_server_open_failed(s->engine, number, now);
    else
        awl_server_opened(s->engine, number, port, now);
}

static void
carry_out(struct serve *s, const struct awl_output *out, uint64_t now)
{
    switch (out->kind) {
    case AWL_SEND: send_datagram(s, out, now); break;
    case AWL_START: pty_start(s->config->pty); break;
    case AWL_PTY_WRITE: pty_write(s->config->pty, bytes_of(out->data, out->len)); break;
    case AWL_PTY_SIZE: pty_resize(s->config->pty, out->cols, out->rows); break;
    case AWL_PEER:
        s->peer = out->to;
        s->record_due = now + RECORD_DELAY_MS;
        break;
    case AWL_DONE: s->over = true; break;
    case AWL_OPEN: open_socket(s, out, now); break;
    case AWL_CLOSE: sockets_close(&s->sockets, out->socket); break;
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_HOPS:
        if (s->legwork != NULL)
            legwork_do(s->legwork, out, now);
        break;
    case AWL_PIPE:
    case AWL_DIAL:
    case AWL_HANGUP:
    case AWL_SUSPEND:
    case AWL_PATH: break; /* a client's */
    }
}

static void
read_signals(struct serve *s, uint64_t now)
{
    struct loop *l = s->config->loop;
    uint64_t heard = awl_server_heard(s->engine);

    if (loop_signalled(l, SIGCHLD))
        pty_reap(s->config->pty);
    if (loop_signalled(l, SIGTERM))
        awl_server_quit(s->engine, now);
    if (loop_signalled(l, SIGINT))
        awl_server_quit(s->engine, now);
    if (loop_signalled(l, SIGUSR1) && now - (heard != 0 ? heard : s->started) >=
                                          (uint64_t)s->config->signal_tmout_s * 1000)
        awl_server_quit(s->engine, now);
}

static void
read_datagrams(struct serve *s, uint64_t now)
{
    struct socket_entry *e;
    struct awl_datagram in;
    size_t at = 0;

    while ((e = sockets_ready(&s->sockets, s->config->loop, &at)) != NULL)
        for (int n = 0; n < DATAGRAMS_MAX && sockets_receive(e, &in); n++)
            awl_server_datagram(s->engine, &in, now);
    if (!(loop_got(s->config->loop, s->config->udp->fd) & LOOP_READ))
        return;
    for (int n = 0; n < DATAGRAMS_MAX && udp_receive(s->config->udp, &in); n++)
        awl_server_datagram(s->engine, &in, now);
}

static void
read_control(struct serve *s, uint64_t now)
{
    uint8_t part[512];
    ssize_t n;

    if (!(loop_got(s->config->loop, s->config->control) & LOOP_READ))
        return;
    n = read(s->config->control, part, sizeof(part));
    if (n > 0)
        awl_server_control(s->engine, part, (size_t)n, now);
}

static void
read_network(struct serve *s, uint64_t now)
{
    struct awl_addr own[AWL_ADDRS_MAX];

    if (!netwatch_changed(s->netwatch, s->config->loop, now))
        return;
    awl_server_network(s->engine, own, ifaddrs_read(own), now);
    if (s->legwork != NULL)
        legwork_network(s->legwork, now);
}

static void
read_legwork(struct serve *s, uint64_t now)
{
    struct awl_news news;

    while (s->legwork != NULL && legwork_news(s->legwork, &news, now))
        awl_server_news(s->engine, &news, now);
}

/* At most PTY_READ_MAX bytes a turn, and after the sockets, so that Ctrl-C gets through.
 */
static void
read_pty(struct serve *s, uint64_t now)
{
    struct pty *pty = s->config->pty;
    enum pty_read got = PTY_DATA;
    size_t total = 0;
    struct bytes part;

    if (s->ended || !awl_server_wants_pty(s->engine))
        return;
    if (!pty->exited && !pty->eof &&
        !(loop_got(s->config->loop, pty->master) & LOOP_READ))
        return;
    while (total < PTY_READ_MAX && awl_server_wants_pty(s->engine) &&
           (got = pty_read(pty, &part)) == PTY_DATA) {
        awl_server_pty(s->engine, part.data, part.len, now);
        total += part.len;
    }
    if (got == PTY_NOTHING && pty->eof && s->eof_due == NEVER)
        s->eof_due = now + EOF_PATIENCE_MS;
    if (got == PTY_END || now >= s->eof_due) {
        s->ended = true;
        awl_server_pty_end(s->engine, pty->status, pty->signal, now);
    }
}

/* After the output, so that the mode is never older than what is on the screen. */
static void
read_mode(struct serve *s, uint64_t now)
{
    struct awl_tty_mode m;

    if (s->config->pty->eof || !ttymode_read(&s->tty, s->config->pty->master))
        return;
    m = (struct awl_tty_mode){s->tty.echo, s->tty.canonical,  s->tty.erase,
                              s->tty.kill, s->tty.word_erase, s->tty.program};
    awl_server_tty_mode(s->engine, &m, now);
}

static void
wait_for_something(struct serve *s)
{
    const struct serve_config *c = s->config;
    uint64_t deadline =
        sooner(awl_server_deadline(s->engine), netwatch_deadline(s->netwatch));
    bool wants_pty = !s->ended && awl_server_wants_pty(s->engine);

    loop_want(c->loop, c->udp->fd, LOOP_READ);
    loop_want(c->loop, c->control, LOOP_READ);
    if (!c->pty->eof && wants_pty)
        loop_want(c->loop, c->pty->master, LOOP_READ);
    if (!c->pty->eof && c->pty->queue.len > 0)
        loop_want(c->loop, c->pty->master, LOOP_WRITE);
    netwatch_want(s->netwatch, c->loop);
    sockets_want(&s->sockets, c->loop);
    if (s->legwork != NULL)
        deadline = sooner(deadline, legwork_want(s->legwork, c->loop));
    deadline = sooner(deadline, s->record_due);
    if (!s->ended)
        deadline = sooner(deadline, s->eof_due);
    if (wants_pty && c->pty->exited)
        deadline = 0; /* what is left to read doesn't wake us */
    loop_wait(c->loop, deadline);
}

/* Outputs, and what the pty takes of them, until both are quiet. */
static void
settle(struct serve *s, uint64_t now)
{
    struct awl_output out;

    awl_server_tick(s->engine, now);
    while (!s->over && awl_server_next(s->engine, &out, now))
        carry_out(s, &out, now);
    pty_flush(s->config->pty);
    awl_server_pty_queued(s->engine, s->config->pty->queue.len, now);
}

void
serve_run(const struct serve_config *config)
{
    struct serve s = {.config = config, .started = clock_now(), .eof_due = NEVER};
    struct awl_server_config server = config->server;
    struct awl_addr own[AWL_ADDRS_MAX];

    server.own = own;
    server.own_count = ifaddrs_read(own);
    server.random = random_system();
    s.netwatch = netwatch_new();
    s.engine = awl_server_new(&server, s.started);
    awl_key_wipe(&server.key);
    if (server.scout && !server.no_punch)
        s.legwork = legwork_new(&(struct legwork_config){.stun = config->stun,
                                                         .stun_count = config->stun_count,
                                                         .log = server.log},
                                s.started);
    read_legwork(&s, s.started);
    s.record_due = s.started + RECORD_DELAY_MS;
    for (;;) {
        uint64_t now = clock_now();

        settle(&s, now);
        if (s.over)
            break;
        wait_for_something(&s);
        now = clock_now();
        read_signals(&s, now);
        read_datagrams(&s, now);
        read_control(&s, now);
        read_network(&s, now);
        read_legwork(&s, now);
        read_pty(&s, now);
        read_mode(&s, now);
        record(&s, now);
    }
    utmp_remove(config->pty->master);
    sockets_close_all(&s.sockets);
    legwork_free(s.legwork);
    awl_server_free(s.engine);
    netwatch_free(s.netwatch);
}
