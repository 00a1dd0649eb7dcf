#include "transport/fragment.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#define FINAL_BIT 0x8000u

/* ---- cutting ---- */

void
cutter_free(struct cutter *c)
{
    buffer_free(&c->whole);
    c->at = 0;
}

bool
cutter_start(struct cutter *c, size_t body)
{
    assert(body > 0 && c->whole.len > 0);
    c->body = body;
    c->at = c->whole.len;
    if (cutter_count(c) > FRAGMENT_COUNT_MAX) {
        buffer_clear(&c->whole);
        c->at = 0;
        return false;
    }
    c->id = ++c->ids;
    c->at = 0;
    return true;
}

bool
cutter_again(struct cutter *c)
{
    c->at = 0;
    return c->whole.len > 0;
}

bool
cutter_pending(const struct cutter *c)
{
    return c->at < c->whole.len;
}

size_t
cutter_count(const struct cutter *c)
{
    return c->body ? (c->whole.len + c->body - 1) / c->body : 0;
}

bool
cutter_next(struct cutter *c, uint8_t *out, size_t *len)
{
    size_t n = MIN(c->body, c->whole.len - c->at);
    unsigned number = (unsigned)(c->at / MAX(c->body, 1));

    if (!cutter_pending(c))
        return false;
    be64_put(out, c->id);
    be16_put(out + 8, (uint16_t)(number | (c->at + n == c->whole.len ? FINAL_BIT : 0)));
    memcpy(out + FRAGMENT_HEADER_LEN, c->whole.data + c->at, n);
    c->at += n;
    *len = FRAGMENT_HEADER_LEN + n;
    return true;
}

size_t
cutter_single(struct cutter *c, struct bytes message, uint8_t *out)
{
    be64_put(out, ++c->ids);
    be16_put(out + 8, FINAL_BIT);
    memcpy(out + FRAGMENT_HEADER_LEN, message.data, message.len);
    return FRAGMENT_HEADER_LEN + message.len;
}

/* ---- joining ---- */

struct piece {
    uint32_t at; /* in slot's bytes */
    uint16_t len;
    uint16_t number;
};

struct slot {
    uint64_t id;
    uint64_t age;         /* joiner's count when it was opened; 0: unused */
    uint32_t total;       /* fragments of the message; 0: not yet known */
    struct piece *pieces; /* sorted by number */
    size_t count, cap;
    struct buffer bytes; /* in order of arrival */
};

struct joiner {
    struct slot slots[JOINER_SLOTS];
    uint64_t opened;
    struct buffer whole;
};

struct joiner *
joiner_new(void)
{
    return xcalloc(1, sizeof(struct joiner));
}

static void
slot_close(struct slot *s)
{
    free(s->pieces);
    buffer_free(&s->bytes);
    *s = (struct slot){0};
}

void
joiner_free(struct joiner *j)
{
    if (!j)
        return;
    for (size_t i = 0; i < JOINER_SLOTS; i++)
        slot_close(&j->slots[i]);
    buffer_free(&j->whole);
    free(j);
}

static size_t
slot_held(const struct slot *s)
{
    return s->bytes.cap + s->cap * sizeof *s->pieces;
}

size_t
joiner_held(const struct joiner *j)
{
    size_t held = 0;

    for (size_t i = 0; i < JOINER_SLOTS; i++)
        held += slot_held(&j->slots[i]);
    return held;
}

/* The oldest in use but `not`; NULL: there is no other. */
static struct slot *
slot_oldest(struct joiner *j, const struct slot * not )
{
    struct slot *oldest = NULL;

    for (size_t i = 0; i < JOINER_SLOTS; i++) {
        struct slot *s = &j->slots[i];

        if (s != not &&s->age && (!oldest || s->age < oldest->age))
            oldest = s;
    }
    return oldest;
}

static struct slot *
slot_find(struct joiner *j, uint64_t id)
{
    for (size_t i = 0; i < JOINER_SLOTS; i++)
        if (j->slots[i].age && j->slots[i].id == id)
            return &j->slots[i];
    return NULL;
}

