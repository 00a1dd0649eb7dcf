#include "terminal/parser.h"
#include <string.h>

enum state {
    GROUND,
    ESCAPE,
    ESCAPE_INTER,
    CSI_ENTRY,
    CSI_PARAM,
    CSI_INTER,
    CSI_IGNORE,
    OSC_STRING,
    DCS_STRING,
    SOS_STRING, /* SOS, PM, APC: ignored */
    STATES
};

enum class {
    CTL, /* C0 without a part in sequences */
    BEL,
    CAN, /* and SUB */
    ESC,
    INTER, /* 20-2F */
    DIGIT,
    COLON,
    SEMI,
    MARKER, /* 3C-3F */
    FINAL,  /* 40-7E without the following */
    F_DCS,
    F_SOS,
    F_CSI,
    F_ST,
    F_OSC,
    DEL,
    HIGH, /* U+00A0 and above */
    C1,
    C1_DCS,
    C1_SOS,
    C1_CSI,
    C1_ST,
    C1_OSC,
    CLASSES
};

enum action {
    DROP,
    CONTROL, /* execute at once; the sequence goes on */
    CANCEL,  /* execute; what was begun is dropped */
    ESC_START,
    ESC_END,
    CSI_START,
    CSI_END,
    COLLECT,
    NUMBER,
    SEPARATE,
    STRING_START,
    STRING_PUT,
    STRING_END,
    ACTIONS
};

static const uint8_t class_of[0xa0] = {
    [0x07] = BEL,       [0x18] = CAN,       [0x1a] = CAN,       [0x1b] = ESC,
#define EIGHT(at, class)                                                                 \
    [at] = class, [at + 1] = class, [at + 2] = class, [at + 3] = class,                  \
    [at + 4] = class, [at + 5] = class, [at + 6] = class, [at + 7] = class
    EIGHT(0x20, INTER), EIGHT(0x28, INTER), EIGHT(0x30, DIGIT), [0x38] = DIGIT,
    [0x39] = DIGIT,     [':'] = COLON,      [';'] = SEMI,       [0x3c] = MARKER,
    [0x3d] = MARKER,    [0x3e] = MARKER,    [0x3f] = MARKER,    EIGHT(0x40, FINAL),
    EIGHT(0x48, FINAL), ['P'] = F_DCS,      ['Q'] = FINAL,      ['R'] = FINAL,
    ['S'] = FINAL,      ['T'] = FINAL,      ['U'] = FINAL,      ['V'] = FINAL,
    ['W'] = FINAL,      ['X'] = F_SOS,      ['Y'] = FINAL,      ['Z'] = FINAL,
    ['['] = F_CSI,      ['\\'] = F_ST,      [']'] = F_OSC,      ['^'] = F_SOS,
    ['_'] = F_SOS,      EIGHT(0x60, FINAL), EIGHT(0x68, FINAL), EIGHT(0x70, FINAL),
    [0x78] = FINAL,     [0x79] = FINAL,     [0x7a] = FINAL,     [0x7b] = FINAL,
    [0x7c] = FINAL,     [0x7d] = FINAL,     [0x7e] = FINAL,     [0x7f] = DEL,
    EIGHT(0x80, C1),    EIGHT(0x88, C1),    [0x90] = C1_DCS,    [0x91] = C1,
    [0x92] = C1,        [0x93] = C1,        [0x94] = C1,        [0x95] = C1,
    [0x96] = C1,        [0x97] = C1,        [0x98] = C1_SOS,    [0x99] = C1,
    [0x9a] = C1,        [0x9b] = C1_CSI,    [0x9c] = C1_ST,     [0x9d] = C1_OSC,
    [0x9e] = C1_SOS,    [0x9f] = C1_SOS,
#undef EIGHT
};

#define STEP(action, state) ((uint8_t)((action) << 4 | (state)))
#define STEP_ACTION(step)   ((enum action)((step) >> 4))
#define STEP_STATE(step)    ((step)&0xfu)

static_assert(ACTIONS <= 16 && STATES <= 16, "an action and a state in a byte");

/* What acts the same in every state. */
#define ANYWHERE                                                                         \
    [CAN] = STEP(CANCEL, GROUND), [ESC] = STEP(ESC_START, ESCAPE),                       \
    [C1] = STEP(CANCEL, GROUND), [C1_DCS] = STEP(STRING_START, DCS_STRING),              \
    [C1_SOS] = STEP(STRING_START, SOS_STRING), [C1_CSI] = STEP(CSI_START, CSI_ENTRY),    \
    [C1_OSC] = STEP(STRING_START, OSC_STRING)

/* Controls inside a sequence. */
#define INSIDE(state)                                                                    \
    ANYWHERE, [CTL] = STEP(CONTROL, state), [BEL] = STEP(CONTROL, state),                \
              [DEL] = STEP(DROP, state), [C1_ST] = STEP(DROP, GROUND)

