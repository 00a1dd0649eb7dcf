#include "platform/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/deadline.h"
#include "platform/clock.h"

#define LOOP_SIGNALS  65
#define LOOP_NO_PLACE UINT16_MAX
/* A wait is cut here, so that a deadline far away needs no care with overflow. */
#define LOOP_WAIT_MAX_MS 3600000u

struct loop {
    struct pollfd *poll;
    size_t count, room;
    uint16_t *place; /* by descriptor: its index in poll */
    size_t places;
    bool done; /* the wait has been: the next wish begins a new turn */
    sigset_t caught[1];
};

/* Signals belong to the process, and so do these. */
static volatile sig_atomic_t loop_flag[LOOP_SIGNALS];
static sigset_t loop_old_mask;
static struct sigaction loop_old_pipe;
static bool loop_exists;

static void
loop_handler(int signo)
{
    if (signo > 0 && signo < LOOP_SIGNALS)
        loop_flag[signo] = 1;
}

struct loop *
loop_new(void)
{
    struct loop *l = xcalloc(1, sizeof(*l));
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    assert(!loop_exists);
    loop_exists = true;
    sigemptyset(l->caught);
    sigprocmask(SIG_SETMASK, NULL, &loop_old_mask);
    sigaction(SIGPIPE, &ignore, &loop_old_pipe);
    return l;
}

void
loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    /* What came while they were blocked has had its effect, or comes too late for one. */
    for (int s = 1; s < LOOP_SIGNALS; s++) {
        if (sigismember(l->caught, s) == 1) {
            signal(s, SIG_IGN);
            signal(s, SIG_DFL);
        }
    }
    loop_forked();
    loop_exists = false;
    free(l->poll);
    free(l->place);
    free(l);
}

void
loop_catch(struct loop *l, int signo)
{
    struct sigaction action = {.sa_handler = loop_handler};
    sigset_t one;

    assert(signo > 0 && signo < LOOP_SIGNALS);
    sigemptyset(&one);
    sigaddset(&one, signo);
    sigaddset(l->caught, signo);
    sigprocmask(SIG_BLOCK, &one, NULL);
    sigaction(signo, &action, NULL);
}

bool
loop_signalled(struct loop *l, int signo)
{
    bool was = loop_flag[signo] != 0;

    (void)l;
    if (was) /* no race: it is blocked while we are here */
        loop_flag[signo] = 0;
    return was;
}

void
loop_forget(struct loop *l, int signo)
{
    sigset_t pending, one;

    (void)l;
    sigemptyset(&one);
    sigaddset(&one, signo);
    if (sigpending(&pending) == 0 && sigismember(&pending, signo) == 1)
        sigwait(&one, &signo);
    loop_flag[signo] = 0;
}

static void
loop_begin(struct loop *l)
{
    for (size_t i = 0; i < l->count; i++)
        l->place[l->poll[i].fd] = LOOP_NO_PLACE;
    l->count = 0;
    l->done = false;
}

void
loop_want(struct loop *l, int fd, unsigned what)
{
    size_t at = (size_t)fd;
    short events =
        (short)(((what & LOOP_READ) ? POLLIN : 0) | ((what & LOOP_WRITE) ? POLLOUT : 0));

    if (l->done)
        loop_begin(l);
    if (fd < 0 || events == 0)
        return;
    if (at >= l->places) {
        size_t more = at + 64;

        l->place = xrealloc(l->place, more, sizeof(*l->place));
        memset(l->place + l->places, 0xff, (more - l->places) * sizeof(*l->place));
        l->places = more;
    }
    if (l->place[at] == LOOP_NO_PLACE) {
        assert(l->count < LOOP_NO_PLACE);
        if (l->count == l->room) {
            l->room = l->room * 2 + 16;
            l->poll = xrealloc(l->poll, l->room, sizeof(*l->poll));
        }
        l->place[at] = (uint16_t)l->count;
        l->poll[l->count++] = (struct pollfd){.fd = fd};
    }
    l->poll[l->place[at]].events |= events;
}

void
loop_wait(struct loop *l, uint64_t deadline)
{
    uint64_t now = clock_now();
    uint64_t left = deadline > now ? deadline - now : 0;
    struct timespec wait;
    sigset_t mask = loop_old_mask;

    for (int s = 1; s < LOOP_SIGNALS; s++)
        if (sigismember(l->caught, s) == 1)
            sigdelset(&mask, s);
    if (l->done)
        loop_begin(l);
    left = MIN(left, LOOP_WAIT_MAX_MS);
    wait.tv_sec = (time_t)(left / 1000);
    wait.tv_nsec = (long)(left % 1000) * 1000000;
    if (ppoll(l->poll, (nfds_t)l->count, &wait, &mask) < 0)
        for (size_t i = 0; i < l->count; i++)
            l->poll[i].revents = 0;
    l->done = true;
}

unsigned
loop_got(const struct loop *l, int fd)
{
    const struct pollfd *p;
    unsigned got = 0;

    if (!l->done || fd < 0 || (size_t)fd >= l->places || l->place[fd] == LOOP_NO_PLACE)
        return 0;
    p = &l->poll[l->place[fd]];
    if (p->revents & (POLLERR | POLLHUP | POLLNVAL))
        got = LOOP_READ | LOOP_WRITE;
    if (p->revents & POLLIN)
        got |= LOOP_READ;
    if (p->revents & POLLOUT)
        got |= LOOP_WRITE;
    return got & (((p->events & POLLIN) ? LOOP_READ : 0u) |
                  ((p->events & POLLOUT) ? LOOP_WRITE : 0u));
}

void
loop_forked(void)
{
    if (!loop_exists)
        return;
    for (int s = 1; s < LOOP_SIGNALS; s++) {
        struct sigaction action;

        if (sigaction(s, NULL, &action) == 0 && action.sa_handler == loop_handler) {
            action.sa_handler = SIG_DFL;
            sigaction(s, &action, NULL);
        }
    }
    sigaction(SIGPIPE, &loop_old_pipe, NULL);
    sigprocmask(SIG_SETMASK, &loop_old_mask, NULL);
}
