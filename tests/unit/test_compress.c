#include "unit.h"

#include "base/err.h"
#include "base/rng.h"
#include "transport/compress.h"
#include <stdlib.h>

static void
test_round_trip(void **state)
{
    static const size_t lengths[] = {0,     1,     2,       22,     40,   95,
                                     96,    97,    100,     257,    1000, 20000,
                                     65536, 70000, 1000000, 4000000};
    struct rng_seeded seed = {7};
    struct rng rng = {rng_seeded_fill, &seed};
    struct compress *c = compress_new();
    uint8_t *in = malloc(4000000);

    (void)state;
    for (int kind = 0; kind < 3; kind++)
        for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
            struct buffer out = {0};
            struct bytes back;
            size_t n = lengths[i];

            rng_bytes(&rng, in, n);
            for (size_t k = 0; kind > 0 && k < n; k++)
                in[k] = kind == 1 ? 'x' : "abcdefgh"[in[k] & 7];
            compress_pack(c, bytes_of(in, n), &out);
            if (compress_unpack(c, buffer_bytes(&out), &back) ||
                !bytes_equal(back, bytes_of(in, n)))
                fail_msg("kind %d, %zu bytes: not the same", kind, n);
            if (kind == 0 && n >= 20 && out.len > n + n / 256 + 16)
                fail_msg("%zu random bytes became %zu", n, out.len);
            buffer_free(&out);
        }
    free(in);
    compress_free(c);
}

static void
test_refused(void **state)
{
    static const struct {
        const char *what;
        uint8_t in[24];
        size_t len;
    } cases[] = {
        {"nothing", {0}, 0},
        {"head only", {0x78, 0x9c}, 2},
        {"not zlib", {'h', 'e', 'l', 'l', 'o'}, 5},
        {"cut short", {0x78, 0x9c, 0x4b, 0x04}, 4},
        {"wrong sum", {0x78, 0x9c, 0x4b, 0x04, 0x00, 0x00, 0x62, 0x00, 0x63}, 9},
        {"dictionary", {0x78, 0xbb, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1}, 12},
        {"more behind", {0x78, 0x9c, 0x4b, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62, 0}, 10},
    };
    static const uint8_t good[] = {0x78, 0x9c, 0x4b, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62};
    struct compress *c = compress_new();
    struct bytes out;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int r = compress_unpack(c, bytes_of(cases[i].in, cases[i].len), &out);

        if (r != ERR_FORMAT)
            fail_msg("%s: got %d, want %d", cases[i].what, r, ERR_FORMAT);
        /* And the context is as good as new. */
        assert_int_equal(compress_unpack(c, bytes_of(good, sizeof good), &out), 0);
        assert_bytes_equal(out, BYTES_LIT("a"));
    }
    compress_free(c);
}

static void
test_bomb(void **state)
{
    struct compress *c = compress_new();
    uint8_t *zeros = calloc(1, COMPRESS_MAX);
    struct buffer half = {0}, bomb = {0};
    struct bytes out;

    (void)state;
    compress_pack(c, bytes_of(zeros, COMPRESS_MAX), &half);
    assert_int_equal(compress_unpack(c, buffer_bytes(&half), &out), 0);
    assert_int_equal(out.len, COMPRESS_MAX);
    buffer_free(&half);
    /* One fixed block: a zero once, then matches of 258 at distance 1 until it is too
     * much. */
    {
        uint32_t bits = 0;
        unsigned count = 0;

        buffer_put(&bomb, "\x78\x9c", 2);
#define PUT(v, n)                                                                        \
    do {                                                                                 \
        bits |= (uint32_t)(v) << count;                                                  \
        for (count += (n); count >= 8; count -= 8, bits >>= 8)                           \
            buffer_put_byte(&bomb, (uint8_t)bits);                                       \
    } while (0)
        PUT(1, 1);    /* final */
        PUT(1, 2);    /* fixed codes */
        PUT(0x0c, 8); /* literal 0: 00110000, written from its top bit */
        for (int i = 0; i < 20000; i++) {
            PUT(0xa3, 8); /* length 258: 11000101 */
            PUT(0, 5);    /* distance 1 */
        }
        PUT(0, 7); /* end */
        PUT(0, 8);
#undef PUT
    }
    assert_int_equal(compress_unpack(c, buffer_bytes(&bomb), &out), ERR_FULL);
    assert_int_equal(out.len, 0);
    buffer_free(&bomb);
    free(zeros);
    compress_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bomb),
    };

    return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
