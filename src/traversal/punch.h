/* The timeline of hole punching for one side of a session: who opens when, with which
 * TTL, when real datagrams follow, when to stop and when to try again. Knows nothing of
 * keys, messages on the wire or sessions; it decides, the session sends.
 *
 * Both roles speak through a Path message (struct punch_message), which the session
 * carries in sealed instructions over whatever path works until it is echoed. A
 * *generation* is one attempt: the client announces its candidates, the server opens
 * towards them, both send real datagrams. awl-protocol(7) has the timeline.
 *
 * Ceilings, whatever the peer says: openers are empty and carry a low TTL; full-TTL
 * datagrams go to at most 8 addresses, at most 6 times each per generation; one
 * generation a second. Only sockets are chosen here; what a probe contains is the
 * session's matter. */
#pragma once
#include "base/deadline.h"
#include "base/log.h"
#include "traversal/candidate.h"
#include "traversal/gather.h"
#include "traversal/opener.h"
#include "traversal/scout.h"

#define PUNCH_PROBES_MAX    6u    /* full-TTL datagrams to one address per generation */
#define PUNCH_GEN_PERIOD_MS 1000u /* a generation is acted on at most once a second */
#define PUNCH_NEW_PORT_MS   1200u
#define PUNCH_GIVE_UP_MS    5000u
#define PUNCH_CHALLENGE_LEN 8u
#define PUNCH_ADDRS_MAX     16u    /* own addresses looked at */
#define PUNCH_SEARCH_SOCKET 500000 /* numbers of sockets for a search begin here */

/* A search through ports (spray.h). From a client: `to`, without port, is the outside of
 * the NAT that is to be searched, its own or the server's; acted on once for each seed.
 * From a server, with count 0: its NAT gives each peer another port. */
struct punch_spray {
    struct awl_addr to;
    uint16_t port_low, port_high;
    uint32_t count, seed;
};

/* The content of a Path message; a value. */
struct punch_message {
    uint32_t gen;      /* of my candidates, from 1; 0: the message says nothing of them */
    uint32_t gen_echo; /* the newest of yours that I have acted on */
    struct candidate_set cands;
    struct awl_addr seen; /* source of your newest UDP datagram; AWL_NONE: absent */
    bool has_challenge, has_response;
    uint8_t challenge[PUNCH_CHALLENGE_LEN];
    uint8_t response[PUNCH_CHALLENGE_LEN];
    bool has_spray;
    struct punch_spray spray;
    uint32_t opener_ttl;
    uint32_t keepalive_s; /* how often my hole is refreshed; 0: not at all */
    bool unsolicited;     /* `seen` reached me before I had sent anything there */
};

enum punch_output_kind {
    PUNCH_OPENER,  /* empty datagram: socket, to, ttl (0: the ordinary one, a guess) */
    PUNCH_PROBE,   /* a real sealed datagram with challenge, full TTL: socket, to */
    PUNCH_OPEN,    /* open socket (a new number, from 1 or PUNCH_SEARCH_SOCKET, never used
                      again) of that family; port 0: any. Then punch_opened or
                      punch_open_failed. On a server only for a search */
    PUNCH_CLOSE,   /* close the socket; its paths are gone */
    PUNCH_ANSWER,  /* send an instruction within 10 ms, by whatever path works */
    PUNCH_VERDICT, /* this generation is over: direct (socket, to), or given up */
};

struct punch_output {
    enum punch_output_kind kind;
    int socket; /* the server's first one is 0 */
    enum awl_family family;
    uint16_t port;
    struct awl_addr to;
    uint8_t ttl;
    bool direct;
};

/* Client: a socket that is open already. */
struct punch_socket {
    int number; /* from 1; new ones get higher ones */
    enum awl_family family;
    uint16_t port;
};

struct punch_config {
    enum gather_role role;
    /* Server: the session's port. Client: the one local port to use (MOSH_CLIENT_PORT),
     * 0: any. A fixed port is never changed. */
    uint16_t port;
    bool socket_v6; /* server: its socket takes IPv6 too */
    const struct awl_addr *own;
    size_t own_count;
    struct awl_addr ssh_client, ssh_server; /* as far as known */
    bool proxied;
    const struct awl_addr *dialled;     /* client: where UDP may reach the server */
    size_t dialled_count;               /* at most PUNCH_ADDRS_MAX */
    struct awl_addr explicit_;          /* one more own candidate, or none */
    const struct punch_socket *sockets; /* client: at most one a family */
    size_t socket_count;
    const struct scout_found *found; /* as for punch_found */
    size_t found_count;
    struct opener_hops routers; /* as for punch_hops */
    bool no_punch;              /* no openers; on the server no probes either */
    bool no_host;
    bool pipe;           /* client: there is a pipe to signal over from the start */
    uint32_t hole_ttl_s; /* server; 0: no keepalives */
    struct log log;
};

struct punch;

