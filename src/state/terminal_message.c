#include "state/terminal_message.h"

#include "base/utf8.h"

#include <string.h>

#define PALETTE_BYTES_MAX (EXTRAS_PALETTE_MAX * COLOR_ENTRY_LEN)

static ProtobufCBinaryData
data_of(struct bytes b)
{
    return (ProtobufCBinaryData){b.len, (uint8_t *)(uintptr_t)b.data};
}

static uint32_t
color_read(bool has, uint32_t value)
{
    return has && value < COLOR_SET ? COLOR_SET | value : 0;
}

static uint32_t
at_most(uint32_t value, uint32_t max)
{
    return value <= max ? value : 0;
}

/* Text for an OSC: whoever sent it, no control character gets out of it. */
static void
text_read(struct text **t, bool has, ProtobufCBinaryData in, size_t max)
{
    struct bytes text = has ? bytes_of(in.data, in.len) : BYTES_NONE;

    text_set(t, text.len <= max && !utf8_has_control(text) ? text : BYTES_NONE);
}

/* ---- Terminal ---- */

void
terminal_message_fill(const struct profile *p, Awl__Terminal *m,
                      uint8_t palette[TERMINAL_MESSAGE_PALETTE_MAX])
{
    size_t n = 0;

    awl__terminal__init(m);
    m->has_name = p->name[0] != '\0';
    m->name = data_of(bytes_str(p->name));
    m->has_foreground = p->colors[EXTRAS_FOREGROUND] != 0;
    m->foreground = p->colors[EXTRAS_FOREGROUND] & 0xffffff;
    m->has_background = p->colors[EXTRAS_BACKGROUND] != 0;
    m->background = p->colors[EXTRAS_BACKGROUND] & 0xffffff;
    m->has_cursor = p->colors[EXTRAS_CURSOR] != 0;
    m->cursor = p->colors[EXTRAS_CURSOR] & 0xffffff;
    for (uint8_t i = 0; i < PROFILE_PALETTE; i++) {
        if (!p->palette[i])
            continue;
        color_entry_put(palette + n, i, p->palette[i]);
        n += COLOR_ENTRY_LEN;
    }
    m->has_palette = n > 0;
    m->palette = data_of(bytes_of(palette, n));
    m->has_cell_width = p->cell_width != 0;
    m->cell_width = p->cell_width;
    m->has_cell_height = p->cell_height != 0;
    m->cell_height = p->cell_height;
    m->has_scheme = p->scheme != 0;
    m->scheme = p->scheme;
    m->has_keyboards = p->kitty;
    m->keyboards = p->kitty;
}

void
terminal_message_read(const Awl__Terminal *m, struct profile *out)
{
    size_t n = m->has_name ? MIN(m->name.len, PROFILE_NAME_MAX) : 0;

    *out = (struct profile){
        .known = true,
        .colors = {color_read(m->has_foreground, m->foreground),
                   color_read(m->has_background, m->background),
                   color_read(m->has_cursor, m->cursor)},
        .cell_width = at_most(m->cell_width, 65535),
        .cell_height = at_most(m->cell_height, 65535),
        .scheme = (uint8_t)at_most(m->scheme, 2),
        .kitty = m->keyboards & 1,
    };
    for (size_t i = 0; i < n; i++)
        out->name[i] = m->name.data[i] >= 0x20 && m->name.data[i] < 0x7f
                           ? (char)m->name.data[i]
                           : '?';
    n = m->has_palette ? m->palette.len : 0;
    for (size_t i = 0; i + COLOR_ENTRY_LEN <= n; i += COLOR_ENTRY_LEN) {
        const uint8_t *e = m->palette.data + i;

        if (e[0] < PROFILE_PALETTE)
            out->palette[e[0]] = color_entry(e);
    }
}

/* ---- TerminalState ---- */

