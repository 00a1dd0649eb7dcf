/* Select Graphic Rendition (ECMA-48 8.3.117, ITU-T T.416 for colours, xterm ctlseqs). */
#include "terminal/emulate_internal.h"
#include <stdio.h>

/* How many parts follow parameter i behind colons. */
static unsigned
sub_count(const struct parser *p, unsigned i)
{
    unsigned n = 0;

    while (i + 1 + n < p->count && p->joined >> (i + 1 + n) & 1)
        n++;
    return n;
}

static int
value(const struct parser *p, unsigned i)
{
    return i < p->count && p->params[i] > 0 ? p->params[i] : 0;
}

static bool
colour_from(int kind, int a, int b, int c, uint32_t *out)
{
    if (a > 255 || (kind == 2 && (b > 255 || c > 255)))
        return false;
    *out = kind == 5 ? colour_palette((uint32_t)a)
                     : colour_direct((uint32_t)a, (uint32_t)b, (uint32_t)c);
    return true;
}

/* 38, 48 or 58 at i, in either notation; what is out of range changes nothing. Gives how
 * many further parameters belong to it. */
static unsigned
colour_parse(const struct parser *p, unsigned i, uint32_t *out)
{
    unsigned subs = sub_count(p, i), used, at = i + 2;
    int kind = value(p, i + 1);

    if (subs) {
        used = subs;
        /* 38:2:r:g:b is xterm's misreading of T.416; 38:2:space:r:g:b is the standard. */
        if (kind == 2 && subs > 4)
            at++;
        if ((kind == 5 && subs < 2) || (kind == 2 && subs < 4))
            return used;
    } else {
        used = kind == 5 ? 2 : kind == 2 ? 4 : 1;
        used = MIN(used, p->count - i - 1);
        if ((kind == 5 && used < 2) || (kind == 2 && used < 4))
            return used;
    }
    if (kind == 5 || kind == 2)
        colour_from(kind, value(p, at), value(p, at + 1), value(p, at + 2), out);
    return used;
}

static void
sgr_one(struct pen *pen, int v)
{
    switch (v) {
    case 0: *pen = (struct pen){0}; break;
    case 1: pen->bold = 1; break;
    case 2: pen->faint = 1; break;
    case 3: pen->italic = 1; break;
    case 4: pen->underline = UNDERLINE_SINGLE; break;
    case 5:
    case 6: pen->blink = 1; break;
    case 7: pen->inverse = 1; break;
    case 8: pen->invisible = 1; break;
    case 9: pen->strike = 1; break;
    case 21: pen->underline = UNDERLINE_DOUBLE; break;
    case 22: pen->bold = pen->faint = 0; break;
    case 23: pen->italic = 0; break;
    case 24: pen->underline = UNDERLINE_NONE; break;
    case 25: pen->blink = 0; break;
    case 27: pen->inverse = 0; break;
    case 28: pen->invisible = 0; break;
    case 29: pen->strike = 0; break;
    case 39: pen->fg = 0; break;
    case 49: pen->bg = 0; break;
    case 53: pen->overline = 1; break;
    case 55: pen->overline = 0; break;
    case 59: pen->ul = 0; break;
    default:
        if (v >= 30 && v <= 37)
            pen->fg = colour_palette((uint32_t)(v - 30)) & 0x3ffffff;
        else if (v >= 40 && v <= 47)
            pen->bg = colour_palette((uint32_t)(v - 40)) & 0x3ffffff;
        else if (v >= 90 && v <= 97)
            pen->fg = colour_palette((uint32_t)(v - 90 + 8)) & 0x3ffffff;
        else if (v >= 100 && v <= 107)
            pen->bg = colour_palette((uint32_t)(v - 100 + 8)) & 0x3ffffff;
        break;
    }
}

void
emulate_sgr(const struct parser *p, struct pen *pen)
{
    for (unsigned i = 0; i < p->count; i++) {
        int v = value(p, i);
        unsigned subs;

        if (v == 38 || v == 48 || v == 58) {
            uint32_t colour = v == 38 ? pen->fg : v == 48 ? pen->bg : pen->ul;

            i += colour_parse(p, i, &colour);
            if (v == 38)
                pen->fg = colour & 0x3ffffff;
            else if (v == 48)
                pen->bg = colour & 0x3ffffff;
            else
                pen->ul = colour & 0x3ffffff;
            continue;
        }
        subs = sub_count(p, i);
        if (subs == 0)
            sgr_one(pen, v);
        else if (v == 4)
            pen->underline = value(p, i + 1) <= UNDERLINE_DASHED ? value(p, i + 1) & 7
                                                                 : UNDERLINE_SINGLE;
        i += subs; /* of any other parameter: not ours to guess */
    }
}

static int
colour_text(char *out, size_t size, int base, uint32_t colour)
{
    uint32_t v = colour_value(colour);

    switch (colour_kind(colour)) {
    case COLOUR_DEFAULT: break;
    case COLOUR_PALETTE:
        if (v < 8 && base != 58)
            return snprintf(out, size, ";%u", (unsigned)(base - 8 + (int)v));
        return snprintf(out, size, ";%d:5:%u", base, (unsigned)v);
    case COLOUR_DIRECT:
        return snprintf(out, size, ";%d:2::%u:%u:%u", base, (unsigned)(v >> 16),
                        (unsigned)(v >> 8 & 0xff), (unsigned)(v & 0xff));
    }
    return 0;
}

void
emulate_sgr_text(struct pen pen, char *out, size_t size)
{
    const struct {
        bool on;
        const char *text;
    } flags[] = {
        {pen.bold, ";1"},   {pen.faint, ";2"},     {pen.italic, ";3"},
        {pen.blink, ";5"},  {pen.inverse, ";7"},   {pen.invisible, ";8"},
        {pen.strike, ";9"}, {pen.overline, ";53"},
    };
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].on)
            n += (size_t)snprintf(out + n, size - n, "%s", flags[i].text);
    }
    if (pen.underline == UNDERLINE_SINGLE)
        n += (size_t)snprintf(out + n, size - n, ";4");
    else if (pen.underline)
        n += (size_t)snprintf(out + n, size - n, ";4:%d", (int)pen.underline);
    n += (size_t)colour_text(out + n, size - n, 38, pen.fg);
    n += (size_t)colour_text(out + n, size - n, 48, pen.bg);
    colour_text(out + n, size - n, 58, pen.ul);
}
