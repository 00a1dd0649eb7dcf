#include "platform/ttymode.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
character(cc_t c)
{
    return c == (cc_t)_POSIX_VDISABLE ? 0 : c;
}

/* Where there is no such file, the client learns from what it sees. */
static void
name_of(pid_t pid, char out[TTYMODE_NAME_MAX])
{
    char path[64];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, out, TTYMODE_NAME_MAX - 1);
        close(fd);
    }
    n = n > 0 ? n : 0;
    if (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
}

bool
ttymode_read(struct ttymode *m, int master)
{
    struct ttymode next = {.group = -1};
    struct termios t;

    if (master < 0 || tcgetattr(master, &t) != 0)
        return false;
    next.echo = (t.c_lflag & ECHO) != 0;
    next.canonical = (t.c_lflag & ICANON) != 0;
    next.erase = character(t.c_cc[VERASE]);
    next.kill = character(t.c_cc[VKILL]);
#ifdef VWERASE
    next.word_erase = character(t.c_cc[VWERASE]);
#endif
    next.group = tcgetpgrp(master);
    /* A program sets its terminal after it got its name: only then it is asked again. */
    if (next.echo == m->echo && next.canonical == m->canonical &&
        next.erase == m->erase && next.kill == m->kill &&
        next.word_erase == m->word_erase && next.group == m->group)
        return false;
    if (next.group > 0)
        name_of(next.group, next.program);
    *m = next;
    return true;
}
