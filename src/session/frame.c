#include "session/frame.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#define HEAD_LEN 2u
#define ACK_BIT  0x8000u
#define ACK_MOST 0x7fffu
/* Datagrams under way with their heads, then room for acknowledgements. A peer that sends
 * and does not read only makes us count. */
#define OUT_MAX (FRAME_WINDOW + HEAD_LEN * FRAME_UNACKED_MAX + 8192u)

struct frames {
    /* reading */
    struct bytes in; /* borrowed, not yet looked at */
    uint8_t head[HEAD_LEN];
    uint8_t body[FRAME_DATAGRAM_MAX];
    size_t head_len, body_len, body_want;
    uint64_t heard;
    bool bad;
    uint32_t to_ack; /* datagrams taken, not yet acknowledged */
    /* writing */
    struct buffer out;
    uint16_t sizes[FRAME_UNACKED_MAX]; /* of the unacknowledged, a ring */
    size_t first, unacked;
    size_t unacked_bytes;
    uint64_t sent;
};

struct frames *
frames_new(uint64_t now)
{
    struct frames *f = xcalloc(1, sizeof *f);

    f->out.max = OUT_MAX;
    f->heard = f->sent = now;
    return f;
}

void
frames_free(struct frames *f)
{
    if (f == NULL)
        return;
    buffer_free(&f->out);
    free(f);
}

static void
acks_take(struct frames *f, size_t n)
{
    if (n > f->unacked) {
        f->bad = true; /* acknowledges what was never sent */
        return;
    }
    for (; n > 0; n--) {
        f->unacked_bytes -= f->sizes[f->first];
        f->first = (f->first + 1) % FRAME_UNACKED_MAX;
        f->unacked--;
    }
}

static void
head_take(struct frames *f)
{
    uint16_t head = be16_get(f->head);

    if (head & ACK_BIT) {
        if (head == ACK_BIT)
            f->bad = true;
        acks_take(f, head & ACK_MOST);
        f->head_len = 0;
    } else if (head > FRAME_DATAGRAM_MAX) {
        f->bad = true;
    } else if (head == 0) {
        f->head_len = 0; /* keepalive */
    } else {
        f->body_want = head;
        f->body_len = 0;
    }
}

void
frames_input(struct frames *f, struct bytes in, uint64_t now)
{
    assert(f->in.len == 0 || f->bad);
    f->in = in;
    if (in.len > 0)
        f->heard = now;
}

bool
frames_datagram(struct frames *f, struct bytes *out)
{
    while (!f->bad && f->in.len > 0) {
        if (f->head_len < HEAD_LEN) {
            f->head[f->head_len++] = f->in.data[0];
            f->in = bytes_slice(f->in, 1, f->in.len);
            if (f->head_len == HEAD_LEN)
                head_take(f);
        } else {
            size_t n = MIN(f->body_want - f->body_len, f->in.len);

            memcpy(f->body + f->body_len, f->in.data, n);
            f->body_len += n;
            f->in = bytes_slice(f->in, n, f->in.len);
            if (f->body_len < f->body_want)
                continue;
            f->head_len = 0;
            f->to_ack++;
            *out = bytes_of(f->body, f->body_len);
            return true;
        }
    }
    return false;
}

bool
frames_bad(const struct frames *f)
{
    return f->bad;
}

bool
frames_put(struct frames *f, struct bytes datagram, uint64_t now)
{
    if (datagram.len == 0 || datagram.len > FRAME_DATAGRAM_MAX ||
        f->unacked == FRAME_UNACKED_MAX ||
        f->unacked_bytes + datagram.len > FRAME_WINDOW ||
        !buffer_reserve(&f->out, HEAD_LEN + datagram.len)) {
        f->out.overflow = false;
        return false;
    }
    buffer_put_u16(&f->out, (uint16_t)datagram.len);
    buffer_put_bytes(&f->out, datagram);
    f->sizes[(f->first + f->unacked) % FRAME_UNACKED_MAX] = (uint16_t)datagram.len;
    f->unacked++;
    f->unacked_bytes += datagram.len;
    f->sent = now;
    return true;
}

void
frames_tick(struct frames *f, uint64_t now)
{
    if (now - f->sent < FRAME_KEEPALIVE_MS)
        return;
    f->sent = now;
    if (f->out.len == 0) /* else the pipe is busy, or stuck */
        buffer_put_u16(&f->out, 0);
}

uint64_t
frames_deadline(const struct frames *f)
{
    return f->sent + FRAME_KEEPALIVE_MS;
}

struct bytes
frames_output(struct frames *f)
{
    while (f->to_ack > 0 && f->out.len + HEAD_LEN <= OUT_MAX) {
        uint32_t n = MIN(f->to_ack, ACK_MOST);

        buffer_put_u16(&f->out, (uint16_t)(ACK_BIT | n));
        f->to_ack -= n;
    }
    return buffer_bytes(&f->out);
}

void
frames_wrote(struct frames *f, size_t n)
{
    buffer_drop(&f->out, n);
}

uint64_t
frames_heard(const struct frames *f)
{
    return f->heard;
}
