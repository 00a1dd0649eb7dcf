/* Every way to the peer - pairs of UDP socket and remote address, and the ssh pipe - with
 * the state of each, and on which of them the next datagram goes. One module for both
 * roles: the client chooses, the server follows and mirrors (awl-protocol(7)).
 *
 * States: unknown -> probing (something was sent to find out) -> good -> suspect (silent
 * for too long; everything goes on the pipe too) -> dead. Anything authentic revives. */
#pragma once
#include "base/addr.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/rng.h"
#include "traversal/punch.h"

#define PATHS_MAX           24u /* known at a time; the least useful gives way */
#define PATH_ROUTE_MAX      4u  /* copies of one datagram */
#define PATH_HYSTERESIS_MS  10u
#define PATH_SUSPECT_MIN_MS 1000u
#define PATH_DEAD_MS        3000u /* from suspect */
#define PATH_DEAF_MS                                                                     \
    3000u /* the peer is heard, but acknowledges nothing: does it hear us? */
#define PATH_PIPE_DEAD_MS                                                                \
    10000u /* the same for a pipe: TCP may come back, a login costs */
#define PATH_HANGUP_MS       30000u
#define PATH_LATE            8u  /* a server mirrors where the last 8 numbers came from */
#define PATH_PROBE_MIN       96u /* bytes that a probe needs about */
#define PATH_VALIDATE_FACTOR 3u  /* bytes to an unvalidated address per byte from it */

enum path_kind { PATH_PIPE, PATH_UDP };
enum path_state {
    PATH_UNKNOWN,
    PATH_PROBING,
    PATH_GOOD,
    PATH_SUSPECT,
    PATH_DEAD,
    PATH_STATES
};

/* Which way; a value. */
struct path_ref {
    enum path_kind kind;
    int socket;
    struct awl_addr to;
    struct awl_addr from; /* source to send with, or AWL_NONE */
};

struct path_config {
    bool client;
    bool keep_ssh;
    const struct awl_addr *own; /* copied, at most PUNCH_ADDRS_MAX */
    size_t own_count;
    struct rng rng; /* for challenges */
    struct log log;
};

enum paths_output_kind {
    PATHS_PROBE,     /* send a small sealed datagram there now (stamp it) */
    PATHS_VALIDATED, /* the way there answered: tell punch */
    PATHS_MOVED,     /* the session is carried by ref now */
    PATHS_DOUBT,     /* client: copies go on the pipe from now on: say again at once what
                        was not acknowledged */
    PATHS_SILENT,    /* client: UDP has not answered since an event; tell punch */
    PATHS_LOST,      /* client: the UDP path ref that carried it is dead; tell punch */
    PATHS_HANGUP,    /* client: the pipe has idled long enough, or is dead. It is gone for
                        this module; no paths_pipe_down follows */
    PATHS_RECOVERED, /* client: UDP works: an ssh still logging in is not needed */
    PATHS_DIAL,      /* client: a pipe is wanted now (dial_want) */
};

struct paths_output {
    enum paths_output_kind kind;
    struct path_ref ref;
    bool elicit; /* the peer is stock: make it answer (same-size resize as a new state) */
    bool dead;   /* PATHS_HANGUP: given up as dead; PATHS_DIAL follows if one is wanted */
    size_t room; /* PATHS_PROBE: at most so many bytes of datagram */
};

/* What the transport knows; handed in before each tick. */
struct paths_link {
    uint64_t unacked_since; /* first sending of the oldest unacknowledged data; NEVER */
    uint32_t rto_ms, srtt_ms;
    uint32_t heartbeat_ms; /* 3000 */
};

struct paths;

struct paths *paths_new(const struct path_config *config, uint64_t now); /* gives */
void paths_free(struct paths *p); /* takes; NULL is fine */

/* Client: a UDP way to try, e.g. the address from the command line. The first one added
 * carries the session while there is no pipe and nothing has answered. */
void paths_add(struct paths *p, int socket, const struct awl_addr *to, uint64_t now);
void paths_socket_closed(struct paths *p, int socket, uint64_t now);
void paths_pipe_up(struct paths *p, uint64_t now);
void paths_pipe_down(struct paths *p, uint64_t now);
/* Own kind with its common features (hello_features), or stock. Call it before
 * paths_heard for the datagram that told. */
void paths_peer(struct paths *p, bool own, uint64_t features, uint64_t now);
/* Addresses or routes changed: probes go out on the same sockets at 0, 50, 150, 350 ms.
 * With other addresses UDP is suspect until it answers, and a pipe whose local address
 * may be gone is given up; with the same ones UDP has max(2 RTT, 250 ms) to answer first.
 */
void paths_network(struct paths *p, const struct awl_addr *own, size_t count,
                   uint64_t now);
void paths_link(struct paths *p, const struct paths_link *link);

/* An authentic datagram with a sequence number not seen before came this way. newest: its
 * number is the highest so far. Call before paths_message for the same datagram. */
void paths_heard(struct paths *p, const struct path_ref *ref, size_t len, uint64_t seq,
                 bool newest, uint64_t now);
/* The challenge and response of a Path message that came this way. */
void paths_message(struct paths *p, const struct path_ref *ref,
                   const struct punch_message *m, uint64_t now);
/* How many bytes may go this way now: until an address has proved itself, a server sends
 * no more than 3 times what came from there. What is tried to punch has another ceiling.
 */
size_t paths_room(const struct paths *p, const struct path_ref *ref);
/* A datagram of len bytes was sent this way. */
void paths_sent(struct paths *p, const struct path_ref *ref, size_t len, uint64_t now);
/* Puts challenge and response for that way into m where they are due. True: something was
 * put, so the Path message has to ride in this (single-fragment) Instruction. probe: this
 * datagram is a probe, so it always carries a challenge. */
bool paths_stamp(struct paths *p, const struct path_ref *ref, bool probe,
                 struct punch_message *m, uint64_t now);

/* Where a datagram of len bytes goes, in the order in which the copies are to be sealed
 * (the last has the newest number). 0: nowhere at present. */
size_t paths_route(struct paths *p, size_t len, struct path_ref out[PATH_ROUTE_MAX],
                   uint64_t now);

void paths_tick(struct paths *p, uint64_t now);
bool paths_next(struct paths *p, struct paths_output *out, uint64_t now);
uint64_t paths_deadline(const struct paths *p);

/* The way that carries the session; false: none yet. */
bool paths_current(const struct paths *p, struct path_ref *ref);
enum path_state paths_state(const struct paths *p, const struct path_ref *ref);
uint32_t paths_rtt(const struct paths *p,
                   const struct path_ref *ref); /* ms, 0: unknown */
bool paths_pipe(const struct paths *p);         /* it is up */
bool paths_direct(const struct paths *p); /* a UDP path carries it, and is not suspect */
const char *path_state_name(enum path_state state);
