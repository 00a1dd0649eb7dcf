#include "unit.h"

#include "base/log.h"
#include "scribble.h"
#include "terminal/draw.h"
#include "terminal/emulate.h"

static struct screen *
screen_with(int cols, int rows, const char *text)
{
    struct screen *s = screen_new(cols, rows);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, bytes_str(text), NULL);
    emulator_free(e);
    return s;
}

static void
write_to(struct screen *s, struct bytes in)
{
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, in, NULL);
    emulator_free(e);
}

/* Escapes readable, for messages. */
static const char *
readable(struct bytes b)
{
    static char out[65536];

    return log_escape(b, out, sizeof(out));
}

static void
print_row(struct buffer *out, const struct row *r)
{
    for (int x = 0; x < r->cols; x++) {
        struct cell c = r->cells[x];

        if (x > 0 && r->cells[x - 1].wide)
            continue;
        if (cell_is_blank(c))
            buffer_put_str(out, c.pen.bg ? "_" : ".");
        else
            cell_utf8(r, x, out);
    }
    buffer_put_str(out, r->wrapped ? "+" : "|");
}

/* Where two screens differ, in words; NULL when they look the same. How often it rang and
 * how often something was copied may differ between a server and a replica. */
static const char *
difference(const struct screen *got, const struct screen *want)
{
    static char out[8192];
    struct buffer a = {.max = 0}, b = {.max = 0};

    for (int y = 0; y < want->rows && got->cols == want->cols; y++) {
        bool marks = y < want->rows - 1;
        const struct row *g = screen_row(got, y), *w = screen_row(want, y);

        if (marks ? row_equal(g, w) : row_equal_cells(g, w))
            continue;
        print_row(&a, g);
        print_row(&b, w);
        snprintf(out, sizeof(out), "row %d is\n  %s, want\n  %s", y, buffer_str(&a),
                 buffer_str(&b));
        buffer_free(&a);
        buffer_free(&b);
        return out;
    }
    if (got->x != want->x || got->y != want->y) {
        snprintf(out, sizeof(out), "cursor at %d,%d, want %d,%d", got->x, got->y, want->x,
                 want->y);
        return out;
    }
    if (!pen_equal(got->pen, want->pen))
        return "the pen";
    if (!bytes_equal(text_bytes(got->clipboard.data), text_bytes(want->clipboard.data)))
        return "the clipboard";
    ((struct screen *)got)->bells = want->bells;
    return screen_equal_but_copies(got, want) ? NULL : "a mode or title";
}

static const struct caps *
link_caps(bool own)
{
    return own ? &caps_own : &caps_stock;
}

static void
test_link_bytes(void **state)
{
    static const struct {
        bool own;
        const char *more, *want;
    } cases[] = {
        {true, "\033]8;;u:\aL\033]8;;\a", "\033]8;;u:\aL\033]8;;\a"},
        {true, "\033]8;;u:\aLM", "\033]8;;u:\aLM\033]8;;\a"}, /* each string ends it */
        {true, "\033]8;id=1;u:\033\\L\033]8;;v:\aM",
         "\033]8;id=1;u:\aL\033]8;;v:\aM\033]8;;\a"},
        {true, "\033]8;;u:\a \033]8;;\ab", "\033]8;;u:\a \033]8;;\ab"},
        {false, "\033]8;;u:\aL\033]8;;\a", "L"}, /* stock has none */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *from = screen_with(20, 6, "x"), *to = screen_copy(from);
        struct buffer out = {.max = 0};

        write_to(to, bytes_str(cases[i].more));
        draw_diff(&out, from, to, link_caps(cases[i].own));
        if (strcmp(buffer_str(&out), cases[i].want) != 0)
            fail_msg("case %zu: %s", i, readable(buffer_bytes(&out)));
        screen_free(from);
        screen_free(to);
        buffer_free(&out);
    }
}

