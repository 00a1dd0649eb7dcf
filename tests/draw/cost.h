/* What it costs to bring a screen from each frame of a workload to the next. */
#pragma once
#include "workload.h"

struct cost {
    unsigned long bytes;  /* host bytes */
    unsigned long packed; /* the messages they are in, compressed one by one */
};

/* Ours, towards a peer of ours or towards stock. In emulators of our own, without
 * transport; the picture that comes out is compared after each frame. Ends the program
 * when it is wrong. */
struct cost cost_ours(const char *name, const struct workload *w, bool own);
/* How many host bytes are in a message. */
unsigned long cost_host_bytes(struct bytes message);
