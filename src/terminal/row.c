#include "terminal/row.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include <stdlib.h>

#define MARKS_FIRST_CAP 32u

struct row *
row_new(int cols, uint32_t bg)
{
    struct row *r = xmalloc(sizeof *r + (size_t)cols * sizeof r->cells[0]);

    *r = (struct row){.refs = 1, .cols = (uint16_t)cols};
    row_erase(r, 0, cols, bg);
    return r;
}

struct row *
row_ref(struct row *r)
{
    r->refs++;
    return r;
}

/* No cell has a link any more. */
static void
row_unlink(struct row *r)
{
    for (unsigned i = 0; i < r->link_count; i++)
        hyperlink_unref(r->links[i]);
    free(r->links);
    r->links = NULL;
    r->link_count = r->link_cap = 0;
}

void
row_unref(struct row *r)
{
    if (!r || --r->refs)
        return;
    row_unlink(r);
    free(r->marks);
    free(r);
}

struct row *
row_copy(const struct row *r, int cols, uint32_t bg)
{
    int kept = MIN(cols, (int)r->cols);
    struct row *copy = xmalloc(sizeof *copy + (size_t)cols * sizeof copy->cells[0]);

    *copy = (struct row){.refs = 1, .cols = (uint16_t)cols};
    memcpy(copy->cells, r->cells, (size_t)kept * sizeof copy->cells[0]);
    row_erase(copy, kept, cols, bg);
    if (cols == r->cols)
        copy->wrapped = r->wrapped;
    else if (kept && copy->cells[kept - 1].wide && kept < r->cols)
        copy->cells[kept - 1] = cell_erased(copy->cells[kept - 1].pen.bg);
    if (r->marks_len) {
        copy->marks_len = copy->marks_cap = r->marks_len;
        copy->marks = xmalloc(copy->marks_cap * sizeof copy->marks[0]);
        memcpy(copy->marks, r->marks, copy->marks_len * sizeof copy->marks[0]);
    }
    if (r->link_count) {
        copy->link_count = copy->link_cap = r->link_count;
        copy->links = xmalloc(copy->link_cap * sizeof copy->links[0]);
        for (unsigned i = 0; i < r->link_count; i++)
            copy->links[i] = hyperlink_ref(r->links[i]);
    }
    return copy;
}

void
row_erase(struct row *r, int from, int to, uint32_t bg)
{
    struct cell blank = cell_erased(bg);

    if (bg == 0)
        memset(r->cells + from, 0, (size_t)(to - from) * sizeof r->cells[0]);
    else
        for (int x = from; x < to; x++)
            r->cells[x] = blank;
    if (to == r->cols) {
        r->wrapped = false;
        if (from == 0) {
            r->marks_len = 0;
            if (r->link_count)
                row_unlink(r);
        }
    }
}

bool
cell_equal_marked(const struct row *a, int ax, const struct row *b, int bx)
{
    struct cell ca = a->cells[ax], cb = b->cells[bx];
    const uint32_t *ma, *mb;

    if (!hyperlink_equal(cell_link(a, ax), cell_link(b, bx)))
        return false;
    ca.link = cb.link = 0; /* counted by each row on its own */
    ca.protect = cb.protect = 0;
    if (!ca.cluster || !cb.cluster)
        return memcmp(&ca, &cb, sizeof ca) == 0 ||
               (cell_is_blank(ca) && cell_is_blank(cb) && ca.pen.bg == cb.pen.bg &&
                !a->cells[ax].link);
    if (!pen_equal(ca.pen, cb.pen) || ca.wide != cb.wide)
        return false;
    ma = a->marks + ca.text;
    mb = b->marks + cb.text;
    return ma[0] == mb[0] && memcmp(ma + 1, mb + 1, ma[0] * sizeof ma[0]) == 0;
}

bool
row_equal_cells(const struct row *a, const struct row *b)
{
    if (a == b)
        return true;
    if (a->cols != b->cols)
        return false;
    if (!a->marks_len && !b->marks_len && !a->link_count && !b->link_count &&
        memcmp(a->cells, b->cells, a->cols * sizeof a->cells[0]) == 0)
        return true;
    for (int x = 0; x < a->cols; x++) {
        if (!cell_equal(a, x, b, x))
            return false;
    }
    return true;
}

bool
row_equal(const struct row *a, const struct row *b)
{
    return a == b || (a->wrapped == b->wrapped && row_equal_cells(a, b));
}

