#include "unit.h"

#include "base/deadline.h"
#include "terminal/caps.h"
#include "terminal/reply.h"

#define ANSWERS                                                                          \
    "\033]10;rgb:dddd/dddd/dddd\033\\\033]11;rgb:1010/2020/3030\a\033]12;rgb:f/0/0\a"    \
    "\033]4;1;rgb:cccc/0000/0000\a\033]4;15;rgb:ffff/ffff/ffff\033\\"                    \
    "\033[?0u\033P>|xterm(390)\033\\\033[?997;2n\033[?2026;2$y\033[?2031;2$y"            \
    "\033[6;18;9t\033[?62;22c"

static void
begin(struct reply *r, uint64_t now)
{
    struct buffer b = {.max = 0};

    *r = (struct reply){0};
    reply_ask(r, &b);
    assert_true(b.len > 3);
    assert_memory_equal(b.data + b.len - 3, "\033[c", 3); /* what everything answers */
    buffer_clear(&b);
    reply_tick(r, &b, now);
    assert_int_equal(b.len, 0);
    buffer_free(&b);
}

static void
check_learned(const struct reply *r)
{
    const struct profile *p = &r->profile;

    assert_true(p->known);
    assert_int_equal(p->colors[EXTRAS_FOREGROUND], 0x1dddddd);
    assert_int_equal(p->colors[EXTRAS_BACKGROUND], 0x1102030);
    assert_int_equal(p->colors[EXTRAS_CURSOR], 0x1ff0000);
    assert_int_equal(p->palette[0], 0);
    assert_int_equal(p->palette[1], 0x1cc0000);
    assert_int_equal(p->palette[15], 0x1ffffff);
    assert_true(p->kitty);
    assert_string_equal(p->name, "xterm(390)");
    assert_int_equal(p->scheme, 2);
    assert_int_equal(p->cell_width, 9);
    assert_int_equal(p->cell_height, 18);
    assert_int_equal(r->sync, 2);
    assert_true(r->reports_scheme);
}

/* Cut anywhere, with keys before, between and behind: all is learned, all keys stay. */
static void
test_cut(void **state)
{
    static const char text[] = "ls" ANSWERS "\033[A\r";

    (void)state;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        struct buffer keys = {.max = 0};
        struct reply r;

        begin(&r, 1000);
        reply_input(&r, bytes_of(text, cut), &keys, 1000);
        assert_true(keys.len <= 6);
        reply_input(&r, bytes_of(text + cut, sizeof text - 1 - cut), &keys, 1010);
        assert_bytes_equal(buffer_bytes(&keys), BYTES_LIT("ls\033[A\r"));
        check_learned(&r);
        assert_true(reply_news(&r, 1010));
        assert_false(reply_news(&r, 9999));
        assert_int_equal(reply_deadline(&r), NEVER);
        buffer_free(&keys);
    }
}

/* What it says of mode 2027: it can be set, it is set or can't be reset, or it isn't
 * there.
 */
static void
test_clusters(void **state)
{
    static const uint8_t want[] = {CAPS_CLUSTERS_NONE, CAPS_CLUSTERS_ALL,
                                   CAPS_CLUSTERS_MODE, CAPS_CLUSTERS_ALL,
                                   CAPS_CLUSTERS_NONE};

    (void)state;
    for (unsigned said = 0; said < ARRAY_LEN(want); said++) {
        struct buffer keys = {.max = 0};
        struct reply r;
        char text[32];

        begin(&r, 1000);
        snprintf(text, sizeof text, "\033[?2027;%u$y\033[?62c", said);
        reply_input(&r, bytes_str(text), &keys, 1000);
        assert_int_equal(keys.len, 0);
        assert_int_equal(r.clusters, want[said]);
        buffer_free(&keys);
    }
}

