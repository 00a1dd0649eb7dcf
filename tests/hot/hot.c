/* The hot paths, for counting.py: it runs this under callgrind, which counts what happens
 * inside counted() and dumps the sum at every path_done(). Prints a line a path: its
 * name, how many units were worked on, and what a unit is. The same on every run. */
#include "hot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "crypto/datagram.h"
#include "state/display.h"
#include "terminal/emulate.h"

#define COLS     80
#define ROWS     24
#define TEXT_LEN ((size_t)1 << 16)
#define READ_LEN ((size_t)4096) /* what one read of a pty gives */

__attribute__((noinline)) void
counted(void (*work)(void *), void *arg)
{
    work(arg);
    __asm__ volatile(""); /* not as a jump: then its end would not be seen */
}

__attribute__((noinline)) void
path_done(void)
{
    __asm__ volatile("");
}

/* ---- what programs write ---- */

static void
words(struct buffer *b, struct rng *r, int count)
{
    static const char *const word[] = {"request", "session", "worker", "timeout",
                                       "cache",   "miss",    "from",   "connection",
                                       "closed",  "by",      "peer",   "index"};

    for (int i = 0; i < count; i++)
        buffer_printf(b, "%s ", word[rng_below(r, ARRAY_LEN(word))]);
}

static void
ascii_log(struct buffer *b, struct rng *r)
{
    buffer_printf(b, "2024-05-%02u 12:%02u INFO ", rng_below(r, 28), rng_below(r, 60));
    words(b, r, 7);
    buffer_printf(b, "%u\r\n", rng_below(r, 100000));
}

static void
unicode(struct buffer *b, struct rng *r)
{
    static const char *const glyph[] = {"\u00e4", "\u00df", "\u03b1", "\u03bb",
                                        "\u0436", "\u044f", "\u4e2d", "\u6587",
                                        "\ud55c", "\u2014", "\u2713", "\u20ac"};

    for (int i = 0; i < 24; i++)
        buffer_put_str(b, glyph[rng_below(r, ARRAY_LEN(glyph))]);
    words(b, r, 3);
    buffer_put_str(b, "\r\n");
}

static void
sgr_dense(struct buffer *b, struct rng *r)
{
    buffer_printf(b, "\033[%u;%uH", 1 + rng_below(r, ROWS), 1 + rng_below(r, COLS / 2));
    for (int i = 0; i < 40; i++)
        buffer_printf(b, "\033[38;5;%u;48;5;%um%c", rng_below(r, 256), rng_below(r, 256),
                      (int)('a' + rng_below(r, 8)));
}

static void
full_screen(struct buffer *b, struct rng *r)
{
    for (int row = 1; row <= ROWS; row++) {
        buffer_printf(b, "\033[%d;1H\033[3%dm", row, row % 8);
        words(b, r, 8);
        buffer_put_str(b, "\033[K");
    }
    buffer_put_str(b, "\033[m");
}

static void
cursor_motion(struct buffer *b, struct rng *r)
{
    buffer_printf(b, "\033[%u;%uH", 1 + rng_below(r, ROWS), 1 + rng_below(r, 70));
    words(b, r, 1);
    buffer_printf(b, "\033[%uC%u\033[A\033[3Dx", 1 + rng_below(r, 5), rng_below(r, 10));
}

/* ---- the emulator ---- */

struct parsing {
    struct emulator *emulator;
    struct bytes text;
};

static void
parse(void *arg)
{
    struct parsing *p = arg;

    for (size_t at = 0; at < p->text.len; at += READ_LEN)
        emulator_write(p->emulator, bytes_slice(p->text, at, READ_LEN), NULL);
}

static size_t
parsing(const struct path *path)
{
    struct rng_seeded chance = {1};
    struct rng r = {rng_seeded_fill, &chance};
    struct buffer text = {.max = 0};
    struct screen *s = screen_new(COLS, ROWS);
    struct parsing p = {.emulator = emulator_new(s, EMULATOR_SERVER)};
    size_t len;

    while (text.len < TEXT_LEN)
        path->write(&text, &r);
    p.text = buffer_bytes(&text);
    len = p.text.len;
    counted(parse, &p);
    emulator_free(p.emulator);
    screen_free(s);
    buffer_free(&text);
    return len;
}

