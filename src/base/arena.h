/* A pile of memory with a cap that is thrown away at once. For unpacking what a peer
 * sent: small input must not become much memory. arena_alloc and arena_release have the
 * shape of protobuf-c's allocator functions, so that it can be pointed here. */
#pragma once
#include "base/attr.h"
#include <stddef.h>

struct arena_block;

/* Zero-initialised with `max` set is ready for use. */
struct arena {
    struct arena_block *blocks;
    size_t used; /* in the newest block */
    size_t held; /* in all blocks */
    size_t max;  /* of `held` */
};

/* NULL: it would be more than max. Aligned for anything. Valid until clear or free. */
void *arena_alloc(void *arena, size_t size);
/* Does nothing; the memory goes with the arena. */
void arena_release(void *arena, void *p);
/* Throws everything away, keeping one small block for the next use. */
void arena_clear(struct arena *a);
void arena_free(struct arena *a);
