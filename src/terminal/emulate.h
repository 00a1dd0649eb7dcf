/* The terminal emulator: bytes in, a changed screen and answers out. The result does not
 * depend on how the bytes are cut. What it understands is listed in emulate_csi.c,
 * emulate_osc.c and emulate.c (ECMA-48, DEC VT510, xterm's ctlseqs). */
#pragma once
#include "base/bytes.h"
#include "terminal/events.h"
#include "terminal/extras.h"

enum emulator_role {
    EMULATOR_SERVER, /* what programs write: answers queries, ignores encoded C1 controls
                      */
    EMULATOR_REPLICA /* diffs of a server, stock mosh's or ours: never answers, obeys
                        encoded C1, and BS from a pending wrap starts one column further
                        right, which repairs what stock's differ means by it */
};

#define EMULATOR_OSC_MAX                                                                 \
    4096u /* bytes of an OSC or DCS; OSC 52 may be SCREEN_CLIPBOARD_MAX */

struct emulator; /* opaque */

/* Gives. Borrows s until emulator_free; others may look at it and resize it in between.
 */
struct emulator *emulator_new(struct screen *s, enum emulator_role role);
void emulator_free(struct emulator *e); /* takes; NULL is fine; the screen stays */
/* Answers are appended to reply, each whole or, when it doesn't fit, not at all. reply
 * may be NULL. */
void emulator_write(struct emulator *e, struct bytes in, struct buffer *reply);
/* Applies the host bytes of one diff to a replica; parser and decoder begin and end in
 * their ground state. */
void emulator_replay(struct screen *s, struct bytes host_bytes);

/* ---- a server's: what there is beside the picture ---- */

/* What programs have set; borrowed until the next call on e. */
const struct extras *emulator_extras(struct emulator *e);
/* Questions about the user's terminal are answered from this; before, they are not
 * answered. Programs that asked to be told of changes are, through reply. */
void emulator_profile(struct emulator *e, const struct profile *profile,
                      struct buffer *reply);
/* From now on copies, notifications and bells go there and no longer into the screen.
 * Takes a count of its own. */
void emulator_events(struct emulator *e, struct events *events);
/* The screen was resized: programs that asked to be told (2048) are, through reply. */
void emulator_resized(struct emulator *e, struct buffer *reply);
