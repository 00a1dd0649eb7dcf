/* The 64 cells of kinds of middleboxes at the client and at the server: where UDP must
 * get through, where only by a search, and where ssh's pipe is all there is. */
#pragma once
#include "world.h"

#define MATRIX_CELLS 64u

void matrix_run(struct world *w); /* the cell is the seed's, modulo 64 */
/* After all runs: the searches that found a way, how fast, and whether they were enough.
 */
bool matrix_tally(void);
