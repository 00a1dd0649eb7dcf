#include "programs/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "base/deadline.h"
#include "platform/clock.h"
#include "platform/ifaddrs.h"
#include "platform/netwatch.h"
#include "platform/random.h"

#define READ_MAX        16384u
#define DATAGRAMS_MAX   64 /* a turn and socket, so that keys get their turn too */
#define PIPE_QUEUE_MAX  (256u << 10) /* the engine keeps itself to a quarter of it */
#define TTY_PATIENCE_MS 2000         /* for a terminal that takes nothing, at the end */
#define TTY_ANSWER_MS   200          /* and for one that was only just asked something */

/* What undoes every mode a session may have set, should the program be killed. CAN ends a
 * sequence of which only a part was written. */
#define CRASH_RESET                                                                      \
    "\030\033[?2026l\033[r\033[?1l\033>\033[0m\033[?25h\033[?5l\033[?9l\033[?1003l"      \
    "\033[?1002l\033[?1001l\033[?1000l\033[?1004l\033[?2004l\033[?1015l\033[?1006l"      \
    "\033[?1005l"
/* The same for terminals that skip what they don't know: hyperlink, keyboard protocols,
 * cursor, colours, reports, pointer, progress, title. */
#define CRASH_RESET_MORE                                                                 \
    "\033]8;;\a\033[<u\033[>4m\033[0 q\033[?1007l\033[?2031l\033]104\a\033]110\a"        \
    "\033]111\a\033]112\a\033]22;\a\033]9;4;0\a\033[23;0t"

struct driver {
    struct awl_client *client;
    struct loop *loop;
    struct tty *tty;
    struct tty no_tty; /* in its place where there is none */
    struct netwatch *netwatch;
    struct driver_ssh ssh;
    struct awl_log log;
    struct sockets sockets;
    struct legwork *legwork; /* NULL: none */
    int pipe_in, pipe_out;   /* -1: closed */
    struct buffer pipe_queue;
    struct buffer tty_queue;
    bool lent;    /* the terminal is given back: ssh asks the user */
    bool stopped; /* given back: suspended */
    bool tty_gone;
    bool quitting; /* the engine was asked to end: asked again, it ends at once */
    bool over;
    struct awl_output end;
    char reset[sizeof(CRASH_RESET CRASH_RESET_MORE) + TERMINFO_STRING_MAX];
};

/* ---- the terminal ---- */

static void
terminal_take(struct driver *d)
{
    const uint8_t *data;
    size_t len;

    if (tty_raw(d->tty, d->reset) != 0)
        d->tty_gone = true;
    awl_client_enter(d->client, &data, &len);
    buffer_put(&d->tty_queue, data, len);
    awl_client_redraw(d->client);
}

/* What the terminal is about to answer must not be typed to whoever reads it next. */
static void
terminal_hear_out(struct driver *d)
{
    uint64_t now = clock_now(), end = now + TTY_ANSWER_MS;
    struct pollfd p = {.fd = d->tty->in, .events = POLLIN};

    for (; !d->tty_gone && now < end && awl_client_asking(d->client, now);
         now = clock_now()) {
        uint8_t keys[READ_MAX];
        ssize_t n;

        if (poll(&p, 1, (int)(end - now)) <= 0)
            continue;
        n = read(p.fd, keys, sizeof(keys));
        if (n <= 0)
            return;
        awl_client_keys(d->client, keys, (size_t)n, now);
    }
}

static void
terminal_give_back(struct driver *d)
{
    const uint8_t *data;
    size_t len;

    terminal_hear_out(d);
    awl_client_leave(d->client, &data, &len);
    if (!d->tty_gone) {
        buffer_put(&d->tty_queue, data, len);
        tty_put(d->tty, buffer_bytes(&d->tty_queue), TTY_PATIENCE_MS);
    }
    buffer_clear(&d->tty_queue);
    tty_restore(d->tty);
}

static void
terminal_resume(struct driver *d, uint64_t now)
{
    int cols, rows;

    d->stopped = false;
    terminal_take(d);
    tty_size(d->tty, &cols, &rows);
    awl_client_resize(d->client, cols, rows, now);
}

