#include "predict/predict.h"

#include "base/alloc.h"
#include "predict/guess.h"
#include "terminal/parser.h"
#include "terminal/width.h"

#include <stdlib.h>

/* Frame intervals, half a round trip, at which guesses are shown, and marked. Two values
 * each, so that they don't flicker. */
#define SHOW_ABOVE_MS 30u
#define SHOW_BELOW_MS 20u
#define MARK_ABOVE_MS 80u
#define MARK_BELOW_MS 50u
/* A guess outstanding for so long on a quick link is a glitch: guesses are shown, then
 * marked, until a number of quick confirmations. */
#define GLITCH_MS       250u
#define GLITCH_LONG_MS  5000u
#define GLITCH_SHOW     10u
#define GLITCH_MARK     20u
#define GLITCH_HEAL_MS  150u /* one confirmation counts in this time */
#define PREDICT_POLL_MS 50u

struct cursor_guess {
    int x, y;
    uint64_t due, epoch;
};

struct predict {
    enum awl_predict mode;
    bool overwrite;
    struct parser parser;
    bool after_esc;

    int cols, rows;
    struct guess **grid; /* rows of cols guesses, each NULL until needed */
    struct cursor_guess cursors[PREDICT_CURSORS_MAX];
    unsigned cursor_count;
    uint64_t epoch, confirmed; /* guesses of later epochs than confirmed are tentative */

    bool display, marking;
    unsigned glitch;
    uint64_t healed;
    uint64_t sent;
    uint64_t deadline;
};

struct predict *
predict_new(enum awl_predict mode, bool overwrite)
{
    struct predict *p = xcalloc(1, sizeof *p);

    p->mode = mode;
    p->overwrite = overwrite;
    p->epoch = 1;
    p->deadline = NEVER;
    parser_init(&p->parser, true);
    return p;
}

/* ---- forgetting ---- */

static void
predict_clear_cells(struct predict *p)
{
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; p->grid[y] && x < p->cols; x++)
            guess_clear(&p->grid[y][x]);
        free(p->grid[y]);
        p->grid[y] = NULL;
    }
}

void
predict_free(struct predict *p)
{
    if (!p)
        return;
    predict_clear_cells(p);
    free(p->grid);
    parser_free(&p->parser);
    free(p);
}

static void
predict_new_epoch(struct predict *p)
{
    if (p->mode != AWL_PREDICT_EXPERIMENTAL)
        p->epoch++;
}

void
predict_reset(struct predict *p)
{
    predict_clear_cells(p);
    p->cursor_count = 0;
    p->deadline = NEVER;
    predict_new_epoch(p);
}

static void
predict_fit(struct predict *p, const struct screen *s)
{
    if (p->cols == s->cols && p->rows == s->rows)
        return;
    predict_reset(p);
    free(p->grid);
    p->cols = s->cols;
    p->rows = s->rows;
    p->grid = xcalloc((size_t)p->rows, sizeof p->grid[0]);
}

/* ---- guessing ---- */

static struct guess *
predict_at(struct predict *p, int x, int y)
{
    if (!p->grid[y])
        p->grid[y] = xcalloc((size_t)p->cols, sizeof p->grid[y][0]);
    return &p->grid[y][x];
}

/* What the cell shows, or will. */
static struct glyph
predict_shown(struct predict *p, const struct screen *shown, int x, int y)
{
    const struct guess *g = predict_at(p, x, y);

    return g->active ? g->will : glyph_of(screen_row(shown, y), x);
}

static void
predict_cell(struct predict *p, const struct screen *shown, int x, int y,
             struct glyph will, uint64_t now)
{
    struct guess *g = predict_at(p, x, y);
    struct glyph was = glyph_of(screen_row(shown, y), x);

    if (g->active)
        guess_original(g, &g->will);
    guess_original(g, &was);
    g->active = true;
    g->will = will;
    g->due = p->sent + 1;
    g->made = now;
    g->epoch = p->epoch;
}

/* The newest guess of the cursor, of the current epoch, to be moved. */
static struct cursor_guess *
predict_cursor(struct predict *p, const struct screen *shown)
{
    struct cursor_guess next = {.x = shown->x, .y = shown->y};

    if (p->cursor_count)
        next = p->cursors[p->cursor_count - 1];
    if (p->cursor_count && next.epoch == p->epoch) {
        p->cursor_count--;
    } else if (p->cursor_count == PREDICT_CURSORS_MAX) {
        predict_reset(p);
    }
    next.due = p->sent + 1;
    next.epoch = p->epoch;
    p->cursors[p->cursor_count] = next;
    return &p->cursors[p->cursor_count++];
}

