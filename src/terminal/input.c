#include "terminal/input.h"

void
input_translate(struct input *in, struct bytes keys, bool app_cursor, struct buffer *out)
{
    for (size_t i = 0; i < keys.len; i++) {
        uint8_t b = keys.data[i];

        switch (in->state) {
        case INPUT_ESC_O:
            buffer_put_byte(out, b >= 'A' && b <= 'D' && !app_cursor ? '[' : 'O');
            in->state = INPUT_GROUND;
            break;
        case INPUT_ESC:
            if (b == 'O' && !app_cursor) {
                in->state = INPUT_ESC_O;
                continue;
            }
            in->state = INPUT_GROUND;
            break;
        case INPUT_GROUND: break;
        }
        if (b == 0x1b) /* also the second of ESC ESC O A, which is Alt with an arrow */
            in->state = INPUT_ESC;
        buffer_put_byte(out, b);
    }
}

void
input_flush(struct input *in, struct buffer *out)
{
    if (in->state == INPUT_ESC_O)
        buffer_put_byte(out, 'O');
    in->state = INPUT_GROUND;
}
