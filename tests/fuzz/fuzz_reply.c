/* What comes from the user's terminal, in two portions cut where the first byte says:
 * what is taken out and what is learned don't depend on the cut, and what is held back
 * comes out in time. */
#include "base/deadline.h"
#include "terminal/reply.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(struct reply *r, struct buffer *keys, struct bytes in, size_t cut)
{
    struct buffer questions = {.max = 0};

    reply_ask(r, &questions);
    buffer_free(&questions);
    reply_tick(r, keys, 1);
    reply_input(r, bytes_slice(in, 0, cut), keys, 2);
    reply_input(r, bytes_slice(in, cut, in.len), keys, 3);
    for (int i = 0; i < 4 && reply_deadline(r) != NEVER; i++) {
        uint64_t now = reply_deadline(r);

        reply_tick(r, keys, now);
        reply_news(r, now);
    }
    if (reply_deadline(r) != NEVER || keys->len > in.len)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer keys = {.max = 0}, whole = {.max = 0};
    struct reply r = {.len = 0}, once = {.len = 0};
    struct bytes in;
    size_t cut;

    if (size < 1)
        return 0;
    in = bytes_of(data + 1, size - 1);
    cut = in.len * data[0] / 256;
    feed(&r, &keys, in, cut);
    feed(&once, &whole, in, 0);
    if (!profile_equal(&r.profile, &once.profile) && keys.len == whole.len)
        abort();
    buffer_free(&keys);
    buffer_free(&whole);
    return 0;
}
