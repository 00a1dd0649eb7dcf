#include "unit.h"

#include "predict/predict.h"
#include "scribble.h"
#include "terminal/emulate.h"

#define SLOW 400u /* round trips in ms */
#define MID  140u
#define FAST 40u

/* A user, a replica and what is shown. */
struct desk {
    struct predict *p;
    struct screen *replica, *shown;
    uint64_t sent, late_ack, now;
    uint32_t rtt;
    struct tty_mode tty;
};

static struct desk
desk_new(enum awl_predict mode, bool overwrite, uint32_t rtt)
{
    return (struct desk){.p = predict_new(mode, overwrite),
                         .replica = screen_new(20, 4),
                         .shown = screen_new(20, 4),
                         .now = 1000000,
                         .rtt = rtt};
}

static void
desk_free(struct desk *d)
{
    predict_free(d->p);
    screen_free(d->replica);
    screen_free(d->shown);
}

static void
judge(struct desk *d)
{
    struct predict_link link = {d->late_ack, d->rtt, d->tty};

    predict_judge(d->p, d->replica, &link, d->now);
}

static void
look(struct desk *d)
{
    judge(d);
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
    judge(d);
    predict_keys(d->p, bytes_str(keys), d->replica, d->sent, d->now);
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

/* Until nothing is waited for. */
static void
calm(struct desk *d)
{
    for (int i = 0; i < 50 && predict_deadline(d->p) != NEVER; i++) {
        d->now = predict_deadline(d->p);
        look(d);
    }
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
    struct desk d = desk_new(AWL_PREDICT_ADAPTIVE, false, MID);

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
    /* Enter: hidden until the prompt is there, which is known to echo */
    type(&d, "\r");
    assert_shown(&d, 0, "$ axbc", 4, 0);
    type(&d, "q");
    assert_shown(&d, 0, "$ axbc", 4, 0);
    d.sent--; /* q is still under way */
    answer(&d, 150, "\r\n$ ");
    d.sent++;
    assert_shown(&d, 1, "$ q", 3, 1);
    type(&d, "r");
    assert_shown(&d, 1, "$ qr", 4, 1);
    answer(&d, 150, "qr");
    /* another kind of prompt has its own proof to give */
    type(&d, "\r");
    answer(&d, 150, "\r\nmore> ");
    type(&d, "s");
    assert_shown(&d, 2, "more>", 6, 2);
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

/* A server that tells is believed: also where the prompt was seen to echo, and whatever
 * the user asked for. */
static void
test_echo_off(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_EXPERIMENTAL, false, SLOW);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "a");
    assert_shown(&d, 0, "$ _a", 3, 0);
    answer(&d, 200, "a");
    type(&d, "\r");
    d.tty = (struct tty_mode){.known = true, .canonical = true};
    answer(&d, 200, "\r\n$ ");
    type(&d, "secret");
    assert_shown(&d, 1, "$", 2, 1);
    desk_free(&d);
}

/* Where the kernel echoes nothing needs a proof, once that has lasted. */
static void
test_kernel_echo(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

    (void)state;
    d.tty = (struct tty_mode){.known = true, .canonical = true, .echo = true};
    answer(&d, 0, "");
    type(&d, "a");
    assert_shown(&d, 0, "", 0, 0);
    type(&d, "\r");
    answer(&d, 600, "a\r\n");
    type(&d, "b");
    assert_shown(&d, 1, "b", 1, 1);
    answer(&d, 150, "b");
    desk_free(&d);

    d = desk_new(AWL_PREDICT_ALWAYS, false, MID);
    d.tty = (struct tty_mode){
        .known = true, .canonical = true, .echo = true, .program = TTY_PROGRAM_SECRET};
    answer(&d, 0, "");
    d.now += 600;
    type(&d, "b"); /* this one may be about to ask */
    assert_shown(&d, 0, "", 0, 0);
    desk_free(&d);
}

/* What stands behind the cursor unasked is not pushed. */
static void
test_suggestion(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "e");
    answer(&d, 150, "echo one\033[7D");
    type(&d, "c");
    assert_shown(&d, 0, "$ echo one", 4, 0);
    type(&d, "a");
    assert_shown(&d, 0, "$ ecao one", 5, 0);
    answer(&d, 150, "ca\033[K");
    type(&d, "\033[Dx"); /* but what was typed is */
    assert_shown(&d, 0, "$ ecxa", 5, 0);
    desk_free(&d);
}

