/* "The network has changed": addresses, routes, links, and waking up from sleep. Several
 * changes close together are reported once, NETWATCH_GATHER_MS after the first. */
#pragma once
#include "platform/loop.h"

#define NETWATCH_GATHER_MS 50u

struct netwatch;

struct netwatch *netwatch_new(void); /* gives; where the system tells nothing, one that
                                        only notices sleep */
void netwatch_free(struct netwatch *w);
void netwatch_want(struct netwatch *w, struct loop *l); /* before a wait */
/* After a wait. True: something changed; look at ifaddrs_read again. */
bool netwatch_changed(struct netwatch *w, struct loop *l, uint64_t now);
uint64_t netwatch_deadline(const struct netwatch *w);
