/* Just enough of JSON lines for the vector files: values found by name in one line. */
#pragma once
#include "unit.h"

#include <stdlib.h>

/* Behind `"name":` and blanks; NULL: there is none. */
static inline const char *
json_value(const char *line, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = line; (p = strstr(p, name)) != NULL; p += n) {
        const char *q = p + n;

        if (p == line || p[-1] != '"' || *q++ != '"' || *q++ != ':')
            continue;
        return q + strspn(q, " ");
    }
    return NULL;
}

static inline uint64_t
json_u64(const char *line, const char *name)
{
    const char *v = json_value(line, name);

    return v ? strtoull(v, NULL, 10) : 0;
}

/* The text of a string value; ends at the next quote, so only for plain ones. */
static inline struct bytes
json_text(const char *line, const char *name)
{
    const char *v = json_value(line, name);

    if (!v || *v != '"')
        return BYTES_NONE;
    return bytes_of(v + 1, strcspn(v + 1, "\""));
}

/* Hex digits up to something else; gives what follows. */
static inline const char *
json_hex(const char *v, struct buffer *out)
{
    unsigned b;

    buffer_clear(out);
    for (; sscanf(v, "%2x", &b) == 1 && v[0] != ' '; v += 2)
        buffer_put_byte(out, (uint8_t)b);
    return v;
}

static inline bool
json_hex_value(const char *line, const char *name, struct buffer *out)
{
    const char *v = json_value(line, name);

    buffer_clear(out);
    if (!v || *v != '"')
        return false;
    json_hex(v + 1, out);
    return true;
}

/* One line of any length, without its newline; false: the end. */
static inline bool
json_line(FILE *f, struct buffer *line)
{
    int c;

    buffer_clear(line);
    while ((c = fgetc(f)) != EOF && c != '\n')
        buffer_put_byte(line, (uint8_t)c);
    buffer_put_byte(line, 0);
    return c != EOF || line->len > 1;
}
