#include "terminal/screen.h"
#include "base/alloc.h"
#include <stdlib.h>

/* ---- texts ---- */

static struct text *
text_ref(struct text *t)
{
    if (t)
        t->refs++;
    return t;
}

static void
text_unref(struct text *t)
{
    if (t && --t->refs == 0)
        free(t);
}

struct bytes
text_bytes(const struct text *t)
{
    return t ? (struct bytes){t->data, t->len} : BYTES_NONE;
}

void
text_set(struct text **t, struct bytes b)
{
    struct text *fresh = NULL;

    if (b.len) {
        fresh = xmalloc(sizeof *fresh + b.len);
        fresh->refs = 1;
        fresh->len = (uint32_t)b.len;
        memcpy(fresh->data, b.data, b.len);
    }
    text_unref(*t);
    *t = fresh;
}

void
text_share(struct text **t, struct text *from)
{
    text_ref(from);
    text_unref(*t);
    *t = from;
}

static bool
text_equal(const struct text *a, const struct text *b)
{
    return a == b || bytes_equal(text_bytes(a), text_bytes(b));
}

/* ---- grids ---- */

static struct row **
grid_new(int cols, int rows)
{
    struct row **g = xmalloc((size_t)rows * sizeof *g);

    for (int y = 0; y < rows; y++)
        g[y] = row_new(cols, 0);
    return g;
}

static struct row **
grid_copy(struct row *const *from, int rows)
{
    struct row **g = xmalloc((size_t)rows * sizeof *g);

    for (int y = 0; y < rows; y++)
        g[y] = row_ref(from[y]);
    return g;
}

static void
grid_free(struct row **g, int rows)
{
    if (!g)
        return;
    for (int y = 0; y < rows; y++)
        row_unref(g[y]);
    free(g);
}

/* The same rows from `first` on, in another size; what comes is erased. Takes g. */
static struct row **
grid_resize(struct row **g, const struct screen *old, int cols, int rows, int first,
            uint32_t bg)
{
    struct row **fresh = xmalloc((size_t)rows * sizeof *fresh);

    for (int y = 0; y < rows; y++) {
        int from = y + first;

        if (from >= old->rows)
            fresh[y] = row_new(cols, bg);
        else if (cols == old->cols)
            fresh[y] = row_ref(g[from]);
        else
            fresh[y] = row_copy(g[from], cols, bg);
    }
    grid_free(g, old->rows);
    return fresh;
}

/* ---- a screen ---- */

static const struct saved_cursor saved_initial = {.autowrap = true};

static void
screen_whole_region(struct screen *s)
{
    s->top = s->left = 0;
    s->bottom = s->rows - 1;
    s->right = s->cols - 1;
    /* It may have waited at a right margin that is gone. */
    s->pending_wrap = s->pending_wrap && s->x == s->right;
}

static void
screen_initial_modes(struct screen *s)
{
    s->x = s->y = 0;
    s->pen = (struct pen){0};
    s->cursor_visible = s->autowrap = true;
    s->reverse_video = s->bracketed_paste = s->focus_events = false;
    s->mouse_report = MOUSE_REPORT_NONE;
    s->mouse_encoding = MOUSE_ENCODING_DEFAULT;
    s->pending_wrap = s->origin = s->insert = false;
    s->app_cursor = s->app_keypad = s->alternate_scroll = s->synchronized = false;
    s->allow_columns = s->reverse_wrap = s->reverse_wrap_any = false;
    s->protect = s->margins = s->clusters = false;
    s->cursor_style = 0;
    screen_whole_region(s);
    s->charsets = (struct charsets){0};
    s->saved[0] = s->saved[1] = saved_initial;
    /* Every eighth column, also of columns that a resize may bring. */
    for (size_t i = 0; i < ARRAY_LEN(s->tabs); i++)
        s->tabs[i] = 0x0101010101010101u;
}

static int
clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

struct screen *
screen_new(int cols, int rows)
{
    struct screen *s = xcalloc(1, sizeof *s);

    s->cols = clamp(cols, 1, SCREEN_COLS_MAX);
    s->rows = clamp(rows, 1, SCREEN_ROWS_MAX);
    s->grid = grid_new(s->cols, s->rows);
    screen_initial_modes(s);
    return s;
}