/* Links, and all that moves, cuts, copies and repeats what has them. */
static void
scribble_links(struct screen *s, uint32_t *seed)
{
    static const char *const parts[] = {
        "\033]8;;u:\a", "\033]8;id=x;v:?q\033\\",
        "\033]8;;\a",   "\033]8;;w:\a",
        "abc",          " ",
        "漢",           "e\xcc\x81",
        "\r\n",         "\033[2;3H",
        "\033[4;9H",    "\033[K",
        "\033[3X",      "\033[2@",
        "\033[2P",      "\033[L",
        "\033[M",       "\033[7m",
        "\033[m",       "========",
        "\033[S",       "\033[1;2;3;6;1;3;2$v",
        "\033[J",       "\0337\033[1;19H",
    };

    for (int i = 0; i < 30; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        write_to(s, bytes_str(parts[(*seed >> 8) % ARRAY_LEN(parts)]));
    }
}

static void
test_links_arrive(void **state)
{
    (void)state;
    for (uint32_t first = 1; first <= 300; first++) {
        uint32_t seed = first * 2654435761u;
        struct screen *from = screen_new(20, 6), *to, *got;
        struct buffer out = {.max = 0};
        const char *wrong;

        scribble_links(from, &seed);
        from->pending_wrap = false; /* as a diff leaves it, */
        screen_set_link(from, BYTES_NONE);
        to = screen_copy(from);
        scribble_links(to, &seed);
        got = first % 2 ? screen_copy(from) : screen_new(20, 6);
        draw_diff(&out, first % 2 ? from : NULL, to, &caps_own);
        emulator_replay(got, buffer_bytes(&out));
        wrong = difference(got, to);
        if (wrong)
            fail_msg("seed %u: %s\n%s", first, wrong, readable(buffer_bytes(&out)));
        assert_null(got->link);
        screen_free(from);
        screen_free(to);
        screen_free(got);
        buffer_free(&out);
    }
}

/* However long links are and often they change, memory and a diff stay bounded; with
 * fewer of them they are drawn again. */
static void
test_links_bounded(void **state)
{
    struct screen *s = screen_new(80, 24), *few = screen_new(80, 24);
    struct buffer in = {.max = 0}, out = {.max = 0};

    (void)state;
    for (int i = 0; i < 80 * 24 - 1; i++)
        buffer_printf(&in, "\033]8;;u:%01800d\aL", i);
    write_to(s, buffer_bytes(&in));
    assert_true(hyperlinks_bytes(s->links) <= HYPERLINKS_BYTES_MAX);
    assert_non_null(cell_link(screen_row(s, 0), 0));
    assert_null(cell_link(screen_row(s, 23), 70));
    draw_diff(&out, few, s, &caps_own);
    assert_true(out.len < 1u << 14);
    assert_null(strstr(buffer_str(&out), "\033]8;"));
    screen_free(few);
    few = screen_copy(s);
    write_to(few, BYTES_LIT("\033[2;1H\033[J"));
    buffer_clear(&out);
    draw_diff(&out, s, few, &caps_own);
    assert_non_null(strstr(buffer_str(&out), "\033]8;;u:"));
    screen_free(s);
    assert_true(hyperlinks_bytes(few->links) <= 82u * 1900u);
    screen_free(few);
    buffer_free(&in);
    buffer_free(&out);
}

