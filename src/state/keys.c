#include "state/keys.h"
#include "awl.pb-c.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/err.h"
#include "state/terminal_message.h"
#include <stdlib.h>
#include <string.h>

#define MEMORY_MAX  8388608u /* for unpacking a message */
#define DIFF_MAX    4194304u
#define PENDING_MAX (2 * DIFF_MAX) /* events in the server that nobody takes */
#define KEPT        65536u

/* An event that is no input. */
struct mark {
    uint64_t at; /* event number */
    enum keys_kind kind;
    int cols, rows;
    uint64_t number;
    struct profile *terminal; /* owned; NULL in other kinds */
};

/* Events `base` up to `base + bytes.len - head`, shared by all states. A mark
 * has its place among the bytes, with a zero there. */
struct stream {
    unsigned refs;
    struct buffer bytes;
    size_t head;        /* bytes in front that are done with */
    uint64_t base;      /* number of the event at head */
    struct mark *marks; /* by number, none below base */
    size_t mark_count, mark_cap;
    uint64_t sent; /* client: events below this are in states already */
    bool stock;    /* client: the server is stock mosh */
    size_t room;   /* server */
    struct arena arena;
};

struct keys {
    struct stream *stream;
    uint64_t end; /* the events below this number */
};

static uint64_t
stream_end(const struct stream *s)
{
    return s->base + (s->bytes.len - s->head);
}

/* Gives back the room of what is done with. */
static void
stream_tidy(struct stream *s)
{
    if (s->head == s->bytes.len) {
        if (s->bytes.cap > KEPT)
            buffer_free(&s->bytes);
        buffer_clear(&s->bytes);
        s->head = 0;
    } else if (s->head > s->bytes.len / 2) {
        buffer_drop(&s->bytes, s->head);
        s->head = 0;
    }
}

static void
stream_drop(struct stream *s, uint64_t before)
{
    size_t n = 0;

    if (before <= s->base)
        return;
    assert(before <= stream_end(s));
    s->head += (size_t)(before - s->base);
    s->base = before;
    stream_tidy(s);
    while (n < s->mark_count && s->marks[n].at < before)
        free(s->marks[n++].terminal);
    s->mark_count -= n;
    if (n && s->mark_count)
        memmove(s->marks, s->marks + n, s->mark_count * sizeof *s->marks);
}

/* Its place is the end. What it owns is taken. */
static void
stream_put_mark(struct stream *s, struct mark m)
{
    if (s->mark_count == s->mark_cap) {
        s->mark_cap = MAX(s->mark_cap * 2, 4);
        s->marks = xrealloc(s->marks, s->mark_cap, sizeof *s->marks);
    }
    assert(s->marks != NULL); /* no room at first: made above */
    m.at = stream_end(s);
    s->marks[s->mark_count++] = m;
    buffer_put_byte(&s->bytes, 0);
}

