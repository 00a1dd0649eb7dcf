#include "terminal/shift.h"

#include "base/alloc.h"

#include <stdlib.h>

/* What it takes to tell the receiver about a move, in bytes, generously: with a scrolling
 * region, and without for what reaches the bottom. */
#define SHIFT_PRICE        24
#define SHIFT_PRICE_BOTTOM 10

#define SHIFT_UNKNOWN (-1)

/* What is known of each row while looking. */
struct shift_row {
    uint64_t hash_from, hash_to;
    int paint; /* about how many bytes the row takes painted over what is there now */
    int fresh; /* and painted over a blank one; SHIFT_UNKNOWN: not asked yet */
};

static uint64_t
shift_hash(const struct row *r)
{
    uint64_t h = 0x9e3779b97f4a7c15u;

    for (int x = 0; r && x < r->cols; x++) {
        struct cell c = r->cells[x];
        uint64_t v = c.cluster ? 0x1fffff : c.text;

        if (cell_is_blank(c)) {
            if (!c.pen.bg)
                continue; /* as if it were not there, like all of a NULL row */
            v = ' ';
        }
        v |= (uint64_t)c.pen.fg << 24 | (uint64_t)c.pen.bg << 40;
        h = (h ^ v ^ (uint64_t)x << 52) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return h;
}

static bool
shift_row_equal(const struct row *a, const struct row *b)
{
    const struct row *some = a ? a : b;

    if (a == b)
        return true;
    if (a && b)
        return row_equal_cells(a, b);
    for (int x = 0; x < some->cols; x++) {
        if (!cell_is_blank(some->cells[x]) || some->cells[x].pen.bg)
            return false;
    }
    return true;
}

/* Changed cells, weighed as bytes; a coarse guess is enough. */
static int
shift_cost(const struct row *from, const struct row *to)
{
    static const struct cell none = {0};
    const struct row *some = to ? to : from;
    int cost = 0;

    if (from == to)
        return 0;
    for (int x = 0; x < some->cols; x++) {
        struct cell a = from ? from->cells[x] : none, b = to ? to->cells[x] : none;

        if (memcmp(&a, &b, sizeof a) != 0)
            cost += cell_is_blank(b) ? 0 : 1;
    }
    return cost + 4;
}

static int
shift_fresh(struct shift_row *r, const struct row *to)
{
    if (r->fresh == SHIFT_UNKNOWN)
        r->fresh = shift_row_equal(NULL, to) ? 0 : shift_cost(NULL, to);
    return r->fresh;
}

/* What is won when rows first..last of the new picture are had by a move of n. */
static int
shift_gain(struct shift_row *rows, const struct row *const *to, int count, int first,
           int last, int n)
{
    bool bottom = MAX(last, last + n) == count - 1;
    int gain = bottom ? -SHIFT_PRICE_BOTTOM : -SHIFT_PRICE;
    int lost = n > 0 ? last + 1 : first + n; /* the rows that will be blank */

    for (int y = first; y <= last; y++)
        gain += rows[y].paint;
    for (int y = lost; y < lost + abs(n); y++)
        gain += rows[y].paint - shift_fresh(&rows[y], to[y]);
    return gain;
}

/* Looks at the runs of rows that a move by n would put in place. */
static void
shift_try(struct shift_row *rows, const struct row *const *to, int count, int n,
          int *best, struct shift *out)
{
    int y = n > 0 ? 0 : -n, end = n > 0 ? count - n : count;

    while (y < end) {
        int first, last = -1;

        /* a run starts and ends with a row worth moving */
        while (y < end && (!rows[y].paint || rows[y].hash_to != rows[y + n].hash_from))
            y++;
        for (first = y; y < end && rows[y].hash_to == rows[y + n].hash_from; y++) {
            if (rows[y].paint)
                last = y;
        }
        if (last < 0)
            continue;
        int gain = shift_gain(rows, to, count, first, last, n);

        if (gain > *best) {
            *best = gain;
            out->n = n;
            out->top = n > 0 ? first : first + n;
            out->bottom = n > 0 ? last + n : last;
        }
    }
}

/* Equal hashes are no proof. */
static bool
shift_true(const struct row *const *from, const struct row *const *to, struct shift s)
{
    int first = s.n > 0 ? s.top : s.top - s.n;
    int last = s.n > 0 ? s.bottom - s.n : s.bottom;

    for (int y = first; y <= last; y++) {
        if (!shift_row_equal(from[y + s.n], to[y]))
            return false;
    }
    return true;
}

/* The hashes of both pictures. Rows that were moved are shared by them as they are: found
 * as such they need not be hashed again; no further than where looking costs as much. */
static void
shift_hashes(struct shift_row *r, const struct row *const *from,
             const struct row *const *to, int rows)
{
    int n = 0; /* by how much the row above had moved */

    for (int y = 0; y < rows; y++)
        r[y].hash_from = shift_hash(from[y]);
    for (int y = 0; y < rows; y++) {
        int far = to[y] ? MIN(rows, to[y]->cols) : 0;

        if (y + n < 0 || y + n >= rows || from[y + n] != to[y]) {
            for (n = 0; n < far; n = n < 0 ? -n + 1 : n == 0 ? 1 : -n) {
                if (y + n >= 0 && y + n < rows && from[y + n] == to[y])
                    break;
            }
            if (n == far)
                n = 0;
        }
        r[y].hash_to = from[y + n] == to[y] ? r[y + n].hash_from : shift_hash(to[y]);
    }
}

bool
shift_find(const struct row *const *from, const struct row *const *to, int rows,
           struct shift *out)
{
    struct shift_row *r;
    int changed = 0, best = 0;

    for (int y = 0; y < rows; y++)
        changed += from[y] != to[y];
    if (changed < 2)
        return false;
    r = xcalloc((size_t)rows, sizeof r[0]);
    changed = 0;
    shift_hashes(r, from, to, rows);
    for (int y = 0; y < rows; y++) {
        r[y].fresh = SHIFT_UNKNOWN;
        if (!shift_row_equal(from[y], to[y])) {
            changed++;
            r[y].paint = shift_cost(from[y], to[y]);
        }
    }
    for (int n = 1; changed > 1 && n < rows; n++) {
        shift_try(r, to, rows, n, &best, out);
        shift_try(r, to, rows, -n, &best, out);
    }
    free(r);
    return best > 0 && shift_true(from, to, *out);
}

void
shift_apply(const struct row **rows, struct shift s)
{
    size_t kept = (size_t)(s.bottom - s.top + 1 - abs(s.n));
    const struct row **top = rows + s.top;

    if (s.n > 0) {
        memmove(top, top + s.n, kept * sizeof top[0]);
        top += kept;
    } else {
        memmove(top - s.n, top, kept * sizeof top[0]);
    }
    for (int i = 0; i < abs(s.n); i++)
        top[i] = NULL;
}
