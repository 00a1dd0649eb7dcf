/* What a side can say about itself before anything was punched: a set of candidates, and
 * whether an address translator sits before it or before the peer. A pure function of
 * what is known at the moment; call it again when something changes. */
#pragma once
#include "traversal/candidate.h"

enum gather_role { GATHER_CLIENT, GATHER_SERVER };

/* Is there an address translator? Per family, for a host may be translated in IPv4 only.
 */
enum gather_nat { GATHER_UNKNOWN, GATHER_OPEN, GATHER_TRANSLATED };

/* Everything may be absent (count 0, AWL_NONE). All views are borrowed for the call. */
struct gather_input {
    enum gather_role role;
    const struct awl_addr *own; /* addresses of this host's interfaces */
    size_t own_count;
    uint16_t port_v4, port_v6; /* of our UDP sockets; 0: no socket of that family */
    enum candidate_order order;
    struct awl_addr ssh_client; /* SSH_CONNECTION as sshd at the server saw it */
    struct awl_addr ssh_server;
    bool proxied; /* ssh went through a jump host or a proxy command */
    /* Client: where it dialled the server, with the session's port. Server: its own
     * addresses as the client dialled them (the client's candidates of that kind). */
    const struct awl_addr *dialled;
    size_t dialled_count;
    struct awl_addr seen;          /* our address as the peer last saw it */
    struct awl_addr explicit_;     /* AWL_SERVER_CANDIDATE and the like */
    const struct candidate *found; /* by STUN and mappings, each with its own order */
    size_t found_count;
    bool no_host; /* --no-host-candidates: keep interface addresses private */
};

struct gathered {
    /* Ours, and on the client also the dialled ones, ready for a Path message. */
    struct candidate_set set;
    enum gather_nat own_v4, own_v6;   /* before this side */
    enum gather_nat peer_v4, peer_v6; /* before the other, as far as this side can tell */
};

void gather(const struct gather_input *in, struct gathered *out);
/* Is `addr` (port and scope aside) one of the list? */
bool gather_is_own(const struct awl_addr *own, size_t count, const struct awl_addr *addr);
