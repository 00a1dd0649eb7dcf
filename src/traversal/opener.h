/* Openers: empty datagrams that only have to cross the sender's own firewall. Which TTL
 * they get, and the ones that keep the holes of a silent client open. */
#pragma once
#include "base/addr.h"
#include "base/deadline.h"

#define OPENER_TTL_DEFAULT 4u
#define OPENER_HOPS        6u

/* What hop discovery found: offender[i] answered a datagram of TTL i + 1 (AWL_NONE:
 * nobody did). A value; zero-initialised means that nothing is known. */
struct opener_hops {
    struct awl_addr offender[OPENER_HOPS];
};

/* The first hop whose offender is a public address and not ours; one more if the next hop
 * answered too and the path is longer than 6; else 4. Never more than hops_to_peer - 3,
 * never under 1. hops may be NULL; hops_to_peer 0: unknown. */
uint8_t opener_ttl(const struct opener_hops *hops, const struct awl_addr *own,
                   size_t own_count, unsigned hops_to_peer);
/* Hops to the sender of a datagram, from the TTL it arrived with (it started with 64, 128
 * or 255); 0: unknown. */
unsigned opener_hops_away(int received_ttl);

#define HOLES_MAX           3u
#define HOLE_PERIOD_MS      25000u  /* Linux and AWS forget a one-way flow after 30 s */
#define HOLE_SLOW_PERIOD_MS 100000u /* and a two-way one after 120 s or more */
#define HOLE_FAST_MS        (12u * 3600000u)
#define HOLE_TTL_DEFAULT_S  259200u
#define HOLE_TTL_MAX_S      2592000u

/* The last validated addresses of an own peer. An opener goes to each of them when
 * nothing was sent there for 25 s (when nothing was heard from anywhere for 12 h: 100 s),
 * until ttl_s has passed since the last word: so a silent client's way back stays open,
 * and of two families the one that carries nothing can take over. Zero-initialise, then
 * set ttl_s (0: none at all). */
struct holes {
    struct hole {
        int socket; /* ours that it leads to */
        struct awl_addr to;
        uint64_t sent; /* anything */
    } hole[HOLES_MAX]; /* newest first */
    size_t count;
    uint64_t heard; /* last authentic datagram, from anywhere */
    uint32_t ttl_s; /* at most HOLE_TTL_MAX_S */
};

/* The caller keeps the host's own addresses (the relay) out. */
void holes_validated(struct holes *h, int socket, const struct awl_addr *to,
                     uint64_t now);
/* That socket is closed: what led to it is forgotten. */
void holes_closed(struct holes *h, int socket);
void holes_heard(struct holes *h, uint64_t now);
void holes_sent(struct holes *h, const struct awl_addr *to, uint64_t now);
/* Takes one that is due; NULL: none left. */
const struct hole *holes_next(struct holes *h, uint64_t now);
uint64_t holes_deadline(const struct holes *h);
/* How often holes are refreshed at present, in seconds; 0: not at all. */
uint32_t holes_period_s(const struct holes *h, uint64_t now);