static void
test_short(void **state)
{
    /* What is on the screen, what comes, what is drawn: for a replica. */
    static const struct {
        const char *before, *more, *want;
    } cases[] = {
        {"$ ", "a", "a"},
        {"$ ab", "\b \b", "\b \b"},
        {"$ ls", "\r\n", "\r\n"},
        {"one", "\r\ntwo", "\r\ntwo"},
        {"$ \033[31m", "a", "a"},
        {"$ ", "\033[31ma\033[m", "\033[31ma\033[m"},
        {"abcdef", "\r\033[K", "\r\033[K"},
        {"abcdef\033[3;5H", "\033[1;1HX", "\033[HX"},
        {"abc\033[5;1Hdef", "\033[H\033[2J", "\033[H\033[J"},
        {"x", "\a", "\a"},
        {"\xe6\xbc\xa2\b", "\033[Cx", "\033[Cx"}, /* from the middle of a character */
        {"x", "\033[?2004h", "\033[?2004h"},
        {"x\033[?1000h\033[?1006h", "\033[?1003h", "\033[?1000l\033[?1003h"},
        {"x\033[?1003h", "\033[?1003l", "\033[?1003l\033[?1002l\033[?1001l\033[?1000l"},
        {"x\033[?9h", "\033[?9l", "\033[?9l\033[?1003l\033[?1002l\033[?1001l\033[?1000l"},
        {"x", "\033]0;hi\a", "\033]0;hi\a"},
        {"x", "\033]2;hi\a", "\033]1;\a\033]2;hi\a"},
        {"x", "\033]52;c;QUJD\a", "\033]52;c;QUJD\a"},
        {"x", "\033]52;p;QUJD\a", "\033]52;c;QUJD\a"},
        {"x", "\033[?25l", "\033[?25l"},
        {"x", "\033[?5h", "\033[?5h"},
        /* to the edge: nothing may rest on a pending wrap */
        {"\033[1;20H", "x", "x\033[;20H"},
        {"\033[6;20H", "x", "x\r\033[19C"},
        {"\033[1;19Hxy", "z", "yz"},
        /* scrolling */
        {"1\r\n2\r\n3\r\n4\r\n5\r\n6 line", "\r\n", "\n\r"},
        {"1 line\r\n2 line\r\n3 line\r\n4 line\r\n5 line\033[2;1H", "\033[L", "\033[L"},
        {"1 line\r\n2 line\r\n3 line\r\n4 line\r\n5 line\033[2;1H", "\033[M", "\033[M"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *a = screen_with(20, 6, cases[i].before), *b = screen_copy(a);
        struct buffer out = {.max = 0};
        char want[256];

        write_to(b, bytes_str(cases[i].more));
        draw_diff(&out, a, b, &caps_stock);
        snprintf(want, sizeof(want), "%s", readable(bytes_str(cases[i].want)));
        if (strcmp(readable(buffer_bytes(&out)), want) != 0)
            fail_msg("case %zu: %s, want %s", i, readable(buffer_bytes(&out)), want);
        buffer_free(&out);
        screen_free(a);
        screen_free(b);
    }
}

static void
test_nothing(void **state)
{
    struct screen *a = screen_with(20, 6, "x\033[44m\033[K\r\n\033[1my\033]0;t\a");
    struct screen *b = screen_copy(a);
    struct buffer out = {.max = 0};

    (void)state;
    draw_diff(&out, a, b, &caps_stock);
    assert_int_equal(out.len, 0);
    screen_free(a);
    screen_free(b);
}

#define HELD 6 /* states a receiver may hold */

/* Runs a server's screen through random output. A replica follows by diffs, each from any
 * of the states it still holds. */
static void
follow(uint64_t seed_value, const struct caps *caps, int cols, int rows, bool resizes)
{
    struct rng_seeded seed = {seed_value};
    struct screen *s = screen_new(cols, rows);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    struct screen *sent[HELD] = {screen_copy(s)}, *held[HELD] = {screen_copy(s)};
    struct buffer in = {.max = 0}, out = {.max = 0}, reply = {.max = 4096};
    unsigned count = 1;

    for (unsigned step = 0; step < 30; step++) {
        unsigned base = scribble_below(&seed, count);
        struct screen *now, *other;
        struct emulator *query;
        const char *wrong;

        buffer_clear(&in);
        buffer_clear(&out);
        scribble(&in, &seed, s->cols, s->rows, 1 + scribble_below(&seed, 30));
        emulator_write(e, buffer_bytes(&in), NULL);
        if (resizes && scribble_below(&seed, 6) == 0)
            screen_resize(s, 1 + (int)scribble_below(&seed, 30),
                          1 + (int)scribble_below(&seed, 12));
        draw_diff(&out, sent[base], s, caps);

        now = screen_copy(held[base]);
        if (now->cols != s->cols || now->rows != s->rows)
            screen_resize_plain(now, s->cols, s->rows);
        other = screen_copy(now);
        emulator_replay(now, buffer_bytes(&out));
        wrong = difference(now, s);
        if (wrong)
            fail_msg("seed %llu step %u: %s\nafter %s", (unsigned long long)seed_value,
                     step, wrong, readable(buffer_bytes(&out)));

        /* Nothing rests on the replica's peculiarities, nothing asks, nothing is left
         * open. */
        query = emulator_new(other, EMULATOR_SERVER);
        emulator_write(query, buffer_bytes(&out), &reply);
        assert_int_equal(reply.len, 0);
        wrong = difference(other, s);
        if (wrong)
            fail_msg("seed %llu step %u, as an ordinary terminal: %s\nafter %s",
                     (unsigned long long)seed_value, step, wrong,
                     readable(buffer_bytes(&out)));
        if (other->pending_wrap || !other->autowrap || other->insert || other->origin ||
            other->top != 0 || other->bottom != other->rows - 1)
            fail_msg("seed %llu step %u: hidden state is left behind by %s",
                     (unsigned long long)seed_value, step, readable(buffer_bytes(&out)));
        emulator_write(query, BYTES_LIT("\033[HZ"), &reply);
        assert_int_equal(screen_row(other, 0)->cells[0].text, 'Z');
        emulator_free(query);
        screen_free(other);

        base = count < HELD ? count++ : scribble_below(&seed, HELD);
        screen_free(sent[base]);
        screen_free(held[base]);
        sent[base] = screen_copy(s);
        held[base] = now;
    }
    for (unsigned i = 0; i < count; i++) {
        screen_free(sent[i]);
        screen_free(held[i]);
    }
    emulator_free(e);
    screen_free(s);
    buffer_free(&in);
    buffer_free(&out);
    buffer_free(&reply);
}

static void
test_replicas_follow(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        follow(seed, &caps_stock, 20, 6, false);
        follow(seed, &caps_own, 40, 12, false);
        follow(seed, &caps_stock, 24, 8, true);
        follow(seed, &caps_own, 3, 2, false);
        follow(seed, &caps_own, 1, 1, false);
    }
}

