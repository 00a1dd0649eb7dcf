#include "case.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* C's escapes, and \e for ESC, \s for a space, \R{COLSxROWS} and \P{COLSxROWS} for a
 * resize (server's, plain): these are left in the text as 0xFF R cols rows. */
static void
unescape(const char *in, struct buffer *out)
{
    static const char names[] = "abfnrtve\\\"'s";
    static const char values[] = "\a\b\f\n\r\t\v\033\\\"' ";

    for (; *in; in++) {
        const char *name;
        unsigned v = 0;

        if (*in != '\\') {
            buffer_put_byte(out, (uint8_t)*in);
            continue;
        }
        in++;
        if (*in == 'x') {
            int used = 0;

            sscanf(in + 1, "%2x%n", &v, &used);
            in += used;
            buffer_put_byte(out, (uint8_t)v);
        } else if (*in == 'R' || *in == 'P') {
            unsigned cols = 0, rows = 0;
            uint8_t code[4] = {0xff, (uint8_t)*in};

            sscanf(in + 1, "{%ux%u}", &cols, &rows);
            code[2] = (uint8_t)cols;
            code[3] = (uint8_t)rows;
            buffer_put(out, code, 4);
            in = strchr(in, '}');
        } else if (*in >= '0' && *in <= '7') {
            for (int i = 0; i < 3 && *in >= '0' && *in <= '7'; i++, in++)
                v = v * 8 + (unsigned)(*in - '0');
            in--;
            buffer_put_byte(out, (uint8_t)v);
        } else if ((name = strchr(names, *in)) != NULL && *in) {
            buffer_put_byte(out, (uint8_t)values[name - names]);
        } else {
            printf("Bail out! unknown escape \\%c\n", *in);
            exit(1);
        }
    }
}

void
script_open(struct script *s, const char *path)
{
    *s = (struct script){.path = path, .file = fopen(path, "r")};
    if (!s->file) {
        printf("Bail out! cannot open %s\n", path);
        exit(1);
    }
}

bool
script_next(struct script *s)
{
    char *options;
    int have = 0;

    while (have < 3 && fgets(s->lines[have], CASE_LINE_MAX, s->file)) {
        char *line = s->lines[have];

        s->line++;
        line[strcspn(line, "\n")] = '\0';
        if (have || (line[0] && line[0] != '#'))
            have++;
    }
    if (have && have < 3) {
        printf("Bail out! %s ends inside a case\n", s->path);
        exit(1);
    }
    if (!have)
        return false;
    s->role = EMULATOR_SERVER;
    s->cols = 10;
    s->rows = 4;
    options = strrchr(s->lines[0], '[');
    if (options && sscanf(options, "[%dx%d", &s->cols, &s->rows) == 2) {
        if (strstr(options, "replica"))
            s->role = EMULATOR_REPLICA;
        while (options > s->lines[0] && options[-1] == ' ')
            options--;
        *options = '\0';
    }
    s->name = s->lines[0];
    s->want = s->lines[2];
    buffer_clear(&s->input);
    unescape(s->lines[1], &s->input);
    s->bytes = buffer_bytes(&s->input);
    s->resizes = memchr(s->bytes.data, 0xff, s->bytes.len) != NULL;
    return true;
}

void
script_close(struct script *s)
{
    fclose(s->file);
    buffer_free(&s->input);
}

struct screen *
script_play(const struct script *s, size_t cut, struct buffer *reply)
{
    struct screen *screen = screen_new(s->cols, s->rows);
    struct emulator *e = emulator_new(screen, s->role);
    size_t at = 0;

    while (at < s->bytes.len) {
        const uint8_t *code = memchr(s->bytes.data + at, 0xff, s->bytes.len - at);
        size_t end = code ? (size_t)(code - s->bytes.data) : s->bytes.len;

        while (at < end) {
            size_t n = MIN(end - at, cut);

            emulator_write(e, bytes_slice(s->bytes, at, n), reply);
            at += n;
        }
        if (code) {
            if (code[1] == 'R')
                screen_resize(screen, code[2], code[3]);
            else
                screen_resize_plain(screen, code[2], code[3]);
            at += 4;
        }
    }
    emulator_free(e);
    return screen;
}
