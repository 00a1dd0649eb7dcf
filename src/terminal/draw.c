#include "terminal/draw.h"

#include "base/alloc.h"
#include "terminal/brush.h"
#include "terminal/sgr.h"
#include "terminal/shift.h"
#include "terminal/width.h"

#include <stdlib.h>

#define DRAW_SHIFTS_MAX  4  /* moves of blocks in one diff */
#define DRAW_QUIET_BYTES 64 /* less than this is drawn in front of the user's eyes */
#define DRAW_GAP_MAX     4  /* unchanged cells that may be printed again in passing */
#define DRAW_SLIDE_MAX   16 /* columns by which the rest of a row may be moved */
#define DRAW_SLIDE_WON   6  /* cells that must be saved for it to be tried */
#define DRAW_LINKS_MAX   (1u << 19) /* bytes that links may take in a picture */
#define DRAW_ROW_PRICE   32         /* of getting to a row, or of beginning a link */
#define DRAW_EFFORT_MAX  (1 << 18)  /* cells looked at for it in one diff */

/* One row while it is painted. */
struct draw_row {
    struct brush *b;
    const struct row *old; /* NULL: blank */
    const struct row *new;
    int y;
    int end;    /* where the blank tail begins that can be erased in one go; or cols */
    bool last;  /* the last column must be touched, changed or not */
    bool joins; /* the next row begins by wrapping from this one */
};

/* ---- one row ---- */

static struct cell
draw_old_cell(const struct draw_row *d, int x)
{
    static const struct cell none = {0};

    return d->old ? d->old->cells[x] : none;
}

/* Whether the character that begins at x must be painted. */
static bool
draw_differs(const struct draw_row *d, int x)
{
    struct cell c = d->new->cells[x];

    if (d->last && x + (c.wide ? 2 : 1) >= d->new->cols)
        return true;
    /* What is behind half of an old wide character depends on who erased it, and how. */
    if (x > 0 && draw_old_cell(d, x - 1).wide)
        return true;
    if (d->old)
        return !cell_equal(d->old, x, d->new, x);
    return !cell_is_blank(c) || c.pen.bg;
}

static bool
draw_can_erase(const struct draw_row *d, uint32_t bg)
{
    return bg == 0 || d->b->caps->bce;
}

/* Where the tail of equal blank cells begins. */
static int
draw_tail(const struct row *r)
{
    int x = r->cols;
    uint32_t bg = r->cells[x - 1].pen.bg;

    while (x > 0 && cell_is_blank(r->cells[x - 1]) && r->cells[x - 1].pen.bg == bg &&
           !(x > 1 && r->cells[x - 2].wide))
        x--;
    return x;
}

/* Printing the few unchanged cells in front of x may be shorter than moving over them. */
static bool
draw_gap(const struct draw_row *d, int x)
{
    struct brush *b = d->b;
    unsigned cost = 0;

    if (b->at != BRUSH_AT || b->y != d->y || b->x >= x || x - b->x > DRAW_GAP_MAX ||
        !b->pen_known || (b->x > 0 && d->new->cells[b->x - 1].wide))
        return false; /* nor over half of a wide character, which would be lost */
    for (int i = b->x; i < x; i++) {
        struct cell c = d->new->cells[i];

        if (c.cluster || c.wide || c.link || b->link || c.text >= 0x7f ||
            (c.text == 0 && !cell_is_blank(c)) || !pen_equal(c.pen, b->pen))
            return false;
        cost++;
    }
    if (cost > brush_move_cost(b, x, d->y))
        return false;
    for (int i = b->x; i < x; i++)
        brush_print(b, d->new, i);
    return true;
}

static void
draw_goto(const struct draw_row *d, int x)
{
    if (!draw_gap(d, x))
        brush_move(d->b, x, d->y);
}

