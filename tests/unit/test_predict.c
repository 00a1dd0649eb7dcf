#include "unit.h"

#include "predict/predict.h"
#include "scribble.h"
#include "terminal/emulate.h"

#define SLOW 100u /* frame interval of a link with 200 ms round trips */
#define FAST 20u

/* A user, a replica and what is shown. */
struct desk {
    struct predict *p;
    struct screen *replica, *shown;
    uint64_t sent, late_ack, now, interval;
};

static struct desk
desk_new(enum awl_predict mode, bool overwrite, uint64_t interval)
{
    return (struct desk){.p = predict_new(mode, overwrite),
                         .replica = screen_new(20, 4),
                         .shown = screen_new(20, 4),
                         .now = 1000000,
                         .interval = interval};
}

static void
desk_free(struct desk *d)
{
    predict_free(d->p);
    screen_free(d->replica);
    screen_free(d->shown);
}

static void
look(struct desk *d)
{
    predict_judge(d->p, d->replica, d->late_ack, d->interval, d->now);
    if (predict_deadline(d->p) <= d->now)
        fail_msg("the deadline is %lld ms ahead",
                 (long long)(predict_deadline(d->p) - d->now));
    screen_free(d->shown);
    d->shown = screen_copy(d->replica);
    predict_apply(d->p, d->shown);
}

/* The user types; the keys leave in the next client state. */
static void
type(struct desk *d, const char *keys)
{
    predict_judge(d->p, d->replica, d->late_ack, d->interval, d->now);
    predict_keys(d->p, bytes_str(keys), d->shown, d->sent, d->now);
    d->sent++;
    look(d);
}

/* The server has had all that was typed, and wrote this. */
static void
answer(struct desk *d, uint64_t after_ms, const char *output)
{
    d->now += after_ms;
    emulator_replay(d->replica, bytes_str(output));
    d->late_ack = d->sent;
    look(d);
}

static const char *
row_text(const struct screen *s, int y)
{
    static struct buffer b = {.max = 0};

    buffer_clear(&b);
    for (int x = 0; x < s->cols; x++) {
        if (x > 0 && screen_row(s, y)->cells[x - 1].wide)
            continue;
        if (screen_row(s, y)->cells[x].pen.underline)
            buffer_put_str(&b, "_");
        if (cell_is_erased(screen_row(s, y)->cells[x]))
            buffer_put_str(&b, " ");
        else
            cell_utf8(screen_row(s, y), x, &b);
    }
    while (b.len && b.data[b.len - 1] == ' ')
        b.len--;
    return buffer_str(&b);
}

/* `_` stands before what is underlined. */
static void
check_shown(const struct desk *d, int line, int y, const char *text, int cx, int cy)
{
    if (strcmp(row_text(d->shown, y), text) != 0 || d->shown->x != cx ||
        d->shown->y != cy)
        fail_msg("line %d: \"%s\" with the cursor at %d,%d; want \"%s\" and %d,%d", line,
                 row_text(d->shown, y), d->shown->x, d->shown->y, text, cx, cy);
}

#define assert_shown(d, row, text, cx, cy) check_shown(d, __LINE__, row, text, cx, cy)

static void
test_typing(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ADAPTIVE, false, 70);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "a"); /* nothing is known about this program yet */
    assert_shown(&d, 0, "$", 2, 0);
    type(&d, "b");
    assert_shown(&d, 0, "$", 2, 0);
    answer(&d, 150, "ab");
    assert_shown(&d, 0, "$ ab", 4, 0);
    type(&d, "c");
    assert_shown(&d, 0, "$ abc", 5, 0);
    type(&d, "\xc3\xa9");
    assert_shown(&d, 0, "$ abc\xc3\xa9", 6, 0);
    type(&d, "\x7f");
    assert_shown(&d, 0, "$ abc", 5, 0);
    type(&d, "\033OD\033[D");
    assert_shown(&d, 0, "$ abc", 3, 0);
    type(&d, "x"); /* pushes bc */
    assert_shown(&d, 0, "$ axbc", 4, 0);
    answer(&d, 150, "c\xc3\xa9\b \b\b\bxbc\b\b");
    assert_shown(&d, 0, "$ axbc", 4, 0);
    /* Enter: hidden until the next line is seen to echo */
    type(&d, "\r");
    assert_shown(&d, 0, "$ axbc", 4, 0);
    answer(&d, 150, "\r\n$ ");
    type(&d, "q");
    assert_shown(&d, 1, "$", 2, 1);
    answer(&d, 150, "q");
    type(&d, "r");
    assert_shown(&d, 1, "$ qr", 4, 1);
    desk_free(&d);
}

