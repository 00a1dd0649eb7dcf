#include "platform/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "platform/clock.h"

/* For the handler of fatal signals; there is one terminal a process. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios found, raw;
    const char *reset;
    size_t reset_len;
} guard;

static const int fatal[] = {SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};

/* Only what POSIX allows in a handler. */
static void
guard_restore(int signo)
{
    if (guard.armed) {
        guard.armed = 0;
        (void)!write(guard.fd, guard.reset, guard.reset_len);
        tcsetattr(guard.fd, TCSANOW, &guard.found);
    }
    signal(signo, SIG_DFL);
    raise(signo);
}

static bool
same_device(int a, int b)
{
    struct stat sa, sb;

    return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && S_ISCHR(sa.st_mode) &&
           S_ISCHR(sb.st_mode) && sa.st_rdev == sb.st_rdev;
}

/* Opens the same file again, so that non-blocking is a matter between it and us. */
static int
open_again(int fd, int mode)
{
    char name[256];
    int own = -1;

    if (ttyname_r(fd, name, sizeof(name)) == 0)
        own = open(name, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0 && !same_device(own, fd)) { /* another namespace's name */
        close(own);
        own = -1;
    }
    return own;
}

/* Failing that: the shared descriptor becomes non-blocking until tty_close. */
static int
share(int fd, int *flags)
{
    struct stat st;

    *flags = fcntl(fd, F_GETFL);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        *flags = -1; /* files never block */
    if (*flags >= 0)
        fcntl(fd, F_SETFL, *flags | O_NONBLOCK);
    return fd;
}

bool
tty_open(struct tty *t, const char **error)
{
    struct termios attributes;

    *t = (struct tty){.in = -1, .out = -1, .flags_in = -1, .flags_out = -1};
    if (tcgetattr(STDIN_FILENO, &attributes) != 0) {
        *error = errno == EBADF ? "standard input is closed; run this in a terminal"
                                : "standard input is not a terminal; run this in one";
        return false;
    }
    if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
        *error = "standard output is closed; run this in a terminal";
        return false;
    }
    t->in = open_again(STDIN_FILENO, O_RDWR);
    t->own_in = t->in >= 0;
    if (!t->own_in)
        t->in = share(STDIN_FILENO, &t->flags_in);
    if (t->own_in && same_device(STDIN_FILENO, STDOUT_FILENO)) {
        t->out = t->in;
    } else {
        t->out = isatty(STDOUT_FILENO) ? open_again(STDOUT_FILENO, O_WRONLY) : -1;
        t->own_out = t->out >= 0;
        if (!t->own_out)
            t->out = share(STDOUT_FILENO, &t->flags_out);
    }
    return true;
}

void
tty_close(struct tty *t)
{
    tty_restore(t);
    if (t->flags_in >= 0)
        fcntl(t->in, F_SETFL, t->flags_in);
    if (t->flags_out >= 0)
        fcntl(t->out, F_SETFL, t->flags_out);
    if (t->own_out)
        close(t->out);
    if (t->own_in)
        close(t->in);
    *t = (struct tty){.in = -1, .out = -1, .flags_in = -1, .flags_out = -1};
}

static struct termios
make_raw(struct termios t)
{
    t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
                             IXON | IXOFF);
#ifdef IUTF8
    t.c_iflag |= IUTF8;
#endif
    t.c_oflag &= ~(tcflag_t)OPOST;
    t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    return t;
}

int
tty_raw(struct tty *t, const char *reset)
{
    if (!t->raw) {
        if (tcgetattr(t->in, &guard.found) != 0)
            return errno;
        guard.raw = make_raw(guard.found);
        guard.fd = t->out != t->in && isatty(t->out) ? t->out : t->in;
        guard.reset = reset != NULL ? reset : "";
        guard.reset_len = strlen(guard.reset);
        guard.armed = 1;
        for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
            signal(fatal[i], guard_restore);
        t->raw = true;
    }
    if (tcsetattr(t->in, TCSANOW, &guard.raw) != 0) {
        int error = errno;

        tty_restore(t);
        return error;
    }
    return 0;
}

void
tty_restore(struct tty *t)
{
    if (!t->raw)
        return;
    guard.armed = 0;
    for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
        signal(fatal[i], SIG_DFL);
    tcsetattr(t->in, TCSANOW, &guard.found);
    t->raw = false;
}

void
tty_size(const struct tty *t, int *cols, int *rows)
{
    struct winsize size = {0};
    int fd = t->in >= 0 ? t->in : STDIN_FILENO;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
        *cols = 80;
        *rows = 24;
    } else {
        *cols = size.ws_col;
        *rows = size.ws_row;
    }
}

bool
tty_flush(struct tty *t, struct buffer *b)
{
    while (b->len > 0) {
        ssize_t n = write(t->out, b->data, b->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0) {
            buffer_clear(b);
            return false;
        }
        buffer_drop(b, (size_t)n);
    }
    return true;
}

void
tty_put(struct tty *t, struct bytes data, int wait_ms)
{
    uint64_t end = clock_now() + (uint64_t)wait_ms;

    while (data.len > 0) {
        struct pollfd p = {.fd = t->out, .events = POLLOUT};
        ssize_t n = write(t->out, data.data, data.len);
        uint64_t now;

        if (n > 0) {
            data = bytes_slice(data, (size_t)n, data.len);
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return;
        now = clock_now();
        if (now >= end)
            return;
        poll(&p, 1, (int)(end - now));
    }
}