/* The blank cells from x on of one background, up to the last that differs. */
static int
draw_blank_run(const struct draw_row *d, int x)
{
    uint32_t bg = d->new->cells[x].pen.bg;
    int n = 1;

    for (int i = x; i < d->end; i++) {
        struct cell c = d->new->cells[i];

        if (!cell_is_blank(c) || c.pen.bg != bg)
            break;
        if (draw_differs(d, i))
            n = i - x + 1;
    }
    return n;
}

static void
draw_blanks(const struct draw_row *d, int x, int n)
{
    struct brush *b = d->b;
    uint32_t bg = d->new->cells[x].pen.bg;
    bool goes_on = x + n < d->new->cols &&draw_differs(d, x + n);
    int digits = n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;

    /* ECH leaves the cursor where it is: to go on behind it takes a move as well. */
    if (n > (goes_on ? 2 : 1) * (3 + digits) && b->caps->ech && draw_can_erase(d, bg) &&
        !(d->last && x + n == d->new->cols)) {
        brush_background(b, bg);
        brush_csi(b, n, 'X');
    } else {
        brush_spaces(b, n, bg);
    }
}

static void
draw_erase_tail(const struct draw_row *d)
{
    struct brush *b = d->b;
    int cols = d->new->cols, from = cols, to = 0;
    uint32_t bg;

    for (int x = d->end; x < cols; x++) {
        if (draw_differs(d, x)) {
            from = MIN(from, x);
            to = x + 1;
        }
    }
    if (from == cols)
        return;
    bg = d->new->cells[d->end].pen.bg;
    if (b->at == BRUSH_AT && b->y == d->y && b->x >= d->end && b->x < from)
        from = b->x; /* erasing a little more saves the move */
    else
        draw_goto(d, from);
    if (draw_can_erase(d, bg) && (to - from > 2 || to == cols)) {
        brush_background(b, bg);
        buffer_put_str(b->out, "\033[K");
    } else {
        brush_spaces(b, to - from, bg);
    }
}

/* The cells from x on that show the same character as the one at x, up to the last that
 * differs; the last column, where the receiver would wait to wrap, is not one of them. */
static int
draw_same_run(const struct draw_row *d, int x)
{
    int n = 1;

    for (int i = x + 1; i < MIN(d->end, d->new->cols - 1); i++) {
        if (!cell_equal(d->new, x, d->new, i))
            break;
        if (draw_differs(d, i))
            n = i - x + 1;
    }
    return n;
}

/* Prints the character at x; gives how many columns that took. */
static int
draw_text(const struct draw_row *d, int x)
{
    struct cell c = d->new->cells[x];
    int n = 1;

    brush_print(d->b, d->new, x);
    if (c.wide)
        return 2;
    if (d->b->caps->rep && !c.cluster && d->b->at == BRUSH_AT)
        n = draw_same_run(d, x);
    if (n == 1 || !brush_again(d->b, c.text, n - 1))
        return 1;
    return n;
}

/* Paints a row. joined: the cursor waits at the edge of the row above, and the first
 * character here comes by wrapping, which marks that row as going on. */
static void
draw_row(struct draw_row *d, bool joined)
{
    const struct row *r = d->new;
    int x = 0;

    while (x < d->end) {
        int w = r->cells[x].wide ? 2 : 1;

        if (joined && x == 0) {
            brush_print(d->b, r, 0);
        } else if (draw_differs(d, x)) {
            draw_goto(d, x);
            if (cell_is_blank(r->cells[x])) {
                w = draw_blank_run(d, x);
                draw_blanks(d, x, w);
            } else {
                w = draw_text(d, x);
            }
        }
        x += w;
    }
    if (d->end < r->cols)
        draw_erase_tail(d);
}

/* ---- the rest of a row moved ---- */

/* Columns from x on move right by n (n > 0: ICH) or left (n < 0: DCH). */
struct draw_slide {
    int x, n;
};

