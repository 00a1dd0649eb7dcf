#include "platform/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "platform/sockaddr.h"

/* The child: one numeric address a line, or "!" and why there is none. */
static void
look_up(const char *name, enum awl_family family)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *all = NULL;
    struct buffer text = {.max = RESOLVE_MAX};
    int error;

    hints.ai_family = family == AWL_IPV4   ? AF_INET
                      : family == AWL_IPV6 ? AF_INET6
                                           : AF_UNSPEC;
    error = getaddrinfo(name, NULL, &hints, &all);
    if (error != 0)
        buffer_printf(&text, "!%s\n",
                      error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
    for (const struct addrinfo *i = all; i != NULL; i = i->ai_next) {
        struct awl_addr a = sockaddr_get(i->ai_addr);
        char line[ADDR_TEXT_LEN];

        if (a.family != AWL_NONE)
            buffer_printf(&text, "%s\n", addr_text(&a, line));
    }
    (void)!write(STDOUT_FILENO, text.data, text.len);
    _exit(0);
}

int
resolve_start(struct resolve *r, const char *name, enum awl_family family, uint64_t now)
{
    *r =
        (struct resolve){.text = {.max = RESOLVE_MAX}, .deadline = now + RESOLVE_WAIT_MS};
    switch (child_fork(&r->child, CHILD_OUT | CHILD_SESSION)) {
    case -1: return errno;
    case 0: look_up(name, family); break;
    default: break;
    }
    return 0;
}

static void
take_lines(struct resolve *r)
{
    struct bytes rest = buffer_bytes(&r->text);

    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        struct bytes line = bytes_slice(rest, 0, len);
        struct awl_addr a;

        rest = bytes_slice(rest, len + 1, rest.len);
        if (line.len > 0 && line.data[0] == '!')
            snprintf(r->error, sizeof(r->error), "%.*s", (int)line.len - 1,
                     (const char *)line.data + 1);
        else if (r->count < AWL_ADDRS_MAX && addr_parse(line, 0, &a))
            r->addr[r->count++] = a;
    }
}

bool
resolve_done(struct resolve *r, uint64_t now)
{
    uint8_t part[512];
    ssize_t n = -1;

    if (r->child.out < 0)
        return true;
    while (!r->text.overflow && (n = read(r->child.out, part, sizeof(part))) > 0)
        buffer_put(&r->text, part, (size_t)n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR) && now < r->deadline)
        return false;
    if (n < 0 && now >= r->deadline)
        snprintf(r->error, sizeof(r->error), "no name server answered within %u s",
                 RESOLVE_WAIT_MS / 1000);
    take_lines(r);
    if (r->count == 0 && r->error[0] == '\0')
        snprintf(r->error, sizeof(r->error), "it has no address");
    child_end(&r->child, 100);
    buffer_free(&r->text);
    return true;
}

void
resolve_prefer(struct resolve *r, enum awl_family first)
{
    struct awl_addr found[AWL_ADDRS_MAX];
    size_t n = 0;

    if (first == AWL_NONE)
        return;
    memcpy(found, r->addr, sizeof(found));
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < r->count; i++)
            if ((found[i].family == first) == (turn == 0))
                r->addr[n++] = found[i];
}

void
resolve_free(struct resolve *r)
{
    child_end(&r->child, 0);
    buffer_free(&r->text);
}