static void
test_marks(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ADAPTIVE, false, SLOW);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "a");
    answer(&d, 200, "a");
    type(&d, "b");
    assert_shown(&d, 0, "$ a_b", 4, 0);
    answer(&d, 200, "b");
    assert_shown(&d, 0, "$ ab", 4, 0);
    desk_free(&d);
}

static void
test_password(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, SLOW);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "su");
    answer(&d, 200, "su");
    type(&d, "\r");
    answer(&d, 200, "\r\nPassword: ");
    for (const char *c = "secret"; *c; c++) {
        char key[2] = {*c, '\0'};

        type(&d, key);
        assert_shown(&d, 1, "Password:", 10, 1);
        answer(&d, 200, "");
        assert_shown(&d, 1, "Password:", 10, 1);
    }
    desk_free(&d);
}

/* Seeing what was there anyway proves nothing. */
static void
test_no_credit(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, true, SLOW);

    (void)state;
    answer(&d, 0, "aaaa\r");
    type(&d, "a");
    answer(&d, 200, "\033[C");
    type(&d, "b");
    assert_shown(&d, 0, "aaaa", 1, 0);
    answer(&d, 200, "b");
    type(&d, "c");
    assert_shown(&d, 0, "ab_ca", 3, 0);
    desk_free(&d);
}

static void
test_wrong(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, 70);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "bcd");
    assert_shown(&d, 0, "$ abcd", 6, 0);
    answer(&d, 150, "\033[2J\033[Hmenu");
    assert_shown(&d, 0, "menu", 4, 0);
    type(&d, "e"); /* trust is gone */
    assert_shown(&d, 0, "menu", 4, 0);
    desk_free(&d);
}

static void
test_edges(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, 70);

    (void)state;
    answer(&d, 0, "\033[3;17H");
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "b");
    type(&d, "c"); /* in the last column but one */
    assert_shown(&d, 2, "                abc", 19, 2);
    type(&d, "d"); /* in the last: nobody knows */
    type(&d, "e");
    assert_shown(&d, 2, "                abc", 19, 2);
    answer(&d, 150, "bcde");
    assert_shown(&d, 2, "                abcd", 1, 3);
    assert_shown(&d, 3, "e", 1, 3);
    desk_free(&d);

    d = desk_new(AWL_PREDICT_ALWAYS, false, 70);
    answer(&d, 0, "a");
    type(&d, "b");
    answer(&d, 150, "b");
    type(&d, "\x7f\x7f\x7f\033[D");
    assert_shown(&d, 0, "", 0, 0);
    answer(&d, 150, "\b \b\b \b");
    assert_shown(&d, 0, "", 0, 0);
    desk_free(&d);
}

static void
test_wide(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, 70);

    (void)state;
    answer(&d, 0, "漢字\r\033[C\033[C");
    assert_shown(&d, 0, "漢字", 2, 0);
    type(&d, "a");
    answer(&d, 150, "a字\b\b");
    assert_shown(&d, 0, "漢a字", 3, 0);
    type(&d, "b"); /* pushes the wide one as a whole */
    assert_shown(&d, 0, "漢ab字", 4, 0);
    type(&d, "漢"); /* not predicted */
    assert_shown(&d, 0, "漢ab字", 4, 0);
    answer(&d, 150, "b漢字\b\b");
    assert_shown(&d, 0, "漢ab漢字", 6, 0);
    desk_free(&d);
}

static void
test_quick_link(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ADAPTIVE, false, FAST);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "a");
    answer(&d, 30, "a");
    type(&d, "b");
    assert_shown(&d, 0, "$ a", 3, 0);
    /* the link stalls: after a quarter of a second guesses are shown, after five marked
     */
    assert_int_equal(predict_deadline(d.p), d.now + 250);
    d.now += 250;
    look(&d);
    assert_shown(&d, 0, "$ ab", 4, 0);
    assert_int_equal(predict_deadline(d.p), d.now + 4750);
    d.now += 4750;
    look(&d);
    assert_shown(&d, 0, "$ a_b", 4, 0);
    assert_true(predict_deadline(d.p) == NEVER);
    answer(&d, 10, "b");
    /* ten quick confirmations, and the marks go; ten more, and nothing is shown */
    answer(&d, 0, "\r$ \033[K");
    for (int i = 0; i < 20; i++) {
        type(&d, "c");
        if (i < 10)
            assert_true(strchr(row_text(d.shown, 0), '_') != NULL);
        else
            assert_string_equal(row_text(d.shown, 0), "$ c");
        answer(&d, 200, "c");
        d.now += 200;
        answer(&d, 0, "\r$ \033[K");
    }
    type(&d, "c");
    assert_shown(&d, 0, "$", 2, 0);
    desk_free(&d);
}

