/* What a terminal shows and remembers: rows, cursor, pen, modes, titles. A value with
 * cheap snapshots: rows and texts are counted and shared, and copied before they are
 * changed. Knows no escape sequences (emulate.h) and draws nothing (draw.h). Fields may
 * be read freely; change them through functions here, except where a comment says
 * otherwise. */
#pragma once
#include "base/bytes.h"
#include "terminal/row.h"

#define SCREEN_COLS_MAX      ((int)ROW_COLS_MAX)
#define SCREEN_ROWS_MAX      2000
#define SCREEN_TITLE_MAX     254u       /* characters of a title or icon name */
#define SCREEN_CLIPBOARD_MAX (1u << 20) /* bytes of base64 */
#define SCREEN_SELECTION_MAX 12u        /* letters naming selections */

/* Counted, immutable text. NULL is the empty one. */
struct text {
    uint32_t refs;
    uint32_t len;
    uint8_t data[];
};

enum charset { CHARSET_ASCII, CHARSET_DEC_SPECIAL, CHARSET_UK };

struct charsets {
    uint8_t g[4];   /* enum charset designated to G0-G3 */
    uint8_t gl;     /* which of them is in use */
    uint8_t single; /* 2 or 3: for the next character only; 0: none */
};

struct saved_cursor {
    int x, y;
    struct pen pen;
    struct charsets charsets;
    bool pending_wrap, autowrap, origin, protect;
};

/* Values are the numbers of the DEC private modes. */
enum mouse_report {
    MOUSE_REPORT_NONE = 0,
    MOUSE_REPORT_X10 = 9,
    MOUSE_REPORT_BUTTON = 1000,
    MOUSE_REPORT_HIGHLIGHT = 1001,
    MOUSE_REPORT_DRAG = 1002,
    MOUSE_REPORT_ANY = 1003
};

enum mouse_encoding {
    MOUSE_ENCODING_DEFAULT = 0,
    MOUSE_ENCODING_UTF8 = 1005,
    MOUSE_ENCODING_SGR = 1006,
    MOUSE_ENCODING_URXVT = 1015
};

/* What has been copied with OSC 52. An event: the number grows with each copy, also of
 * the same text, so a copy was made when the number or the data differ. */
struct clipboard {
    uint64_t event;
    struct text *data;                        /* base64; only letters of its alphabet */
    char selection[SCREEN_SELECTION_MAX + 1]; /* as the program gave it, may be "" */
};

struct screen {
    int cols, rows;
    struct row **grid;  /* what is shown */
    struct row **other; /* the grid that is not shown now; NULL until first needed */
    bool alternate;     /* grid is the alternate screen */

    /* ---- shown; compared by screen_equal. May be set directly. ---- */
    int x, y; /* cursor, from 0 */
    struct pen pen;
    bool cursor_visible, reverse_video, bracketed_paste, focus_events;
    enum mouse_report mouse_report;
    enum mouse_encoding mouse_encoding;
    uint64_t bells;     /* how often it rang */
    bool title_set;     /* a title or icon name was ever set */
    struct text *title; /* UTF-8 without control characters */
    struct text *icon;
    struct clipboard clipboard;

    /* ---- not shown; not compared. May be set directly. ---- */
    bool pending_wrap; /* the last column or the right margin was printed; the next
                          character wraps first */
    bool origin, autowrap, insert;
    bool app_cursor;       /* DECCKM: input.h needs it */
    bool app_keypad;       /* DECKPAM */
    bool alternate_scroll; /* 1007 */
    bool synchronized;     /* 2026: the program is in the middle of a frame */
    bool clusters;         /* 2027: what belongs together stands in one cell */
    bool allow_columns;    /* 40 */
    bool reverse_wrap;     /* 45 */
    bool reverse_wrap_any; /* 1045 */
    bool protect;          /* DECSCA: what is printed now, selective erasing leaves */
    uint8_t cursor_style;  /* DECSCUSR 0-6 */
    bool margins;          /* 69: left and right can be set */
    int top, bottom;       /* scrolling region, both included */
    int left, right;       /* its columns, both included */
    struct charsets charsets;
    struct hyperlinks *links;     /* shared with snapshots; NULL until first needed */
    struct hyperlink *link;       /* what is printed gets it; NULL: none */
    struct saved_cursor saved[2]; /* of the main and of the alternate screen */
    uint64_t tabs[(SCREEN_COLS_MAX + 63) / 64];
};

