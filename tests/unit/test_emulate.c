/* Properties of the emulator on random input. AWL_SEED in the environment repeats a run.
 */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "terminal/emulate.h"
#include "terminal/screen.h"

static uint64_t seed;

static uint32_t
chance(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* Pieces of which terminal output is made; random bytes alone would rarely say anything.
 */
static const char *const pieces[] = {
    "\033[",
    "\033]",
    "\033P",
    "\033\\",
    "\007",
    "\033",
    ";",
    ":",
    "?",
    ">",
    "$p",
    " q",
    "$v",
    "$x",
    "$z",
    "'}",
    "'~",
    " @",
    " A",
    "\0336",
    "\0339",
    "m",
    "H",
    "J",
    "K",
    "X",
    "@",
    "P",
    "L",
    "M",
    "S",
    "T",
    "r",
    "h",
    "l",
    "b",
    "A",
    "B",
    "C",
    "D",
    "12",
    "3",
    "99999",
    "\r",
    "\n",
    "\b",
    "\t",
    "\016",
    "\017",
    "\030",
    "hello",
    "x",
    "\xc3\xa9",
    "\xe6\x97\xa5",
    "\xf0\x9f\x98\x80",
    "\xcc\x81",
    "\xe2\x82",
    "\xc2\x9b",
    "\xff",
    "\xe2\x80\x8d",
    "\033[?1049h",
    "\033[?1049l",
    "\033(0",
    "\033(B",
    "\0337",
    "\0338",
    "\033c",
    "\033M",
    "\033D",
    "\033[4h",
    "\033[?7l",
    "\033[?6h",
    "\033[2;3r",
    "\033]2;t",
    "\033]52;c;QQ==",
    "\033#8",
    "\033[?2026h",
    "\033[?2027h",
    "\xf0\x9f\x8f\xbd",
    "\xf0\x9f\x87\xa9",
    "\xef\xb8\x8f",
    "\033[?69h",
    "\033[?69l",
    "\033[2;5s",
    "\033[?45h",
    "\033[1\"q",
    "\033[?J",
    "\033]8;;u:\a",
    "\033[38;5;3m",
    "0",
    "\033[44m",
    "full line of text that wraps around the edge of the screen",
};

static void
random_output(struct buffer *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (chance(8) == 0)
            buffer_put_byte(out, (uint8_t)chance(256));
        else
            buffer_put_str(out, pieces[chance(ARRAY_LEN(pieces))]);
    }
}

/* Also what no client sees. */
static bool
same_inside(const struct screen *a, const struct screen *b)
{
    return screen_equal(a, b) && a->pending_wrap == b->pending_wrap &&
           a->origin == b->origin && a->autowrap == b->autowrap &&
           a->insert == b->insert && a->top == b->top && a->bottom == b->bottom &&
           a->alternate == b->alternate && a->app_cursor == b->app_cursor &&
           a->synchronized == b->synchronized && a->left == b->left &&
           a->right == b->right && a->margins == b->margins && a->protect == b->protect &&
           a->clusters == b->clusters && a->reverse_wrap == b->reverse_wrap &&
           hyperlink_equal(a->link, b->link) &&
           memcmp(&a->charsets, &b->charsets, sizeof a->charsets) == 0 &&
           memcmp(a->tabs, b->tabs, sizeof a->tabs) == 0;
}

static void
test_cuts_do_not_matter(void **state)
{
    uint64_t start = seed;

    (void)state;
    for (int round = 0; round < 400; round++) {
        enum emulator_role role = round % 4 ? EMULATOR_SERVER : EMULATOR_REPLICA;
        int cols = 1 + (int)chance(30), rows = 1 + (int)chance(10);
        struct screen *a = screen_new(cols, rows), *b = screen_new(cols, rows);
        struct emulator *ea = emulator_new(a, role), *eb = emulator_new(b, role);
        struct buffer in = {0}, ra = {0}, rb = {0};

        random_output(&in, 200);
        emulator_write(ea, buffer_bytes(&in), &ra);
        for (size_t at = 0; at < in.len;) {
            size_t n = MIN(1 + chance(7), in.len - at);
            struct screen *snapshot = screen_copy(b); /* copying must not matter either */

            emulator_write(eb, bytes_slice(buffer_bytes(&in), at, n), &rb);
            screen_free(snapshot);
            at += n;
        }
        if (!same_inside(a, b) || !bytes_equal(buffer_bytes(&ra), buffer_bytes(&rb)))
            fail_msg("round %d of AWL_SEED=%llu: the cut matters", round,
                     (unsigned long long)start);
        emulator_free(ea);
        emulator_free(eb);
        screen_free(a);
        screen_free(b);
        buffer_free(&in);
        buffer_free(&ra);
        buffer_free(&rb);
    }
}

static void
check_rules(const struct screen *s, int round, uint64_t start)
{
    bool ok = s->x >= 0 && s->x < s->cols && s->y >= 0 && s->y < s->rows && s->top >= 0 &&
              s->top <= s->bottom && s->bottom < s->rows &&
              (!s->pending_wrap || s->x == s->cols - 1 || s->x == s->right);

    for (int y = 0; ok && y < s->rows; y++) {
        const struct row *r = s->grid[y];

        ok = r->cols == s->cols;
        for (int x = 0; ok && x < s->cols; x++) {
            if (r->cells[x].wide)
                ok = x + 1 < s->cols && cell_is_erased(r->cells[x + 1]);
        }
    }
    if (!ok)
        fail_msg("round %d of AWL_SEED=%llu: a screen breaks its rules", round,
                 (unsigned long long)start);
}

/* Snapshots, resizes and output in any order; each snapshot stays what it was. */
static void
test_resize_torture(void **state)
{
    uint64_t start = seed;
    struct screen *s = screen_new(80, 24);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct screen *snapshot = screen_copy(s), *deep = screen_copy(s);
        struct buffer in = {0};

        for (int y = 0; y < deep->rows; y++)
            screen_row_mut(deep, y);
        random_output(&in, 10);
        emulator_write(e, buffer_bytes(&in), NULL);
        check_rules(s, round, start);
        if (chance(2))
            screen_resize(s, (int)chance(120), (int)chance(50));
        else
            screen_resize_plain(s, (int)chance(120), (int)chance(50));
        check_rules(s, round, start);
        if (!screen_equal(snapshot, deep))
            fail_msg("round %d of AWL_SEED=%llu: a snapshot has changed", round,
                     (unsigned long long)start);
        screen_free(snapshot);
        screen_free(deep);
        buffer_free(&in);
    }
    emulator_free(e);
    screen_free(s);
}

/* Replaying is applying to a replica, whatever was in it. */
static void
test_replay_begins_in_ground(void **state)
{
    struct screen *s = screen_new(10, 2);

    (void)state;
    emulator_replay(s, BYTES_LIT("\033[3"));
    emulator_replay(s, BYTES_LIT("1mx\xe2"));
    emulator_replay(s, BYTES_LIT("\x82y"));
    assert_int_equal(s->grid[0]->cells[0].text, '1');
    assert_int_equal(s->grid[0]->cells[3].text, 0xfffd);
    assert_int_equal(s->grid[0]->cells[4].text, 'y');
    assert_int_equal(s->pen.fg, 0);
    screen_free(s);
}

int
main(void)
{
    const char *given = getenv("AWL_SEED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_do_not_matter),
        cmocka_unit_test(test_resize_torture),
        cmocka_unit_test(test_replay_begins_in_ground),
    };

    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("# AWL_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
