#include "predict/predict_internal.h"

#include "base/alloc.h"
#include "terminal/width.h"

#define SETTLED_MS 500u /* a program that has set its terminal has done so by then */

static struct guess *
guess_at(struct predict *p, int x, int y)
{
    if (!p->grid[y])
        p->grid[y] = xcalloc((size_t)p->cols, sizeof p->grid[y][0]);
    return &p->grid[y][x];
}

/* What the cell shows, or will. */
static struct glyph
shown(struct predict *p, const struct screen *replica, int x, int y)
{
    const struct guess *g = guess_at(p, x, y);

    return g->active ? g->will : glyph_of(screen_row(replica, y), x);
}

static void
guess_cell(struct predict *p, const struct stroke *s, const struct screen *replica, int x,
           struct glyph will, bool tail)
{
    struct guess *g = guess_at(p, x, s->y);
    struct glyph was = glyph_of(screen_row(replica, s->y), x);

    if (g->active)
        guess_original(g, &g->will);
    guess_original(g, &was);
    g->active = true;
    g->tail = tail;
    g->will = will;
    g->due = s->due;
    g->made = s->made;
    g->due_at = 0;
    g->epoch = s->epoch;
}

/* ---- the line ---- */

/* With nothing behind the cursor the text ends there, whatever was done to it. */
static int
line_end(const struct predict *p, const struct screen *replica, int x, int y)
{
    for (int i = x; i < p->cols && i < x + 2; i++) {
        struct glyph g = glyph_of(screen_row(replica, y), i);

        if (!glyph_is_blank(&g))
            return -1;
    }
    return x;
}

static void
line_begin(struct predict *p, const struct screen *replica, int x, int y)
{
    const struct row *r = screen_row(replica, y);
    const struct tty_mode *tty = &p->link.tty;
    uint64_t look = 0;
    int len = learn_prompt_len(&p->learn, r, x, &look);

    p->line =
        (struct predict_line){.known = true, .x = len, .y = y, .look = look, .end = x};
    if (p->edited || tty->alternate)
        p->line.end = line_end(p, replica, x, y);
    if (len > 0) {
        p->line.trusted = !tty->alternate;
    } else {
        p->line.x = x;
        p->line.look = learn_look(r, x, tty);
        p->line.trusted = learn_trusts(&p->learn, p->line.look);
    }
    p->line.text = learn_text(r, p->line.x);
}

/* The kernel echoes, and the program doesn't look as if that were about to end. */
static bool
kernel_echoes(const struct predict *p, uint64_t now)
{
    const struct tty_mode *tty = &p->link.tty;

    return tty->known && tty->echo && tty->canonical && !tty->alternate &&
           tty->program != TTY_PROGRAM_SECRET && tty->program != TTY_PROGRAM_SHELL &&
           now >= p->mode_since + SETTLED_MS;
}

void
predict_learn(struct predict *p, int y)
{
    if (p->line.known && p->line.y == y && !p->distrust)
        learn_right(&p->learn, p->line.look, p->line.text, p->line.x);
}

/* Finds the line the stroke is on; confirms its epoch where that was earned before. */
static void
line_find(struct predict *p, struct stroke *s, const struct screen *replica)
{
    if (!p->line.known || p->line.y != s->y || s->x < p->line.x)
        line_begin(p, replica, s->x, s->y);
    else if (p->line.end < 0)
        p->line.end = line_end(p, replica, s->x, s->y);
    if (s->epoch > p->confirmed && !p->distrust &&
        (p->line.trusted || kernel_echoes(p, s->made)))
        p->confirmed = s->epoch;
}

/* ---- what follows the cursor ---- */

static bool
is_suggestion(struct pen pen)
{
    uint32_t v = colour_value(pen.fg);

    if (pen.faint)
        return true;
    if (colour_kind(pen.fg) == COLOUR_PALETTE)
        return v == 8 || (v >= 236 && v <= 246);
    return colour_kind(pen.fg) == COLOUR_DIRECT && (v & 0xff) == (v >> 8 & 0xff) &&
           (v & 0xff) == v >> 16 && (v & 0xff) > 0x40 && (v & 0xff) < 0xb0;
}

static bool
suggested(struct predict *p, const struct screen *replica, int x, int y)
{
    struct glyph g, left;

    if (x >= p->cols)
        return false;
    g = shown(p, replica, x, y);
    if (!g.known || glyph_is_blank(&g) || !is_suggestion(g.pen))
        return false;
    left = x > 0 ? shown(p, replica, x - 1, y) : glyph_char(' ', (struct pen){0});
    return !is_suggestion(left.pen) || glyph_is_blank(&left);
}

