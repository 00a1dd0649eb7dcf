/* Scouting while ssh logs in: drives a struct awl_scout until the session takes it over,
 * with its sockets and the legwork under way. */
#pragma once
#include "programs/legwork.h"
#include "programs/sockets.h"

struct lookout {
    struct awl_scout *scout; /* NULL: not looking; all three are the session's after
                                lookout_hand_over */
    struct sockets sockets;
    struct legwork *legwork;
};

void lookout_begin(struct lookout *l, const struct awl_scout_config *scout,
                   const struct legwork_config *legwork, uint64_t now);
/* Where the server is; when that has been found out. */
void lookout_towards(struct lookout *l, const struct awl_addr *server, uint64_t now);
/* Before each wait; gives the deadline, NEVER: none. */
uint64_t lookout_want(struct lookout *l, struct loop *loop);
/* After each wait. */
void lookout_turn(struct lookout *l, const struct loop *loop, uint64_t now);
/* There is no session: gives everything back. Also fine after it was handed over. */
void lookout_end(struct lookout *l, uint64_t now);