/* Gives. The client's first generation starts at once: take the outputs. Borrows config
 * and its lists for the call. */
struct punch *punch_new(const struct punch_config *config, uint64_t now);
void punch_free(struct punch *p); /* takes; NULL is fine */

/* Answers to PUNCH_OPEN. port: the local port got. */
void punch_opened(struct punch *p, int socket, uint16_t port, uint64_t now);
void punch_open_failed(struct punch *p, int socket, uint64_t now);
/* The peer is known: own kind or stock, and whether it sends openers when asked. A stock
 * peer ends all of it: no openers, no probes, no candidates. */
void punch_peer(struct punch *p, bool own, bool punches, uint64_t now);
/* Both sides take part in a search, should one be needed. */
void punch_may_search(struct punch *p);
/* What is known of our own NAT: whether it gives each peer another port. */
void punch_varies(struct punch *p, bool varies);
/* The host's addresses or routes changed. True: the addresses did, so what was seen of
 * the old ones is void. */
bool punch_network(struct punch *p, const struct awl_addr *own, size_t count,
                   uint64_t now);
/* What was found about our outside, all of it. What is new raises the generation, within
 * its one a second, unless a way was found without. */
void punch_found(struct punch *p, const struct scout_found *found, size_t count,
                 uint64_t now);
/* Client: the server's addresses as its name has them now, instead of those before; at
 * most PUNCH_ADDRS_MAX. Raises the generation in the same way. */
void punch_dialled(struct punch *p, const struct awl_addr *dialled, size_t count,
                   uint64_t now);
/* The routers on our side of the way, for the TTL of openers. */
void punch_hops(struct punch *p, const struct opener_hops *hops);
/* Client: the pipe is up (again), with what sshd saw; or it is gone. */
void punch_pipe_up(struct punch *p, const struct awl_addr *ssh_client,
                   const struct awl_addr *ssh_server, uint64_t now);
void punch_pipe_down(struct punch *p, uint64_t now);
/* Client: UDP worked and has not answered since an event that changed no address, or it
 * works no longer. */
void punch_silent(struct punch *p, uint64_t now);
void punch_lost(struct punch *p, uint64_t now);
/* For the server's timing and retries; in ms. */
void punch_rtt(struct punch *p, uint32_t rtt_ms);
/* A Path message of an authentic, unseen datagram. It may say anything. */
void punch_message_input(struct punch *p, const struct punch_message *m, uint64_t now);
/* An authentic, unseen datagram came over UDP on socket from there (ttl -1: unknown). On
 * the server also for the relay: own addresses are told apart here. */
void punch_heard(struct punch *p, int socket, const struct awl_addr *from, int ttl,
                 uint64_t now);
/* An empty datagram came on that socket: perhaps a guess that hit. It proves nothing. */
void punch_empty(struct punch *p, int socket, const struct awl_addr *from, uint64_t now);
/* The path answered: a challenge came back, or (stock peer, first address) it is trusted.
 */
void punch_validated(struct punch *p, int socket, const struct awl_addr *to,
                     uint64_t now);
/* That socket, of whichever owner, is closed: nothing is sent from it any more. */
void punch_closed(struct punch *p, int socket);
/* Anything but an opener was sent there: it may have opened a hole, and holes need no
 * refreshing then. */
void punch_sent(struct punch *p, const struct awl_addr *to, uint64_t now);

void punch_tick(struct punch *p, uint64_t now);
bool punch_next(struct punch *p, struct punch_output *out, uint64_t now);
uint64_t punch_deadline(const struct punch *p);

/* What our Path message says now, challenge and response aside. Valid until the next call
 * on p. version changes whenever its content does. */
const struct punch_message *punch_message(const struct punch *p);
uint32_t punch_message_version(const struct punch *p);
/* Our generation was not echoed yet, so the message has to ride in every instruction. */
bool punch_unechoed(const struct punch *p);

/* For the path line and logs. */
struct punch_facts {
    uint32_t gen;
    bool trying; /* a generation is running */
    bool direct; /* the last one ended well */
    enum candidate_order order;
    uint8_t opener_ttl;
    enum gather_nat own, peer; /* of the family that carries or would carry */
    bool peer_unsolicited;     /* the peer said that it is not filtered */
    bool peer_varies;          /* its NAT gives each peer another port, it says */
    bool own_unsolicited;      /* we heard it before we had sent */
    struct awl_addr seen;      /* our address as the peer saw it */
    uint16_t local_port;       /* of our socket of that family; 0: none */
    bool heard;                /* something authentic came over UDP from another host */
    bool both_punch;           /* neither side's admin or user forbids openers */
    size_t own_cands, peer_cands;
    bool searched; /* a search found the way */
};
void punch_facts(const struct punch *p, struct punch_facts *out);
/* Client: the socket now used for that family; 0: none is open. */
int punch_socket(const struct punch *p, enum awl_family family);
