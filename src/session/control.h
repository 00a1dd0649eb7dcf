/* The lines of the control FIFO: "ADDRESS PORT" asks for one empty datagram there
 * (awl-protocol(7)). Bad lines are logged and skipped; at most 48 a second are obeyed. */
#pragma once
#include "base/addr.h"
#include "base/log.h"

#define CONTROL_LINE_MAX   128u
#define CONTROL_PER_SECOND 48u
#define CONTROL_QUEUE      48u

/* Zero-initialised is ready, with a log if wanted. */
struct control {
    struct log log;
    char line[CONTROL_LINE_MAX];
    size_t len;
    bool too_long;
    struct awl_addr queue[CONTROL_QUEUE];
    size_t queued;
    uint64_t second; /* when the present second began */
    unsigned used;   /* lines obeyed in it */
    unsigned logged; /* lines of the log written in it */
};

/* Bytes from the FIFO, in any portions. */
void control_input(struct control *c, struct bytes in, uint64_t now);
/* Takes the next address to send an empty datagram to; false: none left. */
bool control_next(struct control *c, struct awl_addr *to);
/* One line without its newline: strict. */
bool control_parse(struct bytes line, struct awl_addr *to);