/* The whole process group, so that it works from within a shell's function too. The
 * server is in a session of its own. Goes on with SIGCONT. */
static void
terminal_suspend(struct driver *d)
{
    static const char notice[] = "\n\033[37;44m[awl is suspended.]\033[0m\n";

    terminal_give_back(d);
    d->stopped = true;
    tty_put(d->tty, bytes_str(notice), TTY_PATIENCE_MS);
    kill(0, SIGSTOP);
}

static void
quit(struct driver *d, const char *why, uint64_t now)
{
    d->quitting = true;
    awl_client_quit(d->client, why, now);
}

/* A window that is closed brings a signal, an end of file and failing writes; together
 * they ask once. */
static void
hung_up(struct driver *d, uint64_t now)
{
    if (!d->quitting)
        quit(d, "the terminal hung up", now);
}

static void
terminal_lost(struct driver *d, uint64_t now)
{
    d->tty_gone = true;
    buffer_clear(&d->tty_queue);
    hung_up(d, now);
}

static void
terminal_read(struct driver *d, uint64_t now)
{
    uint8_t keys[READ_MAX];
    ssize_t n;

    if (!(loop_got(d->loop, d->tty->in) & LOOP_READ) || d->lent || d->stopped)
        return;
    n = read(d->tty->in, keys, sizeof(keys));
    if (n > 0)
        awl_client_keys(d->client, keys, (size_t)n, now);
    else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        terminal_lost(d, now);
}

static void
terminal_draw(struct driver *d, uint64_t now)
{
    const uint8_t *data;
    size_t len;

    if (d->tty_gone || d->lent || d->stopped)
        return;
    if (!tty_flush(d->tty, &d->tty_queue)) {
        terminal_lost(d, now);
        return;
    }
    if (d->tty_queue.len > 0)
        return; /* a slow terminal skips frames */
    awl_client_draw(d->client, &data, &len, now);
    buffer_put(&d->tty_queue, data, len);
    if (!tty_flush(d->tty, &d->tty_queue))
        terminal_lost(d, now);
}

/* ---- the pipe ---- */

static void
close_if(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void
pipe_close(struct driver *d)
{
    close_if(&d->pipe_in);
    close_if(&d->pipe_out);
    buffer_clear(&d->pipe_queue);
}

static void
pipe_set(struct driver *d, int in, int out)
{
    pipe_close(d);
    d->pipe_in = in;
    d->pipe_out = out;
    if (in >= 0)
        fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK);
    if (out >= 0)
        fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
}

static void
pipe_broke(struct driver *d, const char *why, uint64_t now)
{
    pipe_close(d);
    awl_client_pipe_down(d->client, why, false, now);
    if (d->ssh.hangup != NULL)
        d->ssh.hangup(d->ssh.arg, d, now);
}

static void
pipe_flush(struct driver *d, uint64_t now)
{
    while (d->pipe_out >= 0 && d->pipe_queue.len > 0) {
        ssize_t n = write(d->pipe_out, d->pipe_queue.data, d->pipe_queue.len);

        if (n > 0)
            buffer_drop(&d->pipe_queue, (size_t)n);
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        else if (n == 0 || errno != EINTR)
            pipe_broke(d, n < 0 ? strerror(errno) : "nothing can be written", now);
    }
}

static void
pipe_read(struct driver *d, uint64_t now)
{
    uint8_t part[READ_MAX];
    ssize_t n;

    if (!(loop_got(d->loop, d->pipe_in) & LOOP_READ))
        return;
    n = read(d->pipe_in, part, sizeof(part));
    if (n > 0)
        awl_client_pipe_data(d->client, part, (size_t)n, now);
    else if (n == 0)
        pipe_broke(d, "ssh has ended", now);
    else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        pipe_broke(d, strerror(errno), now);
}

static void
pipe_write(struct driver *d, const struct awl_output *out, uint64_t now)
{
    if (d->pipe_out < 0)
        return;
    if (!buffer_put(&d->pipe_queue, out->data, out->len)) {
        pipe_broke(d, "ssh takes nothing any more", now);
        return;
    }
    pipe_flush(d, now);
}

