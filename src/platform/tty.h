/* The terminal the user looks at: raw mode, size, and giving it back as it was found,
 * also when the program is killed. Its descriptors are own ones, non-blocking without
 * changing those of other programs on the same terminal. */
#pragma once
#include "base/bytes.h"

struct tty {
    int in, out; /* non-blocking; -1: closed */
    bool raw;
    bool own_in, own_out;    /* descriptors of our own, to be closed */
    int flags_in, flags_out; /* of shared descriptors, to be put back; -1: untouched */
};

/* Standard input must be a terminal; standard output may be anything. False: *error says
 * why. Nothing is changed yet. */
bool tty_open(struct tty *t, const char **error);
void tty_close(struct tty *t); /* after tty_restore */

/* Raw mode with IUTF8. The settings found are kept for tty_restore. 0 or errno. From now
 * on a fatal signal first writes `reset` (borrowed for as long; NULL: nothing) and
 * restores the settings. When raw already: raw once more, whatever others have made of it
 * while we were stopped. */
int tty_raw(struct tty *t, const char *reset);
void tty_restore(struct tty *t); /* any number of times */

/* 80 x 24 if the terminal doesn't know or says 0. */
void tty_size(const struct tty *t, int *cols, int *rows);

/* Writes as much as the terminal takes now and drops it from the buffer. False: the
 * terminal is gone. */
bool tty_flush(struct tty *t, struct buffer *b);
/* Writes all of it, waiting at most wait_ms in all. */
void tty_put(struct tty *t, struct bytes data, int wait_ms);
