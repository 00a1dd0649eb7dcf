/* OSC strings (titles, clipboard) and DCS strings (queries). */
#include "base/utf8.h"
#include "terminal/emulate_internal.h"
#include <stdio.h>

/* ---- titles ---- */

/* Characters that would let a program's title reorder or hide what stands around it. */
static bool
title_hides(uint32_t c)
{
    return c == 0x7f || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* The text without those, cut after SCREEN_TITLE_MAX characters. */
static void
title_set(struct text **t, struct bytes in)
{
    struct buffer out = {.max = PARSER_STRING_MAX};
    struct utf8_decoder d = {0};
    unsigned count = 0;

    for (size_t i = 0; i < in.len && count < SCREEN_TITLE_MAX; i++) {
        uint32_t c[2];
        unsigned n = utf8_feed(&d, in.data[i], c);

        for (unsigned k = 0; k < n; k++) {
            uint8_t utf8[UTF8_MAX_LEN];

            if (title_hides(c[k]))
                continue;
            buffer_put(&out, utf8, utf8_encode(c[k], utf8));
            count++;
        }
    }
    text_set(t, buffer_bytes(&out));
    buffer_free(&out);
}

static void
osc_title(struct screen *s, unsigned number, struct bytes text)
{
    s->title_set = true;
    if (number != 2)
        title_set(&s->icon, text);
    if (number == 0)
        text_share(&s->title, s->icon);
    else if (number == 2)
        title_set(&s->title, text);
}

static void
title_pair_free(struct title_pair *p)
{
    text_share(&p->title, NULL);
    text_share(&p->icon, NULL);
}

void
emulate_titles_free(struct emulator *e)
{
    while (e->title_count > 0)
        title_pair_free(&e->titles[--e->title_count]);
}

/* Both are kept whatever is named, so that the stack stays in step; a full one forgets
 * its oldest. */
void
emulate_title_push(struct emulator *e)
{
    struct title_pair *top;

    if (e->title_count == TITLE_STACK_MAX) {
        title_pair_free(&e->titles[0]);
        memmove(e->titles, e->titles + 1, sizeof e->titles - sizeof e->titles[0]);
        e->title_count--;
    }
    top = &e->titles[e->title_count++];
    *top = (struct title_pair){0};
    text_share(&top->title, e->s->title);
    text_share(&top->icon, e->s->icon);
}

void
emulate_title_pop(struct emulator *e)
{
    int which = emulate_param(e, 1, 0); /* 0 both, 1 icon, 2 title */
    struct title_pair *top;

    if (e->title_count == 0)
        return;
    top = &e->titles[--e->title_count];
    if (which != 1)
        text_share(&e->s->title, top->title);
    if (which != 2)
        text_share(&e->s->icon, top->icon);
    title_pair_free(top);
}

/* ---- clipboard ---- */

static void
osc_clipboard(struct screen *s, struct bytes text)
{
    struct bytes selection, data;

    if (!event_copy_parse(text, &selection, &data))
        return;
    memset(s->clipboard.selection, 0, sizeof s->clipboard.selection);
    if (selection.len)
        memcpy(s->clipboard.selection, selection.data, selection.len);
    text_set(&s->clipboard.data, data);
    s->clipboard.event++;
}

void
emulate_osc(struct emulator *e)
{
    struct bytes text = buffer_bytes(&e->parser.string);
    unsigned number = 0;
    size_t i = 0;

    if (emulate_told_osc(e, text))
        return;
    for (; i < text.len && i < 4 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        number = number * 10 + (text.data[i] - '0');
    if (i == text.len || text.data[i] != ';')
        return;
    text = bytes_slice(text, i + 1, text.len);
    if (number <= 2)
        osc_title(e->s, number, text);
    else if (number == 52)
        osc_clipboard(e->s, text);
}

/* ---- DCS ---- */

/* DECRQSS: the setting that a sequence's final part sets. */
static void
dcs_setting(struct emulator *e, struct bytes what)
{
    const struct screen *s = e->s;

    if (bytes_equal(what, BYTES_LIT("m"))) {
        char sgr[SGR_TEXT_MAX];

        emulate_sgr_text(s->pen, sgr, sizeof sgr);
        emulate_reply(e, "\033P1$r0%sm\033\\", sgr);
    } else if (bytes_equal(what, BYTES_LIT("r"))) {
        emulate_reply(e, "\033P1$r%d;%dr\033\\", s->top + 1, s->bottom + 1);
    } else if (bytes_equal(what, BYTES_LIT(" q"))) {
        emulate_reply(e, "\033P1$r%d q\033\\", (int)s->cursor_style);
    } else {
        emulate_reply(e, "\033P0$r\033\\");
    }
}

/* XTGETTCAP: terminfo capabilities, names and values in hexadecimal. */
static void
dcs_capabilities(struct emulator *e, struct bytes names)
{
    static const struct {
        const char *name, *answer;
    } known[] = {
        {"544E", "787465726D2D323536636F6C6F72"},     /* TN: xterm-256color */
        {"6E616D65", "787465726D2D323536636F6C6F72"}, /* name */
        {"436F", "323536"},                           /* Co: 256 */
        {"636F6C6F7273", "323536"},                   /* colors */
        {"524742", "38"},                             /* RGB: 8 bits each */
    };

    while (names.len) {
        const uint8_t *semi = memchr(names.data, ';', names.len);
        struct bytes name =
            bytes_slice(names, 0, semi ? (size_t)(semi - names.data) : names.len);
        char upper[16] = "";
        size_t i;

        names = bytes_slice(names, name.len + 1, names.len);
        for (i = 0; i < name.len && i < sizeof upper - 1; i++)
            upper[i] = (char)(name.data[i] >= 'a' && name.data[i] <= 'f'
                                  ? name.data[i] - 'a' + 'A'
                                  : name.data[i]);
        for (i = 0; i < ARRAY_LEN(known); i++) {
            if (strcmp(known[i].name, upper) == 0)
                break;
        }
        if (i < ARRAY_LEN(known))
            emulate_reply(e, "\033P1+r%s=%s\033\\", known[i].name, known[i].answer);
        else
            emulate_reply(e, "\033P0+r\033\\");
    }
}

void
emulate_dcs(struct emulator *e)
{
    struct bytes text = buffer_bytes(&e->parser.string);
    struct bytes rest = bytes_slice(text, 2, text.len);

    if (text.len < 2)
        return;
    if (memcmp(text.data, "$q", 2) == 0)
        dcs_setting(e, rest);
    else if (memcmp(text.data, "+q", 2) == 0)
        dcs_capabilities(e, rest);
}