static struct slot *
slot_open(struct joiner *j, uint64_t id)
{
    struct slot *s = NULL;

    for (size_t i = 0; i < JOINER_SLOTS && !s; i++)
        if (!j->slots[i].age)
            s = &j->slots[i];
    if (!s) {
        s = slot_oldest(j, NULL);
        slot_close(s);
    }
    s->id = id;
    s->age = ++j->opened;
    return s;
}

/* Where the number is or belongs. */
static size_t
slot_search(const struct slot *s, unsigned number)
{
    size_t low = 0, high = s->count;

    if (high && s->pieces[high - 1].number < number)
        return high; /* in order, as nearly always */
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (s->pieces[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Makes room for one more piece, at the cost of older messages. False: it alone is too
 * much. */
static bool
slot_reserve(struct joiner *j, struct slot *s, size_t len)
{
    size_t cap = s->count == s->cap ? MAX(s->cap * 2, 4) : s->cap;
    size_t grown = s->bytes.cap;

    /* What the buffer will have, as it doubles. */
    if (s->bytes.len + len > grown)
        grown = MAX(MAX(grown, 64) * 2, s->bytes.len + len);
    if (grown + cap * sizeof *s->pieces > JOINER_BYTES_MAX)
        return false;
    while (joiner_held(j) - slot_held(s) + grown + cap * sizeof *s->pieces >
           JOINER_BYTES_MAX)
        slot_close(slot_oldest(j, s));
    if (cap > s->cap) {
        s->pieces = xrealloc(s->pieces, cap, sizeof *s->pieces);
        s->cap = cap;
    }
    if (grown > s->bytes.cap) {
        s->bytes.data = xrealloc(s->bytes.data, grown, 1);
        s->bytes.cap = grown;
    }
    return true;
}

static void
slot_join(struct joiner *j, struct slot *s)
{
    buffer_reserve(&j->whole, s->bytes.len);
    for (size_t i = 0; i < s->count; i++)
        buffer_put_bytes(&j->whole, bytes_slice(buffer_bytes(&s->bytes), s->pieces[i].at,
                                                s->pieces[i].len));
    slot_close(s);
}

enum joiner_result
joiner_add(struct joiner *j, struct bytes fragment, struct bytes *whole)
{
    struct reader r = reader_of(fragment);
    uint64_t id = reader_u64(&r);
    unsigned head = reader_u16(&r), number = head & ~FINAL_BIT;
    bool final = head & FINAL_BIT, known;
    struct bytes body = r.rest;
    struct slot *s;
    size_t at;

    *whole = BYTES_NONE;
    buffer_free(&j->whole);
    if (r.bad || body.len > UINT16_MAX)
        return JOINER_BAD;
    s = slot_find(j, id);
    if (!s && final && number == 0) {
        *whole = body; /* whole as it is */
        return JOINER_DONE;
    }
    if (!s)
        s = slot_open(j, id);
    at = slot_search(s, number);
    known = at < s->count && s->pieces[at].number == number;
    if (known) {
        const struct piece *p = &s->pieces[at];

        if (!bytes_equal(bytes_slice(buffer_bytes(&s->bytes), p->at, p->len), body) ||
            final != (s->total == number + 1))
            return JOINER_BAD;
        return JOINER_MORE;
    }
    /* One end only, and nothing beyond it. */
    if (s->total && (final || number >= s->total))
        return JOINER_BAD;
    if (final && s->count && s->pieces[s->count - 1].number > number)
        return JOINER_BAD;
    if (!slot_reserve(j, s, body.len)) {
        slot_close(s);
        return JOINER_BAD;
    }
    memmove(s->pieces + at + 1, s->pieces + at, (s->count - at) * sizeof *s->pieces);
    s->pieces[at] =
        (struct piece){(uint32_t)s->bytes.len, (uint16_t)body.len, (uint16_t)number};
    s->count++;
    buffer_put_bytes(&s->bytes, body);
    if (final)
        s->total = number + 1;
    if (s->count != s->total)
        return JOINER_MORE;
    slot_join(j, s);
    *whole = buffer_bytes(&j->whole);
    return JOINER_DONE;
}
