/* Shows typed keys before the server has answered. Keeps guesses of what cells will look
 * like and where the cursor will be, lays them on the replica, and judges each when the
 * server has had time to answer the key that caused it (its echo acknowledgement says
 * so).
 *
 * Guesses belong to epochs. A new one begins with every key whose effect cannot be
 * foreseen, and its guesses stay hidden until one of them has proved right: so nothing
 * shows in a password prompt or in an editor's command mode before the program was seen
 * to echo. What is shown without proof was earned in the same context.
 *
 * Before each draw: predict_judge with the newest replica, then predict_apply to a copy
 * of it. For keys: predict_judge, then predict_keys with the frame last shown. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "terminal/screen.h"

#define PREDICT_BULK 100u /* a longer read is a paste: nothing is predicted */
#define PREDICT_CURSORS_MAX                                                              \
    256u /* guesses of the cursor; more: everything is forgotten */

struct predict; /* opaque */

/* overwrite: typed characters replace what is under the cursor instead of pushing it. */
struct predict *predict_new(enum awl_predict mode, bool overwrite); /* gives */
void predict_free(struct predict *p);                               /* NULL is fine */
/* Forgets all guesses and begins a new epoch: after a resize of the window. */
void predict_reset(struct predict *p);

/* Keys of one read. shown: the frame last shown, without the status line. sent: the
 * number of the newest client state sent; the keys will travel in a later one. */
void predict_keys(struct predict *p, struct bytes keys, const struct screen *shown,
                  uint64_t sent, uint64_t now);
/* late_ack: the client state whose input surely shows in the replica. interval_ms: the
 * transport's frame interval, half a round trip, 20..250; guesses are shown and marked
 * when it is long. */
void predict_judge(struct predict *p, const struct screen *replica, uint64_t late_ack,
                   uint64_t interval_ms, uint64_t now);
/* Lays what may be shown on s, a copy of the replica judged last. */
void predict_apply(const struct predict *p, struct screen *s);
/* When judging anew may show something though nothing has come. */
uint64_t predict_deadline(const struct predict *p);
