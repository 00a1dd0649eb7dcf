/* A candidate: an address at which a side might be reached, how it is known, and who has
 * to open first. Sets are values with a fixed size; nothing here sends or resolves. */
#pragma once
#include "base/addr.h"

#define CANDIDATES_MAX     8u /* in a set, and in a Path message (awl-protocol(7)) */
#define CANDIDATE_TEXT_LEN (ADDR_TEXT_LEN + 32u)

/* The numbers are the wire's. */
enum candidate_kind {
    CANDIDATE_HOST,    /* an address of an interface */
    CANDIDATE_SEEN,    /* as a third party saw it: sshd, the peer, STUN */
    CANDIDATE_MAPPED,  /* PCP, NAT-PMP, UPnP */
    CANDIDATE_RELAYED, /* TURN */
    CANDIDATE_USED,    /* worked before, or was given by the user */
    CANDIDATE_DIALLED, /* an address of the receiver, as the sender dialled it */
    CANDIDATE_SOON,    /* may be used soon: openers only (pre-punch) */
    CANDIDATE_KINDS
};

enum candidate_order { CANDIDATE_CLIENT_FIRST, CANDIDATE_SERVER_FIRST, CANDIDATE_ORDERS };

struct candidate {
    struct awl_addr addr; /* with its port */
    enum candidate_kind kind;
    enum candidate_order order;
};

/* Kept with the most promising first. Zero-initialised is empty. */
struct candidate_set {
    struct candidate items[CANDIDATES_MAX];
    size_t count;
};

/* May something be sent there because a peer or a list said so? No port, "any",
 * multicast, broadcast, loopback and link-local say no. */
bool candidate_usable(const struct awl_addr *addr);
/* Higher is tried first. */
int candidate_priority(const struct candidate *c);
/* False: unusable, already there in as good a form (same address and port; a
 * dialled address describes another host and is kept apart), its kind is full (4 host
 * addresses, 3 dialled, 4 soon, ...), or the set is full of better ones. A full set drops
 * its least promising for a better one. Dialled addresses may be loopback: they are only
 * information. */
bool candidate_set_add(struct candidate_set *set, const struct candidate *c);
/* With the same address and port; kind_mask: 1 << kind of each. NULL: not there. */
const struct candidate *candidate_set_find(const struct candidate_set *set,
                                           const struct awl_addr *addr,
                                           unsigned kind_mask);
bool candidate_set_equal(const struct candidate_set *a, const struct candidate_set *b);

const char *candidate_kind_name(enum candidate_kind kind);
/* "192.0.2.1:60001 seen, client first"; the result is buf. */
const char *candidate_text(const struct candidate *c, char buf[CANDIDATE_TEXT_LEN]);
