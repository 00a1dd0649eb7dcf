#include "predict/predict_internal.h"

/* Round trips from which guesses are shown, and marked. Two values each, so that they
 * don't flicker. */
#define SHOW_ABOVE_MS 45u
#define SHOW_BELOW_MS 30u
#define MARK_ABOVE_MS 300u
#define MARK_BELOW_MS 250u
/* A guess outstanding for GLITCH_MS on a quick link is a glitch: guesses are shown, then
 * marked, until a number of quick confirmations. */
#define GLITCH_HEAL_MS  150u /* one confirmation counts in this time */
#define PREDICT_POLL_MS 50u
/* A loaded server answers later than its acknowledgement promises. */
#define GRACE_MS 100u

enum verdict {
    VERDICT_PENDING,
    VERDICT_RIGHT,
    VERDICT_EASY,
    VERDICT_LATE,
    VERDICT_WRONG
};

/* EASY: right, but no proof that the program echoes. LATE: as if nothing had come yet. */
static enum verdict
verdict(struct predict *p, struct guess *g, const struct glyph *real, uint64_t now)
{
    if (p->link.late_ack < g->due)
        return VERDICT_PENDING;
    if (!g->will.known || g->tail || glyph_is_blank(&g->will))
        return VERDICT_EASY;
    if (!glyph_same_text(&g->will, real)) {
        if (g->due_at == 0)
            g->due_at = now;
        return guess_was_there(g, real) && now < g->due_at + GRACE_MS ? VERDICT_LATE
                                                                      : VERDICT_WRONG;
    }
    return guess_was_there(g, real) ? VERDICT_EASY : VERDICT_RIGHT;
}

static bool
visible(const struct predict *p, uint64_t epoch)
{
    return epoch <= p->confirmed && predict_is_shown(p);
}

static void
right(struct predict *p, int x, int y, struct pen pen, uint64_t now)
{
    struct guess *row = p->grid[y];
    uint64_t age = now - MIN(row[x].made, now);

    if (visible(p, row[x].epoch)) {
        p->counts.shown++;
        p->counts.right++;
        p->counts.saved_ms += age;
    }
    p->confirmed = MAX(p->confirmed, row[x].epoch);
    predict_learn(p, y);
    if (age < GLITCH_MS && p->glitch && now >= p->healed + GLITCH_HEAL_MS) {
        p->glitch--;
        p->healed = now;
    }
    /* The same colours go on. */
    for (int i = x + 1; i < p->cols && row[i].active && !row[i].tail; i++)
        row[i].will.pen = pen;
}

static void
pending(struct predict *p, const struct guess *g, uint64_t *oldest, uint64_t now)
{
    uint64_t age = now - MIN(g->made, now);

    *oldest = MIN(*oldest, g->made);
    if (age >= GLITCH_LONG_MS)
        p->glitch = GLITCH_MARK;
    else if (age >= GLITCH_MS && p->glitch < GLITCH_SHOW)
        p->glitch = GLITCH_SHOW;
}

static void
wrong(struct predict *p, const struct screen *replica, uint64_t epoch, uint64_t now)
{
    /* What was seen and wrong costs the trust in its context. What was hidden may have
     * been guessed for the wrong place, before the prompt came. */
    if (epoch <= p->confirmed) {
        if (visible(p, epoch)) {
            p->counts.shown++;
            p->counts.wrong++;
        }
        learn_wrong(&p->learn, p->line.look);
        p->distrust = p->edited = true;
    }
    for (unsigned i = 0; i < p->stroke_count; i++) {
        const struct stroke *s = &p->strokes[i];

        if (s->kind == STROKE_EDIT && s->placed)
            p->edits[s->c] = 0;
    }
    p->line = (struct predict_line){0};
    predict_replay(p, replica, now);
}

/* False: everything was guessed anew. */
static bool
judge_cell(struct predict *p, const struct screen *replica, int x, int y,
           uint64_t *oldest, bool *late, uint64_t now)
{
    struct guess *g = &p->grid[y][x];
    struct glyph real = glyph_of(screen_row(replica, y), x);

    switch (verdict(p, g, &real, now)) {
    case VERDICT_PENDING: pending(p, g, oldest, now); return true;
    case VERDICT_LATE: *late = true; return true;
    case VERDICT_RIGHT: right(p, x, y, real.pen, now); break;
    case VERDICT_EASY: break;
    case VERDICT_WRONG:
        if (p->mode == AWL_PREDICT_EXPERIMENTAL)
            break;
        wrong(p, replica, g->epoch, now);
        return false;
    }
    guess_clear(g);
    return true;
}

