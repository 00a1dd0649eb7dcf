/* Chance from the system's generator; it ends the program rather than give weak bytes. */
#pragma once
#include "awl/awl.h"

struct awl_random random_system(void);
void random_bytes(void *out, size_t len);
