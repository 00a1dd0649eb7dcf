#include "predict/overlay.h"

#include "base/utf8.h"
#include "terminal/width.h"

#define OVERLAY_FG 7u /* palette: white on blue */
#define OVERLAY_BG 4u

struct screen *
overlay_fit(const struct screen *replica, int cols, int rows)
{
    struct screen *s = screen_copy(replica);

    if (s->cols != cols || s->rows != rows)
        screen_resize(s, cols, rows);
    return s;
}

/* The text's characters that take columns, one after the other; false at the end. */
static bool
overlay_next(struct bytes *text, struct utf8_decoder *d, uint32_t *c)
{
    uint32_t out[2];

    while (text->len) {
        unsigned n = utf8_feed(d, text->data[0], out);

        *text = bytes_slice(*text, 1, SIZE_MAX);
        if (n == 0)
            continue;
        *c = out[n - 1];
        if (*c >= 0x20 && !(*c >= 0x7f && *c < 0xa0) && width_of(*c) > 0)
            return true;
    }
    return false;
}

static int
overlay_width(const char *text)
{
    struct bytes rest = bytes_str(text);
    struct utf8_decoder d = {0};
    uint32_t c;
    int width = 0;

    while (width < SCREEN_COLS_MAX && overlay_next(&rest, &d, &c))
        width += width_of(c);
    return width;
}

void
overlay_notice(struct screen *s, const char *text)
{
    struct bytes rest;
    struct utf8_decoder d = {0};
    struct pen pen = s->pen;
    uint32_t c;
    int x, y = 0, width;

    if (!text)
        return;
    width = MIN(overlay_width(text) + 2, s->cols); /* a space on either side */
    x = s->cols - width;
    if (s->y == 0 && s->x >= x && s->rows > 1)
        y = s->rows - 1;
    s->pen = (struct pen){.fg = colour_palette(OVERLAY_FG) & 0x3ffffff,
                          .bg = colour_palette(OVERLAY_BG) & 0x3ffffff,
                          .bold = 1};
    for (int i = x; i < s->cols; i++)
        screen_put(s, i, y, ' ', 1);
    rest = bytes_str(text);
    for (x++; overlay_next(&rest, &d, &c) && x + width_of(c) <= s->cols; x += width_of(c))
        screen_put(s, x, y, c, width_of(c));
    s->pen = pen;
}

void
overlay_title(struct screen *s, const char *prefix)
{
    bool same = bytes_equal(text_bytes(s->title), text_bytes(s->icon));
    struct buffer b = {.max = 0};

    if (!s->title_set || !*prefix)
        return;
    buffer_put_str(&b, prefix);
    buffer_put_bytes(&b, text_bytes(s->title));
    text_set(&s->title, buffer_bytes(&b));
    if (same)
        text_share(&s->icon, s->title);
    buffer_free(&b);
}
