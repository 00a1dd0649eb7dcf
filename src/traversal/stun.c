#include "traversal/stun.h"
#include "base/alloc.h"
#include "base/err.h"
#include <stdlib.h>
#include <string.h>

#define MAGIC         0x2112a442u
#define HEADER_LEN    20u
#define TYPE_REQUEST  0x0001u
#define TYPE_SUCCESS  0x0101u
#define TYPE_ERROR    0x0111u
#define ATTR_MAPPED   0x0001u
#define ATTR_XOR      0x0020u
#define ATTR_OPTIONAL 0x8000u /* from here on what is not understood may be skipped */
#define FAMILY_V4     1u
#define FAMILY_V6     2u

/* Understood, and of no use here: RFC 3489's SOURCE-ADDRESS and CHANGED-ADDRESS, which
 * old servers still send, and MESSAGE-INTEGRITY, for which we have no key. */
static const uint16_t passed_over[] = {0x0004, 0x0005, 0x0008};

static const uint16_t send_at[] = {0, 250, 750, 1750};

enum ask_state { ASK_IDLE, ASK_WAITING, ASK_ANSWERED, ASK_SILENT };

struct ask {
    enum ask_state state;
    bool heard, late; /* the last time: something came; nothing did */
    unsigned sends;
    uint64_t began, answered;
    uint8_t id[STUN_ID_LEN];
    struct awl_addr seen;
};

struct sock {
    int socket;
    enum awl_family family; /* AWL_NONE: free */
    bool news;
    struct ask asks[STUN_SERVERS_MAX];
};

struct stun {
    struct rng rng;
    struct log log;
    struct awl_addr servers[STUN_SERVERS_MAX];
    size_t server_count;
    struct sock socks[STUN_SOCKETS_MAX];
    size_t oldest; /* a ring */
    uint8_t request[STUN_REQUEST_LEN];
};

/* ---- the message ---- */

bool
stun_is_answer(struct bytes d)
{
    struct reader r = reader_of(d);
    unsigned type = reader_u16(&r), len = reader_u16(&r);

    return reader_u32(&r) == MAGIC && !r.bad && d.len >= HEADER_LEN &&
           (type == TYPE_SUCCESS || type == TYPE_ERROR) && len == d.len - HEADER_LEN;
}

void
stun_request(const uint8_t id[STUN_ID_LEN], uint8_t out[STUN_REQUEST_LEN])
{
    be16_put(out, TYPE_REQUEST);
    be16_put(out + 2, 0);
    be32_put(out + 4, MAGIC);
    memcpy(out + 8, id, STUN_ID_LEN);
}

/* XOR-MAPPED-ADDRESS hides the address from translators that rewrite payloads; its mask
 * is the cookie and the id, which follow each other in the header. */
static bool
address_read(struct bytes value, const uint8_t *mask, struct awl_addr *out)
{
    struct reader r = reader_of(value);
    unsigned family;
    uint16_t port;
    uint8_t ip[16];
    size_t len;

    reader_u8(&r);
    family = reader_u8(&r);
    port = reader_u16(&r);
    len = family == FAMILY_V4 ? 4 : family == FAMILY_V6 ? 16 : 0;
    if (r.bad || len == 0 || r.rest.len != len)
        return false;
    memcpy(ip, r.rest.data, len);
    if (mask != NULL) {
        port ^= be16_get(mask);
        for (size_t i = 0; i < len; i++)
            ip[i] ^= mask[i];
    }
    *out = addr_make(bytes_of(ip, len), port);
    return true;
}

static bool
attribute_known(unsigned type)
{
    if (type >= ATTR_OPTIONAL || type == ATTR_MAPPED || type == ATTR_XOR)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(passed_over); i++)
        if (type == passed_over[i])
            return true;
    return false;
}

