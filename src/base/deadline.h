/* Points in time: milliseconds, monotonic, counting sleep. */
#pragma once
#include <stdint.h>

#define NEVER UINT64_MAX

static inline uint64_t
sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
