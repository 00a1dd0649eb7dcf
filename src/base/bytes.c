#include "base/bytes.h"
#include "base/alloc.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes
bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

struct bytes
bytes_str(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

struct bytes
bytes_slice(struct bytes b, size_t at, size_t len)
{
    if (at >= b.len)
        return BYTES_NONE;
    return (struct bytes){b.data + at, MIN(len, b.len - at)};
}

int
hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
bytes_equal_secret(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    uint8_t diff = 0;

    for (size_t i = 0; i < len; i++)
        diff = (uint8_t)(diff | (x[i] ^ y[i]));
    return diff == 0;
}

void
buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){.max = b->max};
}

void
buffer_wipe(struct buffer *b)
{
    if (b->data != NULL)
        wipe(b->data, b->cap);
    buffer_free(b);
}

void
buffer_clear(struct buffer *b)
{
    b->len = 0;
    b->overflow = false;
}

bool
buffer_reserve(struct buffer *b, size_t extra)
{
    size_t limit = b->max ? b->max : SIZE_MAX / 2;
    size_t want, cap;

    if (b->len > limit || extra > limit - b->len) {
        b->overflow = true;
        return false;
    }
    want = b->len + extra;
    if (want <= b->cap)
        return true;
    cap = b->cap ? b->cap : 64;
    while (cap < want)
        cap = cap > limit / 2 ? limit : cap * 2;
    b->data = xrealloc(b->data, cap, 1);
    b->cap = cap;
    return true;
}

bool
buffer_put(struct buffer *b, const void *data, size_t len)
{
    if (!buffer_reserve(b, len))
        return false;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    return true;
}

bool
buffer_put_bytes(struct buffer *b, struct bytes v)
{
    return buffer_put(b, v.data, v.len);
}

bool
buffer_put_byte(struct buffer *b, uint8_t v)
{
    return buffer_put(b, &v, 1);
}

bool
buffer_put_str(struct buffer *b, const char *s)
{
    return buffer_put(b, s, strlen(s));
}

bool
buffer_printf(struct buffer *b, const char *fmt, ...)
{
    char small[256];
    va_list ap;
    bool ok;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    if ((size_t)n < sizeof small)
        return buffer_put(b, small, (size_t)n);
    ok = buffer_reserve(b, (size_t)n + 1);
    if (ok) {
        va_start(ap, fmt);
        vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
        va_end(ap);
        b->len += (size_t)n;
    }
    return ok;
}

bool
buffer_put_u16(struct buffer *b, uint16_t v)
{
    uint8_t p[2];

    be16_put(p, v);
    return buffer_put(b, p, sizeof p);
}

bool
buffer_put_u64(struct buffer *b, uint64_t v)
{
    uint8_t p[8];

    be64_put(p, v);
    return buffer_put(b, p, sizeof p);
}

void
buffer_drop(struct buffer *b, size_t n)
{
    assert(n <= b->len);
    if (n && n < b->len)
        memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

struct bytes
buffer_bytes(const struct buffer *b)
{
    return (struct bytes){b->data, b->len};
}

const char *
buffer_str(struct buffer *b)
{
    if (b->len == b->cap) {
        b->data = xrealloc(b->data, b->cap + 1, 1);
        b->cap++;
    }
    b->data[b->len] = 0;
    return (const char *)b->data;
}

struct reader
reader_of(struct bytes b)
{
    return (struct reader){b, false};
}

struct bytes
reader_take(struct reader *r, size_t n)
{
    struct bytes taken = {r->rest.data, n};

    if (r->bad || n > r->rest.len) {
        r->bad = true;
        return BYTES_NONE;
    }
    if (n) {
        r->rest.data += n;
        r->rest.len -= n;
    }
    return taken;
}

uint8_t
reader_u8(struct reader *r)
{
    struct bytes b = reader_take(r, 1);

    return b.len ? b.data[0] : 0;
}

uint16_t
reader_u16(struct reader *r)
{
    struct bytes b = reader_take(r, 2);

    return b.len ? be16_get(b.data) : 0;
}

uint32_t
reader_u32(struct reader *r)
{
    struct bytes b = reader_take(r, 4);

    return b.len ? be32_get(b.data) : 0;
}

uint64_t
reader_u64(struct reader *r)
{
    struct bytes b = reader_take(r, 8);

    return b.len ? be64_get(b.data) : 0;
}

uint16_t
be16_get(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
be32_get(const uint8_t *p)
{
    return (uint32_t)be16_get(p) << 16 | be16_get(p + 2);
}

uint64_t
be64_get(const uint8_t *p)
{
    return (uint64_t)be32_get(p) << 32 | be32_get(p + 4);
}

void
be16_put(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void
be32_put(uint8_t *p, uint32_t v)
{
    be16_put(p, (uint16_t)(v >> 16));
    be16_put(p + 2, (uint16_t)v);
}

void
be64_put(uint8_t *p, uint64_t v)
{
    be32_put(p, (uint32_t)(v >> 32));
    be32_put(p + 4, (uint32_t)v);
}
