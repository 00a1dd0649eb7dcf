#include "terminal/extras.h"

#include <stdio.h>
#include <string.h>

void
extras_share(struct extras *to, const struct extras *from)
{
    struct extras was = *to;

    if (to == from)
        return;
    *to = *from;
    to->palette = was.palette;
    to->directory = was.directory;
    to->pointer = was.pointer;
    to->progress = was.progress;
    text_share(&to->palette, from->palette);
    text_share(&to->directory, from->directory);
    text_share(&to->pointer, from->pointer);
    text_share(&to->progress, from->progress);
}

void
extras_clear(struct extras *x)
{
    text_share(&x->palette, NULL);
    text_share(&x->directory, NULL);
    text_share(&x->pointer, NULL);
    text_share(&x->progress, NULL);
    *x = (struct extras){0};
}

static bool
same(const struct text *a, const struct text *b)
{
    return a == b || bytes_equal(text_bytes(a), text_bytes(b));
}

bool
extras_equal(const struct extras *a, const struct extras *b)
{
    return a->cursor_style == b->cursor_style && a->keyboard == b->keyboard &&
           a->other_keys == b->other_keys && a->keypad == b->keypad &&
           a->scroll == b->scroll && a->mark == b->mark && a->marks == b->marks &&
           a->status == b->status &&
           memcmp(a->colors, b->colors, sizeof a->colors) == 0 &&
           same(a->palette, b->palette) && same(a->directory, b->directory) &&
           same(a->pointer, b->pointer) && same(a->progress, b->progress);
}

uint32_t
extras_palette(const struct extras *x, unsigned index)
{
    struct bytes p = text_bytes(x->palette);

    for (size_t i = 0; i + COLOR_ENTRY_LEN <= p.len; i += COLOR_ENTRY_LEN)
        if (p.data[i] == index)
            return color_entry(p.data + i);
    return 0;
}

void
extras_set_palette(struct extras *x, unsigned index, uint32_t value)
{
    struct bytes p = text_bytes(x->palette);
    uint8_t all[EXTRAS_PALETTE_MAX * COLOR_ENTRY_LEN];
    size_t n = 0, before = 0, behind;

    while (before < p.len && p.data[before] < index)
        before += COLOR_ENTRY_LEN;
    behind = before;
    if (behind < p.len && p.data[behind] == index)
        behind += COLOR_ENTRY_LEN;
    if (before > 0)
        memcpy(all, p.data, before);
    n = before;
    if (value) {
        color_entry_put(all + n, (uint8_t)index, value);
        n += COLOR_ENTRY_LEN;
    }
    assert(n + (p.len - behind) <= sizeof all); /* no index is there twice */
    if (behind < p.len)
        memcpy(all + n, p.data + behind, p.len - behind);
    n += p.len - behind;
    text_set(&x->palette, bytes_of(all, n));
}

/* ---- on a terminal ---- */

static void
draw_color(struct buffer *out, const char *set, const char *reset, uint32_t want,
           uint32_t found)
{
    char text[COLOR_TEXT_MAX];

    /* What was there before us may itself have been set by somebody: a theme. */
    if (want || found)
        buffer_printf(out, "\033]%s;%s\a", set, color_text(want ? want : found, text));
    else
        buffer_printf(out, "\033]%s\a", reset);
}

static void
draw_colors(struct buffer *out, const struct extras *from, const struct extras *to,
            const struct profile *t)
{
    static const char *const set[] = {"10", "11", "12"};
    static const char *const reset[] = {"110", "111", "112"};

    for (int i = 0; i < EXTRAS_COLORS; i++)
        if (from->colors[i] != to->colors[i])
            draw_color(out, set[i], reset[i], to->colors[i], t->colors[i]);
    if (same(from->palette, to->palette))
        return;
    for (unsigned i = 0; i < EXTRAS_PALETTE_MAX; i++) {
        uint32_t want = extras_palette(to, i);

        if (want != extras_palette(from, i)) {
            char set_one[8], reset_one[8];

            snprintf(set_one, sizeof set_one, "4;%u", i);
            snprintf(reset_one, sizeof reset_one, "104;%u", i);
            draw_color(out, set_one, reset_one, want,
                       i < PROFILE_PALETTE ? t->palette[i] : 0);
        }
    }
}

static void
draw_text(struct buffer *out, const char *number, const struct text *from,
          const struct text *to)
{
    if (same(from, to))
        return;
    buffer_printf(out, "\033]%s", number);
    buffer_put_bytes(out, text_bytes(to));
    buffer_put_byte(out, '\a');
}

/* One level of the terminal's own stack is ours while any flag is set. */
static void
draw_keyboard(struct buffer *out, unsigned from, unsigned to)
{
    if (from == to)
        return;
    if (to == 0)
        buffer_put_str(out, "\033[<u");
    else if (from == 0)
        buffer_printf(out, "\033[>%uu", to);
    else
        buffer_printf(out, "\033[=%u;1u", to);
}

void
extras_draw(struct buffer *out, const struct extras *from, const struct extras *to,
            const struct profile *t)
{
    if (from->cursor_style != to->cursor_style)
        buffer_printf(out, "\033[%d q", to->cursor_style);
    if (t->kitty)
        draw_keyboard(out, from->keyboard, to->keyboard);
    if (from->other_keys != to->other_keys) {
        if (to->other_keys)
            buffer_printf(out, "\033[>4;%dm", to->other_keys);
        else
            buffer_put_str(out, "\033[>4m");
    }
    if (from->scroll != to->scroll)
        buffer_printf(out, "\033[?1007%c", to->scroll == 2 ? 'h' : 'l');
    if (from->keypad != to->keypad)
        buffer_put_str(out, to->keypad ? "\033=" : "\033>");
    draw_colors(out, from, to, t);
    draw_text(out, "7;", from->directory, to->directory);
    draw_text(out, "22;", from->pointer, to->pointer);
    if (!same(from->progress, to->progress)) {
        buffer_put_str(out, "\033]9;");
        buffer_put_bytes(out, to->progress ? text_bytes(to->progress) : BYTES_LIT("4;0"));
        buffer_put_byte(out, '\a');
    }
    if (from->marks != to->marks && to->mark) {
        buffer_printf(out, "\033]133;%c", to->mark);
        if (to->status)
            buffer_printf(out, ";%u", (unsigned)to->status - 1);
        buffer_put_byte(out, '\a');
    }
}

bool
profile_equal(const struct profile *a, const struct profile *b)
{
    return a->known == b->known && strcmp(a->name, b->name) == 0 &&
           memcmp(a->colors, b->colors, sizeof a->colors) == 0 &&
           memcmp(a->palette, b->palette, sizeof a->palette) == 0 &&
           a->cell_width == b->cell_width && a->cell_height == b->cell_height &&
           a->scheme == b->scheme && a->kitty == b->kitty;
}

unsigned
profile_scheme(const struct profile *p)
{
    uint32_t c = p->colors[EXTRAS_BACKGROUND];

    if (p->scheme || !c)
        return p->scheme;
    /* Rec. 601's luma, in thousandths */
    return (c >> 16 & 0xff) * 299 + (c >> 8 & 0xff) * 587 + (c & 0xff) * 114 < 127500 ? 1
                                                                                      : 2;
}
