/* Rectangles and columns (VT420: DECCRA, DECFRA, DECERA, DECCARA, DECRARA, DECIC, DECDC,
 * DECBI, DECFI; ECMA-48: SL, SR). None of them moves the cursor, but for DECBI and DECFI.
 */
#include "terminal/emulate_internal.h"

/* On the screen, from 0, all included. */
struct rect {
    int left, top, right, bottom;
};

/* Parameters first to first + 3: top, left, bottom, right, counted from 1; in origin mode
 * from the region's corner. What lies outside is cut off; false: nothing is left. Not as
 * a rectangle: from the one corner to the other along the lines. */
static bool
rect_parse(const struct emulator *e, unsigned first, struct rect *r, bool rect)
{
    const struct screen *s = e->s;
    int offset = s->origin ? s->top : 0;
    int last = s->origin ? s->bottom : s->rows - 1;

    r->top = emulate_param(e, first, 1) - 1 + offset;
    r->left = emulate_param(e, first + 1, 1) - 1;
    r->bottom = MIN(emulate_param(e, first + 2, s->rows) - 1 + offset, last);
    r->right = MIN(emulate_param(e, first + 3, s->cols), s->cols) - 1;
    if (!rect)
        return r->left < s->cols &&
               (r->top < r->bottom || (r->top == r->bottom && r->left <= r->right));
    return r->top <= r->bottom && r->left <= r->right;
}

/* DECERA, and DECSERA: nothing can be protected (DECSCA). */
void
emulate_erase_rect(struct emulator *e)
{
    struct rect r;

    if (!rect_parse(e, 0, &r, true))
        return;
    for (int y = r.top; y <= r.bottom; y++)
        screen_erase(e->s, y, r.left, r.right + 1);
}

/* DECFRA: with one character of ASCII or Latin-1, and the pen. */
void
emulate_fill_rect(struct emulator *e)
{
    int c = emulate_param(e, 0, 0);
    struct rect r;

    if (!((c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c <= 0xff)) ||
        !rect_parse(e, 1, &r, true))
        return;
    for (int y = r.top; y <= r.bottom; y++) {
        for (int x = r.left; x <= r.right; x++)
            screen_put(e->s, x, y, (uint32_t)c, 1);
    }
}

/* One character of another row to x, y; a half of a wide one becomes blank. */
static void
cell_put(struct screen *s, int x, int y, const struct row *from, int at, bool fits)
{
    struct cell c = from->cells[at];
    uint32_t text[CELL_TEXT_MAX];
    unsigned n = cell_text(from, at, text);

    s->pen = c.pen;
    s->link = cell_link(from, at);
    if (n == 0 || (c.wide && !fits)) {
        screen_erase(s, y, x, x + 1);
        return;
    }
    screen_put(s, x, y, text[0], c.wide ? 2 : 1);
    for (unsigned i = 1; i < n; i++)
        cell_add_mark(screen_row_mut(s, y), x, text[i]);
}

/* DECCRA: the copy may overlap what it is made from. There is one page. */
void
emulate_copy_rect(struct emulator *e)
{
    struct screen *s = e->s, *before;
    struct pen pen = s->pen;
    struct hyperlink *link = s->link;
    struct rect r, to;

    if (!rect_parse(e, 0, &r, true))
        return;
    to.top = emulate_param(e, 5, 1) - 1 + (s->origin ? s->top : 0);
    to.left = emulate_param(e, 6, 1) - 1;
    to.bottom = MIN(to.top + r.bottom - r.top, s->origin ? s->bottom : s->rows - 1);
    to.right = MIN(to.left + r.right - r.left, s->cols - 1);
    before = screen_copy(s);
    for (int y = to.top; y <= to.bottom; y++) {
        const struct row *from = screen_row(before, r.top + y - to.top);

        for (int x = to.left; x <= to.right; x++) {
            int at = r.left + x - to.left;

            cell_put(s, x, y, from, at, x < to.right);
            if (from->cells[at].wide)
                x += x < to.right;
        }
    }
    s->pen = pen;
    s->link = link;
    screen_free(before);
}

