#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/deadline.h"

struct channel_chunk {
    struct channel_chunk *next;
    uint64_t at;
    size_t len, taken;
    uint8_t data[];
};

void
channel_init(struct channel *c, int delay, int rate)
{
    *c = (struct channel){.delay = delay, .rate = rate};
}

void
channel_free(struct channel *c)
{
    while (c->first != NULL) {
        struct channel_chunk *next = c->first->next;

        free(c->first);
        c->first = next;
    }
    c->last = NULL;
    c->held = 0;
}

size_t
channel_room(const struct channel *c)
{
    return c->held < CHANNEL_BUFFER ? CHANNEL_BUFFER - c->held : 0;
}

void
channel_put(struct channel *c, const uint8_t *data, size_t len, uint64_t now)
{
    struct channel_chunk *k = xmalloc(sizeof(*k) + len);

    assert(len <= channel_room(c));
    *k = (struct channel_chunk){.len = len};
    memcpy(k->data, data, len);
    c->busy_until = MAX(c->busy_until, now);
    if (c->rate > 0)
        c->busy_until += (len + (size_t)c->rate - 1) / (size_t)c->rate;
    k->at = c->busy_until + (uint64_t)c->delay;
    if (c->last != NULL)
        c->last->next = k;
    else
        c->first = k;
    c->last = k;
    c->held += len;
    c->peak = MAX(c->peak, c->held);
}

size_t
channel_take(struct channel *c, uint8_t *out, size_t size, uint64_t now)
{
    size_t got = 0;

    while (!c->stalled && c->first != NULL && c->first->at <= now && got < size) {
        struct channel_chunk *k = c->first;
        size_t n = MIN(k->len - k->taken, size - got);

        memcpy(out + got, k->data + k->taken, n);
        got += n;
        k->taken += n;
        c->held -= n;
        if (k->taken < k->len)
            break;
        c->first = k->next;
        if (c->first == NULL)
            c->last = NULL;
        free(k);
    }
    return got;
}

uint64_t
channel_deadline(const struct channel *c)
{
    return c->stalled || c->first == NULL ? NEVER : c->first->at;
}
