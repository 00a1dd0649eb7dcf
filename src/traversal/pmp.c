#include "traversal/pmp.h"
#include "base/alloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONCE_LEN   12u
#define PCP_LEN     60u
#define PCP_VERSION 2u
#define PCP_MAP     1u
#define PMP_ADDRESS 0u
#define PMP_MAP_UDP 1u
#define ANSWER_BIT  0x80u
#define UDP         17u
#define RELEASES    2u /* one may be lost, and nobody listens for the answer */

/* Results that both protocols have under this number. */
#define RESULT_OK          0u
#define RESULT_BAD_VERSION 1u

enum protocol { PROTOCOL_UNKNOWN, PROTOCOL_PCP, PROTOCOL_PMP };

/* When requests go out, counted from the beginning of a round. A first candidate within
 * 250 ms wants a lost datagram repeated soon; it is a handful of bytes on the LAN. */
static const struct {
    uint16_t at;
    enum protocol protocol; /* while it is not known what the gateway speaks */
} plan[] = {
    {0, PROTOCOL_PCP},    {60, PROTOCOL_PCP},    {120, PROTOCOL_PMP},
    {180, PROTOCOL_PMP},  {400, PROTOCOL_PCP},   {800, PROTOCOL_PMP},
    {1800, PROTOCOL_PCP}, {3800, PROTOCOL_PMP},  {7800, PROTOCOL_PCP},
    {8800, PROTOCOL_PMP}, {16000, PROTOCOL_PCP}, {17000, PROTOCOL_PMP},
};

enum state {
    STATE_ASKING,
    STATE_HELD,
    STATE_WAITING, /* refused, perhaps not for ever */
    STATE_SILENT,  /* nobody is there, or refused for good */
    STATE_RELEASED
};

struct pmp {
    struct pmp_config config;
    enum state state;
    enum protocol protocol;
    uint8_t nonce[NONCE_LEN];
    uint64_t began; /* of this round of requests */
    unsigned sends;
    uint64_t checked;

    struct awl_addr mapped; /* AWL_NONE: no mapping */
    uint64_t until, renew_at;
    uint64_t retry_at;
    struct awl_addr told;
    bool restarted; /* tell of the mapping again */
    bool nothing, nothing_told;

    /* NAT-PMP: the two answers of a round */
    struct awl_addr external;
    uint16_t external_port;
    uint32_t lease_s;

    bool have_epoch;
    uint32_t epoch; /* seconds, by the gateway's clock, */
    uint64_t epoch_at;

    unsigned releases;
    uint8_t data[PMP_REQUEST_MAX];
    bool address_due; /* the second datagram of a NAT-PMP request */
};

static void
round_begin(struct pmp *p, uint64_t now)
{
    p->state = STATE_ASKING;
    p->began = now;
    p->sends = 0;
    p->external = (struct awl_addr){0};
    p->external_port = 0;
    p->address_due = false;
}

struct pmp *
pmp_new(const struct pmp_config *config, uint64_t now)
{
    struct pmp *p = xcalloc(1, sizeof *p);

    p->config = *config;
    p->config.gateway.port = PMP_PORT;
    p->checked = now;
    rng_bytes(&p->config.rng, p->nonce, NONCE_LEN);
    /* NAT-PMP knows no IPv6. */
    if (p->config.gateway.family == AWL_IPV6)
        p->protocol = PROTOCOL_PCP;
    round_begin(p, now);
    return p;
}

void
pmp_free(struct pmp *p)
{
    free(p);
}

struct awl_addr
pmp_mapped(const struct pmp *p)
{
    return p->mapped;
}

/* ---- what happens ---- */

static void
mapping_end(struct pmp *p)
{
    p->mapped = (struct awl_addr){0};
}

static void
granted(struct pmp *p, enum protocol protocol, struct awl_addr mapped, uint32_t lease_s,
        uint64_t now)
{
    char text[ADDR_TEXT_LEN];
    uint64_t lease = 1000ull * MIN(MAX(lease_s, PMP_LEASE_MIN_S), PMP_LEASE_MAX_S);

    if (!addr_equal(&mapped, &p->mapped))
        log_line(&p->config.log, LOG_INFO, "%s: port %u is reached at %s",
                 protocol == PROTOCOL_PCP ? "pcp" : "nat-pmp", p->config.port,
                 addr_port_text(&mapped, text));
    p->protocol = protocol;
    p->state = STATE_HELD;
    p->mapped = mapped;
    p->until = now + lease;
    /* Not all clients of a gateway at the same moment (RFC 6887 11.2.1). */
    p->renew_at = now + lease / 2 + rng_below(&p->config.rng, (uint32_t)(lease / 8));
}

