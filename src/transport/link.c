#include "transport/link.h"
#include <string.h>

#define STAMP_NONE   65535u
#define STAMP_HOLD   1000u  /* a time stamp older than this is not echoed */
#define SAMPLE_MAX   30000u /* ms; beyond that, 16 bits can't tell it from nothing */
#define CE_PENALTY   500u   /* ms: how a mosh peer learns that a router marked us */
#define LOSS_SPAN    64     /* datagrams over which loss is looked at */
#define LOSS_SKIP    24u    /* that say nothing: mirrored to what was left behind */
#define LOSS_GAP     16u    /* a longer gap is an outage, not loss */
#define ECN_CE       3
#define SILENCE_JUMP 5000u /* ms without any sign of time: the machine slept */

void
link_init(struct link *l, const struct awl_key *key, bool server, uint64_t now)
{
    *l = (struct link){0};
    l->datagrams = datagrams_new(key, server ? DIRECTION_TO_CLIENT : DIRECTION_TO_SERVER);
    l->clock = now;
    l->jumped_at = now;
}

void
link_free(struct link *l)
{
    datagrams_free(l->datagrams);
    l->datagrams = NULL;
}

void
link_clock(struct link *l, uint64_t now)
{
    if (now > l->clock + SILENCE_JUMP)
        l->jumped_at = now;
    l->clock = MAX(l->clock, now);
}

static uint16_t
stamp(uint64_t now)
{
    uint16_t s = (uint16_t)(now & 0xffff);

    return s == STAMP_NONE ? 0 : s;
}

int
link_seal(struct link *l, struct bytes payload, uint64_t now, uint8_t *out, size_t *len)
{
    uint16_t reply = STAMP_NONE;

    assert(payload.len <= LINK_PAYLOAD_MAX);
    link_clock(l, now);
    /* The time it lay here is taken out; and each is echoed once, so that a burst does
     * not measure its own length. */
    if (l->saved && now - l->saved_at < STAMP_HOLD)
        reply = (uint16_t)(l->saved_stamp + (now - l->saved_at));
    l->saved = false;
    be16_put(l->packet, stamp(now));
    be16_put(l->packet + 2, reply);
    if (payload.len)
        memcpy(l->packet + LINK_HEADER_LEN, payload.data, payload.len);
    return datagrams_seal(l->datagrams,
                          bytes_of(l->packet, LINK_HEADER_LEN + payload.len), out, len);
}

static void
rtt_sample(struct link *l, uint16_t reply, uint64_t now)
{
    unsigned sample = (uint16_t)(stamp(now) - reply);

    /* One that began before time jumped says how long the machine slept. */
    if (sample >= SAMPLE_MAX || sample > now - l->jumped_at)
        return;
    if (!l->measured) {
        l->measured = true;
        l->srtt = sample;
        l->rttvar = sample / 2.0;
    } else {
        double error = l->srtt > sample ? l->srtt - sample : sample - l->srtt;

        l->rttvar = 0.75 * l->rttvar + 0.25 * error;
        l->srtt = 0.875 * l->srtt + 0.125 * sample;
    }
}

static bool
window_get(const struct link *l, uint64_t seq)
{
    return l->seen[seq % LINK_WINDOW / 64] >> seq % 64 & 1;
}

static void
window_put(struct link *l, uint64_t seq, bool v)
{
    uint64_t bit = (uint64_t)1 << seq % 64;
    uint64_t *word = &l->seen[seq % LINK_WINDOW / 64];

    *word = v ? *word | bit : *word & ~bit;
}

static void
loss_count(struct link *l, uint64_t missed)
{
    if (l->loss_skip > 0) {
        l->loss_skip--;
        return;
    }
    if (missed <= LOSS_GAP)
        for (; missed > 0; missed--)
            l->loss += (1 - l->loss) / LOSS_SPAN;
    l->loss -= l->loss / LOSS_SPAN;
}

/* Sets fresh and replayed, and remembers the number. */
static void
window_judge(struct link *l, struct link_packet *p)
{
    p->fresh = p->seq >= l->expected;
    if (p->fresh) {
        loss_count(l, p->seq - l->expected);
        if (p->seq - l->expected >= LINK_WINDOW)
            memset(l->seen, 0, sizeof l->seen);
        else
            for (uint64_t n = l->expected; n < p->seq; n++)
                window_put(l, n, false);
        l->expected = p->seq + 1;
    } else {
        p->replayed = l->expected - p->seq > LINK_WINDOW || window_get(l, p->seq);
    }
    if (!p->fresh && !p->replayed)
        l->loss = MAX(0, l->loss - 1.0 / LOSS_SPAN); /* late, not lost */
    if (!p->replayed)
        window_put(l, p->seq, true);
}

int
link_open(struct link *l, struct bytes datagram, int ecn, uint64_t now,
          struct link_packet *out)
{
    uint16_t sent, reply;
    struct bytes plain;
    struct reader r;
    int error;

    *out = (struct link_packet){0};
    link_clock(l, now);
    error = datagrams_open(l->datagrams, datagram, l->packet, &plain, &out->seq);
    if (error)
        return error;
    r = reader_of(plain);
    sent = reader_u16(&r);
    reply = reader_u16(&r);
    if (r.bad)
        return ERR_FORMAT;
    out->payload = r.rest;
    window_judge(l, out);
    if (!out->fresh)
        return ERR_OK;
    l->heard = now;
    if (sent != STAMP_NONE) {
        l->saved = true;
        l->saved_stamp = (uint16_t)(sent - (ecn == ECN_CE ? CE_PENALTY : 0));
        l->saved_at = now;
    }
    if (reply != STAMP_NONE)
        rtt_sample(l, reply, now);
    return ERR_OK;
}

double
link_loss(const struct link *l)
{
    return l->loss;
}

double
link_rtt(const struct link *l)
{
    return l->measured ? MAX(l->srtt, 0.1) : 0;
}

uint32_t
link_rto(const struct link *l)
{
    double rto = l->measured ? l->srtt + 4 * l->rttvar + 1 : LINK_RTO_FIRST;

    return (uint32_t)MIN(MAX(rto, LINK_RTO_MIN), LINK_RTO_MAX);
}

void
link_rtt_reset(struct link *l, uint64_t now)
{
    l->measured = false;
    l->jumped_at = now; /* what is under way belongs to the old path */
    l->loss = 0;
    l->loss_skip = LOSS_SKIP;
}