/* The look of each cell of a row from `first` on as a number, 0 for a blank one: enough
 * to choose a move by, which is then drawn to see what it is worth. */
static void
draw_slide_looks(const struct row *r, int first, uint64_t *looks)
{
    for (int x = first; x < r->cols; x++) {
        struct cell c = r->cells[x];
        uint64_t word[2];

        looks[x] = 0;
        if (cell_is_blank(c) && !c.pen.bg)
            continue;
        c.link = c.protect = 0;
        if (c.cluster)
            c.text = r->marks[c.text + 1]; /* its base */
        memcpy(word, &c, sizeof word);
        looks[x] = (word[0] + 1) * 0x9e3779b97f4a7c15u ^ word[1] * 0xff51afd7ed558ccdu;
    }
}

/* Cells that differ after the move. */
static int
draw_slide_differs(const uint64_t *old, const uint64_t *new, int cols,
                   struct draw_slide s)
{
    int from = MAX(s.x, s.x + s.n), to = MIN(cols, cols + s.n), differs = 0;

    for (int x = s.x; x < from; x++)
        differs += new[x] != 0;
    for (int x = from; x < to; x++)
        differs += new[x] != old[x - s.n];
    for (int x = to; x < cols; x++)
        differs += new[x] != 0;
    return differs;
}

/* The most promising one. Rows with wide characters are left alone: what stock makes of
 * their halves depends on what was erased before. */
static bool
draw_slide_find(struct draw_row *d, struct draw_slide *best)
{
    int cols = d->new->cols, first = 0, differ = 0, least;
    struct draw_slide s = {0, 0};
    uint64_t *old, *new;

    while (first < cols && cell_equal(d->old, first, d->new, first))
        first++;
    if (first == cols || d->b->effort < (2 * DRAW_SLIDE_MAX + 1) * (cols - first))
        return false;
    for (int x = first; x < cols && differ <= DRAW_SLIDE_WON; x++)
        differ += !cell_equal(d->old, x, d->new, x);
    if (differ <= DRAW_SLIDE_WON)
        return false;
    for (int x = MAX(first - 1, 0); x < cols; x++) {
        if (d->old->cells[x].wide || d->new->cells[x].wide)
            return false;
    }
    s.x = first;
    old = xcalloc(2 * (size_t)cols, sizeof *old);
    new = old + cols;
    draw_slide_looks(d->old, first, old);
    draw_slide_looks(d->new, first, new);
    least = draw_slide_differs(old, new, cols, s) - DRAW_SLIDE_WON;
    if (least > 0)
        d->b->effort -= (2 * DRAW_SLIDE_MAX + 1) * (cols - first);
    for (int n = 1; least > 0 && n <= MIN(DRAW_SLIDE_MAX, cols - first - 1); n++) {
        for (s.n = -n; s.n <= n; s.n += 2 * n) {
            int differs = draw_slide_differs(old, new, cols, s);

            if (differs >= least)
                continue;
            least = differs;
            *best = s;
        }
    }
    free(old);
    return best->n != 0;
}

/* What the row is after the move. Gives. */
static struct row *
draw_slide_apply(const struct row *old, struct draw_slide s)
{
    struct row *r = row_copy(old, old->cols, 0);
    struct cell *at = r->cells + s.x;
    size_t kept = (size_t)(old->cols - s.x - abs(s.n)) * sizeof *at;

    if (s.n > 0) {
        memmove(at + s.n, at, kept);
        row_erase(r, s.x, s.x + s.n, 0);
    } else {
        memmove(at, at - s.n, kept);
        row_erase(r, old->cols + s.n, old->cols, 0);
    }
    return r;
}

/* Paints a row that neither has nor gets a wrap mark, with the rest of it moved first
 * where that is shorter: both are drawn to see it. Terminals that people look at differ
 * in what such a move leaves behind, and there bytes cost nothing. */
