#include "hostile.h"

#include <string.h>
#ifdef HAVE_MALLINFO2
#include <malloc.h>
#endif

#include "base/arena.h"
#include "session/hello.h"
#include "transport/compress.h"
#include "transport/fragment.h"
#include "transport/instruction.h"
#include "transport/link.h"

enum {
    MESSAGES = 1500,
    DELIVERIES_MAX = 20000,
    SEARCH_SOCKETS = 256 + 2, /* with those that earlier ones found */
    MEMORY_MAX = 192 << 20,   /* an engine's, whatever comes */
};

struct hostile {
    struct world *w;
    bool to_server;
    struct link link;
    struct cutter cutter;
    struct compress *compress;
    uint64_t newest;                 /* state number sent */
    uint64_t sends;                  /* datagrams the victim sent */
    int open;                        /* sockets it has for a search */
    uint8_t host[DELIVERIES_MAX][4]; /* IPv4 hosts we have spoken from */
    size_t hosts;
};

static uint32_t
dice(struct hostile *h, uint32_t of)
{
    return net_dice(&h->w->net, of);
}

static void
noise(struct hostile *h, struct buffer *b, size_t len)
{
    while (len-- > 0)
        buffer_put_byte(b, (uint8_t)dice(h, 256));
}

static void
put_varint(struct buffer *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buffer_put_byte(b, (uint8_t)(v | 0x80));
    buffer_put_byte(b, (uint8_t)v);
}

static void
put_number(struct buffer *b, uint32_t field, uint64_t v)
{
    put_varint(b, (uint64_t)field << 3);
    put_varint(b, v);
}

static void
put_bytes(struct buffer *b, uint32_t field, struct bytes v)
{
    put_varint(b, (uint64_t)field << 3 | 2);
    put_varint(b, v.len);
    buffer_put_bytes(b, v);
}

static uint64_t
odd_number(struct hostile *h)
{
    static const uint64_t odd[] = {
        0, 1, 2, 1u << 16, UINT32_MAX, UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63};

    switch (dice(h, 4)) {
    case 0: return odd[dice(h, ARRAY_LEN(odd))];
    case 1: return dice(h, 300);
    case 2: return h->newest + dice(h, 4);
    default: return h->newest - MIN(h->newest, dice(h, 20));
    }
}

static uint64_t
odd_size(struct hostile *h)
{
    switch (dice(h, 40)) {
    case 0: return 0;
    case 1: return UINT64_MAX - dice(h, 3);
    case 2: return 65536 + dice(h, 10);
    default: return 1 + dice(h, 200);
    }
}

/* One instruction of either kind of message. */
static void
put_item(struct hostile *h, struct buffer *out)
{
    struct buffer item = {0}, body = {0};

    switch (dice(h, 6)) {
    case 0: /* sizes, both ways */
        put_number(&body, 5, odd_size(h));
        put_number(&body, 6, odd_size(h));
        put_bytes(&item, 3, buffer_bytes(&body));
        break;
    case 1: /* echo ack, or what no one knows */
        put_number(&body, 8, odd_number(h));
        put_bytes(&item, 7, buffer_bytes(&body));
        break;
    case 2: /* Exit, Event, Terminal */
        put_number(&body, 1, odd_number(h));
        put_number(&body, 2, odd_number(h));
        put_bytes(&item, 1000 + dice(h, 4), buffer_bytes(&body));
        break;
    case 3: {
        struct buffer keys = {0};

        noise(h, &keys, dice(h, 4) ? dice(h, 30) : dice(h, 5000));
        put_bytes(&body, 4, buffer_bytes(&keys));
        put_bytes(&item, 2, buffer_bytes(&body));
        buffer_free(&keys);
        break;
    }
    default: {
        struct buffer paint = {0};
        struct rng_seeded chance = {net_dice(&h->w->net, UINT32_MAX)};

        app_paint(&chance, &paint, true);
        put_bytes(&body, 4, buffer_bytes(&paint));
        put_bytes(&item, 2, buffer_bytes(&body));
        buffer_free(&paint);
        break;
    }
    }
    put_bytes(out, 1, buffer_bytes(&item));
    buffer_free(&item);
    buffer_free(&body);
}

static void
put_diff(struct hostile *h, struct buffer *out)
{
    if (dice(h, 12) == 0) {
        noise(h, out, dice(h, 200));
        return;
    }
    for (uint32_t n = dice(h, 4); n > 0; n--)
        put_item(h, out);
    if (out->len > 0 && dice(h, 20) == 0)
        out->data[dice(h, (uint32_t)out->len)] ^= (uint8_t)(1 + dice(h, 255));
}

static struct awl_addr
odd_addr(struct hostile *h)
{
    struct awl_addr a = {.family = dice(h, 2) ? AWL_IPV4 : AWL_IPV6,
                         .port = (uint16_t)dice(h, 65536)};

    for (size_t i = 0; i < addr_ip_len(&a); i++)
        a.ip[i] = (uint8_t)dice(h, 256);
    return a;
}

