#include "transport/sender.h"
#include "transport/transport.h"
#include <string.h>

#define FRAME         20u  /* ms between frames in the long run, and */
#define FRAME_BURST   3u   /* how many may go at once after a pause */
#define FLIGHT_LARGE  6u   /* frames in flight: larger ones, */
#define FLIGHT_ALL    16u  /* and all */
#define LARGE         250u /* bytes on the wire */
#define WINDOW_FIRST  (10u * TRANSPORT_LIMIT_V4)
#define WINDOW_MIN    (2u * TRANSPORT_LIMIT_V4)
#define WINDOW_MAX    (512u << 10)
#define RETRY_FIRST   100u   /* ms, before anything was heard */
#define RETRY_MIN     40u    /* a peer's program may take that long to be scheduled */
#define RETRY_MAX     1000u  /* so that an outage that ends is noticed soon */
#define RETRY_QUICK   5u     /* repeats of a small message before backing off */
#define SILENCE_LONG  60000u /* ms; from then on repeats are as rare as signs of life */
#define SILENCE       1000u /* ms beyond a heartbeat: what comes then says the path is back */
#define TOO_SOON      25u  /* ms; nobody answers faster than that, or so it is taken */
#define COPY_LOSS     0.01 /* from this share of losses on, small messages go twice, */
#define COPY_LOSS_2   0.08 /* and three times */
#define COPY_GAP_MIN  8u   /* ms between the copies, since losses come in bunches */
#define COPY_GAP_MAX  25u
#define DELIVERY_VAR  25u   /* ms; peers gather, and are scheduled */
#define BULK          8192u /* bytes of diff; then the oldest part is repeated first */
#define ACK_STATES    4u    /* unacknowledged states, or */
#define ACK_BYTES     8192u /* bytes, that ask for an acknowledgement at once */
#define REPLACE_MAX   1000u /* bytes: the acknowledged state is the base up to here, */
#define REPLACE_MORE  100u  /* if that costs so little more; the numbers are mosh's */
#define TOO_MUCH_WAIT 1000u /* ms until a change that fits no message is tried again */
#define LAST_FIRST    50u   /* ms between the first repeats of the last state */

