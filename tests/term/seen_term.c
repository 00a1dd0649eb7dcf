/* The cases of terminal scripts as somebody sees them at the other end of a session.
 *
 *     seen_term list SCRIPT...      the cases that can be played there, sizes together:
 *                                   number, columns, rows, bytes in hex, "SCRIPT: NAME"
 *     seen_term show RECORDING SCRIPT...
 *     seen_term modes RECORDING     what the terminal is left with, NAME=VALUE each
 *
 * A recording is what a client has written: lines "size COLS ROWS" and "bytes HEX". A
 * case ends where the title "case NUMBER" is followed by another: titles come first in
 * what is drawn. Printed is what differs from what our own emulator makes of the case,
 * one line a case, and "not seen" for those that are missing. */
#include "case.h"

#include <stdlib.h>
#include <string.h>

#include "terminal/sgr.h"

struct entry {
    char name[128];
    int cols, rows, number;
    struct buffer bytes;
    struct screen *want;
    bool seen;
};

static struct entry *entries;
static int entry_count;

static void
entries_add(const struct script *s)
{
    const char *file = strrchr(s->path, '/');
    struct entry *e;

    file = file ? file + 1 : s->path;
    entries = realloc(entries, (size_t)(entry_count + 1) * sizeof *entries);
    if (!entries)
        abort();
    e = &entries[entry_count];
    *e = (struct entry){.cols = s->cols, .rows = s->rows, .number = entry_count++};
    snprintf(e->name, sizeof e->name, "%.*s: %s", (int)strcspn(file, "."), file, s->name);
    buffer_put_bytes(&e->bytes, s->bytes);
}

static void
entries_read(const char *path)
{
    struct script s;

    script_open(&s, path);
    while (script_next(&s)) {
        if (s.resizes || s.role == EMULATOR_REPLICA)
            continue;
        /* What the case leaves unfinished, the player ends. */
        buffer_put_byte(&s.input, 0x18);
        s.bytes = buffer_bytes(&s.input);
        entries_add(&s);
        entries[entry_count - 1].want = script_play(&s, SIZE_MAX, NULL);
    }
    script_close(&s);
}

static int
entry_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->cols != y->cols)
        return x->cols - y->cols;
    return x->rows != y->rows ? x->rows - y->rows : x->number - y->number;
}

static void
list(void)
{
    qsort(entries, (size_t)entry_count, sizeof *entries, entry_order);
    for (int i = 0; i < entry_count; i++) {
        const struct entry *e = &entries[i];

        printf("%d %d %d ", e->number, e->cols, e->rows);
        for (size_t n = 0; n < e->bytes.len; n++)
            printf("%02x", e->bytes.data[n]);
        printf(" %s\n", e->name);
    }
}

/* ---- what differs ---- */

static void
say_row(const struct row *r)
{
    struct buffer out = {0};

    for (int x = 0; x < r->cols; x++) {
        if (cell_is_erased(r->cells[x]))
            buffer_put_byte(&out,
                            r->cells[x].text || !x || !r->cells[x - 1].wide ? ' ' : '<');
        else
            cell_utf8(r, x, &out);
    }
    printf("\"%s\"", buffer_str(&out));
    buffer_free(&out);
}

static void
say_pen(struct pen pen)
{
    struct buffer out = {0};

    sgr_put(&out, NULL, pen);
    for (size_t i = 0; i < out.len; i++)
        putchar(out.data[i] == 033 ? '^' : out.data[i]);
    buffer_free(&out);
}

/* The first cell that isn't the same. */
static bool
say_cells(const struct screen *got, const struct screen *want)
{
    for (int y = 0; y < want->rows; y++) {
        const struct row *g = screen_row(got, y), *w = screen_row(want, y);

        for (int x = 0; x < want->cols; x++) {
            if (cell_equal(g, x, w, x))
                continue;
            printf(" row %d ", y);
            say_row(g);
            printf(" not ");
            say_row(w);
            if (!pen_equal(g->cells[x].pen, w->cells[x].pen)) {
                printf(", column %d ", x);
                say_pen(g->cells[x].pen);
                printf(" not ");
                say_pen(w->cells[x].pen);
            }
            return true;
        }
    }
    return false;
}

