#include "base/rng.h"
#include <string.h>

void
rng_bytes(const struct rng *r, void *out, size_t len)
{
    r->fill(r->arg, out, len);
}

uint64_t
rng_u64(const struct rng *r)
{
    uint64_t v;

    rng_bytes(r, &v, sizeof v);
    return v;
}

uint32_t
rng_below(const struct rng *r, uint32_t n)
{
    uint64_t limit = ((uint64_t)UINT32_MAX + 1) / n * n;
    uint32_t v;

    do {
        rng_bytes(r, &v, sizeof v);
    } while (v >= limit);
    return v % n;
}

static uint64_t
splitmix_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void
rng_seeded_fill(void *arg, uint8_t *out, size_t len)
{
    struct rng_seeded *s = arg;

    while (len) {
        uint64_t v = splitmix_next(&s->state);
        size_t n = len < sizeof v ? len : sizeof v;

        memcpy(out, &v, n);
        out += n;
        len -= n;
    }
}