static void
draw_row_moved(struct draw_row *d)
{
    struct draw_slide s = {0, 0};
    struct brush *b = d->b, moved = *b;
    struct buffer *out = b->out, with = {.max = 0}, without = {.max = 0};
    struct draw_row again = *d;
    struct row *old;

    if (!b->caps->replica || !d->old || d->old->wrapped || d->new->wrapped || d->last ||
        !draw_slide_find(d, &s)) {
        draw_row(d, false);
        return;
    }
    b->out = &without;
    draw_row(d, false);
    moved.out = &with;
    brush_move(&moved, s.x, d->y);
    brush_background(&moved, 0);
    brush_csi(&moved, abs(s.n), s.n > 0 ? '@' : 'P');
    old = draw_slide_apply(d->old, s);
    again.b = &moved;
    again.old = old;
    draw_row(&again, false);
    row_unref(old);
    if (with.len < without.len) {
        moved.effort = b->effort;
        *b = moved;
    }
    buffer_put_bytes(out, buffer_bytes(with.len < without.len ? &with : &without));
    b->out = out;
    buffer_free(&with);
    buffer_free(&without);
}

/* ---- all rows ---- */

/* Whether the next row may begin right behind this cell: not on a terminal that would
 * make one cluster of both. */
static bool
draw_may_join(const struct brush *b, struct cell c)
{
    return b->caps->clusters != CAPS_CLUSTERS_ALL ||
           (!c.cluster && width_certain(c.text));
}

/* Paints row y over old. maybe_marked: it isn't known whether the receiver has the mark.
 * Gives whether the next row is to be joined. */
static bool
draw_line(struct brush *b, const struct row *old, const struct row *new, int y,
          bool joined, bool maybe_marked)
{
    struct draw_row d = {.b = b, .old = old, .new = new, .y = y, .end = new->cols};
    bool bottom = y == b->rows - 1;
    bool marked = old && old->wrapped;
    int final = new->cols - 1;

    if (old == new && !joined && !maybe_marked)
        return false;
    if (final > 0 && new->cells[final - 1].wide)
        final--;
    /* Printing the last column takes the mark away, wrapping from it sets it. On the
     * bottom row it cannot be set; but the receiver never has a mark that we have not. */
    if (new->wrapped && !bottom && draw_may_join(b, new->cells[final]))
        d.joins = !marked || maybe_marked || draw_differs(&d, final) ||
                  (joined && new->cols == 1 + (final == 0 && new->cells[0].wide));
    d.last = d.joins || (marked && !new->wrapped) || (maybe_marked && !bottom);
    if (!new->wrapped || bottom)
        d.end = draw_tail(new);
    if (joined)
        d.end = MAX(d.end, 1);
    if (joined)
        draw_row(&d, true);
    else
        draw_row_moved(&d);
    return d.joins;
}

size_t
draw_row_price(const struct row *from, const struct row *to)
{
    size_t price = DRAW_ROW_PRICE;
    struct pen pen = {0};
    const struct hyperlink *link = NULL;

    if (from == to)
        return 0;
    for (int x = 0; x < to->cols; x++) {
        struct cell c = to->cells[x];

        if (from ? cell_equal(from, x, to, x) : cell_is_blank(c) && !c.pen.bg)
            continue;
        price += 4 + (c.cluster ? 4 * (size_t)CELL_MARKS_MAX : 0);
        if (!pen_equal(c.pen, pen))
            price += SGR_MAX;
        if (cell_link(to, x) != link)
            price += DRAW_ROW_PRICE + (cell_link(to, x) ? cell_link(to, x)->len : 0);
        pen = c.pen;
        link = cell_link(to, x);
    }
    return price;
}

static bool
draw_row_blank(const struct row *r, uint32_t bg)
{
    for (int x = 0; x < r->cols; x++) {
        if (!cell_is_blank(r->cells[x]) || r->cells[x].pen.bg != bg)
            return false;
    }
    return !r->wrapped;
}

