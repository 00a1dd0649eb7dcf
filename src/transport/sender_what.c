/* What the sender says: the choice of state and base, and the content of a message. */
#include "transport/sender_parts.h"
#include "transport/transport.h"
#include <string.h>

#define WINDOW_MIN    (2u * TRANSPORT_LIMIT_V4)
#define COPY_LOSS_2   0.08 /* above SENDER_LOSS: and from here on three times */
#define COPY_GAP_MIN  8u   /* ms between the copies, since losses come in bunches */
#define COPY_GAP_MAX  25u
#define BULK          8192u /* bytes of diff; then the oldest part is repeated first */
#define REPLACE_MAX   1000u /* bytes: the acknowledged state is the base up to here, */
#define REPLACE_MORE  100u  /* if that costs so little more; the numbers are mosh's */
#define TOO_MUCH_WAIT 1000u /* ms until a change that fits no message is tried again */
#define LAST_FIRST    50u   /* ms between the first repeats of the last state */
#define LAST_MAX      1000u /* and between the later ones */

/* The newest state the peer may be thought to hold: it went out a short while ago, and so
 * did, or is known to be there, what it was built on. */
static struct sender_state *
guess_base(struct sender *s, const struct link *link, uint64_t now)
{
    uint64_t patience = (uint64_t)link_rto(link) + s->ack_delay;
    bool there[SENDER_STATES_MAX + 1] = {true};
    size_t best = 0;

    for (size_t i = 1; i < s->count; i++) {
        const struct sender_state *st = &s->states[i];
        const struct sender_state *base = sender_find(s, st->base);

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
choose_diff(struct sender *s, const struct link *link, const struct sender_state *base,
            const struct sender_state *to, struct buffer *diff)
{
    struct buffer from_first = {.max = diff->max};

    s->ops->diff(base->state, to->state, diff);
    if (base == s->states || diff->overflow ||
        (diff->len >= REPLACE_MAX && link_loss(link) < SENDER_LOSS))
        return base;
    /* From the acknowledged state it is sure to arrive in one piece; where nothing gets
     * lost, that is not worth drawing a large one twice. When they are equal it stays as
     * it is: an empty message would look like nothing new. */
    s->ops->diff(s->states[0].state, to->state, &from_first);
    if (!from_first.overflow && from_first.len > 0 &&
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
    if (oldest < to && shorter.len > 0 && !shorter.overflow &&
        (diff->overflow || shorter.len < diff->len / 2)) {
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
        append(s, sender_newest(s)->num + 1, s->ops->copy(sender_newest(s)->state, NULL),
               true, now);

    st->base = old_num;
    message_fill(s, old_num, st->num, out);
    said_state(s, now);
}

/* Turns what has changed into a new state. False: there was nothing after all. */
static bool
take_change(struct sender *s, uint64_t now)
{
    struct sender_state *last = sender_newest(s);
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
    uint64_t before = sender_newest(s)->num;
    bool new_one = take_change(s, now);
    const struct sender_state *base = sender_find(s, base_num);
    struct sender_state *to = sender_newest(s);

    if (!new_one && !repeat)
        return false;
    if (!base)
        base = s->states; /* it gave way to the new one */
    base = choose_diff(s, link, base, to, diff);
    if ((diff->overflow || diff->len > BULK) && base == s->states &&
        (!new_one || s->states[1].lost)) {
        to = smaller_repeat(s, to, diff);
        if (new_one && to != sender_newest(s)) {
            /* What was lost goes first, or all of it would go with every new piece. */
            s->ops->free(sender_newest(s)->state);
            s->count--;
            s->dirty = true;
            s->pending_since = now;
            new_one = false;
        }
    }
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
    s->paced_until = MAX(s->paced_until, now) + SENDER_FRAME;
    return true;
}

/* The newest state again, before it can be known whether it is needed. */
static bool
make_copy(struct sender *s, uint64_t now, struct sender_message *out, struct buffer *diff)
{
    struct sender_state *to = sender_newest(s);

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
    bool first = sender_newest(s)->num != TRANSPORT_NUM_LAST;
    uint64_t base_num = first ? guess_base(s, link, now)->num : s->states[0].num;
    const struct sender_state *base;
    double wait;

    if (first) {
        void *next = s->ops->copy(s->cur, sender_newest(s)->state);

        append(s, TRANSPORT_NUM_LAST, next, s->ops->equal(next, sender_newest(s)->state),
               now);
        s->dirty = false;
    }
    base = sender_find(s, base_num);
    base = choose_diff(s, link, base ? base : s->states, sender_newest(s), diff);
    if (diff->overflow)
        buffer_clear(diff); /* the end matters more than what it looks like */
    sender_newest(s)->base = base->num;
    sender_newest(s)->last_sent = now;
    sender_newest(s)->repeated = !first;
    message_fill(s, base->num, TRANSPORT_NUM_LAST, out);
    said_state(s, now);
    wait = MAX(sender_send_interval(link), LAST_FIRST);
    for (unsigned i = 0; i < s->shutdown_tries && wait < LAST_MAX; i++)
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
    sender_all_lost(s);
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
    if (now >= sender_retry_due(s, link)) {
        note_loss(s, now);
        return make_data(s, link, true, now, out, diff);
    }
    if (now >= s->copy_due) {
        s->copy_due = NEVER;
        if (sender_newest(s)->num == s->copy_num && s->count > 1 &&
            make_copy(s, now, out, diff))
            return true;
    }
    if (now >= sender_data_due(s) && make_data(s, link, false, now, out, diff))
        return true;
    if ((s->answer && now >= s->answer_due) || now >= s->heartbeat_due) {
        /* An empty message would claim that nothing has changed since its base. */
        if (make_data(s, link, sender_outstanding(s), now, out, diff))
            return true;
        if (!sender_outstanding(s)) {
            make_life(s, link, now, out);
            return true;
        }
        said_state(s, now);
        return false;
    }
    if (now >= s->ack_due) {
        /* One that has to be said soon anyway is said along with it. */
        if (s->heartbeat_due - now <= s->heartbeat / 3 && !sender_outstanding(s)) {
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
        s->copies = loss < SENDER_LOSS ? 0 : loss < COPY_LOSS_2 ? 1 : 2;
    if (s->copies == 0 || st->same || st->bytes > TRANSPORT_LIMIT_MIN)
        return;
    s->copy_num = st->num;
    s->copy_due = s->said_at + (uint64_t)MIN(MAX(gap, COPY_GAP_MIN), COPY_GAP_MAX);
}

void
sender_sent(struct sender *s, const struct link *link, const struct sender_message *m,
            size_t bytes)
{
    struct sender_state *st = sender_find(s, m->new_num);

    if (!st || st == s->states)
        return;
    st->bytes = bytes;
    plan_copies(s, link, st, m);
}
