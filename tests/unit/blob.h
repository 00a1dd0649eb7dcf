/* A small state for transport tests: a text that is replaced as a whole; the diff is the
 * text, told apart from nothing by a letter in front. */
#pragma once
#include "unit.h"

#include "base/alloc.h"
#include "base/err.h"
#include "transport/sync.h"
#include <stdlib.h>

struct blob {
    struct buffer text;
    bool refuse; /* apply says ERR_FULL */
};

static inline struct blob *
blob_new(const char *text)
{
    struct blob *b = xcalloc(1, sizeof *b);

    buffer_put_str(&b->text, text);
    return b;
}

static inline void
blob_set(struct blob *b, struct bytes text)
{
    buffer_clear(&b->text);
    buffer_put_bytes(&b->text, text);
}

static inline void *
blob_copy(const void *state, const void *from)
{
    const struct blob *b = state;
    struct blob *c = blob_new("");

    (void)from;
    c->refuse = b->refuse;
    buffer_put_bytes(&c->text, buffer_bytes(&b->text));
    return c;
}

static inline void
blob_free(void *state)
{
    struct blob *b = state;

    buffer_free(&b->text);
    free(b);
}

static inline bool
blob_equal(const void *a, const void *b)
{
    return bytes_equal(buffer_bytes(&((const struct blob *)a)->text),
                       buffer_bytes(&((const struct blob *)b)->text));
}

static inline void
blob_subtract(void *state, const void *held)
{
    (void)state;
    (void)held;
}

static inline void
blob_diff(const void *from, const void *to, struct buffer *out)
{
    if (blob_equal(from, to))
        return;
    buffer_put_byte(out, '=');
    buffer_put_bytes(out, buffer_bytes(&((const struct blob *)to)->text));
}

static inline int
blob_apply(void *state, struct bytes diff, bool last)
{
    struct blob *b = state;

    if (diff.data[0] != '=')
        return ERR_FORMAT;
    if (b->refuse && !last)
        return ERR_FULL;
    blob_set(b, bytes_slice(diff, 1, diff.len));
    return 0;
}

static inline size_t
blob_size(const void *state)
{
    return ((const struct blob *)state)->text.len + sizeof(struct blob);
}

static const struct sync_ops blob_ops = {blob_copy, blob_free,  blob_equal, blob_subtract,
                                         blob_diff, blob_apply, blob_size};
