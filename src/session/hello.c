#include "session/hello.h"
#include "base/err.h"
#include <string.h>

/* A reader and writer for the little of protobuf that these two messages need: varints
 * and length-delimited fields, no allocation, at most a few hundred bytes. proto/ has the
 * schema. */

struct field {
    uint32_t number;
    bool is_bytes;
    uint64_t value;
    struct bytes bytes;
};

static bool
varint_take(struct bytes *in, uint64_t *out)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64 && in->len > 0; shift += 7) {
        uint8_t b = in->data[0];

        *in = bytes_slice(*in, 1, in->len);
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *out = v;
            return true;
        }
    }
    return false;
}

/* 1: a field; 0: the end; negative: malformed. Fields of fixed width are passed as number
 * 0, which no message has: skipped. */
static int
field_next(struct bytes *in, struct field *f)
{
    uint64_t tag, len;

    *f = (struct field){0};
    if (in->len == 0)
        return 0;
    if (!varint_take(in, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return ERR_FORMAT;
    f->number = (uint32_t)(tag >> 3);
    switch (tag & 7) {
    case 0: return varint_take(in, &f->value) ? 1 : ERR_FORMAT;
    case 2:
        if (!varint_take(in, &len) || len > in->len)
            return ERR_FORMAT;
        f->is_bytes = true;
        f->bytes = bytes_slice(*in, 0, (size_t)len);
        *in = bytes_slice(*in, (size_t)len, in->len);
        return 1;
    case 1:
    case 5:
        len = (tag & 7) == 1 ? 8 : 4;
        if (len > in->len)
            return ERR_FORMAT;
        *in = bytes_slice(*in, (size_t)len, in->len);
        f->number = 0;
        return 1;
    default: return ERR_FORMAT;
    }
}

static void
put_varint(struct buffer *out, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buffer_put_byte(out, (uint8_t)(v | 0x80));
    buffer_put_byte(out, (uint8_t)v);
}

/* Zero is the default and is left out. */
static void
put_number(struct buffer *out, uint32_t number, uint64_t v)
{
    if (v == 0)
        return;
    put_varint(out, (uint64_t)number << 3);
    put_varint(out, v);
}

static void
put_bytes(struct buffer *out, uint32_t number, struct bytes v)
{
    put_varint(out, (uint64_t)number << 3 | 2);
    put_varint(out, v.len);
    buffer_put_bytes(out, v);
}

/* ---- Hello ---- */

enum { HELLO_N_REVISION = 1, HELLO_N_FEATURES, HELLO_N_WIDTH, HELLO_N_AGENT };

int
hello_unpack(struct bytes in, struct hello *out)
{
    struct field f;
    int r;

    *out = (struct hello){0};
    if (in.len > HELLO_MAX)
        return ERR_RANGE;
    while ((r = field_next(&in, &f)) > 0) {
        if (f.number == HELLO_N_AGENT && f.is_bytes) {
            if (f.bytes.len > HELLO_AGENT_MAX)
                return ERR_RANGE;
            memset(out->agent, 0, sizeof out->agent);
            for (size_t i = 0; i < f.bytes.len; i++) {
                uint8_t c = f.bytes.data[i];

                out->agent[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
            }
        } else if (f.is_bytes) {
            continue;
        } else if (f.number == HELLO_N_REVISION) {
            out->revision = (uint32_t)MIN(f.value, UINT32_MAX);
        } else if (f.number == HELLO_N_FEATURES) {
            out->features = f.value;
        } else if (f.number == HELLO_N_WIDTH) {
            out->width_table = (uint32_t)MIN(f.value, UINT32_MAX);
        }
    }
    return r == 0 && out->revision == 0 ? ERR_RANGE : r;
}

void
hello_pack(const struct hello *hello, struct buffer *out)
{
    put_number(out, HELLO_N_REVISION, hello->revision);
    put_number(out, HELLO_N_FEATURES, hello->features);
    put_number(out, HELLO_N_WIDTH, hello->width_table);
    if (hello->agent[0] != '\0')
        put_bytes(out, HELLO_N_AGENT, bytes_str(hello->agent));
}

/* ---- Path ---- */

enum {
    PATH_N_GEN = 2,
    PATH_N_GEN_ECHO,
    PATH_N_CAND,
    PATH_N_SEEN,
    PATH_N_CHALLENGE,
    PATH_N_RESPONSE,
    PATH_N_SPRAY,
    PATH_N_OPENER_TTL,
    PATH_N_KEEPALIVE,
    PATH_N_UNSOLICITED,
};
enum { CAND_N_KIND = 1, CAND_N_IP, CAND_N_PORT, CAND_N_ORDER };
enum { SPRAY_N_IP = 1, SPRAY_N_LOW, SPRAY_N_HIGH, SPRAY_N_COUNT, SPRAY_N_SEED };

/* 1: good; 0: of a kind or order we don't know; negative: malformed. */
static int
cand_unpack(struct bytes in, struct candidate *out)
{
    uint64_t kind = 0, order = 0, port = 0;
    struct bytes ip = BYTES_NONE;
    struct field f;
    int r;

    while ((r = field_next(&in, &f)) > 0) {
        if (f.number == CAND_N_IP && f.is_bytes)
            ip = f.bytes;
        else if (f.is_bytes)
            continue;
        else if (f.number == CAND_N_KIND)
            kind = f.value;
        else if (f.number == CAND_N_PORT)
            port = f.value;
        else if (f.number == CAND_N_ORDER)
            order = f.value;
    }
    if (r < 0)
        return r;
    if ((ip.len != 4 && ip.len != 16) || port > 65535)
        return ERR_RANGE;
    if (kind >= CANDIDATE_KINDS || order >= CANDIDATE_ORDERS)
        return 0;
    *out = (struct candidate){addr_make(ip, (uint16_t)port), (enum candidate_kind)kind,
                              (enum candidate_order)order};
    return 1;
}

static int
spray_unpack(struct bytes in, struct punch_spray *out)
{
    struct bytes ip = BYTES_NONE;
    struct field f;
    int r;

    *out = (struct punch_spray){0};
    while ((r = field_next(&in, &f)) > 0) {
        uint32_t value = (uint32_t)MIN(f.value, UINT32_MAX);

        if (f.number == SPRAY_N_IP && f.is_bytes) {
            ip = f.bytes;
        } else if (f.is_bytes) {
            continue;
        } else if (f.number == SPRAY_N_LOW || f.number == SPRAY_N_HIGH) {
            if (value > 65535)
                return ERR_RANGE;
            *(f.number == SPRAY_N_LOW ? &out->port_low : &out->port_high) =
                (uint16_t)value;
        } else if (f.number == SPRAY_N_COUNT) {
            out->count = value;
        } else if (f.number == SPRAY_N_SEED) {
            out->seed = value;
        }
    }
    out->to = addr_make(ip, 0);
    return r == 0 && out->to.family == AWL_NONE ? ERR_RANGE : r;
}

static int
path_bytes_field(const struct field *f, struct punch_message *out, size_t *cands)
{
    struct candidate c;
    int r = 0;

    switch (f->number) {
    case PATH_N_CAND:
        if (++*cands > CANDIDATES_MAX)
            return ERR_RANGE;
        r = cand_unpack(f->bytes, &c);
        if (r > 0)
            candidate_set_add(&out->cands, &c); /* unusable ones stay out */
        break;
    case PATH_N_SEEN:
        r = cand_unpack(f->bytes, &c);
        if (r > 0 && candidate_usable(&c.addr))
            out->seen = c.addr;
        break;
    case PATH_N_CHALLENGE:
        if (f->bytes.len != PUNCH_CHALLENGE_LEN)
            return ERR_RANGE;
        memcpy(out->challenge, f->bytes.data, PUNCH_CHALLENGE_LEN);
        out->has_challenge = true;
        break;
    case PATH_N_RESPONSE:
        if (f->bytes.len != PUNCH_CHALLENGE_LEN)
            return ERR_RANGE;
        memcpy(out->response, f->bytes.data, PUNCH_CHALLENGE_LEN);
        out->has_response = true;
        break;
    case PATH_N_SPRAY:
        r = spray_unpack(f->bytes, &out->spray);
        out->has_spray = r == 0;
        break;
    }
    return r < 0 ? r : 0;
}

static int
path_number_field(const struct field *f, struct punch_message *out)
{
    uint32_t value = (uint32_t)f->value;

    if (f->number >= PATH_N_GEN && f->number <= PATH_N_UNSOLICITED &&
        f->value > UINT32_MAX)
        return ERR_RANGE;
    switch (f->number) {
    case PATH_N_GEN: out->gen = value; break;
    case PATH_N_GEN_ECHO: out->gen_echo = value; break;
    case PATH_N_OPENER_TTL: out->opener_ttl = MIN(value, 255u); break;
    case PATH_N_KEEPALIVE: out->keepalive_s = value; break;
    case PATH_N_UNSOLICITED: out->unsolicited = value != 0; break;
    }
    return 0;
}

int
path_message_unpack(struct bytes in, struct punch_message *out)
{
    size_t cands = 0;
    struct field f;
    int r;

    *out = (struct punch_message){0};
    if (in.len > PATH_MESSAGE_MAX)
        return ERR_RANGE;
    while ((r = field_next(&in, &f)) > 0) {
        int e =
            f.is_bytes ? path_bytes_field(&f, out, &cands) : path_number_field(&f, out);

        if (e < 0)
            return e;
    }
    return r;
}

static void
put_cand(struct buffer *out, uint32_t number, const struct candidate *c)
{
    uint8_t bytes[40];
    struct buffer b = {.data = bytes, .cap = sizeof bytes, .max = sizeof bytes};

    put_number(&b, CAND_N_KIND, c->kind);
    put_bytes(&b, CAND_N_IP, bytes_of(c->addr.ip, addr_ip_len(&c->addr)));
    put_number(&b, CAND_N_PORT, c->addr.port);
    put_number(&b, CAND_N_ORDER, c->order);
    put_bytes(out, number, buffer_bytes(&b));
}

void
path_message_pack(const struct punch_message *m, struct buffer *out)
{
    put_number(out, PATH_N_GEN, m->gen);
    put_number(out, PATH_N_GEN_ECHO, m->gen_echo);
    for (size_t i = 0; i < m->cands.count; i++)
        put_cand(out, PATH_N_CAND, &m->cands.items[i]);
    if (m->seen.family != AWL_NONE) {
        struct candidate c = {.addr = m->seen, .kind = CANDIDATE_SEEN};

        put_cand(out, PATH_N_SEEN, &c);
    }
    if (m->has_challenge)
        put_bytes(out, PATH_N_CHALLENGE, bytes_of(m->challenge, PUNCH_CHALLENGE_LEN));
    if (m->has_response)
        put_bytes(out, PATH_N_RESPONSE, bytes_of(m->response, PUNCH_CHALLENGE_LEN));
    if (m->has_spray) {
        uint8_t bytes[64];
        struct buffer b = {.data = bytes, .cap = sizeof bytes, .max = sizeof bytes};

        put_bytes(&b, SPRAY_N_IP, bytes_of(m->spray.to.ip, addr_ip_len(&m->spray.to)));
        put_number(&b, SPRAY_N_LOW, m->spray.port_low);
        put_number(&b, SPRAY_N_HIGH, m->spray.port_high);
        put_number(&b, SPRAY_N_COUNT, m->spray.count);
        put_number(&b, SPRAY_N_SEED, m->spray.seed);
        put_bytes(out, PATH_N_SPRAY, buffer_bytes(&b));
    }
    put_number(out, PATH_N_OPENER_TTL, m->opener_ttl);
    put_number(out, PATH_N_KEEPALIVE, m->keepalive_s);
    put_number(out, PATH_N_UNSOLICITED, m->unsolicited);
}

/* ---- what rides along, and who is stock ---- */

void
rider_start(struct rider *r, uint64_t newest)
{
    /* The newest state may have been sent without it already; what was sent so far does
     * not count. */
    *r = (struct rider){.from = newest + 1};
}

void
rider_sent(struct rider *r, uint64_t number, bool carried)
{
    if (!carried && number >= r->from)
        r->from = number + 1;
}

void
rider_acked(struct rider *r, uint64_t ack)
{
    if (ack >= r->from)
        r->done = true;
}

void
hello_exchange_init(struct hello_exchange *x, bool client, const struct hello *mine)
{
    *x = (struct hello_exchange){.client = client, .mine = *mine};
    rider_start(&x->hello, 0);
    rider_start(&x->path, 0);
    x->path.done = true;
}

static bool
speaks(const struct hello_exchange *x)
{
    return x->client ? x->peer != HELLO_PEER_STOCK : x->peer == HELLO_PEER_OWN;
}

bool
hello_rides(const struct hello_exchange *x)
{
    return speaks(x) && !x->hello.done;
}

bool
hello_path_rides(struct hello_exchange *x, const struct punch *p)
{
    if (!speaks(x) || !(x->mine.features & HELLO_PATH) ||
        (x->peer == HELLO_PEER_OWN && !(x->theirs.features & HELLO_PATH)))
        return false;
    if (punch_message_version(p) != x->path_version) {
        x->path_version = punch_message_version(p);
        rider_start(&x->path, x->newest);
    }
    return !x->path.done || punch_unechoed(p);
}

void
hello_sent(struct hello_exchange *x, uint64_t new_num, bool hello, bool path)
{
    /* The number of a session's last state does not order with the others. */
    if (new_num != UINT64_MAX)
        x->newest = MAX(x->newest, new_num);
    rider_sent(&x->hello, new_num == UINT64_MAX ? x->newest : new_num, hello);
    rider_sent(&x->path, new_num == UINT64_MAX ? x->newest : new_num, path);
}

void
hello_input(struct hello_exchange *x, uint64_t ack_num, struct bytes hello)
{
    struct hello theirs;

    if (hello.data != NULL) {
        if (x->peer != HELLO_PEER_OWN && hello_unpack(hello, &theirs) == 0) {
            x->theirs = theirs;
            x->peer = HELLO_PEER_OWN;
        }
    } else if (x->client && x->peer == HELLO_PEER_UNKNOWN && ack_num >= x->hello.from &&
               ack_num != UINT64_MAX) {
        x->peer = HELLO_PEER_STOCK;
    }
    if (ack_num != UINT64_MAX) {
        rider_acked(&x->hello, ack_num);
        rider_acked(&x->path, ack_num);
    }
}

uint64_t
hello_features(const struct hello_exchange *x)
{
    return x->peer == HELLO_PEER_OWN ? x->mine.features & x->theirs.features : 0;
}
