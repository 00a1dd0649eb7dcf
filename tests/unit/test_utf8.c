#include "unit.h"

#include "base/utf8.h"

static void
decode(struct bytes in, struct buffer *out)
{
    struct utf8_decoder d = {0};
    uint32_t c[2];

    for (size_t i = 0; i < in.len; i++) {
        unsigned n = utf8_feed(&d, in.data[i], c);

        for (unsigned k = 0; k < n; k++)
            buffer_printf(out, "%x ", (unsigned)c[k]);
    }
    if (d.need)
        buffer_put_str(out, "...");
}

static void
test_maximal_subparts(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"A", "41 "},
        {"\xc3\xa9", "e9 "},
        {"\xe2\x82\xac", "20ac "},
        {"\xf0\x9f\x98\x80", "1f600 "},
        {"\xed\xa0\x80", "fffd fffd fffd "},
        {"\xf5\x80x", "fffd fffd 78 "},
        {"\xf1\x80\x80\x41", "fffd 41 "},
        {"\xe1\x80\xc3\xa9", "fffd e9 "},
        {"\xc0\xaf", "fffd fffd "},
        {"\xe2\x82\x1b", "fffd 1b "},
        {"\xf0\x80\x80", "fffd fffd fffd "},
        {"\xf4\x90\x80", "fffd fffd fffd "},
        {"\x80\xfe\xff", "fffd fffd fffd "},
        {"\xe2\x82", "..."},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer b = {.max = 0};

        decode(bytes_str(cases[i].in), &b);
        assert_string_equal(buffer_str(&b), cases[i].out);
        buffer_free(&b);
    }
}

static void
test_encode_is_the_inverse(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        struct utf8_decoder d = {0};
        uint32_t got[2] = {0};
        uint8_t b[UTF8_MAX_LEN];
        unsigned n = utf8_encode(c, b), m = 0;

        for (unsigned i = 0; i < n; i++)
            m = utf8_feed(&d, b[i], got);
        if (m != 1 || got[0] != (c >= 0xd800 && c <= 0xdfff ? UTF8_REPLACEMENT : c))
            fail_msg("U+%04X comes back as U+%04X", (unsigned)c, (unsigned)got[0]);
    }
}

static void
test_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid(BYTES_LIT("a\xc3\xa9\xef\xbf\xbd")));
    assert_false(utf8_valid(BYTES_LIT("\xc3")));
    assert_false(utf8_valid(BYTES_LIT("\xc3"
                                      "A")));
    assert_false(utf8_valid(BYTES_LIT("\xe1\x80\xc3\xa9")));
    assert_false(utf8_valid(BYTES_LIT("\xff")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maximal_subparts),
        cmocka_unit_test(test_encode_is_the_inverse),
        cmocka_unit_test(test_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
