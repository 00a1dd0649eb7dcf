#include "predict/stroke.h"

#include <string.h>

#define MOUSE_BYTES 3u /* after CSI M */

void
stroke_reader_init(struct stroke_reader *r)
{
    *r = (struct stroke_reader){0};
    parser_init(&r->parser, true);
}

void
stroke_reader_free(struct stroke_reader *r)
{
    parser_free(&r->parser);
}

static enum stroke_kind
control(uint32_t c, const struct tty_mode *tty, uint32_t *edit)
{
    *edit = STROKE_SOME_EDIT;
    if (c != 0 && tty->canonical && (c == tty->kill || c == tty->word_erase)) {
        *edit = c == tty->kill ? STROKE_KILL : STROKE_KILL_WORD;
        return STROKE_EDIT;
    }
    if (!tty->canonical) {
        *edit = c == 0x01   ? STROKE_HOME
                : c == 0x05 ? STROKE_END
                : c == 0x15 ? STROKE_KILL
                : c == 0x17 ? STROKE_KILL_WORD
                            : STROKE_SOME_EDIT;
    }
    if (c == 0x08 && tty->erase == 0x08)
        return STROKE_ERASE;
    if (c == '\r' || c == '\n' || c == 0x03 || c == 0x1a || c == 0x1c)
        return STROKE_ENTER;
    /* Ctrl-A B D E F H I K L N P T U W Y move and change the line in line editors. */
    if (c < 0x20 && (UINT32_C(0x2b15b76) & UINT32_C(1) << c))
        return STROKE_EDIT;
    return STROKE_OTHER;
}

static bool
modified(const struct parser *p)
{
    return p->count > 1 || (p->count == 1 && p->params[0] > 1);
}

/* Home and End as some terminals send them. */
static enum stroke_edit
tilde(int number)
{
    return number == 1 || number == 7   ? STROKE_HOME
           : number == 4 || number == 8 ? STROKE_END
                                        : STROKE_SOME_EDIT;
}

static enum stroke_kind
csi(struct stroke_reader *r, const struct tty_mode *tty, uint32_t *edit)
{
    const struct parser *p = &r->parser;
    bool control_held = p->count == 2 && p->params[1] == 5;

    *edit = STROKE_SOME_EDIT;
    switch (p->key) {
    case PARSER_KEY(0, 0, 0, 'C'):
    case PARSER_KEY(0, 0, 0, 'D'):
        if (control_held && !tty->canonical)
            *edit = (p->key & 0xff) == 'C' ? STROKE_WORD_RIGHT : STROKE_WORD_LEFT;
        if (modified(p) || tty->canonical)
            return STROKE_EDIT;
        return (p->key & 0xff) == 'C' ? STROKE_RIGHT : STROKE_LEFT;
    case PARSER_KEY(0, 0, 0, 'M'): r->skip = MOUSE_BYTES; return STROKE_NONE;
    case PARSER_KEY('<', 0, 0, 'M'):
    case PARSER_KEY('<', 0, 0, 'm'):
    case PARSER_KEY(0, 0, 0, 'I'):
    case PARSER_KEY(0, 0, 0, 'O'):
    case PARSER_KEY(0, 0, 0, 'R'):
    case PARSER_KEY(0, 0, 0, 'n'):
    case PARSER_KEY(0, 0, 0, 't'):
    case PARSER_KEY('?', 0, 0, 'c'):
    case PARSER_KEY('>', 0, 0, 'c'):
    case PARSER_KEY('?', '$', 0, 'y'):
    case PARSER_KEY('?', 0, 0, 'u'): return STROKE_NONE;
    case PARSER_KEY(0, 0, 0, '~'):
        r->pasting = p->count > 0 && p->params[0] == 200;
        if (p->count == 1 && !tty->canonical)
            *edit = tilde(p->params[0]);
        return STROKE_EDIT;
    case PARSER_KEY(0, 0, 0, 'F'):
    case PARSER_KEY(0, 0, 0, 'H'):
        if (!modified(p) && !tty->canonical)
            *edit = (p->key & 0xff) == 'H' ? STROKE_HOME : STROKE_END;
        return STROKE_EDIT;
    case PARSER_KEY(0, 0, 0, 'A'):
    case PARSER_KEY(0, 0, 0, 'B'): return STROKE_EDIT;
    default: return STROKE_OTHER;
    }
}

/* Alt-b d f, by words. */
static enum stroke_kind
escape(uint32_t key, const struct tty_mode *tty, uint32_t *edit)
{
    *edit = STROKE_SOME_EDIT;
    if (key != 'b' && key != 'd' && key != 'f')
        return STROKE_OTHER;
    if (key != 'd' && !tty->canonical)
        *edit = key == 'b' ? STROKE_WORD_LEFT : STROKE_WORD_RIGHT;
    return STROKE_EDIT;
}

static enum stroke_kind
event(struct stroke_reader *r, enum parser_event e, const struct tty_mode *tty,
      uint32_t *c)
{
    switch (e) {
    case PARSER_ASCII: *c = r->parser.text.data[0]; return STROKE_CHAR;
    case PARSER_CHARS: *c = r->parser.chars[0]; return STROKE_CHAR;
    case PARSER_CONTROL: return control(r->parser.control, tty, c);
    case PARSER_ESC: return escape(r->parser.key, tty, c);
    case PARSER_CSI: return csi(r, tty, c);
    case PARSER_OSC:
    case PARSER_DCS:
    case PARSER_END: break;
    }
    return STROKE_NONE;
}

enum stroke_kind
stroke_read(struct stroke_reader *r, uint8_t byte, const struct tty_mode *tty,
            uint32_t *c)
{
    /* Of two ways to write an arrow the parser knows one. */
    uint8_t fed = r->after_esc && byte == 'O' ? '[' : byte;
    struct bytes in = bytes_of(&fed, 1);
    enum stroke_kind kind = STROKE_NONE;
    enum parser_event e;

    if (r->skip > 0) {
        r->skip--;
        return STROKE_NONE;
    }
    if (byte == 0x7f) {
        kind = r->after_esc ? STROKE_EDIT : STROKE_ERASE;
        *c = STROKE_SOME_EDIT;
        if (!parser_is_ground(&r->parser)) {
            stroke_reader_free(r);
            parser_init(&r->parser, true);
        }
        r->after_esc = false;
        return r->pasting ? STROKE_NONE : kind;
    }
    r->after_esc = byte == 0x1b;
    while ((e = parser_next(&r->parser, &in)) != PARSER_END)
        kind = event(r, e, tty, c);
    return r->pasting && kind != STROKE_EDIT ? STROKE_NONE : kind;
}

bool
stroke_is_escape(const struct stroke_reader *r)
{
    return r->after_esc;
}
