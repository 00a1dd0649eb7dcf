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

struct compress {
    z_stream pack;
    z_stream unpack;
    struct buffer plain;
};

struct compress *
compress_new(void)
{
    struct compress *c = xcalloc(1, sizeof *c);

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

void
compress_pack(struct compress *c, struct bytes in, struct buffer *out)
{
    z_stream *z = &c->pack;
    size_t bound;
    int r;

    assert(in.len <= COMPRESS_MAX);
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
