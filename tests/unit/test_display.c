#include "unit.h"

#include "awl.pb-c.h"
#include "base/err.h"
#include "scribble.h"
#include "state/display.h"
#include "terminal/emulate.h"

static void
show(struct display *d, const char *text)
{
    struct screen *s = screen_copy(d->screen);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, bytes_str(text), NULL);
    emulator_free(e);
    display_show(d, s);
    screen_free(s);
}

static struct display *
copy_of(const struct display *d)
{
    return display_ops.copy(d, NULL);
}

/* The kinds of instructions in a message, in order: e(cho), s(ize), b(ytes), x (exit),
 * t(ty). */
static const char *
kinds(const struct buffer *b)
{
    static char out[16];
    Awl__HostMessage *m = awl__host_message__unpack(NULL, b->len, b->data);
    size_t n = 0;

    assert_non_null(m);
    for (size_t i = 0; i < m->n_instruction && n < sizeof(out) - 1; i++) {
        Awl__HostInstruction *h = m->instruction[i];

        out[n++] = h->echoack     ? 'e'
                   : h->resize    ? 's'
                   : h->hostbytes ? 'b'
                   : h->ttymode   ? 't'
                                  : 'x';
    }
    out[n] = '\0';
    awl__host_message__free_unpacked(m, NULL);
    return out;
}

/* Brings `to` from `from` and gives what was sent. */
static const char *
send_diff(const struct display *from, const struct display *to, struct display *replica)
{
    static char sent[16];
    struct buffer b = {.max = 0};
    int r;

    display_ops.diff(from, to, &b);
    snprintf(sent, sizeof(sent), "%s", b.len ? kinds(&b) : "");
    r = display_ops.apply(replica, buffer_bytes(&b), false);
    assert_int_equal(r, 0);
    buffer_free(&b);
    return sent;
}

static void
test_order(void **state)
{
    struct display *zero = display_new(80, 24), *d = copy_of(zero);
    struct display *replica = display_new(100, 30), *was;

    (void)state;
    assert_string_equal(send_diff(zero, d, replica), "");
    show(d, "$ ");
    display_echo(d, 7);
    assert_string_equal(send_diff(zero, d, replica), "esb");
    assert_int_equal(replica->screen->cols, 80);
    assert_int_equal(replica->screen->rows, 24);
    assert_int_equal(replica->echo_ack, 7);
    assert_true(screen_equal(replica->screen, d->screen));

    was = copy_of(d);
    show(d, "x");
    assert_string_equal(send_diff(was, d, replica), "b");
    assert_true(screen_equal(replica->screen, d->screen));
    display_free(was);

    was = copy_of(d);
    display_echo(d, 6);
    assert_true(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "");
    display_echo(d, 8);
    assert_false(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "e");
    display_free(was);

    display_free(zero);
    display_free(d);
    display_free(replica);
}

static void
test_tty(void **state)
{
    struct display *d = display_new(80, 24), *was, *replica;
    struct tty_mode m = {.known = true, .echo = true, .erase = 0x7f, .program = 1};
    Awl__HostMessage message = AWL__HOST_MESSAGE__INIT;
    Awl__HostInstruction one = AWL__HOST_INSTRUCTION__INIT, *list[1] = {&one};
    Awl__TtyMode wild = AWL__TTY_MODE__INIT;
    uint8_t packed[64];
    size_t len;

    (void)state;
    show(d, "$ ");
    was = copy_of(d);
    replica = copy_of(d);
    display_tty(d, &m);
    assert_false(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "t");
    assert_true(tty_mode_equal(&replica->tty, &m));
    assert_string_equal(send_diff(d, d, replica), "");

    wild.has_erase = wild.has_program = true;
    wild.erase = 70000;
    wild.program = 4000000000;
    one.ttymode = &wild;
    message.n_instruction = 1;
    message.instruction = list;
    len = awl__host_message__pack(&message, packed);
    assert_int_equal(display_ops.apply(replica, bytes_of(packed, len), false), 0);
    assert_int_equal(replica->tty.erase, 0);
    assert_int_equal(replica->tty.program, TTY_PROGRAM_OTHER);
    display_free(d);
    display_free(was);
    display_free(replica);
}

