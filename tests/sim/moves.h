/* What events of the network cost, in datagrams, logins and milliseconds. */
#pragma once
#include "world.h"

/* Events that change no address, while UDP works and while it doesn't. */
void moves_same(struct world *w);
/* A pipe that is to be kept is there again after each move, and after ssh has died. */
void moves_kept(struct world *w);