/* ssh has done with the terminal. */
static void
lent_back(struct driver *d, uint64_t now)
{
    if (!d->lent)
        return;
    d->lent = false;
    loop_forget(d->loop, SIGINT); /* typed at ssh's prompt, and ended only that */
    terminal_resume(d, now);
}

void
driver_pipe_up(struct driver *d, int in, int out, const struct awl_ssh_view *view,
               const uint8_t *early, size_t early_len, uint64_t now)
{
    pipe_set(d, in, out);
    lent_back(d, now);
    awl_client_pipe_up(d->client, view, now);
    if (early_len > 0)
        awl_client_pipe_data(d->client, early, early_len, now);
}

void
driver_gone(struct driver *d, uint64_t now)
{
    pipe_close(d);
    lent_back(d, now);
    awl_client_gone(d->client, now);
}

void
driver_pipe_down(struct driver *d, const char *why, bool credentials, uint64_t now)
{
    pipe_close(d);
    lent_back(d, now);
    awl_client_pipe_down(d->client, why, credentials, now);
}

static void
dial(struct driver *d, bool interactive, uint64_t now)
{
    if (d->ssh.dial == NULL) {
        awl_client_pipe_down(d->client, "there is no ssh to ask", false, now);
        return;
    }
    if (interactive && !d->lent && !d->tty_gone) {
        terminal_give_back(d);
        signal(SIGQUIT, SIG_IGN); /* typed at ssh's prompt; tty_raw puts it right again */
        d->lent = true;
    }
    d->ssh.dial(d->ssh.arg, d, interactive, now);
}

static void
hang_up(struct driver *d, uint64_t now)
{
    pipe_close(d);
    if (d->ssh.hangup != NULL)
        d->ssh.hangup(d->ssh.arg, d, now);
    lent_back(d, now);
}

/* ---- the sockets ---- */

static void
socket_open(struct driver *d, const struct awl_output *out, uint64_t now)
{
    int error, number = out->socket;
    uint16_t port;

    error = sockets_open(&d->sockets, out, &port);
    if (error != 0)
        awl_client_open_failed(d->client, number, strerror(error), now);
    else
        awl_client_opened(d->client, number, port, now);
}

static void
socket_send(struct driver *d, const struct awl_output *out, uint64_t now)
{
    int number = out->socket, error = sockets_send(&d->sockets, out);

    if (error != 0)
        awl_client_send_failed(d->client, number, strerror(error), error == EMSGSIZE,
                               now);
}

static void
sockets_read(struct driver *d, uint64_t now)
{
    struct socket_entry *e;
    struct awl_datagram in;
    size_t at = 0;

    while ((e = sockets_ready(&d->sockets, d->loop, &at)) != NULL)
        for (int n = 0; n < DATAGRAMS_MAX && sockets_receive(e, &in); n++)
            awl_client_datagram(d->client, &in, now);
}

/* What was found out; also what there is before anything was asked for. */
static void
legwork_read(struct driver *d, uint64_t now)
{
    struct awl_news news;

    while (d->legwork != NULL && legwork_news(d->legwork, &news, now))
        awl_client_news(d->client, &news, now);
}

/* The engine's requests, where somebody can carry them out. */
static void
legwork_ask(struct driver *d, const struct awl_output *out, uint64_t now)
{
    struct awl_news nothing = {.kind = AWL_NEWS_MAPPED, .family = AWL_IPV4};

    if (d->legwork != NULL)
        legwork_do(d->legwork, out, now);
    else if (out->kind == AWL_MAP)
        awl_client_news(d->client, &nothing, now);
}

/* ---- the loop ---- */

static void
path_told(const struct driver *d, const char *text)
{
    char line[300];

    if (d->log.sink == NULL || d->log.level < AWL_LOG_INFO || text == NULL)
        return;
    snprintf(line, sizeof(line), "session: moved to %s", text);
    d->log.sink(d->log.arg, AWL_LOG_INFO, line);
}