/* Keys of line editors are believed when they have done twice what was expected. */
static void
test_edits(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "ab cd");
    answer(&d, 150, "ab cd");
    for (int i = 0; i < 2; i++) {
        type(&d, "\001");
        assert_shown(&d, 0, "$ ab cd", 7, 0);
        answer(&d, 150, "\r\033[2C");
        type(&d, "\005");
        assert_shown(&d, 0, "$ ab cd", 2, 0);
        answer(&d, 150, "\033[5C");
        type(&d, "\027x");
        assert_shown(&d, 0, "$ ab cd", 7, 0);
        answer(&d, 150, "\b\b\033[Kx");
        type(&d, "\x7f"
                 "cd");
        answer(&d, 150, "\bcd");
    }
    type(&d, "\001");
    assert_shown(&d, 0, "$ ab cd", 2, 0);
    type(&d, "x");
    assert_shown(&d, 0, "$ xab cd", 3, 0);
    type(&d, "\033[F");
    assert_shown(&d, 0, "$ xab cd", 8, 0);
    answer(&d, 150, "\r$ xab cd");
    assert_shown(&d, 0, "$ xab cd", 8, 0);
    desk_free(&d);

    d = desk_new(AWL_PREDICT_ALWAYS, false, MID);
    d.tty = (struct tty_mode){
        .known = true, .canonical = true, .echo = true, .kill = 0x15, .word_erase = 0x17};
    answer(&d, 0, "");
    d.now += 600;
    type(&d, "ab cd");
    assert_shown(&d, 0, "ab cd", 5, 0);
    type(&d, "\027"); /* the kernel does what it said it would */
    assert_shown(&d, 0, "ab", 3, 0);
    type(&d, "\025e");
    assert_shown(&d, 0, "e", 1, 0);
    type(&d, "\033[Df"); /* it echoes arrows */
    assert_shown(&d, 0, "e", 1, 0);
    desk_free(&d);
}

/* The screen scrolls under a line that is being typed. */
static void
test_scroll(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

    (void)state;
    answer(&d, 0, "\033[4;1H$ ");
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "bc");
    assert_shown(&d, 3, "$ abc", 5, 3);
    emulator_replay(d.replica, bytes_str("\r\033[Kjob done\r\n$ a"));
    look(&d);
    assert_shown(&d, 2, "job done", 5, 3);
    assert_shown(&d, 3, "$ abc", 5, 3);
    emulator_replay(d.replica, bytes_str("\033[2J\033[H$ a"));
    look(&d);
    assert_shown(&d, 0, "$ abc", 5, 0);
    answer(&d, 150, "bc");
    assert_shown(&d, 0, "$ abc", 5, 0);
    desk_free(&d);
}

/* Reports that nobody typed change nothing; a paste shows when it is answered. */
static void
test_not_typed(void **state)
{
    static const char *const reports[] = {
        "\033[M !!",     "\033[<0;3;4M", "\033[<0;3;4m", "\033[I",
        "\033[O",        "\033[12;40R",  "\033[?62;22c", "\033]11;rgb:0/0/0\033\\",
        "\033[?2026;2$y"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
        struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

        answer(&d, 0, "$ ");
        type(&d, "a");
        answer(&d, 150, "a");
        type(&d, "b");
        type(&d, reports[i]);
        type(&d, "c");
        if (strcmp(row_text(d.shown, 0), "$ abc") != 0)
            fail_msg("report %u: \"%s\"", (unsigned)i, row_text(d.shown, 0));
        type(&d, "\033[200~xyz\033[201~");
        assert_shown(&d, 0, "$ abc", 5, 0);
        desk_free(&d);
    }
}

