/* What programs set and ask for beside the picture: colours, keyboard, notifications.
 * Questions are answered from what the client has told of its terminal; with a client
 * that tells nothing they stay unanswered, as in stock mosh. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "terminal/emulate_internal.h"

#include <stdlib.h>

void
emulate_told_new(struct emulator *e)
{
    e->told = xcalloc(1, sizeof *e->told);
}

void
emulate_told_free(struct emulator *e)
{
    if (!e->told)
        return;
    extras_clear(&e->told->extras);
    events_free(e->told->events);
    free(e->told);
}

void
emulate_told_reset(struct emulator *e)
{
    struct told *t = e->told;

    if (!t)
        return;
    extras_clear(&t->extras);
    memset(t->keyboard, 0, sizeof t->keyboard);
    t->scheme_reports = t->size_reports = false;
}

/* ---- the interface ---- */

const struct extras *
emulator_extras(struct emulator *e)
{
    struct extras *x = &e->told->extras;
    const struct keyboard *k = &e->told->keyboard[e->s->alternate];

    x->cursor_style = e->s->cursor_style;
    x->keypad = e->s->app_keypad;
    x->scroll = e->s->alternate_scroll ? 2 : x->scroll ? 1 : 0;
    x->keyboard = k->flags[k->depth];
    return x;
}

void
emulator_events(struct emulator *e, struct events *events)
{
    events_free(e->told->events);
    e->told->events = events_ref(events);
}

static void
report_scheme(struct emulator *e)
{
    unsigned scheme = profile_scheme(&e->told->profile);

    if (e->told->profile.known && scheme)
        emulate_reply(e, "\033[?997;%un", scheme);
}

void
emulator_profile(struct emulator *e, const struct profile *profile, struct buffer *reply)
{
    unsigned was = profile_scheme(&e->told->profile);

    e->told->profile = *profile;
    e->reply = reply;
    if (e->told->scheme_reports && was != profile_scheme(profile))
        report_scheme(e);
    e->reply = NULL;
}

static void
report_size(struct emulator *e)
{
    const struct profile *p = &e->told->profile;
    unsigned cols = (unsigned)e->s->cols, rows = (unsigned)e->s->rows;

    emulate_reply(e, "\033[48;%u;%u;%u;%ut", rows, cols, rows * p->cell_height,
                  cols * p->cell_width);
}

void
emulator_resized(struct emulator *e, struct buffer *reply)
{
    e->reply = reply;
    if (e->told->size_reports)
        report_size(e);
    e->reply = NULL;
}

/* ---- CSI ---- */

static struct keyboard *
keyboard(struct emulator *e)
{
    return e->told ? &e->told->keyboard[e->s->alternate] : NULL;
}

void
emulate_keyboard_push(struct emulator *e)
{
    struct keyboard *k = keyboard(e);

    if (!k)
        return;
    if (k->depth == KEYBOARD_DEPTH) { /* the oldest is forgotten */
        memmove(k->flags + 1, k->flags + 2, KEYBOARD_DEPTH - 1);
        k->depth--;
    }
    k->flags[++k->depth] = (uint8_t)(emulate_param(e, 0, 0) & (int)EXTRAS_KEYBOARD_MAX);
}

void
emulate_keyboard_pop(struct emulator *e)
{
    struct keyboard *k = keyboard(e);
    int n = emulate_param(e, 0, 1);

    if (!k)
        return;
    if (n > k->depth) {
        *k = (struct keyboard){0};
        return;
    }
    k->depth = (uint8_t)(k->depth - n);
}

void
emulate_keyboard_set(struct emulator *e)
{
    struct keyboard *k = keyboard(e);
    uint8_t flags = (uint8_t)(emulate_param(e, 0, 0) & (int)EXTRAS_KEYBOARD_MAX);

    if (!k)
        return;
    switch (emulate_param(e, 1, 1)) {
    case 1: k->flags[k->depth] = flags; break;
    case 2: k->flags[k->depth] |= flags; break;
    case 3: k->flags[k->depth] &= (uint8_t)~flags; break;
    default: break;
    }
}

