#include "transport/transport.h"
#include "base/alloc.h"
#include "transport/compress.h"
#include "transport/fragment.h"
#include "transport/instruction.h"
#include "transport/link.h"
#include "transport/receiver.h"
#include "transport/sender.h"
#include <stdlib.h>
#include <string.h>

#define OVERHEAD      (LINK_OVERHEAD + FRAGMENT_HEADER_LEN)
#define DIFF_MAX      (INSTRUCTION_MAX - 65536u) /* room for the rest, and for zlib */
#define GATHER_CLIENT 1u
#define GATHER_SERVER 2u
#define BURST         8u     /* datagrams of one message that go at once */
#define SAME_AGAIN    5000u  /* ms during which a repeat has the same bytes */
#define SHRINK_TRIES  3u     /* repeats of something large before the limit falls */
#define KEPT          65536u /* of buffers, after something large */

/* What lies in the cutter: the last message that took several fragments. It stays there
 * to be repeated, whatever small ones go out in the meantime. */
struct cut {
    uint64_t old_num, new_num, ack_num;
    uint64_t extra_version;
    uint64_t at;
    unsigned given; /* fragments handed out */
};

struct transport {
    struct link link;
    struct sender sender;
    struct receiver receiver;
    struct compress *compress;
    struct joiner *joiner;
    struct cutter cutter;
    struct cut cut;
    struct arena arena; /* the Instruction that came last */
    struct rng rng;
    size_t limit;
    uint8_t path[TRANSPORT_PATH_MAX], hello[TRANSPORT_HELLO_MAX];
    struct bytes extra_path, extra_hello; /* views of these */
    uint64_t extra_version;
    uint64_t state_heard;
    struct buffer diff, plain, packed;
    uint8_t single[DATAGRAM_MAX]; /* a message of one fragment, waiting to be taken */
    size_t single_len;
    uint8_t payload[DATAGRAM_MAX];
};

static_assert(SENDER_ASSOCIATION == 40000, "the header says so");

struct transport *
transport_new(const struct transport_config *config, uint64_t now)
{
    struct transport *t = xcalloc(1, sizeof *t);
    uint32_t gather = config->gather_ms;

    if (gather == 0)
        gather = config->server ? GATHER_SERVER : GATHER_CLIENT;
    link_init(&t->link, &config->key, config->server, now);
    sender_init(&t->sender, config->local_ops, config->local, config->server, gather,
                now);
    receiver_init(&t->receiver, config->remote_ops, config->remote);
    t->compress = compress_new();
    t->joiner = joiner_new();
    t->arena.max = INSTRUCTION_MEMORY_MAX;
    t->rng = config->rng;
    t->limit = TRANSPORT_LIMIT_V6;
    t->diff.max = DIFF_MAX;
    return t;
}

void
transport_free(struct transport *t)
{
    if (!t)
        return;
    link_free(&t->link);
    sender_free(&t->sender);
    receiver_free(&t->receiver);
    compress_free(t->compress);
    joiner_free(t->joiner);
    cutter_free(&t->cutter);
    arena_free(&t->arena);
    buffer_free(&t->diff);
    buffer_free(&t->plain);
    buffer_free(&t->packed);
    wipe(t, sizeof *t);
    free(t);
}

/* ---- the objects ---- */

void *
transport_local(struct transport *t)
{
    return t->sender.cur;
}

void
transport_changed(struct transport *t, uint64_t now)
{
    sender_changed(&t->sender, now);
}

void *
transport_remote(struct transport *t)
{
    return receiver_newest(&t->receiver);
}

uint64_t
transport_remote_num(const struct transport *t)
{
    return receiver_newest_num(&t->receiver);
}

uint64_t
transport_sent_num(const struct transport *t)
{
    return sender_newest_num(&t->sender);
}

uint64_t
transport_acked_num(const struct transport *t)
{
    return t->sender.states[0].num;
}

size_t
transport_remote_bytes(const struct transport *t)
{
    return t->receiver.bytes;
}

/* ---- in ---- */

/* The state part of an Instruction of our version. */
static void
take_state(struct transport *t, const struct instruction *in, uint64_t now,
           struct transport_result *out)
{
    bool wants_ack = in->diff.len > 0;

    switch (receiver_input(&t->receiver, in, now)) {
    case RECEIVER_NEWEST:
        out->new_remote = true;
        t->state_heard = now;
        sender_remote(&t->sender, in->new_num, now);
        break;
    case RECEIVER_KNOWN:
        /* The peer repeats what we hold: our acknowledgement got lost. */
        if (in->new_num == TRANSPORT_NUM_LAST)
            sender_last_again(&t->sender, now);
        if (wants_ack)
            sender_repeated(&t->sender, &t->link, now);
        break;
    case RECEIVER_LATE:
    case RECEIVER_BASE_UNKNOWN: break;
    case RECEIVER_REFUSED:
        out->refused = true;
        wants_ack = false;
        break;
    case RECEIVER_QUENCHED:
    case RECEIVER_BAD: wants_ack = false; break;
    }
    if (wants_ack)
        sender_want_ack(&t->sender, &t->link, in->diff.len, now);
}