static void
refused(struct pmp *p, const char *what, unsigned result, bool for_good, uint64_t now)
{
    log_line(&p->config.log, LOG_INFO, "%s: the gateway refuses: result %u", what,
             result);
    mapping_end(p);
    p->nothing = true;
    p->state = for_good ? STATE_SILENT : STATE_WAITING;
    p->retry_at = now + PMP_RETRY_MS;
}

/* Has the gateway lost its memory since it last answered (RFC 6887 8.5)? */
static void
epoch_check(struct pmp *p, uint32_t epoch, uint64_t now)
{
    uint64_t mine = (now - p->epoch_at) / 1000;
    uint64_t theirs = (uint64_t)epoch - p->epoch;

    if (p->have_epoch && ((uint64_t)epoch + 1 < p->epoch ||
                          (epoch >= p->epoch && (mine + 2 < theirs - theirs / 16 ||
                                                 theirs + 2 < mine - mine / 16)))) {
        log_line(&p->config.log, LOG_INFO, "pmp: the gateway was restarted");
        p->restarted = p->told.family != AWL_NONE;
    }
    p->have_epoch = true;
    p->epoch = epoch;
    p->epoch_at = now;
}

static bool
external_usable(const struct pmp *p, const struct awl_addr *a)
{
    return a->family == p->config.gateway.family && a->port != 0 && !addr_is_any(a) &&
           !addr_is_multicast(a) && !addr_is_loopback(a) && !addr_is_link_local(a);
}

/* It speaks NAT-PMP only: asked in the same instant. */
static void
fall_back(struct pmp *p, uint64_t now)
{
    if (p->config.gateway.family == AWL_IPV6) {
        refused(p, "pcp", RESULT_BAD_VERSION, true, now);
        return;
    }
    if (p->protocol == PROTOCOL_PMP)
        return;
    p->protocol = PROTOCOL_PMP;
    round_begin(p, now);
}

static void
pcp_input(struct pmp *p, struct bytes d, uint64_t now)
{
    struct reader r = reader_of(d);
    unsigned result;
    uint32_t lease, epoch;
    struct bytes nonce;
    unsigned protocol, inner, outer;
    struct awl_addr mapped;

    reader_take(&r, 3);
    result = reader_u8(&r);
    lease = reader_u32(&r);
    epoch = reader_u32(&r);
    reader_take(&r, 12);
    if (r.bad || p->protocol == PROTOCOL_PMP || d.len > PMP_ANSWER_MAX ||
        d.len % 4 != 0 || d.data[1] != (ANSWER_BIT | PCP_MAP))
        return;
    if (result == RESULT_BAD_VERSION) { /* it need not repeat what it can't read */
        fall_back(p, now);
        return;
    }
    nonce = reader_take(&r, NONCE_LEN);
    protocol = reader_u8(&r);
    reader_take(&r, 3);
    inner = reader_u16(&r);
    outer = reader_u16(&r);
    mapped = addr_make(reader_take(&r, 16), (uint16_t)outer);
    if (r.bad || !bytes_equal_secret(nonce.data, p->nonce, NONCE_LEN) ||
        protocol != UDP || inner != p->config.port)
        return;
    epoch_check(p, epoch, now);
    if (result == 4 || result == 9) /* no MAP, or not for UDP: perhaps NAT-PMP has it */
        fall_back(p, now);
    else if (result != RESULT_OK || lease == 0 || !external_usable(p, &mapped))
        refused(p, "pcp", result, result == 2 || result == 12, now);
    else
        granted(p, PROTOCOL_PCP, mapped, lease, now);
}

