/* How a program has set its terminal, and which program it is. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#define TTYMODE_NAME_MAX 64u

struct ttymode {
    bool echo, canonical;
    int erase, kill, word_erase;    /* characters; 0: none */
    char program[TTYMODE_NAME_MAX]; /* in the foreground; "": unknown */
    pid_t group;
};

/* Asks through the master side of a pty. False: nothing has changed since the last call
 * with the same *m, or it can't be asked. */
bool ttymode_read(struct ttymode *m, int master);
