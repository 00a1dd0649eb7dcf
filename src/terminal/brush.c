#include "terminal/brush.h"

#include "base/utf8.h"
#include "terminal/cluster.h"
#include "terminal/sgr.h"
#include "terminal/width.h"

#include <string.h>

static unsigned
brush_digits(int n)
{
    unsigned d = 1;

    while (n >= 10) {
        n /= 10;
        d++;
    }
    return d;
}

static unsigned
brush_csi_cost(int n)
{
    return n == 1 ? 3 : 3 + brush_digits(n);
}

static void
brush_repeat(struct brush *b, uint8_t c, int n)
{
    while (n-- > 0)
        buffer_put_byte(b->out, c);
}

void
brush_csi(struct brush *b, int n, char final)
{
    if (n == 1)
        buffer_printf(b->out, "\033[%c", final);
    else
        buffer_printf(b->out, "\033[%d%c", n, final);
}

/* CUP; what is 1 is left out. */
static unsigned
brush_cup_cost(int x, int y)
{
    return 3 + (y ? brush_digits(y + 1) : 0) + (x ? 1 + brush_digits(x + 1) : 0);
}

static void
brush_cup(struct brush *b, int x, int y)
{
    buffer_put_str(b->out, "\033[");
    if (y)
        buffer_printf(b->out, "%d", y + 1);
    if (x)
        buffer_printf(b->out, ";%d", x + 1);
    buffer_put_byte(b->out, 'H');
}

static unsigned
brush_vertical_cost(int dy)
{
    if (dy == 0)
        return 0;
    /* n line feeds, or CUD; CUU */
    return dy > 0 ? MIN((unsigned)dy, brush_csi_cost(dy)) : brush_csi_cost(-dy);
}

static unsigned
brush_horizontal_cost(int dx)
{
    if (dx == 0)
        return 0;
    /* n backspaces, or CUB; CUF */
    return dx < 0 ? MIN((unsigned)-dx, brush_csi_cost(-dx)) : brush_csi_cost(dx);
}

static void
brush_vertical(struct brush *b, int dy)
{
    if (dy > 0 && (unsigned)dy <= brush_csi_cost(dy))
        brush_repeat(b, '\n', dy);
    else if (dy)
        brush_csi(b, dy > 0 ? dy : -dy, dy > 0 ? 'B' : 'A');
}

static void
brush_horizontal(struct brush *b, int dx)
{
    if (dx < 0 && (unsigned)-dx <= brush_csi_cost(-dx))
        brush_repeat(b, '\b', -dx);
    else if (dx)
        brush_csi(b, dx > 0 ? dx : -dx, dx > 0 ? 'C' : 'D');
}

/* Costs of the three ways: relative, by way of column 0, absolute. */
struct brush_ways {
    unsigned relative, carriage, absolute;
};

static struct brush_ways
brush_ways(const struct brush *b, int x, int y)
{
    struct brush_ways w = {UINT32_MAX, UINT32_MAX, brush_cup_cost(x, y)};
    unsigned down = b->at == BRUSH_NOWHERE ? 0 : brush_vertical_cost(y - b->y);

    if (b->at == BRUSH_AT)
        w.relative = down + brush_horizontal_cost(x - b->x);
    /* At the edge, a carriage return is the one relative movement all terminals agree
     * about. */
    if (b->at != BRUSH_NOWHERE)
        w.carriage = 1 + down + brush_horizontal_cost(x);
    return w;
}

unsigned
brush_move_cost(const struct brush *b, int x, int y)
{
    struct brush_ways w = brush_ways(b, x, y);

    return MIN(w.relative, MIN(w.carriage, w.absolute));
}

void
brush_move(struct brush *b, int x, int y)
{
    struct brush_ways w = brush_ways(b, x, y);

    if (w.relative <= w.carriage && w.relative <= w.absolute) {
        brush_vertical(b, y - b->y);
        brush_horizontal(b, x - b->x);
    } else if (w.carriage < w.absolute) {
        buffer_put_byte(b->out, '\r');
        brush_vertical(b, y - b->y);
        brush_horizontal(b, x);
    } else {
        brush_cup(b, x, y);
    }
    b->at = BRUSH_AT;
    b->x = x;
    b->y = y;
}

void
brush_pen(struct brush *b, struct pen pen)
{
    sgr_put(b->out, b->pen_known ? &b->pen : NULL, pen);
    b->pen = pen;
    b->pen_known = true;
}

void
brush_background(struct brush *b, uint32_t bg)
{
    struct pen pen = {0};

    /* Some terminals erase in inverse colours when the pen is inverse. */
    if (b->pen_known && b->pen.bg == bg && (b->caps->replica || !b->pen.inverse))
        return;
    pen.bg = bg & 0x3ffffff;
    brush_pen(b, pen);
}

