#include "terminal/sgr.h"

#define SGR_TEXT_MAX 128u /* all attributes and two direct colours take 60 */

/* The parameters of one CSI ... m. */
struct sgr {
    char text[SGR_TEXT_MAX];
    size_t len;
};

static void
sgr_add(struct sgr *s, unsigned n)
{
    assert(n < 1000 && s->len + 4 <= sizeof s->text);
    if (s->len)
        s->text[s->len++] = ';';
    if (n >= 100)
        s->text[s->len++] = (char)('0' + n / 100);
    if (n >= 10)
        s->text[s->len++] = (char)('0' + n / 10 % 10);
    s->text[s->len++] = (char)('0' + n % 10);
}

static void
sgr_end(const struct sgr *s, const char *start, struct buffer *out)
{
    buffer_put_str(out, start);
    buffer_put(out, s->text, s->len);
    buffer_put_byte(out, 'm');
}

/* base: 30 for the foreground, 40 for the background. */
static void
sgr_add_colour(struct sgr *s, uint32_t colour, unsigned base)
{
    uint32_t v = colour_value(colour);

    switch (colour_kind(colour)) {
    case COLOUR_DEFAULT: sgr_add(s, base + 9); return;
    case COLOUR_PALETTE:
        if (v < 8) {
            sgr_add(s, base + v);
        } else if (v < 16) {
            sgr_add(s, base + 60 + v - 8);
        } else {
            sgr_add(s, base + 8);
            sgr_add(s, 5);
            sgr_add(s, v & 0xff);
        }
        return;
    case COLOUR_DIRECT:
        sgr_add(s, base + 8);
        sgr_add(s, 2);
        sgr_add(s, v >> 16);
        sgr_add(s, v >> 8 & 0xff);
        sgr_add(s, v & 0xff);
        return;
    }
}

static void
sgr_absolute(struct sgr *s, struct pen p)
{
    if (p.bold)
        sgr_add(s, 1);
    if (p.faint)
        sgr_add(s, 2);
    if (p.italic)
        sgr_add(s, 3);
    if (p.underline)
        sgr_add(s, 4);
    if (p.blink)
        sgr_add(s, 5);
    if (p.inverse)
        sgr_add(s, 7);
    if (p.invisible)
        sgr_add(s, 8);
    if (p.strike)
        sgr_add(s, 9);
    if (p.overline)
        sgr_add(s, 53);
    if (p.fg)
        sgr_add_colour(s, p.fg, 30);
    if (p.bg)
        sgr_add_colour(s, p.bg, 40);
}

static void
sgr_relative(struct sgr *s, struct pen a, struct pen b)
{
    /* 22 ends both bold and faint. */
    if ((a.bold && !b.bold) || (a.faint && !b.faint)) {
        sgr_add(s, 22);
        a.bold = a.faint = 0;
    }
    if (a.bold != b.bold)
        sgr_add(s, 1);
    if (a.faint != b.faint)
        sgr_add(s, 2);
    if (a.italic != b.italic)
        sgr_add(s, b.italic ? 3 : 23);
    if (a.underline != b.underline)
        sgr_add(s, b.underline ? 4 : 24);
    if (a.blink != b.blink)
        sgr_add(s, b.blink ? 5 : 25);
    if (a.inverse != b.inverse)
        sgr_add(s, b.inverse ? 7 : 27);
    if (a.invisible != b.invisible)
        sgr_add(s, b.invisible ? 8 : 28);
    if (a.strike != b.strike)
        sgr_add(s, b.strike ? 9 : 29);
    if (a.overline != b.overline)
        sgr_add(s, b.overline ? 53 : 55);
    if (a.fg != b.fg)
        sgr_add_colour(s, b.fg, 30);
    if (a.bg != b.bg)
        sgr_add_colour(s, b.bg, 40);
    if (a.ul != b.ul && !b.ul)
        sgr_add(s, 59);
}

/* Kinds of underline other than the plain one, and its colour: only with colons, since
 * stock mosh takes the numbers behind a 58 for attributes. */
static void
sgr_put_underline(struct buffer *out, const struct pen *from, struct pen to)
{
    uint32_t v = colour_value(to.ul);

    if (to.underline > UNDERLINE_SINGLE && (!from || from->underline != to.underline))
        buffer_printf(out, "\033[4:%um", (unsigned)to.underline);
    if (!to.ul || (from && from->ul == to.ul))
        return;
    if (colour_kind(to.ul) == COLOUR_PALETTE)
        buffer_printf(out, "\033[58:5:%um", (unsigned)(v & 0xff));
    else
        buffer_printf(out, "\033[58:2::%u:%u:%um", (unsigned)(v >> 16),
                      (unsigned)(v >> 8 & 0xff), (unsigned)(v & 0xff));
}

void
sgr_put(struct buffer *out, const struct pen *from, struct pen to)
{
    struct sgr all, some;
    size_t extra;

    if (from && pen_equal(*from, to))
        return;
    all.len = some.len = 0;
    sgr_absolute(&all, to);
    if (from)
        sgr_relative(&some, *from, to);
    /* "0;" in front of all, and what it takes to repeat a coloured underline behind it */
    extra = all.len ? 2u : 0u;
    if (from && to.underline > UNDERLINE_SINGLE)
        extra += 6;
    if (from && to.ul)
        extra += 8;
    if (from && some.len <= all.len + extra) {
        if (some.len) /* else only the underline's kind or colour differs */
            sgr_end(&some, "\033[", out);
        sgr_put_underline(out, from, to);
        return;
    }
    sgr_end(&all, all.len ? "\033[0;" : "\033[", out);
    sgr_put_underline(out, NULL, to);
}
