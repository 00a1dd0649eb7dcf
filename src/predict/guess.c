#include "predict/guess.h"

#include "base/alloc.h"

#include <stdlib.h>

struct glyph
glyph_of(const struct row *r, int x)
{
    struct cell c = r->cells[x];
    struct glyph g = {.pen = c.pen, .wide = c.wide, .known = true};
    uint32_t text[CELL_TEXT_MAX];
    unsigned n = cell_text(r, x, text);

    if (n > GLYPH_TEXT_MAX) {
        g.known = false;
        return g;
    }
    g.count = (uint8_t)n;
    memcpy(g.text, text, n * sizeof text[0]);
    return g;
}

struct glyph
glyph_char(uint32_t c, struct pen pen)
{
    return (struct glyph){.pen = pen, .known = true, .count = 1, .text = {c}};
}

bool
glyph_is_blank(const struct glyph *g)
{
    return g->known && (g->count == 0 ||
                        (g->count == 1 && (g->text[0] == ' ' || g->text[0] == 0xa0)));
}

bool
glyph_same_text(const struct glyph *a, const struct glyph *b)
{
    if (!a->known || !b->known)
        return false;
    if (glyph_is_blank(a) || glyph_is_blank(b))
        return glyph_is_blank(a) && glyph_is_blank(b);
    return a->wide == b->wide && a->count == b->count &&
           memcmp(a->text, b->text, a->count * sizeof a->text[0]) == 0;
}

bool
glyph_equal(const struct glyph *a, const struct glyph *b)
{
    return glyph_same_text(a, b) && pen_equal(a->pen, b->pen);
}

static uint64_t
glyph_hash(const struct glyph *g)
{
    uint64_t h = 0xcbf29ce484222325u;

    if (glyph_is_blank(g))
        return 0;
    for (unsigned i = 0; i < g->count; i++)
        h = (h ^ g->text[i]) * 0x100000001b3u;
    return h | 1;
}

void
guess_clear(struct guess *g)
{
    free(g->originals);
    *g = (struct guess){0};
}

void
guess_original(struct guess *g, const struct glyph *was)
{
    uint64_t hash = glyph_hash(was);

    if (!was->known || g->originals_count == GUESS_ORIGINALS_MAX ||
        guess_was_there(g, was))
        return;
    if (g->originals_count % 8 == 0)
        g->originals =
            xrealloc(g->originals, g->originals_count + 8, sizeof g->originals[0]);
    g->originals[g->originals_count++] = hash;
}

bool
guess_was_there(const struct guess *g, const struct glyph *text)
{
    uint64_t hash = glyph_hash(text);

    if (g->originals_count == GUESS_ORIGINALS_MAX)
        return true;
    for (unsigned i = 0; i < g->originals_count; i++) {
        if (g->originals[i] == hash)
            return true;
    }
    return false;
}
