/* Terminal, TerminalState and Event of proto/awl.proto to and from what the rest of the
 * program has. What a peer says is cut down to its limits; nothing of it is an error. */
#pragma once
#include "awl.pb-c.h"
#include "terminal/events.h"
#include "terminal/extras.h"

#define TERMINAL_MESSAGE_PALETTE_MAX (COLOR_ENTRY_LEN * PROFILE_PALETTE)

/* m borrows from p and palette for as long as it is used. */
void terminal_message_fill(const struct profile *p, Awl__Terminal *m,
                           uint8_t palette[TERMINAL_MESSAGE_PALETTE_MAX]);
void terminal_message_read(const Awl__Terminal *m, struct profile *out);
/* m borrows from x. */
void terminal_state_fill(const struct extras *x, Awl__TerminalState *m);
/* x is replaced. */
void terminal_state_read(const Awl__TerminalState *m, struct extras *x);
/* m borrows from v. */
void event_message_fill(const struct event *v, Awl__Event *m);
/* Puts it into the queue. A kind or content that this program doesn't know is left out.
 */
void event_message_read(const Awl__Event *m, struct events *e);
