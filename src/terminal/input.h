/* The user's keys as the application wants them: clients keep their terminal in
 * application cursor key mode (DECCKM), so its arrow keys come as ESC O A-D; an
 * application in normal mode gets ESC [ A-D. Everything else passes byte for byte. */
#pragma once
#include "base/bytes.h"

/* Zero-initialised is ready. */
struct input {
    enum { INPUT_GROUND, INPUT_ESC, INPUT_ESC_O } state;
};

/* Appends what the application gets. After ESC an `O` may be held back until the next
 * byte. */
void input_translate(struct input *in, struct bytes keys, bool app_cursor,
                     struct buffer *out);
/* At the end of a client's update: what was held back goes out, and keys of the next
 * update never join it, so Escape, O, A typed by hand is not an arrow. */
void input_flush(struct input *in, struct buffer *out);
