/* Linux: CLOCK_BOOTTIME counts sleep, CLOCK_MONOTONIC doesn't. */
#include "platform/clock.h"

#include <time.h>

static uint64_t
clock_read(clockid_t id)
{
    struct timespec t = {0};

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t
clock_now(void)
{
    return clock_read(CLOCK_BOOTTIME);
}

bool
clock_slept(struct clock_sleep *s)
{
    uint64_t monotonic = clock_read(CLOCK_MONOTONIC);
    uint64_t boottime = clock_read(CLOCK_BOOTTIME);
    uint64_t asleep = boottime > monotonic ? boottime - monotonic : 0;
    bool slept = asleep > s->asleep_ms + 1000;

    if (slept)
        s->asleep_ms = asleep;
    return slept;
}