void
terminal_state_fill(const struct extras *x, Awl__TerminalState *m)
{
    awl__terminal_state__init(m);
    m->has_cursor_style = x->cursor_style != 0;
    m->cursor_style = x->cursor_style;
    m->has_keyboard = x->keyboard != 0;
    m->keyboard = x->keyboard;
    m->has_other_keys = x->other_keys != 0;
    m->other_keys = x->other_keys;
    m->has_keypad = x->keypad;
    m->keypad = x->keypad;
    m->has_scroll = x->scroll != 0;
    m->scroll = x->scroll;
    m->has_foreground = x->colors[EXTRAS_FOREGROUND] != 0;
    m->foreground = x->colors[EXTRAS_FOREGROUND] & 0xffffff;
    m->has_background = x->colors[EXTRAS_BACKGROUND] != 0;
    m->background = x->colors[EXTRAS_BACKGROUND] & 0xffffff;
    m->has_cursor = x->colors[EXTRAS_CURSOR] != 0;
    m->cursor = x->colors[EXTRAS_CURSOR] & 0xffffff;
    m->has_palette = x->palette != NULL;
    m->palette = data_of(text_bytes(x->palette));
    m->has_directory = x->directory != NULL;
    m->directory = data_of(text_bytes(x->directory));
    m->has_pointer = x->pointer != NULL;
    m->pointer = data_of(text_bytes(x->pointer));
    m->has_progress = x->progress != NULL;
    m->progress = data_of(text_bytes(x->progress));
    m->has_mark = x->mark != 0;
    m->mark = x->mark;
    m->has_marks = x->marks != 0;
    m->marks = x->marks;
    m->has_status = x->status != 0;
    m->status = x->status;
}

void
terminal_state_read(const Awl__TerminalState *m, struct extras *x)
{
    size_t palette = m->has_palette ? MIN(m->palette.len, PALETTE_BYTES_MAX) : 0;

    extras_clear(x);
    x->cursor_style = (uint8_t)at_most(m->cursor_style, 6);
    x->keyboard = (uint8_t)at_most(m->keyboard, EXTRAS_KEYBOARD_MAX);
    x->other_keys = (uint8_t)at_most(m->other_keys, 3);
    x->keypad = m->keypad;
    x->scroll = (uint8_t)at_most(m->scroll, 2);
    x->colors[EXTRAS_FOREGROUND] = color_read(m->has_foreground, m->foreground);
    x->colors[EXTRAS_BACKGROUND] = color_read(m->has_background, m->background);
    x->colors[EXTRAS_CURSOR] = color_read(m->has_cursor, m->cursor);
    for (size_t i = 0; i + COLOR_ENTRY_LEN <= palette; i += COLOR_ENTRY_LEN)
        extras_set_palette(x, m->palette.data[i], color_entry(m->palette.data + i));
    text_read(&x->directory, m->has_directory, m->directory, EXTRAS_TEXT_MAX);
    text_read(&x->pointer, m->has_pointer, m->pointer, EXTRAS_WORD_MAX);
    text_read(&x->progress, m->has_progress, m->progress, EXTRAS_WORD_MAX);
    x->mark = m->mark >= 'A' && m->mark <= 'D' ? (uint8_t)m->mark : 0;
    x->marks = m->marks;
    x->status = at_most(m->status, 1000);
}

/* ---- Event ---- */

void
event_message_fill(const struct event *v, Awl__Event *m)
{
    awl__event__init(m);
    m->has_number = m->has_kind = true;
    m->number = v->number;
    m->kind = v->kind;
    m->has_selection = v->selection[0] != '\0';
    m->selection = data_of(bytes_str(v->selection));
    m->has_data = v->data != NULL;
    m->data = data_of(text_bytes(v->data));
}

void
event_message_read(const Awl__Event *m, struct events *e)
{
    char selection[SCREEN_SELECTION_MAX + 1] = "";
    struct bytes where =
        m->has_selection ? bytes_of(m->selection.data, m->selection.len) : BYTES_NONE;
    struct bytes data = m->has_data ? bytes_of(m->data.data, m->data.len) : BYTES_NONE;

    switch (m->kind) {
    case EVENT_CLIPBOARD:
        if (!event_copy_valid(where, data))
            return;
        memcpy(selection, where.data ? where.data : (const uint8_t *)"", where.len);
        break;
    case EVENT_NOTIFICATION:
        if (!event_note_valid(data))
            return;
        break;
    case EVENT_BELL: data = BYTES_NONE; break;
    default: return;
    }
    events_receive(e, m->number, (enum event_kind)m->kind, selection, data);
}
