/* Names to addresses, in a child process: getaddrinfo blocks and reads what strangers
 * send. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "platform/child.h"

#define RESOLVE_WAIT_MS 30000u
#define RESOLVE_MAX     4096u /* bytes the child may say */

struct resolve {
    struct child child;
    uint64_t deadline;
    struct buffer text;
    struct awl_addr addr[AWL_ADDRS_MAX];
    size_t count; /* in the resolver's order */
    char error[160];
};

/* family AWL_NONE: both. 0 or errno. Then wait for r->child.out. */
int resolve_start(struct resolve *r, const char *name, enum awl_family family,
                  uint64_t now);
/* After each wait. True: done; count addresses, ports 0, or none and error says why. */
bool resolve_done(struct resolve *r, uint64_t now);
/* Puts those of that family first, else in the resolver's order; AWL_NONE: changes
 * nothing. */
void resolve_prefer(struct resolve *r, enum awl_family first);
void resolve_free(struct resolve *r); /* also ends a lookup under way */
