#include "unit.h"

#include "session/dial.h"

static struct dial
dial_of(bool can, enum awl_repunch mode, struct rng_seeded *seed)
{
    struct dial d;

    *seed = (struct rng_seeded){7};
    dial_init(&d, can, mode, false, (struct rng){rng_seeded_fill, seed}, (struct log){0});
    return d;
}

/* The outputs at that time as letters: S start, I interactive start, H hang up, A ask. */
static const char *
drain(struct dial *d, uint64_t now)
{
    static char text[16];
    struct dial_output o;
    size_t n = 0;

    dial_tick(d, now);
    while (dial_next(d, &o, now))
        text[n++] = "SHA"[o.kind] + (o.interactive ? 'I' - 'S' : 0);
    text[n] = '\0';
    assert_true(dial_deadline(d) > now);
    return text;
}

static void
test_at_once_and_back_off(void **state)
{
    static const uint64_t wait[] = {2000, 5000, 15000, 60000, 60000, 60000};
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);
    uint64_t now = 5000;

    (void)state;
    assert_string_equal(drain(&d, now), "");
    dial_want(&d, false, 40, now);
    assert_string_equal(drain(&d, now), "S");
    dial_want(&d, false, 40, now);
    assert_string_equal(drain(&d, now), ""); /* one in flight */
    for (size_t i = 0; i < ARRAY_LEN(wait); i++) {
        uint64_t gap;

        dial_down(&d, false, now + 100);
        assert_string_equal(drain(&d, now + 100), "");
        gap = dial_deadline(&d) - now;
        if (gap < wait[i] || gap > wait[i] + wait[i] / 4)
            fail_msg("failure %zu: %llu ms, want %llu to a quarter more", i + 1,
                     (unsigned long long)gap, (unsigned long long)wait[i]);
        now = dial_deadline(&d);
        assert_string_equal(drain(&d, now), "S");
    }
    dial_up(&d, now + 500);
    assert_string_equal(drain(&d, now + 500), "");
    assert_true(dial_deadline(&d) == NEVER);
}

static void
test_open_server_first(void **state)
{
    static const struct {
        uint32_t rtt;
        uint64_t at;
    } cases[] = {{0, 5250}, {40, 5250}, {400, 5800}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rng_seeded seed;
        struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);

        dial_want(&d, true, cases[i].rtt, 5000);
        assert_int_equal(dial_deadline(&d), cases[i].at);
        dial_unwant(&d, 5100); /* it answered */
        assert_string_equal(drain(&d, cases[i].at), "");
    }
}

static void
test_answered_meanwhile(void **state)
{
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);

    (void)state;
    dial_want(&d, false, 40, 5000);
    assert_string_equal(drain(&d, 5000), "S");
    dial_unwant(&d, 5040);
    assert_string_equal(drain(&d, 5040), "H");
    dial_want(&d, false, 40, 5050); /* never closer than a second */
    assert_string_equal(drain(&d, 5050), "");
    assert_string_equal(drain(&d, 6000), "S");
}

static void
test_credentials(void **state)
{
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);

    (void)state;
    dial_want(&d, false, 40, 5000);
    assert_string_equal(drain(&d, 5000), "S");
    dial_down(&d, true, 5500);
    assert_string_equal(drain(&d, 5500), "A"); /* and never again unasked */
    assert_true(dial_deadline(&d) == NEVER);
    dial_want(&d, false, 40, 90000);
    assert_string_equal(drain(&d, 90000), "");
    dial_user(&d, 91000);
    assert_string_equal(drain(&d, 91000), "I");
    dial_up(&d, 99000);
    dial_down(&d, false, 200000);
    dial_want(&d, false, 40, 200000);
    assert_string_equal(drain(&d, 200000), "A");
}

/* A touch that nobody gives. */
static void
test_hanging_login(void **state)
{
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);

    (void)state;
    dial_want(&d, false, 40, 5000);
    assert_string_equal(drain(&d, 5000), "S");
    assert_int_equal(dial_deadline(&d), 5000 + DIAL_LOGIN_MAX_MS);
    assert_string_equal(drain(&d, 5000 + DIAL_LOGIN_MAX_MS), "HA");
    dial_user(&d, 50000);
    assert_string_equal(drain(&d, 50000), "I");
    assert_string_equal(drain(&d, 500000), ""); /* the user may take long */
}

static void
test_network(void **state)
{
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);

    (void)state;
    dial_network(&d, false, true, 5000);
    dial_want(&d, false, 40, 5000);
    assert_string_equal(drain(&d, 5000), "");
    assert_true(dial_deadline(&d) == NEVER);
    dial_network(&d, true, true, 9000);
    assert_string_equal(drain(&d, 9000), "S");
    dial_network(&d, true, true, 9300); /* the rest of the same change */
    assert_string_equal(drain(&d, 9300), "");
    dial_network(&d, true, false, 11000); /* one more link-local address */
    assert_string_equal(drain(&d, 11000), "");
    dial_network(&d, true, true, 12000); /* another one: that login hangs */
    assert_string_equal(drain(&d, 12000), "HS");
}

static void
test_modes(void **state)
{
    static const struct {
        bool can;
        enum awl_repunch mode;
        const char *want, *user;
    } cases[] = {
        {true, AWL_REPUNCH_AUTO, "S", "HI"},
        {true, AWL_REPUNCH_ASK, "A", "I"},
        {true, AWL_REPUNCH_NEVER, "", "I"},
        {false, AWL_REPUNCH_AUTO, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rng_seeded seed;
        struct dial d = dial_of(cases[i].can, cases[i].mode, &seed);

        dial_want(&d, false, 40, 5000);
        assert_string_equal(drain(&d, 5000), cases[i].want);
        dial_user(&d, 5100);
        assert_string_equal(drain(&d, 5100), cases[i].user);
    }
}

/* However it goes wrong: logs and fail2ban count logins. */
static void
test_ceiling(void **state)
{
    struct rng_seeded seed;
    struct dial d = dial_of(true, AWL_REPUNCH_AUTO, &seed);
    unsigned starts = 0;

    (void)state;
    for (uint64_t now = 5000; now < 605000; now += 50) {
        struct dial_output o;

        dial_want(&d, false, 40, now);
        dial_tick(&d, now);
        while (dial_next(&d, &o, now))
            if (o.kind == DIAL_START) {
                starts++;
                dial_up(&d, now); /* comes up, and is dead at once */
                dial_closed(&d, true, now);
            }
    }
    if (starts > 16)
        fail_msg("%u logins in ten minutes", starts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once_and_back_off),
        cmocka_unit_test(test_open_server_first),
        cmocka_unit_test(test_answered_meanwhile),
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_hanging_login),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
