/* The source of chance, handed in: the system's generator in programs, a seeded one in
 * tests. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct rng {
    void (*fill)(void *arg, uint8_t *out, size_t len);
    void *arg;
};

void rng_bytes(const struct rng *r, void *out, size_t len);
uint64_t rng_u64(const struct rng *r);
uint32_t rng_below(const struct rng *r, uint32_t n); /* 0..n-1, without bias; n > 0 */

/* A small seeded generator (splitmix64) for tests and for spreading work; no secrets from
 * it. */
struct rng_seeded {
    uint64_t state;
};
void rng_seeded_fill(void *arg, uint8_t *out, size_t len); /* arg: struct rng_seeded */