#define FINALS(step)                                                                     \
    [FINAL] = step, [F_DCS] = step, [F_SOS] = step, [F_CSI] = step, [F_ST] = step,       \
    [F_OSC] = step, [HIGH] = step

#define PARAMETERS(step) [DIGIT] = step, [COLON] = step, [SEMI] = step, [MARKER] = step

#define IN_STRING(act, state)                                                            \
    ANYWHERE, [CTL] = STEP(DROP, state), [INTER] = STEP(act, state),                     \
              PARAMETERS(STEP(act, state)), FINALS(STEP(act, state)),                    \
              [DEL] = STEP(act, state), [C1_ST] = STEP(STRING_END, GROUND)

static const uint8_t steps[STATES][CLASSES] = {
    /* Text in ground never comes here, but for DEL. */
    [GROUND] = {INSIDE(GROUND)},
    [ESCAPE] =
        {INSIDE(ESCAPE), PARAMETERS(STEP(ESC_END, GROUND)),
         [INTER] = STEP(COLLECT, ESCAPE_INTER), [FINAL] = STEP(ESC_END, GROUND),
         [HIGH] = STEP(ESC_END, GROUND), [F_DCS] = STEP(STRING_START, DCS_STRING),
         [F_SOS] = STEP(STRING_START, SOS_STRING), [F_CSI] = STEP(CSI_START, CSI_ENTRY),
         [F_ST] = STEP(STRING_END, GROUND), [F_OSC] = STEP(STRING_START, OSC_STRING)},
    [ESCAPE_INTER] =
        {INSIDE(ESCAPE_INTER), PARAMETERS(STEP(ESC_END, GROUND)),
         FINALS(STEP(ESC_END, GROUND)), [INTER] = STEP(COLLECT, ESCAPE_INTER)},
    [CSI_ENTRY] =
        {INSIDE(CSI_ENTRY),
         FINALS(STEP(CSI_END, GROUND)), [INTER] = STEP(COLLECT, CSI_INTER),
         [DIGIT] = STEP(NUMBER, CSI_PARAM), [COLON] = STEP(SEPARATE, CSI_PARAM),
         [SEMI] = STEP(SEPARATE, CSI_PARAM), [MARKER] = STEP(COLLECT, CSI_PARAM)},
    [CSI_PARAM] = {INSIDE(CSI_PARAM),
                   FINALS(STEP(CSI_END, GROUND)), [INTER] = STEP(COLLECT, CSI_INTER),
                   [DIGIT] = STEP(NUMBER, CSI_PARAM), [COLON] = STEP(SEPARATE, CSI_PARAM),
                   [SEMI] = STEP(SEPARATE, CSI_PARAM), [MARKER] = STEP(DROP, CSI_IGNORE)},
    [CSI_INTER] = {INSIDE(CSI_INTER),
                   FINALS(STEP(CSI_END, GROUND)), [INTER] = STEP(COLLECT, CSI_INTER),
                   PARAMETERS(STEP(DROP, CSI_IGNORE))},
    [CSI_IGNORE] = {INSIDE(CSI_IGNORE),
                    FINALS(STEP(DROP, GROUND)), [INTER] = STEP(DROP, CSI_IGNORE),
                    PARAMETERS(STEP(DROP, CSI_IGNORE))},
    [OSC_STRING] = {IN_STRING(STRING_PUT, OSC_STRING), [BEL] = STEP(STRING_END, GROUND)},
    [DCS_STRING] = {IN_STRING(STRING_PUT, DCS_STRING), [BEL] = STEP(DROP, DCS_STRING)},
    [SOS_STRING] = {IN_STRING(DROP, SOS_STRING), [BEL] = STEP(DROP, SOS_STRING)},
};

void
parser_init(struct parser *p, bool obey_c1)
{
    memset(p, 0, sizeof *p);
    p->obey_c1 = obey_c1;
}

void
parser_free(struct parser *p)
{
    buffer_free(&p->string);
}

/* The end of the run of printable ASCII that begins at `at`; eight bytes at a time. */
static const uint8_t *
ascii_end(const uint8_t *at, const uint8_t *end)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;

    while (end - at >= 8) {
        uint64_t w, low, del;

        memcpy(&w, at, 8);
        low = (w - ones * 0x20) & ~w; /* borrows beyond the first hit don't matter */
        del = w ^ ones * 0x7f;
        del = (del - ones) & ~del;
        if ((w | low | del) & tops)
            break;
        at += 8;
    }
    while (at < end && *at >= 0x20 && *at < 0x7f)
        at++;
    return at;
}

/* ---- strings ---- */