void
emulate_keyboard_report(struct emulator *e)
{
    const struct keyboard *k = keyboard(e);

    if (k && e->told->profile.known && e->told->profile.kitty)
        emulate_reply(e, "\033[?%uu", (unsigned)k->flags[k->depth]);
}

/* XTMODKEYS; resource 4 is modifyOtherKeys. */
void
emulate_modify_keys(struct emulator *e)
{
    int resource = emulate_param(e, 0, 0), value = emulate_param(e, 1, 0);

    if (e->told && (resource == 4 || resource == 0) && value <= 3)
        e->told->extras.other_keys = (uint8_t)(resource == 4 ? value : 0);
}

void
emulate_modify_keys_report(struct emulator *e)
{
    if (e->told && e->told->profile.known && emulate_param(e, 0, 0) == 4)
        emulate_reply(e, "\033[>4;%um", (unsigned)e->told->extras.other_keys);
}

void
emulate_scheme_report(struct emulator *e)
{
    if (e->told)
        report_scheme(e);
}

void
emulate_pixels_report(struct emulator *e, int what)
{
    const struct profile *p;

    if (!e->told || !e->told->profile.known || !e->told->profile.cell_width ||
        !e->told->profile.cell_height)
        return;
    p = &e->told->profile;
    if (what == 14)
        emulate_reply(e, "\033[4;%u;%ut", (unsigned)e->s->rows * p->cell_height,
                      (unsigned)e->s->cols * p->cell_width);
    else
        emulate_reply(e, "\033[6;%u;%ut", p->cell_height, p->cell_width);
}

bool *
emulate_told_mode(struct emulator *e, int mode)
{
    if (!e->told || !e->told->profile.known)
        return NULL;
    return mode == 2031   ? &e->told->scheme_reports
           : mode == 2048 ? &e->told->size_reports
                          : NULL;
}

void
emulate_told_mode_set(struct emulator *e, int mode, bool set)
{
    bool *flag = emulate_told_mode(e, mode);

    if (!flag)
        return;
    *flag = set;
    if (set && mode == 2048)
        report_size(e);
}

bool
emulate_bell(struct emulator *e)
{
    if (!e->told || !e->told->events)
        return false;
    events_push(e->told->events, EVENT_BELL, "", BYTES_NONE);
    return true;
}

/* ---- OSC ---- */

/* Cuts off what stands before the next semicolon; false: nothing is left. */
static bool
next_word(struct bytes *rest, struct bytes *word)
{
    const uint8_t *semi = rest->len ? memchr(rest->data, ';', rest->len) : NULL;

    if (!rest->data)
        return false;
    *word = bytes_slice(*rest, 0, semi ? (size_t)(semi - rest->data) : rest->len);
    *rest = semi ? bytes_slice(*rest, word->len + 1, rest->len) : BYTES_NONE;
    return true;
}

/* Below 1000; otherwise -1. */
static int
small_number(struct bytes word)
{
    int n = 0;

    if (word.len < 1 || word.len > 3)
        return -1;
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return -1;
        n = n * 10 + (word.data[i] - '0');
    }
    return n;
}

static uint32_t
palette_now(const struct told *t, unsigned i)
{
    uint32_t c = extras_palette(&t->extras, i);

    if (!c && i < PROFILE_PALETTE)
        c = t->profile.palette[i];
    return c ? c : color_standard(i);
}

static void
osc_palette(struct emulator *e, struct bytes rest)
{
    struct bytes index, spec;
    char text[COLOR_TEXT_MAX];

    while (next_word(&rest, &index) && next_word(&rest, &spec)) {
        int i = small_number(index);
        uint32_t c = color_parse(spec);

        if (i < 0 || i > 255)
            continue;
        if (c)
            extras_set_palette(&e->told->extras, (unsigned)i, c);
        else if (bytes_equal(spec, BYTES_LIT("?")) && e->told->profile.known &&
                 palette_now(e->told, (unsigned)i))
            emulate_reply(e, "\033]4;%d;%s\033\\", i,
                          color_text(palette_now(e->told, (unsigned)i), text));
    }
}

