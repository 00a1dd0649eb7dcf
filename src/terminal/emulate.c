/* Text, control characters and ESC sequences. */
#include "terminal/emulate.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "terminal/cluster.h"
#include "terminal/emulate_internal.h"
#include "terminal/width.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- movement ---- */

void
emulate_move(struct screen *s, int x, int y)
{
    s->x = MAX(MIN(x, s->cols - 1), 0);
    s->y = MAX(MIN(y, s->rows - 1), 0);
    s->pending_wrap = false;
}

void
emulate_row(struct screen *s, int y)
{
    emulate_move(s, s->x, s->origin ? MIN(s->top + y, s->bottom) : y);
}

void
emulate_column(struct screen *s, int x)
{
    emulate_move(s, s->origin ? MIN(s->left + x, s->right) : x, s->y);
}

void
emulate_home(struct screen *s)
{
    emulate_move(s, s->origin ? s->left : 0, s->origin ? s->top : 0);
}

void
emulate_up(struct screen *s, int n)
{
    emulate_move(s, s->x, MAX(s->y - n, s->y >= s->top ? s->top : 0));
}

void
emulate_down(struct screen *s, int n)
{
    emulate_move(s, s->x, MIN(s->y + n, s->y <= s->bottom ? s->bottom : s->rows - 1));
}

void
emulate_right(struct screen *s, int n)
{
    emulate_move(s, MIN(s->x + n, screen_edge(s) - 1), s->y);
}

void
emulate_left(struct screen *s, int n)
{
    emulate_move(s, MAX(s->x - n, s->x >= s->left ? s->left : 0), s->y);
}

/* Text beside the margins doesn't scroll what is between them. */
static void
line_feed(struct screen *s)
{
    s->pending_wrap = false;
    if (s->y == s->bottom) {
        if (emulate_in_columns(s))
            emulate_scroll(s, s->top, 1);
    } else if (s->y < s->rows - 1) {
        s->y++;
    }
}

static void
reverse_line_feed(struct screen *s)
{
    s->pending_wrap = false;
    if (s->y == s->top) {
        if (emulate_in_columns(s))
            emulate_scroll(s, s->top, -1);
    } else if (s->y > 0) {
        s->y--;
    }
}

void
emulate_carriage_return(struct screen *s)
{
    s->pending_wrap = false;
    s->x = s->origin || s->x >= s->left ? s->left : 0;
}

/* 45: back over an autowrap; 1045: to the row above in any case. */
static bool
wrap_back(struct screen *s)
{
    if (!s->autowrap || s->y == s->top || s->y == 0 ||
        !(s->reverse_wrap_any || (s->reverse_wrap && s->grid[s->y - 1]->wrapped)))
        return false;
    emulate_move(s, s->right, s->y - 1);
    return true;
}

static void
back_space(struct emulator *e)
{
    struct screen *s = e->s;

    /* Stock mosh's differ thinks of the cursor as one past the last column there. */
    if (s->pending_wrap && e->role == EMULATOR_REPLICA)
        s->pending_wrap = false;
    else if (s->x != s->left || !wrap_back(s))
        emulate_left(s, 1);
}

/* Never leaves the last column, so a pending wrap stays (as in xterm). */
static void
tabulate(struct screen *s)
{
    int x = s->x + 1, last = screen_edge(s) - 1;

    while (x < last && !(s->tabs[x / 64] >> (x % 64) & 1))
        x++;
    s->x = MIN(x, last);
}

/* ---- text ---- */