static void
predict_newline(struct predict *p, const struct screen *shown, uint64_t now)
{
    struct cursor_guess *c = predict_cursor(p, shown);

    c->x = 0;
    if (c->y < p->rows - 1) {
        c->y++;
        return;
    }
    for (int x = 0; x < p->cols; x++)
        predict_cell(p, shown, x, c->y, glyph_char(' ', (struct pen){0}), now);
}

/* The pen a character typed at x will have: that of the one before it. */
static struct pen
predict_pen(struct predict *p, const struct screen *shown, int x, int y)
{
    struct glyph left;

    if (x == 0)
        return shown->pen;
    if (x > 1 && predict_shown(p, shown, x - 2, y).wide)
        x--;
    left = predict_shown(p, shown, x - 1, y);
    return left.known ? left.pen : glyph_of(screen_row(shown, y), x - 1).pen;
}

static void
predict_insert(struct predict *p, const struct screen *shown, uint32_t c, uint64_t now)
{
    static const struct glyph unknown = {.known = false};
    struct cursor_guess *at = predict_cursor(p, shown);
    struct pen pen;

    /* Programs differ about the right edge. */
    if (at->x == p->cols - 1) {
        predict_new_epoch(p);
        at = predict_cursor(p, shown);
    }
    pen = predict_pen(p, shown, at->x, at->y);
    for (int x = p->cols - 1; !p->overwrite && x > at->x; x--)
        predict_cell(p, shown, x, at->y,
                     x == p->cols - 1 ? unknown : predict_shown(p, shown, x - 1, at->y),
                     now);
    predict_cell(p, shown, at->x, at->y, glyph_char(c, pen), now);
    if (at->x < p->cols - 1) {
        at->x++;
        return;
    }
    predict_new_epoch(p);
    predict_newline(p, shown, now);
}

static void
predict_backspace(struct predict *p, const struct screen *shown, uint64_t now)
{
    static const struct glyph unknown = {.known = false};
    struct cursor_guess *at = predict_cursor(p, shown);

    if (at->x == 0)
        return;
    at->x--;
    if (p->overwrite) {
        struct pen pen = predict_shown(p, shown, at->x, at->y).pen;

        predict_cell(p, shown, at->x, at->y, glyph_char(' ', pen), now);
        return;
    }
    for (int x = at->x; x < p->cols; x++)
        predict_cell(p, shown, x, at->y,
                     x < p->cols - 2 ? predict_shown(p, shown, x + 1, at->y) : unknown,
                     now);
}

static void
predict_event(struct predict *p, enum parser_event event, const struct screen *shown,
              uint64_t now)
{
    uint32_t c = 0;

    switch (event) {
    case PARSER_ASCII: c = p->parser.text.data[0]; break;
    case PARSER_CHARS: c = p->parser.chars[0]; break;
    case PARSER_CONTROL:
        predict_new_epoch(p);
        if (p->parser.control == '\r')
            predict_newline(p, shown, now);
        return;
    case PARSER_CSI:
        if (p->parser.key == PARSER_KEY(0, 0, 0, 'C')) {
            struct cursor_guess *at = predict_cursor(p, shown);

            at->x = MIN(at->x + 1, p->cols - 1);
        } else if (p->parser.key == PARSER_KEY(0, 0, 0, 'D')) {
            struct cursor_guess *at = predict_cursor(p, shown);

            at->x = MAX(at->x - 1, 0);
        } else {
            predict_new_epoch(p);
        }
        return;
    case PARSER_ESC:
    case PARSER_OSC:
    case PARSER_DCS: predict_new_epoch(p); return;
    case PARSER_END: return;
    }
    if (width_of(c) == 1)
        predict_insert(p, shown, c, now);
    else
        predict_new_epoch(p);
}

static void
predict_key(struct predict *p, uint8_t byte, const struct screen *shown, uint64_t now)
{
    uint8_t fed = p->after_esc && byte == 'O' ? '[' : byte;
    struct bytes in = bytes_of(&fed, 1);
    enum parser_event event;

    if (p->mode == AWL_PREDICT_EXPERIMENTAL)
        p->epoch = p->confirmed;
    p->after_esc = byte == 0x1b;
    if (byte == 0x7f && parser_is_ground(&p->parser)) {
        predict_backspace(p, shown, now);
        return;
    }
    while ((event = parser_next(&p->parser, &in)) != PARSER_END)
        predict_event(p, event, shown, now);
}

