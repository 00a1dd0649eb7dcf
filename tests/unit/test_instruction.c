#include "unit.h"

#include "base/err.h"
#include "base/rng.h"
#include "transport/instruction.h"

static void
test_pack(void **state)
{
    const struct {
        const char *what;
        struct instruction in;
        struct bytes want;
    } cases[] = {
        {"all zero",
         {.version = 2},
         BYTES_LIT("\x08\x02\x10\x00\x18\x00\x20\x00\x28\x00\x32\x00\x3a\x00")},
        {"the last state",
         {.version = 2,
          .old_num = 1,
          .new_num = UINT64_MAX,
          .diff = BYTES_LIT("d"),
          .chaff = BYTES_LIT("c")},
         BYTES_LIT(
             "\x08\x02\x10\x01\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x20\x00\x28"
             "\x00\x32\x01"
             "d\x3a\x01"
             "c")},
        {"path and hello",
         {.version = 2, .path = BYTES_LIT("p"), .hello = BYTES_LIT("")},
         BYTES_LIT("\x08\x02\x10\x00\x18\x00\x20\x00\x28\x00\x32\x00\x3a\x00\xc2\x3e\x01"
                   "p\xca\x3e\x00")},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {.max = INSTRUCTION_MEMORY_MAX};
        struct buffer got = {0};
        struct instruction back;

        instruction_pack(&cases[i].in, &got);
        if (!bytes_equal(buffer_bytes(&got), cases[i].want))
            fail_msg("%s: packed otherwise", cases[i].what);
        assert_int_equal(instruction_parse(&arena, cases[i].want, &back), 0);
        assert_int_equal(back.new_num, cases[i].in.new_num);
        assert_bytes_equal(back.diff, cases[i].in.diff);
        assert_bytes_equal(back.path, cases[i].in.path);
        assert_int_equal(back.hello.data != NULL, cases[i].in.hello.data != NULL);
        assert_int_equal(back.path.data != NULL, cases[i].in.path.data != NULL);
        buffer_free(&got);
        arena_free(&arena);
    }
}

static void
test_parse(void **state)
{
    const struct {
        const char *what;
        struct bytes in;
        int want;
        uint32_t version;
        uint64_t new_num;
    } cases[] = {
        {"nothing at all", BYTES_LIT(""), 0, 0, 0},
        {"descending, unknown fields 15 and 16",
         BYTES_LIT("\x82\x01\x01x\x78\x05\x18\x07\x08\x02"), 0, 2, 7},
        {"given twice, the later counts", BYTES_LIT("\x18\x07\x18\x08\x08\x02"), 0, 2, 8},
        {"cut short", BYTES_LIT("\x08\x02\x32\x05"), ERR_FORMAT, 0, 0},
        {"endless varint",
         BYTES_LIT("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), ERR_FORMAT, 0,
         0},
        {"field number 0", BYTES_LIT("\x00\x02"), ERR_FORMAT, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {.max = INSTRUCTION_MEMORY_MAX};
        struct instruction in;
        int r = instruction_parse(&arena, cases[i].in, &in);

        if (r != cases[i].want || in.version != cases[i].version ||
            in.new_num != cases[i].new_num)
            fail_msg("%s: got %d, version %u, new %llu", cases[i].what, r, in.version,
                     (unsigned long long)in.new_num);
        arena_free(&arena);
    }
}

/* Two-byte fields cost memory only up to the arena's cap. */
static void
test_bounded(void **state)
{
    struct arena arena = {.max = INSTRUCTION_MEMORY_MAX};
    struct buffer in = {0};
    struct instruction out;

    (void)state;
    while (in.len < INSTRUCTION_MAX)
        buffer_put(&in, "\x78\x05", 2);
    assert_int_equal(instruction_parse(&arena, buffer_bytes(&in), &out), ERR_FORMAT);
    assert_true(arena.held <= INSTRUCTION_MEMORY_MAX);
    /* One large field is fine. */
    buffer_clear(&in);
    buffer_put(&in, "\x32\xf0\xff\xff\x01", 5);
    buffer_reserve(&in, 0x3ffff0);
    memset(in.data + in.len, 'x', 0x3ffff0);
    in.len += 0x3ffff0;
    arena_clear(&arena);
    assert_int_equal(instruction_parse(&arena, buffer_bytes(&in), &out), 0);
    assert_int_equal(out.diff.len, 0x3ffff0);
    buffer_put_byte(&in, 0);
    while (in.len <= INSTRUCTION_MAX)
        buffer_put_byte(&in, 0);
    assert_int_equal(instruction_parse(&arena, buffer_bytes(&in), &out), ERR_FORMAT);
    buffer_free(&in);
    arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests_name("instruction", tests, NULL, NULL);
}