static void
put_path(struct hostile *h, struct buffer *out)
{
    struct punch_message m = {.gen = dice(h, 50),
                              .gen_echo = dice(h, 50),
                              .opener_ttl = dice(h, 300),
                              .keepalive_s = dice(h, 100),
                              .unsolicited = dice(h, 2),
                              .has_challenge = dice(h, 2),
                              .has_response = dice(h, 2)};

    if (dice(h, 10) == 0) {
        noise(h, out, dice(h, 390));
        return;
    }
    if (dice(h, 2))
        m.seen = odd_addr(h);
    for (uint32_t n = dice(h, 9); n > 0; n--)
        candidate_set_add(
            &m.cands, &(struct candidate){odd_addr(h), (enum candidate_kind)dice(h, 7),
                                          (enum candidate_order)dice(h, 2)});
    for (size_t i = 0; i < PUNCH_CHALLENGE_LEN; i++)
        m.challenge[i] = m.response[i] = (uint8_t)dice(h, 256);
    if (dice(h, 4) == 0) {
        m.has_spray = true;
        m.spray = (struct punch_spray){.to = dice(h, 2) ? odd_addr(h)
                                                        : h->w->net.site[dice(h, 2)].ip4,
                                       .port_low = (uint16_t)dice(h, 65536),
                                       .port_high = (uint16_t)dice(h, 65536),
                                       .count = dice(h, 2) ? UINT32_MAX : dice(h, 2000),
                                       .seed = dice(h, UINT32_MAX)};
    }
    path_message_pack(&m, out);
}

/* ---- to the victim and back ---- */

/* Guesses go nowhere but where sshd saw the client, or where something came from. */
static void
guess_check(struct hostile *h, const struct awl_addr *to)
{
    struct world *w = h->w;

    world_guess(w, h->to_server ? NET_SERVER : NET_CLIENT);
    if (addr_same_host(to, &w->net.site[h->to_server ? 1 : 0].ip4))
        return;
    for (size_t i = 0; i < h->hosts; i++)
        if (to->family == AWL_IPV4 && memcmp(h->host[i], to->ip, 4) == 0)
            return;
    world_fail(w, "guesses go to a stranger");
}

/* What both kinds of victim do. */
static void
victim_output(struct hostile *h, const struct awl_output *o)
{
    uint16_t port = (uint16_t)(40000 + o->socket % 999);

    switch ((int)o->kind) {
    case AWL_SEND:
        h->sends++;
        if (o->len == 0 && o->ttl == 0)
            guess_check(h, &o->to);
        break;
    case AWL_OPEN:
        if (h->to_server)
            awl_server_opened(h->w->server, o->socket, port, h->w->now);
        else
            awl_client_opened(h->w->client, o->socket, port, h->w->now);
        if (++h->open > SEARCH_SOCKETS + 8)
            world_fail(h->w, "%d sockets are open", h->open);
        break;
    case AWL_CLOSE: h->open--; break;
    }
}

static void
victim_turn(struct hostile *h)
{
    struct world *w = h->w;
    struct awl_output o;
    const uint8_t *data;
    size_t len, outputs = 0;

    if (h->to_server) {
        awl_server_tick(w->server, w->now);
        while (awl_server_next(w->server, &o, w->now)) {
            victim_output(h, &o);
            if (++outputs > 20000)
                break;
        }
        awl_server_pty_queued(w->server, 0, w->now);
        if (awl_server_deadline(w->server) <= w->now)
            world_fail(w, "the server's deadline isn't ahead");
    } else {
        awl_client_tick(w->client, w->now);
        while (awl_client_next(w->client, &o, w->now)) {
            victim_output(h, &o);
            if (++outputs > 20000)
                break;
        }
        awl_client_draw(w->client, &data, &len, w->now);
        if (awl_client_deadline(w->client) <= w->now)
            world_fail(w, "the client's deadline isn't ahead");
    }
    if (outputs > 20000)
        world_fail(w, "more than 20000 outputs in a turn");
}

static void
deliver(struct hostile *h, const uint8_t *data, size_t len)
{
    struct world *w = h->w;
    struct awl_datagram d = {.ttl = 60, .data = data, .len = len, .ecn = (int)dice(h, 4)};

    d.from = dice(h, 4) ? w->net.site[h->to_server ? 1 : 0].ip4 : odd_addr(h);
    d.from.port = (uint16_t)(dice(h, 3) ? WORLD_PORT : dice(h, 65536));
    if (d.from.family == AWL_IPV4 && h->hosts < DELIVERIES_MAX)
        memcpy(h->host[h->hosts++], d.from.ip, 4);
    if (h->to_server) {
        awl_server_datagram(w->server, &d, w->now);
    } else {
        d.socket = 1 + (int)dice(h, 2);
        awl_client_datagram(w->client, &d, w->now);
    }
}