/* The first of the rows at the bottom that are best erased together, or the height. */
static int
draw_blank_bottom(const struct row *const *old, const struct screen *to,
                  const struct caps *caps)
{
    int y = to->rows, changed = 0, first = to->rows;
    uint32_t bg = screen_row(to, y - 1)->cells[0].pen.bg;

    for (int i = 0; i < to->rows; i++)
        changed += old[i] != screen_row(to, i);
    if (changed < 2 || (bg && !caps->bce))
        return to->rows;
    changed = 0;
    while (y > 0 && draw_row_blank(screen_row(to, y - 1), bg)) {
        const struct row *was = old[y - 1];

        y--;
        if (was ? !row_equal(was, screen_row(to, y)) : bg != 0) {
            changed++;
            first = y;
        }
    }
    return changed > 1 ? first : to->rows;
}

static void
draw_rows(struct brush *b, const struct row *const *old, const struct screen *to,
          const struct row *doubtful)
{
    int blank = draw_blank_bottom(old, to, b->caps);
    bool joined = false;

    for (int y = 0; y < to->rows; y++) {
        if (y == blank && !joined) {
            brush_move(b, 0, y);
            brush_background(b, screen_row(to, y)->cells[0].pen.bg);
            buffer_put_str(b->out, "\033[J");
            return;
        }
        /* A row above that wraps into the first blank one: erased on its own. */
        if (y == blank)
            blank = y + 1;
        joined = draw_line(b, old[y], screen_row(to, y), y, joined,
                           doubtful && old[y] == doubtful);
    }
}

/* Moves blocks of rows as far as that helps, on the receiver and in old. */
static void
draw_shifts(struct brush *b, const struct row **old, const struct screen *to)
{
    const struct row *const *want = (const struct row *const *)to->grid;
    struct shift s;

    for (int i = 0; i < DRAW_SHIFTS_MAX; i++) {
        bool ends = false;

        if (!shift_find((const struct row *const *)old, want, to->rows, &s))
            return;
        brush_background(b, 0);
        ends = s.bottom == to->rows - 1;
        if (!ends) {
            buffer_printf(b->out, "\033[%d;%dr", s.top + 1, s.bottom + 1);
            b->at = BRUSH_NOWHERE;
        }
        if (s.n > 0 && s.top == 0) {
            /* Line feeds at the bottom: what leaves goes into a terminal's history. */
            brush_move(b, b->at == BRUSH_AT ? b->x : 0, s.bottom);
            for (int n = 0; n < s.n; n++)
                buffer_put_byte(b->out, '\n');
        } else {
            brush_move(b, 0, s.top);
            brush_csi(b, abs(s.n), s.n > 0 ? 'M' : 'L');
        }
        if (!ends) {
            buffer_put_str(b->out, "\033[r");
            b->at = BRUSH_NOWHERE;
        }
        shift_apply(old, s);
    }
}

static void
draw_picture(struct brush *b, const struct screen *from, const struct screen *to)
{
    const struct row **old = xcalloc((size_t)to->rows, sizeof old[0]);
    const struct row *bottom = NULL;

    if (from) {
        for (int y = 0; y < to->rows; y++)
            old[y] = screen_row(from, y);
        /* Marked at the bottom: the receiver may have the mark or not; that shows when
         * the row has moved up. */
        bottom = old[to->rows - 1]->wrapped ? old[to->rows - 1] : NULL;
        draw_shifts(b, old, to);
    }
    if (bottom && old[to->rows - 1] == bottom)
        bottom = NULL;
    draw_rows(b, (const struct row *const *)old, to, bottom);
    free(old);
    brush_move(b, to->x, to->y);
}

/* ---- what is not cells ---- */

bool
draw_can_copy(const struct screen *to, const struct caps *caps)
{
    return caps->copies || text_bytes(to->clipboard.data).len <= DRAW_CLIPBOARD_STOCK;
}

