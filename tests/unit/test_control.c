#include "unit.h"

#include "session/control.h"

static void
test_lines(void **state)
{
    static const struct {
        const char *line, *want; /* NULL: refused */
    } cases[] = {
        {"192.0.2.1 40001", "192.0.2.1:40001"},
        {"192.0.2.1\t40001", "192.0.2.1:40001"},
        {"  192.0.2.1 \t 40001 ", "192.0.2.1:40001"},
        {"2001:db8::1 1", "[2001:db8::1]:1"},
        {"127.0.0.1 9", "127.0.0.1:9"},
        {"192.0.2.1 65535", "192.0.2.1:65535"},
        {"192.0.2.1 0", NULL},
        {"192.0.2.1 65536", NULL},
        {"192.0.2.1 -1", NULL},
        {"192.0.2.1 4 5", NULL},
        {"192.0.2.1", NULL},
        {"192.0.2.1:40001", NULL},
        {"host.example 40001", NULL},
        {"0.0.0.0 40001", NULL},
        {"224.0.0.1 40001", NULL},
        {"255.255.255.255 40001", NULL},
        {"192.0.2.1 40001\r", NULL},
        {"[2001:db8::1] 1", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr to;
        char buf[ADDR_TEXT_LEN];
        bool ok = control_parse(bytes_str(cases[i].line), &to);

        if (ok != (cases[i].want != NULL))
            fail_msg("\"%s\": %s", cases[i].line, ok ? "accepted" : "refused");
        if (ok && strcmp(addr_port_text(&to, buf), cases[i].want) != 0)
            fail_msg("\"%s\": got %s, want %s", cases[i].line, buf, cases[i].want);
    }
}

static void
test_cutting(void **state)
{
    static const char text[] = "192.0.2.1 1\n\n  \nbad line\n192.0.2.2 2\n192.0.2.3 3";

    (void)state;
    for (size_t cut = 0; cut < sizeof text - 1; cut++) {
        struct control c = {0};
        struct awl_addr to;

        control_input(&c, bytes_of(text, cut), 5000);
        control_input(&c, bytes_of(text + cut, sizeof text - 1 - cut), 5000);
        assert_true(control_next(&c, &to));
        assert_int_equal(to.port, 1);
        assert_true(control_next(&c, &to));
        assert_int_equal(to.port, 2);
        assert_false(control_next(&c, &to)); /* the third is not finished */
        control_input(&c, BYTES_LIT("\n"), 5000);
        assert_true(control_next(&c, &to));
        assert_int_equal(to.port, 3);
    }
}

static void
test_long_line(void **state)
{
    struct control c = {0};
    struct awl_addr to;
    char line[CONTROL_LINE_MAX + 2];

    (void)state;
    memset(line, ' ', sizeof line);
    memcpy(line, "192.0.2.1 7", 11);
    line[CONTROL_LINE_MAX] = '\n';
    control_input(&c, bytes_of(line, CONTROL_LINE_MAX + 1), 5000);
    assert_true(control_next(&c, &to));
    line[CONTROL_LINE_MAX] = ' ';
    line[CONTROL_LINE_MAX + 1] = '\n';
    control_input(&c, bytes_of(line, sizeof line), 5000);
    assert_false(control_next(&c, &to));
    control_input(&c, BYTES_LIT("192.0.2.1 8\n"), 5000);
    assert_true(control_next(&c, &to));
    assert_int_equal(to.port, 8);
}

/* Whatever is written, and however it is taken: 48 a second. */
static void
test_ceiling(void **state)
{
    struct control c = {0};
    struct awl_addr to;
    unsigned taken = 0;

    (void)state;
    for (uint64_t now = 5000; now < 15000; now += 10) {
        for (int i = 0; i < 20; i++)
            control_input(&c, BYTES_LIT("192.0.2.1 7\n"), now);
        while (control_next(&c, &to))
            taken++;
    }
    assert_int_equal(taken, 10 * CONTROL_PER_SECOND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_cutting),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
