/* Runs terminal scripts: three lines a case, as described in README of this folder.
 * Prints TAP, one test a case. Each case also runs with its bytes cut at every place,
 * which must not change anything. */
#include "case.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int tests_run, tests_failed;

static void
escape(struct bytes in, struct buffer *out)
{
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];

        if (c == 0x1b)
            buffer_put_str(out, "\\e");
        else if (c == ' ')
            buffer_put_str(out, "\\s"); /* spaces end values */
        else if (c == '\\' || c == '"')
            buffer_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buffer_printf(out, "\\x%02x", c);
        else
            buffer_put_byte(out, c);
    }
}

/* Rows joined by "|", without the blanks at the right and the empty rows at the end. */
static void
show_screen(const struct screen *s, struct buffer *out)
{
    size_t keep = out->len;

    for (int y = 0; y < s->rows; y++) {
        const struct row *r = s->grid[y];
        int end = s->cols;

        if (y)
            buffer_put_byte(out, '|');
        while (end > 0 && (cell_is_erased(r->cells[end - 1]) ||
                           (r->cells[end - 1].text == ' ' && !r->cells[end - 1].cluster)))
            end--;
        for (int x = 0; x < end; x++) {
            if (x && r->cells[x - 1].wide)
                continue;
            if (cell_is_erased(r->cells[x]))
                buffer_put_byte(out, ' ');
            else
                cell_utf8(r, x, out);
        }
        if (end)
            keep = out->len;
    }
    out->len = keep;
}

static int
number(const char **at)
{
    char *end;
    long n = strtol(*at, &end, 10);

    *at = *end == ',' ? end + 1 : end;
    return (int)n;
}

struct result {
    struct screen *s;
    struct buffer reply;
};

/* What the case asks for, as this screen answers it: the same keys in the same order. */
static void
answer(const struct result *r, const char *want, struct buffer *out)
{
    const struct screen *s = r->s;
    char sgr[SGR_TEXT_MAX];

    buffer_put_byte(out, '"');
    show_screen(s, out);
    buffer_printf(out, "\" @%d,%d", s->x, s->y);
    want = strrchr(want, '@'); /* no value holds one */
    for (want = want ? strchr(want, ' ') : NULL; want; want = strchr(want, ' ')) {
        char key[32];
        const char *arg;
        int a, b, used = 0;

        want++;
        sscanf(want, "%31[a-z0-9]%n", key, &used);
        if (!used)
            break;
        arg = want + used + (want[used] == '(' || want[used] == '=');
        buffer_printf(out, " %s", key);
        if (strcmp(key, "pen") == 0) {
            emulate_sgr_text(s->pen, sgr, sizeof sgr);
            buffer_printf(out, "=0%s", sgr);
        } else if (strcmp(key, "cell") == 0) {
            a = number(&arg);
            b = number(&arg);
            emulate_sgr_text(s->grid[b]->cells[a].pen, sgr, sizeof sgr);
            buffer_printf(out, "(%d,%d)=%s0%s", a, b,
                          cell_is_erased(s->grid[b]->cells[a]) ? "erased:" : "", sgr);
        } else if (strcmp(key, "link") == 0) {
            const struct hyperlink *link;

            a = number(&arg);
            b = number(&arg);
            link = cell_link(s->grid[b], a);
            buffer_printf(out, "(%d,%d)=", a, b);
            escape(link ? bytes_of(link->data, link->len) : BYTES_NONE, out);
        } else if (strcmp(key, "wrap") == 0) {
            buffer_printf(out, "=%d", s->pending_wrap);
        } else if (strcmp(key, "wrapped") == 0) {
            a = number(&arg);
            buffer_printf(out, "(%d)=%d", a, s->grid[a]->wrapped);
        } else if (strcmp(key, "region") == 0) {
            buffer_printf(out, "=%d,%d", s->top, s->bottom);
        } else if (strcmp(key, "columns") == 0) {
            buffer_printf(out, "=%d,%d", s->left, s->right);
        } else if (strcmp(key, "size") == 0) {
            buffer_printf(out, "=%d,%d", s->cols, s->rows);
        } else if (strcmp(key, "reply") == 0) {
            buffer_put_byte(out, '=');
            escape(buffer_bytes(&r->reply), out);
        } else if (strcmp(key, "title") == 0) {
            buffer_put_byte(out, '=');
            escape(text_bytes(s->title), out);
        } else if (strcmp(key, "icon") == 0) {
            buffer_put_byte(out, '=');
            escape(text_bytes(s->icon), out);
        } else if (strcmp(key, "clip") == 0) {
            buffer_printf(out, "=%s:", s->clipboard.selection);
            buffer_put_bytes(out, text_bytes(s->clipboard.data));
            buffer_printf(out, ":%d", (int)s->clipboard.event);
        } else {
            const struct {
                const char *key;
                int value;
            } plain[] = {
                {"bells", (int)s->bells},
                {"visible", s->cursor_visible},
                {"reverse", s->reverse_video},
                {"paste", s->bracketed_paste},
                {"focus", s->focus_events},
                {"mouse", (int)s->mouse_report},
                {"encoding", (int)s->mouse_encoding},
                {"alt", s->alternate},
                {"origin", s->origin},
                {"autowrap", s->autowrap},
                {"insert", s->insert},
                {"ckm", s->app_cursor},
                {"kpam", s->app_keypad},
                {"altscroll", s->alternate_scroll},
                {"sync", s->synchronized},
                {"style", s->cursor_style},
                {"titleset", s->title_set},
            };
            size_t i = 0;

            while (i < ARRAY_LEN(plain) && strcmp(plain[i].key, key) != 0)
                i++;
            if (i == ARRAY_LEN(plain)) {
                printf("Bail out! unknown key %s\n", key);
                exit(1);
            }
            buffer_printf(out, "=%d", plain[i].value);
        }
    }
}

static void
run_case(const struct script *c)
{
    struct result whole = {0}, cut = {0};
    struct buffer got = {0}, cut_got = {0};
    bool ok;

    whole.s = script_play(c, SIZE_MAX, &whole.reply);
    cut.s = script_play(c, 1, &cut.reply);
    answer(&whole, c->want, &got);
    answer(&cut, c->want, &cut_got);
    ok = strcmp(buffer_str(&got), c->want) == 0;
    tests_run++;
    if (!ok) {
        printf("# %s:%d\n#   got  %s\n#   want %s\n", c->path, c->line - 2,
               buffer_str(&got), c->want);
    } else if (strcmp(buffer_str(&cut_got), c->want) != 0 ||
               !screen_equal(whole.s, cut.s)) {
        printf("# %s:%d\n#   byte by byte: %s\n", c->path, c->line - 2,
               buffer_str(&cut_got));
        ok = false;
    }
    tests_failed += !ok;
    printf("%s %d - %s\n", ok ? "ok" : "not ok", tests_run, c->name);
    screen_free(whole.s);
    screen_free(cut.s);
    buffer_free(&whole.reply);
    buffer_free(&cut.reply);
    buffer_free(&got);
    buffer_free(&cut_got);
}

int
main(int argc, char **argv)
{
    struct script script;

    for (int i = 1; i < argc; i++) {
        script_open(&script, argv[i]);
        while (script_next(&script))
            run_case(&script);
        script_close(&script);
    }
    printf("1..%d\n", tests_run);
    return tests_failed || !tests_run;
}
