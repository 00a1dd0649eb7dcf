#include "traversal/spray.h"

#include <string.h>

#define OPEN_BATCH     16u
#define OPEN_PERIOD_MS 10u
#define DRAWS_MAX      64u /* for a port not tried yet; then the next free one serves */

/* ---- guessing ---- */

bool
spray_may(const struct spray *s, uint64_t now)
{
    return s->began == 0 || now - s->began >= SPRAY_MINUTE_MS;
}

void
spray_begin(struct spray *s, const struct spray_plan *plan, uint64_t at, uint64_t now)
{
    bool ordered = plan->low != 0 && plan->low <= plan->high;

    memset(s, 0, sizeof *s);
    s->to = plan->to;
    s->began = MAX(now, 1);
    s->next = at;
    s->most = MIN(plan->count, SPRAY_GUESSES);
    s->low = ordered ? MAX(plan->low, SPRAY_PORT_LOW) : SPRAY_PORT_LOW;
    s->high = ordered ? plan->high : UINT16_MAX;
    s->high = MAX(s->high, s->low);
    s->most = MIN(s->most, s->high - s->low + 1u);
    s->chance.state = plan->seed;
    for (size_t i = 0; i < plan->hints && s->hints < SPRAY_HINTS; i++)
        if (plan->hint[i] != 0)
            s->hint[s->hints++] = plan->hint[i];
    if (s->most == 0)
        s->next = NEVER;
}

void
spray_stop(struct spray *s)
{
    s->next = NEVER;
}

bool
spray_busy(const struct spray *s)
{
    return s->began != 0 && s->next != NEVER;
}

/* False: outside the range, or tried before. */
static bool
port_take(struct spray *s, uint32_t port)
{
    uint8_t bit = (uint8_t)(1u << port % 8);

    if (port < s->low || port > s->high || (s->tried[port / 8] & bit))
        return false;
    s->tried[port / 8] |= bit;
    s->to.port = (uint16_t)port;
    return true;
}

static void
port_draw(struct spray *s, uint32_t low, uint32_t high)
{
    struct rng r = {rng_seeded_fill, &s->chance};
    uint32_t port = low;

    for (unsigned i = 0; i < DRAWS_MAX; i++) {
        port = low + rng_below(&r, high - low + 1);
        if (port_take(s, port))
            return;
    }
    while (!port_take(s, port)) /* fewer are tried than there are */
        port = port < s->high ? port + 1 : s->low;
}

/* First what follows each observed port, then around it, as wide as a carrier's block in
 * both directions since its borders are unknown, then anywhere. */
static void
port_guess(struct spray *s, unsigned i)
{
    unsigned near = (unsigned)s->hints * SPRAY_NEAR;
    unsigned block = (unsigned)s->hints * SPRAY_IN_BLOCK;

    if (i < near && port_take(s, s->hint[i / SPRAY_NEAR] + i % SPRAY_NEAR))
        return;
    if (i < near + block) {
        uint32_t hint = s->hint[i % s->hints];
        uint32_t low = hint > s->low + SPRAY_BLOCK ? hint - SPRAY_BLOCK + 1 : s->low;
        uint32_t high = MIN(hint + SPRAY_BLOCK - 1, s->high);

        if (low < high) {
            port_draw(s, low, high);
            return;
        }
    }
    port_draw(s, s->low, s->high);
}

bool
spray_next(struct spray *s, struct awl_addr *to, uint64_t now)
{
    if (!spray_busy(s) || now < s->next)
        return false;
    port_guess(s, s->made);
    *to = s->to;
    s->made++;
    if (s->made == s->most) {
        s->next = NEVER;
    } else if (++s->in_batch == SPRAY_BATCH) {
        s->in_batch = 0;
        s->next = now + SPRAY_PERIOD_MS; /* what was late is not caught up with */
    }
    return true;
}

uint64_t
spray_deadline(const struct spray *s)
{
    return spray_busy(s) ? s->next : NEVER;
}

/* ---- the sockets ---- */

size_t
spray_sockets_held(const struct spray_sockets *s)
{
    size_t held = 0;

    for (size_t i = 0; i < s->count; i++)
        held += s->socket[i].state != SPRAY_NONE && s->socket[i].state != SPRAY_CLOSING;
    return held;
}

bool
spray_sockets_begin(struct spray_sockets *s, const struct awl_addr *to, int number,
                    uint64_t now)
{
    if (s->began != 0 && now - s->began < SPRAY_MINUTE_MS)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->socket[i].state != SPRAY_NONE)
            return false;
    s->to = *to;
    s->began = MAX(now, 1);
    s->count = SPRAY_SOCKETS;
    for (size_t i = 0; i < s->count; i++)
        s->socket[i] = (struct spray_socket){SPRAY_WANTED, number + (int)i, 0};
    return true;
}

static uint64_t
wanted_at(const struct spray_sockets *s, size_t i)
{
    return s->began + i / OPEN_BATCH * OPEN_PERIOD_MS;
}

enum spray_act
spray_sockets_next(struct spray_sockets *s, int *number, uint64_t now)
{
    for (size_t i = 0; i < s->count; i++) {
        struct spray_socket *k = &s->socket[i];

        *number = k->number;
        switch (k->state) {
        case SPRAY_WANTED:
            if (wanted_at(s, i) > now)
                break;
            k->state = SPRAY_OPENING;
            return SPRAY_OPEN;
        case SPRAY_OPENED: k->state = SPRAY_WAITING; return SPRAY_OPENER;
        case SPRAY_CLOSING: k->state = SPRAY_NONE; return SPRAY_CLOSE;
        case SPRAY_NONE:
        case SPRAY_OPENING:
        case SPRAY_WAITING: break;
        }
    }
    return SPRAY_NOTHING;
}

uint64_t
spray_sockets_deadline(const struct spray_sockets *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->socket[i].state == SPRAY_WANTED)
            return wanted_at(s, i);
    return NEVER;
}

struct spray_socket *
spray_sockets_find(struct spray_sockets *s, int number)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->socket[i].state != SPRAY_NONE && s->socket[i].number == number)
            return &s->socket[i];
    return NULL;
}

bool
spray_sockets_opened(struct spray_sockets *s, int number, uint16_t port)
{
    struct spray_socket *k = spray_sockets_find(s, number);

    if (k == NULL)
        return false;
    k->port = port;
    if (k->state == SPRAY_OPENING)
        k->state = SPRAY_OPENED;
    return true;
}

bool
spray_sockets_failed(struct spray_sockets *s, int number)
{
    struct spray_socket *k = spray_sockets_find(s, number);

    if (k == NULL)
        return false;
    k->state = SPRAY_NONE;
    for (size_t i = 0; i < s->count; i++)
        if (s->socket[i].state == SPRAY_WANTED)
            s->socket[i].state = SPRAY_NONE;
    return true;
}

void
spray_sockets_give(struct spray_sockets *s, int number)
{
    struct spray_socket *k = spray_sockets_find(s, number);

    if (k != NULL)
        k->state = SPRAY_NONE;
}

void
spray_sockets_end(struct spray_sockets *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct spray_socket *k = &s->socket[i];

        if (k->state == SPRAY_WANTED)
            k->state = SPRAY_NONE;
        else if (k->state != SPRAY_NONE)
            k->state = SPRAY_CLOSING;
    }
}
