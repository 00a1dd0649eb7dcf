/* A peer that holds the key and means harm, or is merely broken: authentic datagrams with
 * random content of every layer, against both engines. */
#pragma once
#include "world.h"

void hostile_run(struct world *w);