/* A title as it may stand in an OSC: whatever put it there, no control gets out. */
static void
draw_title_text(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0)
            i++; /* C1 */
        else if (c >= 0x20 && c != 0x7f)
            buffer_put_byte(out, c);
    }
}

static void
draw_osc(struct buffer *out, const char *number, struct bytes text)
{
    buffer_printf(out, "\033]%s;", number);
    draw_title_text(out, text);
    buffer_put_byte(out, '\a');
}

static void
draw_titles(struct buffer *out, const struct screen *from, const struct screen *to)
{
    struct bytes title = text_bytes(to->title), icon = text_bytes(to->icon);

    if (!to->title_set)
        return;
    if (from && from->title_set && bytes_equal(text_bytes(from->title), title) &&
        bytes_equal(text_bytes(from->icon), icon))
        return;
    if (bytes_equal(title, icon)) {
        draw_osc(out, "0", title);
    } else {
        draw_osc(out, "1", icon);
        draw_osc(out, "2", title);
    }
}

static void
draw_clipboard(struct buffer *out, const struct screen *from, const struct screen *to,
               const struct caps *caps)
{
    const struct clipboard *c = &to->clipboard;

    /* An event: what was copied before we looked isn't copied again. */
    if (!from || !draw_can_copy(to, caps) ||
        (from->clipboard.event == c->event &&
         bytes_equal(text_bytes(from->clipboard.data), text_bytes(c->data))))
        return;
    buffer_printf(out, "\033]52;%s;",
                  caps->copies && c->selection[0] ? c->selection : "c");
    buffer_put_bytes(out, text_bytes(c->data));
    buffer_put_byte(out, '\a');
}

static void
draw_mode(struct buffer *out, unsigned mode, bool set)
{
    buffer_printf(out, "\033[?%u%c", mode, set ? 'h' : 'l');
}

/* A group of modes of which one at most is on: the old one goes, the new one comes. */
static void
draw_choice(struct buffer *out, const unsigned *all, size_t count, const unsigned *was,
            unsigned want)
{
    if (was && *was == want)
        return;
    if (!was || want == 0) {
        for (size_t i = 0; i < count; i++)
            draw_mode(out, all[i], false);
    } else if (*was) {
        draw_mode(out, *was, false);
    }
    if (want)
        draw_mode(out, want, true);
}

static void
draw_modes(struct buffer *out, const struct screen *from, const struct screen *to)
{
    static const unsigned reports[] = {1003, 1002, 1001, 1000};
    static const unsigned encodings[] = {1015, 1006, 1005};
    unsigned report = from ? (unsigned)from->mouse_report : 0;
    unsigned encoding = from ? (unsigned)from->mouse_encoding : 0;

    if (!from || from->bracketed_paste != to->bracketed_paste)
        draw_mode(out, 2004, to->bracketed_paste);
    if (report == MOUSE_REPORT_X10 && to->mouse_report == MOUSE_REPORT_NONE)
        draw_mode(out, MOUSE_REPORT_X10, false); /* the others' resets may not end it */
    draw_choice(out, reports, ARRAY_LEN(reports), from ? &report : NULL,
                (unsigned)to->mouse_report);
    if (!from || from->focus_events != to->focus_events)
        draw_mode(out, 1004, to->focus_events);
    draw_choice(out, encodings, ARRAY_LEN(encodings), from ? &encoding : NULL,
                (unsigned)to->mouse_encoding);
}

/* ---- the whole ---- */

/* Whether the links of a picture may be drawn: not where so many long ones take turns
 * that a diff would grow out of bounds. Depends on the picture alone, so that a receiver
 * has it the same whatever it had before. */
