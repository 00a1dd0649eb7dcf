#include "programs/login.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "programs/ssh.h"

#define LOGIN_READ_MAX 4096u

int
login_start(struct login *l, const struct args *argv, enum connect_goal goal,
            enum login_show show, bool detached, struct trace *trace)
{
    unsigned flags = CHILD_IN | CHILD_OUT | CHILD_ERR | (detached ? CHILD_SESSION : 0);
    int r;

    *l = (struct login){.show = show, .trace = trace};
    l->line.max = LOGIN_LINE_MAX;
    r = child_start(&l->child, argv->word, flags);
    if (r != 0)
        return r;
    l->reader = connect_new(goal);
    l->state = LOGIN_GOING;
    return 0;
}

/* ---- lines ---- */

static bool
begins(struct bytes line, const char *with)
{
    size_t len = strlen(with);

    return line.len >= len && memcmp(line.data, with, len) == 0;
}

static bool
holds(struct bytes line, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= line.len; i++)
        if (memcmp(line.data + i, text, len) == 0)
            return true;
    return false;
}

/* What ssh, a shell or awl-server says when it gives up: it becomes part of our own one
 * line, instead of a second one beside it. */
static bool
last_word(struct bytes line)
{
    static const char *const starts[] = {
        "ssh: ",
        "awl-server: ",
        "awl-server relay: ",
        "Host key verification failed",
        "Connection closed by ",
        "Connection reset by ",
        "Connection to ",
        "Received disconnect from ",
        "Disconnected from ",
        "kex_exchange_identification: ",
        "ssh_exchange_identification: ",
    };

    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (begins(line, starts[i]))
            return true;
    return holds(line, ": Permission denied (") || holds(line, "not found");
}

static void
show_raw(const struct login *l, struct bytes line)
{
    char text[LOGIN_LINE_MAX];

    trace_put(l->trace, "ssh: says: %s", log_escape(line, text, sizeof(text)));
    /* The user's own terminal and the user's own login: colours of a banner may pass. */
    if (l->show == LOGIN_SHOW && l->state == LOGIN_GOING)
        fprintf(stderr, "%.*s\n", (int)line.len, (const char *)line.data);
}

static void
release_held(struct login *l)
{
    if (l->held.len > 0)
        show_raw(l, buffer_bytes(&l->held));
    buffer_clear(&l->held);
}

static void
error_line(struct login *l, struct bytes line)
{
    while (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0)
        return;
    buffer_put_bytes(&l->tail, line);
    buffer_put_byte(&l->tail, '\n');
    if (l->tail.len > LOGIN_TAIL_MAX)
        buffer_drop(&l->tail, l->tail.len - LOGIN_TAIL_MAX);
    /* After this one ssh only repeats itself: "Connection closed by UNKNOWN". */
    if (begins(buffer_bytes(&l->held), "kex_exchange_identification: ") &&
        last_word(line))
        return;
    release_held(l);
    if (last_word(line))
        buffer_put_bytes(&l->held, line);
    else
        show_raw(l, line);
}

/* Lines on standard output that are neither mosh's nor awl's. */
static void
noise_lines(struct login *l)
{
    struct bytes line;
    bool note;

    while (connect_noise(l->reader, &line, &note)) {
        char text[CONNECT_LINE_MAX + 1];

        l->noise += line.len + 1;
        if (begins(line, SSH_FOUND)) {
            buffer_clear(&l->found);
            buffer_put_bytes(&l->found, bytes_slice(line, strlen(SSH_FOUND), line.len));
        } else if (begins(line, SSH_SEARCHED)) {
            buffer_clear(&l->searched);
            buffer_put_bytes(&l->searched,
                             bytes_slice(line, strlen(SSH_SEARCHED), line.len));
        } else if (note) {
            log_escape(line, text, sizeof(text));
            show_raw(l, bytes_str(text));
        } else if (line.len > 0) {
            show_raw(l, line);
        }
    }
}

/* ---- reading ---- */

/* Up to LOGIN_READ_MAX bytes. False: nothing there now; at the end it is closed. */
static bool
read_some(int *fd, uint8_t data[LOGIN_READ_MAX], size_t *len)
{
    ssize_t n;

    if (*fd < 0)
        return false;
    n = read(*fd, data, LOGIN_READ_MAX);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return false;
    if (n <= 0) {
        close(*fd);
        *fd = -1;
        return false;
    }
    *len = (size_t)n;
    return true;
}

/* What is there now, or, at the end of ssh, all there ever will be. Standard error first,
 * so that what was said before the start-up line is shown before the screen is taken. */
static void
read_error(struct login *l)
{
    uint8_t data[LOGIN_READ_MAX];
    size_t len;

    while (read_some(&l->child.err, data, &len)) {
        for (size_t i = 0; i < len; i++) {
            if (data[i] == '\n') {
                error_line(l, buffer_bytes(&l->line));
                buffer_clear(&l->line);
            } else {
                buffer_put_byte(&l->line, data[i]);
            }
        }
        if (l->state != LOGIN_GOING && l->child.pid != 0)
            break;
    }
    if (l->child.err < 0 && l->line.len > 0) {
        error_line(l, buffer_bytes(&l->line));
        buffer_clear(&l->line);
    }
}

/* False: no more is to be read now. */
static bool
output(struct login *l, struct bytes data)
{
    connect_input(l->reader, data);
    noise_lines(l);
    if (connect_state(l->reader) == CONNECT_DONE) {
        l->state = LOGIN_READY;
        return false; /* what follows is the relay's */
    }
    return connect_state(l->reader) != CONNECT_BAD && l->noise <= LOGIN_NOISE_MAX;
}