/* U+0060-U+007E in DEC's special graphics set (VT220 Programmer Reference, table 2-4). */
static const uint16_t dec_special[] = {
    0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1,
    0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba,
    0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c,
    0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

static_assert(ARRAY_LEN(dec_special) == 0x7f - 0x60, "one for each character");

static uint32_t
charset_map(struct charsets *sets, uint32_t c)
{
    enum charset set = (enum charset)sets->g[sets->single ? sets->single : sets->gl];

    sets->single = 0;
    switch (set) {
    case CHARSET_ASCII: return c;
    case CHARSET_DEC_SPECIAL:
        return c >= 0x60 ? dec_special[c - 0x60] : c == 0x5f ? 0xa0 : c;
    case CHARSET_UK: return c == '#' ? 0xa3 : c;
    }
    return c;
}

/* The autowrap that was pending happens. */
static void
wrap(struct screen *s)
{
    if (s->left == 0 && screen_edge(s) == s->cols)
        screen_row_mut(s, s->y)->wrapped = true;
    line_feed(s);
    s->x = s->left;
}

/* The cursor goes on over what was printed and stays in the last column. */
static void
advance(struct screen *s, int width)
{
    int edge = screen_edge(s);

    s->x += width;
    s->pending_wrap = s->x >= edge;
    if (s->pending_wrap)
        s->x = edge - 1;
}

/* Column of the character left of the cursor, or under it while a wrap is pending; -1:
 * there is no such place. */
static int
before_cursor(const struct screen *s)
{
    int x = s->pending_wrap ? s->x : s->x - 1;

    return x > 0 && s->grid[s->y]->cells[x - 1].wide ? x - 1 : x;
}

/* Mode 2027: c joins the character at x, before the cursor, which may make two columns of
 * it. At the edge it goes to the next row then, as any wide character does there. */
static bool
grow(struct screen *s, int x, uint32_t c)
{
    const struct row *r = s->grid[s->y];
    uint32_t text[CELL_TEXT_MAX + 1];
    unsigned n = cell_text(r, x, text);

    text[n] = c;
    if (n == CELL_TEXT_MAX || r->cells[x].wide || cluster_width(text, n + 1) == 1)
        return cell_add_mark(screen_row_mut(s, s->y), x, c);
    if (!s->pending_wrap) {
        cell_add_mark(screen_row_mut(s, s->y), x, c);
        if (s->insert)
            screen_insert_cells(s, 1);
        screen_widen(s, x, s->y);
        advance(s, 1);
        return true;
    }
    if (!s->autowrap || s->right == s->left)
        return false;
    screen_erase(s, s->y, x, x + 1);
    line_feed(s);
    s->x = s->left;
    if (s->insert)
        screen_insert_cells(s, 2);
    screen_put(s, s->x, s->y, text[0], 2);
    for (unsigned i = 1; i <= n; i++)
        cell_add_mark(screen_row_mut(s, s->y), s->x, text[i]);
    advance(s, 2);
    return true;
}

/* Joins a mark to the character before the cursor. A mark on an empty cell gets a
 * no-break space to stand on. */
static void
combine(struct screen *s, uint32_t mark)
{
    int x = before_cursor(s);

    if (x < 0)
        return;
    if (cell_is_erased(s->grid[s->y]->cells[x]))
        screen_put(s, x, s->y, 0xa0, 1);
    if (s->clusters)
        grow(s, x, mark);
    else
        cell_add_mark(screen_row_mut(s, s->y), x, mark);
}

/* Mode 2027: whether c has become a part of the character just printed. */
static bool
join(struct emulator *e, uint32_t c)
{
    struct screen *s = e->s;
    int x = before_cursor(s);
    uint32_t text[CELL_TEXT_MAX];
    unsigned n;

    if (!e->joinable || x < 0)
        return false;
    n = cell_text(s->grid[s->y], x, text);
    if (n == 0 || !cluster_joins(text, n, c))
        return false;
    return grow(s, x, c) || n == CELL_TEXT_MAX; /* dropped where the cell is full */
}

static void
print(struct emulator *e, uint32_t c, int width)
{
    struct screen *s = e->s;

    if (width == 0) {
        combine(s, c);
        return;
    }
    if (UNLIKELY(s->clusters) && join(e, c))
        return;
    e->last_char = c;
    e->joinable = true;
    if (s->pending_wrap && s->autowrap)
        wrap(s);
    if (width == 2 && s->x == screen_edge(s) - 1) {
        if (s->autowrap && s->right > s->left) {
            screen_erase(s, s->y, s->x, s->x + 1);
            line_feed(s);
            s->x = s->left;
        } else { /* half of it cannot be shown */
            c = UTF8_REPLACEMENT;
            width = 1;
        }
    }
    if (s->insert)
        screen_insert_cells(s, width);
    screen_put(s, s->x, s->y, c, width);
    advance(s, width);
}

static void
print_char(struct emulator *e, uint32_t c)
{
    print(e, c, c < 0x300 ? 1 : width_of(c));
}

/* A run of printable ASCII, cut only where rows end. */
static void
print_ascii(struct emulator *e, struct bytes text)
{
    struct screen *s = e->s;
    const uint8_t *at = text.data, *end = at + text.len;

    for (; at < end && (s->charsets.g[s->charsets.gl] != CHARSET_ASCII ||
                        s->charsets.single || s->insert);
         at++)
        print_char(e, charset_map(&s->charsets, *at));
    if (at == end)
        return;
    e->last_char = end[-1];
    e->joinable = false; /* nothing joins these, but for marks */
    while (at < end) {
        int n;

        if (s->pending_wrap && s->autowrap)
            wrap(s);
        n = (int)MIN(end - at, (ptrdiff_t)(screen_edge(s) - s->x));
        screen_put_ascii(s, s->x, s->y, at, n);
        advance(s, n);
        at += n;
        if (s->pending_wrap && !s->autowrap && at < end) /* all fall on the last column */
            at = end - 1;
    }
}

void
emulate_repeat(struct emulator *e, int n)
{
    uint8_t run[64];

    /* A screenful shows all there is to see. */
    n = MIN(n, e->s->cols * e->s->rows);
    if (e->last_char >= 0x20 && e->last_char < 0x7f && !e->s->insert) {
        struct charsets saved = e->s->charsets;

        e->s->charsets = (struct charsets){0}; /* it has been mapped already */
        memset(run, (int)e->last_char, sizeof run);
        for (; n > 0; n -= (int)sizeof run)
            print_ascii(e, bytes_of(run, MIN((size_t)n, sizeof run)));
        e->s->charsets = saved;
        return;
    }
    for (; n > 0 && e->last_char; n--)
        print_char(e, e->last_char);
}

void
emulate_align(struct screen *s)
{
    struct pen pen = s->pen;
    struct hyperlink *link = s->link;

    s->pen = (struct pen){0};
    s->link = NULL;
    s->top = s->left = 0;
    s->bottom = s->rows - 1;
    s->right = s->cols - 1;
    screen_erase_rows(s, 0, s->rows);
    for (int y = 0; y < s->rows; y++) {
        for (int x = 0; x < s->cols; x++)
            screen_put(s, x, y, 'E', 1);
    }
    s->pen = pen;
    s->link = link;
    emulate_move(s, 0, 0);
}

/* ---- control characters and ESC sequences ---- */

static void
emulate_esc(struct emulator *e, uint32_t key)
{
    struct screen *s = e->s;
    uint32_t first = key >> 16 & 0xff, final = key & 0xff;

    if (first >= '(' && first <= '+' && !(key >> 8 & 0xff)) {
        s->charsets.g[first - '('] = final == '0'   ? CHARSET_DEC_SPECIAL
                                     : final == 'A' ? CHARSET_UK
                                                    : CHARSET_ASCII;
        return;
    }
    switch (key) {
    case '6': emulate_back_index(s); break;
    case '7': screen_save_cursor(s); break;
    case '8': screen_restore_cursor(s); break;
    case '9': emulate_forward_index(s); break;
    case '=': s->app_keypad = true; break;
    case '>': s->app_keypad = false; break;
    case 'D': line_feed(s); break;
    case 'E':
        line_feed(s);
        emulate_carriage_return(s);
        break;
    case 'H': s->tabs[s->x / 64] |= (uint64_t)1 << (s->x % 64); break;
    case 'M': reverse_line_feed(s); break;
    case 'N': s->charsets.single = 2; break;
    case 'O': s->charsets.single = 3; break;
    case 'Z':
        e->parser.key = 'c'; /* DECID is an old name of DA1 */
        e->parser.count = 0;
        emulate_csi(e);
        break;
    case 'c':
        screen_reset(s);
        emulate_titles_free(e);
        emulate_told_reset(e);
        e->last_char = 0;
        e->extent_rect = false;
        break;
    case 'n': s->charsets.gl = 2; break;
    case 'o': s->charsets.gl = 3; break;
    case PARSER_KEY(0, '#', 0, '8'): emulate_align(s); break;
    default: break;
    }
}

static void
emulate_control(struct emulator *e, uint32_t c)
{
    struct screen *s = e->s;

    switch (c) {
    case 0x07: s->bells += !emulate_bell(e); break;
    case 0x08: back_space(e); break;
    case 0x09: tabulate(s); break;
    case 0x0a:
    case 0x0b:
    case 0x0c: line_feed(s); break;
    case 0x0d: emulate_carriage_return(s); break;
    case 0x0e: s->charsets.gl = 1; break;
    case 0x0f: s->charsets.gl = 0; break;
    default:
        if (c >= 0x80)
            emulate_esc(e, c - 0x40);
        break;
    }
}

/* ---- the emulator ---- */

void
emulate_reply(struct emulator *e, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    int n;

    if (!e->reply || e->role == EMULATOR_REPLICA)
        return;
    va_start(ap, fmt);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof text)
        buffer_put(e->reply, text, (size_t)n);
}

