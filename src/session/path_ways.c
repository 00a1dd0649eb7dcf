#include "session/path_ways.h"
#include "session/hello.h"

static const char *const state_names[] = {
    [PATH_UNKNOWN] = "unknown", [PATH_PROBING] = "probing", [PATH_GOOD] = "good",
    [PATH_SUSPECT] = "suspect", [PATH_DEAD] = "dead",
};
static_assert(ARRAY_LEN(state_names) == PATH_STATES, "name every state");

const struct way_plan way_roam_plan = {6, {0, 50, 150, 350, 1000, 2000}};
const struct way_plan way_doubt_plan = {4, {0, 500, 1000, 2000}};

static const char *
way_text(const struct way *w, char buf[ADDR_TEXT_LEN])
{
    return w->ref.kind == PATH_PIPE ? "ssh pipe" : addr_port_text(&w->ref.to, buf);
}

void
way_set(struct paths *p, struct way *w, enum path_state state, uint64_t now)
{
    char text[ADDR_TEXT_LEN];

    if (w->state == state)
        return;
    log_line(&p->config.log, LOG_INFO, "path: %s %s -> %s", way_text(w, text),
             state_names[w->state], state_names[state]);
    w->state = state;
    w->since = now;
    w->again_at = now + WAY_AGAIN_MS;
    w->again_wait = WAY_AGAIN_MS;
}

struct way *
way_find(const struct paths *p, const struct path_ref *ref)
{
    for (size_t i = 0; i < PATHS_MAX; i++) {
        const struct way *w = &p->ways[i];

        if (w->used && w->ref.kind == ref->kind &&
            (ref->kind == PATH_PIPE ||
             (w->ref.socket == ref->socket && addr_equal(&w->ref.to, &ref->to))))
            return (struct way *)w;
    }
    return NULL;
}

void
way_drop(struct paths *p, struct way *w)
{
    if (p->current == w)
        p->current = NULL;
    if (p->pipe == w)
        p->pipe = NULL;
    *w = (struct way){0};
}

/* How much would be lost with it. */
static unsigned
way_worth(const struct paths *p, const struct way *w)
{
    if (w == p->current || w == p->pipe)
        return 4;
    return (w->validated ? 2u : 0u) + (w->target ? 1u : 0u);
}

struct way *
way_get(struct paths *p, const struct path_ref *ref, uint64_t now)
{
    struct way *w = way_find(p, ref), *worst = NULL;

    if (w != NULL)
        return w;
    for (size_t i = 0; i < PATHS_MAX; i++) {
        w = &p->ways[i];
        if (!w->used) {
            worst = w;
            break;
        }
        if (worst == NULL || way_worth(p, w) < way_worth(p, worst) ||
            (way_worth(p, w) == way_worth(p, worst) &&
             MAX(w->heard, w->since) < MAX(worst->heard, worst->since)))
            worst = w;
    }
    if (worst->used)
        way_drop(p, worst);
    *worst = (struct way){.used = true, .ref = *ref, .since = now};
    worst->relay =
        !p->config.client && ref->kind == PATH_UDP &&
        (addr_is_loopback(&ref->to) || gather_is_own(p->own, p->own_count, &ref->to));
    return worst;
}

void
way_plan_start(struct way *w, const struct way_plan *plan, uint64_t now)
{
    w->plan = plan;
    w->plan_began = now;
    w->plan_next = 0;
}

uint64_t
way_plan_at(const struct way *w)
{
    if (w->plan == NULL || w->plan_next == w->plan->count)
        return NEVER;
    return w->plan_began + w->plan->at[w->plan_next];
}

bool
ways_validate(const struct paths *p)
{
    return p->peer == PEER_OWN && (p->features & HELLO_VALIDATE);
}

bool
way_udp_good(const struct way *w)
{
    return w != NULL && w->used && w->ref.kind == PATH_UDP && w->state == PATH_GOOD;
}

void
way_carry(struct paths *p, struct way *w, uint64_t now)
{
    char text[ADDR_TEXT_LEN];

    if (p->current == w)
        return;
    p->current = w;
    w->carries = now;
    p->moved = true;
    log_line(&p->config.log, LOG_INFO, "path: session on %s", way_text(w, text));
    if (w->ref.kind == PATH_UDP)
        p->calm_since = now;
}

size_t
way_route(struct path_ref *out, size_t n, const struct way *w)
{
    for (size_t i = 0; i < n; i++)
        if (out[i].kind == w->ref.kind && out[i].socket == w->ref.socket &&
            addr_equal(&out[i].to, &w->ref.to))
            return n;
    if (n < PATH_ROUTE_MAX)
        out[n++] = w->ref;
    return n;
}

const char *
path_state_name(enum path_state state)
{
    return state_names[state];
}
