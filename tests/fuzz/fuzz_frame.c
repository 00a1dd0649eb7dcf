/* A relay's peer: bytes in portions, cut where the first byte says. */
#include "session/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frames *f = frames_new(0);
    size_t step = size > 0 ? 1 + data[0] : 1, at = size > 0;
    uint64_t now = 0;

    while (at < size) {
        struct bytes in = {data + at, MIN(step, size - at)}, datagram;

        frames_put(f, in, now); /* so that there is something to acknowledge */
        frames_input(f, in, now);
        while (frames_datagram(f, &datagram)) {
            assert(datagram.len > 0 && datagram.len <= FRAME_DATAGRAM_MAX);
            frames_put(f, datagram, now);
        }
        frames_wrote(f, frames_output(f).len / 2);
        now += 10000;
        frames_tick(f, now);
        assert(frames_deadline(f) > now);
        at += step;
    }
    frames_free(f);
    return 0;
}
