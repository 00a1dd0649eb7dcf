/* SGR: bytes that turn one pen into another. */
#pragma once
#include "base/bytes.h"
#include "terminal/cell.h"

#define SGR_MAX 96u /* bytes of the longest change */

/* from NULL: unknown. Nothing when they are equal. What stock mosh doesn't know comes as
 * numbers it skips or in sequences with colons, which it ignores whole. */
void sgr_put(struct buffer *out, const struct pen *from, struct pen to);