unsigned
cell_text(const struct row *r, int x, uint32_t out[CELL_TEXT_MAX])
{
    struct cell c = r->cells[x];
    unsigned n;

    if (!c.cluster) {
        out[0] = c.text;
        return c.text ? 1 : 0;
    }
    n = r->marks[c.text];
    memcpy(out, r->marks + c.text + 1, n * sizeof out[0]);
    return n;
}

void
cell_utf8(const struct row *r, int x, struct buffer *out)
{
    uint32_t text[CELL_TEXT_MAX];
    unsigned n = cell_text(r, x, text);

    for (unsigned i = 0; i < n; i++) {
        uint8_t utf8[UTF8_MAX_LEN];

        buffer_put(out, utf8, utf8_encode(text[i], utf8));
    }
}

/* Makes room for `more` words at the end of the store: drops clusters that no cell shows
 * any more, and grows only when it is still more than half full. So the store stays
 * within twice what the cells can show. */
static void
row_marks_room(struct row *r, uint32_t more)
{
    uint32_t live = 0, cap, at = 0;
    uint32_t *marks;

    if (r->marks_len + more <= r->marks_cap)
        return;
    for (int x = 0; x < r->cols; x++) {
        if (r->cells[x].cluster)
            live += 1 + r->marks[r->cells[x].text];
    }
    cap = MAX(2 * (live + more), MARKS_FIRST_CAP);
    marks = xmalloc(cap * sizeof marks[0]);
    for (int x = 0; x < r->cols; x++) {
        struct cell *c = &r->cells[x];
        uint32_t words;

        if (!c->cluster)
            continue;
        words = 1 + r->marks[c->text];
        memcpy(marks + at, r->marks + c->text, words * sizeof marks[0]);
        c->text = at & CELL_TEXT_MASK;
        at += words;
    }
    free(r->marks);
    r->marks = marks;
    r->marks_len = at;
    r->marks_cap = cap;
}

/* The widest row's clusters, doubled, have indices that fit a cell. */
static_assert(2 * (ROW_COLS_MAX * (1 + CELL_TEXT_MAX) + 1 + CELL_TEXT_MAX) < 1u << 21,
              "index into the store of marks");

bool
cell_add_mark(struct row *r, int x, uint32_t mark)
{
    struct cell *c = &r->cells[x];
    uint32_t text[CELL_TEXT_MAX];
    unsigned n = cell_text(r, x, text);

    if (n == 0 || n == CELL_TEXT_MAX)
        return false;
    row_marks_room(r, n + 2);
    if (!c->cluster || c->text + 1 + n != r->marks_len) {
        c->cluster = 1;
        c->text = r->marks_len & CELL_TEXT_MASK;
        r->marks[r->marks_len++] = n;
        memcpy(r->marks + r->marks_len, text, n * sizeof text[0]);
        r->marks_len += n;
    }
    r->marks[r->marks_len++] = mark;
    r->marks[c->text]++;
    return true;
}

struct hyperlink *
cell_link(const struct row *r, int x)
{
    unsigned link = r->cells[x].link;

    return link ? r->links[link - 1] : NULL;
}

/* Makes room for one more: what no cell has goes, and the list grows only when it is
 * still more than half full. */
static bool
row_link_room(struct row *r)
{
    uint16_t moved[ROW_LINKS_MAX + 1] = {0};
    unsigned live = 0;

    for (int x = 0; x < r->cols; x++)
        moved[r->cells[x].link] = 1;
    moved[0] = 0;
    for (unsigned i = 0; i < r->link_count; i++) {
        if (!moved[i + 1]) {
            hyperlink_unref(r->links[i]);
            continue;
        }
        r->links[live] = r->links[i];
        moved[i + 1] = (uint16_t)++live;
    }
    for (int x = 0; x < r->cols; x++)
        r->cells[x].link = moved[r->cells[x].link] & 0xff;
    r->link_count = (uint16_t)live;
    if (live == ROW_LINKS_MAX)
        return false;
    if (2 * live >= r->link_cap) {
        unsigned cap = MIN(2 * live + 2, ROW_LINKS_MAX);
        struct hyperlink **links = xmalloc(cap * sizeof links[0]);

        if (live)
            memcpy(links, r->links, live * sizeof links[0]);
        free(r->links);
        r->links = links;
        r->link_cap = (uint16_t)cap;
    }
    return true;
}

unsigned
row_link(struct row *r, struct hyperlink *link)
{
    for (unsigned i = r->link_count; i > 0; i--) {
        if (r->links[i - 1] == link)
            return i;
    }
    if (r->link_count == r->link_cap && !row_link_room(r))
        return 0;
    r->links[r->link_count++] = hyperlink_ref(link);
    return r->link_count;
}
