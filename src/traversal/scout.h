/* What one side finds out about its own outside: STUN servers are asked from each of the
 * session's sockets, and the default gateway for a port mapping, by PCP or NAT-PMP and,
 * where that comes to nothing, by UPnP through the caller. What is found are candidates.
 *
 * A client's mapping has a second socket of its own, which stays silent until something
 * authentic came on it: on a translator with another port for every destination the
 * server has to be first, or the answers leave by the wrong port (awl-protocol(7)). A
 * server's mapping is that of its one socket, 0. */
#pragma once
#include "traversal/candidate.h"
#include "traversal/gather.h"
#include "traversal/pmp.h"
#include "traversal/stun.h"

#define SCOUT_SOCKET 2000000 /* the numbers of sockets opened here begin so */
#define SCOUT_FOUND_MAX                                                                  \
    8u                         /* sockets and families with an answer, and mappings      \
                                */
#define SCOUT_LEASE_MIN_S 120u /* of a UPnP mapping; less counts as this */

struct scout_config {
    enum gather_role role;
    bool map;      /* ask for mappings */
    uint16_t port; /* server: the session's, which is to be mapped */
    struct rng rng;
    struct log log;
};

/* The way out of one family, as the system has it. */
struct scout_route {
    struct awl_addr gateway; /* AWL_NONE: none */
    struct awl_addr from;    /* our address on that way */
};

/* Which socket is reached there. */
struct scout_found {
    int socket;
    struct candidate cand;
};

enum scout_output_kind {
    SCOUT_SEND,  /* data from socket to `to`, with `from` as its source if not none */
    SCOUT_OPEN,  /* a UDP socket with that number and family, any port. Then scout_opened
                    or scout_open_failed */
    SCOUT_CLOSE, /* that socket; its ways are gone */
    SCOUT_FOUND, /* scout_found says something else */
    SCOUT_MAP,   /* ask the gateway `to` by UPnP for port (of this host, seen there as
                    `from`), or for more time. Then scout_igd */
    SCOUT_UNMAP, /* take that back */
};

struct scout_output {
    enum scout_output_kind kind;
    int socket;
    enum awl_family family;
    uint16_t port;
    struct awl_addr to, from;
    struct bytes data; /* valid until the next call */
};

struct scout;

struct scout *scout_new(const struct scout_config *config); /* gives */
void scout_free(struct scout *s);                           /* takes; NULL is fine */

/* Numeric addresses, at most STUN_SERVERS_MAX. */
void scout_servers(struct scout *s, const struct awl_addr *servers, size_t count,
                   uint64_t now);
/* A socket of the session: what it looks like from outside is asked. A dual one is given
 * once for each family. */
void scout_socket(struct scout *s, int socket, enum awl_family family, uint16_t port,
                  uint64_t now);
void scout_socket_closed(struct scout *s, int socket);
/* The way out of that family is this now. Say it after scout_network. */
void scout_route(struct scout *s, enum awl_family family, const struct scout_route *route,
                 uint64_t now);
/* This host's addresses changed: what STUN servers saw is no longer so. */
void scout_network(struct scout *s, uint64_t now);
/* Answers to SCOUT_OPEN. */
bool scout_owns(int socket);
void scout_opened(struct scout *s, int socket, uint16_t port, uint64_t now);
void scout_open_failed(struct scout *s, int socket, uint64_t now);
/* Answer to SCOUT_MAP. mapped AWL_NONE: it came to nothing. */
void scout_igd(struct scout *s, const struct awl_addr *mapped, uint32_t lease_s,
               uint64_t now);
/* A datagram came. True: it was not the session's. */
bool scout_input(struct scout *s, int socket, const struct awl_addr *from,
                 struct bytes data, uint64_t now);
/* A new attempt begins: what is old is asked again. */
void scout_again(struct scout *s, uint64_t now);
/* The session was carried by that socket and is so no longer. A five-tuple that failed is
 * not tried again, so a mapping gets another socket. */
void scout_lost(struct scout *s, int socket, uint64_t now);
/* Gives everything back: take the outputs. Nothing is asked any more. */
void scout_end(struct scout *s);

void scout_tick(struct scout *s, uint64_t now);
bool scout_next(struct scout *s, struct scout_output *out, uint64_t now);
uint64_t scout_deadline(const struct scout *s);

/* How many, at most SCOUT_FOUND_MAX. */
size_t scout_found(const struct scout *s, struct scout_found out[SCOUT_FOUND_MAX]);

/* What the translator before us does, as far as STUN servers tell. */
enum scout_nat {
    SCOUT_NAT_UNKNOWN,
    SCOUT_NAT_PORT_KEPT,    /* the port outside is the port inside */
    SCOUT_NAT_PORT_CHANGED, /* another one, so far the same for all */
    SCOUT_NAT_VARIES,       /* another one for each destination */
};
enum scout_nat scout_nat(const struct scout *s, enum awl_family family);
/* STUN servers were asked, and none has said anything to any of the session's sockets. */
bool scout_silent(const struct scout *s);