static void
compare(const struct entry *e, const struct screen *got)
{
    const struct screen *want = e->want;
    const struct {
        const char *name;
        int got, want;
    } plain[] = {
        {"visible", got->cursor_visible, want->cursor_visible},
        {"reverse", got->reverse_video, want->reverse_video},
        {"paste", got->bracketed_paste, want->bracketed_paste},
        {"focus", got->focus_events, want->focus_events},
        {"mouse", (int)got->mouse_report, (int)want->mouse_report},
        {"encoding", (int)got->mouse_encoding, (int)want->mouse_encoding},
    };
    bool differs = false;

    if (got->cols != want->cols || got->rows != want->rows) {
        printf("%s\tsize %dx%d not %dx%d\n", e->name, got->cols, got->rows, want->cols,
               want->rows);
        return;
    }
    for (int y = 0; y < want->rows; y++)
        differs = differs || !row_equal_cells(screen_row(got, y), screen_row(want, y));
    differs = differs || got->x != want->x || got->y != want->y;
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        differs = differs || plain[i].got != plain[i].want;
    if (!differs)
        return;
    printf("%s\t", e->name);
    say_cells(got, want);
    if (got->x != want->x || got->y != want->y)
        printf(" cursor %d,%d not %d,%d", got->x, got->y, want->x, want->y);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        if (plain[i].got != plain[i].want)
            printf(" %s %d not %d", plain[i].name, plain[i].got, plain[i].want);
    }
    putchar('\n');
}

/* The number in a title "... case NUMBER", or -1. */
static int
title_number(const struct screen *s)
{
    struct bytes title = text_bytes(s->title);
    char text[64];
    const char *at;

    if (title.len >= sizeof text)
        return -1;
    memcpy(text, title.data ? title.data : (const uint8_t *)"", title.len);
    text[title.len] = '\0';
    at = strstr(text, "case ");
    return at ? atoi(at + 5) : -1;
}

static uint32_t
text_len(const struct text *t)
{
    return t ? t->len : 0;
}

static void
say_modes(const struct screen *s, const struct extras *x)
{
    printf("visible=%d reverse=%d paste=%d focus=%d mouse=%d encoding=%d\n",
           s->cursor_visible, s->reverse_video, s->bracketed_paste, s->focus_events,
           (int)s->mouse_report, (int)s->mouse_encoding);
    printf("cursor_keys=%d keypad=%d alternate=%d origin=%d autowrap=%d insert=%d\n",
           s->app_cursor, s->app_keypad, s->alternate, s->origin, s->autowrap, s->insert);
    printf("synchronized=%d region=%d,%d link=%d set=%d pen=", s->synchronized, s->top,
           s->bottom, s->link != NULL, s->charsets.gl | s->charsets.g[0]);
    say_pen(s->pen);
    printf("\nstyle=%d keyboard=%d other_keys=%d scroll=%d background=%x palette1=%x\n",
           x->cursor_style, x->keyboard, x->other_keys, x->scroll,
           (unsigned)x->colors[EXTRAS_BACKGROUND], (unsigned)extras_palette(x, 1));
    printf("pointer=%u progress=%u\n", (unsigned)text_len(x->pointer),
           (unsigned)text_len(x->progress));
}

static void
watch(struct screen *s, struct emulator *e, const char *hex)
{
    unsigned byte;

    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        int before = title_number(s);
        uint8_t c = (uint8_t)byte;

        emulator_write(e, bytes_of(&c, 1), NULL);
        if (before < 0 || before >= entry_count || before == title_number(s))
            continue;
        compare(&entries[before], s);
        entries[before].seen = true;
    }
}

/* A case that ends is compared; modes: instead, what there is in the end is said. */
static void
show(const char *path, bool modes)
{
    FILE *f = fopen(path, "r");
    struct screen *s = screen_new(80, 24);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    char *line = NULL;
    size_t room = 0;
    int cols, rows;

    if (!f) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(2);
    }
    while (getline(&line, &room, f) > 0) {
        if (sscanf(line, "size %d %d", &cols, &rows) == 2)
            screen_resize_plain(s, cols, rows);
        else if (strncmp(line, "bytes ", 6) == 0)
            watch(s, e, line + 6);
    }
    free(line);
    fclose(f);
    if (modes)
        say_modes(s, emulator_extras(e));
    emulator_free(e);
    screen_free(s);
    for (int i = 0; i < entry_count; i++) {
        if (!entries[i].seen)
            printf("%s\tnot seen\n", entries[i].name);
    }
}

int
main(int argc, char **argv)
{
    bool modes = argc > 2 && strcmp(argv[1], "modes") == 0;
    bool shows = modes || (argc > 2 && strcmp(argv[1], "show") == 0);

    for (int i = shows ? 3 : 2; i < argc; i++)
        entries_read(argv[i]);
    if (shows)
        show(argv[2], modes);
    else
        list();
    for (int i = 0; i < entry_count; i++) {
        screen_free(entries[i].want);
        buffer_free(&entries[i].bytes);
    }
    free(entries);
    return 0;
}