struct screen *
screen_copy(const struct screen *s)
{
    struct screen *copy = xmalloc(sizeof *copy);

    *copy = *s;
    copy->grid = grid_copy(s->grid, s->rows);
    if (s->other)
        copy->other = grid_copy(s->other, s->rows);
    hyperlinks_ref(s->links);
    hyperlink_ref(s->link);
    text_ref(s->title);
    text_ref(s->icon);
    text_ref(s->clipboard.data);
    return copy;
}

void
screen_free(struct screen *s)
{
    if (!s)
        return;
    grid_free(s->grid, s->rows);
    grid_free(s->other, s->rows);
    hyperlink_unref(s->link);
    hyperlinks_unref(s->links);
    text_unref(s->title);
    text_unref(s->icon);
    text_unref(s->clipboard.data);
    free(s);
}

bool
screen_equal_but_copies(const struct screen *a, const struct screen *b)
{
    int last = a->rows - 1;

    if (a->cols != b->cols || a->rows != b->rows || a->x != b->x || a->y != b->y ||
        !pen_equal(a->pen, b->pen) || a->cursor_visible != b->cursor_visible ||
        a->reverse_video != b->reverse_video ||
        a->bracketed_paste != b->bracketed_paste || a->focus_events != b->focus_events ||
        a->mouse_report != b->mouse_report || a->mouse_encoding != b->mouse_encoding ||
        a->bells != b->bells || a->title_set != b->title_set)
        return false;
    if (!text_equal(a->title, b->title) || !text_equal(a->icon, b->icon))
        return false;
    for (int y = 0; y < last; y++) {
        if (!row_equal(a->grid[y], b->grid[y]))
            return false;
    }
    return row_equal_cells(a->grid[last], b->grid[last]);
}

bool
screen_equal(const struct screen *a, const struct screen *b)
{
    return a->clipboard.event == b->clipboard.event &&
           text_equal(a->clipboard.data, b->clipboard.data) &&
           screen_equal_but_copies(a, b);
}

struct row *
screen_row_mut(struct screen *s, int y)
{
    struct row *r = s->grid[y];

    if (UNLIKELY(r->refs > 1)) {
        s->grid[y] = row_copy(r, r->cols, 0);
        row_unref(r);
    }
    return s->grid[y];
}

void
screen_take_rows(struct screen *s, const struct screen *from, int y)
{
    for (; y < s->rows; y++) {
        row_unref(s->grid[y]);
        s->grid[y] = from ? row_ref(from->grid[y]) : row_new(s->cols, 0);
    }
}

/* ---- resizing ---- */

static void
screen_resize_finish(struct screen *s, int cols, int rows)
{
    if (cols != s->cols)
        s->pending_wrap = s->saved[0].pending_wrap = s->saved[1].pending_wrap = false;
    s->cols = cols;
    s->rows = rows;
    screen_whole_region(s);
    s->x = clamp(s->x, 0, cols - 1);
    s->y = clamp(s->y, 0, rows - 1);
    for (int i = 0; i < 2; i++) {
        s->saved[i].x = clamp(s->saved[i].x, 0, cols - 1);
        s->saved[i].y = clamp(s->saved[i].y, 0, rows - 1);
    }
}

void
screen_resize(struct screen *s, int cols, int rows)
{
    int shown = s->alternate, hidden = !s->alternate, gone;

    cols = clamp(cols, 1, SCREEN_COLS_MAX);
    rows = clamp(rows, 1, SCREEN_ROWS_MAX);
    if (cols == s->cols && rows == s->rows)
        return;
    gone = MAX(s->y - (rows - 1), 0);
    s->grid = grid_resize(s->grid, s, cols, rows, gone, 0);
    s->y -= gone;
    s->saved[shown].y -= gone;
    if (s->other) {
        /* The cursor of the hidden screen is where 1049 saved it. */
        gone = MAX(s->saved[hidden].y - (rows - 1), 0);
        s->other = grid_resize(s->other, s, cols, rows, gone, 0);
        s->saved[hidden].y -= gone;
    }
    screen_resize_finish(s, cols, rows);
}

