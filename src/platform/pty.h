/* A pseudo-terminal with a program on it. Writing to it never blocks; what the program
 * doesn't read is held in a bounded queue. */
#pragma once
#include "base/bytes.h"
#include <sys/types.h>

#define PTY_READ_MAX  16384u
#define PTY_QUEUE_MAX (16u << 20) /* what is written beyond this is dropped */
/* After the program's end, output that was still under way. The kernel holds far less;
 * what comes beyond it is from a background process that never stops. */
#define PTY_DRAIN_MAX (256u << 10)

enum pty_read {
    PTY_NOTHING, /* no output now */
    PTY_DATA,
    PTY_END, /* the program and its output have ended; status and signal are set */
};

struct pty {
    int master; /* -1: closed */
    pid_t pid;
    int gate; /* the child waits at its other end; -1: already let go */
    bool exited, eof;
    int status, signal; /* how the program ended, when exited */
    size_t drained;
    struct buffer queue;
    uint8_t data[PTY_READ_MAX];
};

/* Forks. In the child returns 0: it is a session of its own with the terminal on 0-2, and
 * should soon call pty_gate(*gate) to wait. In the parent the child's pid, or -1 with
 * errno. */
pid_t pty_fork(struct pty *p, int cols, int rows, int *gate);
/* In the child: waits until it is let go. False: the parent has ended. */
bool pty_gate(int gate);
void pty_start(struct pty *p); /* lets the child go; any number of times */
void pty_close(struct pty *p); /* the kernel then hangs up the program */

void pty_resize(struct pty *p, int cols, int rows);
/* Queues; false: full, and dropped. */
bool pty_write(struct pty *p, struct bytes data);
/* Writes what the program takes now. */
void pty_flush(struct pty *p);
/* At most PTY_READ_MAX bytes into *out, valid until the next call. */
enum pty_read pty_read(struct pty *p, struct bytes *out);
/* Call on SIGCHLD. */
void pty_reap(struct pty *p);