static void
read_output(struct login *l)
{
    uint8_t data[LOGIN_READ_MAX];
    size_t len;

    while (read_some(&l->child.out, data, &len))
        /* After the session has begun it is nobody's. */
        if (l->state == LOGIN_GOING && !output(l, bytes_of(data, len)))
            return;
}

void
login_want(const struct login *l, struct loop *loop)
{
    if (l->state != LOGIN_GOING && l->state != LOGIN_READY)
        return;
    loop_want(loop, l->child.out, LOOP_READ);
    loop_want(loop, l->child.err, LOOP_READ);
}

enum login_state
login_turn(struct login *l, const struct loop *loop)
{
    bool ended;

    if (l->state != LOGIN_GOING && l->state != LOGIN_READY)
        return l->state;
    ended = l->child.pid != 0 && child_ended(&l->child);
    if (ended || (l->child.err >= 0 && loop_got(loop, l->child.err)))
        read_error(l);
    if (ended || (l->child.out >= 0 && loop_got(loop, l->child.out)))
        read_output(l);
    if (l->state == LOGIN_GOING) {
        if (connect_state(l->reader) == CONNECT_BAD || l->noise > LOGIN_NOISE_MAX) {
            child_end(&l->child, 500);
            l->state = LOGIN_FAILED;
        } else if (ended) {
            l->state = LOGIN_FAILED;
        }
    }
    return l->state;
}

/* ---- afterwards ---- */

void
login_take(struct login *l, int *in, int *out, struct bytes *rest)
{
    *in = l->child.out;
    *out = l->child.in;
    l->child.out = l->child.in = -1;
    *rest = connect_rest(l->reader);
}

void
login_await_relay(struct login *l)
{
    struct connect *before = l->reader;

    l->reader = connect_new(CONNECT_RELAY);
    l->state = LOGIN_GOING;
    l->show = LOGIN_HIDE;
    l->awaits = true;
    l->noise = 0;
    buffer_clear(&l->found);
    output(l, connect_rest(before));
    connect_free(before);
}

bool
login_tell(struct login *l, const char *line)
{
    size_t len = strlen(line); /* a few bytes: an empty pipe takes them at once */

    return l->child.in >= 0 && write(l->child.in, line, len) == (ssize_t)len;
}

void
login_close_input(struct login *l)
{
    if (l->child.in >= 0)
        close(l->child.in);
    l->child.in = -1;
}

bool
login_running(const struct login *l)
{
    return l->child.pid > 0;
}

void
login_signal(struct login *l, int signo)
{
    if (l->child.pid > 0 && !l->shared)
        kill(l->child.pid, signo);
}

static void
failure_missing(const struct login *l, const char *host, const char *server,
                struct buffer *out)
{
    char path[512];

    if (l->searched.len > 0)
        buffer_printf(
            out,
            "no awl-server on %s: looked in its PATH (%s), %s; install awl there, or "
            "name the server with --server=",
            host, log_escape(buffer_bytes(&l->searched), path, sizeof(path)), SSH_PLACES);
    else
        buffer_printf(
            out, "no \"%s\" on %s: install awl there, or name the server with --server=",
            server != NULL ? server : "awl-server", host);
}

void
login_failure(const struct login *l, const char *host, const char *server,
              struct buffer *out)
{
    char word[LOGIN_LINE_MAX];
    struct bytes held = buffer_bytes(&l->held);

    if (begins(held, "ssh: "))
        held = bytes_slice(held, strlen("ssh: "), held.len);
    log_escape(held, word, sizeof(word));
    if (connect_state(l->reader) == CONNECT_BAD)
        buffer_printf(out, "%s did not start a session: %s", host,
                      connect_error(l->reader));
    else if (l->noise > LOGIN_NOISE_MAX)
        buffer_printf(
            out,
            "%s printed more than %u bytes and no start-up line: is it a login script?",
            host, LOGIN_NOISE_MAX);
    else if (l->child.signal != 0)
        buffer_printf(out, "ssh to %s was ended by signal %d", host, l->child.signal);
    else if (l->child.status == 127)
        failure_missing(l, host, server, out);
    else if (l->child.status == 255 && held.len > 0)
        buffer_printf(out, "ssh cannot log in to %s: %s", host, word);
    else if (l->child.status == 255)
        buffer_printf(out, "ssh cannot log in to %s: it ended with status 255", host);
    else if (held.len > 0)
        buffer_printf(out, "%s did not start a session: %s", host, word);
    else
        buffer_printf(
            out,
            "%s printed no start-up line, and ssh ended with status %d: does a login "
            "script there end, or is the key for another command?",
            host, l->child.status);
}

bool
login_wants_credentials(const struct login *l)
{
    struct buffer copy = {0};
    bool wants;

    buffer_put_bytes(&copy, buffer_bytes(&l->tail));
    wants = l->state == LOGIN_FAILED && l->child.status == 255 &&
            ssh_wants_credentials(buffer_str(&copy));
    buffer_free(&copy);
    return wants;
}

void
login_free(struct login *l, int wait_ms)
{
    if (l->state == LOGIN_IDLE)
        return; /* its descriptors are not even closed ones */
    if (l->shared && (l->state != LOGIN_GOING || l->awaits))
        l->child.pid = 0;
    child_end(&l->child, wait_ms);
    connect_free(l->reader);
    buffer_free(&l->line);
    buffer_free(&l->held);
    buffer_free(&l->tail);
    buffer_free(&l->found);
    buffer_free(&l->searched);
    *l = (struct login){0};
}
