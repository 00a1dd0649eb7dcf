/* What an engine wants to know of the world outside and cannot find out by itself: the
 * addresses of STUN servers, the routers of this host, UPnP, the first hops of a way.
 * Everything that blocks or reads what strangers write is done in child processes. */
#pragma once
#include "awl/awl.h"
#include "platform/loop.h"

struct legwork_config {
    char *const *stun; /* HOST:PORT each, checked; borrowed for the call */
    size_t stun_count; /* at most LEGWORK_STUN_MAX are looked up */
    enum awl_family only;
    struct awl_log log;
};

#define LEGWORK_STUN_MAX 4u

struct legwork;

struct legwork *legwork_new(const struct legwork_config *config, uint64_t now); /* gives
                                                                                 */
void legwork_free(struct legwork *w); /* takes; NULL is fine */

/* The network changed, and the engine knows it. */
void legwork_network(struct legwork *w, uint64_t now);
/* AWL_MAP, AWL_UNMAP and AWL_HOPS. */
void legwork_do(struct legwork *w, const struct awl_output *out, uint64_t now);
/* Before a wait; gives the deadline. */
uint64_t legwork_want(struct legwork *w, struct loop *l);
/* Before and after each wait, until it is false: something for the engine. */
bool legwork_news(struct legwork *w, struct awl_news *news, uint64_t now);