static void
take_message(struct transport *t, struct bytes whole, uint64_t now,
             struct transport_result *out)
{
    struct instruction in;
    struct bytes plain;

    arena_clear(&t->arena);
    if (compress_unpack(t->compress, whole, &plain) ||
        instruction_parse(&t->arena, plain, &in) || in.version != INSTRUCTION_VERSION)
        return;
    out->instruction = true;
    out->path = in.path;
    out->hello = in.hello;
    out->ack_num = in.ack_num;
    out->acked = sender_acked(&t->sender, &t->link, in.ack_num, now);
    take_state(t, &in, now, out);
}

void
transport_receive(struct transport *t, struct bytes datagram, int ecn, uint64_t now,
                  struct transport_result *out)
{
    struct link_packet packet;
    struct bytes whole;

    *out = (struct transport_result){0};
    out->error = link_open(&t->link, datagram, ecn, now, &packet);
    if (out->error)
        return;
    out->seq = packet.seq;
    out->fresh = packet.fresh;
    out->replayed = packet.replayed;
    if (packet.replayed)
        return;
    if (packet.fresh)
        sender_heard(&t->sender, now);
    if (joiner_add(t->joiner, packet.payload, &whole) == JOINER_DONE)
        take_message(t, whole, now, out);
}

/* ---- out ---- */

static void
buffer_fresh(struct buffer *b)
{
    if (b->cap > KEPT)
        buffer_free(b);
    buffer_clear(b);
}

static void
pack(struct transport *t, const struct sender_message *m, struct bytes diff,
     struct bytes path, struct bytes hello, struct buffer *out)
{
    uint8_t chaff[1 + INSTRUCTION_CHAFF_MAX];
    struct instruction in = {.version = INSTRUCTION_VERSION,
                             .old_num = m->old_num,
                             .new_num = m->new_num,
                             .ack_num = m->ack_num,
                             .throwaway_num = m->throwaway_num,
                             .diff = diff,
                             .path = path,
                             .hello = hello};

    /* Without it the length of a datagram would show which key was typed. */
    rng_bytes(&t->rng, chaff, sizeof chaff);
    in.chaff = bytes_of(chaff + 1, chaff[0] % (INSTRUCTION_CHAFF_MAX + 1));
    buffer_fresh(&t->plain);
    instruction_pack(&in, &t->plain);
    compress_pack(t->compress, buffer_bytes(&t->plain), out);
}

/* A message of several fragments goes out again as the same bytes, so that what gets
 * through of each time joins at the other end. */
static bool
same_again(struct transport *t, const struct sender_message *m, size_t body, uint64_t now)
{
    const struct cut *c = &t->cut;

    if (!m->repeat || c->old_num != m->old_num || c->new_num != m->new_num ||
        c->extra_version != t->extra_version || now - c->at > SAME_AGAIN ||
        t->cutter.body != body)
        return false;
    if (c->ack_num != m->ack_num) /* it carries the old acknowledgement */
        t->sender.ack_due = now;
    return cutter_again(&t->cutter);
}

/* Path MTU: large ones never arrive there, while something still comes from there. */
static void
judge_limit(struct transport *t, const struct sender_message *m)
{
    if (m->repeat && t->sender.tries >= SHRINK_TRIES && m->before > TRANSPORT_LIMIT_MIN &&
        t->link.heard > sender_unacked_since(&t->sender))
        t->limit = TRANSPORT_LIMIT_MIN;
}

static bool
pending(const struct transport *t)
{
    return t->single_len > 0 || cutter_pending(&t->cutter);
}

static bool
make(struct transport *t, uint64_t now)
{
    struct sender_message m;
    struct bytes packed;
    size_t body;

    buffer_fresh(&t->diff);
    if (!sender_make(&t->sender, &t->link, now, &m, &t->diff))
        return false;
    judge_limit(t, &m);
    body = t->limit - OVERHEAD;
    if (!same_again(t, &m, body, now)) {
        buffer_fresh(&t->packed);
        pack(t, &m, buffer_bytes(&t->diff), t->extra_path, t->extra_hello, &t->packed);
        packed = buffer_bytes(&t->packed);
        if (packed.len <= body) {
            t->single_len = cutter_single(&t->cutter, packed, t->single);
            sender_sent(&t->sender, &t->link, &m, packed.len + OVERHEAD);
            return true;
        }
        buffer_fresh(&t->cutter.whole);
        buffer_put_bytes(&t->cutter.whole, packed);
        cutter_start(&t->cutter, body);
        t->cut = (struct cut){.old_num = m.old_num,
                              .new_num = m.new_num,
                              .ack_num = m.ack_num,
                              .extra_version = t->extra_version};
    }
    t->cut.at = now;
    t->cut.given = 0;
    sender_sent(&t->sender, &t->link, &m,
                t->cutter.whole.len + cutter_count(&t->cutter) * OVERHEAD);
    return true;
}

/* When the next fragment of the message may go: some at once, then as fast as the window
 * allows in a round trip. */