static void
pmp_answer(struct pmp *p, struct bytes d, uint64_t now)
{
    struct reader r = reader_of(d);
    unsigned opcode, result, inner;
    uint32_t epoch;
    struct awl_addr mapped;

    reader_u8(&r);
    opcode = reader_u8(&r);
    result = reader_u16(&r);
    epoch = reader_u32(&r);
    if (result == RESULT_BAD_VERSION && !r.bad && opcode >= ANSWER_BIT) {
        /* To PCP, which it takes for an unknown version of its own protocol. */
        if (p->protocol == PROTOCOL_UNKNOWN)
            fall_back(p, now);
        return;
    }
    if (r.bad || p->protocol == PROTOCOL_PCP)
        return;
    if (result != RESULT_OK) {
        if (opcode == (ANSWER_BIT | PMP_MAP_UDP) || opcode == (ANSWER_BIT | PMP_ADDRESS))
            refused(p, "nat-pmp", result, result == 2 || result == 5, now);
        return;
    }
    if (opcode == (ANSWER_BIT | PMP_ADDRESS)) {
        mapped = addr_make(reader_take(&r, 4), 0);
        if (r.bad)
            return;
        epoch_check(p, epoch, now);
        p->external = mapped;
    } else if (opcode == (ANSWER_BIT | PMP_MAP_UDP)) {
        uint16_t outer;
        uint32_t lease;

        inner = reader_u16(&r);
        outer = reader_u16(&r);
        lease = reader_u32(&r);
        if (r.bad || inner != p->config.port || outer == 0 || lease == 0)
            return;
        epoch_check(p, epoch, now);
        p->external_port = outer;
        p->lease_s = lease;
    }
    if (p->external.family == AWL_NONE || p->external_port == 0)
        return;
    mapped = p->external;
    mapped.port = p->external_port;
    if (external_usable(p, &mapped))
        granted(p, PROTOCOL_PMP, mapped, p->lease_s, now);
    else
        refused(p, "nat-pmp", RESULT_OK, false, now);
}

void
pmp_input(struct pmp *p, const struct awl_addr *from, struct bytes d, uint64_t now)
{
    /* Security: nothing is listened to that was not asked for. */
    if (p->state != STATE_ASKING || p->sends == 0 || d.len < 4 ||
        !addr_equal(from, &p->config.gateway))
        return;
    if (d.data[0] == PCP_VERSION)
        pcp_input(p, d, now);
    else if (d.data[0] == 0 && p->config.gateway.family == AWL_IPV4)
        pmp_answer(p, d, now);
}

void
pmp_check(struct pmp *p, uint64_t now)
{
    if (p->state != STATE_HELD || now - p->checked < PMP_CHECK_MIN_MS)
        return;
    p->checked = now;
    round_begin(p, now);
}

void
pmp_release(struct pmp *p)
{
    if (p->state == STATE_RELEASED)
        return;
    /* A grant whose answer was lost is one all the same, but who never answered has
     * nothing to take back. */
    if (p->mapped.family != AWL_NONE ||
        (p->state == STATE_ASKING && p->protocol == PROTOCOL_PMP))
        p->releases = RELEASES;
    p->state = STATE_RELEASED;
}

/* ---- time ---- */

static void
round_tick(struct pmp *p, uint64_t now)
{
    uint64_t age = now - p->began;

    if (p->mapped.family == AWL_NONE) {
        if (age >= PMP_NOTHING_MS)
            p->nothing = true;
        if (age >= PMP_GIVE_UP_MS)
            p->state = STATE_SILENT;
    } else if (age >= PMP_GIVE_UP_MS) {
        /* Silent in mid-lease: again at half of what is left. */
        p->state = STATE_HELD;
        p->renew_at = now + MAX((p->until - now) / 2, 1);
    }
}

void
pmp_tick(struct pmp *p, uint64_t now)
{
    if (p->state == STATE_RELEASED)
        return;
    if (p->mapped.family != AWL_NONE && now >= p->until) {
        log_line(&p->config.log, LOG_INFO, "pmp: the mapping has run out");
        mapping_end(p);
        round_begin(p, now);
    }
    if (p->state == STATE_HELD && now >= p->renew_at)
        round_begin(p, now);
    if (p->state == STATE_WAITING && now >= p->retry_at)
        round_begin(p, now);
    if (p->state == STATE_ASKING)
        round_tick(p, now);
}

static uint64_t
send_time(const struct pmp *p)
{
    if (p->state != STATE_ASKING || p->sends == ARRAY_LEN(plan))
        return NEVER;
    return p->began + plan[p->sends].at;
}