/* ---- a frame: snapshot, diff, and the peer's applying it ---- */

struct framing {
    struct screen *screen;
    struct display *local, *sent, *held;
    struct buffer diff;
};

static void
frame(void *arg)
{
    struct framing *f = arg;

    display_show(f->local, f->screen);
    buffer_clear(&f->diff);
    display_ops.diff(f->sent, f->local, &f->diff);
    if (display_ops.apply(f->held, buffer_bytes(&f->diff), false) != 0)
        abort();
    display_ops.free(f->sent);
    f->sent = display_ops.copy(f->local, NULL);
}

static size_t
frames(const struct path *path)
{
    struct rng_seeded chance = {1};
    struct rng r = {rng_seeded_fill, &chance};
    struct buffer text = {.max = 0};
    struct framing f = {.screen = screen_new(COLS, ROWS),
                        .local = display_new(COLS, ROWS)};
    struct emulator *e = emulator_new(f.screen, EMULATOR_SERVER);
    size_t count;

    display_own_peer(f.local, true);
    f.sent = display_ops.copy(f.local, NULL);
    f.held = display_ops.copy(f.local, NULL);
    for (count = 0; count < 50; count++) {
        buffer_clear(&text);
        path->write(&text, &r);
        emulator_write(e, buffer_bytes(&text), NULL);
        counted(frame, &f);
    }
    display_ops.free(f.local);
    display_ops.free(f.sent);
    display_ops.free(f.held);
    emulator_free(e);
    screen_free(f.screen);
    buffer_free(&f.diff);
    buffer_free(&text);
    return count;
}

/* ---- datagrams ---- */

struct ends {
    struct datagrams *from, *to;
    struct bytes plain;
};

static void
seal_and_open(void *arg)
{
    struct ends *e = arg;
    uint8_t sealed[DATAGRAM_MAX], opened[DATAGRAM_MAX];
    struct bytes plain;
    uint64_t seq;
    size_t len;

    if (datagrams_seal(e->from, e->plain, sealed, &len) != 0 ||
        datagrams_open(e->to, bytes_of(sealed, len), opened, &plain, &seq) != 0)
        abort();
}

static size_t
datagrams(const struct path *path)
{
    static const uint8_t plain[1200] = {1, 2, 3};
    struct awl_key key = {{7}};
    struct ends e = {.from = datagrams_new(&key, DIRECTION_TO_SERVER),
                     .to = datagrams_new(&key, DIRECTION_TO_CLIENT),
                     .plain = bytes_of(plain, path->len)};
    size_t count;

    for (count = 0; count < 200; count++)
        counted(seal_and_open, &e);
    datagrams_free(e.from);
    datagrams_free(e.to);
    return count;
}

/* ---- all of them ---- */

static const struct path paths[] = {
    {.name = "parse_ascii_log", .unit = "byte", .run = parsing, .write = ascii_log},
    {.name = "parse_unicode", .unit = "byte", .run = parsing, .write = unicode},
    {.name = "parse_sgr_dense", .unit = "byte", .run = parsing, .write = sgr_dense},
    {.name = "parse_full_screen", .unit = "byte", .run = parsing, .write = full_screen},
    {.name = "parse_motion", .unit = "byte", .run = parsing, .write = cursor_motion},
    {.name = "frame_line", .unit = "frame", .run = frames, .write = ascii_log},
    {.name = "frame_motion", .unit = "frame", .run = frames, .write = cursor_motion},
    {.name = "frame_full_screen", .unit = "frame", .run = frames, .write = full_screen},
    {.name = "datagram_60", .unit = "datagram", .run = datagrams, .len = 60},
    {.name = "datagram_1200", .unit = "datagram", .run = datagrams, .len = 1200},
    {.name = "key_client", .unit = "key", .run = typing, .client = true},
    {.name = "key_server", .unit = "key", .run = typing, .client = false},
};

/* With a path's name: that one alone, for a profile. */
int
main(int argc, char **argv)
{
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        size_t units;

        if (argc > 1 && strcmp(argv[1], paths[i].name) != 0)
            continue;
        units = paths[i].run(&paths[i]);
        path_done();
        printf("%s %zu %s\n", paths[i].name, units, paths[i].unit);
    }
    return 0;
}