/* How long a guess may be outstanding before that changes what is shown. */
static uint64_t
predict_patience(const struct predict *p)
{
    return p->glitch < GLITCH_SHOW ? GLITCH_MS : GLITCH_LONG_MS;
}

void
predict_keys(struct predict *p, struct bytes keys, const struct screen *shown,
             uint64_t sent, uint64_t now)
{
    if (p->mode == AWL_PREDICT_NEVER)
        return;
    if (keys.len > PREDICT_BULK) {
        predict_reset(p);
        return;
    }
    predict_fit(p, shown);
    p->sent = sent;
    for (size_t i = 0; i < keys.len; i++)
        predict_key(p, keys.data[i], shown, now);
    if (p->glitch < GLITCH_MARK)
        p->deadline = sooner(p->deadline, now + predict_patience(p));
}

/* ---- judging ---- */

enum verdict { VERDICT_PENDING, VERDICT_RIGHT, VERDICT_EASY, VERDICT_WRONG };

/* EASY: right, but no proof that the program echoes. */
static enum verdict
predict_verdict(const struct guess *g, const struct glyph *real, uint64_t late_ack)
{
    if (late_ack < g->due)
        return VERDICT_PENDING;
    if (!g->will.known || glyph_is_blank(&g->will))
        return VERDICT_EASY;
    if (!glyph_same_text(&g->will, real))
        return VERDICT_WRONG;
    return guess_was_there(g, real) ? VERDICT_EASY : VERDICT_RIGHT;
}

static bool
predict_active(const struct predict *p)
{
    if (p->cursor_count)
        return true;
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; p->grid[y] && x < p->cols; x++) {
            if (p->grid[y][x].active)
                return true;
        }
    }
    return false;
}

/* A wrong guess that nobody saw: its epoch and all later ones go. */
static void
predict_kill(struct predict *p, uint64_t epoch, const struct screen *replica)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < p->cursor_count; i++) {
        if (p->cursors[i].epoch < epoch)
            p->cursors[kept++] = p->cursors[i];
    }
    kept = MIN(kept, PREDICT_CURSORS_MAX - 1);
    p->cursors[kept++] = (struct cursor_guess){
        .x = replica->x, .y = replica->y, .due = p->sent + 1, .epoch = p->epoch};
    p->cursor_count = kept;
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; p->grid[y] && x < p->cols; x++) {
            if (p->grid[y][x].active && p->grid[y][x].epoch >= epoch)
                guess_clear(&p->grid[y][x]);
        }
    }
    predict_new_epoch(p);
}

static void
predict_right(struct predict *p, int x, int y, struct pen pen, uint64_t now)
{
    struct guess *row = p->grid[y];

    p->confirmed = MAX(p->confirmed, row[x].epoch);
    if (now - row[x].made < GLITCH_MS && p->glitch && now >= p->healed + GLITCH_HEAL_MS) {
        p->glitch--;
        p->healed = now;
    }
    for (int i = x; i < p->cols; i++)
        row[i].will.pen = pen;
}

static void
predict_pending(struct predict *p, const struct guess *g, uint64_t *oldest, uint64_t now)
{
    uint64_t age = now - MIN(g->made, now);

    *oldest = MIN(*oldest, g->made);
    if (age >= GLITCH_LONG_MS)
        p->glitch = GLITCH_MARK;
    else if (age >= GLITCH_MS && p->glitch < GLITCH_SHOW)
        p->glitch = GLITCH_SHOW;
}

/* Judges one guess; false: everything is forgotten. */
static bool
predict_judge_cell(struct predict *p, const struct screen *replica, int x, int y,
                   uint64_t late_ack, uint64_t *oldest, uint64_t now)
{
    struct guess *g = &p->grid[y][x];
    struct glyph real = glyph_of(screen_row(replica, y), x);

    switch (predict_verdict(g, &real, late_ack)) {
    case VERDICT_PENDING: predict_pending(p, g, oldest, now); return true;
    case VERDICT_RIGHT: predict_right(p, x, y, real.pen, now); break;
    case VERDICT_EASY: break;
    case VERDICT_WRONG:
        if (p->mode == AWL_PREDICT_EXPERIMENTAL)
            break;
        if (g->epoch > p->confirmed) {
            predict_kill(p, g->epoch, replica);
            return true;
        }
        predict_reset(p);
        return false;
    }
    guess_clear(g);
    return true;
}

