/* A network of two hosts on a virtual clock, for tests: sites with NATs and firewalls,
 * hops that count the TTL down, links that lose, repeat, delay and reorder. Everything
 * that is random comes from one seed. Times are milliseconds. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "awl/addr.h"
#include "base/rng.h"

#define NET_DATAGRAM_MAX 2048u
#define NET_SITES        6u
#define NET_FLOWS        2048u /* entries of one connection table; the oldest gives way */

enum net_host { NET_SERVER, NET_CLIENT, NET_HOSTS };

/* What stands between a site and the world. */
enum net_box {
    NET_OPEN,        /* a router */
    NET_FIREWALL,    /* lets in only what answers */
    NET_NAT,         /* keeps ports; all of them filter by address and port */
    NET_NAT_ACCEPTS, /* the same, but takes strange datagrams for itself, and so blocks
                        the port for the host behind it */
    NET_NAT_RANDOM,  /* another port for each destination */
    NET_NAT_BLOCK,   /* the same, out of 512 in a row */
    NET_NAT_OTHER,   /* another port, the same for every destination */
    NET_NO_UDP,      /* drops every datagram */
    NET_BOXES
};

/* One tracked flow; `out` is what the world sees of `in`. */
struct net_flow {
    struct awl_addr in, out, peer;
    uint64_t used, since;
    bool replied;
    bool own; /* the box took it for itself */
};

struct net_table {
    struct net_flow flow[NET_FLOWS];
    size_t count;
};

/* A second box in front of the first; its zero is none. */
struct net_outer {
    enum net_box box;
    struct awl_addr out4;
    int hop;
    struct net_table table;
};

struct net_site {
    struct awl_addr ip4, ip6; /* of the host here; family 0: none. Port 0 */
    struct awl_addr out4;     /* what the world sees of ip4 behind a NAT */
    enum net_box box;
    uint8_t no_udp;         /* the family of which no datagram passes; 0: neither */
    bool host_drops;        /* the host's own firewall lets in only what answers */
    int box_hop;            /* the box is the router at this hop, from 1 */
    uint16_t shift;         /* added to ports that a NAT would keep */
    struct net_table table; /* of the box */
    struct net_outer outer; /* a carrier's NAT, a firewall before a NAT, ... */
};

/* One direction between the sites. Chances in thousandths. */
struct net_link {
    int delay, jitter;
    int loss, twice, ce;
    size_t mtu; /* longer datagrams are lost; 0: none are */
    bool down;
};

struct net_arrival {
    enum net_host host;
    struct awl_addr from, to;
    int ttl, ecn;
    size_t len;
    uint8_t data[NET_DATAGRAM_MAX];
};

struct net_counts {
    uint64_t sent[NET_HOSTS], arrived[NET_HOSTS];
    uint64_t short_of_ttl, filtered, lost;
};

/* Somebody on the way who sends copies of what a host says, from an address of his own,
 * the other site's. He has no key. */
struct net_thief {
    int site; /* 0: there is none */
    enum net_host victim;
    bool first;         /* his copies arrive before the originals, else after them */
    bool swallows;      /* and the originals never do */
    uint64_t sent, got; /* bytes, by and to him */
};

struct net_event;

struct net {
    struct rng_seeded chance;
    struct net_site site[NET_SITES];
    int at[NET_HOSTS]; /* the site of each host; -1: not attached */
    struct net_table host_table[NET_HOSTS];
    struct net_link link[NET_HOSTS]; /* by who sends */
    struct net_thief thief;
    bool asleep[NET_HOSTS];
    int hops; /* routers between the two boxes, boxes not counted */
    struct net_counts counts;
    struct net_event **queue; /* a heap */
    size_t queued, queue_cap;
    uint64_t order;
};

void net_init(struct net *n, uint64_t seed);
void net_free(struct net *n);

/* from.family 0: the address the host has in the family of `to`. ttl 0: 64. */
void net_send(struct net *n, enum net_host host, struct awl_addr from, uint16_t port,
              const struct awl_addr *to, int ttl, int ecn, const uint8_t *data,
              size_t len, uint64_t now);
/* The next datagram that has arrived at a host by now. */
bool net_next(struct net *n, struct net_arrival *out, uint64_t now);
uint64_t net_deadline(const struct net *n);

/* A NAT or firewall forgets everything; shift: NATs then give other ports. */
void net_forget(struct net *n, int site, bool shift);
/* Whether it translates, and what the world sees of the host there. */
bool net_translates(enum net_box box);
struct awl_addr net_outside(const struct net_site *s);
/* An address, port 0; ends the program where there is none. */
struct awl_addr net_ip(const char *text);
/* A number below `of`, from the network's chance. */
uint32_t net_dice(struct net *n, uint32_t of);
/* The addresses the host has now; returns how many (at most 2). */
size_t net_addresses(const struct net *n, enum net_host host, struct awl_addr out[2]);
