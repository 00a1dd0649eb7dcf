#include "traversal/opener.h"
#include "traversal/gather.h"
#include <string.h>

static bool
is_public(const struct awl_addr *a)
{
    return a->family != AWL_NONE && !addr_is_any(a) && !addr_is_private(a) &&
           !addr_is_loopback(a) && !addr_is_link_local(a) && !addr_is_multicast(a);
}

uint8_t
opener_ttl(const struct opener_hops *hops, const struct awl_addr *own, size_t own_count,
           unsigned hops_to_peer)
{
    unsigned ttl = OPENER_TTL_DEFAULT;

    for (unsigned i = 0; hops != NULL && i < OPENER_HOPS; i++) {
        const struct awl_addr *offender = &hops->offender[i];

        if (!is_public(offender) || gather_is_own(own, own_count, offender))
            continue;
        ttl = i + 1;
        if (i + 1 < OPENER_HOPS && hops->offender[i + 1].family != AWL_NONE &&
            hops_to_peer > OPENER_HOPS)
            ttl++;
        break;
    }
    /* The window's far end: the peer's own NAT must not be reached. */
    if (hops_to_peer != 0 && ttl + 3 > hops_to_peer)
        ttl = hops_to_peer > 4 ? hops_to_peer - 3 : 1;
    return (uint8_t)ttl;
}

unsigned
opener_hops_away(int received_ttl)
{
    if (received_ttl <= 0 || received_ttl > 255)
        return 0;
    if (received_ttl <= 64)
        return (unsigned)(64 - received_ttl) + 1;
    if (received_ttl <= 128)
        return (unsigned)(128 - received_ttl) + 1;
    return (unsigned)(255 - received_ttl) + 1;
}

/* How long the silence will have lasted by then. */
static uint64_t
silence_at(const struct holes *h, uint64_t at)
{
    return at > h->heard ? at - h->heard : 0;
}

static uint64_t
hole_due(const struct holes *h, const struct hole *hole)
{
    uint64_t due = hole->sent + HOLE_PERIOD_MS;

    if (silence_at(h, due) >= HOLE_FAST_MS)
        due = hole->sent + HOLE_SLOW_PERIOD_MS;
    return silence_at(h, due) < (uint64_t)h->ttl_s * 1000 ? due : NEVER;
}

void
holes_validated(struct holes *h, int socket, const struct awl_addr *to, uint64_t now)
{
    size_t at;

    for (at = 0; at < h->count; at++)
        if (addr_equal(&h->hole[at].to, to))
            break;
    if (at == h->count)
        at = h->count < HOLES_MAX ? h->count++ : HOLES_MAX - 1;
    memmove(&h->hole[1], &h->hole[0], at * sizeof h->hole[0]);
    h->hole[0] = (struct hole){socket, *to, now};
}

void
holes_closed(struct holes *h, int socket)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->count; i++)
        if (h->hole[i].socket != socket)
            h->hole[kept++] = h->hole[i];
    h->count = kept;
}

void
holes_heard(struct holes *h, uint64_t now)
{
    h->heard = now;
}

void
holes_sent(struct holes *h, const struct awl_addr *to, uint64_t now)
{
    for (size_t i = 0; i < h->count; i++)
        if (addr_equal(&h->hole[i].to, to))
            h->hole[i].sent = now;
}

const struct hole *
holes_next(struct holes *h, uint64_t now)
{
    for (size_t i = 0; i < h->count; i++) {
        if (hole_due(h, &h->hole[i]) > now)
            continue;
        h->hole[i].sent = now;
        return &h->hole[i];
    }
    return NULL;
}

uint64_t
holes_deadline(const struct holes *h)
{
    uint64_t at = NEVER;

    for (size_t i = 0; i < h->count; i++)
        at = sooner(at, hole_due(h, &h->hole[i]));
    return at;
}

uint32_t
holes_period_s(const struct holes *h, uint64_t now)
{
    uint64_t silent = now - h->heard;

    if (h->count == 0 || silent >= (uint64_t)h->ttl_s * 1000)
        return 0;
    return (silent < HOLE_FAST_MS ? HOLE_PERIOD_MS : HOLE_SLOW_PERIOD_MS) / 1000;
}