static void
emulator_init(struct emulator *e, struct screen *s, enum emulator_role role)
{
    e->s = s;
    e->role = role;
    e->reply = NULL;
    e->last_char = 0;
    e->joinable = false;
    e->title_count = 0;
    e->extent_rect = false;
    e->told = NULL;
    parser_init(&e->parser, role == EMULATOR_REPLICA);
}

static void
emulator_run(struct emulator *e, struct bytes in)
{
    struct parser *p = &e->parser;

    for (;;) {
        switch (parser_next(p, &in)) {
        case PARSER_END: return;
        case PARSER_ASCII: print_ascii(e, p->text); break;
        case PARSER_CHARS:
            for (unsigned i = 0; i < p->count; i++)
                print_char(e, p->chars[i]);
            break;
        case PARSER_CONTROL:
            e->joinable = false;
            emulate_control(e, p->control);
            break;
        case PARSER_ESC:
            e->joinable = false;
            emulate_esc(e, p->key);
            break;
        case PARSER_CSI:
            e->joinable = false;
            emulate_csi(e);
            break;
        case PARSER_OSC: emulate_osc(e); break;
        case PARSER_DCS: emulate_dcs(e); break;
        }
    }
}

static void
emulator_finish(struct emulator *e)
{
    parser_free(&e->parser);
    emulate_titles_free(e);
    emulate_told_free(e);
}

struct emulator *
emulator_new(struct screen *s, enum emulator_role role)
{
    struct emulator *e = xmalloc(sizeof *e);

    emulator_init(e, s, role);
    if (role == EMULATOR_SERVER)
        emulate_told_new(e);
    return e;
}

void
emulator_free(struct emulator *e)
{
    if (!e)
        return;
    emulator_finish(e);
    free(e);
}

void
emulator_write(struct emulator *e, struct bytes in, struct buffer *reply)
{
    e->reply = reply;
    emulator_run(e, in);
    e->reply = NULL;
}

void
emulator_replay(struct screen *s, struct bytes host_bytes)
{
    struct emulator e;

    emulator_init(&e, s, EMULATOR_REPLICA);
    emulator_run(&e, host_bytes);
    screen_set_link(s, BYTES_NONE);
    emulator_finish(&e);
}
