/* What the transport knows of the thing it synchronises: six functions, and its size. The
 * sender owns one object that changes and copies of what it has sent; the receiver owns
 * copies of what has come. States of one object are compared and subtracted only with one
 * another. None of the functions keeps a pointer to its arguments. */
#pragma once
#include "base/bytes.h"

struct sync_ops {
    /* Gives a copy. With `from`, an earlier copy, it may be any point on the way from
     * there to `state`, so that the step fits into one message; from NULL: exactly
     * `state`. */
    void *(*copy)(const void *state, const void *from);
    void (*free)(void *state); /* takes */
    bool (*equal)(const void *a, const void *b);
    /* The peer holds `held`: what it shares with `state` need not be kept. */
    void (*subtract)(void *state, const void *held);
    /* Appends what leads from one to the other; nothing when they do not differ visibly.
     * The same two give the same bytes. */
    void (*diff)(const void *from, const void *to, struct buffer *out);
    /* Runs a peer's diff on a copy of the state it was made from. 0; ERR_FULL: it is
     * fine, but not now (never when `last`: this is the peer's last state); others:
     * malformed. After an error the state is thrown away. */
    int (*apply)(void *state, struct bytes diff, bool last);
    /* About how many bytes holding it costs. */
    size_t (*size)(const void *state);
};
