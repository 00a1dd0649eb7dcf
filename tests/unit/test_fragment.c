#include "unit.h"

#include "base/rng.h"
#include "transport/fragment.h"
#include <stdlib.h>

static size_t
fragment(uint8_t *out, uint64_t id, unsigned number, bool final, const char *body)
{
    be64_put(out, id);
    be16_put(out + 8, (uint16_t)(number | (final ? 0x8000u : 0)));
    memcpy(out + FRAGMENT_HEADER_LEN, body, strlen(body));
    return FRAGMENT_HEADER_LEN + strlen(body);
}

/* "id number body [!]": ! is final. */
struct step {
    uint64_t id;
    unsigned number;
    bool final;
    const char *body;
    enum joiner_result want;
    const char *whole;
};

static void
run(const char *what, const struct step *steps, size_t count)
{
    struct joiner *j = joiner_new();

    for (size_t i = 0; i < count; i++) {
        const struct step *s = &steps[i];
        uint8_t f[256];
        struct bytes whole;
        enum joiner_result r = joiner_add(
            j, bytes_of(f, fragment(f, s->id, s->number, s->final, s->body)), &whole);

        if (r != s->want)
            fail_msg("%s, step %zu: got %d, want %d", what, i, r, s->want);
        if (r == JOINER_DONE)
            assert_bytes_equal(whole, bytes_str(s->whole));
        else
            assert_int_equal(whole.len, 0);
    }
    joiner_free(j);
}

#define RUN(...)                                                                         \
    do {                                                                                 \
        static const struct step steps[] = {__VA_ARGS__};                                \
        run(#__VA_ARGS__, steps, ARRAY_LEN(steps));                                      \
    } while (0)

static void
test_joining(void **state)
{
    (void)state;
    RUN({1, 0, true, "a", JOINER_DONE, "a"}, {1, 0, true, "a", JOINER_DONE, "a"});
    RUN({1, 0, true, "", JOINER_DONE, ""});
    RUN({1, 2, true, "c", JOINER_MORE, 0}, {1, 0, false, "a", JOINER_MORE, 0},
        {1, 1, false, "b", JOINER_DONE, "abc"});
    /* the same again, and the same otherwise */
    RUN({1, 0, false, "a", JOINER_MORE, 0}, {1, 0, false, "a", JOINER_MORE, 0},
        {1, 0, false, "b", JOINER_BAD, 0}, {1, 0, true, "a", JOINER_BAD, 0},
        {1, 1, true, "b", JOINER_DONE, "ab"});
    /* ends that contradict */
    RUN({1, 3, false, "d", JOINER_MORE, 0}, {1, 1, true, "b", JOINER_BAD, 0},
        {1, 4, true, "e", JOINER_MORE, 0}, {1, 5, false, "f", JOINER_BAD, 0},
        {1, 3, true, "d", JOINER_BAD, 0}, {1, 5, true, "f", JOINER_BAD, 0});
    RUN({1, 3, false, "d", JOINER_MORE, 0}, {1, 0, true, "a", JOINER_BAD, 0});
    /* side by side, ids in any order */
    RUN({7, 0, false, "a", JOINER_MORE, 0}, {5, 0, false, "x", JOINER_MORE, 0},
        {7, 1, true, "b", JOINER_DONE, "ab"}, {5, 1, true, "y", JOINER_DONE, "xy"});
    /* the oldest of more than there are slots gives way */
    RUN({1, 0, false, "a", JOINER_MORE, 0}, {2, 0, false, "a", JOINER_MORE, 0},
        {3, 0, false, "a", JOINER_MORE, 0}, {4, 0, false, "a", JOINER_MORE, 0},
        {5, 0, false, "a", JOINER_MORE, 0}, {6, 0, false, "a", JOINER_MORE, 0},
        {7, 0, false, "a", JOINER_MORE, 0}, {8, 0, false, "a", JOINER_MORE, 0},
        {9, 0, false, "a", JOINER_MORE, 0}, {2, 1, true, "b", JOINER_DONE, "ab"},
        {1, 1, true, "b", JOINER_MORE, 0});
    /* the largest number */
    RUN({1, 32767, true, "z", JOINER_MORE, 0}, {1, 32766, false, "y", JOINER_MORE, 0});
}

static void
test_too_short(void **state)
{
    struct joiner *j = joiner_new();
    uint8_t f[FRAGMENT_HEADER_LEN] = {0};
    struct bytes whole;

    (void)state;
    for (size_t n = 0; n < FRAGMENT_HEADER_LEN; n++)
        assert_int_equal(joiner_add(j, bytes_of(f, n), &whole), JOINER_BAD);
    joiner_free(j);
}

static void
test_cut_and_join(void **state)
{
    struct rng_seeded seed = {42};
    struct rng rng = {rng_seeded_fill, &seed};
    struct joiner *j = joiner_new();
    struct cutter c = {0};

    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t len = 1 + rng_below(&rng, 20000), body = 1 + rng_below(&rng, 1500);
        size_t count = (len + body - 1) / body, n = 0;
        struct bytes *pieces = calloc(count, sizeof *pieces);
        struct buffer want = {0};
        struct bytes whole;
        int done = 0;

        buffer_clear(&c.whole);
        buffer_reserve(&c.whole, len);
        rng_bytes(&rng, c.whole.data, len);
        c.whole.len = len;
        buffer_put_bytes(&want, buffer_bytes(&c.whole));
        assert_true(cutter_start(&c, body));
        assert_int_equal(c.id, round + 1);
        assert_int_equal(cutter_count(&c), count);
        for (; cutter_pending(&c); n++) {
            uint8_t *f = malloc(FRAGMENT_HEADER_LEN + body);
            size_t flen;

            assert_true(cutter_next(&c, f, &flen));
            pieces[n] = bytes_of(f, flen);
        }
        assert_int_equal(n, count);
        for (size_t i = count; i > 1; i--) {
            size_t k = rng_below(&rng, (uint32_t)i);
            struct bytes t = pieces[i - 1];

            pieces[i - 1] = pieces[k];
            pieces[k] = t;
        }
        for (size_t i = 0; i < count; i++)
            if (joiner_add(j, pieces[i], &whole) == JOINER_DONE) {
                done++;
                assert_true(bytes_equal(whole, buffer_bytes(&want)));
            }
        assert_int_equal(done, 1);
        assert_int_equal(joiner_held(j), 0);
        for (size_t i = 0; i < count; i++)
            free((void *)(uintptr_t)pieces[i].data);
        free(pieces);
        buffer_free(&want);
    }
    cutter_free(&c);
    joiner_free(j);
}

