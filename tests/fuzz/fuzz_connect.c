/* What a login script, or somebody else's server, prints before and instead of our lines.
 */
#include "session/connect.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(const uint8_t *data, size_t size, size_t step, enum connect_goal goal)
{
    struct connect *c = connect_new(goal);
    const struct connect_info *info = connect_info(c);
    struct bytes line;
    bool note;

    for (size_t at = 0; at < size; at += step) {
        connect_input(c, bytes_of(data + at, MIN(step, size - at)));
        while (connect_noise(c, &line, &note))
            assert(line.len <= 4096);
    }
    if (connect_state(c) == CONNECT_DONE) {
        assert(goal == CONNECT_RELAY ? info->have_relay : info->have_session);
        assert(connect_rest(c).len <= size);
    }
    assert(strlen(info->control) <= CONNECT_LINE_MAX);
    assert(!info->have_relay || info->target.family != AWL_NONE);
    connect_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step = size > 0 ? 1 + data[size / 2] : 1;

    feed(data, size, step, CONNECT_SESSION);
    feed(data, size, step, CONNECT_RELAY);
    return 0;
}
