/* What emulate*.c share. */
#pragma once
#include "terminal/emulate.h"
#include "terminal/events.h"
#include "terminal/parser.h"

#define TITLE_STACK_MAX 10
#define KEYBOARD_DEPTH  8

struct title_pair {
    struct text *title, *icon;
};

/* The kitty keyboard protocol's stack; flags[depth] are in force, flags[0] without any
 * push. */
struct keyboard {
    uint8_t depth;
    uint8_t flags[KEYBOARD_DEPTH + 1];
};

/* A server's emulator only. */
struct told {
    struct extras extras;
    struct profile profile;
    struct events *events;       /* NULL: copies and bells are part of the screen */
    struct keyboard keyboard[2]; /* of the main and of the alternate screen */
    bool scheme_reports;         /* 2031 */
    bool size_reports;           /* 2048 */
};

struct emulator {
    struct screen *s;
    enum emulator_role role;
    struct parser parser;
    struct buffer *reply; /* of the running emulator_write, or NULL */
    uint32_t last_char;   /* what REP repeats; 0: nothing */
    bool joinable;        /* a character was printed, and nothing came after it */
    struct title_pair titles[TITLE_STACK_MAX];
    int title_count;
    bool extent_rect;  /* DECSACE: DECCARA and DECRARA change rectangles, not streams */
    struct told *told; /* NULL in a replica */
};

/* emulate.c: what several sequences share. All drop the pending wrap. */
void emulate_move(struct screen *s, int x, int y); /* absolute, clamped to the screen */
void emulate_home(struct screen *s);            /* in origin mode the region's corner */
void emulate_row(struct screen *s, int y);      /* from the region's top in origin mode */
void emulate_column(struct screen *s, int x);   /* and from its left */
void emulate_carriage_return(struct screen *s); /* to the left margin, or column 0 */
void emulate_up(struct screen *s, int n); /* stops at a margin that it starts inside */
void emulate_down(struct screen *s, int n);
void emulate_right(struct screen *s, int n); /* likewise */
void emulate_left(struct screen *s, int n);
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

/* ---- emulate_rect.c ---- */

/* Rows top to the region's bottom, between its margins: n > 0 up, n < 0 down. */
void emulate_scroll(struct screen *s, int top, int n);
/* x from..to-1 of a row; selectively: but for what is protected (DECSCA). */
void emulate_erase(struct screen *s, int y, int from, int to, bool selective);
void emulate_erase_rect(struct emulator *e);           /* DECERA */
void emulate_erase_rect_selective(struct emulator *e); /* DECSERA */
void emulate_fill_rect(struct emulator *e);            /* DECFRA */
void emulate_copy_rect(struct emulator *e);            /* DECCRA */
void emulate_change_rect(struct emulator *e);          /* DECCARA */
void emulate_reverse_rect(struct emulator *e);         /* DECRARA */
void emulate_extent(struct emulator *e);               /* DECSACE */
void emulate_insert_columns(struct emulator *e);       /* DECIC */
void emulate_delete_columns(struct emulator *e);       /* DECDC */
void emulate_scroll_left(struct emulator *e);          /* SL */
void emulate_scroll_right(struct emulator *e);         /* SR */
void emulate_back_index(struct screen *s);             /* DECBI */
void emulate_forward_index(struct screen *s);          /* DECFI */

/* ---- emulate_told.c ---- */

void emulate_told_new(struct emulator *e);
void emulate_told_free(struct emulator *e);
void emulate_told_reset(struct emulator *e);              /* RIS */
void emulate_keyboard_push(struct emulator *e);           /* CSI > u */
void emulate_keyboard_pop(struct emulator *e);            /* CSI < u */
void emulate_keyboard_set(struct emulator *e);            /* CSI = u */
void emulate_keyboard_report(struct emulator *e);         /* CSI ? u */
void emulate_modify_keys(struct emulator *e);             /* CSI > m */
void emulate_modify_keys_report(struct emulator *e);      /* CSI ? m */
void emulate_scheme_report(struct emulator *e);           /* CSI ? 996 n */
void emulate_pixels_report(struct emulator *e, int what); /* CSI 14 t and 16 t */
bool *emulate_told_mode(struct emulator *e, int mode);    /* NULL: not one of these */
void emulate_told_mode_set(struct emulator *e, int mode, bool set);
bool emulate_bell(struct emulator *e); /* false: it is part of the screen */
/* An OSC's whole text; false: not one of these. */
bool emulate_told_osc(struct emulator *e, struct bytes whole);

/* Within the left and right margins, and within the top and bottom ones. */
static inline bool
emulate_in_columns(const struct screen *s)
{
    return s->x >= s->left && s->x <= s->right;
}

static inline bool
emulate_in_rows(const struct screen *s)
{
    return s->y >= s->top && s->y <= s->bottom;
}

/* Parameter i of the sequence; missing or zero: standard. */
static inline int
emulate_param(const struct emulator *e, unsigned i, int standard)
{
    return i < e->parser.count && e->parser.params[i] > 0 ? e->parser.params[i]
                                                          : standard;
}
