/* Holds the states of the remote object that the peer may still take as a base, and makes
 * new ones of them. */
#pragma once
#include "base/bytes.h"
#include "transport/instruction.h"
#include "transport/sync.h"

#define RECEIVER_STATES_MAX 1024u
#define RECEIVER_BYTES_MAX                                                               \
    (64u << 20) /* of all held states; a few are held in any case */
#define RECEIVER_FEW    4u
#define RECEIVER_QUENCH 15000u /* ms: beyond a cap, one state in this time is taken */

struct receiver_state {
    uint64_t num;
    void *state;
    size_t bytes;
};

struct receiver {
    const struct sync_ops *ops;
    struct receiver_state *states; /* by number, at least one */
    size_t count, cap;
    size_t bytes;
    uint64_t quench_until;
};

enum receiver_result {
    RECEIVER_BAD,          /* malformed diff, or impossible numbers; dropped */
    RECEIVER_KNOWN,        /* the state is already held */
    RECEIVER_BASE_UNKNOWN, /* the state it starts from is not held */
    RECEIVER_QUENCHED,     /* too many states held; the peer will repeat it */
    RECEIVER_REFUSED,      /* the object has no room now; the peer will repeat it */
    RECEIVER_LATE,         /* held, but there is a newer one */
    RECEIVER_NEWEST,       /* held, and the newest */
};

/* Takes first, which is state 0. */
void receiver_init(struct receiver *r, const struct sync_ops *ops, void *first);
void receiver_free(struct receiver *r);
enum receiver_result receiver_input(struct receiver *r, const struct instruction *in,
                                    uint64_t now);
void *receiver_newest(const struct receiver *r); /* valid until the next input */
uint64_t receiver_newest_num(const struct receiver *r);
