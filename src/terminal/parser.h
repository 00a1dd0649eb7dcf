/* Takes bytes apart into text, control characters and sequences, after Paul Williams'
 * state machine of DEC's VT500. Pulled: each call gives the next event of the input.
 * Knows the form of sequences, not their meaning. No allocation but for the text of
 * strings. */
#pragma once
#include "base/bytes.h"
#include "base/utf8.h"

#define PARSER_PARAMS_MAX 64u   /* of a sequence, parts after colons included */
#define PARSER_PARAM_MAX  65535 /* greater numbers become this */
#define PARSER_CHARS_MAX  64u   /* in one event */
#define PARSER_STRING_MAX                                                                \
    4096u /* bytes of an OSC or DCS string; longer ones are dropped */
#define PARSER_CLIPBOARD_MAX ((1u << 20) + 32u) /* the same for OSC 52 */

enum parser_event {
    PARSER_END,     /* the input is used up */
    PARSER_ASCII,   /* text: a run of U+0020-U+007E */
    PARSER_CHARS,   /* chars, count: U+00A0 and above */
    PARSER_CONTROL, /* control: C0, or an encoded C1 that starts no sequence */
    PARSER_ESC,     /* key */
    PARSER_CSI,     /* key, params */
    PARSER_OSC,     /* string */
    PARSER_DCS      /* string, its parameters and intermediates included */
};

/* A sequence's name: private marker, two intermediates, final character. */
#define PARSER_KEY(marker, first, second, final)                                         \
    ((uint32_t)(marker) << 24 | (uint32_t)(first) << 16 | (uint32_t)(second) << 8 |      \
     (uint32_t)(final))

struct parser {
    bool obey_c1; /* encoded C1 controls act; otherwise they are dropped. Set after init.
                   */

    /* ---- the event ---- */
    struct bytes text; /* borrowed from the input */
    uint32_t control;
    uint32_t key;
    unsigned count;                    /* of chars, or of params */
    uint64_t joined;                   /* bit i: a colon stands before param i */
    int32_t params[PARSER_PARAMS_MAX]; /* -1: empty */
    uint32_t chars[PARSER_CHARS_MAX];
    struct buffer string;

    /* ---- private ---- */
    uint8_t state;
    uint8_t ending; /* enum parser_event of the string that the ESC just seen may end */
    bool too_long;  /* the string; it will be dropped */
    bool too_many;  /* intermediates or parameters */
    uint32_t prefix;
    struct utf8_decoder utf8;
};

static_assert(PARSER_PARAMS_MAX <= 64, "a bit for each in joined");

void parser_init(struct parser *p, bool obey_c1);
void parser_free(struct parser *p); /* its contents */
/* Neither a sequence nor a character is begun. */
bool parser_is_ground(const struct parser *p);
/* Moves *in past what was used. The event is valid until the next call. */
enum parser_event parser_next(struct parser *p, struct bytes *in);