static void
string_put(struct parser *p, const uint8_t *data, size_t len)
{
    struct buffer *b = &p->string;
    size_t max;

    if (p->too_long)
        return;
    /* The first three bytes tell which limit holds, however the input is cut. */
    for (; b->len < 3 && len; data++, len--)
        buffer_put_byte(b, *data);
    max = p->state == OSC_STRING && b->len >= 3 && memcmp(b->data, "52;", 3) == 0
              ? PARSER_CLIPBOARD_MAX
              : PARSER_STRING_MAX;
    if (len > max - b->len) {
        p->too_long = true;
        buffer_free(b);
        return;
    }
    buffer_put(b, data, len);
}

static void
string_start(struct parser *p)
{
    if (p->string.cap > PARSER_STRING_MAX)
        buffer_free(&p->string); /* a clipboard's megabyte is not kept for ever */
    buffer_clear(&p->string);
    p->too_long = false;
}

/* ---- sequences ---- */

static void
sequence_start(struct parser *p)
{
    p->prefix = 0;
    p->count = 1;
    p->joined = 0;
    p->params[0] = -1;
    p->too_many = false;
}

static void
sequence_number(struct parser *p, uint32_t digit)
{
    int32_t *v = &p->params[p->count - 1];

    if (p->too_many)
        return;
    *v = (*v < 0 ? 0 : *v) * 10 + (int32_t)digit;
    if (*v > PARSER_PARAM_MAX)
        *v = PARSER_PARAM_MAX;
}

static void
sequence_separate(struct parser *p, bool colon)
{
    if (p->count == PARSER_PARAMS_MAX) {
        p->too_many = true; /* the first ones still count */
        return;
    }
    if (colon)
        p->joined |= (uint64_t)1 << p->count;
    p->params[p->count++] = -1;
}

/* Markers go to the top byte, the first intermediate below it, the second below that. */
static void
sequence_collect(struct parser *p, uint32_t c)
{
    if (c >= 0x3c)
        p->prefix |= c << 24;
    else if (!(p->prefix & 0xff0000))
        p->prefix |= c << 16;
    else if (!(p->prefix & 0xff00))
        p->prefix |= c << 8;
    else
        p->prefix |= 0xff; /* three are nobody's name */
}

static enum parser_event
sequence_end(struct parser *p, uint32_t final, enum parser_event event)
{
    p->key = p->prefix | (final < 0x80 ? final : 0xff);
    return event;
}

/* One character in a state where it isn't text. */
static enum parser_event
parser_step(struct parser *p, uint32_t c)
{
    uint8_t was = p->state, ending = p->ending;
    uint8_t step = steps[was][c < 0xa0 ? class_of[c] : HIGH];

    p->state = STEP_STATE(step);
    p->ending = PARSER_END;
    switch (STEP_ACTION(step)) {
    case DROP: break;
    case CONTROL:
    case CANCEL: p->control = c; return PARSER_CONTROL;
    case ESC_START:
        p->prefix = 0;
        if (was == OSC_STRING || was == DCS_STRING)
            p->ending = was == OSC_STRING ? PARSER_OSC : PARSER_DCS;
        break;
    case ESC_END: return sequence_end(p, c, PARSER_ESC);
    case CSI_START: sequence_start(p); break;
    case CSI_END: return sequence_end(p, c, PARSER_CSI);
    case COLLECT: sequence_collect(p, c); break;
    case NUMBER: sequence_number(p, c - '0'); break;
    case SEPARATE: sequence_separate(p, c == ':'); break;
    case STRING_START: string_start(p); break;
    case STRING_PUT: {
        uint8_t utf8[UTF8_MAX_LEN];

        string_put(p, utf8, utf8_encode(c, utf8));
        break;
    }
    case STRING_END:
        if (was == OSC_STRING)
            ending = PARSER_OSC;
        else if (was == DCS_STRING)
            ending = PARSER_DCS;
        if (p->too_long)
            ending = PARSER_END;
        return (enum parser_event)ending;
    case ACTIONS: break;
    }
    return PARSER_END;
}

/* ---- characters ---- */

#define NO_CHAR UINT32_MAX

/* The next character, through the decoder that remembers unfinished ones; NO_CHAR when it
 * isn't complete. A byte that breaks a sequence stays for the next call. */
static inline uint32_t
char_next(struct parser *p, const uint8_t **at)
{
    uint32_t out[2];

    if (!p->utf8.need && **at < 0x80)
        return *(*at)++;
    if (p->utf8.need && (**at < p->utf8.low || **at > p->utf8.high)) {
        p->utf8.need = 0;
        return UTF8_REPLACEMENT;
    }
    return utf8_feed(&p->utf8, *(*at)++, out) ? out[0] : NO_CHAR;
}

/* The length of the whole, well-formed character from U+00A0 on that begins at `at`; 0
 * for anything else, which char_next then handles. */
