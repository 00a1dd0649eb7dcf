#include "unit.h"

#include "base/err.h"
#include "base/rng.h"
#include "state/keys.h"
#include <stdlib.h>

/* Everything that can be taken, as text: input as it is, sizes as <COLSxROWS>. */
static void
drain(struct keys *k, struct buffer *out)
{
    struct keys_event e;

    while (keys_take(k, &e)) {
        if (e.kind == KEYS_RESIZE)
            buffer_printf(out, "<%dx%d>", e.cols, e.rows);
        else
            buffer_put_bytes(out, e.input);
    }
}

static void
assert_drains(struct keys *k, const char *want)
{
    struct buffer b = {0};

    drain(k, &b);
    assert_bytes_equal(buffer_bytes(&b), bytes_str(want));
    buffer_free(&b);
}

/* The peer's copy of `base` brought to `to`. */
static struct keys *
carry(const struct keys *base, const void *from, const void *to, bool last, int want)
{
    struct keys *next = keys_ops.copy(base, NULL);
    struct buffer d = {0};
    int r;

    keys_ops.diff(from, to, &d);
    r = keys_ops.apply(next, buffer_bytes(&d), last);
    if (r != want)
        fail_msg("apply: got %d, want %d", r, want);
    buffer_free(&d);
    return next;
}

static void
test_each_event_once(void **state)
{
    struct keys *cur = keys_new(), *remote0 = keys_new();
    void *s0 = keys_ops.copy(cur, NULL), *s1, *s2;
    struct keys *r1, *r2, *r2b;

    (void)state;
    keys_resize(cur, 80, 24);
    keys_push(cur, BYTES_LIT("ab"));
    s1 = keys_ops.copy(cur, s0);
    keys_push(cur, BYTES_LIT("c"));
    keys_resize(cur, 100, 30);
    keys_push(cur, BYTES_LIT("d"));
    s2 = keys_ops.copy(cur, s1);
    assert_true(keys_ops.equal(cur, s2));
    assert_false(keys_ops.equal(s1, s2));

    /* The second from the oldest base, and from the first: the same state. */
    r1 = carry(remote0, s0, s1, false, 0);
    assert_drains(r1, "<80x24>ab");
    r2 = carry(remote0, s0, s2, false, 0);
    assert_drains(r2, "c<100x30>d");
    r2b = carry(r1, s1, s2, false, 0);
    assert_true(keys_ops.equal(r2, r2b));
    assert_drains(r2b, "");
    assert_drains(r1, "");

    /* What is acknowledged is forgotten. */
    assert_int_equal(keys_unacked(cur), 6);
    keys_ops.subtract(cur, s1);
    assert_int_equal(keys_unacked(cur), 3);
    keys_ops.subtract(cur, s2);
    assert_int_equal(keys_unacked(cur), 0);
    keys_free(cur);
    keys_free(s0);
    keys_free(s1);
    keys_free(s2);
    keys_free(remote0);
    keys_free(r1);
    keys_free(r2);
    keys_free(r2b);
}

static void
test_late_states(void **state)
{
    struct keys *cur = keys_new(), *remote0 = keys_new();
    void *s0 = keys_ops.copy(cur, NULL), *s1, *s2;
    struct keys *r1, *r2;

    (void)state;
    keys_push(cur, BYTES_LIT("one "));
    s1 = keys_ops.copy(cur, s0);
    keys_push(cur, BYTES_LIT("two "));
    s2 = keys_ops.copy(cur, s1);
    r2 = carry(remote0, s0, s2, false, 0);
    assert_drains(r2, "one two ");
    r1 = carry(remote0, s0, s1, false, 0); /* came late */
    assert_drains(r1, "");
    assert_drains(r2, "");
    keys_free(cur);
    keys_free(remote0);
    keys_free(s0);
    keys_free(s1);
    keys_free(s2);
    keys_free(r1);
    keys_free(r2);
}

static void
test_resizes(void **state)
{
    struct keys *cur = keys_new(), *remote0 = keys_new(), *r1, *r2;
    void *s0 = keys_ops.copy(cur, NULL), *s1, *s2;

    (void)state;
    /* Those never sent are overwritten, those sent are not. */
    keys_resize(cur, 1, 1);
    keys_resize(cur, 0, -5);
    keys_resize(cur, 70000, 24);
    assert_int_equal(keys_unacked(cur), 1);
    s1 = keys_ops.copy(cur, s0);
    keys_resize(cur, 80, 25);
    keys_resize(cur, 80, 26);
    assert_int_equal(keys_unacked(cur), 2);
    s2 = keys_ops.copy(cur, s1);
    r1 = carry(remote0, s0, s1, false, 0);
    r2 = carry(r1, s1, s2, false, 0);
    assert_drains(r2, "<80x26>"); /* the first is directly followed by another */
    keys_free(r2);
    keys_free(r1);
    keys_free(s2);
    keys_free(s1);
    keys_free(s0);
    keys_free(cur);
    keys_free(remote0);
}

