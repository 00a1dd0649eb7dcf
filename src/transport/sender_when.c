/* The sender's deadlines. */
#include "transport/sender_parts.h"
#include "transport/transport.h"

#define FRAME_BURST  3u     /* frames that may go at once after a pause */
#define FLIGHT_LARGE 6u     /* frames in flight: larger ones, */
#define FLIGHT_ALL   16u    /* and all */
#define LARGE        250u   /* bytes on the wire */
#define RETRY_FIRST  100u   /* ms, before anything was heard */
#define RETRY_MIN    40u    /* a peer's program may take that long to be scheduled */
#define RETRY_MAX    1000u  /* so that an outage that ends is noticed soon */
#define RETRY_QUICK  5u     /* repeats of a small message before backing off */
#define SILENCE_LONG 60000u /* ms; from then on repeats are as rare as signs of life */

uint32_t
sender_send_interval(const struct link *link)
{
    double half = link_rtt(link) / 2;

    return (uint32_t)MIN(MAX(half, SENDER_FRAME), 250);
}

/* How long the oldest unacknowledged state is waited for. */
static uint64_t
retry_timeout(const struct sender *s, const struct link *link, bool small)
{
    double first, cap = RETRY_MAX, t;
    unsigned doublings;

    if (!s->heard) {
        t = RETRY_FIRST;
        for (unsigned i = 0; i < s->tries && t < RETRY_MAX; i++)
            t *= 1.5;
        return (uint64_t)MIN(t, RETRY_MAX);
    }
    first = (double)link_rto(link) + s->ack_delay;
    if (s->delivery_known) {
        double usual = s->delivery + 4 * s->delivery_var + 10;

        first = MIN(first, MAX(usual, link_rtt(link) + 10));
    }
    first = MAX(first, RETRY_MIN);
    if (small && s->tries > 0 && s->tries <= RETRY_QUICK)
        return (uint64_t)MIN(first, sender_send_interval(link));
    doublings = small && s->tries > 0 ? s->tries - RETRY_QUICK : s->tries;
    if (s->tried_at > s->heard_at + SILENCE_LONG)
        cap = SENDER_HEARTBEAT;
    cap = MAX(cap, first);
    for (t = first; doublings > 0 && t < cap; doublings--)
        t *= 2;
    return (uint64_t)MIN(t, cap);
}

uint64_t
sender_retry_due(const struct sender *s, const struct link *link)
{
    uint64_t from = s->tried_at;
    size_t bytes = 0;
    bool any = false, waiting = false;

    for (size_t i = 1; i < s->count; i++) {
        const struct sender_state *st = &s->states[i];

        if (st->same)
            continue;
        any = true;
        bytes = MAX(bytes, st->bytes);
        if (!st->lost && !waiting) {
            waiting = true;
            from = st->last_sent;
        }
    }
    if (!any)
        return NEVER;
    return from + retry_timeout(s, link, bytes <= TRANSPORT_LIMIT_MIN);
}

uint64_t
sender_data_due(const struct sender *s)
{
    unsigned large = 0, all = 0;
    size_t bytes = 0;
    uint64_t due;

    if (!s->dirty || s->blocked)
        return NEVER;
    for (size_t i = 1; i < s->count; i++) {
        const struct sender_state *st = &s->states[i];

        if (st->same || st->lost)
            continue;
        all++;
        large += st->bytes > LARGE;
        bytes += st->bytes;
    }
    /* Then an acknowledgement or the retry timer comes first. */
    if (all >= FLIGHT_ALL || large >= FLIGHT_LARGE || (all && bytes >= s->window))
        return NEVER;
    /* A lone key, and its echo, wait for no company. */
    due = s->pending_since + (all > 0 ? s->gather : 0);
    if (s->paced_until > SENDER_FRAME * FRAME_BURST)
        due = MAX(due, s->paced_until - SENDER_FRAME * FRAME_BURST);
    return due;
}

uint64_t
sender_deadline(const struct sender *s, const struct link *link)
{
    uint64_t due;

    if (s->quiet || (s->server && !s->heard))
        return NEVER;
    if (s->shutting)
        return s->given_up || sender_shutdown_acked(s)
                   ? s->final_due
                   : sooner(s->final_due, s->shutdown_due);
    due = sooner(s->final_due, s->ack_due);
    if (s->answer)
        due = sooner(due, s->answer_due);
    due = sooner(due, s->heartbeat_due);
    due = sooner(due, s->copy_due);
    due = sooner(due, sender_data_due(s));
    return sooner(due, sender_retry_due(s, link));
}

bool
sender_shutdown_acked(const struct sender *s)
{
    return s->states[0].num == TRANSPORT_NUM_LAST;
}

bool
sender_shutdown_given_up(const struct sender *s)
{
    return s->shutting && !sender_shutdown_acked(s) &&
           (s->given_up || (s->server && (s->quiet || !s->heard)));
}
