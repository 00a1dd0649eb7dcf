/* Takes what a terminal sends apart into strokes: what the user did, as far as its effect
 * can be foreseen. Reports that no user typed (mouse, focus, answers to queries) and
 * what is pasted in brackets are no strokes. */
#pragma once
#include "terminal/parser.h"
#include "terminal/tty_mode.h"

enum stroke_kind {
    STROKE_NONE,
    STROKE_CHAR,
    STROKE_ERASE, /* the character before the cursor */
    STROKE_LEFT,
    STROKE_RIGHT,
    STROKE_ENTER, /* and others that end a line */
    STROKE_EDIT,  /* changes the line in some way */
    STROKE_OTHER  /* may change what keys mean */
};

/* What STROKE_EDIT does to the line; in place of a character. */
enum stroke_edit {
    STROKE_SOME_EDIT,
    STROKE_HOME,
    STROKE_END,
    STROKE_WORD_LEFT,
    STROKE_WORD_RIGHT,
    STROKE_KILL,      /* all before the cursor */
    STROKE_KILL_WORD, /* the word before it */
    STROKE_EDITS
};

struct stroke_reader {
    struct parser parser;
    bool after_esc, pasting;
    unsigned skip; /* bytes of a mouse report */
};

void stroke_reader_init(struct stroke_reader *r);
void stroke_reader_free(struct stroke_reader *r);
/* One byte; at most one stroke, *c its character or edit. */
enum stroke_kind stroke_read(struct stroke_reader *r, uint8_t byte,
                             const struct tty_mode *tty, uint32_t *c);
/* The read ends here: an ESC alone is a key. */
bool stroke_is_escape(const struct stroke_reader *r);