static void
test_mute(void **state)
{
    struct buffer keys = {.max = 0};
    struct reply r;

    (void)state;
    begin(&r, 1000);
    /* While an answer may come an Escape waits a moment. */
    reply_input(&r, BYTES_LIT("\033"), &keys, 1010);
    assert_int_equal(keys.len, 0);
    assert_int_equal(reply_deadline(&r), 1010 + REPLY_KEY_MS);
    reply_tick(&r, &keys, 1010 + REPLY_KEY_MS);
    assert_bytes_equal(buffer_bytes(&keys), BYTES_LIT("\033"));
    assert_false(reply_news(&r, 1000 + REPLY_PATIENCE_MS));
    /* Later never. */
    assert_true(reply_awaited(&r, 1000 + REPLY_PATIENCE_MS - 1));
    assert_false(reply_awaited(&r, 1000 + REPLY_PATIENCE_MS));
    reply_input(&r, BYTES_LIT("\033"), &keys, 1000 + REPLY_PATIENCE_MS);
    assert_int_equal(keys.len, 2);
    buffer_clear(&keys);
    /* A late answer is no key, and is news a little later. */
    reply_input(&r, BYTES_LIT("\033]11;rgb:0/0/0\a\033[?1;2c"), &keys, 60000);
    assert_int_equal(keys.len, 0);
    assert_true(reply_news(&r, 60000));
    assert_int_equal(r.profile.colors[EXTRAS_BACKGROUND], COLOR_SET);
    reply_input(&r, BYTES_LIT("\033]11;rgb:f/f/f\a"), &keys, 70000);
    assert_int_equal(keys.len, 0);
    assert_false(reply_news(&r, 70000));
    assert_true(reply_news(&r, 70000 + REPLY_SETTLE_MS));
    buffer_free(&keys);
}

/* What only resembles an answer passes as it was typed. */
static void
test_keys(void **state)
{
    static const char *const cases[] = {
        "\033OA",         "\033[1;5A",  "\033[M !!",
        "\033[<0;10;10M", "\033[97;5u", "\033[27;5;94~",
        "\033[I\033[O",   "\033]x",     "\033]52;c;",
        "\033Px",         "\033\033[A", "\033[200~a\033]11;rgb:0/0/0\ab\033[?1c\033[201~",
        "\xc3\xa9\033b",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer keys = {.max = 0};
        struct reply r;

        begin(&r, 1000);
        for (int settled = 0; settled < 2; settled++) {
            buffer_clear(&keys);
            reply_input(&r, bytes_str(cases[i]), &keys, 1000);
            assert_bytes_equal(buffer_bytes(&keys), bytes_str(cases[i]));
            reply_input(&r, BYTES_LIT("\033[?1;2c"), &keys, 1000);
            assert_int_equal(keys.len, strlen(cases[i]));
        }
        buffer_free(&keys);
    }
}

/* Alt-] and the like: begun as answers begin, and let go. */
static void
test_beginnings(void **state)
{
    static const struct {
        const char *typed;
        uint64_t ms;
    } cases[] = {
        {"\033]", REPLY_KEY_MS},
        {"\033P", REPLY_KEY_MS},
        {"\033[", REPLY_KEY_MS},
        {"\033]1", REPLY_ANSWER_MS},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer keys = {.max = 0};
        struct reply r;

        begin(&r, 1000);
        reply_input(&r, bytes_str(cases[i].typed), &keys, 5000);
        reply_tick(&r, &keys, 5000 + cases[i].ms - 1);
        assert_int_equal(keys.len, 0);
        reply_tick(&r, &keys, 5000 + cases[i].ms);
        assert_bytes_equal(buffer_bytes(&keys), bytes_str(cases[i].typed));
        buffer_free(&keys);
    }
}

static void
test_endless(void **state)
{
    struct buffer keys = {.max = 0}, in = {.max = 0};
    struct reply r;

    (void)state;
    begin(&r, 1000);
    buffer_put_str(&in, "\033]11;");
    for (int i = 0; i < 10000; i++)
        buffer_put_byte(&in, 'x');
    reply_input(&r, buffer_bytes(&in), &keys, 1000);
    assert_bytes_equal(buffer_bytes(&keys), buffer_bytes(&in));
    buffer_free(&keys);
    buffer_free(&in);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_mute),       cmocka_unit_test(test_keys),
        cmocka_unit_test(test_beginnings), cmocka_unit_test(test_endless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
