#include "transport/sender_parts.h"
#include "transport/transport.h"
#include <string.h>

#define WINDOW_FIRST (10u * TRANSPORT_LIMIT_V4)
#define WINDOW_MAX   (512u << 10)
#define SILENCE      1000u /* ms beyond a heartbeat: what comes then says the path is back */
#define TOO_SOON     25u   /* ms; nobody answers faster than that, or so it is taken */
#define DELIVERY_VAR 25u   /* ms; peers gather, and are scheduled */
#define ACK_STATES   4u    /* unacknowledged states, or */
#define ACK_BYTES    8192u /* bytes, that ask for an acknowledgement at once */

void
sender_init(struct sender *s, const struct sync_ops *ops, void *cur, bool server,
            uint32_t gather, uint64_t now)
{
    *s = (struct sender){.ops = ops,
                         .cur = cur,
                         .server = server,
                         .gather = gather,
                         .ack_delay = SENDER_ACK_DELAY};
    s->heartbeat = SENDER_HEARTBEAT;
    s->states[0] = (struct sender_state){
        .state = ops->copy(cur, NULL), .first_sent = now, .last_sent = now};
    s->count = 1;
    s->pending_since = NEVER;
    s->answer = true; /* the client speaks first, the server as soon as it is spoken to */
    s->answer_due = now;
    s->heartbeat_due = now + s->heartbeat;
    s->window = WINDOW_FIRST;
    s->slow_start = true;
    s->ack_due = NEVER;
    s->shutdown_due = NEVER;
    s->final_due = NEVER;
    s->copy_due = NEVER;
}

void
sender_free(struct sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        s->ops->free(s->states[i].state);
    s->ops->free(s->cur);
    *s = (struct sender){0};
}

struct sender_state *
sender_newest(struct sender *s)
{
    return &s->states[s->count - 1];
}

uint64_t
sender_newest_num(const struct sender *s)
{
    return s->states[s->count - 1].num;
}

struct sender_state *
sender_find(struct sender *s, uint64_t num)
{
    for (size_t i = s->count; i-- > 0;)
        if (s->states[i].num == num)
            return &s->states[i];
    return NULL;
}

/* ---- what happens ---- */

void
sender_changed(struct sender *s, uint64_t now)
{
    if (s->shutting)
        return;
    s->dirty = true;
    if (s->pending_since == NEVER)
        s->pending_since = now;
}

void
sender_answer(struct sender *s, uint64_t now)
{
    s->answer = true;
    s->answer_due = now;
}

void
sender_shutdown(struct sender *s, uint64_t now)
{
    if (s->shutting)
        return;
    s->shutting = true;
    s->shutting_since = now;
    s->shutdown_due = now;
}

bool
sender_outstanding(const struct sender *s)
{
    return sender_unacked_since(s) != NEVER;
}

uint64_t
sender_unacked_since(const struct sender *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (!s->states[i].same)
            return s->states[i].first_sent;
    return NEVER;
}

/* Anything that is not known to be lost? */
static bool
sender_in_flight(const struct sender *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (!s->states[i].same && !s->states[i].lost)
            return true;
    return false;
}

void
sender_all_lost(struct sender *s)
{
    for (size_t i = 1; i < s->count; i++)
        s->states[i].lost = true;
}

void
sender_path_changed(struct sender *s, uint64_t now)
{
    sender_all_lost(s);
    s->tries = 0;
    s->tried_at = now;
    s->delivery_known = false;
    s->window = WINDOW_FIRST;
    s->slow_start = true;
    sender_answer(s, now);
}

void
sender_heard(struct sender *s, uint64_t now)
{
    bool back = s->quiet || !s->heard || now - s->heard_at >= s->heartbeat + SILENCE;

    /* Whatever was repeated into the silence, this one will arrive. */
    if ((s->server && (s->quiet || !s->heard)) || (back && sender_outstanding(s))) {
        sender_answer(s, now);
        s->tries = 0;
    }
    s->heard = true;
    s->quiet = false;
    s->heard_at = now;
}

static void
delivery_sample(struct sender *s, const struct link *link, const struct sender_state *st,
                uint64_t now)
{
    double sample = (double)(now - st->first_sent), error;

    /* A state without content is not acknowledged for its own sake. Nor can be told which
     * copy of a repeated one arrived, unless the answer came too soon for the last. */
    if (st->same || (st->repeated && (double)(now - st->last_sent) >=
                                         MAX(link_rtt(link) * 0.8, TOO_SOON)))
        return;
    if (!s->delivery_known) {
        s->delivery_known = true;
        s->delivery = sample;
        s->delivery_var = MAX(sample / 2, DELIVERY_VAR);
        return;
    }
    error = s->delivery > sample ? s->delivery - sample : sample - s->delivery;
    s->delivery_var = 0.75 * s->delivery_var + 0.25 * error;
    s->delivery = 0.875 * s->delivery + 0.125 * sample;
}

bool
sender_acked(struct sender *s, const struct link *link, uint64_t num, uint64_t now)
{
    struct sender_state *st = sender_find(s, num);
    size_t n = st ? (size_t)(st - s->states) : 0, bytes = 0;

    if (n == 0)
        return false;
    for (size_t i = 1; i <= n; i++)
        bytes += s->states[i].bytes;
    delivery_sample(s, link, st, now);
    for (size_t i = 0; i < n; i++)
        s->ops->free(s->states[i].state);
    s->count -= n;
    memmove(s->states, s->states + n, s->count * sizeof s->states[0]);
    s->ops->subtract(s->cur, s->states[0].state);
    for (size_t i = 1; i < s->count; i++)
        s->ops->subtract(s->states[i].state, s->states[0].state);
    /* The window doubles each round trip until something is lost, then grows by about a
     * datagram each. */
    s->window += s->slow_start
                     ? bytes
                     : MIN(bytes, TRANSPORT_LIMIT_V4) * TRANSPORT_LIMIT_V4 / s->window;
    s->window = MIN(s->window, WINDOW_MAX);
    s->tries = 0;
    if (s->blocked) {
        s->blocked = false;
        s->pending_since = now;
    }
    /* The next part of what was lost does not wait for the timer. */
    if (sender_outstanding(s) && !sender_in_flight(s))
        sender_answer(s, now);
    return true;
}

void
sender_remote(struct sender *s, uint64_t num, uint64_t now)
{
    s->ack_num = num;
    if (num == TRANSPORT_NUM_LAST)
        s->final_due = now;
}

void
sender_want_ack(struct sender *s, const struct link *link, size_t bytes, uint64_t now)
{
    uint32_t delay = link_loss(link) < SENDER_LOSS ? s->ack_delay : SENDER_ACK_DELAY;

    s->ack_states++;
    s->ack_bytes += bytes;
    if (s->ack_states >= ACK_STATES || s->ack_bytes >= ACK_BYTES)
        delay = 0;
    s->ack_due = sooner(s->ack_due, now + delay);
}

void
sender_last_again(struct sender *s, uint64_t now)
{
    if (s->final_due == NEVER)
        s->final_due = now;
}

void
sender_repeated(struct sender *s, const struct link *link, uint64_t now)
{
    if (sender_outstanding(s) &&
        (double)(now - sender_newest(s)->last_sent) >= MAX(link_rtt(link), TOO_SOON))
        sender_answer(s, now);
}
