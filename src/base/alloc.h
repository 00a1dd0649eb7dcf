/* Allocation that cannot fail: when memory runs out the program ends with a message.
 * Safe only because every size a peer can move is capped before it gets here. */
#pragma once
#include "base/attr.h"
#include <stddef.h>

void *xmalloc(size_t size) ATTR_RESULT;               /* gives */
void *xcalloc(size_t count, size_t size) ATTR_RESULT; /* gives, zeroed; overflow ends */
void *xrealloc(void *p, size_t count, size_t size) ATTR_RESULT; /* takes p, gives */
char *xstrdup(const char *s) ATTR_RESULT;                       /* gives */

/* Clears memory that held a secret; the compiler does not remove it. */
void wipe(void *p, size_t size);