/* What a terminal shows is brought from any screen to any other, with and without ECH and
 * BCE. */
static void
test_terminals_follow(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct caps caps = {.ech = seed & 1,
                            .bce = seed & 2,
                            .title = true,
                            .sync = seed & 4,
                            .copies = true};

        follow(1000 + seed, &caps, 20, 6, true);
    }
}

/* Two screens without a common past; and one painted on a terminal in an unknown state.
 */
static void
test_strangers(void **state)
{
    struct caps caps = {.ech = true, .bce = true, .title = true};

    (void)state;
    for (uint64_t n = 1; n <= 200; n++) {
        struct rng_seeded seed = {n};
        struct screen *a = screen_new(20, 6), *b = screen_new(20, 6), *t;
        struct buffer in = {.max = 0}, out = {.max = 0};
        const char *wrong;

        scribble(&in, &seed, 20, 6, 40);
        write_to(a, buffer_bytes(&in));
        buffer_clear(&in);
        scribble(&in, &seed, 20, 6, 40);
        write_to(b, buffer_bytes(&in));
        b->title_set = true;
        for (unsigned anew = 0; anew < 2; anew++) {
            buffer_clear(&out);
            t = screen_copy(a);
            t->pending_wrap = t->insert = t->origin = false;
            t->autowrap = true;
            t->top = 0;
            t->bottom = t->rows - 1;
            t->margins = t->reverse_wrap = false;
            t->left = 0;
            t->right = t->cols - 1;
            if (anew)
                draw_enter(&out, NULL);
            draw_diff(&out, anew ? NULL : a, b, &caps);
            write_to(t, buffer_bytes(&out));
            if (anew)
                text_share(&t->clipboard.data, b->clipboard.data);
            wrong = difference(t, b);
            if (wrong)
                fail_msg("seed %llu: %s\nafter %s", (unsigned long long)n, wrong,
                         readable(buffer_bytes(&out)));
            screen_free(t);
        }
        screen_free(a);
        screen_free(b);
        buffer_free(&in);
        buffer_free(&out);
    }
}