static void
seal_and_deliver(struct hostile *h, struct bytes payload)
{
    uint8_t datagram[DATAGRAM_MAX];
    size_t len;

    if (link_seal(&h->link, payload, h->w->now, datagram, &len) == 0) {
        deliver(h, datagram, len);
        if (dice(h, 10) == 0)
            deliver(h, datagram, len);
    }
}

static void
send_instruction(struct hostile *h)
{
    struct buffer plain = {0}, diff = {0}, path = {0}, hello = {0};
    struct instruction in = {.version = dice(h, 30) ? INSTRUCTION_VERSION : dice(h, 5),
                             .new_num = h->newest + 1,
                             .old_num = h->newest,
                             .ack_num = odd_number(h)};
    struct hello hi = {.revision = 1, .features = odd_number(h), .width_table = 1500};
    uint8_t fragment[DATAGRAM_MAX];
    size_t len;

    if (dice(h, 4) == 0)
        in.new_num = odd_number(h);
    if (in.new_num == UINT64_MAX && dice(h, 200))
        in.new_num = h->newest + 1; /* the last state would end it too soon */
    if (dice(h, 4) == 0)
        in.old_num = odd_number(h);
    in.throwaway_num =
        dice(h, 4) ? in.old_num - MIN(in.old_num, dice(h, 3)) : odd_number(h);
    if (in.new_num > h->newest && in.new_num < h->newest + 100)
        h->newest = in.new_num;
    put_diff(h, &diff);
    in.diff = buffer_bytes(&diff);
    if (dice(h, 2)) {
        put_path(h, &path);
        in.path = buffer_bytes(&path);
    }
    if (dice(h, 3) == 0) {
        hello_pack(&hi, &hello);
        in.hello = buffer_bytes(&hello);
    }
    instruction_pack(&in, &plain);
    buffer_clear(&h->cutter.whole);
    if (dice(h, 30))
        compress_pack(h->compress, buffer_bytes(&plain), &h->cutter.whole);
    else
        noise(h, &h->cutter.whole, 1 + dice(h, 300));
    if (cutter_start(&h->cutter, dice(h, 3) ? 1000 : 20 + dice(h, 100)))
        while (cutter_next(&h->cutter, fragment, &len))
            if (dice(h, 50))
                seal_and_deliver(h, bytes_of(fragment, len));
    buffer_free(&plain);
    buffer_free(&diff);
    buffer_free(&path);
    buffer_free(&hello);
}

static void
send_something(struct hostile *h)
{
    struct buffer b = {0};

    switch (dice(h, 20)) {
    case 0: /* authentic, but nothing */
        noise(h, &b, dice(h, 40));
        seal_and_deliver(h, buffer_bytes(&b));
        break;
    case 1: /* not authentic */
        noise(h, &b, 1 + dice(h, 100));
        deliver(h, b.data, b.len);
        break;
    case 2: /* strange fragments */
        buffer_put_u64(&b, dice(h, 5));
        buffer_put_u16(&b, (uint16_t)dice(h, 65536));
        noise(h, &b, dice(h, 900));
        seal_and_deliver(h, buffer_bytes(&b));
        break;
    default: send_instruction(h); break;
    }
    buffer_free(&b);
}

/* Bytes that malloc has given out; 0 where it cannot be asked. */
static size_t
memory_used(void)
{
#ifdef HAVE_MALLINFO2
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

static struct awl_key
key_of(struct world *w)
{
    /* world_start draws it first; the same chance gives the same key. */
    struct rng_seeded again = w->net.chance;
    struct rng r = {rng_seeded_fill, &again};
    struct awl_key key;

    for (size_t i = 0; i < AWL_KEY_LEN; i++)
        key.bytes[i] = (uint8_t)rng_below(&r, 256);
    return key;
}

void
hostile_run(struct world *w)
{
    static struct hostile h; /* large; the process has one thread */
    struct awl_key key;
    size_t before;

    h = (struct hostile){.w = w, .to_server = net_dice(&w->net, 2)};
    key = key_of(w);
    world_start(w);
    link_init(&h.link, &key, !h.to_server, w->now);
    h.compress = compress_new();
    victim_turn(&h);
    before = memory_used();
    for (int i = 0; i < MESSAGES && w->failed[0] == '\0'; i++) {
        size_t used;

        send_something(&h);
        if (dice(&h, 3) == 0) {
            if (h.to_server && dice(&h, 5) == 0)
                awl_server_pty(w->server, (const uint8_t *)"abc\033[c\r\n", 8, w->now);
            victim_turn(&h);
            w->now += dice(&h, 20) ? dice(&h, 30) : dice(&h, 4000);
        }
        used = memory_used();
        if (used > before + MEMORY_MAX)
            world_fail(w, "%zu bytes held after %d messages", used - before, i);
    }
    victim_turn(&h);
    link_free(&h.link);
    cutter_free(&h.cutter);
    compress_free(h.compress);
}
