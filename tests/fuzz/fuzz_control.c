/* Whoever can write to the control FIFO. */
#include "session/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
sink(void *arg, enum log_level level, const char *text)
{
    (void)arg;
    (void)level;
    for (; *text != '\0'; text++)
        assert(*text >= 0x20 && *text < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct control c = {.log = {.sink = sink, .level = LOG_DEBUG}};
    size_t step = size > 0 ? 1 + data[0] : 1;
    struct awl_addr to;

    for (size_t at = 0; at < size; at += step) {
        control_input(&c, bytes_of(data + at, MIN(step, size - at)), 5000 + at);
        while (control_next(&c, &to))
            assert(to.family != AWL_NONE && to.port != 0);
    }
    return 0;
}