/* The first column that what happens at x won't move: the end of the text there. */
static int
run_end(struct predict *p, const struct screen *replica, int x, int y)
{
    unsigned bg = 0;
    int from = x;

    if (p->overwrite || suggested(p, replica, x, y))
        return x;
    if (p->line.known && p->line.y == y && p->line.end >= x)
        return MIN(p->line.end, p->cols);
    if (p->suggests)
        return x;
    for (; x < p->cols; x++) {
        struct glyph g = shown(p, replica, x, y), next;

        if (x == from)
            bg = g.pen.bg;
        if (!g.known || g.pen.bg != bg)
            break;
        if (g.count && g.text[0] >= 0x2500 && g.text[0] < 0x2580)
            break; /* the border of a pane or a form */
        if (glyph_is_blank(&g)) {
            if (x + 1 >= p->cols)
                break;
            next = shown(p, replica, x + 1, y);
            if (glyph_is_blank(&next))
                break;
        } else if (g.wide) {
            x++;
        }
    }
    return MIN(x, p->cols);
}

/* The pen a character typed at x will have: that of the one before it. */
static struct pen
pen_at(struct predict *p, const struct screen *replica, int x, int y)
{
    struct glyph left;

    if (x == 0 || (p->line.known && p->line.y == y && x == p->line.x))
        return replica->x == x && replica->y == y ? replica->pen : (struct pen){0};
    if (x > 1 && shown(p, replica, x - 2, y).wide)
        x--;
    left = shown(p, replica, x - 1, y);
    return left.known ? left.pen : glyph_of(screen_row(replica, y), x - 1).pen;
}

/* ---- the strokes; false: nobody knows ---- */

static bool
place_mark(struct predict *p, struct stroke *s, const struct screen *replica)
{
    struct guess *g;
    int x = s->x - 1;

    if (x > 0 && shown(p, replica, x - 1, s->y).wide)
        x--;
    if (x < 0)
        return false;
    g = guess_at(p, x, s->y);
    if (!g->active || !g->will.known || g->will.count >= GLYPH_TEXT_MAX)
        return false;
    g->will.text[g->will.count++] = s->c;
    g->due = s->due;
    return true;
}

static bool
place_char(struct predict *p, struct stroke *s, const struct screen *replica)
{
    static const struct glyph unknown = {.known = false};
    struct glyph typed, under;
    int width = width_of(s->c), end;

    if (width == 0)
        return place_mark(p, s, replica);
    /* Programs differ about the right edge. */
    if (s->x + width >= p->cols && p->mode != AWL_PREDICT_EXPERIMENTAL)
        return false;
    if (s->x + width > p->cols)
        return false;
    line_find(p, s, replica);
    end = run_end(p, replica, s->x, s->y);
    under = shown(p, replica, s->x, s->y);
    p->suggests |= p->line.end == s->x && !p->overwrite && !glyph_is_blank(&under);
    typed = glyph_char(s->c, pen_at(p, replica, s->x, s->y));
    typed.wide = width == 2;
    for (int x = MIN(end + width, p->cols) - 1; x >= s->x + width; x--)
        guess_cell(p, s, replica, x,
                   x == p->cols - 1 ? unknown : shown(p, replica, x - width, s->y), true);
    guess_cell(p, s, replica, s->x, typed, false);
    if (width == 2)
        guess_cell(p, s, replica, s->x + 1, (struct glyph){.known = true}, true);
    if (p->line.end >= s->x)
        p->line.end = MIN(MAX(end, s->x) + width, p->cols);
    s->x = MIN(s->x + width, p->cols - 1);
    p->counts.keys++;
    return true;
}

/* Whether what is erased at the end of the text, before x, stays there as a suggestion.
 */
static bool
suggested_again(struct predict *p, const struct screen *replica, int x, int y,
                struct pen *pen)
{
    struct glyph next;

    if (p->overwrite || x >= p->cols)
        return false;
    next = shown(p, replica, x, y);
    if (!glyph_is_blank(&next)) {
        *pen = next.pen; /* it begins a character earlier, then */
        return true;
    }
    /* A line from the history is suggested as soon as its end is gone. */
    pen->faint = true;
    return p->suggests && p->edited && !p->link.tty.alternate;
}

static bool
place_erase(struct predict *p, struct stroke *s, const struct screen *replica)
{
    int width, end;
    struct glyph blank, gone;

    line_find(p, s, replica);
    /* What stands before the line isn't the user's to erase. */
    if (s->x <= p->line.x)
        return false;
    width = s->x > 1 && shown(p, replica, s->x - 2, s->y).wide ? 2 : 1;
    gone = shown(p, replica, s->x - width, s->y);
    end = run_end(p, replica, s->x, s->y);
    if (p->line.end >= s->x)
        p->line.end -= width;
    if (end == s->x && suggested_again(p, replica, end, s->y, &gone.pen)) {
        guess_cell(p, s, replica, s->x - width, gone, true);
        s->x -= width;
        return true;
    }
    for (int x = s->x; x < end; x++)
        guess_cell(p, s, replica, x - width, shown(p, replica, x, s->y), true);
    blank = glyph_char(' ', (struct pen){.bg = gone.pen.bg});
    for (int x = end - width; x < end; x++)
        guess_cell(p, s, replica, x, blank, false);
    s->x -= width;
    return true;
}

