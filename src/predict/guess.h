/* Guesses about cells. Used inside predict/ only. */
#pragma once
#include "base/bytes.h"
#include "terminal/screen.h"

#define GLYPH_TEXT_MAX 4u /* scalars; a cell with more of them isn't understood */
#define GUESS_ORIGINALS_MAX                                                              \
    64u /* for one cell; with more, being right proves nothing                           \
         */

/* What a cell shows, apart from its row. */
struct glyph {
    struct pen pen;
    bool known; /* false: something, no idea what */
    bool wide;
    uint8_t count; /* of text; 0: erased */
    uint32_t text[GLYPH_TEXT_MAX];
};

struct glyph glyph_of(const struct row *r, int x);
struct glyph glyph_char(uint32_t c, struct pen pen);
bool glyph_is_blank(const struct glyph *g); /* nothing, a space, or U+00A0 */
/* The same text; all blanks are the same. */
bool glyph_same_text(const struct glyph *a, const struct glyph *b);
bool glyph_equal(const struct glyph *a, const struct glyph *b);

struct guess {
    bool active;
    bool tail; /* pushed or pulled by what was typed, not typed itself: proves nothing */
    struct glyph will; /* what is expected */
    uint64_t due;      /* the client state with whose echo it is judged */
    uint64_t made;     /* when */
    uint64_t due_at;   /* when it could first be judged; 0: not yet */
    uint64_t epoch;
    uint64_t *originals; /* texts the cell showed, or was thought to, before: hashes */
    unsigned originals_count;
};

void guess_clear(struct guess *g); /* forgets; frees what it holds */
/* Notes that this text was there before the guess was right. */
void guess_original(struct guess *g, const struct glyph *was);
/* Whether the text was there before, so that seeing it proves nothing. */
bool guess_was_there(const struct guess *g, const struct glyph *text);
