#include "programs/legwork.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "base/deadline.h"
#include "platform/gateway.h"
#include "platform/hops.h"
#include "platform/igd.h"
#include "platform/resolve.h"

struct lookup {
    char *host;
    uint16_t port;
    struct resolve resolve;
    bool going;
};

struct legwork {
    struct awl_log log;
    enum awl_family only;
    struct lookup lookups[LEGWORK_STUN_MAX];
    size_t lookup_count;
    struct awl_addr stun[AWL_STUN_MAX];
    size_t stun_count;
    bool stun_news;

    struct awl_addr route[2][2]; /* IPv4, IPv6: router, from */
    bool route_news[2];

    struct igd igd;
    bool igd_asked; /* an answer is owed */
    struct awl_addr mapped;

    struct hops hops;
};

static void ATTR_PRINTF(2, 3) tell(const struct legwork *w, const char *fmt, ...)
{
    char line[300];
    va_list ap;

    if (w->log.sink == NULL || w->log.level < AWL_LOG_INFO)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    w->log.sink(w->log.arg, AWL_LOG_INFO, line);
}

/* ---- STUN servers ---- */

static void
stun_add(struct legwork *w, struct awl_addr a, uint16_t port)
{
    a.port = port;
    for (size_t i = 0; i < w->stun_count; i++)
        if (addr_equal(&w->stun[i], &a))
            return;
    if (w->stun_count == AWL_STUN_MAX || (w->only != AWL_NONE && a.family != w->only))
        return;
    w->stun[w->stun_count++] = a;
    w->stun_news = true;
}

/* "HOST:PORT" or "[ADDRESS]:PORT". */
static void
stun_begin(struct legwork *w, const char *text, uint64_t now)
{
    const char *colon = strrchr(text, ':');
    struct lookup *l = &w->lookups[w->lookup_count];
    struct awl_addr a;

    if (colon == NULL || !port_parse(bytes_str(colon + 1), 1, 65535, &l->port))
        return;
    if (addr_parse_port(bytes_str(text), &a)) {
        stun_add(w, a, a.port);
        return;
    }
    l->host = xstrdup(text);
    l->host[colon - text] = '\0';
    l->going = resolve_start(&l->resolve, l->host, w->only, now) == 0;
    w->lookup_count++;
}

/* One address of each family is one server. */
static void
stun_found(struct legwork *w, struct lookup *l)
{
    bool had[2] = {false, false};

    for (size_t i = 0; i < l->resolve.count; i++) {
        bool v6 = l->resolve.addr[i].family == AWL_IPV6;

        if (!had[v6])
            stun_add(w, l->resolve.addr[i], l->port);
        had[v6] = true;
    }
    if (l->resolve.count == 0)
        tell(w, "stun: %s: %s", l->host, l->resolve.error);
}

static void
lookups_turn(struct legwork *w, uint64_t now)
{
    for (size_t i = 0; i < w->lookup_count; i++) {
        struct lookup *l = &w->lookups[i];

        if (!l->going || !resolve_done(&l->resolve, now))
            continue;
        l->going = false;
        stun_found(w, l);
    }
}

/* ---- routers ---- */

static void
routes_read(struct legwork *w)
{
    for (int i = 0; i < 2; i++) {
        enum awl_family family = i == 0 ? AWL_IPV4 : AWL_IPV6;
        struct gateway g = gateway_read(family);
        char router[ADDR_TEXT_LEN], from[ADDR_TEXT_LEN];

        if (!w->route_news[i] && addr_equal(&g.router, &w->route[i][0]) &&
            addr_equal(&g.from, &w->route[i][1])) {
            w->route_news[i] = g.router.family != AWL_NONE;
            continue;
        }
        w->route[i][0] = g.router;
        w->route[i][1] = g.from;
        w->route_news[i] = true;
        if (g.router.family != AWL_NONE)
            tell(w, "route: from %s through %s", addr_text(&g.from, from),
                 addr_text(&g.router, router));
    }
}

/* ---- UPnP ---- */

