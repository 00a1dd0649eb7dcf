#include "session/control.h"
#include <string.h>

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

bool
control_parse(struct bytes line, struct awl_addr *to)
{
    size_t word = 0, gap;
    uint16_t port;

    while (line.len > 0 && is_blank(line.data[0]))
        line = bytes_slice(line, 1, line.len);
    while (line.len > 0 && is_blank(line.data[line.len - 1]))
        line.len--;
    while (word < line.len && !is_blank(line.data[word]))
        word++;
    gap = word;
    while (gap < line.len && is_blank(line.data[gap]))
        gap++;
    return port_parse(bytes_slice(line, gap, line.len), 1, 65535, &port) &&
           addr_parse(bytes_slice(line, 0, word), port, to) && !addr_is_any(to) &&
           !addr_is_multicast(to);
}

static void
second_begin(struct control *c, uint64_t now)
{
    if (now - c->second >= 1000) {
        c->second = now;
        c->used = 0;
        c->logged = 0;
    }
}

/* Whoever writes to the FIFO must not be able to fill a log either. */
static void
complain(struct control *c, const char *what, struct bytes line)
{
    char text[CONTROL_LINE_MAX * 4 + 1];

    if (c->logged++ < CONTROL_PER_SECOND)
        log_line(&c->log, LOG_INFO, "control: %s: \"%s\"", what,
                 log_escape(line, text, sizeof text));
}

static void
line_end(struct control *c, uint64_t now)
{
    struct bytes line = bytes_of(c->line, c->len);
    struct awl_addr to;
    bool empty = true;

    second_begin(c, now);
    for (size_t i = 0; i < line.len; i++)
        empty = empty && is_blank(line.data[i]);
    if (c->too_long)
        complain(c, "line too long", line);
    else if (empty)
        ;
    else if (!control_parse(line, &to))
        complain(c, "not an address and a port", line);
    else if (c->used == CONTROL_PER_SECOND || c->queued == CONTROL_QUEUE)
        complain(c, "too many lines a second", line);
    else {
        c->used++;
        c->queue[c->queued++] = to;
    }
    c->len = 0;
    c->too_long = false;
}

void
control_input(struct control *c, struct bytes in, uint64_t now)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] == '\n')
            line_end(c, now);
        else if (c->len == CONTROL_LINE_MAX)
            c->too_long = true;
        else
            c->line[c->len++] = (char)in.data[i];
    }
}

bool
control_next(struct control *c, struct awl_addr *to)
{
    if (c->queued == 0)
        return false;
    *to = c->queue[0];
    c->queued--;
    memmove(&c->queue[0], &c->queue[1], c->queued * sizeof c->queue[0]);
    return true;
}