static void
test_modes(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_NEVER, false, SLOW);

    (void)state;
    type(&d, "a");
    answer(&d, 200, "a");
    type(&d, "b");
    assert_shown(&d, 0, "a", 1, 0);
    assert_true(predict_deadline(d.p) == NEVER);
    desk_free(&d);

    d = desk_new(AWL_PREDICT_EXPERIMENTAL, false, 70);
    type(&d, "ab");
    assert_shown(&d, 0, "ab", 2, 0);
    answer(&d, 150, "a");
    assert_shown(&d, 0, "a", 1, 0);
    desk_free(&d);

    d = desk_new(AWL_PREDICT_ALWAYS, true, 70); /* overwriting */
    answer(&d, 0, "xyz\r");
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "b");
    assert_shown(&d, 0, "abz", 2, 0);
    type(&d, "\x7f");
    assert_shown(&d, 0, "a z", 1, 0);
    desk_free(&d);
}

static void
test_bulk_and_resize(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, 70);
    char paste[PREDICT_BULK + 2];

    (void)state;
    memset(paste, 'x', sizeof(paste) - 1);
    paste[sizeof(paste) - 1] = '\0';
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "b");
    type(&d, paste);
    assert_shown(&d, 0, "a", 1, 0);
    answer(&d, 150, "\033[2J\033[H");
    type(&d, "c");
    answer(&d, 150, "c");
    type(&d, "d");
    assert_shown(&d, 0, "cd", 2, 0);
    screen_resize(d.replica, 10, 3);
    look(&d);
    assert_shown(&d, 0, "c", 1, 0);
    desk_free(&d);
}

/* Whatever is typed and shown: when everything is answered, the replica is shown. */
static void
test_ends_in_truth(void **state)
{
    static const enum awl_predict modes[] = {AWL_PREDICT_ADAPTIVE, AWL_PREDICT_ALWAYS,
                                             AWL_PREDICT_EXPERIMENTAL};
    static const char *const keys[] = {"a",      "b",      " ",    "\x7f", "\r",
                                       "\033[D", "\033OC", "\033", "O",    "\t",
                                       "漢",     "\xc3",   "\xa9", "xyz"};

    (void)state;
    for (uint64_t n = 1; n <= 200; n++) {
        struct rng_seeded seed = {n};
        struct desk d = desk_new(modes[n % 3], n & 8, n & 16 ? SLOW : FAST);

        for (int i = 0; i < 120; i++) {
            struct buffer out = {.max = 0};

            type(&d, keys[scribble_below(&seed, ARRAY_LEN(keys))]);
            if (scribble_below(&seed, 3) == 0)
                scribble(&out, &seed, d.replica->cols, d.replica->rows, 2);
            emulator_replay(d.replica, buffer_bytes(&out));
            buffer_free(&out);
            if (scribble_below(&seed, 50) == 0)
                screen_resize(d.replica, 2 + (int)scribble_below(&seed, 20),
                              1 + (int)scribble_below(&seed, 5));
            d.now += scribble_below(&seed, 300);
            if (scribble_below(&seed, 4) == 0)
                d.late_ack = d.sent - scribble_below(&seed, 2);
            look(&d);
            screen_free(screen_copy(d.shown));
        }
        answer(&d, 200, "");
        if (!screen_equal(d.shown, d.replica))
            fail_msg("seed %u: guesses are left over", (unsigned)n);
        desk_free(&d);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing),        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_password),      cmocka_unit_test(test_no_credit),
        cmocka_unit_test(test_wrong),         cmocka_unit_test(test_edges),
        cmocka_unit_test(test_wide),          cmocka_unit_test(test_quick_link),
        cmocka_unit_test(test_modes),         cmocka_unit_test(test_bulk_and_resize),
        cmocka_unit_test(test_ends_in_truth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
