#include "platform/igd.h"

#include <errno.h>
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <miniupnpc/upnperrors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"

#define DISCOVER_MS   1200 /* how long devices may take to say that they are there */
#define HOPS          2    /* of the multicast (UPnP Device Architecture 1.1, 1.3.2) */
#define PORT_TRIES    4
#define PORT_TAKEN    718 /* ConflictInMappingEntry */
#define ONLY_FOR_EVER 725 /* OnlyPermanentLeasesSupported */

/* ---- in the child ---- */

static void
say(struct buffer *line)
{
    buffer_put_byte(line, '\n');
    (void)!write(STDOUT_FILENO, line->data, line->len);
    _exit(0);
}

static void
say_why(const char *fmt, const char *what)
{
    struct buffer line = {.max = IGD_LINE_MAX};

    buffer_put_byte(&line, '!');
    buffer_printf(&line, fmt, what);
    say(&line);
}

/* Security: any device of the network may answer a multicast; only the router that
 * datagrams go through is spoken to. */
static bool
is_at(const char *url, const char *host)
{
    static const char scheme[] = "http://";
    size_t len = strlen(host);

    if (url == NULL || strncmp(url, scheme, strlen(scheme)) != 0)
        return false;
    url += strlen(scheme);
    return strncmp(url, host, len) == 0 && (url[len] == ':' || url[len] == '/');
}