/* The cursor has gone on over `width` columns. */
static void
brush_advance(struct brush *b, int width)
{
    if (b->at == BRUSH_NOWHERE)
        return;
    if (b->at == BRUSH_EDGE) {
        b->y++;
        b->x = 0;
    }
    b->x += width;
    b->at = b->x >= b->cols ? BRUSH_EDGE : BRUSH_AT;
}

void
brush_link(struct brush *b, const struct hyperlink *link)
{
    if (hyperlink_equal(b->link, link))
        return;
    buffer_put_str(b->out, "\033]8;");
    if (link)
        buffer_put(b->out, link->data, link->len);
    else
        buffer_put_byte(b->out, ';');
    buffer_put_byte(b->out, '\a');
    b->link = link;
}

static void
brush_put(struct brush *b, uint32_t c)
{
    uint8_t utf8[UTF8_MAX_LEN];

    buffer_put(b->out, utf8, utf8_encode(c, utf8));
}

/* The receiver would make other cells of these: what fits into the columns, and spaces.
 * What only means something with what is left out is left out as well. */
static void
brush_cut(struct brush *b, const uint32_t *text, unsigned n, int columns)
{
    int width = MAX(width_of(text[0]), 1);

    brush_put(b, text[0]);
    for (unsigned i = 1; i < n && width + width_of(text[i]) <= columns; i++) {
        if (text[i] == CLUSTER_JOINER || text[i] == CLUSTER_AS_EMOJI)
            continue;
        width += width_of(text[i]);
        brush_put(b, text[i]);
    }
    brush_repeat(b, ' ', columns - width);
}

/* A cell of mode 2027. */
static void
brush_cluster(struct brush *b, const uint32_t *text, unsigned n, int columns)
{
    bool mode = b->caps->clusters == CAPS_CLUSTERS_MODE;

    if (b->caps->clusters == CAPS_CLUSTERS_NONE) {
        brush_cut(b, text, n, columns);
    } else {
        if (mode)
            buffer_put_str(b->out, "\033[?2027h");
        for (unsigned i = 0; i < n; i++)
            brush_put(b, text[i]);
        if (mode)
            buffer_put_str(b->out, "\033[?2027l");
    }
    brush_advance(b, columns);
    /* Terminals differ in what they count: the next movement is absolute. */
    if (!b->caps->widths)
        b->at = BRUSH_NOWHERE;
}

void
brush_print(struct brush *b, const struct row *r, int x)
{
    struct cell c = r->cells[x];
    uint32_t text[CELL_TEXT_MAX];
    bool certain = true, narrow;
    unsigned n;

    if (cell_is_blank(c)) {
        brush_spaces(b, 1, c.pen.bg);
        return;
    }
    brush_pen(b, c.pen);
    if (b->caps->links)
        brush_link(b, cell_link(r, x));
    if (!c.cluster && c.text >= 0x20 && c.text < 0x7f) {
        buffer_put_byte(b->out, (uint8_t)c.text);
        brush_advance(b, 1);
        return;
    }
    n = cell_text(r, x, text);
    if (UNLIKELY(c.cluster) && !cluster_is_plain(text, n, c.wide ? 2 : 1)) {
        brush_cluster(b, text, n, c.wide ? 2 : 1);
        return;
    }
    if (width_of(text[0]) == 0) /* a mark needs something to stand on */
        buffer_put_str(b->out, "\302\240");
    narrow =
        b->caps->clusters == CAPS_CLUSTERS_ALL && !c.wide && cluster_width(text, n) == 2;
    for (unsigned i = 0; i < n; i++) {
        if (narrow && text[i] == CLUSTER_AS_EMOJI)
            continue; /* it would take two columns there */
        brush_put(b, text[i]);
        certain = certain && width_certain(text[i]);
    }
    brush_advance(b, c.wide ? 2 : 1);
    if (!certain && !b->caps->widths)
        b->at = BRUSH_NOWHERE;
}

bool
brush_again(struct brush *b, uint32_t c, int n)
{
    uint8_t utf8[UTF8_MAX_LEN];

    if (b->at != BRUSH_AT || brush_csi_cost(n) >= (unsigned)n * utf8_encode(c, utf8))
        return false;
    brush_csi(b, n, 'b');
    brush_advance(b, n);
    return true;
}

void
brush_spaces(struct brush *b, int n, uint32_t bg)
{
    struct pen pen = {0};

    brush_link(b, NULL);
    if (!b->pen_known || b->pen.bg != bg || pen_shows_on_blank(b->pen)) {
        pen.bg = bg & 0x3ffffff;
        brush_pen(b, pen);
    }
    brush_repeat(b, ' ', n);
    for (int i = 0; i < n; i++)
        brush_advance(b, 1);
}