static void
carry_out(struct driver *d, const struct awl_output *out, uint64_t now)
{
    switch (out->kind) {
    case AWL_SEND: socket_send(d, out, now); break;
    case AWL_PIPE: pipe_write(d, out, now); break;
    case AWL_OPEN: socket_open(d, out, now); break;
    case AWL_CLOSE: sockets_close(&d->sockets, out->socket); break;
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_HOPS: legwork_ask(d, out, now); break;
    case AWL_DIAL: dial(d, out->interactive, now); break;
    case AWL_HANGUP: hang_up(d, now); break;
    case AWL_SUSPEND: terminal_suspend(d); break;
    case AWL_PATH: path_told(d, out->text); break;
    case AWL_DONE:
        d->over = true;
        d->end = *out;
        d->end.data = NULL;
        d->end.text = NULL;
        break;
    case AWL_START:
    case AWL_PTY_WRITE:
    case AWL_PTY_SIZE:
    case AWL_PEER: break; /* a server's */
    }
}

static void
signals_read(struct driver *d, uint64_t now)
{
    int cols, rows;

    if (loop_signalled(d->loop, SIGWINCH)) {
        tty_size(d->tty, &cols, &rows);
        awl_client_resize(d->client, cols, rows, now);
    }
    if (loop_signalled(d->loop, SIGTSTP)) {
        if (d->lent)
            kill(getpid(), SIGSTOP); /* the ssh that asks has stopped as well */
        else
            terminal_suspend(d);
    }
    if (loop_signalled(d->loop, SIGCONT) && !d->lent)
        terminal_resume(d, now);
    if (loop_signalled(d->loop, SIGHUP))
        hung_up(d, now);
    if (loop_signalled(d->loop, SIGTERM))
        quit(d, "SIGTERM received", now);
    if (loop_signalled(d->loop, SIGINT) && !d->lent) /* else typed at ssh's prompt */
        quit(d, "SIGINT received", now);
    loop_signalled(d->loop, SIGCHLD); /* the ssh's turn looks for itself */
}

static void
network_read(struct driver *d, uint64_t now)
{
    struct awl_addr own[AWL_ADDRS_MAX];

    if (!netwatch_changed(d->netwatch, d->loop, now))
        return;
    awl_client_network(d->client, own, ifaddrs_read(own), now);
    if (d->legwork != NULL)
        legwork_network(d->legwork, now);
}

static void
wait_for_something(struct driver *d)
{
    uint64_t deadline =
        sooner(awl_client_deadline(d->client), netwatch_deadline(d->netwatch));

    if (!d->tty_gone && !d->lent && !d->stopped) {
        if (awl_client_wants_keys(d->client))
            loop_want(d->loop, d->tty->in, LOOP_READ);
        if (d->tty_queue.len > 0)
            loop_want(d->loop, d->tty->out, LOOP_WRITE);
    }
    sockets_want(&d->sockets, d->loop);
    if (d->legwork != NULL)
        deadline = sooner(deadline, legwork_want(d->legwork, d->loop));
    loop_want(d->loop, d->pipe_in, LOOP_READ);
    if (d->pipe_queue.len > 0)
        loop_want(d->loop, d->pipe_out, LOOP_WRITE);
    netwatch_want(d->netwatch, d->loop);
    if (d->ssh.want != NULL)
        deadline = sooner(deadline, d->ssh.want(d->ssh.arg, d->loop));
    loop_wait(d->loop, deadline);
}

void
driver_run(struct driver *d)
{
    for (;;) {
        uint64_t now = clock_now();
        struct awl_output out;

        awl_client_tick(d->client, now);
        while (!d->over && awl_client_next(d->client, &out, now))
            carry_out(d, &out, now);
        if (d->over)
            break;
        terminal_draw(d, now);
        wait_for_something(d);
        now = clock_now();
        signals_read(d, now);
        terminal_read(d, now);
        sockets_read(d, now);
        pipe_flush(d, now);
        pipe_read(d, now);
        network_read(d, now);
        legwork_read(d, now);
        if (d->ssh.turn != NULL)
            d->ssh.turn(d->ssh.arg, d, d->loop, now);
    }
    if (!d->lent && !d->stopped)
        terminal_give_back(d);
    pipe_close(d);
    if (d->ssh.hangup != NULL)
        d->ssh.hangup(d->ssh.arg, d, clock_now());
    sockets_close_all(&d->sockets);
}

