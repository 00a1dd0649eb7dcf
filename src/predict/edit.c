#include "predict/predict_internal.h"

/* Line editors agree about these keys, mostly: each is believed once it has done twice
 * what was expected. */
#define EDIT_ENOUGH 2u

static struct glyph
at(struct predict *p, const struct screen *replica, int x, int y)
{
    const struct guess *g = p->grid[y] ? &p->grid[y][x] : NULL;

    return g && g->active ? g->will : glyph_of(screen_row(replica, y), x);
}

static bool
is_word(struct predict *p, const struct screen *replica, int x, int y)
{
    struct glyph g = at(p, replica, x, y);
    uint32_t c = g.count ? g.text[0] : ' ';

    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           c >= 0xc0;
}

static int
word_back(struct predict *p, const struct screen *replica, int x, int y)
{
    while (x > p->line.x && !is_word(p, replica, x - 1, y))
        x--;
    while (x > p->line.x && is_word(p, replica, x - 1, y))
        x--;
    return x;
}

static int
word_on(struct predict *p, const struct screen *replica, int x, int y)
{
    while (x < p->line.end && !is_word(p, replica, x, y))
        x++;
    while (x < p->line.end && is_word(p, replica, x, y))
        x++;
    return x;
}

static bool
is_gap(struct predict *p, const struct screen *replica, int x, int y)
{
    struct glyph g = at(p, replica, x, y);

    return glyph_is_blank(&g);
}

/* Ctrl-W of line editors goes by blanks, the kernel's by words. */
static int
erased_back(struct predict *p, const struct screen *replica, int x, int y)
{
    if (p->link.tty.canonical)
        return word_back(p, replica, x, y);
    while (x > p->line.x && is_gap(p, replica, x - 1, y))
        x--;
    while (x > p->line.x && !is_gap(p, replica, x - 1, y))
        x--;
    return x;
}

/* Where the cursor should be then; -1: nobody knows. */
static int
target(struct predict *p, const struct stroke *s, const struct screen *replica)
{
    const struct predict_line *l = &p->line;
    bool at_end = s->x == l->end;

    if (!l->known || l->y != s->y || s->x < l->x || l->end < s->x || l->end >= p->cols)
        return -1;
    switch ((enum stroke_edit)s->c) {
    case STROKE_HOME: return l->x;
    case STROKE_END: return l->end;
    case STROKE_WORD_LEFT: return word_back(p, replica, s->x, s->y);
    case STROKE_WORD_RIGHT: return word_on(p, replica, s->x, s->y);
    case STROKE_KILL: return at_end ? l->x : -1;
    case STROKE_KILL_WORD: return at_end ? erased_back(p, replica, s->x, s->y) : -1;
    case STROKE_SOME_EDIT:
    case STROKE_EDITS: break;
    }
    return -1;
}

int
predict_edit(struct predict *p, const struct stroke *s, const struct screen *replica)
{
    int x = target(p, s, replica);
    bool kernel = p->link.tty.known && p->link.tty.canonical && p->link.tty.echo;

    p->hope = (struct predict_hope){0};
    if (x < 0)
        return -1;
    if (kernel || (p->edits[s->c] >= EDIT_ENOUGH && !p->distrust))
        return x;
    p->hope = (struct predict_hope){.edit = s->c, .due = s->due, .x = x, .y = s->y};
    return -1;
}

bool
predict_edit_seen(struct predict *p, const struct screen *replica)
{
    struct predict_hope h = p->hope;

    if (h.edit == 0 || p->link.late_ack < h.due)
        return false;
    p->hope.edit = 0;
    for (unsigned i = 0; i < p->stroke_count; i++) {
        if (p->strokes[i].due > h.due && p->strokes[i].due <= p->link.late_ack)
            return false; /* something else moved the cursor as well */
    }
    if (replica->y != h.y || replica->x != h.x) {
        p->edits[h.edit] = 0;
        return false;
    }
    p->edits[h.edit]++;
    if (h.edit == STROKE_KILL || h.edit == STROKE_KILL_WORD)
        p->line.end = h.x;
    return true;
}