static inline unsigned
char_whole(const uint8_t *at, ptrdiff_t left, uint32_t *c)
{
    uint8_t b = at[0];

    if (b < 0xe0) {
        if (b < 0xc2 || left < 2 || (at[1] & 0xc0) != 0x80)
            return 0;
        *c = (b & 0x1fu) << 6 | (at[1] & 0x3fu);
        return *c >= 0xa0 ? 2 : 0;
    }
    if (b < 0xf0) {
        if (left < 3 || (at[1] & 0xc0) != 0x80 || (at[2] & 0xc0) != 0x80)
            return 0;
        *c = (b & 0xfu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
        return *c >= 0x800 && (*c < 0xd800 || *c > 0xdfff) ? 3 : 0;
    }
    if (left < 4 || (at[1] & 0xc0) != 0x80 || (at[2] & 0xc0) != 0x80 ||
        (at[3] & 0xc0) != 0x80 || b > 0xf4)
        return 0;
    *c = (b & 7u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
    return *c >= 0x10000 && *c <= 0x10ffff ? 4 : 0;
}

static unsigned
chars_take(struct parser *p, const uint8_t **from, const uint8_t *end)
{
    const uint8_t *at = *from;
    unsigned n = 0, used;

    while (n < PARSER_CHARS_MAX && at < end && *at >= 0x80 &&
           (used = char_whole(at, end - at, &p->chars[n]))) {
        at += used;
        n++;
    }
    *from = at;
    return n;
}

/* Parameters and final of a CSI sequence as far as they are the usual ones; what is left
 * goes through the table. */
static enum parser_event
csi_take(struct parser *p, const uint8_t **from, const uint8_t *end)
{
    const uint8_t *at = *from;
    int32_t v = p->params[p->count - 1];

    while (at < end) {
        unsigned digit = (unsigned)*at - '0';

        if (digit < 10) {
            v = MAX(v, 0);
            do {
                v = v * 10 + (int32_t)digit;
                v = MIN(v, PARSER_PARAM_MAX);
            } while (++at < end && (digit = (unsigned)*at - '0') < 10);
        } else if (*at == ';' && p->count < PARSER_PARAMS_MAX) {
            p->params[p->count++ - 1] = v;
            v = -1;
            at++;
        } else {
            break;
        }
    }
    p->params[p->count - 1] = v;
    if (at > *from)
        p->state = CSI_PARAM;
    *from = at;
    if (at == end || *at < 0x40 || *at > 0x7e)
        return PARSER_END;
    ++*from;
    p->state = GROUND;
    return sequence_end(p, *at, PARSER_CSI);
}

/* Text in ground state: a run of it, or PARSER_END when none begins at *at. */
static enum parser_event
ground_text(struct parser *p, const uint8_t **at, const uint8_t *end)
{
    if (**at >= 0x20 && **at < 0x7f) {
        const uint8_t *stop = ascii_end(*at, end);

        p->text = (struct bytes){*at, (size_t)(stop - *at)};
        *at = stop;
        return PARSER_ASCII;
    }
    if (**at >= 0xc2) {
        p->count = chars_take(p, at, end);
        if (p->count)
            return PARSER_CHARS;
    }
    return PARSER_END;
}

bool
parser_is_ground(const struct parser *p)
{
    return p->state == GROUND && !p->utf8.need;
}

enum parser_event
parser_next(struct parser *p, struct bytes *in)
{
    const uint8_t *at = in->data, *end;
    enum parser_event event = PARSER_END;

    if (!in->len)
        return PARSER_END; /* data may be NULL then, and no pointer to count from */
    end = at + in->len;
    while (event == PARSER_END && at < end) {
        uint32_t c;

        if (!p->utf8.need) {
            if (p->state == GROUND) {
                if (*at == 0x1b && end - at >= 2 && at[1] == '[') {
                    sequence_start(p);
                    p->state = CSI_ENTRY;
                    at += 2;
                    continue;
                }
                event = ground_text(p, &at, end);
                if (event != PARSER_END)
                    break;
            } else if ((p->state == CSI_PARAM || p->state == CSI_ENTRY) && !p->too_many) {
                event = csi_take(p, &at, end);
                if (event != PARSER_END || at == end)
                    break;
            } else if (p->state >= OSC_STRING && *at >= 0x20 && *at < 0x7f) {
                const uint8_t *stop = ascii_end(at, end);

                if (p->state != SOS_STRING)
                    string_put(p, at, (size_t)(stop - at));
                at = stop;
                continue;
            }
        }
        c = char_next(p, &at);
        if (c == NO_CHAR || (c >= 0x80 && c < 0xa0 && !p->obey_c1))
            continue;
        if (p->state == GROUND && c >= 0xa0) {
            p->chars[0] = c;
            p->count = 1;
            event = PARSER_CHARS;
        } else {
            event = parser_step(p, c);
        }
    }
    *in = (struct bytes){at, (size_t)(end - at)};
    return event;
}