int
stun_answer_read(struct bytes d, const uint8_t id[STUN_ID_LEN], struct awl_addr *out)
{
    struct awl_addr plain = {0}, masked = {0};
    struct reader r;

    if (!stun_is_answer(d))
        return ERR_FORMAT;
    if (!bytes_equal_secret(d.data + 8, id, STUN_ID_LEN))
        return ERR_AUTH;
    if (be16_get(d.data) != TYPE_SUCCESS)
        return ERR_RANGE;
    r = reader_of(bytes_slice(d, HEADER_LEN, d.len));
    while (r.rest.len > 0) {
        unsigned type = reader_u16(&r);
        size_t len = reader_u16(&r);
        struct bytes value = reader_take(&r, len);

        reader_take(&r, (4 - len % 4) % 4);
        if (r.bad)
            return ERR_FORMAT;
        if (!attribute_known(type))
            return ERR_RANGE;
        if ((type == ATTR_XOR && !address_read(value, d.data + 4, &masked)) ||
            (type == ATTR_MAPPED && !address_read(value, NULL, &plain)))
            return ERR_FORMAT;
    }
    *out = masked.family != AWL_NONE ? masked : plain;
    return out->family != AWL_NONE && out->port != 0 ? 0 : ERR_FORMAT;
}

/* ---- the engine ---- */

struct stun *
stun_new(const struct rng *rng, const struct log *log)
{
    struct stun *s = xcalloc(1, sizeof *s);

    s->rng = *rng;
    s->log = *log;
    return s;
}

void
stun_free(struct stun *s)
{
    free(s);
}

static struct sock *
sock_find(const struct stun *s, int socket, enum awl_family family)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++)
        if (s->socks[i].family == family && s->socks[i].socket == socket)
            return (struct sock *)&s->socks[i];
    return NULL;
}

static void
ask_begin(struct stun *s, struct sock *k, uint64_t now)
{
    for (size_t i = 0; i < s->server_count; i++) {
        struct ask *a = &k->asks[i];

        if (s->servers[i].family != k->family || a->state == ASK_WAITING ||
            (a->state == ASK_ANSWERED && now - a->answered < STUN_FRESH_MS))
            continue;
        a->state = ASK_WAITING;
        a->sends = 0;
        a->began = now;
        rng_bytes(&s->rng, a->id, STUN_ID_LEN);
    }
}

static void
forget(struct stun *s, uint64_t now)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++) {
        struct sock *k = &s->socks[i];

        if (k->family == AWL_NONE)
            continue;
        memset(k->asks, 0, sizeof k->asks);
        k->news = true;
        ask_begin(s, k, now);
    }
}

void
stun_servers(struct stun *s, const struct awl_addr *servers, size_t count, uint64_t now)
{
    size_t old = s->server_count;

    s->server_count = MIN(count, STUN_SERVERS_MAX);
    for (size_t i = 0; i < MAX(old, s->server_count); i++) {
        if (i < old && i < s->server_count && addr_equal(&s->servers[i], &servers[i]))
            continue;
        if (i < s->server_count)
            s->servers[i] = servers[i];
        for (size_t k = 0; k < STUN_SOCKETS_MAX; k++) {
            s->socks[k].asks[i] = (struct ask){0};
            s->socks[k].news = true;
        }
    }
    stun_again(s, now);
}

void
stun_open(struct stun *s, int socket, enum awl_family family, uint64_t now)
{
    struct sock *k = sock_find(s, socket, family);

    if (k == NULL)
        k = sock_find(s, 0, AWL_NONE);
    if (k == NULL)
        k = &s->socks[s->oldest++ % STUN_SOCKETS_MAX];
    *k = (struct sock){.socket = socket, .family = family};
    ask_begin(s, k, now);
}

void
stun_close(struct stun *s, int socket)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++)
        if (s->socks[i].family != AWL_NONE && s->socks[i].socket == socket)
            s->socks[i] = (struct sock){0};
}

void
stun_again(struct stun *s, uint64_t now)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++)
        if (s->socks[i].family != AWL_NONE)
            ask_begin(s, &s->socks[i], now);
}

void
stun_network(struct stun *s, uint64_t now)
{
    forget(s, now);
}

static void
answer_take(struct stun *s, struct sock *k, size_t server, struct bytes datagram,
            uint64_t now)
{
    struct ask *a = &k->asks[server];
    struct awl_addr seen;
    char who[ADDR_TEXT_LEN], text[ADDR_TEXT_LEN];
    int r = stun_answer_read(datagram, a->id, &seen);

    if (r == ERR_AUTH)
        return; /* anyone can send that */
    addr_port_text(&s->servers[server], who);
    a->state = r == 0 ? ASK_ANSWERED : ASK_SILENT;
    a->answered = now;
    a->heard = true;
    a->late = false;
    a->seen = (struct awl_addr){0};
    k->news = true;
    if (r != 0) {
        log_line(&s->log, LOG_INFO, "stun: %s gave no address: %s", who, err_text(r));
        return;
    }
    a->seen = seen;
    log_line(&s->log, LOG_INFO, "stun: %s sees socket %d at %s, after %u ms", who,
             k->socket, addr_port_text(&seen, text), (unsigned)(now - a->began));
}

