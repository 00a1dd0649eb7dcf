#include "transport/compress.h"
#include "base/alloc.h"
#include "base/err.h"
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* 8 kB of window and 4096 hash chains: 48 kB instead of 268, and 8 kB to clear for each
 * message instead of 64. */
#define WINDOW_BITS 13
#define MEMORY      5
#define FIRST_GUESS 4096u
#define KEPT        65536u /* of the output buffer, after a large message */

/* Up to here deflate's searching and weighing of codes costs more than all the rest of a
 * typed key, and saves a byte or two: such messages are written as literals. */
#define SMALL_MAX 64u

struct compress {
    uint16_t
        code[256]; /* the fixed codes of deflate (RFC 1951, 3.2.6), first bit lowest */
    z_stream pack;
    z_stream unpack;
    struct buffer plain;
};

/* 0 to 143 have eight bits, the rest nine. */
static unsigned
code_bits(unsigned literal)
{
    return literal < 144 ? 8 : 9;
}

static void
codes_init(uint16_t code[256])
{
    for (unsigned v = 0; v < 256; v++) {
        unsigned plain = v < 144 ? 0x30 + v : 0x190 + v - 144, n = code_bits(v);

        code[v] = 0;
        for (unsigned i = 0; i < n; i++)
            code[v] |= (uint16_t)((plain >> i & 1) << (n - 1 - i));
    }
}

struct compress *
compress_new(void)
{
    struct compress *c = xcalloc(1, sizeof *c);

    codes_init(c->code);
    c->plain.max = COMPRESS_MAX;
    if (deflateInit2(&c->pack, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK ||
        inflateInit(&c->unpack) != Z_OK)
        abort(); /* only for want of memory */
    return c;
}

void
compress_free(struct compress *c)
{
    if (!c)
        return;
    deflateEnd(&c->pack);
    inflateEnd(&c->unpack);
    buffer_free(&c->plain);
    free(c);
}

/* One final block of fixed codes without a single repetition. */
static void
pack_small(const struct compress *c, struct bytes in, struct buffer *out)
{
    uint8_t small[2 + (3 + 9 * SMALL_MAX + 7 + 7) / 8 + 4] = {0x78, 0x9c};
    uint32_t bits = 3, count = 3; /* final, fixed codes */
    size_t n = 2;

    for (size_t i = 0; i < in.len; i++) {
        bits |= (uint32_t)c->code[in.data[i]] << count;
        count += code_bits(in.data[i]);
        for (; count >= 8; count -= 8, bits >>= 8)
            small[n++] = (uint8_t)bits;
    }
    count += 7; /* the end is seven zeros */
    for (; count >= 8; count -= 8, bits >>= 8)
        small[n++] = (uint8_t)bits;
    if (count > 0)
        small[n++] = (uint8_t)bits;
    be32_put(small + n, (uint32_t)adler32(1, in.data, (uInt)in.len));
    buffer_put(out, small, n + 4);
}

void
compress_pack(struct compress *c, struct bytes in, struct buffer *out)
{
    z_stream *z = &c->pack;
    size_t bound;
    int r;

    assert(in.len <= COMPRESS_MAX);
    if (in.len > 0 && in.len <= SMALL_MAX) {
        pack_small(c, in, out);
        return;
    }
    deflateReset(z);
    bound = deflateBound(z, (uLong)in.len);
    if (!buffer_reserve(out, bound))
        return;
    z->next_in = (Bytef *)(uintptr_t)in.data;
    z->avail_in = (uInt)in.len;
    z->next_out = out->data + out->len;
    z->avail_out = (uInt)bound;
    r = deflate(z, Z_FINISH);
    assert(r == Z_STREAM_END);
    (void)r;
    out->len += bound - z->avail_out;
}

int
compress_unpack(struct compress *c, struct bytes in, struct bytes *out)
{
    z_stream *z = &c->unpack;
    struct buffer *b = &c->plain;
    int r;

    *out = BYTES_NONE;
    if (in.len > COMPRESS_MAX)
        return ERR_FULL;
    if (b->cap > KEPT)
        buffer_free(b);
    buffer_clear(b);
    buffer_reserve(b, MAX(FIRST_GUESS, MIN(in.len * 4, KEPT)));
    inflateReset(z);
    z->next_in = (Bytef *)(uintptr_t)in.data;
    z->avail_in = (uInt)in.len;
    for (;;) {
        size_t room = b->cap - b->len;

        z->next_out = b->data + b->len;
        z->avail_out = (uInt)room;
        r = inflate(z, Z_FINISH);
        b->len += room - z->avail_out;
        if (r == Z_STREAM_END)
            break;
        /* With room left it wants more input, or is broken. */
        if ((r != Z_OK && r != Z_BUF_ERROR) || z->avail_out > 0)
            return ERR_FORMAT;
        if (b->len == COMPRESS_MAX)
            return ERR_FULL;
        buffer_reserve(b, MIN(b->cap, COMPRESS_MAX - b->len));
    }
    if (z->avail_in > 0)
        return ERR_FORMAT;
    *out = buffer_bytes(b);
    return ERR_OK;
}
