/* What the two sides say about themselves beside the session: Hello and Path, fields of
 * an Instruction that stock mosh skips (awl-protocol(7)). Packing with caps, who is
 * stock, and what rides along until the peer has it. */
#pragma once
#include "traversal/punch.h"

#define HELLO_MAX          64u
#define HELLO_AGENT_MAX    32u
#define PATH_MESSAGE_MAX   400u
#define HELLO_REVISION     1u
#define HELLO_FIELD        1001u /* of Instruction */
#define PATH_MESSAGE_FIELD 1000u

/* Feature bits; one is used when both sides have it. */
#define HELLO_PATH     (UINT64_C(1) << 0)
#define HELLO_PUNCH    (UINT64_C(1) << 1)
#define HELLO_VALIDATE (UINT64_C(1) << 2)
#define HELLO_MIRROR   (UINT64_C(1) << 3)
#define HELLO_SPRAY    (UINT64_C(1) << 4)
#define HELLO_TERMINAL (UINT64_C(1) << 5)
#define HELLO_EXIT     (UINT64_C(1) << 6)
#define HELLO_TTYMODE  (UINT64_C(1) << 7)
#define HELLO_SLOW     (UINT64_C(1) << 8)

struct hello {
    uint32_t revision;
    uint64_t features;
    uint32_t width_table; /* Unicode version times 100 */
    char agent[HELLO_AGENT_MAX + 1];
};

/* 0 or an enum err; *out is then unspecified. Unknown fields are skipped. */
int hello_unpack(struct bytes in, struct hello *out);
int path_message_unpack(struct bytes in, struct punch_message *out);
/* Appends; at most HELLO_MAX and PATH_MESSAGE_MAX bytes. */
void hello_pack(const struct hello *hello, struct buffer *out);
void path_message_pack(const struct punch_message *message, struct buffer *out);

/* A message that rides in every Instruction until the peer acknowledges a state number
 * whose every Instruction carried it. A value. */
struct rider {
    uint64_t from; /* every Instruction of this state number and higher carried it */
    bool done;
};
/* New content; newest: the highest state number sent so far, 0 if none. */
void rider_start(struct rider *r, uint64_t newest);
/* An Instruction of state `number` was sent; carried: the message was in it. */
void rider_sent(struct rider *r, uint64_t number, bool carried);
void rider_acked(struct rider *r, uint64_t ack);

enum hello_peer { HELLO_PEER_UNKNOWN, HELLO_PEER_OWN, HELLO_PEER_STOCK };

/* Who the peer is, and whether our Hello and Path ride. The client speaks first; a server
 * says nothing before it has read a Hello. */
struct hello_exchange {
    bool client;
    struct hello mine, theirs;
    enum hello_peer peer;
    struct rider hello, path;
    uint32_t path_version; /* the punch_message_version that `path` is about */
    uint64_t newest;       /* the highest state number sent */
};
void hello_exchange_init(struct hello_exchange *x, bool client, const struct hello *mine);
/* Does it ride in the next Instruction? Path: also while unechoed, or version is new. */
bool hello_rides(const struct hello_exchange *x);
bool hello_path_rides(struct hello_exchange *x, const struct punch *p);
/* An Instruction of state number new_num was sent with those aboard. */
void hello_sent(struct hello_exchange *x, uint64_t new_num, bool hello, bool path);
/* An Instruction came that acknowledges ack_num; hello.data NULL: it carried none. A
 * malformed Hello counts as none, but its sender is no stock peer. */
void hello_input(struct hello_exchange *x, uint64_t ack_num, struct bytes hello);
/* Bits that both sides have. 0 while the peer is unknown or stock. */
uint64_t hello_features(const struct hello_exchange *x);
