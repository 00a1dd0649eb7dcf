/* Decides what is said about the local object, and when: which state, from which base, at
 * what pace; when to repeat, to acknowledge, to keep alive and to end. Makes the content
 * of Instructions; packing and sending are the transport's.
 *
 * Where mosh sends by a frame timer, this sends at once while little is in flight; where
 * it repeats every frame for ten seconds, this repeats what is really missing, backing
 * off. */
#pragma once
#include "base/bytes.h"
#include "base/deadline.h"
#include "transport/link.h"
#include "transport/sync.h"

#define SENDER_STATES_MAX     32u
#define SENDER_ACK_DELAY      100u /* ms an acknowledgement waits for company; mosh's own */
#define SENDER_HEARTBEAT      3000u  /* ms between signs of life */
#define SENDER_SHUTDOWN_MAX   10000u /* ms after which the end goes unconfirmed, */
#define SENDER_SHUTDOWN_TRIES 16u    /* or tries */
#define SENDER_FINAL_ACKS     3u     /* times the peer's last state is acknowledged */
#define SENDER_ASSOCIATION    40000u /* ms a server goes on talking to a silent client */

/* A state sent. The first of the list is the newest acknowledged. */
struct sender_state {
    uint64_t num;
    void *state;
    uint64_t first_sent, last_sent;
    uint64_t base; /* what its last Instruction was built on */
    size_t bytes;  /* of that, on the wire */
    bool same;     /* equals the one before: a sign of life */
    bool lost;     /* not acknowledged in time */
    bool repeated;
};

struct sender {
    const struct sync_ops *ops;
    bool server;
    uint32_t gather, heartbeat;
    void *cur;
    struct sender_state states[SENDER_STATES_MAX + 1];
    size_t count;

    /* what there is to say */
    bool dirty;             /* cur may differ from the newest sent */
    bool blocked;           /* it does, but the object wants no more in flight */
    uint64_t pending_since; /* NEVER: nothing new */
    bool answer;            /* say something at once */
    uint64_t answer_due;
    uint64_t heartbeat_due;
    uint64_t paced_until; /* when the allowance of frames is full again */
    size_t window;        /* bytes that may be in flight */
    bool slow_start;

    /* what has been heard */
    uint64_t ack_num;   /* newest remote state */
    uint32_t ack_delay; /* the longest that either side's acknowledgements wait */
    uint64_t ack_due;
    unsigned ack_states; /* states with content not yet acknowledged, */
    size_t ack_bytes;    /* and bytes */
    bool heard;
    bool quiet; /* server: nobody has been there for long */
    uint64_t heard_at;

    /* repeating */
    unsigned tries; /* since the last acknowledgement that helped */
    uint64_t tried_at;
    bool delivery_known; /* time from sending a state to its acknowledgement, ms */
    double delivery, delivery_var;

    /* copies of small messages, where much gets lost */
    uint64_t said_at;
    uint64_t copy_due;
    uint64_t copy_num;
    unsigned copies;

    /* the end */
    bool shutting;
    uint64_t shutting_since, shutdown_due;
    unsigned shutdown_tries;
    bool given_up;
    uint64_t final_due;
    unsigned final_acks;
};

/* What is to be sent. The diff is in the buffer that was handed in. */
struct sender_message {
    uint64_t old_num, new_num, ack_num, throwaway_num;
    bool repeat;   /* a state once more, from the acknowledged one, */
    size_t before; /* and its bytes on the wire the last time */
    bool copy;     /* one of those for the case of loss */
};

/* Takes cur. */
void sender_init(struct sender *s, const struct sync_ops *ops, void *cur, bool server,
                 uint32_t gather, uint64_t now);
void sender_free(struct sender *s);

void sender_changed(struct sender *s, uint64_t now);
void sender_answer(struct sender *s, uint64_t now);
void sender_shutdown(struct sender *s, uint64_t now);
/* Another path: what is in flight counts as lost, and goes out again. */
void sender_path_changed(struct sender *s, uint64_t now);

/* A fresh datagram has come. */
void sender_heard(struct sender *s, uint64_t now);
/* The peer holds num. True: it is news. */
bool sender_acked(struct sender *s, const struct link *link, uint64_t num, uint64_t now);
/* A new newest remote state. */
void sender_remote(struct sender *s, uint64_t num, uint64_t now);
/* An Instruction with this much content came that is to be acknowledged. */
void sender_want_ack(struct sender *s, const struct link *link, size_t bytes,
                     uint64_t now);
/* The peer's last state came again. */
void sender_last_again(struct sender *s, uint64_t now);
/* The peer repeats a state that is held: it has not heard what was said since. */
void sender_repeated(struct sender *s, const struct link *link, uint64_t now);

/* What is due now, its diff put into diff (empty, big enough a cap); false: nothing. */
bool sender_make(struct sender *s, const struct link *link, uint64_t now,
                 struct sender_message *out, struct buffer *diff);
/* It went out, in so many bytes. */
void sender_sent(struct sender *s, const struct link *link,
                 const struct sender_message *m, size_t bytes);
/* A message that acknowledges and nothing else; spends no state. */
void sender_make_ack(const struct sender *s, struct sender_message *out);
uint64_t sender_deadline(const struct sender *s, const struct link *link);

uint64_t sender_newest_num(const struct sender *s);
/* When the oldest state that is not acknowledged and brought something was first sent;
 * NEVER: there is none. */
uint64_t sender_unacked_since(const struct sender *s);
bool sender_shutdown_acked(const struct sender *s);
bool sender_shutdown_given_up(const struct sender *s);
