/* A server's message on a client's screen. The first byte is the size of the screen it is
 * applied to; a draw from the screen before must then give the screen after. */
#include "base/attr.h"
#include "state/display.h"
#include "terminal/draw.h"
#include "terminal/emulate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct display *was, *d;
    struct buffer out = {.max = 0};

    if (size < 1 || size > 65536)
        return 0;
    was = display_new(1 + (data[0] & 31), 1 + (data[0] >> 5));
    d = display_ops.copy(was, NULL);
    if (display_ops.apply(d, bytes_of(data + 1, size - 1), false) == 0) {
        struct screen *t = screen_copy(was->screen);

        if (!display_ops.equal(was, d) && d->screen->cols <= 256 &&
            d->screen->rows <= 256) {
            display_ops.diff(was, d, &out);
            buffer_clear(&out);
            if (t->cols != d->screen->cols || t->rows != d->screen->rows)
                screen_resize_plain(t, d->screen->cols, d->screen->rows);
            draw_diff(&out, was->screen, d->screen, &caps_own);
            emulator_replay(t, buffer_bytes(&out));
            t->bells = d->screen->bells;
            if (!screen_equal_but_copies(t, d->screen))
                abort();
        }
        screen_free(t);
    }
    buffer_free(&out);
    display_free(was);
    display_free(d);
    return 0;
}
