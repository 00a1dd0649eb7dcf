/* UPnP: asks the default router to let a UDP port in. Blocking calls and XML from the LAN
 * stay in child processes that say one line and have a deadline. Built as igd.c, which
 * alone touches libminiupnpc, or as igd_none.c. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "platform/child.h"

#define IGD_WAIT_MS     8000u
#define IGD_REMOVE_S    5u /* a child that takes a mapping back ends itself then */
#define IGD_LINE_MAX    1024u
#define IGD_LEASE_S     7200u
#define IGD_CONTROL_MAX 512u
#define IGD_SERVICE_MAX 128u

struct igd {
    struct child child; /* asks */
    struct child removal;
    uint64_t deadline;
    struct buffer text;
    char router[64]; /* its address: only its own devices are spoken to */
    /* what was got */
    struct awl_addr mapped; /* AWL_NONE: nothing, and error says why */
    uint32_t lease_s;       /* 0: for ever */
    char control[IGD_CONTROL_MAX], service[IGD_SERVICE_MAX];
    char error[160];
};

void igd_init(struct igd *g);
/* from: this host's address on the way to the router; port: what is to be reached. 0 or
 * errno (ENOSYS: built without UPnP). Then wait for g->child.out. One at a time: an
 * earlier question is dropped. */
int igd_start(struct igd *g, const struct awl_addr *router, const struct awl_addr *from,
              uint16_t port, uint64_t now);
/* After each wait, while g->child.out is open. True: done. */
bool igd_done(struct igd *g, uint64_t now);
/* Takes the mapping back, in a child that nobody waits for. */
void igd_remove(struct igd *g);
/* Reaps that child when it has ended. */
void igd_reap(struct igd *g);
void igd_free(struct igd *g); /* a removal under way goes on */
