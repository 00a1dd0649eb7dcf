/* Which routers a datagram passes first: what answers when its hop limit runs out. A
 * short-lived socket of its own, since one that is told of ICMP errors also fails to send
 * because of them. Built as hops_linux.c or, where an ordinary user is told of no such
 * errors, as hops_none.c. */
#pragma once
#include "awl/awl.h"

#define HOPS_WAIT_MS 500u
#define HOPS_PORT    33434u /* traceroute's: hop limit 1 goes to the next one, and so on */

struct hops {
    int fd; /* -1: not looking */
    uint64_t deadline;
    struct awl_addr router[AWL_HOPS_MAX]; /* AWL_NONE: nobody answered */
    size_t told;                          /* how many of them the caller knows of */
};

/* One empty datagram for each hop limit up to AWL_HOPS_MAX, IPv4 only. False: the system
 * can't. Then wait for h->fd. */
bool hops_start(struct hops *h, const struct awl_addr *to, uint64_t now);
/* After each wait. True: there is news, router is filled as far as anybody has answered;
 * the near ones answer in milliseconds, and the first openers leave soon. It is over
 * (fd -1) when all have answered, or HOPS_WAIT_MS have passed. */
bool hops_news(struct hops *h, uint64_t now);
void hops_end(struct hops *h); /* any number of times */
