/* A path through awl that is walked often, and how much of it is walked. */
#pragma once
#include "base/bytes.h"
#include "base/rng.h"

struct path {
    const char *name, *unit;
    size_t (*run)(const struct path *path);                /* gives the number of units */
    void (*write)(struct buffer *out, struct rng *chance); /* a line, or a frame */
    size_t len;                                            /* of a datagram */
    bool client; /* which end of a session is counted */
};

/* The one thing that is counted. */
void counted(void (*work)(void *), void *arg);
/* Called after each path. */
void path_done(void);

size_t typing(const struct path *path);
