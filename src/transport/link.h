/* One end of the datagram link: sealing with time stamps, opening, order, replays, the
 * round trip. Knows nothing of addresses, fragments or states. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "base/err.h"
#include "crypto/datagram.h"

#define LINK_HEADER_LEN  4u    /* two time stamps */
#define LINK_WINDOW      1024u /* sequence numbers looked back on for replays */
#define LINK_OVERHEAD    (DATAGRAM_OVERHEAD + LINK_HEADER_LEN) /* of a sealed payload */
#define LINK_PAYLOAD_MAX (DATAGRAM_MAX - LINK_OVERHEAD)
#define LINK_RTO_MIN     50u /* ms */
#define LINK_RTO_MAX     30000u
#define LINK_RTO_FIRST   1000u

struct link {
    struct datagrams *datagrams; /* owned */
    /* order */
    uint64_t expected;               /* one above the highest number heard */
    uint64_t seen[LINK_WINDOW / 64]; /* bit n % LINK_WINDOW: number n has come */
    double loss;        /* share of the peer's datagrams that got lost lately */
    unsigned loss_skip; /* datagrams that say nothing of it yet */
    uint64_t heard;     /* when the last fresh one came; 0: never */
    /* the peer's newest time stamp, to be echoed once */
    bool saved;
    uint16_t saved_stamp;
    uint64_t saved_at;
    /* the round trip */
    bool measured;
    double srtt, rttvar;
    uint64_t clock;     /* newest `now` seen */
    uint64_t jumped_at; /* when time last jumped: this machine slept or stood still */
    uint8_t packet[DATAGRAM_MAX];
};

/* A packet that has come. */
struct link_packet {
    uint64_t seq;
    bool fresh;           /* above all before */
    bool replayed;        /* seen before, or too old to tell: not to be used */
    struct bytes payload; /* valid until the next call on the link */
};

void link_init(struct link *l, const struct awl_key *key, bool server, uint64_t now);
void link_free(struct link *l);

/* now is noticed; to be called with every sign of time. */
void link_clock(struct link *l, uint64_t now);
/* payload at most LINK_PAYLOAD_MAX; out has room for DATAGRAM_MAX. 0 or ERR_LIMIT. */
int link_seal(struct link *l, struct bytes payload, uint64_t now, uint8_t *out,
              size_t *len);
/* 0, ERR_FORMAT or ERR_AUTH. ecn: the two bits it came with (RFC 3168). */
int link_open(struct link *l, struct bytes datagram, int ecn, uint64_t now,
              struct link_packet *out);

double link_loss(const struct link *l);  /* of what the peer sends, 0 to 1 */
double link_rtt(const struct link *l);   /* ms; 0: not yet measured */
uint32_t link_rto(const struct link *l); /* ms */
void link_rtt_reset(struct link *l, uint64_t now);
