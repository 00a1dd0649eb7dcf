#include "base/arena.h"
#include <stdalign.h>
#include <stdlib.h>

#define BLOCK_FIRST 4096u

struct arena_block {
    struct arena_block *next;
    size_t size; /* of what follows */
    alignas(max_align_t) unsigned char data[];
};

void *
arena_alloc(void *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct arena *a = arena;
    void *p;

    if (size > a->max)
        return NULL;
    size = (size + align - 1) / align * align;
    if (!a->blocks || size > a->blocks->size - a->used) {
        size_t want = a->blocks ? a->blocks->size * 2 : BLOCK_FIRST;
        struct arena_block *b;

        want = MIN(want, a->max - a->held);
        want = MAX(want, size);
        if (want > a->max - a->held)
            return NULL;
        /* Running out here is like reaching the cap: the message is refused. */
        b = malloc(sizeof *b + want);
        if (!b)
            return NULL;
        b->next = a->blocks;
        b->size = want;
        a->blocks = b;
        a->used = 0;
        a->held += want;
    }
    p = a->blocks->data + a->used;
    a->used += size;
    return p;
}

void
arena_release(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

void
arena_clear(struct arena *a)
{
    if (a->blocks && (a->blocks->next || a->blocks->size > BLOCK_FIRST))
        arena_free(a);
    a->used = 0;
}

void
arena_free(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *b = a->blocks;

        a->blocks = b->next;
        free(b);
    }
    a->used = 0;
    a->held = 0;
}