static void
test_in_pieces(void **state)
{
    struct keys *cur = keys_new(), *remote = keys_new();
    struct keys *last = keys_ops.copy(cur, NULL), *acked = keys_ops.copy(cur, NULL);
    size_t total = 3u << 20, steps = 0;
    uint8_t *paste = malloc(total);
    struct buffer got = {0};

    (void)state;
    for (size_t i = 0; i < total; i++)
        paste[i] = (uint8_t)(i * 7 >> 3);
    keys_push(cur, bytes_of(paste, total));
    while (!keys_ops.equal(last, cur)) {
        struct keys *next = keys_ops.copy(cur, last);

        if (keys_ops.equal(next, last)) {
            /* As much in flight as may be: the peer acknowledges. */
            assert_true(steps >= KEYS_FLIGHT_MAX / KEYS_STEP_MAX);
            keys_ops.subtract(cur, last);
            keys_free(acked);
            acked = keys_ops.copy(last, NULL);
            keys_free(next);
            continue;
        }
        {
            struct keys *r = carry(remote, last, next, false, 0);

            keys_free(remote);
            remote = r;
        }
        drain(remote, &got);
        keys_free(last);
        last = next;
        steps++;
    }
    assert_true(bytes_equal(buffer_bytes(&got), bytes_of(paste, total)));
    assert_int_equal(steps, total / KEYS_STEP_MAX);
    buffer_free(&got);
    free(paste);
    keys_free(cur);
    keys_free(last);
    keys_free(acked);
    keys_free(remote);
}

static void
test_no_room(void **state)
{
    struct keys *cur = keys_new(), *remote0 = keys_new(), *r1, *r2, *r3;
    void *s0 = keys_ops.copy(cur, NULL), *s1, *s2;

    (void)state;
    keys_push(cur, BYTES_LIT("abc"));
    s1 = keys_ops.copy(cur, s0);
    keys_set_room(remote0, 0);
    r1 = carry(remote0, s0, s1, false, ERR_FULL);
    assert_drains(r1, "");
    keys_free(r1);
    /* The last state is taken in any case; so is one that brings nothing new. */
    r1 = carry(remote0, s0, s1, true, 0);
    assert_drains(r1, "abc");
    r2 = carry(remote0, s0, s1, false, 0);
    keys_push(cur, BYTES_LIT("d"));
    s2 = keys_ops.copy(cur, s1);
    keys_set_room(r2, 1);
    r3 = carry(r2, s1, s2, false, 0);
    assert_drains(r3, "d");
    keys_free(r1);
    keys_free(r2);
    keys_free(r3);
    keys_free(s0);
    keys_free(s1);
    keys_free(s2);
    keys_free(cur);
    keys_free(remote0);
}