static void
osc_palette_reset(struct emulator *e, struct bytes rest)
{
    struct bytes word;

    if (rest.len == 0)
        text_share(&e->told->extras.palette, NULL);
    while (next_word(&rest, &word)) {
        int i = small_number(word);

        if (i >= 0 && i <= 255)
            extras_set_palette(&e->told->extras, (unsigned)i, 0);
    }
}

/* 10 to 12; more than one value goes to the numbers that follow (xterm). */
static void
osc_colors(struct emulator *e, int number, struct bytes rest)
{
    struct told *t = e->told;
    struct bytes spec;
    char text[COLOR_TEXT_MAX];

    for (int i = number - 10; i < EXTRAS_COLORS && next_word(&rest, &spec); i++) {
        uint32_t c = color_parse(spec);
        uint32_t now = t->extras.colors[i] ? t->extras.colors[i] : t->profile.colors[i];

        if (c)
            t->extras.colors[i] = c;
        else if (bytes_equal(spec, BYTES_LIT("?")) && t->profile.known && now)
            emulate_reply(e, "\033]%d;%s\033\\", 10 + i, color_text(now, text));
    }
}

/* Text that may stand in an OSC of ours: no control character in it. */
static void
osc_text(struct text **t, struct bytes in, size_t max)
{
    if (in.len <= max && !utf8_has_control(in))
        text_set(t, in);
}

static void
osc_mark(struct extras *x, struct bytes rest)
{
    struct bytes word;
    int status;

    if (!next_word(&rest, &word) || word.len != 1 || word.data[0] < 'A' ||
        word.data[0] > 'D')
        return;
    x->mark = word.data[0];
    x->marks++;
    status = x->mark == 'D' && next_word(&rest, &word) ? small_number(word) : -1;
    x->status = (uint32_t)(status + 1);
}

static void
osc_note(struct emulator *e, int number, struct bytes whole, struct bytes rest)
{
    if (number == 9 && rest.len >= 2 && memcmp(rest.data, "4;", 2) == 0) {
        if (rest.len < 3 || rest.data[2] == '0')
            text_share(&e->told->extras.progress, NULL);
        else
            osc_text(&e->told->extras.progress, rest, EXTRAS_WORD_MAX);
    } else if (e->told->events && event_note_valid(whole)) {
        events_push(e->told->events, EVENT_NOTIFICATION, "", whole);
    }
}

static bool
osc_copy(struct emulator *e, struct bytes rest)
{
    char selection[SCREEN_SELECTION_MAX + 1] = "";
    struct bytes where, data;

    if (!e->told->events)
        return false; /* then it is part of the screen */
    if (!event_copy_parse(rest, &where, &data))
        return true;
    if (where.len)
        memcpy(selection, where.data, where.len);
    events_push(e->told->events, EVENT_CLIPBOARD, selection, data);
    return true;
}

bool
emulate_told_osc(struct emulator *e, struct bytes whole)
{
    struct extras *x = e->told ? &e->told->extras : NULL;
    struct bytes rest = whole, word = BYTES_NONE;
    int number = next_word(&rest, &word) ? small_number(word) : -1;

    if (!x)
        return false;
    switch (number) {
    case 4: osc_palette(e, rest); break;
    case 7: osc_text(&x->directory, rest, EXTRAS_TEXT_MAX); break;
    case 9:
    case 99:
    case 777: osc_note(e, number, whole, rest); break;
    case 10:
    case 11:
    case 12: osc_colors(e, number, rest); break;
    case 22: osc_text(&x->pointer, rest, EXTRAS_WORD_MAX); break;
    case 52: return osc_copy(e, rest);
    case 104: osc_palette_reset(e, rest); break;
    case 110:
    case 111:
    case 112: x->colors[number - 110] = 0; break;
    case 133: osc_mark(x, rest); break;
    default: return false;
    }
    return true;
}