bool
stun_input(struct stun *s, int socket, const struct awl_addr *from, struct bytes datagram,
           uint64_t now)
{
    struct sock *k;

    if (!stun_is_answer(datagram))
        return false;
    k = sock_find(s, socket, (enum awl_family)from->family);
    for (size_t i = 0; k != NULL && i < s->server_count; i++) {
        struct ask *a = &k->asks[i];

        if (a->state == ASK_WAITING && a->sends > 0 && now - a->began < STUN_ANSWER_MS &&
            addr_equal(&s->servers[i], from))
            answer_take(s, k, i, datagram, now);
    }
    return true;
}

void
stun_tick(struct stun *s, uint64_t now)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++) {
        for (size_t j = 0; j < s->server_count; j++) {
            struct ask *a = &s->socks[i].asks[j];
            char who[ADDR_TEXT_LEN];

            if (a->state != ASK_WAITING || now - a->began < STUN_ANSWER_MS)
                continue;
            a->state = ASK_SILENT;
            a->heard = false;
            a->late = true;
            a->seen = (struct awl_addr){0};
            s->socks[i].news = true;
            log_line(&s->log, LOG_INFO, "stun: %s doesn't answer",
                     addr_port_text(&s->servers[j], who));
        }
    }
}

bool
stun_next(struct stun *s, struct stun_output *out, uint64_t now)
{
    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++) {
        struct sock *k = &s->socks[i];

        *out = (struct stun_output){.socket = k->socket, .family = k->family};
        if (k->family != AWL_NONE && k->news) {
            k->news = false;
            out->kind = STUN_NEWS;
            return true;
        }
        for (size_t j = 0; k->family != AWL_NONE && j < s->server_count; j++) {
            struct ask *a = &k->asks[j];

            if (a->state != ASK_WAITING || a->sends == ARRAY_LEN(send_at) ||
                now < a->began + send_at[a->sends])
                continue;
            /* Where time jumped, what is overdue is sent once. */
            while (a->sends < ARRAY_LEN(send_at) && now >= a->began + send_at[a->sends])
                a->sends++;
            stun_request(a->id, s->request);
            out->kind = STUN_SEND;
            out->to = s->servers[j];
            out->data = bytes_of(s->request, sizeof s->request);
            return true;
        }
    }
    return false;
}

uint64_t
stun_deadline(const struct stun *s)
{
    uint64_t at = NEVER;

    for (size_t i = 0; i < STUN_SOCKETS_MAX; i++) {
        for (size_t j = 0; j < s->server_count; j++) {
            const struct ask *a = &s->socks[i].asks[j];

            if (a->state != ASK_WAITING)
                continue;
            at = sooner(at, a->began + STUN_ANSWER_MS);
            if (a->sends < ARRAY_LEN(send_at))
                at = sooner(at, a->began + send_at[a->sends]);
        }
    }
    return at;
}

void
stun_view(const struct stun *s, int socket, enum awl_family family, struct stun_view *out)
{
    const struct sock *k = sock_find(s, socket, family);
    size_t first = STUN_SERVERS_MAX;

    *out = (struct stun_view){.done = true};
    for (size_t i = 0; k != NULL && i < s->server_count; i++) {
        const struct ask *a = &k->asks[i];

        /* While it is asked again, the last answer holds. */
        out->done = out->done && a->state != ASK_WAITING;
        out->silent = out->silent || a->late;
        out->heard = out->heard || a->heard;
        if (a->seen.family == AWL_NONE)
            continue;
        if (first == STUN_SERVERS_MAX) {
            first = i;
            out->seen = a->seen;
        } else if (!addr_equal(&a->seen, &out->seen)) {
            out->mapping = STUN_VARIES;
        } else if (out->mapping == STUN_UNKNOWN &&
                   !addr_same_host(&s->servers[i], &s->servers[first])) {
            out->mapping = STUN_SAME;
        }
    }
    out->silent = out->silent && !out->heard;
}