void
sender_init(struct sender *s, const struct sync_ops *ops, void *cur, bool server,
            uint32_t gather, uint64_t now)
{
    *s = (struct sender){.ops = ops, .cur = cur, .server = server, .gather = gather};
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

static struct sender_state *
newest(struct sender *s)
{
    return &s->states[s->count - 1];
}

uint64_t
sender_newest_num(const struct sender *s)
{
    return s->states[s->count - 1].num;
}

static struct sender_state *
find(struct sender *s, uint64_t num)
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

static bool
outstanding(const struct sender *s)
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
in_flight(const struct sender *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (!s->states[i].same && !s->states[i].lost)
            return true;
    return false;
}

static void
all_lost(struct sender *s)
{
    for (size_t i = 1; i < s->count; i++)
        s->states[i].lost = true;
}

void
sender_path_changed(struct sender *s, uint64_t now)
{
    all_lost(s);
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
    if ((s->server && (s->quiet || !s->heard)) || (back && outstanding(s))) {
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
    struct sender_state *st = find(s, num);
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
    if (outstanding(s) && !in_flight(s))
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
sender_want_ack(struct sender *s, size_t bytes, uint64_t now)
{
    uint64_t due;

    s->ack_states++;
    s->ack_bytes += bytes;
    due =
        now +
        (s->ack_states >= ACK_STATES || s->ack_bytes >= ACK_BYTES ? 0 : SENDER_ACK_DELAY);
    s->ack_due = sooner(s->ack_due, due);
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
    if (outstanding(s) &&
        (double)(now - newest(s)->last_sent) >= MAX(link_rtt(link), TOO_SOON))
        sender_answer(s, now);
}

/* ---- when ---- */

static uint32_t
send_interval(const struct link *link)
{
    double half = link_rtt(link) / 2;

    return (uint32_t)MIN(MAX(half, FRAME), 250);
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
    first = (double)link_rto(link) + SENDER_ACK_DELAY;
    if (s->delivery_known) {
        double usual = s->delivery + 4 * s->delivery_var + 10;

        first = MIN(first, MAX(usual, link_rtt(link) + 10));
    }
    first = MAX(first, RETRY_MIN);
    if (small && s->tries > 0 && s->tries <= RETRY_QUICK)
        return (uint64_t)MIN(first, send_interval(link));
    doublings = small && s->tries > 0 ? s->tries - RETRY_QUICK : s->tries;
    if (s->tried_at > s->heard_at + SILENCE_LONG)
        cap = SENDER_HEARTBEAT;
    cap = MAX(cap, first);
    for (t = first; doublings > 0 && t < cap; doublings--)
        t *= 2;
    return (uint64_t)MIN(t, cap);
}

static uint64_t
retry_due(const struct sender *s, const struct link *link)
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

static uint64_t
data_due(const struct sender *s)
{
    unsigned large = 0, all = 0;
    size_t bytes = 0;
    uint64_t due;

    if (!s->dirty || s->blocked)
        return NEVER;
    due = s->pending_since + s->gather;
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
    if (s->paced_until > FRAME * FRAME_BURST)
        due = MAX(due, s->paced_until - FRAME * FRAME_BURST);
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
    due = sooner(due, data_due(s));
    return sooner(due, retry_due(s, link));
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

/* ---- what ---- */

/* The newest state the peer may be thought to hold: it went out a short while ago, and so
 * did, or is known to be there, what it was built on. */
static struct sender_state *
guess_base(struct sender *s, const struct link *link, uint64_t now)
{
    uint64_t patience = (uint64_t)link_rto(link) + SENDER_ACK_DELAY;
    bool there[SENDER_STATES_MAX + 1] = {true};
    size_t best = 0;

    for (size_t i = 1; i < s->count; i++) {
        const struct sender_state *st = &s->states[i];
        const struct sender_state *base = find(s, st->base);

        there[i] = !st->lost && now - st->last_sent < patience &&
                   (st->base <= s->states[0].num || (base && there[base - s->states]));
        if (there[i])
            best = i;
    }
    /* Of equal ones the oldest is the surest. */
    while (best > 0 && s->states[best].same && there[best - 1])
        best--;
    return &s->states[best];
}

static struct sender_state *
append(struct sender *s, uint64_t num, void *state, bool same, uint64_t now)
{
    if (s->count > SENDER_STATES_MAX - 1) {
        /* The acknowledged one and the newest fifteen stay. */
        struct sender_state *gone = &s->states[s->count - 16];

        s->ops->free(gone->state);
        gone[1].same = gone[1].same && gone->same;
        memmove(gone, gone + 1, 15 * sizeof *gone);
        s->count--;
    }
    s->states[s->count] = (struct sender_state){
        .num = num, .state = state, .first_sent = now, .last_sent = now, .same = same};
    return &s->states[s->count++];
}

/* The diff that leads to `to`, from the base that seems best; gives the base. */
static const struct sender_state *
choose_diff(struct sender *s, const struct sender_state *base,
            const struct sender_state *to, struct buffer *diff)
{
    struct buffer from_first = {.max = diff->max};

    s->ops->diff(base->state, to->state, diff);
    if (base == s->states || diff->overflow)
        return base;
    /* From the acknowledged state it is sure to arrive in one piece. */
    s->ops->diff(s->states[0].state, to->state, &from_first);
    if (!from_first.overflow &&
        (from_first.len <= diff->len ||
         (from_first.len < REPLACE_MAX && from_first.len - diff->len < REPLACE_MORE))) {
        buffer_clear(diff);
        buffer_put_bytes(diff, buffer_bytes(&from_first));
        base = s->states;
    }
    buffer_free(&from_first);
    return base;
}

/* Of a long stretch that was lost, the oldest state is repeated first if it is a much
 * shorter way: it is more likely to arrive, and its bytes stay the same when it has to be
 * repeated again. A screen is no longer for being newer, and stays. */
static struct sender_state *
smaller_repeat(struct sender *s, struct sender_state *to, struct buffer *diff)
{
    struct sender_state *oldest = &s->states[1];
    struct buffer shorter = {.max = diff->max};

    while (oldest < to && oldest->same)
        oldest++;
    s->ops->diff(s->states[0].state, oldest->state, &shorter);
    if (oldest < to && shorter.len > 0 && shorter.len < diff->len / 2) {
        buffer_clear(diff);
        buffer_put_bytes(diff, buffer_bytes(&shorter));
        to = oldest;
    }
    buffer_free(&shorter);
    return to;
}

static void
message_fill(const struct sender *s, uint64_t old_num, uint64_t new_num,
             struct sender_message *out)
{
    *out = (struct sender_message){.old_num = old_num,
                                   .new_num = new_num,
                                   .ack_num = s->ack_num,
                                   .throwaway_num = s->states[0].num};
}

static void
said_something(struct sender *s, uint64_t now)
{
    s->said_at = now;
    s->ack_due = NEVER;
    s->ack_states = 0;
    s->ack_bytes = 0;
    s->answer = false;
    if (s->ack_num == TRANSPORT_NUM_LAST) {
        s->final_acks++;
        s->final_due = s->final_acks < SENDER_FINAL_ACKS ? now + LAST_FIRST : NEVER;
    }
}

static void
said_state(struct sender *s, uint64_t now)
{
    said_something(s, now);
    s->heartbeat_due = now + s->heartbeat;
}

void
sender_make_ack(const struct sender *s, struct sender_message *out)
{
    uint64_t num = s->states[0].num;

    /* A state that the peer is known to hold: it reads the acknowledgement and stops. */
    message_fill(s, num ? num - 1 : 0, num, out);
    out->throwaway_num = out->old_num;
}

/* A sign of life is a state of its own, equal to the one before: mosh looks for new
 * numbers, not for datagrams. */
static void
make_life(struct sender *s, const struct link *link, uint64_t now,
          struct sender_message *out)
{
    const struct sender_state *base = guess_base(s, link, now);
    uint64_t old_num = base->num;
    struct sender_state *st =
        append(s, newest(s)->num + 1, s->ops->copy(newest(s)->state, NULL), true, now);

    st->base = old_num;
    message_fill(s, old_num, st->num, out);
    said_state(s, now);
}

/* Turns what has changed into a new state. False: there was nothing after all. */
static bool
take_change(struct sender *s, uint64_t now)
{
    struct sender_state *last = newest(s);
    void *next;

    if (!s->dirty || s->blocked)
        return false;
    next = s->ops->copy(s->cur, last->state);
    if (s->ops->equal(next, last->state)) {
        s->blocked = !s->ops->equal(s->cur, last->state);
        s->dirty = s->blocked;
        s->pending_since = NEVER;
        s->ops->free(next);
        return false;
    }
    s->dirty = !s->ops->equal(next, s->cur);
    s->pending_since = s->dirty ? now : NEVER;
    append(s, last->num + 1, next, false, now);
    return true;
}

/* The newest state; a repeat starts from the acknowledged one. False: the change turned
 * out to be invisible. */
static bool
make_data(struct sender *s, const struct link *link, bool repeat, uint64_t now,
          struct sender_message *out, struct buffer *diff)
{
    uint64_t base_num = repeat ? s->states[0].num : guess_base(s, link, now)->num;
    uint64_t before = newest(s)->num;
    bool new_one = take_change(s, now);
    const struct sender_state *base = find(s, base_num);
    struct sender_state *to = newest(s);

    if (!new_one && !repeat)
        return false;
    if (!base)
        base = s->states; /* it gave way to the new one */
    base = choose_diff(s, base, to, diff);
    if (!new_one && diff->len > BULK)
        to = smaller_repeat(s, to, diff);
    if (diff->overflow || (new_one && diff->len == 0 && base_num == before)) {
        /* Too much for one message: perhaps a later state differs by less. */
        if (diff->overflow) {
            s->dirty = true;
            s->pending_since = now + TOO_MUCH_WAIT;
        }
        buffer_clear(diff);
        if (new_one) {
            s->ops->free(to->state);
            s->count--;
        }
        return false;
    }
    to->base = base->num;
    if (!new_one) {
        to->repeated = true;
        to->lost = false;
        to->last_sent = now;
    }
    message_fill(s, base->num, to->num, out);
    out->repeat = !new_one;
    out->before = to->bytes;
    said_state(s, now);
    s->paced_until = MAX(s->paced_until, now) + FRAME;
    return true;
}

/* The newest state again, before it can be known whether it is needed. */
static bool
make_copy(struct sender *s, uint64_t now, struct sender_message *out, struct buffer *diff)
{
    struct sender_state *to = newest(s);

    s->ops->diff(s->states[0].state, to->state, diff);
    if (diff->overflow || diff->len > REPLACE_MAX) {
        buffer_clear(diff);
        return false;
    }
    to->base = s->states[0].num;
    message_fill(s, to->base, to->num, out);
    out->copy = true;
    said_state(s, now);
    return true;
}

static bool
make_last(struct sender *s, const struct link *link, uint64_t now,
          struct sender_message *out, struct buffer *diff)
{
    bool first = newest(s)->num != TRANSPORT_NUM_LAST;
    uint64_t base_num = first ? guess_base(s, link, now)->num : s->states[0].num;
    const struct sender_state *base;
    double wait;

    if (first) {
        void *next = s->ops->copy(s->cur, newest(s)->state);

        append(s, TRANSPORT_NUM_LAST, next, s->ops->equal(next, newest(s)->state), now);
        s->dirty = false;
    }
    base = find(s, base_num);
    base = choose_diff(s, base ? base : s->states, newest(s), diff);
    if (diff->overflow)
        buffer_clear(diff); /* the end matters more than what it looks like */
    newest(s)->base = base->num;
    newest(s)->last_sent = now;
    newest(s)->repeated = !first;
    message_fill(s, base->num, TRANSPORT_NUM_LAST, out);
    said_state(s, now);
    wait = MAX(send_interval(link), LAST_FIRST);
    for (unsigned i = 0; i < s->shutdown_tries && wait < RETRY_MAX; i++)
        wait *= 1.15;
    s->shutdown_tries++;
    s->shutdown_due = now + (uint64_t)wait;
    return true;
}

/* The retry timer has run out. */
static void
note_loss(struct sender *s, uint64_t now)
{
    size_t bytes = 0;

    for (size_t i = 1; i < s->count; i++)
        bytes += s->states[i].lost ? 0 : s->states[i].bytes;
    all_lost(s);
    s->tries++;
    s->tried_at = now;
    /* A lone small message may only have met a slow program. */
    if (bytes > TRANSPORT_LIMIT_V4 || s->tries > 2) {
        s->window = MAX(s->window / 2, WINDOW_MIN);
        s->slow_start = false;
    }
}

bool
sender_make(struct sender *s, const struct link *link, uint64_t now,
            struct sender_message *out, struct buffer *diff)
{
    if (s->server && s->heard && now > s->heard_at + SENDER_ASSOCIATION)
        s->quiet = true;
    if (s->shutting && !sender_shutdown_acked(s) &&
        (now >= s->shutting_since + SENDER_SHUTDOWN_MAX ||
         (s->shutdown_tries >= SENDER_SHUTDOWN_TRIES && now >= s->shutdown_due)))
        s->given_up = true;
    if (now < sender_deadline(s, link))
        return false;
    if (s->shutting && !sender_shutdown_acked(s) && !s->given_up &&
        now >= s->shutdown_due)
        return make_last(s, link, now, out, diff);
    if (now >= s->final_due) {
        sender_make_ack(s, out);
        said_something(s, now);
        return true;
    }
    if (s->shutting)
        return false;
    if (now >= retry_due(s, link)) {
        note_loss(s, now);
        return make_data(s, link, true, now, out, diff);
    }
    if (now >= s->copy_due) {
        s->copy_due = NEVER;
        if (newest(s)->num == s->copy_num && s->count > 1 && make_copy(s, now, out, diff))
            return true;
    }
    if (now >= data_due(s) && make_data(s, link, false, now, out, diff))
        return true;
    if ((s->answer && now >= s->answer_due) || now >= s->heartbeat_due) {
        /* An empty message would claim that nothing has changed since its base. */
        if (make_data(s, link, outstanding(s), now, out, diff))
            return true;
        if (!outstanding(s)) {
            make_life(s, link, now, out);
            return true;
        }
        said_state(s, now);
        return false;
    }
    if (now >= s->ack_due) {
        /* One that has to be said soon anyway is said along with it. */
        if (s->heartbeat_due - now <= s->heartbeat / 3 && !outstanding(s)) {
            make_life(s, link, now, out);
            return true;
        }
        sender_make_ack(s, out);
        said_something(s, now);
        return true;
    }
    return false;
}

/* Where much gets lost, a key that is lost would wait for the retry timer. */
static void
plan_copies(struct sender *s, const struct link *link, const struct sender_state *st,
            const struct sender_message *m)
{
    double loss = link_loss(link), gap = link_rtt(link) / 8;

    if (m->copy)
        s->copies--;
    else
        s->copies = loss < COPY_LOSS ? 0 : loss < COPY_LOSS_2 ? 1 : 2;
    if (s->copies == 0 || st->same || st->bytes > TRANSPORT_LIMIT_MIN)
        return;
    s->copy_num = st->num;
    s->copy_due = s->said_at + (uint64_t)MIN(MAX(gap, COPY_GAP_MIN), COPY_GAP_MAX);
}

void
sender_sent(struct sender *s, const struct link *link, const struct sender_message *m,
            size_t bytes)
{
    struct sender_state *st = find(s, m->new_num);

    if (!st || st == s->states)
        return;
    st->bytes = bytes;
    plan_copies(s, link, st, m);
}
