#include "unit.h"

#include "base/log.h"
#include "base/rng.h"
#include "terminal/cluster.h"
#include "terminal/draw.h"
#include "terminal/emulate.h"

#define JOINER   CLUSTER_JOINER
#define AS_EMOJI CLUSTER_AS_EMOJI

enum { WOMAN = 0x1f469, EARTH = 0x1f30d, TONE = 0x1f3fd, HEART = 0x2764, D = 0x1f1e9 };

static void
test_joins(void **state)
{
    static const struct {
        uint32_t text[CELL_TEXT_MAX];
        unsigned n;
        uint32_t c;
        bool joins;
    } cases[] = {
        {{WOMAN, JOINER}, 2, EARTH, true},
        {{WOMAN}, 1, EARTH, false},
        {{WOMAN, TONE, JOINER}, 3, EARTH, true},
        {{WOMAN, JOINER}, 2, 0x6f22, false},
        {{'a', JOINER}, 2, EARTH, false},
        {{WOMAN}, 1, TONE, true},
        {{'a'}, 1, TONE, false},
        {{D}, 1, D + 1, true},
        {{D, D + 1}, 2, D, false},
        {{D, JOINER}, 2, D, false},
        {{WOMAN}, 1, 'a', false},
        {{0xa9, JOINER}, 2, 0x1f900, false},
        {{0xa9, JOINER}, 2, 0x1fbff, false},
        {{0x1fffd, JOINER}, 2, 0x1fc00, true}, /* reserved, the last of the table */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool joins = cluster_joins(cases[i].text, cases[i].n, cases[i].c);

        if (joins != cases[i].joins)
            fail_msg("case %zu: %d", i, joins);
    }
}

static void
test_width(void **state)
{
    static const struct {
        uint32_t text[CELL_TEXT_MAX];
        unsigned n;
        int width;
        bool plain; /* in a cell of that width */
    } cases[] = {
        {{'a'}, 1, 1, true},
        {{'a', 0x301}, 2, 1, true},
        {{'a', AS_EMOJI}, 2, 1, true},
        {{'1', AS_EMOJI, 0x20e3}, 3, 2, false},
        {{HEART}, 1, 1, true},
        {{HEART, AS_EMOJI}, 2, 2, false},
        {{WOMAN, AS_EMOJI}, 2, 2, true},
        {{WOMAN, JOINER}, 2, 2, true},
        {{WOMAN, JOINER, EARTH}, 3, 2, false},
        {{0x261d, TONE}, 2, 2, false},
        {{D}, 1, 1, true},
        {{D, D}, 2, 2, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int width = cluster_width(cases[i].text, cases[i].n);

        if (width != cases[i].width ||
            cluster_is_plain(cases[i].text, cases[i].n, width) != cases[i].plain)
            fail_msg("case %zu: %d columns", i, width);
    }
}

static void
write_to(struct screen *s, const char *text)
{
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);

    emulator_write(e, bytes_str(text), NULL);
    emulator_free(e);
}

static const char *
readable(struct bytes b)
{
    static char out[65536];

    return log_escape(b, out, sizeof(out));
}

/* A terminal that people look at: nothing is known of how it measures. */
static struct caps
terminal(enum caps_clusters clusters)
{
    return (struct caps){.ech = true, .bce = true, .clusters = clusters};
}

static void
test_bytes(void **state)
{
#define EARTHLING "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8c\x8d"
    static const struct {
        const char *text, *own, *stock, *mode, *all;
    } cases[] = {
        {EARTHLING "x", "\033[?2027h" EARTHLING "\033[?2027lx",
         "\xf0\x9f\x91\xa9\033[;3Hx", "\033[?2027h" EARTHLING "\033[?2027l\033[;3Hx",
         EARTHLING "\033[;3Hx"},
        {"\xe2\x9d\xa4\xef\xb8\x8fx", "\033[?2027h\xe2\x9d\xa4\xef\xb8\x8f\033[?2027lx",
         "\xe2\x9d\xa4 \033[;3Hx",
         "\033[?2027h\xe2\x9d\xa4\xef\xb8\x8f\033[?2027l\033[;3Hx",
         "\xe2\x9d\xa4\xef\xb8\x8f\033[;3Hx"},
        {"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaax",
         "\033[?2027h\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\033[?2027lx",
         "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\033[;3Hx",
         "\033[?2027h\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\033[?2027l\033[;3Hx",
         "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\033[;3Hx"},
    };
    const struct caps mode = terminal(CAPS_CLUSTERS_MODE),
                      all = terminal(CAPS_CLUSTERS_ALL);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct {
            const struct caps *caps;
            const char *want;
        } receivers[] = {{&caps_own, cases[i].own},
                         {&caps_stock, cases[i].stock},
                         {&mode, cases[i].mode},
                         {&all, cases[i].all}};
        struct screen *from = screen_new(20, 2), *to = screen_new(20, 2);

        write_to(to, "\033[?2027h");
        write_to(to, cases[i].text);
        for (size_t n = 0; n < ARRAY_LEN(receivers); n++) {
            struct buffer out = {.max = 0};

            draw_diff(&out, from, to, receivers[n].caps);
            if (strcmp(buffer_str(&out), receivers[n].want) != 0)
                fail_msg("case %zu, receiver %zu: %s", i, n,
                         readable(buffer_bytes(&out)));
            buffer_free(&out);
        }
        screen_free(from);
        screen_free(to);
    }
}

