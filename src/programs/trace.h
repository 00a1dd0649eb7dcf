/* The log of a client program: one fact a line, "[SECONDS] WHO: WHAT", the time counted
 * since the program began (awl(1), LOG). Goes to a file, or to standard error; lines that
 * would ruin the screen there are held back until it is given back. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"

#define TRACE_HELD_MAX (256u << 10) /* bytes; what comes later is counted, not kept */

struct trace {
    uint64_t start; /* clock_now() when the program began */
    int fd;         /* -1: no log */
    bool own_fd;
    bool screen; /* fd is a terminal, perhaps the one whose screen is taken */
    bool hold;
    enum awl_log_level level;
    struct buffer held;
    unsigned lost;
    bool said_state, said_udp;
};

/* file NULL or "": standard error, if verbose. 0 or errno. */
int trace_open(struct trace *t, const char *file, int verbose, uint64_t now);
void trace_close(struct trace *t);
void trace_put(struct trace *t, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* The same with a time that lies back. */
void trace_put_at(struct trace *t, uint64_t at, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* While the screen is taken. Ending it writes what was held. */
void trace_hold(struct trace *t, bool hold);
/* Once each, whenever it is looked: the first screen, and UDP's first time. */
void trace_session(struct trace *t, const struct awl_client *client);
/* For an engine; borrows t. */
struct awl_log trace_log(struct trace *t);
