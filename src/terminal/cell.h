/* A cell of the screen: a value of 16 bytes without pointers. All zero is an erased cell
 * in default colours. Cells with combining marks keep their text in the row's store,
 * hyperlinks are the row's (row.h), so a cell with `cluster` or `link` set means
 * something only together with its own row.
 */
#pragma once
#include "base/attr.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A colour in 26 bits: the kind above 24 bits of value. 0 is the default colour. Palette
 * entries 0-7 are what SGR 30-37 select. */
enum colour_kind { COLOUR_DEFAULT, COLOUR_PALETTE, COLOUR_DIRECT };

static inline uint32_t
colour_palette(uint32_t n)
{
    return (uint32_t)COLOUR_PALETTE << 24 | (n & 0xff);
}

static inline uint32_t
colour_direct(uint32_t r, uint32_t g, uint32_t b)
{
    return (uint32_t)COLOUR_DIRECT << 24 | (r & 0xff) << 16 | (g & 0xff) << 8 |
           (b & 0xff);
}

static inline enum colour_kind
colour_kind(uint32_t colour)
{
    return (enum colour_kind)(colour >> 24 & 3);
}

/* The palette index, or 0xrrggbb. */
static inline uint32_t
colour_value(uint32_t colour)
{
    return colour & 0xffffff;
}

enum underline {
    UNDERLINE_NONE,
    UNDERLINE_SINGLE,
    UNDERLINE_DOUBLE,
    UNDERLINE_CURLY,
    UNDERLINE_DOTTED,
    UNDERLINE_DASHED
};

/* How text looks. Every bit is named, so pens and cells compare as bytes. */
struct pen {
    unsigned fg : 26, bold : 1, faint : 1, italic : 1, blink : 1, inverse : 1,
        invisible : 1;
    unsigned bg : 26, strike : 1, overline : 1, underline : 3, spare_bg : 1;
    unsigned ul : 26, spare_ul : 6; /* underline colour; default: as the text */
};

#define CELL_TEXT_MASK 0x1fffffu /* up to U+10FFFF */

struct cell {
    unsigned
        text : 21; /* a scalar; 0: erased; with cluster: index into the row's store */
    unsigned cluster : 1;
    unsigned wide : 1;    /* the left half of two columns; the next cell is erased */
    unsigned link : 8;    /* hyperlink: 1 + index into the row's; 0: none */
    unsigned protect : 1; /* DECSCA; never shown, no part of equality */
    struct pen pen;
};

static_assert(sizeof(struct pen) == 12 && sizeof(struct cell) == 16,
              "a row costs 16 bytes a cell");

static inline bool
pen_equal(struct pen a, struct pen b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* An erased cell: no text, no attributes, only a background (BCE). */
static inline struct cell
cell_erased(uint32_t bg)
{
    struct cell c = {0};

    c.pen.bg = bg & 0x3ffffff;
    return c;
}

static inline bool
cell_is_erased(struct cell c)
{
    return c.text == 0 && !c.cluster;
}

/* Whether the pen can be seen where there is no text, apart from its background. */
static inline bool
pen_shows_on_blank(struct pen p)
{
    return p.inverse || p.underline || p.strike || p.overline;
}

/* Shows nothing but its background. Whether it was erased or a space was printed there
 * makes no difference to anybody, so such cells count as equal when their backgrounds
 * are. */
static inline bool
cell_is_blank(struct cell c)
{
    return !c.cluster && !c.link &&
           (c.text == 0 || (c.text == ' ' && !pen_shows_on_blank(c.pen)));
}
