#include "unit.h"

#include "predict/notice.h"

#define T0 1000000u /* when the tests begin */

/* Ticks at T0 + ms and compares the bar with what is wanted ("" for none). */
static void
shows(struct notice *n, uint64_t ms, const char *want)
{
    const char *got;

    notice_tick(n, T0 + ms);
    got = notice_text(n, 200);
    if (strcmp(got ? got : "", want) != 0)
        fail_msg("at %u ms the bar shows \"%s\", want \"%s\"", (unsigned)ms,
                 got ? got : "", want);
    if (notice_deadline(n) <= T0 + ms)
        fail_msg("at %u ms the deadline is %lld ms ahead", (unsigned)ms,
                 (long long)(notice_deadline(n) - T0 - ms));
}

static void
test_first_contact(void **state)
{
    struct notice n;

    (void)state;
    notice_init(&n, 0x1e, T0);
    notice_way(&n, 60001, false);
    shows(&n, 0, "");
    assert_int_equal(notice_deadline(&n), T0 + 250);
    shows(&n, 250,
          "awl: Nothing received from server yet on UDP port 60001. [To quit: Ctrl-^ .]");
    notice_alone(&n);
    shows(&n, 255,
          "awl: No answer on UDP port 60001, nor through ssh. [To quit: Ctrl-^ .]");
    notice_way(&n, 60001, true);
    shows(&n, 260,
          "awl: Nothing received from server yet, via ssh or on UDP port 60001. "
          "[To quit: Ctrl-^ .]");
    notice_link(&n, T0 + 300, NEVER);
    shows(&n, 300, "");
}

static void
test_silence(void **state)
{
    struct notice n;

    (void)state;
    notice_init(&n, 0, T0);
    notice_link(&n, T0, T0);
    shows(&n, 6500, "");
    assert_int_equal(notice_deadline(&n), T0 + 6501);
    shows(&n, 6501, "awl: Last contact 6 seconds ago.");
    assert_int_equal(notice_deadline(&n), T0 + 7000);
    shows(&n, 59999, "awl: Last contact 59 seconds ago.");
    shows(&n, 60000, "awl: Last contact 1:00 ago.");
    assert_int_equal(notice_deadline(&n), T0 + 65000);
    shows(&n, 3661000, "awl: Last contact 1:01:00 ago.");
    assert_int_equal(notice_deadline(&n), T0 + 3720000);
    notice_link(&n, T0 + 3662000, T0 + 3662000);
    shows(&n, 3662000, "awl: Connected again after 1:01:00.");
    shows(&n, 3665999, "awl: Connected again after 1:01:00.");
    shows(&n, 3666000, "");
}

static void
test_reply(void **state)
{
    struct notice n;

    (void)state;
    notice_init(&n, '~', T0);
    notice_link(&n, T0 + 11500, T0);
    shows(&n, 12000, "awl: Last reply 12 seconds ago. [To quit: ~ .]");
    notice_link(&n, T0 + 12500, T0 + 12400);
    shows(&n, 12500, "");
}

static void
test_messages(void **state)
{
    struct notice n;

    (void)state;
    notice_init(&n, 0x1e, T0);
    notice_link(&n, T0, T0);
    notice_say(&n, NOTICE_SEND, "Network is unreachable", T0 + 100);
    shows(&n, 100, "awl: Network is unreachable [To quit: Ctrl-^ .]");
    shows(&n, 3199, "awl: Network is unreachable [To quit: Ctrl-^ .]");
    shows(&n, 3200, "");
    notice_say(&n, NOTICE_SEND, "Network is unreachable", T0 + 4000);
    notice_sent(&n, T0 + 4100);
    shows(&n, 5099, "awl: Network is unreachable [To quit: Ctrl-^ .]");
    shows(&n, 5100, "");
    notice_say(&n, NOTICE_SEND, "Network is unreachable", T0 + 15000);
    shows(&n, 15000,
          "awl: Network is unreachable (15 s without contact.) [To quit: Ctrl-^ .]");
    notice_help(&n, T0 + 15100);
    notice_link(&n, T0 + 15100, T0 + 15100);
    shows(&n, 15100,
          "awl: . quits, Ctrl-Z suspends, p shows the path, r logs in again, ^ types "
          "Ctrl-^.");
    notice_say(&n, NOTICE_QUIT, "Exiting on user request...", T0 + 15200);
    shows(&n, 15200, "awl: Exiting on user request... [To quit: Ctrl-^ .]");
    notice_unsay(&n, NOTICE_QUIT);
    notice_unsay(&n, NOTICE_HELP);
    shows(&n, 20000, "");
}

static void
test_texts_are_cut(void **state)
{
    char text[1000];
    struct notice n;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    notice_init(&n, 0x1e, T0);
    notice_link(&n, T0, T0);
    notice_say(&n, NOTICE_QUIT, text, T0 + 9000);
    notice_tick(&n, T0 + 9000);
    assert_true(strlen(notice_text(&n, 400)) < NOTICE_TEXT_MAX);
    assert_non_null(strstr(notice_text(&n, 400), "[To quit: Ctrl-^ .]"));
}

/* What doesn't fit is cut at its end, and there stands what the user knows best. */
static void
test_hint_goes_first(void **state)
{
    static const struct {
        int cols;
        const char *want;
    } cases[] = {
        {80, "awl: by d\xc3\xa4y [To quit: Ctrl-^ .]"},
        {33, "awl: by d\xc3\xa4y [To quit: Ctrl-^ .]"},
        {32, "awl: by d\xc3\xa4y"},
        {5, "awl: by d\xc3\xa4y"},
    };
    struct notice n;

    (void)state;
    notice_init(&n, 0x1e, T0);
    notice_link(&n, T0, T0);
    notice_say(&n, NOTICE_NOTE, "by d\xc3\xa4y", T0);
    notice_tick(&n, T0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (strcmp(notice_text(&n, cases[i].cols), cases[i].want) != 0)
            fail_msg("%d columns: \"%s\", want \"%s\"", cases[i].cols,
                     notice_text(&n, cases[i].cols), cases[i].want);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_contact), cmocka_unit_test(test_silence),
        cmocka_unit_test(test_reply),         cmocka_unit_test(test_messages),
        cmocka_unit_test(test_texts_are_cut), cmocka_unit_test(test_hint_goes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
