#include "unit.h"

#include "terminal/input.h"

/* In the keys "|" ends a client's update. */
static void
translate(const char *keys, bool app_cursor, struct buffer *out)
{
    struct input in = {0};

    for (; *keys; keys++) {
        if (*keys == '|')
            input_flush(&in, out);
        else
            input_translate(&in, bytes_of(keys, 1), app_cursor, out);
    }
    input_flush(&in, out);
}

static void
test_translation(void **state)
{
    static const struct {
        const char *keys;
        bool app_cursor;
        const char *want;
    } cases[] = {
        {"abc", false, "abc"},
        {"\033OA\033OB\033OC\033OD", false, "\033[A\033[B\033[C\033[D"},
        {"\033OA", true, "\033OA"},
        {"\033OH\033OP\033OM", false, "\033OH\033OP\033OM"},
        {"\033[A\033[1;5C\033[3~", false, "\033[A\033[1;5C\033[3~"},
        {"\033\033OA", false, "\033\033[A"},
        {"\033O", false, "\033O"},
        {"\033O\033OA", false, "\033O\033[A"},
        {"\033O|A", false, "\033OA"},
        {"\033|OA", false, "\033OA"},
        {"\033OA|OA", false, "\033[AOA"},
        {"OA", false, "OA"},
        {"\033OO\033OA", false, "\033OO\033[A"},
        {"\303\251\033OA\377", false, "\303\251\033[A\377"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer out = {0};

        translate(cases[i].keys, cases[i].app_cursor, &out);
        assert_bytes_equal(buffer_bytes(&out), bytes_str(cases[i].want));
        buffer_free(&out);
    }
}

static void
test_nul_passes(void **state)
{
    struct input in = {0};
    struct buffer out = {0};

    (void)state;
    input_translate(&in, BYTES_LIT("\0\033\0OA"), false, &out);
    assert_bytes_equal(buffer_bytes(&out), BYTES_LIT("\0\033\0OA"));
    buffer_free(&out);
}

/* In application mode nothing is ever held back. */
static void
test_nothing_held(void **state)
{
    struct input in = {0};
    struct buffer out = {0};

    (void)state;
    input_translate(&in, BYTES_LIT("\033O"), true, &out);
    assert_bytes_equal(buffer_bytes(&out), BYTES_LIT("\033O"));
    buffer_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_translation),
        cmocka_unit_test(test_nul_passes),
        cmocka_unit_test(test_nothing_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
