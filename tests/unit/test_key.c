#include "unit.h"

#include "crypto/key.h"

/* Lines "good "TEXT" HEX" and "bad "TEXT" REASON". */
static void
test_vectors(void **state)
{
    FILE *f = fopen(VECTORS "/key-base64.txt", "r");
    char line[512];
    int seen = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *from = strchr(line, '"'), *to = strrchr(line, '"');
        bool good = strncmp(line, "good", 4) == 0;
        struct awl_key key;

        if (!good && strncmp(line, "bad", 3) != 0)
            continue;
        assert_non_null(from);
        from++;
        if (awl_key_parse(from, (size_t)(to - from), &key) != good)
            fail_msg("%s: %s", line, good ? "refused" : "accepted");
        seen++;
        if (!good)
            continue;
        for (size_t i = 0; i < AWL_KEY_LEN; i++) {
            unsigned v;

            assert_int_equal(sscanf(to + 2 + 2 * i, "%2x", &v), 1);
            if (v != key.bytes[i])
                fail_msg("%s: byte %zu is %02x", line, i, key.bytes[i]);
        }
        {
            char text[AWL_KEY_TEXT_LEN + 1];

            awl_key_text(&key, text);
            assert_bytes_equal(bytes_str(text), bytes_of(from, (size_t)(to - from)));
        }
    }
    fclose(f);
    assert_true(seen > 10);
}

static void
test_every_character(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[AWL_KEY_TEXT_LEN + 1] = "AAAAAAAAAAAAAAAAAAAAAA", back[sizeof text];
        bool want = c && strchr(alphabet, c);
        struct awl_key key;

        text[7] = (char)c;
        if (awl_key_parse(text, AWL_KEY_TEXT_LEN, &key) != want)
            fail_msg("character %d: %s", c, want ? "refused" : "accepted");
        if (!want)
            continue;
        awl_key_text(&key, back);
        assert_string_equal(back, text);
    }
}

static void
test_make_and_wipe(void **state)
{
    struct rng_seeded seed = {1};
    struct rng rng = {rng_seeded_fill, &seed};
    struct awl_key a, b, zero = {{0}};

    (void)state;
    key_make(&a, &rng);
    key_make(&b, &rng);
    assert_memory_not_equal(&a, &b, sizeof a);
    awl_key_wipe(&a);
    assert_memory_equal(&a, &zero, sizeof a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_make_and_wipe),
    };

    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