static bool
is_word(const char *text, size_t max)
{
    size_t len = strnlen(text, max);

    if (len == 0 || len == max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

/* Asks one device. Returns only when it will not. */
static void
ask_device(const struct UPNPUrls *urls, const struct IGDdatas *data, const char *from,
           uint16_t port)
{
    const char *service = data->first.servicetype;
    struct buffer line = {.max = IGD_LINE_MAX};
    char external[40] = "", inner[8], outer[8], lease[16];
    int r = 0;

    if (UPNP_GetExternalIPAddress(urls->controlURL, service, external) != 0 ||
        !is_word(external, sizeof(external)))
        say_why("the router knows no address of its own%s", "");
    snprintf(inner, sizeof(inner), "%u", port);
    snprintf(lease, sizeof(lease), "%u", IGD_LEASE_S);
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        /* Others of ports that are taken: far enough for what is taken in rows. */
        snprintf(outer, sizeof(outer), "%u", 1024 + (port - 1024u + i * 1009u) % 64512u);
        r = UPNP_AddPortMapping(urls->controlURL, service, outer, inner, from, "awl",
                                "UDP", NULL, lease);
        if (r == ONLY_FOR_EVER) {
            snprintf(lease, sizeof(lease), "0");
            r = UPNP_AddPortMapping(urls->controlURL, service, outer, inner, from, "awl",
                                    "UDP", NULL, lease);
        }
        if (r != PORT_TAKEN)
            break;
    }
    if (r != 0)
        say_why("the router refuses: %s",
                strupnperror(r) != NULL ? strupnperror(r) : "?");
    buffer_printf(&line, "%s:%s %s %s %s", external, outer, lease, urls->controlURL,
                  service);
    say(&line);
}

static void
ask(const char *router, const char *from, uint16_t port)
{
    int error = 0;
    struct UPNPDev *all =
        upnpDiscover(DISCOVER_MS, from, NULL, UPNP_LOCAL_PORT_ANY, 0, HOPS, &error);

    for (const struct UPNPDev *d = all; d != NULL; d = d->pNext) {
        struct UPNPUrls urls = {0};
        struct IGDdatas data = {0};
        char lan[64];

        if (!is_at(d->descURL, router) ||
            UPNP_GetIGDFromUrl(d->descURL, &urls, &data, lan, sizeof(lan)) != 1)
            continue;
        if (is_at(urls.controlURL, router) && is_word(urls.controlURL, IGD_CONTROL_MAX) &&
            is_word(data.first.servicetype,
                    MIN(sizeof(data.first.servicetype), IGD_SERVICE_MAX)))
            ask_device(&urls, &data, from, port);
        FreeUPNPUrls(&urls);
    }
    say_why("the router speaks no UPnP%s", "");
}

/* Nothing of ours is held open, and there is an end also to a call that hangs. */
static void
child_begin(unsigned seconds)
{
    child_close_others(NULL, 0);
    alarm(seconds);
}

/* ---- in the parent ---- */

void
igd_init(struct igd *g)
{
    *g = (struct igd){.child = {.in = -1, .out = -1, .err = -1},
                      .removal = {.in = -1, .out = -1, .err = -1}};
}

int
igd_start(struct igd *g, const struct awl_addr *router, const struct awl_addr *from,
          uint16_t port, uint64_t now)
{
    char from_text[ADDR_TEXT_LEN];

    child_end(&g->child, 0);
    buffer_free(&g->text);
    g->text.max = IGD_LINE_MAX;
    g->deadline = now + IGD_WAIT_MS;
    g->error[0] = '\0';
    addr_text(router, g->router);
    addr_text(from, from_text);
    switch (child_fork(&g->child, CHILD_OUT | CHILD_SESSION)) {
    case -1: g->mapped = (struct awl_addr){0}; return errno;
    case 0:
        child_begin(IGD_WAIT_MS / 1000);
        ask(g->router, from_text, port);
        _exit(0);
    default: return 0;
    }
}

/* "ADDRESS:PORT LEASE CONTROL SERVICE", or "!WHY". The child has seen what strangers
 * wrote, so it is not trusted either. */
static void
take_line(struct igd *g)
{
    char *line = (char *)(uintptr_t)buffer_str(&g->text), *word[4];
    char *end = strchr(line, '\n'), *rest = NULL;
    unsigned long lease;

    g->mapped = (struct awl_addr){0};
    if (end == NULL) {
        snprintf(g->error, sizeof(g->error), "the question took too long");
        return;
    }
    *end = '\0';
    if (line[0] == '!') {
        log_escape(bytes_str(line + 1), g->error, sizeof(g->error));
        return;
    }
    for (int i = 0; i < 4; i++) {
        word[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
        if (word[i] == NULL)
            return;
    }
    lease = strtoul(word[1], &end, 10);
    if (*end != '\0' || !is_at(word[2], g->router) ||
        !is_word(word[2], sizeof(g->control)) || !is_word(word[3], sizeof(g->service)) ||
        !addr_parse_port(bytes_str(word[0]), &g->mapped))
        return;
    g->lease_s = (uint32_t)MIN(lease, 604800ul);
    snprintf(g->control, sizeof(g->control), "%s", word[2]);
    snprintf(g->service, sizeof(g->service), "%s", word[3]);
}

bool
igd_done(struct igd *g, uint64_t now)
{
    uint8_t part[256];
    ssize_t n = -1;

    if (g->child.out < 0)
        return true;
    while (!g->text.overflow && (n = read(g->child.out, part, sizeof(part))) > 0)
        buffer_put(&g->text, part, (size_t)n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && now < g->deadline)
        return false;
    take_line(g);
    child_end(&g->child, 100);
    buffer_free(&g->text);
    return true;
}

void
igd_remove(struct igd *g)
{
    char port[8];

    child_end(&g->child, 0);
    buffer_free(&g->text);
    igd_reap(g);
    if (g->mapped.family == AWL_NONE || g->removal.pid != 0)
        return;
    snprintf(port, sizeof(port), "%u", g->mapped.port);
    if (child_fork(&g->removal, CHILD_SESSION) == 0) {
        child_begin(IGD_REMOVE_S);
        UPNP_DeletePortMapping(g->control, g->service, port, "UDP", NULL);
        _exit(0);
    }
    g->mapped = (struct awl_addr){0};
}

void
igd_reap(struct igd *g)
{
    child_ended(&g->removal);
}

void
igd_free(struct igd *g)
{
    child_end(&g->child, 0);
    buffer_free(&g->text);
    igd_reap(g);
}