static void
map(struct legwork *w, const struct awl_output *out, uint64_t now)
{
    int error = igd_start(&w->igd, &out->to, &out->from, out->port, now);

    w->igd_asked = true;
    if (error != 0)
        tell(w, "upnp: %s", strerror(error));
}

/* ---- the verbs ---- */

struct legwork *
legwork_new(const struct legwork_config *config, uint64_t now)
{
    struct legwork *w = xcalloc(1, sizeof(*w));

    w->log = config->log;
    w->only = config->only;
    w->hops.fd = -1;
    igd_init(&w->igd);
    for (size_t i = 0; i < config->stun_count && i < LEGWORK_STUN_MAX; i++)
        stun_begin(w, config->stun[i], now);
    routes_read(w);
    return w;
}

void
legwork_free(struct legwork *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->lookup_count; i++) {
        if (w->lookups[i].going)
            resolve_free(&w->lookups[i].resolve);
        free(w->lookups[i].host);
    }
    igd_free(&w->igd);
    hops_end(&w->hops);
    free(w);
}

void
legwork_network(struct legwork *w, uint64_t now)
{
    routes_read(w);
    /* A name that had no address may have one here. */
    for (size_t i = 0; i < w->lookup_count; i++) {
        struct lookup *l = &w->lookups[i];

        if (!l->going && l->resolve.count == 0)
            l->going = resolve_start(&l->resolve, l->host, w->only, now) == 0;
    }
}

void
legwork_do(struct legwork *w, const struct awl_output *out, uint64_t now)
{
    if (out->kind == AWL_MAP)
        map(w, out, now);
    else if (out->kind == AWL_UNMAP)
        igd_remove(&w->igd);
    else if (out->kind == AWL_HOPS) {
        hops_end(&w->hops);
        hops_start(&w->hops, &out->to, now);
    }
}

uint64_t
legwork_want(struct legwork *w, struct loop *l)
{
    uint64_t at = NEVER;

    igd_reap(&w->igd);
    for (size_t i = 0; i < w->lookup_count; i++) {
        if (!w->lookups[i].going)
            continue;
        loop_want(l, w->lookups[i].resolve.child.out, LOOP_READ);
        at = sooner(at, w->lookups[i].resolve.deadline);
    }
    if (w->igd_asked) {
        loop_want(l, w->igd.child.out, LOOP_READ);
        at = sooner(at, w->igd.deadline);
    }
    if (w->hops.fd >= 0) {
        loop_want(l, w->hops.fd, LOOP_READ);
        at = sooner(at, w->hops.deadline);
    }
    return at;
}

bool
legwork_news(struct legwork *w, struct awl_news *news, uint64_t now)
{
    lookups_turn(w, now);
    if (w->stun_news) {
        w->stun_news = false;
        *news = (struct awl_news){
            .kind = AWL_NEWS_STUN, .addr = w->stun, .count = w->stun_count};
        return true;
    }
    for (int i = 0; i < 2; i++) {
        if (!w->route_news[i])
            continue;
        w->route_news[i] = false;
        *news = (struct awl_news){.kind = AWL_NEWS_ROUTE,
                                  .family = i == 0 ? AWL_IPV4 : AWL_IPV6,
                                  .addr = w->route[i],
                                  .count = w->route[i][0].family != AWL_NONE ? 2 : 0};
        return true;
    }
    if (w->igd_asked && igd_done(&w->igd, now)) {
        w->igd_asked = false;
        w->mapped = w->igd.mapped;
        if (w->mapped.family == AWL_NONE && w->igd.error[0] != '\0')
            tell(w, "upnp: %s", w->igd.error);
        *news = (struct awl_news){.kind = AWL_NEWS_MAPPED,
                                  .family = AWL_IPV4,
                                  .addr = &w->mapped,
                                  .count = w->mapped.family != AWL_NONE,
                                  .lease_s = w->igd.lease_s};
        return true;
    }
    if (w->hops.fd >= 0 && hops_news(&w->hops, now)) {
        *news = (struct awl_news){
            .kind = AWL_NEWS_HOPS, .addr = w->hops.router, .count = AWL_HOPS_MAX};
        return true;
    }
    return false;
}
