/* The joiner, fed records of two bytes of length and a fragment. */
#include "transport/fragment.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(bytes_of(data, size));
    struct joiner *j = joiner_new();
    struct bytes whole;

    while (r.rest.len > 2) {
        size_t want = reader_u16(&r);
        struct bytes record = reader_take(&r, MIN(want, r.rest.len));
        uint64_t sum = 0;

        if (joiner_add(j, record, &whole) == JOINER_DONE)
            for (size_t i = 0; i < whole.len; i++)
                sum += whole.data[i];
        if (joiner_held(j) > JOINER_BYTES_MAX || sum > whole.len * 255)
            abort();
    }
    joiner_free(j);
    return 0;
}
