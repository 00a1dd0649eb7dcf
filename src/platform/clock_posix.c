/* Elsewhere: CLOCK_MONOTONIC, which counts sleep on some systems (OpenBSD, macOS with its
 * raw clock) and not on others; nothing tells of sleep. */
#include "platform/clock.h"

#include <time.h>

uint64_t
clock_now(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

bool
clock_slept(struct clock_sleep *s)
{
    (void)s;
    return false;
}
