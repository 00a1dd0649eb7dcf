#include "addrs.h"

#include "traversal/spray.h"

#define START 100000u

static struct spray_plan
plan_of(const uint16_t *hint, size_t hints, uint32_t count)
{
    return (struct spray_plan){.to = addr_at("203.0.113.9"),
                               .count = count,
                               .seed = 7,
                               .hint = hint,
                               .hints = hints};
}

/* As a loop would: at each deadline, or late. Counts what comes of it. */
static unsigned
run(struct spray *s, uint64_t late, uint32_t *got, unsigned most)
{
    struct awl_addr to;
    unsigned n = 0;

    while (spray_deadline(s) != NEVER) {
        uint64_t now = spray_deadline(s) + late;
        unsigned before = n;

        while (spray_next(s, &to, now)) {
            assert_true(n < most);
            got[n++] = to.port;
        }
        if (n - before > SPRAY_BATCH)
            fail_msg("%u guesses at once", n - before);
        assert_true(spray_deadline(s) > now);
    }
    return n;
}

static void
test_guesses(void **state)
{
    static const uint16_t hints[] = {40001, 50000};
    static struct spray s;
    struct spray_plan plan = plan_of(hints, 2, 5000);
    uint32_t got[SPRAY_GUESSES];
    uint8_t seen[65536] = {0};
    unsigned in_block = 0;

    (void)state;
    assert_true(spray_may(&s, START));
    spray_begin(&s, &plan, START + 20, START);
    assert_int_equal(spray_deadline(&s), START + 20);
    assert_int_equal(run(&s, 0, got, SPRAY_GUESSES), SPRAY_GUESSES);
    for (unsigned i = 0; i < SPRAY_GUESSES; i++) {
        if (got[i] < SPRAY_PORT_LOW || seen[got[i]]++ != 0)
            fail_msg("guess %u: port %u again, or too low", i, (unsigned)got[i]);
        in_block += got[i] > 40001u - SPRAY_BLOCK && got[i] < 40001u + SPRAY_BLOCK;
    }
    for (unsigned i = 0; i < 2 * SPRAY_NEAR; i++)
        assert_int_equal(got[i], hints[i / SPRAY_NEAR] + i % SPRAY_NEAR);
    if (in_block < SPRAY_NEAR + SPRAY_IN_BLOCK)
        fail_msg("%u guesses in the block", in_block);
    assert_false(spray_busy(&s));
    assert_false(spray_may(&s, START + SPRAY_MINUTE_MS - 1));
    assert_true(spray_may(&s, START + SPRAY_MINUTE_MS));
}

/* Never more than 500 in any second, however late the loop comes round. */
static void
test_rate(void **state)
{
    static struct spray s;
    struct spray_plan plan = plan_of(NULL, 0, SPRAY_GUESSES);
    struct awl_addr to;
    uint64_t sent[SPRAY_GUESSES], now = START;
    unsigned n = 0;
    struct rng_seeded chance = {3};
    struct rng r = {rng_seeded_fill, &chance};

    (void)state;
    spray_begin(&s, &plan, START, START);
    while (spray_busy(&s)) {
        while (spray_next(&s, &to, now))
            sent[n++] = now;
        now += rng_below(&r, 30) == 0 ? 400 : rng_below(&r, 12);
    }
    assert_int_equal(n, SPRAY_GUESSES);
    for (unsigned i = 500; i < n; i++)
        if (sent[i] - sent[i - 500] < 1000)
            fail_msg("guess %u comes %u ms after the 500th before it", i,
                     (unsigned)(sent[i] - sent[i - 500]));
}

static void
test_ranges(void **state)
{
    static const struct {
        uint16_t low, high;
        uint32_t count, want;
    } cases[] = {
        {30000, 30099, 1024, 100}, {1, 1030, 1024, 7},       {50000, 40000, 3, 3},
        {1, 2, 1024, 1},           {65535, 65535, 1024, 1},  {0, 0, 0, 0},
        {0, 0, UINT32_MAX, 1024},  {20000, 20511, 128, 128},
    };
    static const uint16_t hint[] = {65530, 0, 1, 30000};
    uint32_t got[SPRAY_GUESSES];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct spray s;
        struct spray_plan plan = plan_of(hint, 4, cases[i].count);
        unsigned n;

        plan.low = cases[i].low;
        plan.high = cases[i].high;
        spray_begin(&s, &plan, START, START);
        n = run(&s, 3, got, SPRAY_GUESSES);
        if (n != cases[i].want)
            fail_msg("case %zu: %u guesses, want %u", i, n, (unsigned)cases[i].want);
    }
}

static void
test_sockets(void **state)
{
    static struct spray_sockets s;
    struct awl_addr to = addr_at("198.51.100.1:60001");
    unsigned opened = 0, openers = 0, closed = 0;
    uint64_t now = START;
    int number;

    (void)state;
    assert_true(spray_sockets_deadline(&s) == NEVER);
    assert_true(spray_sockets_begin(&s, &to, 500, now));
    assert_false(spray_sockets_begin(&s, &to, 900, now + 5));
    while (now != NEVER) {
        enum spray_act act;

        while ((act = spray_sockets_next(&s, &number, now)) != SPRAY_NOTHING) {
            assert_true(number >= 500 && number < 500 + (int)SPRAY_SOCKETS);
            if (act == SPRAY_OPEN) {
                opened++;
                assert_true(spray_sockets_opened(&s, number, (uint16_t)(number + 7)));
            } else {
                assert_int_equal(act, SPRAY_OPENER);
                openers++;
            }
        }
        now = spray_sockets_deadline(&s);
    }
    assert_int_equal(opened, SPRAY_SOCKETS);
    assert_int_equal(openers, SPRAY_SOCKETS);
    assert_false(spray_sockets_opened(&s, 5, 1));
    assert_int_equal(spray_sockets_find(&s, 510)->port, 517);
    spray_sockets_give(&s, 510);
    spray_sockets_end(&s);
    assert_int_equal(spray_sockets_held(&s), 0);
    while (spray_sockets_next(&s, &number, START + 1000) == SPRAY_CLOSE) {
        assert_int_not_equal(number, 510);
        closed++;
    }
    assert_int_equal(closed, SPRAY_SOCKETS - 1);
    assert_false(spray_sockets_begin(&s, &to, 900, START + 59999));
    assert_true(spray_sockets_begin(&s, &to, 900, START + 60000));
}

/* The system has no more sockets: what there is has to do. */
static void
test_sockets_fail(void **state)
{
    static struct spray_sockets s;
    struct awl_addr to = addr_at("198.51.100.1:60001");
    int number;

    (void)state;
    assert_true(spray_sockets_begin(&s, &to, 500, START));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(spray_sockets_next(&s, &number, START), SPRAY_OPEN);
        assert_true(i < 2 ? spray_sockets_opened(&s, number, 1)
                          : spray_sockets_failed(&s, number));
        if (i < 2)
            assert_int_equal(spray_sockets_next(&s, &number, START), SPRAY_OPENER);
    }
    assert_int_equal(spray_sockets_next(&s, &number, START + 5000), SPRAY_NOTHING);
    assert_true(spray_sockets_deadline(&s) == NEVER);
    assert_int_equal(spray_sockets_held(&s), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guesses),      cmocka_unit_test(test_rate),
        cmocka_unit_test(test_ranges),       cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_sockets_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
