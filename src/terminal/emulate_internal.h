/* What emulate*.c share. */
#pragma once
#include "terminal/emulate.h"
#include "terminal/parser.h"

#define TITLE_STACK_MAX 10

struct title_pair {
    struct text *title, *icon;
};

struct emulator {
    struct screen *s;
    enum emulator_role role;
    struct parser parser;
    struct buffer *reply; /* of the running emulator_write, or NULL */
    uint32_t last_char;   /* what REP repeats; 0: nothing */
    struct title_pair titles[TITLE_STACK_MAX];
    int title_count;
};

/* emulate.c: what several sequences share. All drop the pending wrap. */
void emulate_move(struct screen *s, int x, int y); /* absolute, clamped to the screen */
void emulate_home(struct screen *s);       /* in origin mode the region's corner */
void emulate_row(struct screen *s, int y); /* from the region's top in origin mode */
void emulate_up(struct screen *s, int n);  /* stops at a margin that it starts inside */
void emulate_down(struct screen *s, int n);
void emulate_repeat(struct emulator *e, int n);
void emulate_align(struct screen *s); /* DECALN */

/* A reply goes out whole or not at all; never from a replica. */
void emulate_reply(struct emulator *e, const char *fmt, ...) ATTR_PRINTF(2, 3);

void emulate_csi(struct emulator *e);                      /* emulate_csi.c */
void emulate_sgr(const struct parser *p, struct pen *pen); /* emulate_sgr.c */
/* The SGR parameters that make a default pen this one, after a leading "0". */
void emulate_sgr_text(struct pen pen, char *out, size_t size);
#define SGR_TEXT_MAX 128u
void emulate_modes(struct emulator *e, bool set);      /* emulate_mode.c: CSI ? h and l */
void emulate_request_mode(struct emulator *e);         /* DECRQM, ANSI */
void emulate_request_private_mode(struct emulator *e); /* DECRQM */
void emulate_osc(struct emulator *e);                  /* emulate_osc.c */
void emulate_dcs(struct emulator *e);
void emulate_title_push(struct emulator *e);
void emulate_title_pop(struct emulator *e);
void emulate_titles_free(struct emulator *e);

/* Parameter i of the sequence; missing or zero: standard. */
static inline int
emulate_param(const struct emulator *e, unsigned i, int standard)
{
    return i < e->parser.count && e->parser.params[i] > 0 ? e->parser.params[i]
                                                          : standard;
}