void
screen_resize_plain(struct screen *s, int cols, int rows)
{
    cols = clamp(cols, 1, SCREEN_COLS_MAX);
    rows = clamp(rows, 1, SCREEN_ROWS_MAX);
    if (cols == s->cols && rows == s->rows)
        return;
    s->grid = grid_resize(s->grid, s, cols, rows, 0, s->pen.bg);
    if (s->other)
        s->other = grid_resize(s->other, s, cols, rows, 0, s->pen.bg);
    screen_resize_finish(s, cols, rows);
}

/* ---- resets, saved cursor, alternate screen ---- */

void
screen_reset(struct screen *s)
{
    screen_initial_modes(s);
    grid_free(s->other, s->rows);
    s->other = NULL;
    s->alternate = false;
    screen_set_link(s, BYTES_NONE);
    text_set(&s->title, BYTES_NONE);
    screen_erase_rows(s, 0, s->rows);
}

void
screen_soft_reset(struct screen *s)
{
    s->insert = s->origin = s->app_cursor = s->app_keypad = false;
    s->cursor_visible = true;
    s->protect = s->margins = s->reverse_wrap = s->reverse_wrap_any = false;
    screen_whole_region(s);
    s->pen = (struct pen){0};
    s->charsets = (struct charsets){0};
    s->saved[s->alternate] = saved_initial;
    screen_set_link(s, BYTES_NONE);
}

void
screen_save_cursor(struct screen *s)
{
    s->saved[s->alternate] = (struct saved_cursor){
        .x = s->x,
        .y = s->y,
        .pen = s->pen,
        .charsets = s->charsets,
        .pending_wrap = s->pending_wrap,
        .autowrap = s->autowrap,
        .origin = s->origin,
        .protect = s->protect,
    };
}

void
screen_restore_cursor(struct screen *s)
{
    const struct saved_cursor *saved = &s->saved[s->alternate];

    s->origin = saved->origin;
    s->autowrap = saved->autowrap;
    s->protect = saved->protect;
    s->pen = saved->pen;
    s->charsets = saved->charsets;
    s->x = clamp(saved->x, s->origin ? s->left : 0, s->origin ? s->right : s->cols - 1);
    s->y = clamp(saved->y, s->origin ? s->top : 0, s->origin ? s->bottom : s->rows - 1);
    s->pending_wrap = saved->pending_wrap && s->x == screen_edge(s) - 1;
}

void
screen_show_alternate(struct screen *s, bool alternate)
{
    struct row **shown = s->grid;

    if (alternate == s->alternate)
        return;
    s->grid = s->other ? s->other : grid_new(s->cols, s->rows);
    s->other = shown;
    s->alternate = alternate;
    if (!alternate) /* a program that died in a line-drawing set doesn't spoil the shell
                     */
        s->charsets = (struct charsets){0};
}

/* ---- scrolling and erasing ---- */

/* A blank row in place of one that leaves; the same memory where nobody else has it. */
static struct row *
row_recycle(struct row *r, uint32_t bg)
{
    int cols = r->cols;

    if (r->refs > 1) {
        row_unref(r);
        return row_new(cols, bg);
    }
    row_erase(r, 0, cols, bg);
    return r;
}

static void
rows_reverse(struct row **g, int from, int to)
{
    for (to--; from < to; from++, to--) {
        struct row *r = g[from];

        g[from] = g[to];
        g[to] = r;
    }
}

void
screen_scroll(struct screen *s, int top, int bottom, int n)
{
    int height = bottom - top + 1, up = n > 0;
    struct row **g = s->grid + top;

    n = MIN(up ? n : -n, height);
    if (n <= 0)
        return;
    for (int y = 0; y < n; y++) {
        int at = up ? y : height - 1 - y;

        g[at] = row_recycle(g[at], s->pen.bg);
    }
    if (n == 1) { /* the common case: rotate by one */
        struct row *r = g[up ? 0 : height - 1];

        memmove(up ? g : g + 1, up ? g + 1 : g, (size_t)(height - 1) * sizeof *g);
        g[up ? height - 1 : 0] = r;
        return;
    }
    if (!up)
        n = height - n;
    rows_reverse(g, 0, n);
    rows_reverse(g, n, height);
    rows_reverse(g, 0, height);
}

