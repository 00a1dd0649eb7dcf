#include "world.h"

/* Somebody on the way says again, from an address of his own, what one side has said. */
void thief_run(struct world *w);
