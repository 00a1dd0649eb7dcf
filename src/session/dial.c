#include "session/dial.h"
#include <string.h>

#define DIAL_SPACING_MS 1000u  /* never two logins closer than this, whatever happens */
#define DIAL_STABLE_MS  60000u /* a pipe that lived this long was no failure */

static const uint16_t backoff_s[] = {0, 2, 5, 15, 60};

static void
put(struct dial *d, enum dial_output_kind kind, bool interactive)
{
    if (d->queued < ARRAY_LEN(d->queue))
        d->queue[d->queued++] = (struct dial_output){kind, interactive};
}

void
dial_init(struct dial *d, bool can, enum awl_repunch mode, bool up, struct rng rng,
          struct log log)
{
    *d = (struct dial){.log = log, .rng = rng, .can = can, .mode = mode, .network = true};
    d->state = up ? DIAL_UP : DIAL_IDLE;
    d->ever = up;
}

static void
ask(struct dial *d)
{
    if (d->mode == AWL_REPUNCH_ASK && !d->asked) {
        d->asked = true;
        put(d, DIAL_ASK, false);
    }
}

/* When the next attempt may begin, for what failed before. */
static uint64_t
not_before(struct dial *d)
{
    unsigned step = MIN(d->failures, (unsigned)ARRAY_LEN(backoff_s) - 1);
    uint32_t wait = backoff_s[step] * 1000u;

    if (wait > 0)
        wait += rng_below(&d->rng, wait / 4 + 1);
    return d->ever ? d->began + MAX(wait, DIAL_SPACING_MS) : 0;
}

void
dial_want(struct dial *d, bool server_open, uint32_t rtt_ms, uint64_t now)
{
    uint64_t wait = server_open ? MAX(2ull * rtt_ms, DIAL_OPEN_WAIT_MS) : 0;

    if (!d->can || d->state != DIAL_IDLE)
        return;
    if (d->mode != AWL_REPUNCH_AUTO) {
        ask(d);
        return;
    }
    d->state = DIAL_WAITING;
    d->at = MAX(now + wait, not_before(d));
}

void
dial_unwant(struct dial *d, uint64_t now)
{
    (void)now;
    if (d->state == DIAL_FLYING && !d->interactive)
        put(d, DIAL_HANGUP, false);
    if (d->state == DIAL_WAITING || (d->state == DIAL_FLYING && !d->interactive))
        d->state = DIAL_IDLE;
    d->failures = 0;
    d->asked = false;
}

static void
start(struct dial *d, bool interactive, uint64_t now)
{
    d->state = DIAL_FLYING;
    d->interactive = interactive;
    d->ever = true;
    d->began = now;
    d->at = interactive ? NEVER : now + DIAL_LOGIN_MAX_MS;
    put(d, DIAL_START, interactive);
}

void
dial_user(struct dial *d, uint64_t now)
{
    if (!d->can || d->state == DIAL_UP)
        return;
    if (d->state == DIAL_FLYING) {
        if (d->interactive)
            return;
        put(d, DIAL_HANGUP, false);
    }
    start(d, true, now);
}

void
dial_network(struct dial *d, bool up, bool other, uint64_t now)
{
    d->network = up;
    d->failures = 0;
    if (d->state == DIAL_FLYING && !d->interactive &&
        (!up || (other && now - d->began >= DIAL_SPACING_MS))) {
        /* It began on a network that is gone and would only wait for its time-out. */
        put(d, DIAL_HANGUP, false);
        d->state = DIAL_WAITING;
        d->at = now;
    } else if (d->state == DIAL_WAITING) {
        d->at = MAX(now, not_before(d));
    }
}

void
dial_up(struct dial *d, uint64_t now)
{
    d->state = DIAL_UP;
    d->began = now;
    d->asked = false;
}

static void
want_again(struct dial *d, uint64_t now)
{
    d->state = DIAL_IDLE;
    dial_want(d, false, 0, now);
}

void
dial_closed(struct dial *d, bool dead, uint64_t now)
{
    if (d->state != DIAL_UP)
        return;
    d->state = DIAL_IDLE;
    d->failures = dead && now - d->began < DIAL_STABLE_MS ? d->failures + 1 : 0;
}

void
dial_down(struct dial *d, bool credentials, uint64_t now)
{
    bool was_flying = d->state == DIAL_FLYING;

    if (d->state == DIAL_UP)
        dial_closed(d, true, now); /* whether it is wanted is not ours to know */
    if (!was_flying)
        return;
    d->failures++;
    if (credentials && d->mode == AWL_REPUNCH_AUTO) {
        log_line(&d->log, LOG_INFO, "dial: ssh needs the user, no more logins unasked");
        d->mode = AWL_REPUNCH_ASK;
    }
    want_again(d, now);
}

void
dial_tick(struct dial *d, uint64_t now)
{
    if (d->state == DIAL_WAITING && d->network && now >= d->at) {
        start(d, false, now);
    } else if (d->state == DIAL_FLYING && now >= d->at) {
        put(d, DIAL_HANGUP, false);
        dial_down(d, true, now);
    }
}

bool
dial_next(struct dial *d, struct dial_output *out, uint64_t now)
{
    (void)now;
    if (d->queued == 0)
        return false;
    *out = d->queue[0];
    d->queued--;
    memmove(&d->queue[0], &d->queue[1], d->queued * sizeof d->queue[0]);
    return true;
}

uint64_t
dial_deadline(const struct dial *d)
{
    if ((d->state == DIAL_WAITING && d->network) || d->state == DIAL_FLYING)
        return d->at;
    return NEVER;
}
