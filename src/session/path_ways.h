/* The table of ways behind path.h, shared by its three files and nobody else: path_ways.c
 * keeps the table, path_client.c is the client's choice, path.c the rest. */
#pragma once
#include "session/path.h"

#define WAY_TRIES      4u     /* challenges of a way that may still be answered */
#define WAY_REPROBE_MS 100u   /* between probes that were provoked by what came */
#define WAY_AGAIN_MS   1000u  /* a way that died is tried again, after twice as long */
#define WAY_AGAIN_MAX  60000u /* each time up to this */

/* When probes go out after something happened, in ms. */
struct way_plan {
    unsigned count;
    uint16_t at[8];
};
extern const struct way_plan way_roam_plan, way_doubt_plan;

struct way {
    bool used;
    struct path_ref ref;
    enum path_state state;
    bool target;     /* the client was told to send there */
    bool relay;      /* server: an address of this host */
    bool validated;  /* trusted: answered a challenge, or needs none */
    bool said;       /* PATHS_VALIDATED was given for it */
    bool answer_due; /* a probe must go back at once */
    bool respond;    /* with this response */
    uint8_t response[PUNCH_CHALLENGE_LEN];
    uint64_t heard;     /* last authentic; 0: never */
    uint64_t since;     /* of the state */
    uint64_t carries;   /* since when it carries the session */
    uint64_t proved;    /* client: a challenge came back; 0: never */
    uint64_t seq;       /* highest that came this way */
    uint64_t got, sent; /* bytes, while not validated */
    uint32_t rtt;
    struct {
        uint8_t bytes[PUNCH_CHALLENGE_LEN];
        uint64_t sent; /* 0: none */
    } tries[WAY_TRIES];
    unsigned next_try;
    uint64_t challenged; /* last one, 0: never */
    const struct way_plan *plan;
    uint64_t plan_began;
    unsigned plan_next;
    uint64_t again_at;   /* dead: when it is tried once more, */
    uint32_t again_wait; /* and how long after that, in ms */
};

struct paths {
    struct path_config config;
    struct awl_addr own[PUNCH_ADDRS_MAX];
    size_t own_count;
    struct way ways[PATHS_MAX];
    struct way *current, *pipe; /* NULL: none */
    enum { PEER_UNKNOWN, PEER_OWN, PEER_STOCK } peer;
    uint64_t features;
    struct paths_link link;
    uint64_t newest; /* highest sequence number that came */
    bool any;        /* something came */
    /* pending outputs */
    struct path_ref lost_ref;
    bool moved, doubt, silent, lost, recovered, hangup, hangup_dead, dial;
    uint64_t dial_at, pipe_check_at;   /* NEVER: not pending */
    uint64_t event_at, event_check_at; /* of one that changed no address; NEVER */
    uint64_t calm_since;               /* UDP carries the session without trouble */
    uint64_t stock_at, stock_pipe_at;
    unsigned stock_step;
};

struct way *way_find(const struct paths *p, const struct path_ref *ref); /* or NULL */
/* Finds or makes. The least useful way gives way, among equals the one silent longest. */
struct way *way_get(struct paths *p, const struct path_ref *ref, uint64_t now);
void way_drop(struct paths *p, struct way *w);
void way_set(struct paths *p, struct way *w, enum path_state state, uint64_t now);
bool way_udp_good(const struct way *w); /* NULL: no */
void way_plan_start(struct way *w, const struct way_plan *plan, uint64_t now);
uint64_t way_plan_at(const struct way *w);
/* Makes it the one that carries the session. */
void way_carry(struct paths *p, struct way *w, uint64_t now);
/* Adds it to a route unless it is there or the route is full; gives the new length. */
size_t way_route(struct path_ref *out, size_t n, const struct way *w);
/* Addresses have to prove themselves: the peer is own kind and can. */
bool ways_validate(const struct paths *p);

void path_client_choose(struct paths *p, uint64_t now);
void path_client_works(struct paths *p, struct way *w, uint64_t now);
void path_client_heard(struct paths *p, struct way *w, uint64_t now);
void path_client_network(struct paths *p, bool vanished, bool appeared, uint64_t now);
void path_client_pipe_up(struct paths *p, uint64_t now);
void path_client_pipe_down(struct paths *p, uint64_t now);
void path_client_peer(struct paths *p, uint64_t now);
size_t path_client_route(const struct paths *p, struct path_ref *out);
void path_client_tick(struct paths *p, uint64_t now);
uint64_t path_client_deadline(const struct paths *p);
