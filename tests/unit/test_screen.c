#include "unit.h"

#include "terminal/emulate.h"
#include "terminal/screen.h"

static struct screen *
shown(int cols, int rows, const char *text)
{
    struct screen *s = screen_new(cols, rows);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, bytes_str(text), NULL);
    emulator_free(e);
    return s;
}

static void
write_to(struct screen *s, const char *text)
{
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, bytes_str(text), NULL);
    emulator_free(e);
}

static void
test_snapshot_shares_rows(void **state)
{
    struct screen *s = shown(10, 4, "one\r\ntwo\r\nthree"), *copy = screen_copy(s);

    (void)state;
    for (int y = 0; y < 4; y++)
        assert_ptr_equal(s->grid[y], copy->grid[y]);
    assert_true(screen_equal(s, copy));
    write_to(s, "\033[1;1Hx");
    assert_ptr_not_equal(s->grid[0], copy->grid[0]);
    assert_ptr_equal(s->grid[1], copy->grid[1]);
    assert_int_equal(copy->grid[0]->cells[0].text, 'o');
    assert_false(screen_equal(s, copy));
    screen_free(s);
    assert_int_equal(copy->grid[1]->refs, 1);
    screen_free(copy);
}

static void
test_scroll_keeps_rows(void **state)
{
    struct screen *s = shown(10, 4, "one\r\ntwo\r\nthree\r\nfour"),
                  *copy = screen_copy(s);

    (void)state;
    write_to(s, "\033[4;1H\n");
    for (int y = 0; y < 3; y++)
        assert_ptr_equal(s->grid[y], copy->grid[y + 1]);
    assert_int_equal(copy->grid[0]->cells[0].text, 'o');
    assert_true(cell_is_erased(s->grid[3]->cells[0]));
    screen_free(s);
    screen_free(copy);
}

/* Each of these must make a difference to the client, or must not. */
static void
test_equality(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"", "", true},
        {"a", "a", true},
        {"a", "b", false},
        {"a ", "a\033[C", true}, /* a typed space looks like an erased cell */
        {"\033[7ma \033[m", "\033[7ma\033[m\033[C", false},
        {"\033[1ma", "\033[1ma\033[0m", false},
        {"\033[31mx\033[m", "x", false},
        {"e\xcc\x81", "e\xcc\x81", true},
        {"e\xcc\x81", "e\xcc\x82", false},
        {"q\bx\be\xcc\x81", "e\xcc\x81", true},
        {"e\xcc\x81\be\xcc\x81", "e\xcc\x81", true},
        {"\033[?25l", "", false},
        {"\033[?5h", "", false},
        {"\033[?2004h", "", false},
        {"\033[?1004h", "", false},
        {"\033[?1000h", "", false},
        {"\033[?1006h", "", false},
        {"\033[?1007h", "", true},
        {"\033[?1h", "", true},
        {"\033[?7l", "", true},
        {"\033[4h", "", true},
        {"\033[2;3r", "", true},
        {"\033H\033[3g", "", true},
        {"\033[3 q", "", true},
        {"\007", "", false},
        {"\033]2;t\007", "", false},
        {"\033]1;t\007", "", false},
        {"\033]0;\007", "", false}, /* "a title was set" */
        {"\033]0;t\007", "\033]1;t\007\033]2;t\007", true},
        {"\033]52;c;QQ==\007", "", false},
        {"\033]52;c;QQ==\007\033]52;c;QQ==\007", "\033]52;c;QQ==\007", false},
        {"\033]52;c;QQ==\007", "\033]52;p;QQ==\007", true}, /* nor the selection */
        {"abcde\r", "\033[1;1Habcde\r", true},
        {"abcdef", "abcde\r\nf", false}, /* the wrap mark */
        {"\033[3;1Habcdef", "\033[2;1Habcde\r\nf", false},
        {"abcde", "abcde\033[1;5H", true}, /* pending wrap isn't sent */
        {"\033[?1049h", "", true},
        {"ab\033[?1049h\033[H", "", true}, /* the hidden screen isn't sent */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *a = shown(5, 3, cases[i].a), *b = shown(5, 3, cases[i].b);

        if (screen_equal(a, b) != cases[i].equal)
            fail_msg("case %zu: %s, want %s", i, cases[i].equal ? "differ" : "equal",
                     cases[i].equal ? "equal" : "different");
        screen_free(a);
        screen_free(b);
    }
}