static uint64_t
fragment_due(const struct transport *t)
{
    double gap = link_rtt(&t->link) * (double)t->limit / (double)t->sender.window;

    if (t->cut.given < BURST)
        return t->cut.at;
    return t->cut.at + (uint64_t)(gap * (t->cut.given - BURST + 1));
}

void
transport_tick(struct transport *t, uint64_t now)
{
    link_clock(&t->link, now);
    /* A mosh peer joins one message at a time: the next begins when this is out. */
    if (!pending(t))
        make(t, now);
}

bool
transport_next(struct transport *t, struct bytes *payload, uint64_t now)
{
    size_t len;

    if (!pending(t) && !make(t, now))
        return false;
    if (t->single_len) {
        *payload = bytes_of(t->single, t->single_len);
        t->single_len = 0;
        return true;
    }
    if (now < fragment_due(t))
        return false;
    cutter_next(&t->cutter, t->payload, &len);
    t->cut.given++;
    *payload = bytes_of(t->payload, len);
    return true;
}

uint64_t
transport_deadline(const struct transport *t)
{
    if (t->single_len)
        return t->link.clock;
    if (cutter_pending(&t->cutter))
        return fragment_due(t);
    return sender_deadline(&t->sender, &t->link);
}

int
transport_seal(struct transport *t, struct bytes payload, uint64_t now, uint8_t *out,
               size_t *len)
{
    return link_seal(&t->link, payload, now, out, len);
}

/* ---- the datagram plane ---- */

static bool
keep_extra(uint8_t *store, size_t max, struct bytes in, struct bytes *view)
{
    struct bytes next = {in.len ? store : NULL, in.len};

    assert(in.len <= max);
    (void)max;
    if (bytes_equal(*view, in))
        return false;
    if (in.len)
        memcpy(store, in.data, in.len);
    *view = next;
    return true;
}

void
transport_peer_own(struct transport *t)
{
    t->sender.ack_delay = TRANSPORT_ACK_OWN_MS;
}

void
transport_set_extra(struct transport *t, struct bytes path, struct bytes hello)
{
    bool changed = keep_extra(t->path, sizeof t->path, path, &t->extra_path);

    changed |= keep_extra(t->hello, sizeof t->hello, hello, &t->extra_hello);
    t->extra_version += changed;
}

void
transport_probe(struct transport *t, struct bytes path, struct bytes hello,
                struct bytes *payload)
{
    struct buffer small = {.max = LINK_PAYLOAD_MAX - FRAGMENT_HEADER_LEN};
    struct sender_message m;

    assert(path.len <= TRANSPORT_PATH_MAX && hello.len <= TRANSPORT_HELLO_MAX);
    sender_make_ack(&t->sender, &m);
    pack(t, &m, BYTES_NONE, path.len ? path : BYTES_NONE, hello.len ? hello : BYTES_NONE,
         &small);
    *payload =
        bytes_of(t->payload, cutter_single(&t->cutter, buffer_bytes(&small), t->payload));
    buffer_free(&small);
}

void
transport_answer_soon(struct transport *t, uint64_t now)
{
    sender_answer(&t->sender, now);
}

/* ---- the path ---- */

void
transport_set_limit(struct transport *t, size_t bytes)
{
    t->limit = MIN(MAX(bytes, TRANSPORT_LIMIT_MIN), DATAGRAM_MAX);
}

size_t
transport_limit(const struct transport *t)
{
    return t->limit;
}

void
transport_rtt_reset(struct transport *t, uint64_t now)
{
    link_rtt_reset(&t->link, now);
    sender_path_changed(&t->sender, now);
}

double
transport_rtt(const struct transport *t)
{
    return link_rtt(&t->link);
}

uint32_t
transport_rto(const struct transport *t)
{
    return link_rto(&t->link);
}

void
transport_set_heartbeat(struct transport *t, uint32_t ms)
{
    assert(ms > 0);
    t->sender.heartbeat = ms;
}

/* ---- times ---- */

uint64_t
transport_heard(const struct transport *t)
{
    return t->link.heard;
}

uint64_t
transport_state_heard(const struct transport *t)
{
    return t->state_heard;
}

uint64_t
transport_acked_sent(const struct transport *t)
{
    const struct sender_state *first = &t->sender.states[0];

    return first->num ? first->last_sent : 0;
}

uint64_t
transport_unacked_since(const struct transport *t)
{
    return sender_unacked_since(&t->sender);
}

/* ---- the end ---- */

void
transport_shutdown(struct transport *t, uint64_t now)
{
    sender_shutdown(&t->sender, now);
}

bool
transport_shutting_down(const struct transport *t)
{
    return t->sender.shutting;
}

bool
transport_shutdown_acked(const struct transport *t)
{
    return sender_shutdown_acked(&t->sender);
}

bool
transport_shutdown_given_up(const struct transport *t)
{
    return sender_shutdown_given_up(&t->sender);
}

bool
transport_peer_shut_down(const struct transport *t)
{
    return transport_remote_num(t) == TRANSPORT_NUM_LAST;
}

bool
transport_peer_shutdown_answered(const struct transport *t)
{
    return t->sender.final_acks >= SENDER_FINAL_ACKS;
}