static void
test_program(void **state)
{
    static const struct {
        const char *name;
        enum tty_program program;
    } cases[] = {
        {"bash", TTY_PROGRAM_SHELL},    {"-zsh", TTY_PROGRAM_SHELL},
        {"/bin/sh", TTY_PROGRAM_SHELL}, {"vim", TTY_PROGRAM_EDITOR},
        {"sudo", TTY_PROGRAM_SECRET},   {"", TTY_PROGRAM_OTHER},
        {"-", TTY_PROGRAM_OTHER},       {"bashful", TTY_PROGRAM_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (tty_program_of(cases[i].name) != cases[i].program)
            fail_msg("\"%s\": %d, want %d", cases[i].name,
                     (int)tty_program_of(cases[i].name), (int)cases[i].program);
    }
}

static void
test_exit(void **state)
{
    struct display *d = display_new(80, 24), *was, *replica;

    (void)state;
    show(d, "bye");
    was = copy_of(d);
    display_exit(d, 3, 0);
    replica = copy_of(was);
    assert_true(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "");
    display_own_peer(d, true);
    display_own_peer(was, true);
    assert_false(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "x");
    assert_true(replica->exited);
    assert_int_equal(replica->exit_status, 3);
    assert_int_equal(replica->exit_signal, 0);
    display_free(d);
    display_free(was);
    display_free(replica);
}

static void
test_long_copies(void **state)
{
    struct display *d = display_new(80, 24), *was, *replica;
    struct buffer b = {.max = 0};

    (void)state;
    show(d, "$ ");
    was = copy_of(d);
    replica = copy_of(d);
    buffer_put_str(&b, "\033]52;p;");
    while (b.len < 20000)
        buffer_put_str(&b, "QUJD");
    buffer_put_str(&b, "\a");
    show(d, buffer_str(&b));
    /* stock would cut it */
    assert_true(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "");
    display_own_peer(d, true);
    display_own_peer(was, true);
    assert_false(display_ops.equal(was, d));
    assert_string_equal(send_diff(was, d, replica), "b");
    assert_bytes_equal(text_bytes(replica->screen->clipboard.data),
                       text_bytes(d->screen->clipboard.data));
    assert_string_equal(replica->screen->clipboard.selection, "p");
    buffer_free(&b);
    display_free(d);
    display_free(was);
    display_free(replica);
}

static void
test_bad_messages(void **state)
{
    const struct {
        const char *what;
        struct bytes in;
        int want;
    } cases[] = {
        {"empty", {NULL, 0}, 0},
        {"no message", BYTES_LIT("\xff\xff\xff"), ERR_FORMAT},
        {"cut short", BYTES_LIT("\x0a\x05\x12"), ERR_FORMAT},
        {"size 5 x 3", BYTES_LIT("\x0a\x06\x1a\x04\x28\x05\x30\x03"), 0},
        {"size 0 x 3", BYTES_LIT("\x0a\x06\x1a\x04\x28\x00\x30\x03"), ERR_RANGE},
        {"size without height", BYTES_LIT("\x0a\x04\x1a\x02\x28\x05"), ERR_RANGE},
        {"size -1 x 3",
         BYTES_LIT(
             "\x0a\x0f\x1a\x0d\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x30\x03"),
         ERR_RANGE},
        {"size 65536 x 3", BYTES_LIT("\x0a\x08\x1a\x06\x28\x80\x80\x04\x30\x03"),
         ERR_RANGE},
        {"size 65535 x 65535",
         BYTES_LIT("\x0a\x0a\x1a\x08\x28\xff\xff\x03\x30\xff\xff\x03"), 0},
        {"echo ack 9", BYTES_LIT("\x0a\x04\x3a\x02\x40\x09"), 0},
        {"echo ack goes back", BYTES_LIT("\x0a\x04\x3a\x02\x40\x04"), ERR_RANGE},
        {"an unknown instruction", BYTES_LIT("\x0a\x05\xaa\x3f\x02hi"), 0},
        {"queries", BYTES_LIT("\x0a\x0b\x12\x09\x22\x07\033[6n\033[c"), 0},
        {"an instruction without anything", BYTES_LIT("\x0a\x00"), 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct display *d = display_new(80, 24);
        int got;

        display_echo(d, 5);
        got = display_ops.apply(d, cases[i].in, false);
        if (got != cases[i].want)
            fail_msg("%s: got %d, want %d", cases[i].what, got, cases[i].want);
        assert_in_range(d->screen->cols, 1, SCREEN_COLS_MAX);
        assert_in_range(d->screen->rows, 1, SCREEN_ROWS_MAX);
        display_free(d);
    }
}

/* A receiver follows whichever base is used; equal states give empty diffs and others
 * don't. */
static void
test_follows(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 100; n++) {
        struct rng_seeded seed = {n};
        struct display *sent[2], *held[2], *d = display_new(30, 8);
        struct screen *s = screen_new(30, 8);
        struct emulator *e = emulator_new(s, EMULATOR_SERVER);

        sent[0] = copy_of(d);
        sent[1] = copy_of(d);
        held[0] = display_new(40, 20);
        held[1] = copy_of(held[0]);
        for (int step = 0; step < 20; step++) {
            struct buffer in = {.max = 0}, out = {.max = 0};
            unsigned base = scribble_below(&seed, 2);
            struct display *now;

            if (scribble_below(&seed, 4))
                scribble(&in, &seed, 30, 8, 20);
            emulator_write(e, buffer_bytes(&in), NULL);
            display_show(d, s);
            display_echo(d, scribble_below(&seed, 30));
            display_ops.diff(sent[base], d, &out);
            if (display_ops.equal(sent[base], d) != (out.len == 0))
                fail_msg("seed %u step %d: equal %d, but %zu bytes", (unsigned)n, step,
                         display_ops.equal(sent[base], d), out.len);
            now = copy_of(held[base]);
            assert_int_equal(display_ops.apply(now, buffer_bytes(&out), false), 0);
            now->screen->bells = s->bells;
            if (out.len && !screen_equal_but_copies(now->screen, s))
                fail_msg("seed %u step %d: the screens differ", (unsigned)n, step);
            assert_int_equal(now->echo_ack, d->echo_ack);
            assert_true(display_ops.size(now) > 0);
            if (out.len) {
                base = scribble_below(&seed, 2);
                display_free(sent[base]);
                display_free(held[base]);
                sent[base] = copy_of(d);
                held[base] = now;
            } else {
                display_free(now);
            }
            buffer_free(&in);
            buffer_free(&out);
        }
        for (int i = 0; i < 2; i++) {
            display_free(sent[i]);
            display_free(held[i]);
        }
        display_free(d);
        emulator_free(e);
        screen_free(s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),       cmocka_unit_test(test_exit),
        cmocka_unit_test(test_tty),         cmocka_unit_test(test_program),
        cmocka_unit_test(test_long_copies), cmocka_unit_test(test_bad_messages),
        cmocka_unit_test(test_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
