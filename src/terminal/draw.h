/* Bytes that turn one screen into another, as few as reasonable: for a replica at the
 * other end of a session, which stock mosh-client may be, and for the user's terminal.
 *
 * What is written for a replica begins and ends in the parser's ground state, asks for no
 * answer, leaves autowrap on, insert and origin mode off, the region full and no wrap
 * pending, and gives the same screen whichever screen it starts from. What stock doesn't
 * know (faint, strike, overline, kinds and colours of underlines) is said in sequences
 * that do nothing there. Only functions that stock's emulator has are used, but for REP
 * where caps has it; what is looked at in search of something shorter is capped. */
#pragma once
#include "terminal/caps.h"
#include "terminal/screen.h"

#define DRAW_CLIPBOARD_STOCK 16379u /* bytes of an OSC 52 that stock keeps whole */

/* Appends to out; nothing when both look the same. from: what the receiver shows, with
 * the cursor where it is drawn and no wrap pending; NULL: unknown, everything is painted
 * and stated anew. out has no maximum. */
void draw_diff(struct buffer *out, const struct screen *from, const struct screen *to,
               const struct caps *caps);

/* More bytes than it takes to paint a row over another; NULL: a blank one. */
size_t draw_row_price(const struct row *from, const struct row *to);

/* Whether the copy made in `to` reaches such a receiver at all. */
bool draw_can_copy(const struct screen *to, const struct caps *caps);

/* Takes and gives back the user's terminal; smcup and rmcup may be NULL. After enter the
 * first diff is one from NULL. leave puts back every mode that draw_diff or enter ever
 * set; shown: what is shown last, or NULL. */
void draw_enter(struct buffer *out, const char *smcup);
void draw_leave(struct buffer *out, const struct screen *shown, const char *rmcup);