/* Sizes outside 1..MAX are clamped. Gives a blank screen. */
struct screen *screen_new(int cols, int rows);
struct screen *
screen_copy(const struct screen *s); /* gives a snapshot: counts, no copying */
void screen_free(struct screen *s);  /* takes; NULL is fine */
/* Everything that is drawn or sent to a client is the same: size, cells, wrap marks (but
 * for the last row's, which cannot be sent), cursor, pen and the other fields marked
 * above. */
bool screen_equal(const struct screen *a, const struct screen *b);
/* The same without the clipboard. */
bool screen_equal_but_copies(const struct screen *a, const struct screen *b);

/* The server's rule: the cursor's line is kept when the height shrinks (rows leave at the
 * top), what comes is blank in default colours. */
void screen_resize(struct screen *s, int cols, int rows);
/* The replica's rule, which is stock mosh's: rows leave and come at the bottom, what
 * comes has the pen's background. Which of the two a replica uses never shows, because a
 * diff between different sizes begins by clearing and repaints and restates everything.
 */
void screen_resize_plain(struct screen *s, int cols, int rows);

/* Row y, unshared: changes don't show in snapshots. Valid until the next call. */
struct row *screen_row_mut(struct screen *s, int y);
static inline const struct row *
screen_row(const struct screen *s, int y)
{
    return s->grid[y];
}

/* Rows from y on become those of `from`, of the same size; NULL: blank. */
void screen_take_rows(struct screen *s, const struct screen *from, int y);

struct bytes text_bytes(const struct text *t);
/* Replaces *t by a copy of b; an empty b gives NULL. */
void text_set(struct text **t, struct bytes b);
/* The same by sharing `from`. */
void text_share(struct text **t, struct text *from);

/* ---- what the emulator does to a screen ---- */

void screen_reset(struct screen *s);      /* RIS: all but size, bells, icon, clipboard */
void screen_soft_reset(struct screen *s); /* DECSTR */
/* Scrolls rows top..bottom up (n > 0) or down (n < 0); new rows have the pen's
 * background. */
void screen_scroll(struct screen *s, int top, int bottom, int n);
/* Erases x from..to-1 of a row with the pen's background, and the other half of a wide
 * character that is cut. */
void screen_erase(struct screen *s, int y, int from, int to);
void screen_erase_rows(struct screen *s, int from, int to); /* from..to-1 */
/* One past the last column that the cursor's line has for text: the right margin's, but
 * for a cursor that is beyond it. */
static inline int
screen_edge(const struct screen *s)
{
    return s->x <= s->right ? s->right + 1 : s->cols;
}
/* ICH and DCH at the cursor; what moves ends at screen_edge. */
void screen_insert_cells(struct screen *s, int n);
void screen_delete_cells(struct screen *s, int n);
/* Writes one character of width 1 or 2 at x, y with the pen; width 2 needs x + 1 < cols.
 */
void screen_put(struct screen *s, int x, int y, uint32_t c, int width);
/* The character at x takes two columns from now on; needs x + 1 < cols. */
void screen_widen(struct screen *s, int x, int y);
/* Printable ASCII from x on; all of it fits. */
void screen_put_ascii(struct screen *s, int x, int y, const uint8_t *text, int n);
/* What is printed from now on belongs to this link; empty: to none. */
void screen_set_link(struct screen *s, struct bytes text);
/* Shows the main or the alternate screen; the cursor and the pen stay. */
void screen_show_alternate(struct screen *s, bool alternate);
void screen_save_cursor(struct screen *s);    /* DECSC, one for each of the two screens */
void screen_restore_cursor(struct screen *s); /* DECRC */