struct driver *
driver_new(const struct driver_config *config, struct loop *l, const char **error)
{
    static const int signals[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGTERM,
                                  SIGINT,   SIGHUP,  SIGCHLD};
    struct driver *d = xcalloc(1, sizeof(*d));
    struct awl_client_config client = config->client;
    struct awl_addr own[AWL_ADDRS_MAX];
    uint64_t now = clock_now();

    d->loop = l;
    d->no_tty = (struct tty){.in = -1, .out = -1, .flags_in = -1, .flags_out = -1};
    d->tty = config->tty != NULL ? config->tty : &d->no_tty;
    d->tty_gone = config->tty == NULL;
    d->ssh = config->ssh;
    d->log = client.log;
    d->pipe_in = d->pipe_out = -1;
    d->pipe_queue.max = PIPE_QUEUE_MAX;
    snprintf(d->reset, sizeof(d->reset), CRASH_RESET "%s%s",
             config->terminfo->title ? CRASH_RESET_MORE : "",
             config->init ? config->terminfo->rmcup : "");
    if (!d->tty_gone)
        tty_size(d->tty, &client.cols, &client.rows);
    client.own = own;
    client.own_count = ifaddrs_read(own);
    client.caps = terminfo_caps(config->terminfo, config->init);
    client.random = random_system();
    /* The first are the terminal's. */
    for (size_t i = d->tty_gone ? 3 : 0; i < ARRAY_LEN(signals); i++)
        loop_catch(l, signals[i]);
    d->netwatch = netwatch_new();
    d->sockets = config->sockets;
    d->legwork = config->legwork;
    d->client = awl_client_new(&client, now);
    legwork_read(d, now);
    if (config->tty != NULL)
        terminal_take(d);
    if (config->tty != NULL && d->tty_gone) {
        *error = "the terminal cannot be put into raw mode";
        driver_free(d);
        return NULL;
    }
    pipe_set(d, config->pipe_in, config->pipe_out);
    if (config->pipe_early_len > 0)
        awl_client_pipe_data(d->client, config->pipe_early, config->pipe_early_len, now);
    return d;
}

const struct awl_output *
driver_end(const struct driver *d)
{
    return &d->end;
}

struct awl_client *
driver_client(struct driver *d)
{
    return d->client;
}

void
driver_free(struct driver *d)
{
    if (d == NULL)
        return;
    tty_restore(d->tty);
    pipe_close(d);
    sockets_close_all(&d->sockets);
    legwork_free(d->legwork);
    buffer_free(&d->pipe_queue);
    buffer_free(&d->tty_queue);
    netwatch_free(d->netwatch);
    awl_client_free(d->client);
    free(d);
}

int
driver_farewell(const struct awl_output *end, const char *where, int failure)
{
    static const char *const notes[] = {
        [AWL_END_REMOTE] = NULL,
        [AWL_END_LOCAL] = NULL,
        [AWL_END_UNCLEAN] = "the server has not confirmed the end of the session and may "
                            "still be running",
        [AWL_END_NO_CONTACT] = NULL, /* it names the place: below */
        [AWL_END_GONE] =
            "the session over there has ended, or its server was killed; please "
            "log in again",
        [AWL_END_KEY] = "the session's key has been used as long as is safe; please log "
                        "in again",
    };
    static_assert(ARRAY_LEN(notes) == AWL_END_ENDS, "say something of every end");

    if (end->end == AWL_END_NO_CONTACT)
        fprintf(
            stderr,
            "awl: no answer came from %s; check that this UDP port is not blocked on the "
            "way (60001 to 60999 if -p chose no other)\n",
            where);
    else if (notes[end->end] != NULL)
        fprintf(stderr, "awl: %s\n", notes[end->end]);
    fflush(stderr);
    printf("[awl is exiting.]\n");
    fflush(stdout);
    if (end->end != AWL_END_REMOTE && end->end != AWL_END_LOCAL)
        return failure;
    if (!end->exit_known)
        return 0;
    return end->exit_signal != 0 ? 128 + end->exit_signal : end->exit_status;
}