static void
test_ids(void **state)
{
    struct cutter c = {0};
    uint8_t a[64], b[64];
    size_t n, m;

    (void)state;
    assert_false(cutter_again(&c));
    buffer_put_str(&c.whole, "abcdef");
    assert_true(cutter_start(&c, 4));
    assert_true(cutter_next(&c, a, &n));
    /* One beside it does not disturb it, and takes an id of its own. */
    m = cutter_single(&c, BYTES_LIT("x"), b);
    assert_int_equal(m, FRAGMENT_HEADER_LEN + 1);
    assert_int_equal(be64_get(b), 2);
    assert_true(cutter_next(&c, b, &m));
    assert_int_equal(be64_get(b), 1);
    assert_int_equal(be16_get(b + 8), 0x8001);
    assert_false(cutter_next(&c, b, &m));
    assert_true(cutter_again(&c));
    assert_true(cutter_next(&c, b, &m));
    assert_bytes_equal(bytes_of(b, m), bytes_of(a, n));

    buffer_clear(&c.whole);
    buffer_put_str(&c.whole, "next");
    assert_true(cutter_start(&c, 4));
    assert_true(cutter_next(&c, b, &m));
    assert_int_equal(be64_get(b), 3);

    /* Too many pieces. */
    buffer_clear(&c.whole);
    buffer_reserve(&c.whole, FRAGMENT_COUNT_MAX + 1);
    memset(c.whole.data, 0, FRAGMENT_COUNT_MAX + 1);
    c.whole.len = FRAGMENT_COUNT_MAX + 1;
    assert_false(cutter_start(&c, 1));
    assert_false(cutter_pending(&c));
    cutter_free(&c);
}

/* Whatever comes, no more than JOINER_BYTES_MAX is held. */
static void
test_bounded(void **state)
{
    struct rng_seeded seed = {3};
    struct rng rng = {rng_seeded_fill, &seed};
    struct joiner *j = joiner_new();
    static uint8_t f[2010];
    struct bytes whole;
    size_t most = 0;

    (void)state;
    for (int i = 0; i < 60000; i++) {
        be64_put(f, rng_below(&rng, 8));
        be16_put(f + 8, (uint16_t)(rng_below(&rng, 32767)));
        joiner_add(j, bytes_of(f, i % 3 ? sizeof f : FRAGMENT_HEADER_LEN), &whole);
        most = MAX(most, joiner_held(j));
        if (most > JOINER_BYTES_MAX)
            fail_msg("held %zu, the cap is %u", most, JOINER_BYTES_MAX);
    }
    assert_true(most > JOINER_BYTES_MAX / 4);
    joiner_free(j);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joining),      cmocka_unit_test(test_too_short),
        cmocka_unit_test(test_cut_and_join), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