uint64_t
pmp_deadline(const struct pmp *p)
{
    uint64_t at = send_time(p);

    if (p->state == STATE_RELEASED)
        return NEVER;
    if (p->mapped.family != AWL_NONE)
        at = sooner(at, p->until);
    switch (p->state) {
    case STATE_ASKING:
        if (!p->nothing && p->mapped.family == AWL_NONE)
            at = sooner(at, p->began + PMP_NOTHING_MS);
        return sooner(at, p->began + PMP_GIVE_UP_MS);
    case STATE_HELD: return sooner(at, p->renew_at);
    case STATE_WAITING: return sooner(at, p->retry_at);
    case STATE_SILENT:
    case STATE_RELEASED: break;
    }
    return at;
}

/* ---- what goes ---- */

static struct bytes
pcp_request(struct pmp *p, uint32_t lease_s)
{
    static const uint8_t v4_mapped[12] = {[10] = 0xff, [11] = 0xff};
    const struct awl_addr *from = &p->config.from;
    bool v4 = from->family == AWL_IPV4;
    uint8_t *d = p->data;

    memset(d, 0, PCP_LEN);
    d[0] = PCP_VERSION;
    d[1] = PCP_MAP;
    be32_put(d + 4, lease_s);
    if (v4)
        memcpy(d + 8, v4_mapped, sizeof v4_mapped);
    memcpy(d + 8 + (v4 ? 12 : 0), from->ip, addr_ip_len(from));
    memcpy(d + 24, p->nonce, NONCE_LEN);
    d[36] = UDP;
    be16_put(d + 40, p->config.port);
    if (v4)
        memcpy(d + 44, v4_mapped, sizeof v4_mapped);
    if (lease_s == 0)
        return bytes_of(d, PCP_LEN);
    be16_put(d + 42, p->mapped.port != 0 ? p->mapped.port : p->config.port);
    memcpy(d + 44 + (v4 ? 12 : 0), p->mapped.ip, addr_ip_len(&p->mapped));
    return bytes_of(d, PCP_LEN);
}

static struct bytes
pmp_request(struct pmp *p, uint32_t lease_s)
{
    uint8_t *d = p->data;

    memset(d, 0, 12);
    d[1] = PMP_MAP_UDP;
    be16_put(d + 4, p->config.port);
    if (lease_s != 0)
        be16_put(d + 6, p->mapped.port != 0 ? p->mapped.port : p->config.port);
    be32_put(d + 8, lease_s);
    return bytes_of(d, 12);
}

static struct bytes
address_request(struct pmp *p)
{
    memset(p->data, 0, 2);
    return bytes_of(p->data, 2);
}

static bool
send_next(struct pmp *p, struct pmp_output *out, uint64_t now)
{
    enum protocol protocol = p->protocol;

    out->kind = PMP_SEND;
    out->to = p->config.gateway;
    if (p->releases > 0) {
        p->releases--;
        out->data = p->protocol == PROTOCOL_PMP ? pmp_request(p, 0) : pcp_request(p, 0);
        return true;
    }
    if (p->state == STATE_ASKING && p->address_due) {
        p->address_due = false;
        out->data = address_request(p);
        return true;
    }
    if (send_time(p) > now)
        return false;
    /* Where time jumped, what is overdue is sent once. */
    do {
        if (p->protocol == PROTOCOL_UNKNOWN)
            protocol = plan[p->sends].protocol;
        p->sends++;
    } while (send_time(p) <= now);
    p->address_due = protocol == PROTOCOL_PMP;
    out->data = protocol == PROTOCOL_PMP ? pmp_request(p, PMP_LEASE_S)
                                         : pcp_request(p, PMP_LEASE_S);
    return true;
}

bool
pmp_next(struct pmp *p, struct pmp_output *out, uint64_t now)
{
    *out = (struct pmp_output){0};
    if (p->state == STATE_RELEASED)
        return send_next(p, out, now);
    if (p->told.family != AWL_NONE &&
        (p->restarted || !addr_equal(&p->told, &p->mapped))) {
        p->restarted = false;
        p->told = (struct awl_addr){0};
        out->kind = PMP_LOST;
        return true;
    }
    if (p->mapped.family != AWL_NONE && p->told.family == AWL_NONE) {
        p->told = p->mapped;
        out->kind = PMP_MAPPED;
        out->mapped = p->mapped;
        return true;
    }
    if (p->nothing && !p->nothing_told && p->mapped.family == AWL_NONE) {
        p->nothing_told = true;
        out->kind = PMP_NOTHING;
        return true;
    }
    return send_next(p, out, now);
}
