/* Time: milliseconds, monotonic, counting the time the machine sleeps. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

uint64_t clock_now(void);

/* Tells that the machine has slept. Zero-initialised is not ready: set up with
 * clock_slept once. */
struct clock_sleep {
    uint64_t asleep_ms; /* all sleep seen up to now */
};
/* True once after each sleep of more than a second. Systems without a clock that stops
 * while asleep always say false. */
bool clock_slept(struct clock_sleep *s);
