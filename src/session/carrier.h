/* What carries a session, the same for both roles: transport, Hello, scouting, punching
 * and paths as one engine. It turns what comes on any path into states, and states into
 * sealed datagrams on the right paths. Knows no screens, keys, frames or ssh.
 *
 * The children may be asked and told things directly; what comes and goes passes through
 * here. */
#pragma once
#include "awl/awl.h"
#include "session/hello.h"
#include "session/path.h"
#include "transport/transport.h"
#include "traversal/scout.h"

#define CARRIER_EXTRA_MAX  8u  /* addresses that also get the next instruction */
#define CARRIER_PROBES_MAX 16u /* probes waiting to be sealed; the rest are not sent */

struct carrier_config {
    struct transport_config transport;
    struct punch_config punch;
    struct path_config paths;
    struct scout_config scout;
    struct scout *taken;     /* one that has begun already, taken; NULL: a new one */
    struct awl_addr hops_to; /* where the way's routers are looked for; AWL_NONE: not */
    bool hops_asked;         /* that has begun already, too */
    struct hello hello;      /* ours */
};

struct carrier_copies {
    struct path_ref ref[PATH_ROUTE_MAX + CARRIER_EXTRA_MAX];
    size_t count, next;
    bool probe; /* of a probe: no further stamps */
};

struct carrier_probe {
    struct path_ref ref;
    bool forced; /* sent whether or not a challenge or response is due */
    size_t room; /* at most so many bytes */
};

struct carrier {
    struct transport *transport; /* all four owned */
    struct punch *punch;
    struct paths *paths;
    struct scout *scout;
    struct hello_exchange hello;
    struct log log;
    bool exhausted; /* the key may seal no more */
    bool ended;     /* carrier_end was called */
    /* the rest is the carrier's own */
    struct awl_addr hops_to;
    bool hops_due;
    uint32_t scouted; /* the generation for which it was looked again */
    uint32_t path_version;
    bool hello_rides, path_rides;
    struct bytes payload;
    struct carrier_copies copies;
    struct path_ref extra[CARRIER_EXTRA_MAX];
    size_t extras;
    struct carrier_probe probe[CARRIER_PROBES_MAX];
    size_t probes;
    bool said; /* an instruction was given out */
    bool tick_again;
    uint64_t moved_at; /* when another path last began to carry the session */
    uint8_t datagram[DATAGRAM_MAX];
    struct buffer scratch;
};

/* Fills *c, taking the two states of config->transport. Borrows the rest. */
void carrier_init(struct carrier *c, const struct carrier_config *config, uint64_t now);
void carrier_free(struct carrier *c); /* what it holds */

struct carrier_heard {
    struct transport_result result;
    bool peer_known; /* just now */
};

/* A datagram that came that way; ttl -1: unknown. The result is valid until the next. */
void carrier_receive(struct carrier *c, const struct path_ref *ref, int ttl, int ecn,
                     struct bytes datagram, uint64_t now, struct carrier_heard *out);
/* A session socket is open; a dual one is told once for each family. */
void carrier_socket(struct carrier *c, int socket, enum awl_family family, uint16_t port,
                    uint64_t now);
/* Before carrier_receive. True: it was an answer to scouting, not the session's. */
bool carrier_scouted(struct carrier *c, const struct awl_datagram *d, uint64_t now);
void carrier_news(struct carrier *c, const struct awl_news *news, uint64_t now);
/* The host's addresses or routes changed. True: the addresses did. */
bool carrier_network(struct carrier *c, const struct awl_addr *own, size_t count,
                     uint64_t now);

enum carrier_output_kind {
    CARRIER_SEND,   /* data to ref, with that ttl (0: ordinary); empty data: an opener */
    CARRIER_OPEN,   /* socket, family, port; then punch_opened and carrier_socket, or
                       punch_open_failed; the scout's (scout_owns): scout_opened, ... */
    CARRIER_CLOSE,  /* socket */
    CARRIER_MOVED,  /* ref carries the session now */
    CARRIER_HANGUP, /* the pipe isn't needed, or (dead) doesn't work; paths know it */
    CARRIER_DIAL,   /* a pipe is wanted */
    CARRIER_RECOVERED, /* UDP works: no login is needed */
    CARRIER_ELICIT,    /* a stock server must be made to answer: change the state */
    CARRIER_VERDICT,   /* a generation of punching is over; direct: it found a way */
    CARRIER_MAP,       /* ref.to, ref.from, port; then carrier_news */
    CARRIER_UNMAP,
    CARRIER_HOPS, /* towards ref.to; then carrier_news */
};

struct carrier_output {
    enum carrier_output_kind kind;
    struct path_ref ref;
    int ttl, ecn;
    struct bytes data; /* valid until the next call */
    int socket;
    enum awl_family family;
    uint16_t port;
    bool direct, dead;
};

/* The session is over: what was asked of routers is taken back. Take the outputs. */
void carrier_end(struct carrier *c);
/* An output of that alone; false: none left. */
bool carrier_end_next(struct carrier *c, struct carrier_output *out, uint64_t now);

void carrier_tick(struct carrier *c, uint64_t now);
bool carrier_next(struct carrier *c, struct carrier_output *out, uint64_t now);
uint64_t carrier_deadline(const struct carrier *c);

/* Bits of Hello that both sides have. */
uint64_t carrier_features(const struct carrier *c);