/* The attributes that DECCARA knows, as DEC's terminals and xterm have them. */
static void
pen_change(struct pen *pen, int v)
{
    switch (v) {
    case 0: pen->bold = pen->underline = pen->blink = pen->inverse = 0; break;
    case 1: pen->bold = 1; break;
    case 4: pen->underline = UNDERLINE_SINGLE; break;
    case 5: pen->blink = 1; break;
    case 7: pen->inverse = 1; break;
    case 8: pen->invisible = 1; break;
    case 22: pen->bold = 0; break;
    case 24: pen->underline = UNDERLINE_NONE; break;
    case 25: pen->blink = 0; break;
    case 27: pen->inverse = 0; break;
    case 28: pen->invisible = 0; break;
    default: break;
    }
}

static void
pen_reverse(struct pen *pen, int v)
{
    bool all = v == 0;

    if (all || v == 1)
        pen->bold ^= 1;
    if (all || v == 4)
        pen->underline = pen->underline ? UNDERLINE_NONE : UNDERLINE_SINGLE;
    if (all || v == 5)
        pen->blink ^= 1;
    if (all || v == 7)
        pen->inverse ^= 1;
    if (v == 8)
        pen->invisible ^= 1;
}

/* The parameters behind the rectangle's four, on the characters from..to of a row. */
static void
row_change(struct emulator *e, int y, int from, int to,
           void (*change)(struct pen *pen, int v))
{
    struct row *r = screen_row_mut(e->s, y);

    for (int x = from; x <= to; x++) {
        struct cell *c = &r->cells[x];

        if (x > 0 && r->cells[x - 1].wide)
            continue;
        if (cell_is_erased(*c))
            c->text = ' '; /* what was never written has no attributes */
        if (e->parser.count <= 4)
            change(&c->pen, 0);
        for (unsigned i = 4; i < e->parser.count; i++)
            change(&c->pen, MAX(e->parser.params[i], 0));
    }
}

static void
rect_change(struct emulator *e, void (*change)(struct pen *pen, int v))
{
    int last = e->s->cols - 1;
    bool rect = e->extent_rect;
    struct rect r;

    if (!rect_parse(e, 0, &r, rect))
        return;
    for (int y = r.top; y <= r.bottom; y++)
        row_change(e, y, rect || y == r.top ? r.left : 0,
                   rect || y == r.bottom ? r.right : last, change);
}

void
emulate_change_rect(struct emulator *e)
{
    rect_change(e, pen_change);
}

void
emulate_reverse_rect(struct emulator *e)
{
    rect_change(e, pen_reverse);
}

void
emulate_extent(struct emulator *e)
{
    int extent = emulate_param(e, 0, 0);

    if (extent <= 2)
        e->extent_rect = extent == 2;
}

/* Shifts the region's columns from x on: n > 0 makes room, n < 0 takes away. */
static void
columns_shift(struct screen *s, int x, int n)
{
    int at_x = s->x, at_y = s->y;

    s->x = x;
    for (s->y = s->top; s->y <= s->bottom; s->y++) {
        if (n > 0)
            screen_insert_cells(s, n);
        else
            screen_delete_cells(s, -n);
    }
    s->x = at_x;
    s->y = at_y;
}

static bool
in_region(const struct screen *s)
{
    return s->y >= s->top && s->y <= s->bottom;
}

void
emulate_insert_columns(struct emulator *e)
{
    if (in_region(e->s))
        columns_shift(e->s, e->s->x, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_delete_columns(struct emulator *e)
{
    if (in_region(e->s))
        columns_shift(e->s, e->s->x, -emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_scroll_left(struct emulator *e)
{
    columns_shift(e->s, 0, -emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_scroll_right(struct emulator *e)
{
    columns_shift(e->s, 0, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_back_index(struct screen *s)
{
    if (s->x > 0)
        emulate_move(s, s->x - 1, s->y);
    else if (in_region(s))
        columns_shift(s, 0, 1);
}

void
emulate_forward_index(struct screen *s)
{
    if (s->x < s->cols - 1)
        emulate_move(s, s->x + 1, s->y);
    else if (in_region(s))
        columns_shift(s, 0, -1);
    s->pending_wrap = false;
}
