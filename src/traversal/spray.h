/* The birthday search against a NAT that gives each peer another port (RFC 4787 4.1,
 * "symmetric"). The side behind it opens many sockets towards the one port of the other
 * side; that one guesses the ports which the NAT gave them. With 256 sockets and 1024
 * guesses among 64512 ports a guess hits in 98 of 100 searches.
 *
 * Two engines as values: the sockets of the one side, the guesses of the other. Both send
 * only empty datagrams; a guess that arrives tells its socket that it is the one.
 *
 * Ceilings, whatever the peer asks for: 256 sockets, 1024 guesses, 500 a second, and one
 * search a minute. That a search is made once for each network is the caller's matter. */
#pragma once
#include "base/addr.h"
#include "base/deadline.h"
#include "base/rng.h"

#define SPRAY_SOCKETS   256u
#define SPRAY_GUESSES   1024u
#define SPRAY_BATCH     5u  /* guesses at a time... */
#define SPRAY_PERIOD_MS 10u /* ...and from one time to the next */
#define SPRAY_MINUTE_MS 60000u
#define SPRAY_PORT_LOW  1024u
#define SPRAY_HINTS     4u
#define SPRAY_NEAR      16u  /* ports from an observed one on */
#define SPRAY_BLOCK     512u /* carriers give each subscriber so many in a row */
#define SPRAY_IN_BLOCK                                                                   \
    64u /* guesses around an observed port, no further than a block                      \
         */
#define SPRAY_LAST_MS                                                                    \
    ((SPRAY_GUESSES / SPRAY_BATCH + 1) * SPRAY_PERIOD_MS) /* all of it takes so long */

/* ---- guessing ---- */

/* Zero-initialised: nothing is being guessed. */
struct spray {
    struct awl_addr to; /* with the port of the last guess */
    uint64_t began;     /* of the newest search; 0: none yet */
    uint64_t next;      /* batch; NEVER: it is over */
    unsigned in_batch, made, most;
    uint16_t low, high;
    uint16_t hint[SPRAY_HINTS];
    size_t hints;
    struct rng_seeded chance;
    uint8_t tried[65536 / 8];
};

struct spray_plan {
    struct awl_addr to;   /* its port is not looked at */
    uint16_t low, high;   /* 0: the whole range */
    uint32_t count;       /* capped at SPRAY_GUESSES */
    uint32_t seed;        /* another order for each search */
    const uint16_t *hint; /* ports seen of that host, best first; borrowed */
    size_t hints;         /* more than SPRAY_HINTS are passed over */
};

/* May a search begin? Not within a minute of the last. */
bool spray_may(const struct spray *s, uint64_t now);
/* The first guess is due at `at`. Ask spray_may before. */
void spray_begin(struct spray *s, const struct spray_plan *plan, uint64_t at,
                 uint64_t now);
void spray_stop(struct spray *s);
bool spray_busy(const struct spray *s);
/* Takes a guess that is due; false: none now. */
bool spray_next(struct spray *s, struct awl_addr *to, uint64_t now);
uint64_t spray_deadline(const struct spray *s);

/* ---- the sockets ---- */

enum spray_socket_state {
    SPRAY_NONE,
    SPRAY_WANTED,  /* not asked for yet */
    SPRAY_OPENING, /* asked for */
    SPRAY_OPENED,  /* its opener is due */
    SPRAY_WAITING, /* for a guess that hits */
    SPRAY_CLOSING
};

struct spray_socket {
    enum spray_socket_state state;
    int number;
    uint16_t port;
};

/* Zero-initialised: there are none. */
struct spray_sockets {
    struct spray_socket socket[SPRAY_SOCKETS];
    size_t count; /* slots in use, from the first */
    struct awl_addr to;
    uint64_t began; /* 0: never */
};

enum spray_act { SPRAY_NOTHING, SPRAY_OPEN, SPRAY_OPENER, SPRAY_CLOSE };

/* Wants as many as there may be, numbered from `number` on; 16 every 10 ms, so that a
 * small router is not overrun. False: within a minute of the last time, or some of those
 * are still there. */
bool spray_sockets_begin(struct spray_sockets *s, const struct awl_addr *to, int number,
                         uint64_t now);
/* What to do with which socket now. An opener goes to s->to. */
enum spray_act spray_sockets_next(struct spray_sockets *s, int *number, uint64_t now);
uint64_t spray_sockets_deadline(const struct spray_sockets *s);
/* Answers to SPRAY_OPEN. False: not one of these. */
bool spray_sockets_opened(struct spray_sockets *s, int number, uint16_t port);
/* No more are asked for: the system has no more. */
bool spray_sockets_failed(struct spray_sockets *s, int number);
/* The one of that number, or NULL. */
struct spray_socket *spray_sockets_find(struct spray_sockets *s, int number);
/* The one of that number is the caller's from now on. */
void spray_sockets_give(struct spray_sockets *s, int number);
/* All that are left are closed. */
void spray_sockets_end(struct spray_sockets *s);
/* How many are open or will be. */
size_t spray_sockets_held(const struct spray_sockets *s);