/* The first mark at or behind `at`; NULL: none. */
static const struct mark *
stream_next_mark(const struct stream *s, uint64_t at)
{
    size_t low = 0, high = s->mark_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (s->marks[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->mark_count ? &s->marks[low] : NULL;
}

static struct bytes
stream_view(const struct stream *s, uint64_t from, uint64_t to)
{
    return bytes_slice(buffer_bytes(&s->bytes), s->head + (size_t)(from - s->base),
                       (size_t)(to - from));
}

struct keys *
keys_new(void)
{
    struct keys *k = xcalloc(1, sizeof *k);

    k->stream = xcalloc(1, sizeof *k->stream);
    k->stream->refs = 1;
    k->stream->room = SIZE_MAX;
    k->stream->arena.max = MEMORY_MAX;
    return k;
}

void
keys_free(struct keys *k)
{
    struct stream *s;

    if (!k)
        return;
    s = k->stream;
    if (--s->refs == 0) {
        buffer_wipe(&s->bytes); /* passwords, too */
        for (size_t i = 0; i < s->mark_count; i++)
            free(s->marks[i].terminal);
        free(s->marks);
        arena_free(&s->arena);
        free(s);
    }
    free(k);
}

/* ---- client ---- */

void
keys_push(struct keys *k, struct bytes input)
{
    assert(k->end == stream_end(k->stream));
    buffer_put_bytes(&k->stream->bytes, input);
    k->end += input.len;
}

static int
clamp(int v, int max)
{
    return MIN(MAX(v, 1), max);
}

/* A mark at the end that was never sent is overwritten by one of its kind. */
static void
keys_put_mark(struct keys *k, struct mark m)
{
    struct stream *s = k->stream;
    struct mark *last = s->mark_count ? &s->marks[s->mark_count - 1] : NULL;

    assert(k->end == stream_end(s));
    if (last && last->kind == m.kind && last->at + 1 == k->end && last->at >= s->sent) {
        free(last->terminal);
        m.at = last->at;
        *last = m;
        return;
    }
    stream_put_mark(s, m);
    k->end++;
}

void
keys_resize(struct keys *k, int cols, int rows)
{
    keys_put_mark(k, (struct mark){.kind = KEYS_RESIZE,
                                   .cols = clamp(cols, KEYS_COLS_MAX),
                                   .rows = clamp(rows, KEYS_ROWS_MAX)});
}

static struct profile *
profile_new(const struct profile *from)
{
    struct profile *p = xmalloc(sizeof *p);

    *p = *from;
    return p;
}

void
keys_terminal(struct keys *k, const struct profile *terminal)
{
    keys_put_mark(
        k, (struct mark){.kind = KEYS_TERMINAL, .terminal = profile_new(terminal)});
}

void
keys_event_ack(struct keys *k, uint64_t number)
{
    keys_put_mark(k, (struct mark){.kind = KEYS_EVENT_ACK, .number = number});
}

void
keys_stock(struct keys *k)
{
    k->stream->stock = true;
}

size_t
keys_unacked(const struct keys *k)
{
    return (size_t)(k->end - k->stream->base);
}

/* ---- server ---- */

bool
keys_take(struct keys *k, struct keys_event *out)
{
    struct stream *s = k->stream;
    const struct mark *next;
    uint64_t from, to;

    *out = (struct keys_event){.kind = KEYS_INPUT};
    stream_tidy(s);
    for (;;) {
        from = s->base;
        if (from >= k->end)
            return false;
        next = stream_next_mark(s, from);
        if (!next || next->at != from)
            break;
        out->kind = next->kind;
        out->cols = next->cols;
        out->rows = next->rows;
        out->number = next->number;
        if (next->terminal)
            out->terminal = *next->terminal;
        stream_drop(s, from + 1);
        next = stream_next_mark(s, from + 1);
        if (out->kind != KEYS_RESIZE || !next || next->kind != KEYS_RESIZE ||
            next->at != from + 1 || next->at >= k->end)
            return true;
    }
    out->kind = KEYS_INPUT;
    to = next ? MIN(next->at, k->end) : k->end;
    out->input = stream_view(s, from, to);
    /* The view must outlive the call, so what is done with is dropped at the next. */
    s->head += (size_t)(to - from);
    s->base = to;
    return true;
}

void
keys_set_room(struct keys *k, size_t bytes)
{
    k->stream->room = bytes;
}

/* ---- as a state ---- */

static void *
copy(const void *state, const void *from)
{
    const struct keys *k = state, *before = from;
    struct stream *s = k->stream;
    struct keys *c = xmalloc(sizeof *c);

    *c = *k;
    s->refs++;
    if (!before)
        return c;
    /* One step at a time, and no more of them than the peer's buffers can take. */
    c->end = MIN(c->end, before->end + KEYS_STEP_MAX);
    c->end = MIN(c->end, MAX(before->end, s->base + KEYS_FLIGHT_MAX));
    s->sent = MAX(s->sent, c->end);
    return c;
}

static void
free_state(void *state)
{
    keys_free(state);
}

static bool
equal(const void *a, const void *b)
{
    return ((const struct keys *)a)->end == ((const struct keys *)b)->end;
}

static void
subtract(void *state, const void *held)
{
    struct keys *k = state;

    stream_drop(k->stream, ((const struct keys *)held)->end);
}

struct run {
    Awl__UserInstruction instruction;
    Awl__Keystroke keystroke;
    Awl__Resize resize;
    Awl__EventAck ack;
    Awl__Terminal terminal;
    uint8_t palette[TERMINAL_MESSAGE_PALETTE_MAX];
};

static void
run_put_input(struct run *u, struct bytes v)
{
    awl__keystroke__init(&u->keystroke);
    u->instruction.keystroke = &u->keystroke;
    u->keystroke.has_keys = true;
    u->keystroke.keys = (ProtobufCBinaryData){v.len, (uint8_t *)(uintptr_t)v.data};
}

static void
run_put_mark(struct run *u, const struct mark *m, bool stock)
{
    /* A message without anything would claim that nothing has changed. */
    if (stock && m->kind != KEYS_RESIZE) {
        run_put_input(u, BYTES_NONE);
        return;
    }
    switch (m->kind) {
    case KEYS_INPUT: break; /* no mark */
    case KEYS_RESIZE:
        awl__resize__init(&u->resize);
        u->instruction.resize = &u->resize;
        u->resize.has_width = u->resize.has_height = true;
        u->resize.width = m->cols;
        u->resize.height = m->rows;
        break;
    case KEYS_TERMINAL:
        terminal_message_fill(m->terminal, &u->terminal, u->palette);
        u->instruction.terminal = &u->terminal;
        break;
    case KEYS_EVENT_ACK:
        awl__event_ack__init(&u->ack);
        u->instruction.eventack = &u->ack;
        u->ack.has_number = true;
        u->ack.number = m->number;
        break;
    }
}

/* One UserInstruction for each run of bytes and each mark, packed by protobuf-c from
 * arrays. */
static void
diff(const void *from, const void *to, struct buffer *out)
{
    const struct keys *a = from, *b = to;
    const struct stream *s = b->stream;
    uint64_t at = MAX(a->end, s->base);
    size_t runs = 1, n = 0, size;
    struct run *run;
    Awl__UserInstruction **list;
    Awl__UserMessage m = AWL__USER_MESSAGE__INIT;

    if (at >= b->end)
        return;
    for (const struct mark *r = stream_next_mark(s, at);
         r && r < s->marks + s->mark_count && r->at < b->end; r++)
        runs += 2;
    run = xcalloc(runs, sizeof *run);
    list = xcalloc(runs, sizeof(Awl__UserInstruction *));
    while (at < b->end) {
        const struct mark *r = stream_next_mark(s, at);
        struct run *u = &run[n];

        list[n++] = &u->instruction;
        awl__user_instruction__init(&u->instruction);
        if (r && r->at == at) {
            run_put_mark(u, r, s->stock);
            at++;
        } else {
            uint64_t until = r ? MIN(r->at, b->end) : b->end;

            run_put_input(u, stream_view(s, at, until));
            at = until;
        }
    }
    m.n_instruction = n;
    m.instruction = list;
    size = awl__user_message__get_packed_size(&m);
    if (buffer_reserve(out, size))
        out->len += awl__user_message__pack(&m, out->data + out->len);
    free(run);
    free(list);
}

static struct bytes
input(const Awl__UserInstruction *u)
{
    return bytes_of(u->keystroke->keys.data, u->keystroke->keys.len);
}

/* What a message would add, and whether it may. */
static int
judge(const struct keys *k, const Awl__UserMessage *m, bool last)
{
    const struct stream *s = k->stream;
    uint64_t at = k->end, end = stream_end(s);
    size_t bytes = 0, marks = 0;

    for (size_t i = 0; i < m->n_instruction; i++) {
        const Awl__UserInstruction *u = m->instruction[i];

        /* Like mosh: with both in one, the keystroke counts. */
        if (u->keystroke) {
            size_t len = u->keystroke->keys.len;
            uint64_t known = at < end ? MIN(end - at, len) : 0;
            uint64_t skip = at < s->base ? MIN(s->base - at, known) : 0;

            /* States must be points of one stream. */
            if (known > skip && !bytes_equal(stream_view(s, at + skip, at + known),
                                             bytes_slice(input(u), skip, known - skip)))
                return ERR_FORMAT;
            at += len;
            bytes += len - (size_t)known;
        } else if (u->resize) {
            if (u->resize->width < 1 || u->resize->height < 1)
                return ERR_RANGE;
            marks += at >= end;
            at++;
        } else if (u->terminal || u->eventack) {
            marks += at >= end;
            at++;
        }
    }
    if (stream_end(s) - s->base + bytes + marks > PENDING_MAX ||
        s->mark_count + marks > KEYS_MARKS_MAX)
        return last ? ERR_RANGE : ERR_FULL;
    return bytes && s->room == 0 && !last ? ERR_FULL : ERR_OK;
}

static void
apply_one(struct keys *k, const Awl__UserInstruction *u)
{
    struct stream *s = k->stream;
    bool known = k->end < stream_end(s);
    struct mark mark = {.kind = KEYS_INPUT};

    if (u->keystroke) {
        size_t len = u->keystroke->keys.len;
        size_t skip = known ? (size_t)MIN(stream_end(s) - k->end, len) : 0;

        buffer_put_bytes(&s->bytes, bytes_slice(input(u), skip, len));
        k->end += len;
        return;
    }
    if (u->resize) {
        mark = (struct mark){.kind = KEYS_RESIZE,
                             .cols = clamp(u->resize->width, KEYS_COLS_MAX),
                             .rows = clamp(u->resize->height, KEYS_ROWS_MAX)};
    } else if (u->terminal) {
        struct profile p;

        terminal_message_read(u->terminal, &p);
        mark.kind = KEYS_TERMINAL;
        mark.terminal = known ? NULL : profile_new(&p);
    } else if (u->eventack) {
        mark = (struct mark){.kind = KEYS_EVENT_ACK, .number = u->eventack->number};
    } else {
        return; /* a newer client's */
    }
    if (!known)
        stream_put_mark(s, mark);
    k->end++;
}

static int
apply(void *state, struct bytes in, bool last)
{
    struct keys *k = state;
    struct stream *s = k->stream;
    ProtobufCAllocator allocator = {arena_alloc, arena_release, &s->arena};
    const Awl__UserMessage *m;
    int error;

    if (in.len > DIFF_MAX)
        return ERR_FORMAT;
    arena_clear(&s->arena);
    m = awl__user_message__unpack(&allocator, in.len, in.data);
    if (!m)
        return ERR_FORMAT;
    stream_tidy(s);
    error = judge(k, m, last);
    for (size_t i = 0; !error && i < m->n_instruction; i++)
        apply_one(k, m->instruction[i]);
    arena_clear(&s->arena);
    return error;
}

static size_t
size(const void *state)
{
    (void)state;
    return sizeof(struct keys); /* the events are shared, and capped by themselves */
}

const struct sync_ops keys_ops = {
    .copy = copy,
    .free = free_state,
    .equal = equal,
    .subtract = subtract,
    .diff = diff,
    .apply = apply,
    .size = size,
};
