#include "session/escape.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

enum { CTRL_Z = 0x1a, LF = 0x0a, CR = 0x0d };

static uint8_t
lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

void
escape_init(struct escape *e, int key)
{
    /* Keys that a shell cannot do without. */
    static const uint8_t refused[] = {0x03, 0x04, LF, 0x0c, CR};

    *e = (struct escape){0};
    if (key == 0)
        return;
    if (key < 1 || key > 127 || memchr(refused, key, sizeof(refused)) != NULL)
        key = ESCAPE_DEFAULT;
    e->key = (uint8_t)key;
    e->line_only = key >= 32;
    e->literal = (uint8_t)(key < 32 ? key + '@' : key);
}

static void
give(struct escape *e, struct escape_out *out, uint8_t byte)
{
    out->action = ESCAPE_SEND;
    out->keys[out->len++] = byte;
    e->at_line = byte == CR || byte == LF;
}

void
escape_feed(struct escape *e, uint8_t byte, struct escape_out *out)
{
    *out = (struct escape_out){.action = ESCAPE_SEND};
    if (!e->held) {
        if (e->key != 0 && byte == e->key && (e->at_line || !e->line_only)) {
            e->held = true;
            out->action = ESCAPE_BEGIN;
        } else {
            give(e, out, byte);
        }
        return;
    }
    e->held = false;
    out->ended = true;
    /* The order is mosh's: quitting and suspending win over a literal of the same name,
     * and the literal over awl's own commands (Ctrl-P, then p, sends Ctrl-P). */
    if (byte == '.') {
        out->action = ESCAPE_QUIT;
    } else if (byte == CTRL_Z) {
        out->action = ESCAPE_SUSPEND;
    } else if (byte == e->literal || byte == lower(e->literal)) {
        give(e, out, e->key);
    } else if (byte == 'p') {
        out->action = ESCAPE_PATH;
    } else if (byte == 'r') {
        out->action = ESCAPE_LOGIN;
    } else {
        give(e, out, e->key);
        give(e, out, byte);
    }
}

const char *
escape_name(const struct escape *e, char out[ESCAPE_NAME_LEN])
{
    if (e->key == 0)
        out[0] = '\0';
    else if (e->key < 32)
        snprintf(out, ESCAPE_NAME_LEN, "Ctrl-%c", e->literal);
    else if (e->key == 127)
        snprintf(out, ESCAPE_NAME_LEN, "Ctrl-?");
    else
        snprintf(out, ESCAPE_NAME_LEN, "%c", e->key);
    return out;
}

char
escape_literal(const struct escape *e)
{
    return (char)e->literal;
}
