/* Finds blocks of rows that have moved up or down between two pictures, so that the
 * receiver can move them itself. Used by draw.c only. */
#pragma once
#include "terminal/row.h"

/* Rows top..bottom (both included) move up by n (n > 0) or down (n < 0); rows left
 * behind become blank. */
struct shift {
    int top, bottom, n;
};

/* The most profitable single move, or false. Rows are borrowed; NULL is a blank row in
 * default colours. */
bool shift_find(const struct row *const *from, const struct row *const *to, int rows,
                struct shift *out);
/* Does it to an array of rows. */
void shift_apply(const struct row **rows, struct shift s);
