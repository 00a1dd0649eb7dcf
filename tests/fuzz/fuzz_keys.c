/* The user's messages: the first byte says what follows it, a message twice over (the
 * second from the state the first led to), and every event must come out once. */
#include "state/keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
drain(struct keys *k)
{
    struct keys_event e;
    size_t n = 0;

    while (keys_take(k, &e)) {
        for (size_t i = 0; i < e.input.len; i++)
            n += e.input.data[i] != '!';
        if (e.kind == KEYS_RESIZE && (e.cols < 1 || e.rows < 1))
            abort();
    }
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keys *zero = keys_new(), *a, *b;
    struct buffer d = {.max = 0};
    size_t half;

    if (size < 1) {
        keys_free(zero);
        return 0;
    }
    half = 1 + (size - 1) * data[0] / 256;
    if (data[0] & 1)
        keys_set_room(zero, 0);
    a = keys_ops.copy(zero, NULL);
    if (keys_ops.apply(a, bytes_of(data + 1, half - 1), data[0] & 2) == 0) {
        if (data[0] & 4)
            drain(a);
        b = keys_ops.copy(a, NULL);
        if (keys_ops.apply(b, bytes_of(data + half, size - half), data[0] & 8) == 0)
            keys_ops.diff(zero, b, &d);
        drain(b);
        if (drain(b) || drain(a))
            abort();
        keys_free(b);
    }
    keys_free(a);
    keys_free(zero);
    buffer_free(&d);
    return 0;
}