/* Clusters, what cuts and moves them, and the mode at its will. */
static void
scribble_clusters(struct screen *s, struct rng_seeded *seed)
{
    static const char *const parts[] = {
        "\033[?2027h",
        "\033[?2027h",
        "\033[?2027l",
        EARTHLING,
        EARTHLING,
        "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
        "\xf0\x9f\x87\xa9",
        "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
        "\xe2\x98\x9d\xf0\x9f\x8f\xbd",
        "\xe2\x9d\xa4\xef\xb8\x8f",
        "1\xef\xb8\x8f\xe2\x83\xa3",
        "\xe2\x80\x8d",
        "\xef\xb8\x8f",
        "\xf0\x9f\x8f\xbd",
        "ab",
        "漢",
        "e\xcc\x81",
        " ",
        "\r\n",
        "\b",
        "\033[2;3H",
        "\033[4;18H",
        "\033[;19H",
        "\033[6;1H",
        "\033[K",
        "\033[3X",
        "\033[2@",
        "\033[2P",
        "\033[L",
        "\033[M",
        "\033[44m",
        "\033[m",
        "\033[S",
        "\033[4h",
        "\033[4l",
        "\033[2b",
        "\033[?7l",
        "\033[?7h",
    };
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    struct rng rng = {rng_seeded_fill, seed};

    for (int i = 0; i < 40; i++)
        emulator_write(e, bytes_str(parts[rng_below(&rng, ARRAY_LEN(parts))]), NULL);
    emulator_free(e);
}

/* Whether the receiver is shown all of a cell. Without the mode it isn't of a cluster,
 * and where the mode is always on it isn't of what would be one. */
static bool
shown_whole(const struct row *r, int x, const struct caps *caps)
{
    int columns = r->cells[x].wide ? 2 : 1;
    uint32_t text[CELL_TEXT_MAX];
    unsigned n = cell_text(r, x, text);

    if (n < 2 || caps->clusters == CAPS_CLUSTERS_MODE)
        return true;
    return caps->clusters == CAPS_CLUSTERS_NONE ? cluster_is_plain(text, n, columns)
                                                : cluster_width(text, n) == columns;
}

static void
compare(const struct screen *got, const struct screen *want, const struct caps *caps,
        unsigned seed, struct bytes drawn)
{
    for (int y = 0; y < want->rows; y++) {
        const struct row *g = screen_row(got, y), *w = screen_row(want, y);

        for (int x = 0; x < want->cols; x++) {
            if (!shown_whole(w, x, caps))
                x += w->cells[x].wide;
            else if (!cell_equal(g, x, w, x))
                fail_msg("seed %u, column %d of row %d\n%s", seed, x, y, readable(drawn));
        }
    }
    if (got->x != want->x || got->y != want->y)
        fail_msg("seed %u, cursor at %d,%d, want %d,%d", seed, got->x, got->y, want->x,
                 want->y);
}

static void
test_clusters_arrive(void **state)
{
    const struct caps mode = terminal(CAPS_CLUSTERS_MODE),
                      all = terminal(CAPS_CLUSTERS_ALL),
                      none = terminal(CAPS_CLUSTERS_NONE);
    const struct caps *const receivers[] = {&caps_own, &caps_stock, &mode, &all, &none};

    (void)state;
    for (unsigned first = 1; first <= 400; first++) {
        struct rng_seeded seed = {first};
        const struct caps *caps = receivers[first % ARRAY_LEN(receivers)];
        struct screen *from = NULL, *to = screen_new(20, 6), *got = screen_new(20, 6);

        if (caps == &all)
            got->clusters = true;
        for (int step = 0; step < 4; step++) {
            struct buffer out = {.max = 0};

            scribble_clusters(to, &seed);
            draw_diff(&out, from, to, caps);
            if (caps->replica)
                emulator_replay(got, buffer_bytes(&out));
            else
                write_to(got, buffer_str(&out));
            compare(got, to, caps, first, buffer_bytes(&out));
            assert_int_equal(got->clusters, caps == &all);
            screen_free(from);
            from = screen_copy(to);
            buffer_free(&out);
        }
        screen_free(from);
        screen_free(to);
        screen_free(got);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_clusters_arrive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
