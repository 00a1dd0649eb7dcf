#include "terminal/events.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

struct events *
events_new(void)
{
    struct events *e = xcalloc(1, sizeof *e);

    e->refs = 1;
    return e;
}

struct events *
events_ref(struct events *e)
{
    e->refs++;
    return e;
}

static void
event_remove(struct events *e, size_t i)
{
    e->bytes -= text_bytes(e->item[i].data).len;
    text_share(&e->item[i].data, NULL);
    e->count--;
    memmove(e->item + i, e->item + i + 1, (e->count - i) * sizeof e->item[0]);
}

void
events_free(struct events *e)
{
    if (!e || --e->refs > 0)
        return;
    while (e->count > 0)
        event_remove(e, e->count - 1);
    free(e);
}

void
events_receive(struct events *e, uint64_t number, enum event_kind kind,
               const char *selection, struct bytes data)
{
    struct event *n;

    if (number <= e->last)
        return;
    e->last = number;
    while (e->count > 0 &&
           (e->count == EVENTS_MAX || e->bytes + data.len > EVENTS_BYTES_MAX))
        event_remove(e, 0);
    n = &e->item[e->count++];
    *n = (struct event){.number = number, .at = e->now, .kind = kind};
    memcpy(n->selection, selection, MIN(strlen(selection), SCREEN_SELECTION_MAX));
    text_set(&n->data, data);
    e->bytes += data.len;
}

void
events_push(struct events *e, enum event_kind kind, const char *selection,
            struct bytes data)
{
    unsigned bells = 0;

    for (size_t i = 0; i < e->count; i++)
        bells += e->item[i].kind == EVENT_BELL;
    if (kind != EVENT_BELL || bells < EVENTS_BELLS_MAX)
        events_receive(e, e->last + 1, kind, selection, data);
}

const struct event *
events_next(const struct events *e, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->item[i].number > after)
            return e->item[i].number <= until ? &e->item[i] : NULL;
    return NULL;
}

void
events_drop(struct events *e, uint64_t until)
{
    while (e->count > 0 && e->item[0].number <= until)
        event_remove(e, 0);
}

void
events_away(struct events *e, uint64_t now)
{
    unsigned notes = 0, bells = 0;

    for (size_t i = e->count; i-- > 0;) {
        const struct event *v = &e->item[i];
        bool keep = false;

        switch (v->kind) {
        case EVENT_CLIPBOARD:
            keep = true;
            for (size_t k = i + 1; k < e->count; k++)
                keep &= e->item[k].kind != EVENT_CLIPBOARD ||
                        strcmp(e->item[k].selection, v->selection) != 0;
            break;
        case EVENT_NOTIFICATION:
            keep = notes < EVENTS_AWAY_NOTES && now - v->at <= EVENTS_AWAY_NOTE_MS;
            notes += keep;
            break;
        case EVENT_BELL: keep = bells++ == 0; break;
        }
        if (!keep)
            event_remove(e, i);
    }
}

bool
event_copy_valid(struct bytes selection, struct bytes data)
{
    if (selection.len > SCREEN_SELECTION_MAX || data.len > SCREEN_CLIPBOARD_MAX)
        return false;
    for (size_t i = 0; i < selection.len; i++)
        if (!memchr("cpqs01234567", selection.data[i], 12))
            return false;
    for (size_t i = 0; i < data.len; i++) {
        uint8_t c = data.data[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '='))
            return false;
    }
    return true;
}

bool
event_copy_parse(struct bytes text, struct bytes *selection, struct bytes *data)
{
    const uint8_t *semi = text.len ? memchr(text.data, ';', text.len) : NULL;

    if (!semi)
        return false;
    *selection = bytes_slice(text, 0, (size_t)(semi - text.data));
    *data = bytes_slice(text, selection->len + 1, text.len);
    return event_copy_valid(*selection, *data);
}

bool
event_note_valid(struct bytes text)
{
    static const char *const kinds[] = {"9;", "99;", "777;"};
    bool known = false;

    if (text.len > EVENT_NOTE_MAX)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        known |= text.len > strlen(kinds[i]) &&
                 memcmp(text.data, kinds[i], strlen(kinds[i])) == 0;
    return known && !utf8_has_control(text);
}

void
event_draw(struct buffer *out, const struct event *e)
{
    switch (e->kind) {
    case EVENT_CLIPBOARD:
        buffer_printf(out, "\033]52;%s;", e->selection[0] ? e->selection : "c");
        break;
    case EVENT_NOTIFICATION: buffer_put_str(out, "\033]"); break;
    case EVENT_BELL: break;
    }
    buffer_put_bytes(out, text_bytes(e->data));
    buffer_put_byte(out, '\a');
}