static void
test_leave(void **state)
{
    struct screen *s = screen_with(
        20, 6, "x\033[?2004h\033[?1004h\033[?1003h\033[?1006h\033[?5h\033[?25l\033[1m");
    struct screen *blank = screen_new(20, 6);
    struct buffer out = {.max = 0};

    (void)state;
    draw_enter(&out, NULL);
    draw_leave(&out, s, NULL);
    write_to(s, buffer_bytes(&out));
    assert_false(s->bracketed_paste || s->focus_events || s->reverse_video ||
                 s->app_cursor);
    assert_true(s->cursor_visible && s->autowrap);
    assert_int_equal(s->mouse_report, MOUSE_REPORT_NONE);
    assert_int_equal(s->mouse_encoding, MOUSE_ENCODING_DEFAULT);
    assert_true(pen_equal(s->pen, blank->pen));
    assert_int_equal(s->x, 0);
    assert_int_equal(s->y, 1);
    screen_free(s);
    screen_free(blank);
    buffer_free(&out);
}

/* The rest of a line is moved, and repeated characters are counted, for replicas. */
static void
test_lines_are_cheap(void **state)
{
    static const struct {
        const char *before, *more, *stock, *own;
    } cases[] = {
        {"int main(int count, char **list)\r\033[4C", "\033[@x", "\033[@x", "\033[@x"},
        {"int main(int count, char **list)\r\033[4C", "\033[5P", "\033[5P", "\033[5P"},
        {"", "aaaaaaaaaaaa", "aaaaaaaaaaaa", "a\033[11b"},
        {"", "aaa", "aaa", "aaa"},
        {"", "\u2500\u2500\u2500", "\u2500\u2500\u2500", "\u2500\033[2b"},
    };

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        const char *want = i & 1 ? cases[i / 2].own : cases[i / 2].stock;
        struct screen *a = screen_with(40, 6, cases[i / 2].before), *b = screen_copy(a);
        struct buffer out = {.max = 0};

        write_to(b, bytes_str(cases[i / 2].more));
        draw_diff(&out, a, b, i & 1 ? &caps_own : &caps_stock);
        buffer_put_byte(&out, 0);
        if (strcmp(buffer_str(&out), want) != 0)
            fail_msg("case %zu: %s, want other bytes", i, readable(buffer_bytes(&out)));
        buffer_free(&out);
        screen_free(a);
        screen_free(b);
    }
}

/* Moved blocks are moved, not painted. */
static void
test_moves_are_cheap(void **state)
{
    static const struct {
        const char *what, *more;
        size_t most;
    } cases[] = {
        {"scrolled by one", "\033[24;1H\n", 20},
        {"a region scrolled by three", "\033[5;20r\033[20;1H\n\n\n\033[r", 40},
        {"scrolled back", "\033[H\033[2L", 20},
        {"a line inserted above a status line", "\033[1;23r\033[8;1H\033[L\033[r", 30},
        {"a line deleted", "\033[7;1H\033[M", 20},
        {"two panes", "\033[1;10r\033[10;1H\n\033[12;23r\033[12;1H\033M\033[r", 70},
    };
    struct screen *a;
    struct buffer text = {.max = 0};

    (void)state;
    for (int y = 0; y < 24; y++)
        buffer_printf(&text, "%s%d: a line with some words in it", y ? "\r\n" : "", y);
    a = screen_with(80, 24, buffer_str(&text));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *b = screen_copy(a);
        struct buffer out = {.max = 0};

        write_to(b, bytes_str(cases[i].more));
        draw_diff(&out, a, b, &caps_stock);
        if (out.len > cases[i].most)
            fail_msg("%s takes %zu bytes, want at most %zu: %s", cases[i].what, out.len,
                     cases[i].most, readable(buffer_bytes(&out)));
        screen_free(b);
        buffer_free(&out);
    }
    screen_free(a);
    buffer_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_link_bytes),
        cmocka_unit_test(test_links_arrive),
        cmocka_unit_test(test_links_bounded),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_replicas_follow),
        cmocka_unit_test(test_terminals_follow),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_moves_are_cheap),
        cmocka_unit_test(test_lines_are_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