static void
predict_judge_cursor(struct predict *p, const struct screen *replica, uint64_t late_ack)
{
    const struct cursor_guess *newest;
    unsigned kept = 0;

    if (!p->cursor_count)
        return;
    newest = &p->cursors[p->cursor_count - 1];
    if (newest->due <= late_ack && (newest->x != replica->x || newest->y != replica->y) &&
        p->mode != AWL_PREDICT_EXPERIMENTAL) {
        predict_reset(p);
        return;
    }
    for (unsigned i = 0; i < p->cursor_count; i++) {
        if (p->cursors[i].due > late_ack)
            p->cursors[kept++] = p->cursors[i];
    }
    p->cursor_count = kept;
}

static void
predict_triggers(struct predict *p, uint64_t interval_ms)
{
    if (interval_ms > SHOW_ABOVE_MS)
        p->display = true;
    else if (p->display && interval_ms <= SHOW_BELOW_MS && !predict_active(p))
        p->display = false;
    if (interval_ms > MARK_ABOVE_MS)
        p->marking = true;
    else if (interval_ms <= MARK_BELOW_MS)
        p->marking = false;
}

void
predict_judge(struct predict *p, const struct screen *replica, uint64_t late_ack,
              uint64_t interval_ms, uint64_t now)
{
    uint64_t oldest = NEVER;

    if (p->mode == AWL_PREDICT_NEVER)
        return;
    predict_fit(p, replica);
    predict_triggers(p, interval_ms);
    p->deadline = NEVER;
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; p->grid[y] && x < p->cols; x++) {
            if (p->grid[y][x].active &&
                !predict_judge_cell(p, replica, x, y, late_ack, &oldest, now))
                return;
        }
    }
    predict_judge_cursor(p, replica, late_ack);
    if (oldest != NEVER && p->glitch < GLITCH_MARK)
        p->deadline = MAX(oldest + predict_patience(p), now + PREDICT_POLL_MS);
}

uint64_t
predict_deadline(const struct predict *p)
{
    return p->deadline;
}

/* ---- showing ---- */

static bool
predict_is_shown(const struct predict *p)
{
    switch (p->mode) {
    case AWL_PREDICT_ADAPTIVE: return p->display || p->glitch > 0;
    case AWL_PREDICT_ALWAYS:
    case AWL_PREDICT_EXPERIMENTAL: return true;
    case AWL_PREDICT_NEVER: break;
    }
    return false;
}

static void
predict_put(struct screen *s, int x, int y, const struct glyph *g, bool mark)
{
    struct pen pen = s->pen;
    int width = g->wide ? 2 : 1;

    s->pen = g->pen;
    if (mark && !s->pen.underline)
        s->pen.underline = UNDERLINE_SINGLE;
    if (g->count == 0 && !mark)
        screen_erase(s, y, x, x + 1);
    else if (x + width <= s->cols)
        screen_put(s, x, y, g->count ? g->text[0] : ' ', width);
    for (unsigned i = 1; i < g->count; i++)
        cell_add_mark(screen_row_mut(s, y), x, g->text[i]);
    s->pen = pen;
}

static void
predict_apply_row(const struct predict *p, const struct guess *row, struct screen *s,
                  int y)
{
    bool mark = p->marking || p->glitch > GLITCH_SHOW;

    for (int x = 0; x < p->cols; x++) {
        const struct guess *g = &row[x];
        struct glyph real;

        if (!g->active || g->epoch > p->confirmed)
            continue;
        real = glyph_of(screen_row(s, y), x);
        if (!g->will.known) {
            if (mark && real.known && real.count && !real.pen.underline &&
                x < p->cols - 1)
                screen_row_mut(s, y)->cells[x].pen.underline = UNDERLINE_SINGLE;
        } else if (!glyph_equal(&g->will, &real) &&
                   !(glyph_is_blank(&g->will) && glyph_is_blank(&real))) {
            predict_put(s, x, y, &g->will, mark);
        }
        if (g->will.known && g->will.wide)
            x++; /* the other half came with it */
    }
}

void
predict_apply(const struct predict *p, struct screen *s)
{
    if (!predict_is_shown(p) || s->cols != p->cols || s->rows != p->rows)
        return;
    for (int y = 0; y < p->rows; y++) {
        if (p->grid[y])
            predict_apply_row(p, p->grid[y], s, y);
    }
    for (unsigned i = 0; i < p->cursor_count; i++) {
        if (p->cursors[i].epoch > p->confirmed)
            continue;
        s->x = p->cursors[i].x;
        s->y = p->cursors[i].y;
        s->pending_wrap = false;
    }
}
