#include "unit.h"

static void
test_buffer_respects_its_cap(void **state)
{
    struct buffer b = {.max = 10};

    (void)state;
    assert_true(buffer_put_str(&b, "12345678"));
    assert_false(buffer_put_str(&b, "abc"));
    assert_true(b.overflow);
    assert_bytes_equal(buffer_bytes(&b), BYTES_LIT("12345678"));
    assert_true(buffer_put_str(&b, "ab"));
    assert_string_equal(buffer_str(&b), "12345678ab");
    buffer_drop(&b, 8);
    assert_bytes_equal(buffer_bytes(&b), BYTES_LIT("ab"));
    buffer_free(&b);
    assert_int_equal(b.max, 10);
}

static void
test_printf_longer_than_the_small_buffer(void **state)
{
    struct buffer b = {.max = 0};

    (void)state;
    assert_true(buffer_printf(&b, "%0400d|", 7));
    assert_int_equal(b.len, 401);
    assert_int_equal(b.data[400], '|');
    buffer_free(&b);
}

static void
test_reader_stops_at_the_end(void **state)
{
    struct reader r = reader_of(BYTES_LIT("\x01\x02\x03\x04\x05"));

    (void)state;
    assert_int_equal(reader_u16(&r), 0x0102);
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(reader_u8(&r), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_respects_its_cap),
        cmocka_unit_test(test_printf_longer_than_the_small_buffer),
        cmocka_unit_test(test_reader_stops_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
