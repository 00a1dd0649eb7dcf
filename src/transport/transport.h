/* One end of a synchronised session without screens, keys, sockets or addresses: link,
 * sender and receiver as one engine. Two objects are kept in step: the local one, which
 * this side changes and the peer follows, and the remote one, the other way round.
 *
 * transport_receive -> use the result -> transport_tick -> transport_next until false,
 * each payload sealed once for every path it goes out on -> sleep until
 * transport_deadline.
 *
 * A server's transport says nothing before the client has been heard, and nothing from 40
 * s after it was last heard until it is heard again. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/err.h"
#include "base/rng.h"
#include "crypto/datagram.h"
#include "transport/sync.h"

#define TRANSPORT_NUM_LAST   UINT64_MAX /* number of the last state of a side */
#define TRANSPORT_ACK_OWN_MS 200u
#define TRANSPORT_LIMIT_V4   1252u /* datagram limits: 1280 less IP and UDP headers, */
#define TRANSPORT_LIMIT_V6   1216u /* IPv6 with room for extension headers */
#define TRANSPORT_LIMIT_MIN  500u  /* what is tried when larger ones get lost */
#define TRANSPORT_PATH_MAX   400u  /* awl-protocol(7): the most a Path may take */
#define TRANSPORT_HELLO_MAX  64u   /* and a Hello */

struct transport;

struct transport_config {
    bool server;
    struct awl_key key; /* copied into the cipher */
    struct rng rng;
    /* The objects as both sides know them before anything was sent; both taken. */
    const struct sync_ops *local_ops;
    void *local;
    const struct sync_ops *remote_ops;
    void *remote;
    uint32_t gather_ms; /* how long a change waits for company while something is in
                           flight; 0: 1 for a client, 2 for a server */
};

struct transport *transport_new(const struct transport_config *config, uint64_t now);
void transport_free(struct transport *t); /* NULL is fine */

/* ---- the objects ---- */

/* The local object, to be changed in place; say so afterwards. Owned by t. */
void *transport_local(struct transport *t);
void transport_changed(struct transport *t, uint64_t now);
/* The newest remote state and its number. Owned by t, valid until the next receive. */
void *transport_remote(struct transport *t);
uint64_t transport_remote_num(const struct transport *t);
/* The newest state sent (a key typed now will be in a later one) and the newest the peer
 * is known to hold. */
uint64_t transport_sent_num(const struct transport *t);
uint64_t transport_acked_num(const struct transport *t);
/* What the held remote states cost, in bytes. */
size_t transport_remote_bytes(const struct transport *t);

/* ---- in ---- */

struct transport_result {
    int error; /* 0: authentic and new. ERR_FORMAT, ERR_AUTH: not; nothing else is set */
    uint64_t seq;
    bool fresh;    /* its number is above all before: it may move the peer's address */
    bool replayed; /* its number was seen before (or is too old to tell): dropped whole */
                   /* neither: older, but unseen; its content was used */
    bool instruction; /* it completed an Instruction of our version; what follows is of
                         that: */
    struct bytes path, hello; /* datagram plane; data NULL: absent. Valid until the next
                                 receive */
    uint64_t ack_num;         /* what it acknowledges */
    bool new_remote;          /* there is a new newest remote state */
    bool acked;               /* the newest acknowledged local state advanced */
    bool refused; /* the remote object had no room for it; the peer repeats it */
};

/* ecn: the two bits the datagram came with. */
void transport_receive(struct transport *t, struct bytes datagram, int ecn, uint64_t now,
                       struct transport_result *out);

/* ---- out ---- */

void transport_tick(struct transport *t, uint64_t now);
/* The next payload that is due, to be sealed once for each path; valid until the next
 * call but transport_seal. */
bool transport_next(struct transport *t, struct bytes *payload, uint64_t now);
uint64_t transport_deadline(const struct transport *t);
/* Makes a datagram in out (room for DATAGRAM_MAX), each with a number of its own. 0 or
 * ERR_LIMIT: the session must end. */
int transport_seal(struct transport *t, struct bytes payload, uint64_t now, uint8_t *out,
                   size_t *len);

/* ---- the datagram plane (awl-protocol(7)) ---- */

/* The peer is known to be awl's: where nothing gets lost, acknowledgements may wait
 * TRANSPORT_ACK_OWN_MS for company. */
void transport_peer_own(struct transport *t);
/* Rides in every Instruction from now on, until changed; copied. Empty: absent. Every
 * state with a number above the present transport_sent_num() carries it in all its
 * Instructions. */
void transport_set_extra(struct transport *t, struct bytes path, struct bytes hello);
/* A single-fragment payload beside the stream of states, for challenges and answers: the
 * acknowledgement, and these fields instead of the ones above; spends no state. Only
 * towards a peer known to be awl's, since it may fall between the fragments of another
 * Instruction. Valid until the next call but transport_seal. */
void transport_probe(struct transport *t, struct bytes path, struct bytes hello,
                     struct bytes *payload);
/* The next tick says something whatever there is to say: unacknowledged data again, or
 * else an empty acknowledgement. For answers that may not wait, and after the network
 * changed. */
void transport_answer_soon(struct transport *t, uint64_t now);

/* ---- the path ---- */

/* The longest datagram, TRANSPORT_LIMIT_MIN to DATAGRAM_MAX. It shrinks by itself when
 * large ones keep getting lost; setting it lets it grow again. */
void transport_set_limit(struct transport *t, size_t bytes);
size_t transport_limit(const struct transport *t);
/* Another path carries the session now: what was learnt about the old one is forgotten.
 */
void transport_rtt_reset(struct transport *t, uint64_t now);
/* Smoothed round trip in ms, 0 while unknown; and the time after which something
 * unanswered counts as lost. */
double transport_rtt(const struct transport *t);
uint32_t transport_rto(const struct transport *t);
/* How often an idle side speaks: 3000 ms unless both agreed on less often. */
void transport_set_heartbeat(struct transport *t, uint32_t ms);

/* ---- times, for the bar and for judging paths; 0: never ---- */

uint64_t transport_heard(const struct transport *t);       /* newest fresh datagram */
uint64_t transport_state_heard(const struct transport *t); /* newest new remote state */
uint64_t transport_acked_sent(
    const struct transport *t); /* when the newest acknowledged state was last sent */
/* When the oldest data that is still unacknowledged was first sent; NEVER: all is. */
uint64_t transport_unacked_since(const struct transport *t);

/* ---- the end ---- */

/* From now on the local object no longer changes; its last state goes out as such. */
void transport_shutdown(struct transport *t, uint64_t now);
bool transport_shutting_down(const struct transport *t);
bool transport_shutdown_acked(const struct transport *t);    /* the peer knows */
bool transport_shutdown_given_up(const struct transport *t); /* it never will */
bool
transport_peer_shut_down(const struct transport *t); /* the peer's last state is here */
bool transport_peer_shutdown_answered(const struct transport *t); /* and it was told three
                                                                     times */