/* Keys may mean something else after ESC; what proves wrong costs its line's trust. */
static void
test_distrust(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);
    struct predict_counts n;

    (void)state;
    answer(&d, 0, "$ ");
    type(&d, "ab");
    answer(&d, 150, "ab");
    type(&d, "\033");
    answer(&d, 150, "");
    type(&d, "x");
    assert_shown(&d, 0, "$ ab", 4, 0);
    answer(&d, 150, "\b\033[K");
    type(&d, "\r");
    answer(&d, 150, "\r\n$ ");
    calm(&d);
    type(&d, "c");
    assert_shown(&d, 1, "$ c", 3, 1);
    answer(&d, 150, "");
    calm(&d);
    assert_shown(&d, 1, "$", 2, 1);
    type(&d, "d");
    assert_shown(&d, 1, "$", 2, 1);
    n = predict_counts(d.p);
    assert_int_equal(n.wrong, 1);
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
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

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
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

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

    d = desk_new(AWL_PREDICT_ALWAYS, false, MID);
    answer(&d, 0, "a");
    type(&d, "b");
    answer(&d, 150, "b");
    type(&d, "\x7f\x7f\x7f\033[D"); /* what stood there isn't the user's */
    assert_shown(&d, 0, "a", 1, 0);
    answer(&d, 150, "\b \b\b \b");
    assert_shown(&d, 0, "", 0, 0);
    desk_free(&d);
}

static void
test_wide(void **state)
{
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);

    (void)state;
    answer(&d, 0, "> ");
    type(&d, "a");
    answer(&d, 150, "a");
    type(&d, "漢字");
    assert_shown(&d, 0, "> a漢字", 7, 0);
    type(&d, "\033[D");
    assert_shown(&d, 0, "> a漢字", 5, 0);
    type(&d, "b"); /* pushes the wide one as a whole */
    assert_shown(&d, 0, "> a漢b字", 6, 0);
    type(&d, "\x7f\x7f");
    assert_shown(&d, 0, "> a字", 3, 0);
    type(&d, "e\xcc\x81"); /* a combining mark joins */
    assert_shown(&d, 0, "> ae\xcc\x81字", 4, 0);
    answer(&d, 150, "e\xcc\x81字\033[K\b\b");
    assert_shown(&d, 0, "> ae\xcc\x81字", 4, 0);
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

    d = desk_new(AWL_PREDICT_EXPERIMENTAL, false, MID);
    type(&d, "ab");
    assert_shown(&d, 0, "ab", 2, 0);
    answer(&d, 150, "a");
    calm(&d);
    assert_shown(&d, 0, "a", 1, 0);
    desk_free(&d);

    d = desk_new(AWL_PREDICT_ALWAYS, true, MID); /* overwriting */
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
    struct desk d = desk_new(AWL_PREDICT_ALWAYS, false, MID);
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
    static const char *const keys[] = {
        "a",    "b",    " ",     "\x7f",   "\r",        "\033[D",    "\033OC",   "\033",
        "O",    "\t",   "漢",    "\xc3",   "\xa9",      "xyz",       "\001",     "\005",
        "\025", "\027", "\033b", "\033[H", "\033[200~", "\033[201~", "e\xcc\x81"};

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
            if (scribble_below(&seed, 9) == 0)
                d.tty = (struct tty_mode){
                    .known = scribble_below(&seed, 2),
                    .echo = scribble_below(&seed, 2),
                    .canonical = scribble_below(&seed, 3) == 0,
                    .kill = 0x15,
                    .word_erase = 0x17,
                    .program = (uint8_t)scribble_below(&seed, TTY_PROGRAMS)};
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
        calm(&d);
        if (!screen_equal(d.shown, d.replica))
            fail_msg("seed %u: guesses are left over", (unsigned)n);
        desk_free(&d);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing),          cmocka_unit_test(test_marks),
        cmocka_unit_test(test_password),        cmocka_unit_test(test_no_credit),
        cmocka_unit_test(test_echo_off),        cmocka_unit_test(test_kernel_echo),
        cmocka_unit_test(test_suggestion),      cmocka_unit_test(test_edits),
        cmocka_unit_test(test_scroll),          cmocka_unit_test(test_not_typed),
        cmocka_unit_test(test_distrust),        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_edges),           cmocka_unit_test(test_wide),
        cmocka_unit_test(test_quick_link),      cmocka_unit_test(test_modes),
        cmocka_unit_test(test_bulk_and_resize), cmocka_unit_test(test_ends_in_truth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
