/* What events of the network cost, in datagrams, logins and milliseconds. */
#pragma once
#include "world.h"

/* Events that change no address, while UDP works and while it doesn't. */
void moves_same(struct world *w);
