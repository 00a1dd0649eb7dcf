#include "world.h"

/* A session on IPv4 and IPv6 at once, while UDP of one of them is blocked, by turns. */
void families_run(struct world *w);
