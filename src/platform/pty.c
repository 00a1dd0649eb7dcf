#include "platform/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "platform/loop.h"

static void
set_utf8(int fd)
{
#ifdef IUTF8
    struct termios t;

    if (tcgetattr(fd, &t) == 0) {
        t.c_iflag |= IUTF8;
        tcsetattr(fd, TCSANOW, &t);
    }
#else
    (void)fd;
#endif
}

/* The master, or -1; slave gets its other side. */
static int
open_pair(int *slave)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name;

    if (master < 0)
        return -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 &&
        (name = ptsname(master)) != NULL &&
        (*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0) {
        fcntl(master, F_SETFD, FD_CLOEXEC);
        fcntl(master, F_SETFL, O_NONBLOCK);
        return master;
    }
    close(master);
    return -1;
}

static void
enter_child(int slave)
{
    loop_forked();
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd <= 2; fd++)
        dup2(slave, fd);
    if (slave > 2)
        close(slave);
}

pid_t
pty_fork(struct pty *p, int cols, int rows, int *gate)
{
    int slave = -1, ends[2];

    *p = (struct pty){.master = -1, .gate = -1, .queue = {.max = PTY_QUEUE_MAX}};
    if (pipe(ends) != 0)
        return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    p->master = open_pair(&slave);
    if (p->master >= 0) {
        set_utf8(slave);
        pty_resize(p, cols, rows);
        p->pid = fork();
    }
    if (p->master < 0 || p->pid < 0) {
        int error = errno;

        close(ends[0]);
        close(ends[1]);
        if (slave >= 0)
            close(slave);
        pty_close(p);
        errno = error;
        return -1;
    }
    if (p->pid == 0) {
        close(p->master);
        close(ends[1]);
        enter_child(slave);
        *gate = ends[0];
        return 0;
    }
    close(slave);
    close(ends[0]);
    p->gate = ends[1];
    return p->pid;
}

bool
pty_gate(int gate)
{
    char go;
    ssize_t n;

    do
        n = read(gate, &go, 1);
    while (n < 0 && errno == EINTR);
    close(gate);
    return n == 1;
}

void
pty_start(struct pty *p)
{
    if (p->gate < 0)
        return;
    (void)!write(p->gate, "", 1);
    close(p->gate);
    p->gate = -1;
}

void
pty_close(struct pty *p)
{
    if (p->gate >= 0)
        close(p->gate);
    if (p->master >= 0)
        close(p->master);
    p->gate = p->master = -1;
    buffer_free(&p->queue);
}

void
pty_resize(struct pty *p, int cols, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)cols,
                           .ws_row = (unsigned short)rows};

    if (p->master >= 0)
        ioctl(p->master, TIOCSWINSZ, &size);
}

bool
pty_write(struct pty *p, struct bytes data)
{
    if (p->master < 0 || p->eof)
        return true; /* nobody is left to read it */
    return buffer_put_bytes(&p->queue, data);
}

void
pty_flush(struct pty *p)
{
    size_t done = 0;

    while (p->master >= 0 && done < p->queue.len) {
        ssize_t n = write(p->master, p->queue.data + done, p->queue.len - done);

        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EINTR)
            continue;
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        else
            done = p->queue.len; /* the terminal is dead; pty_read finds out as well */
    }
    buffer_drop(&p->queue, done);
    p->queue.overflow = false;
}

enum pty_read
pty_read(struct pty *p, struct bytes *out)
{
    ssize_t n = 0;

    *out = BYTES_NONE;
    if (p->master >= 0 && !p->eof && p->drained < PTY_DRAIN_MAX) {
        do
            n = read(p->master, p->data, sizeof(p->data));
        while (n < 0 && errno == EINTR);
        if (n > 0) {
            if (p->exited)
                p->drained += (size_t)n;
            *out = bytes_of(p->data, (size_t)n);
            return PTY_DATA;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return p->exited ? PTY_END : PTY_NOTHING;
        p->eof = true; /* EIO on Linux: no process has the terminal open any more */
    }
    return p->exited ? PTY_END : PTY_NOTHING;
}

void
pty_reap(struct pty *p)
{
    int how;

    if (p->exited || p->pid <= 0 || waitpid(p->pid, &how, WNOHANG) != p->pid)
        return;
    p->exited = true;
    if (WIFSIGNALED(how))
        p->signal = WTERMSIG(how);
    else
        p->status = WEXITSTATUS(how);
}
