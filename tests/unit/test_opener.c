#include "addrs.h"

#include "traversal/opener.h"

static void
test_ttl(void **state)
{
    static const struct {
        const char *name;
        const char *hops[OPENER_HOPS]; /* NULL: nothing known at all */
        unsigned to_peer;
        unsigned want;
    } cases[] = {
        {"nothing known", {NULL}, 0, 4},
        {"two NATs", {"10.77.1.1", "100.64.0.1", "198.51.100.1", "-", "-", "-"}, 0, 3},
        {"public at once", {"198.51.100.1", "-", "-", "-", "-", "-"}, 0, 1},
        {"our own address",
         {"192.0.2.1", "10.0.0.1", "198.51.100.1", "-", "-", "-"},
         0,
         3},
        {"long path",
         {"10.77.1.1", "198.51.100.1", "198.51.100.5", "-", "-", "-"},
         12,
         3},
        {"nobody public", {"10.0.0.1", "10.0.1.1", "-", "-", "-", "-"}, 0, 4},
        {"peer near", {NULL}, 6, 3},
        {"peer next door", {NULL}, 2, 1},
        {"peer on the wire", {NULL}, 1, 1},
        {"peer far", {NULL}, 20, 4},
        {"hops against the peer", {"10.0.0.1", "10.0.0.2", "198.51.100.1"}, 5, 2},
    };
    struct awl_addr own = addr_at("192.0.2.1");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct opener_hops hops = {0};
        bool known = cases[i].hops[0] != NULL;
        unsigned got;

        for (size_t k = 0; known && k < OPENER_HOPS && cases[i].hops[k] != NULL; k++)
            hops.offender[k] = addr_at(cases[i].hops[k]);
        got = opener_ttl(known ? &hops : NULL, &own, 1, cases[i].to_peer);
        if (got != cases[i].want)
            fail_msg("%s: got %u, want %u", cases[i].name, got, cases[i].want);
    }
}

static void
test_hops_away(void **state)
{
    static const struct {
        int ttl;
        unsigned want;
    } cases[] = {{64, 1},  {61, 4},   {128, 1}, {113, 16},
                 {255, 1}, {244, 12}, {-1, 0},  {0, 0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(opener_hops_away(cases[i].ttl), cases[i].want);
}

/* A client that fell silent: 25 s apart for 12 h, then 100 s, until hole_ttl. */
static void
test_keepalives(void **state)
{
    struct holes h = {.ttl_s = HOLE_TTL_DEFAULT_S};
    struct awl_addr a = addr_at("198.51.100.1:40001");
    const struct hole *hole;
    uint64_t now = 1000, last = 1000, count = 0;

    (void)state;
    holes_validated(&h, 7, &a, now);
    holes_heard(&h, now);
    assert_null(holes_next(&h, now + 24999));
    while (holes_deadline(&h) != NEVER) {
        uint64_t gap, due = holes_deadline(&h);

        assert_true(due > now || count == 0);
        now = due;
        hole = holes_next(&h, now);
        assert_non_null(hole);
        assert_true(addr_equal(&hole->to, &a));
        assert_int_equal(hole->socket, 7);
        assert_null(holes_next(&h, now));
        gap = now - last;
        if (gap != (now - 1000 < HOLE_FAST_MS ? HOLE_PERIOD_MS : HOLE_SLOW_PERIOD_MS))
            fail_msg("gap %llu ms at %llu s", (unsigned long long)gap,
                     (unsigned long long)now / 1000);
        last = now;
        count++;
    }
    assert_true(now - 1000 >= (HOLE_TTL_DEFAULT_S - 100) * 1000ull);
    assert_int_equal(count, 1727 + (259200 - 43200) / 100);
    assert_int_equal(holes_period_s(&h, 1000), 25);
    assert_int_equal(holes_period_s(&h, 1000 + HOLE_FAST_MS), 100);
    assert_int_equal(holes_period_s(&h, 1000 + 259200000ull), 0);
}

static void
test_last_three(void **state)
{
    struct holes h = {.ttl_s = 1000};
    static const char *const addrs[] = {"198.51.100.1:1", "198.51.100.2:1",
                                        "198.51.100.3:1", "198.51.100.2:1",
                                        "198.51.100.4:1"};
    const struct hole *hole;
    struct awl_addr to;
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(addrs); i++) {
        struct awl_addr a = addr_at(addrs[i]);

        holes_validated(&h, 7, &a, 100);
    }
    holes_heard(&h, 100);
    while ((hole = holes_next(&h, 100 + 25000)) != NULL)
        seen |= 1u << hole->to.ip[3];
    assert_int_equal(seen, 1u << 2 | 1u << 3 | 1u << 4);
    /* Data sent there postpones; that others are heard doesn't. */
    holes_heard(&h, 30000);
    to = addr_at("198.51.100.4:1");
    holes_sent(&h, &to, 50000);
    assert_null(holes_next(&h, 50099));
    seen = 0;
    while ((hole = holes_next(&h, 50100)) != NULL)
        seen |= 1u << hole->to.ip[3];
    assert_int_equal(seen, 1u << 2 | 1u << 3);
    assert_int_equal(holes_deadline(&h), 75000);
    to = addr_at("198.51.100.5:1");
    holes_validated(&h, 8, &to, 50200);
    holes_closed(&h, 7);
    assert_int_equal(holes_deadline(&h), 75200);
    h.ttl_s = 0;
    assert_true(holes_deadline(&h) == NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ttl),
        cmocka_unit_test(test_hops_away),
        cmocka_unit_test(test_keepalives),
        cmocka_unit_test(test_last_three),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
