/* Random bytes as programs might write them: text, colours, movements, edits, scrolling,
 * modes. For tests of everything that must hold whatever is on the screen. */
#pragma once
#include "base/bytes.h"
#include "base/rng.h"

#include <stdio.h>

static unsigned
scribble_below(struct rng_seeded *seed, unsigned n)
{
    struct rng rng = {rng_seeded_fill, seed};

    return rng_below(&rng, n);
}

static void
scribble_text(struct buffer *out, struct rng_seeded *seed, int cols)
{
    static const char *const parts[] = {"a",
                                        "b",
                                        "xyz",
                                        " ",
                                        "  ",
                                        "\xc3\xa9",
                                        "漢",
                                        "字",
                                        "e\xcc\x81",
                                        "\xe2\x94\x80",
                                        "🙂",
                                        "word ",
                                        "\xf3\xb0\x80\x80",
                                        "========="};
    unsigned n = scribble_below(seed, 3) ? 1 + scribble_below(seed, 12)
                                         : scribble_below(seed, (unsigned)cols + 4);

    for (unsigned i = 0; i < n; i++)
        buffer_put_str(out, parts[scribble_below(seed, ARRAY_LEN(parts))]);
}

static void
scribble_pen(struct buffer *out, struct rng_seeded *seed)
{
    static const char *const pens[] = {
        "",           "0",        "1",
        "3",          "4",        "7",
        "44",         "31",       "1;32",
        "97;41",      "2",        "9",
        "53",         "4:3",      "58:5:9",
        "24;59",      "22",       "27",
        "38;5;200",   "48;5;100", "38;2;1;2;3",
        "48;2;9;8;7", "49",       "39",
        "5;8",        "25;28",    "4:2;58:2::1:2:3",
        "23;29;55",
    };

    buffer_printf(out, "\033[%sm", pens[scribble_below(seed, ARRAY_LEN(pens))]);
}

static void
scribble_control(struct buffer *out, struct rng_seeded *seed, int cols, int rows)
{
    static const char *const modes[] = {
        "?25l",   "?25h",   "?5h",    "?5l",    "?2004h", "?2004l", "?1000h", "?1003h",
        "?1002l", "?1006h", "?1015h", "?1006l", "?1004h", "?1004l", "?7l",    "?7h",
        "4h",     "4l",     "?6h",    "?6l",    "?1049h", "?1049l", "!p",     "?7h",
        "4l",     "?69h",   "?69h",   "?69l",   "?45h",   "1\"q",   "\"q",    "?J",
        "?2K",    "2'}",    "'~",     "2 @",    "3;s"};
    static const char *const others[] = {"\n",    "\r\n",   "\r",    "\b",    "\t",
                                         "\a",    "\033D",  "\033M", "\033E", "\0337",
                                         "\0338", "\033[r", "\r\n",  "\r\n"};
    static const char edits[] = "JKX@PLMSTABCDGd";
    unsigned n = 1 + scribble_below(seed, 5);

    switch (scribble_below(seed, 12)) {
    case 0:
    case 1:
    case 2:
        buffer_printf(out, "\033[%u;%uH", 1 + scribble_below(seed, (unsigned)rows),
                      1 + scribble_below(seed, (unsigned)cols));
        return;
    case 3:
    case 4:
    case 5: buffer_put_str(out, others[scribble_below(seed, ARRAY_LEN(others))]); return;
    case 6:
        if (scribble_below(seed, 3) == 0) {
            buffer_printf(out, "\033[%u;%ur", 1 + scribble_below(seed, (unsigned)rows),
                          1 + scribble_below(seed, (unsigned)rows));
            return;
        }
        /* fall through */
    case 7:
    case 8:
    case 9: {
        char edit = edits[scribble_below(seed, sizeof(edits) - 1)];

        buffer_printf(out, "\033[%u%c", edit == 'J' || edit == 'K' ? n % 3 : n, edit);
        return;
    }
    case 10:
        buffer_printf(out, "\033[%s", modes[scribble_below(seed, ARRAY_LEN(modes))]);
        return;
    default:
        switch (scribble_below(seed, 6)) {
        case 0: buffer_printf(out, "\033]%u;title %u\a", n % 3, n); return;
        case 1: buffer_printf(out, "\033]52;c;QUJD%.*s\a", (int)n, "AAAAA"); return;
        default: buffer_put_str(out, "\r\n"); return;
        }
    }
}

/* Appends about `steps` things. */
static void
scribble(struct buffer *out, struct rng_seeded *seed, int cols, int rows, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        switch (scribble_below(seed, 4)) {
        case 0: scribble_pen(out, seed); break;
        case 1: scribble_control(out, seed, cols, rows); break;
        default: scribble_text(out, seed, cols); break;
        }
    }
}
