#include "programs/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/clock.h"

#define TRACE_LINE_MAX 1024u

int
trace_open(struct trace *t, const char *file, int verbose, uint64_t now)
{
    *t = (struct trace){.start = now, .fd = -1};
    t->level = verbose > 1 ? AWL_LOG_DEBUG : AWL_LOG_INFO;
    t->held.max = TRACE_HELD_MAX;
    if (file != NULL && *file != '\0') {
        /* The log tells where the user logs in and from where: nobody else's business. */
        t->fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
        if (t->fd < 0)
            return errno;
        t->own_fd = true;
    } else if (verbose > 0) {
        t->fd = STDERR_FILENO;
    }
    t->screen = t->fd >= 0 && isatty(t->fd);
    return 0;
}

static void
trace_write(struct trace *t, struct bytes text)
{
    while (text.len > 0) {
        ssize_t n = write(t->fd, text.data, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* a full disk must not end a session */
        text = bytes_slice(text, (size_t)n, text.len);
    }
}

static void
trace_line(struct trace *t, uint64_t at, const char *fmt, va_list ap)
{
    char line[TRACE_LINE_MAX];
    uint64_t ms = at > t->start ? at - t->start : 0;
    size_t head, len;
    int n;

    n = snprintf(line, sizeof(line), "[%5" PRIu64 ".%03u] ", ms / 1000,
                 (unsigned)(ms % 1000));
    head = (size_t)n;
    n = vsnprintf(line + head, sizeof(line) - head - 1, fmt, ap);
    len = head + MIN((size_t)n, sizeof(line) - head - 2);
    line[len++] = '\n';
    if (!t->hold)
        trace_write(t, bytes_of(line, len));
    else if (!buffer_put(&t->held, line, len))
        t->lost++;
}

void
trace_put(struct trace *t, const char *fmt, ...)
{
    va_list ap;

    if (t->fd < 0)
        return;
    va_start(ap, fmt);
    trace_line(t, clock_now(), fmt, ap);
    va_end(ap);
}

void
trace_put_at(struct trace *t, uint64_t at, const char *fmt, ...)
{
    va_list ap;

    if (t->fd < 0)
        return;
    va_start(ap, fmt);
    trace_line(t, at, fmt, ap);
    va_end(ap);
}

void
trace_hold(struct trace *t, bool hold)
{
    unsigned lost = t->lost;

    t->hold = hold && t->screen;
    if (t->hold || t->fd < 0)
        return;
    trace_write(t, buffer_bytes(&t->held));
    buffer_free(&t->held);
    t->lost = 0;
    if (lost > 0)
        trace_put(t, "log: %u lines left out", lost);
}

void
trace_close(struct trace *t)
{
    trace_hold(t, false);
    if (t->own_fd)
        close(t->fd);
    buffer_free(&t->held);
    t->fd = -1;
}

void
trace_session(struct trace *t, const struct awl_client *client)
{
    struct awl_client_facts f;

    if (t->fd < 0 || (t->said_state && t->said_udp))
        return;
    awl_client_facts(client, &f);
    if (!t->said_state && f.first_state_at != AWL_NEVER) {
        trace_put_at(t, f.first_state_at, "session: first state");
        t->said_state = true;
    }
    if (!t->said_udp && f.direct_at != AWL_NEVER) {
        trace_put_at(t, f.direct_at, "session: udp");
        t->said_udp = true;
    }
}

static void
trace_sink(void *arg, enum awl_log_level level, const char *text)
{
    struct trace *t = arg;

    if (level <= t->level)
        trace_put(t, "%s", text);
}

struct awl_log
trace_log(struct trace *t)
{
    if (t->fd < 0)
        return (struct awl_log){0};
    return (struct awl_log){.sink = trace_sink, .arg = t, .level = t->level};
}
