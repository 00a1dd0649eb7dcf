#include "platform/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "platform/clock.h"
#include "platform/loop.h"

static bool
make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        /* Above 0-2, so that putting them in place in the child overwrites none. */
        int high = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);

        close(ends[i]);
        ends[i] = high;
    }
    if (ends[0] >= 0 && ends[1] >= 0)
        return true;
    close(ends[0]);
    close(ends[1]);
    return false;
}

static void
close_if(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

pid_t
child_fork(struct child *c, unsigned flags)
{
    static const unsigned piped[3] = {CHILD_IN, CHILD_OUT, CHILD_ERR};
    int ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    int *ours[3] = {&c->in, &c->out, &c->err};
    bool ok = true;

    *c = (struct child){.in = -1, .out = -1, .err = -1};
    for (int i = 0; i < 3 && ok; i++)
        if (flags & piped[i])
            ok = make_pipe(ends[i]);
    if (ok)
        c->pid = fork();
    if (!ok || c->pid < 0) {
        int error = errno;

        for (int i = 0; i < 3; i++) {
            close_if(&ends[i][0]);
            close_if(&ends[i][1]);
        }
        c->pid = 0;
        errno = error;
        return -1;
    }
    if (c->pid == 0) {
        loop_forked();
        if (flags & CHILD_SESSION)
            setsid();
        for (int fd = 0; fd < 3; fd++)
            if (ends[fd][0] >= 0)
                dup2(ends[fd][fd == 0 ? 0 : 1], fd);
        if (!(flags & CHILD_IN)) {
            int null = open("/dev/null", O_RDWR);

            dup2(null, STDIN_FILENO);
            if (null > 2)
                close(null);
        }
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        if (ends[i][0] < 0)
            continue;
        close(ends[i][i == 0 ? 0 : 1]);
        *ours[i] = ends[i][i == 0 ? 1 : 0];
        fcntl(*ours[i], F_SETFL, O_NONBLOCK);
    }
    return c->pid;
}

int
child_start(struct child *c, char *const argv[], unsigned flags)
{
    int report[2], error = 0;
    ssize_t n;

    if (!make_pipe(report)) {
        *c = (struct child){.in = -1, .out = -1, .err = -1};
        return errno;
    }
    switch (child_fork(c, flags)) {
    case -1:
        error = errno;
        close(report[0]);
        close(report[1]);
        return error;
    case 0:
        execvp(argv[0], argv);
        error = errno;
        (void)!write(report[1], &error, sizeof(error));
        _exit(127);
    default: break;
    }
    close(report[1]);
    do /* returns at the exec, which closes the other end */
        n = read(report[0], &error, sizeof(error));
    while (n < 0 && errno == EINTR);
    close(report[0]);
    if (n != (ssize_t)sizeof(error))
        return 0;
    child_end(c, 1000);
    return error;
}

static void
child_note(struct child *c, int how)
{
    c->pid = 0;
    c->signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    c->status = WIFEXITED(how) ? WEXITSTATUS(how) : 0;
}

bool
child_ended(struct child *c)
{
    int how = 0;
    pid_t got;

    if (c->pid == 0)
        return true;
    got = waitpid(c->pid, &how, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    child_note(c, how);
    return true;
}

void
child_end(struct child *c, int wait_ms)
{
    uint64_t end = clock_now() + (uint64_t)wait_ms;
    int how = 0;

    close_if(&c->in);
    close_if(&c->out);
    close_if(&c->err);
    if (child_ended(c))
        return;
    kill(c->pid, SIGTERM);
    while (!child_ended(c) && clock_now() < end)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    if (c->pid == 0)
        return;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
        ;
    child_note(c, how);
}

void
child_close_others(const int keep[], size_t count)
{
    DIR *all = opendir("/dev/fd");
    const struct dirent *e;
    int found[256];
    size_t n = 0;

    if (all == NULL)
        return;
    while ((e = readdir(all)) != NULL && n < ARRAY_LEN(found)) {
        int fd = atoi(e->d_name);
        bool kept = fd <= 2 || fd == dirfd(all);

        for (size_t i = 0; i < count && !kept; i++)
            kept = fd == keep[i];
        if (!kept)
            found[n++] = fd;
    }
    closedir(all);
    while (n > 0)
        close(found[--n]);
}
