/* A gateway's answers: the first byte is how many tries pass before each, then come
 * records of a length byte and data. The nonce is put where PCP wants it, to get behind
 * the check of it. */
#include "traversal/pmp.h"
#include <stdlib.h>
#include <string.h>

#define CHECK(what)                                                                      \
    do {                                                                                 \
        if (!(what))                                                                     \
            abort();                                                                     \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t nonce[12];

static void
turn(struct pmp *p, uint64_t now)
{
    struct pmp_output out;

    pmp_tick(p, now);
    for (unsigned n = 0; pmp_next(p, &out, now); n++) {
        CHECK(n < 10);
        if (out.kind == PMP_SEND && out.data.len == 60)
            memcpy(nonce, out.data.data + 24, sizeof nonce);
        if (out.kind == PMP_MAPPED)
            CHECK(out.mapped.family == AWL_IPV4 && out.mapped.port != 0);
    }
    CHECK(pmp_deadline(p) > now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pmp_config config = {
        .gateway = {.family = AWL_IPV4, .ip = {10, 77, 1, 1}},
        .from = {.family = AWL_IPV4, .ip = {10, 77, 1, 2}},
        .port = 40001,
    };
    struct awl_addr gateway = config.gateway;
    struct rng_seeded seed = {1};
    struct pmp *p;
    uint64_t now = 0;
    size_t at = 1;

    if (size < 1)
        return 0;
    config.rng = (struct rng){rng_seeded_fill, &seed};
    gateway.port = PMP_PORT;
    p = pmp_new(&config, now);
    while (at < size) {
        size_t len = data[at] < size - at - 1 ? data[at] : size - at - 1;
        uint8_t *copy = malloc(len > 0 ? len : 1);

        CHECK(copy != NULL);
        turn(p, now);
        for (unsigned i = 0; i < data[0] % 16u && pmp_deadline(p) != NEVER; i++) {
            now = pmp_deadline(p);
            turn(p, now);
        }
        memcpy(copy, data + at + 1, len);
        if (len >= 36 && copy[0] == 2)
            memcpy(copy + 24, nonce, sizeof nonce);
        pmp_input(p, &gateway, bytes_of(copy, len), now);
        turn(p, now);
        free(copy);
        at += 1 + len;
    }
    pmp_release(p);
    turn(p, now);
    CHECK(pmp_deadline(p) == NEVER);
    pmp_free(p);
    return 0;
}
