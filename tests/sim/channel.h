/* One direction of ssh's pipe: bytes in order, late, at a limited rate, with as much
 * buffer on the way as ssh has. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_BUFFER (2u << 20)

struct channel_chunk;

struct channel {
    struct channel_chunk *first, *last;
    size_t held;         /* bytes on the way */
    size_t peak;         /* the most that ever were */
    uint64_t busy_until; /* of the link */
    int delay;           /* ms */
    int rate;            /* bytes a millisecond; 0: no limit */
    bool stalled;        /* TCP repeats in vain */
};

void channel_init(struct channel *c, int delay, int rate);
void channel_free(struct channel *c);
/* How many bytes a writer may put now. */
size_t channel_room(const struct channel *c);
void channel_put(struct channel *c, const uint8_t *data, size_t len, uint64_t now);
/* What has arrived, at most size bytes; 0: nothing. */
size_t channel_take(struct channel *c, uint8_t *out, size_t size, uint64_t now);
uint64_t channel_deadline(const struct channel *c);