static void
test_messages(void **state)
{
    const struct {
        const char *what;
        struct bytes in;
        int want;
        const char *events;
    } cases[] = {
        {"key e", BYTES_LIT("\x0a\x05\x12\x03\x22\x01\x65"), 0, "e"},
        {"nothing", BYTES_LIT(""), 0, ""},
        {"empty instruction", BYTES_LIT("\x0a\x00"), 0, ""},
        {"no keys in the keystroke", BYTES_LIT("\x0a\x02\x12\x00"), 0, ""},
        {"unknown extension 9, then a key",
         BYTES_LIT("\x0a\x03\x4a\x01x\x0a\x05\x12\x03\x22\x01y"), 0, "y"},
        {"field 5 beside it", BYTES_LIT("\x2a\x01x\x0a\x05\x12\x03\x22\x01y"), 0, "y"},
        {"keystroke and resize in one",
         BYTES_LIT("\x0a\x0b\x12\x03\x22\x01k\x1a\x04\x28\x50\x30\x18"), 0, "k"},
        {"resize", BYTES_LIT("\x0a\x06\x1a\x04\x28\x50\x30\x18"), 0, "<80x24>"},
        {"resize to 0", BYTES_LIT("\x0a\x06\x1a\x04\x28\x00\x30\x00"), ERR_RANGE, ""},
        {"resize without sizes", BYTES_LIT("\x0a\x02\x1a\x00"), ERR_RANGE, ""},
        {"resize below 0",
         BYTES_LIT(
             "\x0a\x0f\x1a\x0d\x28\x50\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
         ERR_RANGE, ""},
        {"resize to 2^31-1",
         BYTES_LIT("\x0a\x0a\x1a\x08\x28\xff\xff\xff\xff\x07\x30\x18"), 0, "<65535x24>"},
        {"a key, then rubbish", BYTES_LIT("\x0a\x05\x12\x03\x22\x01y\x0a\x7f"),
         ERR_FORMAT, ""},
        {"rubbish", BYTES_LIT("rubbish"), ERR_FORMAT, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct keys *k = keys_new();
        struct buffer got = {0};
        int r = keys_ops.apply(k, cases[i].in, false);

        drain(k, &got);
        if (r != cases[i].want ||
            !bytes_equal(buffer_bytes(&got), bytes_str(cases[i].events)))
            fail_msg("%s: got %d \"%s\", want %d \"%s\"", cases[i].what, r,
                     buffer_str(&got), cases[i].want, cases[i].events);
        buffer_free(&got);
        keys_free(k);
    }
}

static void
test_states_of_two_streams(void **state)
{
    struct keys *zero = keys_new(), *a = keys_ops.copy(zero, NULL);
    struct keys *b = keys_ops.copy(zero, NULL);

    (void)state;
    assert_int_equal(keys_ops.apply(a, BYTES_LIT("\x0a\x05\x12\x03\x22\x01x"), false), 0);
    assert_int_equal(keys_ops.apply(b, BYTES_LIT("\x0a\x05\x12\x03\x22\x01y"), false),
                     ERR_FORMAT);
    assert_drains(a, "x");
    keys_free(zero);
    keys_free(a);
    keys_free(b);
}

/* Small input that would become much memory, and resizes without end. */
static void
test_bounded(void **state)
{
    struct keys *k = keys_new();
    struct buffer in = {0};

    (void)state;
    for (int i = 0; i < 1000000; i++)
        buffer_put(&in, "\x0a\x00", 2);
    assert_int_equal(keys_ops.apply(k, buffer_bytes(&in), false), ERR_FORMAT);
    buffer_clear(&in);
    for (unsigned i = 0; i < KEYS_MARKS_MAX + 1; i++)
        buffer_put(&in, "\x0a\x06\x1a\x04\x28\x50\x30\x18", 8);
    assert_int_equal(keys_ops.apply(k, buffer_bytes(&in), false), ERR_FULL);
    assert_int_equal(keys_ops.apply(k, buffer_bytes(&in), true), ERR_RANGE);
    buffer_free(&in);
    keys_free(k);
}

/* What is no input, and what becomes of it once the server is known to be stock. */
static void
test_terminal(void **state)
{
    struct profile p = {
        .known = true, .name = "term 1", .kitty = true, .colors = {COLOR_SET}};
    struct keys *c = keys_new(), *zero = keys_new(), *sent, *there = keys_new();
    struct buffer own = {.max = 0}, stock = {.max = 0};
    struct keys_event e;

    (void)state;
    keys_push(c, BYTES_LIT("a"));
    keys_terminal(c, &p);
    p.cell_width = 9;
    keys_terminal(c, &p); /* never sent: overwritten */
    keys_event_ack(c, 7);
    keys_push(c, BYTES_LIT("b"));
    sent = keys_ops.copy(c, zero);
    keys_ops.diff(zero, sent, &own);
    assert_int_equal(keys_ops.apply(there, buffer_bytes(&own), false), 0);
    assert_true(keys_take(there, &e) && e.kind == KEYS_INPUT);
    assert_true(keys_take(there, &e));
    assert_int_equal(e.kind, KEYS_TERMINAL);
    assert_true(profile_equal(&e.terminal, &p));
    assert_true(keys_take(there, &e));
    assert_int_equal(e.kind, KEYS_EVENT_ACK);
    assert_int_equal(e.number, 7);
    assert_true(keys_take(there, &e) && e.kind == KEYS_INPUT);
    assert_false(keys_take(there, &e));
    keys_stock(c);
    keys_ops.diff(zero, sent, &stock);
    assert_bytes_equal(buffer_bytes(&stock), BYTES_LIT("\x0a\x05\x12\x03\x22\x01"
                                                       "a"
                                                       "\x0a\x04\x12\x02\x22\x00"
                                                       "\x0a\x04\x12\x02\x22\x00"
                                                       "\x0a\x05\x12\x03\x22\x01"
                                                       "b"));
    buffer_free(&own);
    buffer_free(&stock);
    keys_free(sent);
    keys_free(there);
    keys_free(zero);
    keys_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_event_once),
        cmocka_unit_test(test_late_states),
        cmocka_unit_test(test_resizes),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_states_of_two_streams),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
