/* Clusters: which characters stand in one cell in mode 2027 that are cells of their own
 * without it (UAX #29 as far as emoji go, UTS #51): what a zero-width joiner joins, skin
 * tones, flags, and characters that variation selector 16 makes emoji of two columns.
 * Characters without width join in any mode; spacing marks keep a column of their own. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CLUSTER_JOINER   0x200du
#define CLUSTER_AS_EMOJI 0xfe0fu /* variation selector 16 */

/* Whether c, which has a width, belongs to the cell that holds these; n > 0. */
bool cluster_joins(const uint32_t *text, unsigned n, uint32_t c);
/* Columns of a cell that holds these, in mode 2027; n > 0. */
int cluster_width(const uint32_t *text, unsigned n);
/* Whether a cell of so many columns holds them without that mode. */
bool cluster_is_plain(const uint32_t *text, unsigned n, int columns);
