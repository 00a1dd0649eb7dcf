/* What a terminal remembers beside the picture (struct screen), and what is known of the
 * terminal that the user looks at. Both are told between own peers only. */
#pragma once
#include "terminal/color.h"
#include "terminal/screen.h"

enum {
    EXTRAS_FOREGROUND,
    EXTRAS_BACKGROUND,
    EXTRAS_CURSOR,
    EXTRAS_COLORS
}; /* OSC 10-12 */

#define EXTRAS_TEXT_MAX     1024u /* bytes of a directory */
#define EXTRAS_WORD_MAX     32u   /* bytes of a pointer's name and of a progress */
#define EXTRAS_PALETTE_MAX  256u
#define EXTRAS_KEYBOARD_MAX 31u /* all flags of the kitty keyboard protocol */
#define PROFILE_NAME_MAX    64u
#define PROFILE_PALETTE     16u

/* What programs have set, as it is now. Zero is how a session begins. */
struct extras {
    uint8_t cursor_style; /* DECSCUSR 0-6 */
    uint8_t keyboard;     /* flags of the kitty keyboard protocol in force */
    uint8_t other_keys;   /* modifyOtherKeys, 0-3 */
    bool keypad;          /* DECKPAM */
    uint8_t scroll;       /* 1007: 0 never touched, 1 reset, 2 set */
    uint8_t mark;         /* newest shell mark, 'A'-'D' (OSC 133); 0: none */
    uint32_t marks;       /* how many came */
    uint32_t status;      /* of the command that a 'D' ended, plus 1; 0: not told */
    uint32_t colors[EXTRAS_COLORS]; /* color.h */
    struct text *palette;           /* entries (color.h), by index */
    struct text *directory;         /* OSC 7 */
    struct text *pointer;           /* OSC 22 */
    struct text *progress;          /* OSC 9;4, from the "4" on */
};

/* The user's terminal. */
struct profile {
    bool known;                      /* a client has told */
    char name[PROFILE_NAME_MAX + 1]; /* XTVERSION, printable ASCII */
    uint32_t colors[EXTRAS_COLORS];
    uint32_t palette[PROFILE_PALETTE];
    uint32_t cell_width, cell_height; /* pixels, 0 unknown, at most 65535 */
    uint8_t scheme;                   /* 0 unknown, 1 dark, 2 light */
    bool kitty;                       /* it has the kitty keyboard protocol */
};

/* *to becomes *from, sharing its texts; `to` must be zero or have been made so before. */
void extras_share(struct extras *to, const struct extras *from);
void extras_clear(struct extras *x); /* gives its texts back; zero then */
bool extras_equal(const struct extras *a, const struct extras *b);
/* Entry of the palette that was set; 0: none. */
uint32_t extras_palette(const struct extras *x, unsigned index);
/* value 0: no longer. index 0..255. */
void extras_set_palette(struct extras *x, unsigned index, uint32_t value);
/* Appends what brings a terminal from one to the other; what is no longer set becomes
 * what the terminal had. `to` zero: everything is given back. */
void extras_draw(struct buffer *out, const struct extras *from, const struct extras *to,
                 const struct profile *terminal);
bool profile_equal(const struct profile *a, const struct profile *b);
/* 1 dark, 2 light, 0 unknown: as told, or by the background. */
unsigned profile_scheme(const struct profile *p);
