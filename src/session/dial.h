/* When the client starts an ssh for the pipe: one in flight, with back-off, and never
 * faster, since logs and fail2ban count logins (awl-protocol(7)). */
#pragma once
#include "awl/awl.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/rng.h"

#define DIAL_OPEN_WAIT_MS 250u /* or 2 RTT: first let an open server answer */
#define DIAL_LOGIN_MAX_MS                                                                \
    30000u /* a background login that takes longer is waiting for a                      \
              touch or a confirmation */

enum dial_output_kind {
    DIAL_START,  /* run ssh; interactive: the user may be asked */
    DIAL_HANGUP, /* end the one that is logging in */
    DIAL_ASK,    /* tell the user: only a login by hand brings the pipe back */
};

struct dial_output {
    enum dial_output_kind kind;
    bool interactive;
};

struct dial {
    struct log log;
    struct rng rng;
    bool can; /* AWL_DIAL can be answered at all */
    enum awl_repunch mode;
    enum { DIAL_IDLE, DIAL_WAITING, DIAL_FLYING, DIAL_UP } state;
    bool interactive, network, asked, ever;
    unsigned failures;
    uint64_t at;    /* waiting: when to start; flying: when to give up */
    uint64_t began; /* last start */
    struct dial_output queue[8];
    size_t queued;
};

void dial_init(struct dial *d, bool can, enum awl_repunch mode, bool up, struct rng rng,
               struct log log);
/* The pipe is wanted: the network changed, a path died, the pipe died. server_open: the
 * server is known to be unfiltered, so it gets max(2 RTT, 250 ms) to answer first. */
void dial_want(struct dial *d, bool server_open, uint32_t rtt_ms, uint64_t now);
/* Nothing is wanted any more: UDP works. */
void dial_unwant(struct dial *d, uint64_t now);
/* The user asks to log in again: at once and interactively. */
void dial_user(struct dial *d, uint64_t now);
/* The network changed; up: there is one (an address besides loopback); other: with other
 * addresses. Resets the back-off; a login from other addresses is begun again. */
void dial_network(struct dial *d, bool up, bool other, uint64_t now);
void dial_up(struct dial *d, uint64_t now);
/* It failed to come up, or went away. credentials: for want of a password or the like. */
void dial_down(struct dial *d, bool credentials, uint64_t now);
/* We closed it ourselves, because it was not needed or because it was dead. */
void dial_closed(struct dial *d, bool dead, uint64_t now);

void dial_tick(struct dial *d, uint64_t now);
bool dial_next(struct dial *d, struct dial_output *out, uint64_t now);
uint64_t dial_deadline(const struct dial *d);