static bool
judge_cursor(struct predict *p, const struct screen *replica, bool *late, uint64_t now)
{
    const struct stroke *newest =
        p->stroke_count ? &p->strokes[p->stroke_count - 1] : NULL;
    unsigned kept = 0;

    if (newest == NULL)
        return true;
    if (newest->placed && newest->due <= p->link.late_ack &&
        (newest->x != replica->x || newest->y != replica->y) &&
        p->mode != AWL_PREDICT_EXPERIMENTAL) {
        if (p->cursor_off == 0)
            p->cursor_off = now;
        if (*late || now < p->cursor_off + GRACE_MS) {
            *late = true;
            return true;
        }
        wrong(p, replica, newest->epoch, now);
        return false;
    }
    p->cursor_off = 0;
    /* Those behind a block are needed when it goes. */
    for (unsigned i = 0; i < p->stroke_count; i++) {
        if (p->strokes[i].due > p->link.late_ack)
            p->strokes[kept++] = p->strokes[i];
    }
    p->stroke_count = kept;
    return true;
}

/* The line was moved as a whole: its guesses move with it. */
static void
follow(struct predict *p, const struct screen *replica)
{
    int from = p->line.y, to = replica->y;
    struct guess *row;

    if (!p->line.known || p->line.x == 0 || from == to || from >= p->rows ||
        learn_text(screen_row(replica, from), p->line.x) == p->line.text ||
        learn_text(screen_row(replica, to), p->line.x) != p->line.text)
        return;
    row = p->grid[to];
    p->grid[to] = p->grid[from];
    p->grid[from] = row;
    for (unsigned i = 0; i < p->stroke_count; i++) {
        if (p->strokes[i].y == from)
            p->strokes[i].y = to;
    }
    p->line.y = to;
}

static void
triggers(struct predict *p)
{
    uint32_t rtt = p->link.rtt_ms;

    if (rtt > SHOW_ABOVE_MS)
        p->display = true;
    else if (rtt < SHOW_BELOW_MS && p->stroke_count == 0)
        p->display = false;
    if (rtt > MARK_ABOVE_MS)
        p->marking = true;
    else if (rtt < MARK_BELOW_MS)
        p->marking = false;
}

static void
unblock(struct predict *p, const struct screen *replica, uint64_t now)
{
    const struct predict_line *l = &p->line;
    bool expected;

    if (!p->blocked || p->link.late_ack < p->block_due)
        return;
    expected = predict_edit_seen(p, replica);
    if (p->ended) {
        p->line = (struct predict_line){0};
        p->distrust = p->edited = false;
    } else if (l->known && (l->y != replica->y || replica->x < l->x ||
                            learn_text(screen_row(replica, l->y), l->x) != l->text)) {
        p->line = (struct predict_line){0};
    }
    if (!expected)
        p->line.end = -1; /* line_find will look */
    predict_replay(p, replica, now);
}

/* A slow program's prompt comes after its acknowledgement: what was typed ahead was
 * guessed for some other place, and hidden. */
static void
catch_up(struct predict *p, const struct screen *replica, uint64_t now)
{
    const struct predict_line *l = &p->line;
    uint64_t look = 0;

    if (!l->known || l->trusted || p->distrust || p->edited || p->link.tty.alternate ||
        p->stroke_count == 0 || p->confirmed >= p->epoch ||
        (replica->x == l->x && replica->y == l->y) ||
        learn_prompt_len(&p->learn, screen_row(replica, replica->y), replica->x, &look) <
            replica->x ||
        replica->x == 0)
        return;
    p->line = (struct predict_line){0};
    predict_replay(p, replica, now);
}

static bool
judge_cells(struct predict *p, const struct screen *replica, uint64_t *oldest, bool *late,
            uint64_t now)
{
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; p->grid[y] && x < p->cols; x++) {
            if (p->grid[y][x].active && !judge_cell(p, replica, x, y, oldest, late, now))
                return false;
        }
    }
    return true;
}

void
predict_judge(struct predict *p, const struct screen *replica,
              const struct predict_link *link, uint64_t now)
{
    uint64_t oldest = NEVER;
    bool late = false;

    if (p->mode == AWL_PREDICT_NEVER)
        return;
    if (!tty_mode_equal(&p->link.tty, &link->tty))
        p->mode_since = now;
    p->link = *link;
    predict_fit(p, replica);
    triggers(p);
    follow(p, replica);
    p->deadline = NEVER;
    if (judge_cells(p, replica, &oldest, &late, now) &&
        judge_cursor(p, replica, &late, now))
        unblock(p, replica, now);
    catch_up(p, replica, now);
    if (oldest != NEVER && p->glitch < GLITCH_MARK)
        p->deadline = MAX(oldest + predict_patience(p), now + PREDICT_POLL_MS);
    if (late)
        p->deadline = sooner(p->deadline, now + GRACE_MS / 4);
}
