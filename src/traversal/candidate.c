#include "traversal/candidate.h"
#include <stdio.h>
#include <string.h>

/* A dialled address costs little and tells the peer whether it is translated, so it is
 * not driven out by a host with many interfaces. */
static const struct {
    const char *name;
    int priority;
    size_t most; /* in a set */
} kinds[] = {
    [CANDIDATE_HOST] = {"host", 50, 4},     [CANDIDATE_SEEN] = {"seen", 90, 3},
    [CANDIDATE_MAPPED] = {"mapped", 85, 2}, [CANDIDATE_RELAYED] = {"relayed", 30, 1},
    [CANDIDATE_USED] = {"used", 70, 2},     [CANDIDATE_DIALLED] = {"dialled", 80, 3},
    [CANDIDATE_SOON] = {"soon", 20, 4},
};
static_assert(ARRAY_LEN(kinds) == CANDIDATE_KINDS, "name every kind");

bool
candidate_usable(const struct awl_addr *addr)
{
    return addr->family != AWL_NONE && addr->port != 0 && !addr_is_any(addr) &&
           !addr_is_multicast(addr) && !addr_is_loopback(addr) &&
           !addr_is_link_local(addr);
}

int
candidate_priority(const struct candidate *c)
{
    int p = kinds[c->kind].priority;

    /* An address of the wider world is more likely to be reached than a private one. */
    return c->kind == CANDIDATE_HOST && !addr_is_private(&c->addr) ? p + 10 : p;
}

static bool
dialled_usable(const struct awl_addr *addr)
{
    return addr->family != AWL_NONE && addr->port != 0 && !addr_is_any(addr) &&
           !addr_is_multicast(addr);
}

static size_t
kind_count(const struct candidate_set *set, enum candidate_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < set->count; i++)
        n += set->items[i].kind == kind;
    return n;
}

static void
set_remove(struct candidate_set *set, size_t at)
{
    set->count--;
    memmove(&set->items[at], &set->items[at + 1],
            (set->count - at) * sizeof set->items[0]);
    set->items[set->count] = (struct candidate){0}; /* sets are compared as values */
}

bool
candidate_set_add(struct candidate_set *set, const struct candidate *c)
{
    bool dialled = c->kind == CANDIDATE_DIALLED;
    int priority = candidate_priority(c);
    size_t at;

    if (!(dialled ? dialled_usable(&c->addr) : candidate_usable(&c->addr)))
        return false;
    for (size_t i = 0; i < set->count; i++) {
        const struct candidate *have = &set->items[i];

        if ((have->kind == CANDIDATE_DIALLED) != dialled ||
            !addr_equal(&have->addr, &c->addr))
            continue;
        if (candidate_priority(have) >= priority)
            return false;
        set_remove(set, i);
        break;
    }
    if (kind_count(set, c->kind) == kinds[c->kind].most)
        return false;
    for (at = 0; at < set->count; at++)
        if (candidate_priority(&set->items[at]) < priority)
            break;
    if (at == CANDIDATES_MAX)
        return false;
    if (set->count == CANDIDATES_MAX)
        set->count--;
    memmove(&set->items[at + 1], &set->items[at],
            (set->count - at) * sizeof set->items[0]);
    set->items[at] = *c;
    set->count++;
    return true;
}

const struct candidate *
candidate_set_find(const struct candidate_set *set, const struct awl_addr *addr,
                   unsigned kind_mask)
{
    for (size_t i = 0; i < set->count; i++)
        if ((kind_mask & 1u << set->items[i].kind) &&
            addr_equal(&set->items[i].addr, addr))
            return &set->items[i];
    return NULL;
}

bool
candidate_set_equal(const struct candidate_set *a, const struct candidate_set *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].kind != b->items[i].kind ||
            a->items[i].order != b->items[i].order ||
            !addr_equal(&a->items[i].addr, &b->items[i].addr))
            return false;
    return true;
}

const char *
candidate_kind_name(enum candidate_kind kind)
{
    return kinds[kind].name;
}

const char *
candidate_text(const struct candidate *c, char buf[CANDIDATE_TEXT_LEN])
{
    char addr[ADDR_TEXT_LEN];

    snprintf(buf, CANDIDATE_TEXT_LEN, "%s %s, %s", addr_port_text(&c->addr, addr),
             kinds[c->kind].name,
             c->order == CANDIDATE_CLIENT_FIRST ? "client first" : "server first");
    return buf;
}
