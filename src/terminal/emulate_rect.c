/* Rectangles and columns (VT420: DECCRA, DECFRA, DECERA, DECSERA, DECCARA, DECRARA,
 * DECIC, DECDC, DECBI, DECFI; ECMA-48: SL, SR). None of them moves the cursor, but for
 * DECBI and DECFI.
 */
#include "terminal/emulate_internal.h"

/* On the screen, from 0, all included. */
struct rect {
    int left, top, right, bottom;
};

/* Where rectangles can be: in origin mode the region. */
static struct rect
rect_all(const struct screen *s)
{
    if (s->origin)
        return (struct rect){s->left, s->top, s->right, s->bottom};
    return (struct rect){0, 0, s->cols - 1, s->rows - 1};
}

/* Parameters first to first + 3: top, left, bottom, right, counted from 1; in origin mode
 * from the region's corner. What lies outside is cut off; false: nothing is left. Not as
 * a rectangle: from the one corner to the other along the lines. */
static bool
rect_parse(const struct emulator *e, unsigned first, struct rect *r, bool rect)
{
    const struct screen *s = e->s;
    struct rect all = rect_all(s);

    r->top = emulate_param(e, first, 1) - 1 + all.top;
    r->left = emulate_param(e, first + 1, 1) - 1 + all.left;
    r->bottom = MIN(emulate_param(e, first + 2, s->rows) - 1 + all.top, all.bottom);
    r->right = MIN(emulate_param(e, first + 3, s->cols) - 1 + all.left, all.right);
    if (!rect)
        return r->left <= all.right &&
               (r->top < r->bottom || (r->top == r->bottom && r->left <= r->right));
    return r->top <= r->bottom && r->left <= r->right;
}

void
emulate_erase(struct screen *s, int y, int from, int to, bool selective)
{
    if (!selective)
        screen_erase(s, y, from, to);
    for (int x = from; selective && x < to; x++) {
        if (!screen_row(s, y)->cells[x].protect)
            screen_erase(s, y, x, x + 1);
    }
}

static void
rect_erase(struct emulator *e, bool selective)
{
    struct rect r;

    if (!rect_parse(e, 0, &r, true))
        return;
    for (int y = r.top; y <= r.bottom; y++)
        emulate_erase(e->s, y, r.left, r.right + 1, selective);
}

void
emulate_erase_rect(struct emulator *e)
{
    rect_erase(e, false);
}

void
emulate_erase_rect_selective(struct emulator *e)
{
    rect_erase(e, true);
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
    screen_row_mut(s, y)->cells[x].protect = c.protect;
    for (unsigned i = 1; i < n; i++)
        cell_add_mark(screen_row_mut(s, y), x, text[i]);
}

/* x..right of row y becomes what another row holds from `at` on. The pen is lost. */
static void
cells_copy(struct screen *s, int y, int x, int right, const struct row *from, int at)
{
    for (; x <= right; x++, at++) {
        cell_put(s, x, y, from, at, x < right);
        if (from->cells[at].wide && x < right) {
            x++;
            at++;
        }
    }
}

/* DECCRA: the copy may overlap what it is made from. There is one page. */
void
emulate_copy_rect(struct emulator *e)
{
    struct screen *s = e->s, *before;
    struct pen pen = s->pen;
    struct hyperlink *link = s->link;
    struct rect all = rect_all(s), r, to;

    if (!rect_parse(e, 0, &r, true))
        return;
    to.top = emulate_param(e, 5, 1) - 1 + all.top;
    to.left = emulate_param(e, 6, 1) - 1 + all.left;
    to.bottom = MIN(to.top + r.bottom - r.top, all.bottom);
    to.right = MIN(to.left + r.right - r.left, all.right);
    before = screen_copy(s);
    for (int y = to.top; y <= to.bottom; y++)
        cells_copy(s, y, to.left, to.right, screen_row(before, r.top + y - to.top),
                   r.left);
    s->pen = pen;
    s->link = link;
    screen_free(before);
}

void
emulate_scroll(struct screen *s, int top, int n)
{
    int step = n > 0 ? 1 : -1, y = n > 0 ? top : s->bottom;
    struct pen pen = s->pen;
    struct hyperlink *link = s->link;

    if (s->left == 0 && s->right == s->cols - 1) {
        screen_scroll(s, top, s->bottom, n);
        return;
    }
    /* In this order a row is read before it is written. */
    for (; y >= top && y <= s->bottom; y += step) {
        if (y + n >= top && y + n <= s->bottom)
            cells_copy(s, y, s->left, s->right, screen_row(s, y + n), s->left);
        else
            screen_erase(s, y, s->left, s->right + 1);
        s->pen = pen;
        s->link = link;
    }
}

/* ---- columns ---- */

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
    struct rect all = rect_all(e->s);
    bool rect = e->extent_rect;
    struct rect r;

    if (!rect_parse(e, 0, &r, rect))
        return;
    for (int y = r.top; y <= r.bottom; y++)
        row_change(e, y, rect || y == r.top ? r.left : all.left,
                   rect || y == r.bottom ? r.right : all.right, change);
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

void
emulate_insert_columns(struct emulator *e)
{
    if (emulate_in_rows(e->s) && emulate_in_columns(e->s))
        columns_shift(e->s, e->s->x, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_delete_columns(struct emulator *e)
{
    if (emulate_in_rows(e->s) && emulate_in_columns(e->s))
        columns_shift(e->s, e->s->x, -emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

/* Nothing moves while the cursor is outside of what would move (xterm). */
void
emulate_scroll_left(struct emulator *e)
{
    if (emulate_in_rows(e->s) && emulate_in_columns(e->s))
        columns_shift(e->s, e->s->left, -emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_scroll_right(struct emulator *e)
{
    if (emulate_in_rows(e->s) && emulate_in_columns(e->s))
        columns_shift(e->s, e->s->left, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

void
emulate_back_index(struct screen *s)
{
    if (s->x == s->left && emulate_in_rows(s))
        columns_shift(s, s->left, 1);
    else if (s->x > 0)
        emulate_move(s, s->x - 1, s->y);
}

void
emulate_forward_index(struct screen *s)
{
    if (s->x == s->right && emulate_in_rows(s))
        columns_shift(s, s->left, -1);
    else if (s->x < s->cols - 1)
        emulate_move(s, s->x + 1, s->y);
    s->pending_wrap = false;
}
