/* A counted row of cells, shared by screens and their snapshots and copied before it is
 * changed (screen_row_mut). Text with combining marks lies in a store beside the cells;
 * it travels with the row, so rows may move between screens freely, single cells may not.
 */
#pragma once
#include "base/bytes.h"
#include "terminal/cell.h"
#include "terminal/hyperlink.h"

#define CELL_MARKS_MAX 16u   /* combining marks in a cell; more are dropped */
#define ROW_COLS_MAX   4000u /* the widest row */
#define ROW_LINKS_MAX  255u  /* different links in a row; further cells have none */
#define CELL_TEXT_MAX  (1u + CELL_MARKS_MAX) /* scalars in a cell */

struct row {
    uint32_t refs;
    uint16_t cols;
    bool wrapped; /* the line goes on in the next row (its last column was printed and
                     autowrap went on); cleared when the last cell changes */
    uint32_t marks_len, marks_cap;
    uint32_t *marks; /* for each cluster: its length, then its scalars */
    uint16_t link_count, link_cap;
    struct hyperlink **links; /* counted; some may not be shown any more */
    struct cell cells[];
};

struct row *row_new(int cols, uint32_t bg); /* gives one reference; erased */
struct row *row_ref(struct row *r);         /* gives another */
void row_unref(struct row *r);              /* takes one */
struct row *row_copy(const struct row *r, int cols,
                     uint32_t bg); /* gives; cut or padded */
/* Erases cells from..to-1; no care for halves of wide characters. r is not shared. */
void row_erase(struct row *r, int from, int to, uint32_t bg);

/* Cells that look the same (cell_is_blank) and the same wrap mark; quick when a == b. */
bool row_equal(const struct row *a, const struct row *b);
/* The same without the wrap marks. */
bool row_equal_cells(const struct row *a, const struct row *b);
bool cell_equal_marked(const struct row *a, int ax, const struct row *b, int bx);

/* The same character in the same looks, with the same link. */
static inline bool
cell_equal(const struct row *a, int ax, const struct row *b, int bx)
{
    const struct cell *ca = &a->cells[ax], *cb = &b->cells[bx];

    if (!(ca->cluster | cb->cluster | ca->link | cb->link)) {
        if (memcmp(ca, cb, sizeof *ca) == 0)
            return true;
        if (ca->text != cb->text && ca->text > ' ' && cb->text > ' ')
            return false;
    }
    return cell_equal_marked(a, ax, b, bx);
}

/* Scalars of a cell: 0 when erased. The first of a cluster is the base character. */
unsigned cell_text(const struct row *r, int x, uint32_t out[CELL_TEXT_MAX]);
/* The same as UTF-8; nothing for an erased cell. */
void cell_utf8(const struct row *r, int x, struct buffer *out);
/* The number by which cells of this row have the link; 0: there is no room. */
unsigned row_link(struct row *r, struct hyperlink *link);
struct hyperlink *cell_link(const struct row *r, int x); /* NULL: none */
/* Appends a combining mark to the cell's text; false: the cell is full or erased. */
bool cell_add_mark(struct row *r, int x, uint32_t mark);
