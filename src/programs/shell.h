/* The process on the pty: its environment, the messages before it, and its start. */
#pragma once
#include <stdbool.h>

struct shell {
    const char *path;    /* searched in PATH if without a slash */
    char *const *argv;   /* its arguments, with argv[0] */
    bool login;          /* a login shell: shows the message of the day */
    long colors;         /* what the client's terminal has */
    const char *session; /* our own utmp host text, "mosh [PID]" */
};

/* What to run: the command, or the user's login shell. Strings are static or borrowed. */
void shell_choose(struct shell *s, char *const *command);
/* In the pty's child. Never returns. */
_Noreturn void shell_run(const struct shell *s, int gate);
