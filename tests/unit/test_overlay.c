#include "unit.h"

#include "predict/overlay.h"
#include "terminal/emulate.h"

static struct screen *
screen_with(int cols, int rows, const char *text)
{
    struct screen *s = screen_new(cols, rows);

    emulator_replay(s, bytes_str(text));
    return s;
}

static void
row_is(const struct screen *s, int y, const char *want)
{
    struct buffer b = {.max = 0};

    for (int x = 0; x < s->cols; x++) {
        if (cell_is_erased(screen_row(s, y)->cells[x]))
            buffer_put_str(&b, ".");
        else
            cell_utf8(screen_row(s, y), x, &b);
    }
    assert_string_equal(buffer_str(&b), want);
    buffer_free(&b);
}

static void
test_notice(void **state)
{
    static const struct {
        const char *before, *text, *top, *bottom;
    } cases[] = {
        {"abc", "hi", "abc............. hi ", "...................."},
        {"abc\033[1;18H", "hi", "abc.................", "................ hi "},
        {"", NULL, "....................", "...................."},
        {"\033[3;1H", "a long text that is cut here", " a long text that is",
         "...................."},
        {"", "a\033b\302\205c", "............... abc ", "...................."},
        {"\033[3;1H\033[1;16H漢字", "é漢", "................ é漢", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *s = screen_with(20, 3, cases[i].before);

        overlay_notice(s, cases[i].text);
        if (cases[i].bottom) {
            row_is(s, 0, cases[i].top);
            row_is(s, 2, cases[i].bottom);
        }
        assert_true(pen_equal(s->pen, (struct pen){0}));
        screen_free(s);
    }
}

static void
test_one_row(void **state)
{
    struct screen *s = screen_with(3, 1, "ab");

    (void)state;
    overlay_notice(s, "hello");
    row_is(s, 0, " he");
    screen_free(s);
}

static void
test_title(void **state)
{
    static const struct {
        const char *before, *title, *icon;
    } cases[] = {
        {"", "", ""},
        {"\033]0;t\a", "[awl] t", "[awl] t"},
        {"\033]2;t\a", "[awl] t", ""},
        {"\033]1;i\a\033]2;t\a", "[awl] t", "i"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct screen *s = screen_with(10, 2, cases[i].before);

        overlay_title(s, "[awl] ");
        assert_bytes_equal(text_bytes(s->title), bytes_str(cases[i].title));
        assert_bytes_equal(text_bytes(s->icon), bytes_str(cases[i].icon));
        screen_free(s);
    }
}

static void
test_fit(void **state)
{
    struct screen *s = screen_with(10, 4, "1\r\n2\r\n3\r\n4"), *small, *large;

    (void)state;
    small = overlay_fit(s, 5, 2);
    assert_int_equal(small->cols, 5);
    assert_int_equal(small->rows, 2);
    row_is(small, 1, "4....");
    large = overlay_fit(s, 12, 6);
    row_is(large, 0, "1...........");
    screen_free(s);
    screen_free(small);
    screen_free(large);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notice),
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_title),
        cmocka_unit_test(test_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