static void
test_sizes(void **state)
{
    static const struct {
        int cols, rows, want_cols, want_rows;
    } cases[] = {
        {1, 1, 1, 1},
        {0, 0, 1, 1},
        {-5, 3, 1, 3},
        {SCREEN_COLS_MAX, SCREEN_ROWS_MAX, SCREEN_COLS_MAX, SCREEN_ROWS_MAX},
        {SCREEN_COLS_MAX + 1, 1 << 30, SCREEN_COLS_MAX, SCREEN_ROWS_MAX},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *s = screen_new(cases[i].cols, cases[i].rows);

        assert_int_equal(s->cols, cases[i].want_cols);
        assert_int_equal(s->rows, cases[i].want_rows);
        write_to(s, "hello\033[999;999Hworld\n");
        screen_resize(s, 80, 24);
        assert_int_equal(s->cols, 80);
        screen_resize(s, cases[i].cols, cases[i].rows);
        assert_int_equal(s->rows, cases[i].want_rows);
        screen_free(s);
    }
}

/* Marks written over and over in one row must not grow its store without end. */
static void
test_marks_bounded(void **state)
{
    struct screen *s = screen_new(10, 2);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    (void)state;
    for (int i = 0; i < 10000; i++)
        emulator_write(
            e, BYTES_LIT("\ra\xcc\x81\xcc\x82 b\xcc\x83 c\xcc\x81\xcc\x82\xcc\x83"),
            NULL);
    assert_true(s->grid[0]->marks_cap <= 64);
    emulator_free(e);
    screen_free(s);
}

/* All cells of the widest row full: indices into the store must still fit. */
static void
test_marks_full(void **state)
{
    struct screen *s = screen_new(SCREEN_COLS_MAX, 1);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    uint32_t text[CELL_TEXT_MAX];

    (void)state;
    for (int round = 0; round < 2; round++) {
        emulator_write(e, BYTES_LIT("\r"), NULL);
        for (int x = 0; x < SCREEN_COLS_MAX; x++) {
            emulator_write(e, BYTES_LIT("a"), NULL);
            for (unsigned i = 0; i < CELL_MARKS_MAX + 3; i++)
                emulator_write(e, BYTES_LIT("\xcc\x81"), NULL);
        }
    }
    for (int x = 0; x < SCREEN_COLS_MAX; x++) {
        unsigned n = cell_text(s->grid[0], x, text);

        if (n != CELL_TEXT_MAX || text[0] != 'a' || text[16] != 0x301)
            fail_msg("cell %d: %u characters, want %u", x, n, CELL_TEXT_MAX);
    }
    emulator_free(e);
    screen_free(s);
}

static void
test_long_strings(void **state)
{
    struct screen *s = screen_new(10, 2);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    struct buffer b = {0};

    (void)state;
    /* 300 characters: 254 of them stay. */
    buffer_put_str(&b, "\033]2;");
    for (int i = 0; i < 300; i++)
        buffer_put_str(&b, "\xc3\xa9");
    buffer_put_str(&b, "\007");
    emulator_write(e, buffer_bytes(&b), NULL);
    assert_int_equal(text_bytes(s->title).len, 2 * SCREEN_TITLE_MAX);
    /* A title of more than 4 KiB is dropped, not cut. */
    buffer_clear(&b);
    buffer_put_str(&b, "\033]2;");
    for (int i = 0; i < 5000; i++)
        buffer_put_str(&b, "x");
    buffer_put_str(&b, "\007ok");
    emulator_write(e, buffer_bytes(&b), NULL);
    assert_int_equal(text_bytes(s->title).len, 2 * SCREEN_TITLE_MAX);
    assert_int_equal(s->x, 2);
    /* A megabyte may be copied, one byte more may not. */
    for (size_t len = SCREEN_CLIPBOARD_MAX; len <= SCREEN_CLIPBOARD_MAX + 1; len++) {
        buffer_clear(&b);
        buffer_put_str(&b, "\033]52;c;");
        for (size_t i = 0; i < len; i++)
            buffer_put_byte(&b, 'A');
        buffer_put_str(&b, "\033\\");
        for (size_t at = 0; at < b.len; at += 1000)
            emulator_write(e, bytes_slice(buffer_bytes(&b), at, 1000), NULL);
        assert_int_equal(text_bytes(s->clipboard.data).len, SCREEN_CLIPBOARD_MAX);
        assert_int_equal(s->clipboard.event, 1);
    }
    buffer_free(&b);
    emulator_free(e);
    screen_free(s);
}

static void
test_replies_are_whole(void **state)
{
    struct screen *s = screen_new(10, 2);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    struct buffer reply = {.max = 10};

    (void)state;
    emulator_write(e, BYTES_LIT("\033[6n\033[6n\033[5n"), &reply);
    assert_bytes_equal(buffer_bytes(&reply), BYTES_LIT("\033[1;1R\033[0n"));
    buffer_free(&reply);
    emulator_free(e);
    screen_free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshot_shares_rows),
        cmocka_unit_test(test_scroll_keeps_rows),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_marks_bounded),
        cmocka_unit_test(test_marks_full),
        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_replies_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
