#include "predict/predict_internal.h"

#include "base/alloc.h"

#include <stdlib.h>

struct predict *
predict_new(enum awl_predict mode, bool overwrite)
{
    struct predict *p = xcalloc(1, sizeof *p);

    p->mode = mode;
    p->overwrite = overwrite;
    p->epoch = 1;
    p->deadline = NEVER;
    stroke_reader_init(&p->reader);
    return p;
}

void
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
    stroke_reader_free(&p->reader);
    wipe(p, sizeof *p); /* it remembers what was typed */
    free(p);
}

void
predict_new_epoch(struct predict *p)
{
    if (p->mode != AWL_PREDICT_EXPERIMENTAL)
        p->epoch++;
}

void
predict_reset(struct predict *p)
{
    predict_clear_cells(p);
    p->stroke_count = 0;
    p->line = (struct predict_line){0};
    p->blocked = p->ended = false;
    p->cursor_off = 0;
    p->deadline = NEVER;
    predict_new_epoch(p);
}

void
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

uint64_t
predict_patience(const struct predict *p)
{
    return p->glitch < GLITCH_SHOW ? GLITCH_MS : GLITCH_LONG_MS;
}

void
predict_keys(struct predict *p, struct bytes keys, const struct screen *replica,
             uint64_t sent, uint64_t now)
{
    struct stroke s = {.due = sent + 1, .made = now};

    if (p->mode == AWL_PREDICT_NEVER)
        return;
    predict_fit(p, replica);
    if (keys.len > PREDICT_BULK) {
        predict_reset(p);
        /* What it leads to shows when it has been answered. */
        s.kind = STROKE_EDIT;
        predict_place(p, s, replica);
        return;
    }
    for (size_t i = 0; i < keys.len; i++) {
        if (p->mode == AWL_PREDICT_EXPERIMENTAL)
            p->epoch = p->confirmed;
        s.kind = stroke_read(&p->reader, keys.data[i], &p->link.tty, &s.c);
        if (s.kind != STROKE_NONE)
            predict_place(p, s, replica);
    }
    if (stroke_is_escape(&p->reader)) {
        s.c = STROKE_SOME_EDIT;
        s.kind = STROKE_OTHER;
        predict_place(p, s, replica);
    }
    if (p->glitch < GLITCH_MARK)
        p->deadline = sooner(p->deadline, now + predict_patience(p));
}

uint64_t
predict_deadline(const struct predict *p)
{
    return p->deadline;
}

struct predict_counts
predict_counts(const struct predict *p)
{
    return p->counts;
}

/* ---- showing ---- */

bool
predict_is_shown(const struct predict *p)
{
    /* Never in a password prompt, whatever the user asked for. */
    if (p->link.tty.canonical && !p->link.tty.echo)
        return false;
    switch (p->mode) {
    case AWL_PREDICT_ADAPTIVE: return p->display || p->glitch > 0;
    case AWL_PREDICT_ALWAYS:
    case AWL_PREDICT_EXPERIMENTAL: return true;
    case AWL_PREDICT_NEVER: break;
    }
    return false;
}

static void
put(struct screen *s, int x, int y, const struct glyph *g, bool mark)
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
apply_row(const struct predict *p, const struct guess *row, struct screen *s, int y)
{
    bool marking = p->marking || p->glitch > GLITCH_SHOW;

    for (int x = 0; x < p->cols; x++) {
        const struct guess *g = &row[x];
        struct glyph real;

        if (!g->active || g->epoch > p->confirmed || !g->will.known)
            continue;
        real = glyph_of(screen_row(s, y), x);
        if (!glyph_equal(&g->will, &real) &&
            !(glyph_is_blank(&g->will) && glyph_is_blank(&real)))
            put(s, x, y, &g->will, marking && !g->tail && !glyph_is_blank(&g->will));
        if (g->will.wide)
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
            apply_row(p, p->grid[y], s, y);
    }
    for (unsigned i = 0; i < p->stroke_count; i++) {
        const struct stroke *k = &p->strokes[i];

        if (!k->placed || k->epoch > p->confirmed)
            continue;
        s->x = k->x;
        s->y = k->y;
        s->pending_wrap = false;
    }
}
