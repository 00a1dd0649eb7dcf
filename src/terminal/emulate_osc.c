/* OSC strings (titles, links, clipboard) and DCS strings (queries). */
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

/* ---- hyperlinks ---- */

/* "parameters;address"; what is neither that nor ASCII ends the link, so that no text
 * leads where it shouldn't. */
static void
osc_link(struct screen *s, struct bytes text)
{
    const uint8_t *semi = text.len ? memchr(text.data, ';', text.len) : NULL;
    bool valid = semi && semi + 1 < text.data + text.len && text.len <= HYPERLINK_MAX;

    for (size_t i = 0; valid && i < text.len; i++)
        valid = text.data[i] >= 0x20 && text.data[i] < 0x7f;
    screen_set_link(s, valid ? text : BYTES_NONE);
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
    else if (number == 8)
        osc_link(e->s, text);
    else if (number == 52)
        osc_clipboard(e->s, text);
}

/* ---- DCS ---- */

/* DECRQSS: the setting that a sequence's final part sets. */
static void
dcs_setting(struct emulator *e, struct bytes what)
{
    const struct screen *s = e->s;
    const struct {
        const char *final;
        int value;
    } plain[] = {
        {" q", s->cursor_style},        /* DECSCUSR */
        {"*x", e->extent_rect ? 2 : 1}, /* DECSACE */
        {"\"q", s->protect},            /* DECSCA */
        {"t", s->rows},                 /* DECSLPP */
        {"*|", s->rows},                /* DECSNLS */
        {"$|", s->cols},                /* DECSCPP */
    };
    char sgr[SGR_TEXT_MAX];

    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        if (bytes_equal(what, bytes_str(plain[i].final))) {
            emulate_reply(e, "\033P1$r%d%s\033\\", plain[i].value, plain[i].final);
            return;
        }
    }
    if (bytes_equal(what, BYTES_LIT("m"))) {
        emulate_sgr_text(s->pen, sgr, sizeof sgr);
        emulate_reply(e, "\033P1$r0%sm\033\\", sgr);
    } else if (bytes_equal(what, BYTES_LIT("r"))) {
        emulate_reply(e, "\033P1$r%d;%dr\033\\", s->top + 1, s->bottom + 1);
    } else if (bytes_equal(what, BYTES_LIT("s"))) {
        emulate_reply(e, "\033P1$r%d;%ds\033\\", s->left + 1, s->right + 1);
    } else if (bytes_equal(what, BYTES_LIT("\"p"))) { /* DECSCL: as DA1 has it */
        emulate_reply(e, "\033P1$r62;1\"p\033\\");
    } else {
        emulate_reply(e, "\033P0$r\033\\");
    }
}

#define CAPABILITY_NAME_MAX 16u
#define CAPABILITY_HEX_MAX  128u

/* Two capital digits a byte, as xterm writes them. */
static void
hex_text(const char *in, char out[CAPABILITY_HEX_MAX])
{
    size_t n = 0;

    for (; *in && n + 3 <= CAPABILITY_HEX_MAX; in++, n += 2)
        snprintf(out + n, 3, "%02X", (unsigned)(unsigned char)*in);
    out[n] = '\0';
}

/* The name behind hexadecimal digits; "" when it is none that we could know. */
static void
capability_name(struct bytes hex, char out[CAPABILITY_NAME_MAX])
{
    size_t n = hex.len / 2;

    out[0] = '\0';
    if (hex.len % 2 || n >= CAPABILITY_NAME_MAX)
        return;
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(hex.data[2 * i]), low = hex_value(hex.data[2 * i + 1]);

        if (high < 0 || low < 0 || high + low == 0) {
            out[0] = '\0';
            return;
        }
        out[i] = (char)(high << 4 | low);
    }
    out[n] = '\0';
}

/* XTGETTCAP: terminfo capabilities, names and values in hexadecimal. */
static void
dcs_capabilities(struct emulator *e, struct bytes names)
{
    static const struct {
        const char *name, *value; /* NULL: a flag, which is set */
    } known[] = {
        {"TN", "xterm-256color"},
        {"name", "xterm-256color"},
        {"Co", "256"},
        {"colors", "256"},
        {"RGB", "8"}, /* bits of each */
        {"Tc", NULL},
        {"Su", NULL}, /* kinds and colours of underlines */
        {"Smulx", "\033[4:%p1%dm"},
        {"Ms", "\033]52;%p1%s;%p2%s\033\\"},
        {"Ss", "\033[%p1%d q"},
        {"Se", "\033[2 q"},
        {"smxx", "\033[9m"},
        {"rmxx", "\033[29m"},
        {"Smol", "\033[53m"},
        {"Rmol", "\033[55m"},
    };

    while (names.len) {
        const uint8_t *semi = memchr(names.data, ';', names.len);
        struct bytes hex =
            bytes_slice(names, 0, semi ? (size_t)(semi - names.data) : names.len);
        char name[CAPABILITY_NAME_MAX], name_hex[CAPABILITY_HEX_MAX];
        char value[CAPABILITY_HEX_MAX] = "";
        size_t i = 0;

        names = bytes_slice(names, hex.len + 1, names.len);
        capability_name(hex, name);
        while (i < ARRAY_LEN(known) && strcmp(known[i].name, name) != 0)
            i++;
        if (i == ARRAY_LEN(known)) {
            emulate_reply(e, "\033P0+r\033\\");
            continue;
        }
        hex_text(known[i].name, name_hex);
        if (known[i].value)
            hex_text(known[i].value, value);
        emulate_reply(e, "\033P1+r%s%s%s\033\\", name_hex, known[i].value ? "=" : "",
                      value);
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
