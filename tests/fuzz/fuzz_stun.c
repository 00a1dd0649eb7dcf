/* Datagrams from a STUN server, first as they are, then with the right transaction id, to
 * get behind the check of it. */
#include "traversal/stun.h"
#include <stdlib.h>
#include <string.h>

#define CHECK(what)                                                                      \
    do {                                                                                 \
        if (!(what))                                                                     \
            abort();                                                                     \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct log silent;
    struct awl_addr server = {.family = AWL_IPV4, .ip = {192, 0, 2, 5}, .port = 3478};
    struct rng_seeded seed = {size};
    struct rng rng = {rng_seeded_fill, &seed};
    struct stun *s = stun_new(&rng, &silent);
    struct stun_output out;
    struct stun_view v;
    uint8_t *copy = malloc(size > 0 ? size : 1);

    CHECK(copy != NULL);
    stun_servers(s, &server, 1, 0);
    stun_open(s, 1, AWL_IPV4, 0);
    CHECK(stun_next(s, &out, 0) && out.kind == STUN_SEND);
    if (size > 0)
        memcpy(copy, data, size);
    stun_input(s, 1, &server, bytes_of(copy, size), 1);
    if (size >= 8 + STUN_ID_LEN) {
        memcpy(copy + 8, out.data.data + 8, STUN_ID_LEN);
        CHECK(stun_input(s, 1, &server, bytes_of(copy, size), 2) ==
              stun_is_answer(bytes_of(copy, size)));
    }
    stun_view(s, 1, AWL_IPV4, &v);
    CHECK(v.seen.family == AWL_NONE || v.seen.port != 0);
    stun_tick(s, 5000);
    while (stun_next(s, &out, 5000))
        CHECK(out.kind == STUN_NEWS);
    CHECK(stun_deadline(s) == NEVER);
    stun_free(s);
    free(copy);
    return 0;
}