/* Cells from x on are about to change: the left half of a wide character that would lose
 * its right half goes. */
static inline void
row_cut(struct row *r, int x)
{
    if (x > 0 && x < r->cols && UNLIKELY(r->cells[x - 1].wide))
        r->cells[x - 1] = cell_erased(r->cells[x - 1].pen.bg);
}

void
screen_erase(struct screen *s, int y, int from, int to)
{
    struct row *r = screen_row_mut(s, y);

    row_cut(r, from);
    row_erase(r, from, to, s->pen.bg);
}

void
screen_erase_rows(struct screen *s, int from, int to)
{
    for (int y = from; y < to; y++)
        s->grid[y] = row_recycle(s->grid[y], s->pen.bg);
}

void
screen_insert_cells(struct screen *s, int n)
{
    struct row *r = screen_row_mut(s, s->y);
    int edge = screen_edge(s), rest = edge - s->x;

    n = MIN(n, rest);
    row_cut(r, s->x);
    if (edge < s->cols)
        row_cut(r, edge);
    else
        r->wrapped = false;
    memmove(r->cells + s->x + n, r->cells + s->x,
            (size_t)(rest - n) * sizeof r->cells[0]);
    row_erase(r, s->x, s->x + n, s->pen.bg);
    if (r->cells[edge - 1].wide)
        r->cells[edge - 1] = cell_erased(r->cells[edge - 1].pen.bg);
}

void
screen_delete_cells(struct screen *s, int n)
{
    struct row *r = screen_row_mut(s, s->y);
    int edge = screen_edge(s), rest = edge - s->x;

    n = MIN(n, rest);
    row_cut(r, s->x);
    if (edge < s->cols)
        row_cut(r, edge);
    memmove(r->cells + s->x, r->cells + s->x + n,
            (size_t)(rest - n) * sizeof r->cells[0]);
    row_erase(r, edge - n, edge, s->pen.bg);
}

/* ---- printing ---- */

void
screen_set_link(struct screen *s, struct bytes text)
{
    struct hyperlink *link = NULL;

    if (text.len) {
        if (!s->links)
            s->links = hyperlinks_new();
        link = hyperlinks_get(s->links, text);
    }
    hyperlink_unref(s->link);
    s->link = link;
}

void
screen_put(struct screen *s, int x, int y, uint32_t c, int width)
{
    struct row *r = screen_row_mut(s, y);

    row_cut(r, x);
    r->cells[x] = (struct cell){.text = c & CELL_TEXT_MASK,
                                .wide = width == 2,
                                .protect = s->protect,
                                .pen = s->pen};
    if (UNLIKELY(s->link))
        r->cells[x].link = row_link(r, s->link) & 0xff;
    if (width == 2) {
        r->cells[x + 1] = cell_erased(s->pen.bg);
        r->cells[x + 1].protect = s->protect;
    }
    if (x + width == s->cols)
        r->wrapped = false;
}

void
screen_widen(struct screen *s, int x, int y)
{
    struct row *r = screen_row_mut(s, y);

    r->cells[x + 1] = cell_erased(r->cells[x].pen.bg);
    r->cells[x + 1].protect = r->cells[x].protect;
    r->cells[x].wide = 1;
    if (x + 2 == s->cols)
        r->wrapped = false;
}

void
screen_put_ascii(struct screen *s, int x, int y, const uint8_t *text, int n)
{
    struct row *r = screen_row_mut(s, y);
    struct cell c = {.protect = s->protect, .pen = s->pen};
    uint64_t word[2], unit[2];

    row_cut(r, x);
    if (UNLIKELY(s->link))
        c.link = row_link(r, s->link) & 0xff;
    /* Whole words: to set `text` in a cell and then copy all of it makes the processor
     * wait for the narrow store. */
    memcpy(word, &c, sizeof word);
    memcpy(unit, &(struct cell){.text = 1}, sizeof unit);
    for (int i = 0; i < n; i++) {
        uint64_t cell[2] = {word[0] + unit[0] * text[i], word[1]};

        memcpy(&r->cells[x + i], cell, sizeof cell);
    }
    if (x + n == s->cols)
        r->wrapped = false;
}
