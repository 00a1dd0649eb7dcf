#include "unit.h"

#include "base/addr.h"

static void
test_text_round_trip(void **state)
{
    static const struct {
        const char *in, *out; /* out NULL: refused */
    } cases[] = {
        {"1.2.3.4", "1.2.3.4"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"256.1.1.1", NULL},
        {"1.2.3", NULL},
        {"1.2.3.4.5", NULL},
        {"01.2.3.4", NULL},
        {"1.2.3.4 ", NULL},
        {"", NULL},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:db8::1", "2001:db8::1"},
        {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7", NULL},
        {"1:2:3:4:5:6:7:8:9", NULL},
        {"1::2::3", NULL},
        {":1", NULL},
        {"1:", NULL},
        {"1:::2", NULL},
        {"12345::", NULL},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"fe80::1%3", "fe80::1%3"},
        {"fe80::1%", NULL},
        {"fe80::1%eth0", NULL},
        {"host", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[ADDR_TEXT_LEN];
        struct awl_addr a;
        bool ok = addr_parse(bytes_str(cases[i].in), 7, &a);

        if (ok != (cases[i].out != NULL))
            fail_msg("\"%s\": %s", cases[i].in, ok ? "accepted" : "refused");
        if (!ok)
            continue;
        if (strcmp(addr_text(&a, buf), cases[i].out) != 0)
            fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].in, buf, cases[i].out);
        assert_int_equal(a.port, 7);
    }
}

static void
test_with_port(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"1.2.3.4:60001", "1.2.3.4:60001"},
        {"[2001:db8::1]:9", "[2001:db8::1]:9"},
        {"1.2.3.4", NULL},
        {"1.2.3.4:0", NULL},
        {"1.2.3.4:65536", NULL},
        {"2001:db8::1:9", NULL},
        {"[::1]", NULL},
        {"[::1]:", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[ADDR_TEXT_LEN];
        struct awl_addr a;
        bool ok = addr_parse_port(bytes_str(cases[i].in), &a);

        if (ok != (cases[i].out != NULL))
            fail_msg("\"%s\": %s", cases[i].in, ok ? "accepted" : "refused");
        if (ok && strcmp(addr_port_text(&a, buf), cases[i].out) != 0)
            fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].in, buf, cases[i].out);
    }
}

static void
test_classes(void **state)
{
    static const struct {
        const char *text;
        bool any, loopback, link_local, is_private, multicast;
    } cases[] = {
        {"0.0.0.0", true, false, false, false, false},
        {"127.8.9.1", false, true, false, false, false},
        {"::1", false, true, false, false, false},
        {"10.0.0.1", false, false, false, true, false},
        {"172.31.255.1", false, false, false, true, false},
        {"172.32.0.1", false, false, false, false, false},
        {"100.64.0.1", false, false, false, true, false},
        {"169.254.1.1", false, false, true, false, false},
        {"fe80::1", false, false, true, false, false},
        {"fd00::1", false, false, false, true, false},
        {"203.0.113.7", false, false, false, false, false},
        {"224.0.0.1", false, false, false, false, true},
        {"ff02::1", false, false, false, false, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr a;

        assert_true(addr_parse(bytes_str(cases[i].text), 0, &a));
        if (addr_is_any(&a) != cases[i].any ||
            addr_is_loopback(&a) != cases[i].loopback ||
            addr_is_link_local(&a) != cases[i].link_local ||
            addr_is_private(&a) != cases[i].is_private ||
            addr_is_multicast(&a) != cases[i].multicast)
            fail_msg("%s is put into the wrong class", cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_with_port),
        cmocka_unit_test(test_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
