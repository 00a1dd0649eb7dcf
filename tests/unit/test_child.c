#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/deadline.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/ifaddrs.h"
#include "platform/loop.h"
#include "platform/netwatch.h"
#include "platform/resolve.h"
#include "platform/terminfo.h"

#define PATIENCE_MS 20000u

static struct loop *loop;

static int
set_up(void **state)
{
    (void)state;
    loop = loop_new();
    loop_catch(loop, SIGCHLD);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void
test_pipes_and_status(void **state)
{
    char *argv[] = {"sh", "-c", "read x; echo \"got $x\"; echo oops >&2; exit 3", NULL};
    struct child c;
    uint64_t end = clock_now() + PATIENCE_MS;
    char out[64] = "", err[64] = "";

    (void)state;
    assert_int_equal(child_start(&c, argv, CHILD_IN | CHILD_OUT | CHILD_ERR), 0);
    assert_int_equal(write(c.in, "word\n", 5), 5);
    while (!child_ended(&c) && clock_now() < end)
        loop_wait(loop, clock_now() + 1000);
    assert_true(read(c.out, out, sizeof(out) - 1) > 0);
    assert_true(read(c.err, err, sizeof(err) - 1) > 0);
    assert_string_equal(out, "got word\n");
    assert_string_equal(err, "oops\n");
    assert_int_equal(c.status, 3);
    assert_int_equal(c.signal, 0);
    child_end(&c, 0);
}

static void
test_no_such_program(void **state)
{
    char *argv[] = {"/nowhere/at/all", NULL};
    struct child c;

    (void)state;
    assert_int_equal(child_start(&c, argv, CHILD_OUT), ENOENT);
    assert_int_equal(c.pid, 0);
    assert_int_equal(c.out, -1);
}

static void
test_end_is_final(void **state)
{
    char *argv[] = {"sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done", NULL};
    struct child c;
    char out[8];

    (void)state;
    assert_int_equal(child_start(&c, argv, CHILD_OUT | CHILD_SESSION), 0);
    loop_want(loop, c.out, LOOP_READ);
    loop_wait(loop, clock_now() + PATIENCE_MS);
    assert_int_equal(loop_got(loop, c.out), LOOP_READ);
    assert_true(read(c.out, out, sizeof(out)) > 0);
    child_end(&c, 50);
    assert_int_equal(c.pid, 0);
    assert_int_equal(c.signal, SIGKILL);
}

static void
test_signals_are_ordinary_in_children(void **state)
{
    char *argv[] = {"sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status", NULL};
    struct child c;
    uint64_t end = clock_now() + PATIENCE_MS;
    unsigned long long blocked = 0, ignored = 0;
    char out[256] = "";

    (void)state;
    assert_int_equal(child_start(&c, argv, CHILD_OUT), 0);
    while (!child_ended(&c) && clock_now() < end)
        loop_wait(loop, clock_now() + 1000);
    if (read(c.out, out, sizeof(out) - 1) <= 0 ||
        sscanf(out, "SigBlk: %llx SigIgn: %llx", &blocked, &ignored) != 2)
        skip(); /* no /proc here */
    assert_int_equal(blocked & (1ull << (SIGCHLD - 1)), 0);
    assert_int_equal(ignored & (1ull << (SIGPIPE - 1)), 0);
    child_end(&c, 0);
}

static void
test_loop_signals_and_deadline(void **state)
{
    uint64_t before = clock_now();

    (void)state;
    loop_catch(loop, SIGUSR1);
    assert_false(loop_signalled(loop, SIGUSR1));
    raise(SIGUSR1); /* blocked: held until the wait */
    assert_false(loop_signalled(loop, SIGUSR1));
    loop_wait(loop, before + PATIENCE_MS);
    assert_true(loop_signalled(loop, SIGUSR1));
    assert_false(loop_signalled(loop, SIGUSR1));
    loop_wait(loop, before + 20);
    assert_true(clock_now() >= before + 20);
    assert_true(clock_now() < before + PATIENCE_MS);
    loop_wait(loop, 0); /* in the past: only a look */
}

static void
test_resolve_numbers(void **state)
{
    static const struct {
        const char *name, *addr; /* addr NULL: fails */
    } cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8::7", "2001:db8::7"},
        {"localhost", "127.0.0.1"},
        {"no such name at all", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resolve r;
        bool found = false;
        uint64_t end = clock_now() + PATIENCE_MS;

        assert_int_equal(resolve_start(&r, cases[i].name, AWL_NONE, clock_now()), 0);
        while (!resolve_done(&r, clock_now()) && clock_now() < end) {
            loop_want(loop, r.child.out, LOOP_READ);
            loop_wait(loop, clock_now() + 1000);
        }
        for (size_t n = 0; n < r.count; n++) {
            char text[ADDR_TEXT_LEN];

            found = found || strcmp(addr_text(&r.addr[n], text),
                                    cases[i].addr != NULL ? cases[i].addr : "") == 0;
        }
        if (found != (cases[i].addr != NULL) || (r.error[0] != '\0') == found)
            fail_msg("%s: %zu addresses, error \"%s\"", cases[i].name, r.count, r.error);
        resolve_free(&r);
    }
}

static void
test_own_addresses(void **state)
{
    struct awl_addr own[AWL_ADDRS_MAX];
    size_t count = ifaddrs_read(own);

    (void)state;
    assert_true(count <= AWL_ADDRS_MAX);
    for (size_t i = 0; i < count; i++)
        assert_false(addr_is_loopback(&own[i]));
}

static void
test_netwatch_is_quiet(void **state)
{
    struct netwatch *w = netwatch_new();

    (void)state;
    netwatch_want(w, loop);
    loop_wait(loop, 0);
    assert_false(netwatch_changed(w, loop, clock_now()));
    assert_true(netwatch_deadline(w) == NEVER);
    netwatch_free(w);
}

static void
test_terminfo(void **state)
{
    struct terminfo t;
    char error[200] = "";

    (void)state;
    assert_true(terminfo_read("xterm-256color", &t, error, sizeof(error)));
    assert_int_equal(t.colors, 256);
    assert_true(t.ech && t.bce && t.title);
    assert_string_equal(t.smcup, "\033[?1049h\033[22;0;0t");
    assert_null(terminfo_caps(&t, false).smcup);
    assert_true(terminfo_read("vt100", &t, error, sizeof(error)));
    assert_int_equal(t.colors, -1);
    assert_false(t.title);
    assert_false(terminfo_read("nothing-like-it", &t, error, sizeof(error)));
    assert_non_null(strstr(error, "nothing-like-it"));
    assert_non_null(strstr(error, "TERM=xterm-256color"));
    assert_false(terminfo_read(NULL, &t, error, sizeof(error)));
    assert_non_null(strstr(error, "not set"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pipes_and_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_such_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_is_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals_are_ordinary_in_children, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_loop_signals_and_deadline, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_resolve_numbers, set_up, tear_down),
        cmocka_unit_test(test_own_addresses),
        cmocka_unit_test_setup_teardown(test_netwatch_is_quiet, set_up, tear_down),
        cmocka_unit_test(test_terminfo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