static bool
place_move(struct predict *p, struct stroke *s, const struct screen *replica)
{
    struct glyph g;

    line_find(p, s, replica);
    if (s->kind == STROKE_LEFT) {
        if (s->x <= p->line.x)
            return false;
        s->x -= s->x > 1 && shown(p, replica, s->x - 2, s->y).wide ? 2 : 1;
        return true;
    }
    /* At the end of the text it may do nothing, or take what is suggested. */
    g = shown(p, replica, s->x, s->y);
    if (!g.known || suggested(p, replica, s->x, s->y) ||
        run_end(p, replica, s->x, s->y) == s->x || s->x + 1 + g.wide >= p->cols)
        return false;
    s->x += 1 + g.wide;
    return true;
}

static bool
place_edit(struct predict *p, struct stroke *s, const struct screen *replica)
{
    struct glyph blank = glyph_char(' ', (struct pen){0});
    int x = predict_edit(p, s, replica);

    if (x < 0)
        return false;
    if (s->c == STROKE_KILL || s->c == STROKE_KILL_WORD) {
        for (int i = x; i < s->x; i++)
            guess_cell(p, s, replica, i, blank, false);
        p->line.end = x;
    }
    s->x = x;
    return true;
}

static void
block(struct predict *p, const struct stroke *s)
{
    if (p->mode == AWL_PREDICT_EXPERIMENTAL)
        return;
    if (!p->blocked)
        p->ended = false;
    p->blocked = true;
    p->block_due = s->due;
    p->edited |= s->kind != STROKE_ENTER;
    if (s->kind == STROKE_ENTER)
        p->ended = true;
    else if (s->kind == STROKE_OTHER)
        p->distrust = true;
    predict_new_epoch(p);
}

void
predict_place(struct predict *p, struct stroke s, const struct screen *replica)
{
    bool foreseen = false;

    if (p->stroke_count == PREDICT_STROKES_MAX)
        predict_reset(p);
    s.x = replica->x;
    s.y = replica->y;
    s.epoch = p->epoch;
    for (unsigned i = p->stroke_count; i > 0; i--) {
        if (p->strokes[i - 1].placed) {
            s.x = p->strokes[i - 1].x;
            s.y = p->strokes[i - 1].y;
            break;
        }
    }
    if (!p->blocked) {
        switch (s.kind) {
        case STROKE_CHAR: foreseen = place_char(p, &s, replica); break;
        case STROKE_ERASE: foreseen = place_erase(p, &s, replica); break;
        case STROKE_LEFT:
        case STROKE_RIGHT: foreseen = place_move(p, &s, replica); break;
        case STROKE_ENTER:
            if (p->mode == AWL_PREDICT_EXPERIMENTAL) {
                s.x = 0;
                s.y = MIN(s.y + 1, p->rows - 1);
                foreseen = true;
            }
            break;
        case STROKE_EDIT: foreseen = place_edit(p, &s, replica); break;
        case STROKE_OTHER:
        case STROKE_NONE: break;
        }
    }
    s.placed = foreseen;
    if (!foreseen && (!p->blocked || s.kind == STROKE_ENTER || s.kind == STROKE_EDIT ||
                      s.kind == STROKE_OTHER))
        block(p, &s);
    p->strokes[p->stroke_count++] = s;
}

/* Of what was typed ahead some may stand behind the prompt already: an echo comes before
 * its acknowledgement. Gives how many of the strokes. */
static unsigned
echoed_ahead(struct predict *p, const struct stroke *s, unsigned count,
             const struct screen *replica)
{
    uint64_t look = 0;
    const struct row *r = screen_row(replica, replica->y);
    int x = learn_prompt_len(&p->learn, r, replica->x, &look);
    unsigned n = 0;

    while (x > 0 && n < count && x < replica->x && s[n].kind == STROKE_CHAR) {
        struct glyph g = glyph_of(r, x);

        if (!g.known || g.count == 0 ? s[n].c != ' ' : g.text[0] != s[n].c)
            break;
        x += g.wide ? 2 : 1;
        n++;
    }
    return x == replica->x ? n : 0;
}

void
predict_replay(struct predict *p, const struct screen *replica, uint64_t now)
{
    struct stroke left[PREDICT_STROKES_MAX];
    unsigned count = 0, skip = 0;
    bool fresh = !p->line.known;

    (void)now;
    for (unsigned i = 0; i < p->stroke_count; i++) {
        if (p->strokes[i].due > p->link.late_ack)
            left[count++] = p->strokes[i];
    }
    predict_clear_cells(p);
    p->stroke_count = 0;
    p->blocked = p->ended = false;
    p->cursor_off = 0;
    predict_new_epoch(p);
    if (fresh)
        skip = echoed_ahead(p, left, count, replica);
    for (unsigned i = 0; i < count; i++) {
        if (i >= skip) {
            predict_place(p, left[i], replica);
            continue;
        }
        left[i].placed = true;
        left[i].epoch = p->epoch;
        left[i].x = replica->x;
        left[i].y = replica->y;
        p->strokes[p->stroke_count++] = left[i];
    }
    wipe(left, sizeof left);
}