static bool
draw_links_fit(const struct screen *s)
{
    size_t cost = 0;

    for (int y = 0; y < s->rows; y++) {
        const struct row *r = screen_row(s, y);
        const struct hyperlink *link = NULL;

        for (int x = 0; r->link_count && x < s->cols; x++) {
            if (link != cell_link(r, x))
                cost += (link = cell_link(r, x)) ? link->len : 0;
        }
    }
    return cost <= DRAW_LINKS_MAX;
}

/* Size, or whether links are drawn at all: then nothing of the old picture counts. */
static bool
draw_anew(const struct screen *from, const struct screen *to, const struct caps *caps)
{
    return !from || from->cols != to->cols || from->rows != to->rows ||
           (caps->links && draw_links_fit(from) != draw_links_fit(to));
}

/* What eyes see while the picture is drawn: all of it at once where the terminal can do
 * that, else at least no cursor that flies about. */
static void
draw_frame(struct buffer *out, struct bytes picture, const struct screen *to,
           const struct caps *caps, bool *visible)
{
    bool quiet = !caps->replica && picture.len >= DRAW_QUIET_BYTES;

    if (quiet && caps->sync)
        draw_mode(out, 2026, true);
    else if (quiet && *visible)
        draw_mode(out, 25, *visible = false);
    buffer_put_bytes(out, picture);
    if (*visible != to->cursor_visible)
        draw_mode(out, 25, to->cursor_visible);
    if (quiet && caps->sync)
        draw_mode(out, 2026, false);
}

void
draw_diff(struct buffer *out, const struct screen *from, const struct screen *to,
          const struct caps *caps)
{
    bool anew = draw_anew(from, to, caps);
    const struct screen *same = anew ? NULL : from;
    struct caps limited = *caps;
    struct buffer picture = {.max = 0};
    struct brush b = {.out = &picture,
                      .caps = &limited,
                      .cols = to->cols,
                      .rows = to->rows,
                      .effort = DRAW_EFFORT_MAX};
    bool visible;

    limited.links = caps->links && draw_links_fit(to);
    if (from && from->bells != to->bells)
        buffer_put_byte(out, '\a');
    if (caps->title)
        draw_titles(out, from, to);
    draw_clipboard(out, from, to, caps);
    if (!from || from->reverse_video != to->reverse_video)
        draw_mode(out, 5, to->reverse_video);
    if (anew) {
        buffer_put_str(&picture, "\033[r\033[m\033[H\033[2J\033[?25l");
        visible = false;
    } else {
        b.x = from->x;
        b.y = from->y;
        b.pen = from->pen;
        visible = from->cursor_visible;
    }
    b.pen_known = true;
    draw_picture(&b, same, to);
    brush_link(&b, NULL);
    draw_frame(out, buffer_bytes(&picture), to, caps, &visible);
    buffer_clear(&picture);
    brush_pen(&b, to->pen);
    buffer_put_bytes(out, buffer_bytes(&picture));
    buffer_free(&picture);
    draw_modes(out, same, to);
}

void
draw_enter(struct buffer *out, const char *smcup)
{
    if (smcup)
        buffer_put_str(out, smcup);
    /* ASCII in G0, no insert mode, no origin mode, autowrap, arrows as ESC O x */
    buffer_put_str(out, "\017\033(B\033[4l\033[?6l\033[?7h\033[?1h");
}

void
draw_leave(struct buffer *out, const struct screen *shown, const char *rmcup)
{
    static const unsigned off[] = {1,    5,    9,    1000, 1001, 1002, 1003,
                                   1004, 1005, 1006, 1015, 2004, 2026};

    for (size_t i = 0; i < ARRAY_LEN(off); i++)
        draw_mode(out, off[i], false);
    buffer_put_str(out, "\033[r\033[m\033[?7h\033[?25h");
    if (shown)
        buffer_printf(out, "\033[%d;%dH", shown->y + 1, shown->x + 1);
    if (rmcup && *rmcup)
        buffer_put_str(out, rmcup);
    else if (shown && shown->x > 0)
        buffer_put_str(out, "\r\n");
}
