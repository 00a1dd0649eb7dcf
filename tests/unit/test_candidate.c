#include "addrs.h"

#include "traversal/candidate.h"

static bool
add(struct candidate_set *set, const char *text, enum candidate_kind kind)
{
    struct candidate c = {addr_at(text), kind, CANDIDATE_CLIENT_FIRST};

    return candidate_set_add(set, &c);
}

static void
test_usable(void **state)
{
    static const struct {
        const char *addr;
        bool usable, dialled;
    } cases[] = {
        {"192.0.2.1:60001", true, true},     {"192.0.2.1", false, false},
        {"0.0.0.0:60001", false, false},     {"127.0.0.1:60001", false, true},
        {"224.0.0.1:60001", false, false},   {"255.255.255.255:9", false, false},
        {"169.254.3.4:60001", false, true},  {"[fe80::1]:60001", false, true},
        {"[2001:db8::1]:60001", true, true}, {"[ff02::1]:60001", false, false},
        {"[::1]:60001", false, true},        {"[::]:60001", false, false},
        {"10.1.2.3:60001", true, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct candidate_set set = {0};

        if (add(&set, cases[i].addr, CANDIDATE_HOST) != cases[i].usable)
            fail_msg("%s as a host: want %d", cases[i].addr, cases[i].usable);
        set = (struct candidate_set){0};
        if (add(&set, cases[i].addr, CANDIDATE_DIALLED) != cases[i].dialled)
            fail_msg("%s as dialled: want %d", cases[i].addr, cases[i].dialled);
    }
}

static void
test_order_and_duplicates(void **state)
{
    struct candidate_set set = {0};
    static const char *const want[] = {"198.51.100.1:7", "203.0.113.9:60001",
                                       "192.0.2.1:7", "10.0.0.1:7"};

    (void)state;
    assert_true(add(&set, "10.0.0.1:7", CANDIDATE_HOST));
    assert_true(add(&set, "192.0.2.1:7", CANDIDATE_HOST));
    assert_false(add(&set, "192.0.2.1:7", CANDIDATE_SOON));
    assert_true(add(&set, "203.0.113.9:60001", CANDIDATE_DIALLED));
    assert_true(add(&set, "198.51.100.1:7", CANDIDATE_HOST));
    assert_true(add(&set, "198.51.100.1:7", CANDIDATE_SEEN)); /* better known */
    assert_int_equal(set.count, ARRAY_LEN(want));
    for (size_t i = 0; i < set.count; i++) {
        char buf[ADDR_TEXT_LEN];

        assert_string_equal(addr_port_text(&set.items[i].addr, buf), want[i]);
    }
    /* The same address as dialled is about the other host. */
    assert_true(add(&set, "198.51.100.1:7", CANDIDATE_DIALLED));
    assert_non_null(candidate_set_find(&set, &set.items[0].addr, 1u << CANDIDATE_SEEN));
    assert_null(candidate_set_find(&set, &set.items[0].addr, 1u << CANDIDATE_HOST));
}

static void
test_caps(void **state)
{
    struct candidate_set set = {0};
    char text[32];

    (void)state;
    for (int i = 1; i <= 6; i++) {
        snprintf(text, sizeof text, "10.0.0.%d:7", i);
        assert_int_equal(add(&set, text, CANDIDATE_HOST), i <= 4);
    }
    for (int i = 1; i <= 4; i++) {
        snprintf(text, sizeof text, "203.0.113.%d:7", i);
        assert_int_equal(add(&set, text, CANDIDATE_DIALLED), i <= 3);
    }
    assert_true(add(&set, "198.51.100.1:7", CANDIDATE_SEEN));
    assert_int_equal(set.count, CANDIDATES_MAX);
    assert_true(add(&set, "198.51.100.2:7", CANDIDATE_SEEN)); /* a host gives way */
    assert_false(add(&set, "198.51.100.3:7", CANDIDATE_SOON));
    assert_int_equal(set.count, CANDIDATES_MAX);
    assert_null(candidate_set_find(&set, &(struct awl_addr){.family = AWL_NONE}, ~0u));
}

static void
test_text(void **state)
{
    struct candidate c = {addr_at("[2001:db8::1]:60001"), CANDIDATE_MAPPED,
                          CANDIDATE_SERVER_FIRST};
    char buf[CANDIDATE_TEXT_LEN];

    (void)state;
    assert_string_equal(candidate_text(&c, buf),
                        "[2001:db8::1]:60001 mapped, server first");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable),
        cmocka_unit_test(test_order_and_duplicates),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
