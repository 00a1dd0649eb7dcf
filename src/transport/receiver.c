#include "transport/receiver.h"
#include "base/alloc.h"
#include "base/err.h"
#include <stdlib.h>
#include <string.h>

void
receiver_init(struct receiver *r, const struct sync_ops *ops, void *first)
{
    *r = (struct receiver){.ops = ops, .count = 1, .cap = 8};
    r->states = xcalloc(r->cap, sizeof *r->states);
    r->states[0] = (struct receiver_state){0, first, ops->size(first)};
    r->bytes = r->states[0].bytes;
}

void
receiver_free(struct receiver *r)
{
    for (size_t i = 0; i < r->count; i++)
        r->ops->free(r->states[i].state);
    free(r->states);
    *r = (struct receiver){0};
}

void *
receiver_newest(const struct receiver *r)
{
    return r->states[r->count - 1].state;
}

uint64_t
receiver_newest_num(const struct receiver *r)
{
    return r->states[r->count - 1].num;
}

/* Where the number is or belongs. */
static size_t
search(const struct receiver *r, uint64_t num)
{
    size_t i = r->count;

    while (i > 0 && r->states[i - 1].num >= num)
        i--;
    return i;
}

static bool
held(const struct receiver *r, uint64_t num, size_t *at)
{
    *at = search(r, num);
    return *at < r->count && r->states[*at].num == num;
}

static void
forget_below(struct receiver *r, uint64_t num)
{
    size_t n = search(r, num);

    if (n == 0)
        return;
    assert(n < r->count);
    for (size_t i = 0; i < n; i++) {
        r->ops->free(r->states[i].state);
        r->bytes -= r->states[i].bytes;
    }
    r->count -= n;
    memmove(r->states, r->states + n, r->count * sizeof *r->states);
}

static void
insert(struct receiver *r, size_t at, uint64_t num, void *state)
{
    if (r->count == r->cap) {
        r->cap *= 2;
        r->states = xrealloc(r->states, r->cap, sizeof *r->states);
    }
    memmove(r->states + at + 1, r->states + at, (r->count - at) * sizeof *r->states);
    r->states[at] = (struct receiver_state){num, state, r->ops->size(state)};
    r->bytes += r->states[at].bytes;
    r->count++;
}

enum receiver_result
receiver_input(struct receiver *r, const struct instruction *in, uint64_t now)
{
    size_t base, at;
    void *state;

    if (held(r, in->new_num, &at))
        return RECEIVER_KNOWN;
    if (!held(r, in->old_num, &base))
        return RECEIVER_BASE_UNKNOWN;
    if (in->throwaway_num > in->old_num || in->old_num > in->new_num)
        return RECEIVER_BAD;
    /* The base stays, since it isn't below: so there is always a state left. */
    forget_below(r, in->throwaway_num);
    if (r->count > RECEIVER_STATES_MAX ||
        (r->bytes > RECEIVER_BYTES_MAX && r->count > RECEIVER_FEW)) {
        if (now < r->quench_until)
            return RECEIVER_QUENCHED;
        r->quench_until = now + RECEIVER_QUENCH;
    }
    held(r, in->old_num, &base);
    state = r->ops->copy(r->states[base].state, NULL);
    if (in->diff.len) {
        int error = r->ops->apply(state, in->diff, in->new_num == UINT64_MAX);

        if (error) {
            r->ops->free(state);
            return error == ERR_FULL ? RECEIVER_REFUSED : RECEIVER_BAD;
        }
    }
    at = search(r, in->new_num);
    insert(r, at, in->new_num, state);
    return at + 1 == r->count ? RECEIVER_NEWEST : RECEIVER_LATE;
}
