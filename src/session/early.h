/* The scouting that goes before a client's session, behind awl/awl.h (struct awl_scout):
 * opens the session's sockets and finds out what they look like from outside, while ssh
 * is still logging in. For early.c and the client, which takes over from it. */
#pragma once
#include "awl/awl.h"
#include "traversal/opener.h"
#include "traversal/scout.h"

#define EARLY_AGAIN_MS                                                                   \
    STUN_FRESH_MS /* logins can wait long for a password: a mapping that is not used is  \
                     forgotten after 30 s */

struct early_socket {
    enum { EARLY_NONE, EARLY_WANTED, EARLY_OPENING, EARLY_OPEN } state;
    int number;
    enum awl_family family;
    uint16_t port;
};

struct awl_scout {
    struct awl_log sink;
    struct log log;
    struct scout *scout;            /* owned; NULL: a client has taken it */
    struct early_socket sockets[2]; /* IPv4, IPv6 */
    uint16_t client_port;           /* 0: any */
    struct awl_addr hops_to;
    bool hops_due;
    struct opener_hops hops;
    uint64_t again_at;
};

/* Hands news to the scout. True: they were of hops, which are in *hops. */
bool scout_news(struct scout *s, const struct awl_news *news, struct opener_hops *hops,
                uint64_t now);
