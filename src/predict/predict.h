/* Shows typed keys before the server has answered. Keeps guesses of what cells will look
 * like and where the cursor will be, lays them on the replica, and judges each when the
 * server has had time to answer the key that caused it (its echo acknowledgement says
 * so).
 *
 * Guesses belong to epochs. A new one begins with every key whose effect cannot be
 * foreseen, and its guesses stay hidden until one of them has proved right: so nothing
 * shows in a password prompt or in an editor's command mode before the program was seen
 * to echo. A line after a prompt of a kind that was seen to echo needs no proof; what is
 * shown is always earned in the same context.
 *
 * What is typed behind such a key is remembered and guessed anew once the key has been
 * answered, and so is what remains after a wrong guess.
 *
 * Before each draw: predict_judge with the newest replica, then predict_apply to a copy
 * of it. For keys: predict_judge, then predict_keys. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "terminal/screen.h"
#include "terminal/tty_mode.h"

#define PREDICT_BULK        100u /* a longer read is a paste: nothing is predicted */
#define PREDICT_STROKES_MAX 256u /* unanswered; more: all is forgotten */

/* What the session knows of the way and of the program. */
struct predict_link {
    uint64_t late_ack; /* the client state whose input surely shows in the replica */
    uint32_t rtt_ms;   /* guesses are shown and marked when it is long; 0: unknown */
    struct tty_mode tty;
};

struct predict_counts {
    uint64_t keys;     /* that were guessed */
    uint64_t shown;    /* guesses that were visible, */
    uint64_t right;    /* and those of them that came true, */
    uint64_t wrong;    /* and that did not */
    uint64_t saved_ms; /* by those that came true */
};

struct predict; /* opaque */

/* overwrite: typed characters replace what is under the cursor instead of pushing it. */
struct predict *predict_new(enum awl_predict mode, bool overwrite); /* gives */
void predict_free(struct predict *p);                               /* NULL is fine */
/* Forgets all guesses and begins a new epoch: after a resize of the window. */
void predict_reset(struct predict *p);

/* Keys of one read, on top of the replica judged last. sent: the number of the newest
 * client state sent; the keys will travel in a later one. */
void predict_keys(struct predict *p, struct bytes keys, const struct screen *replica,
                  uint64_t sent, uint64_t now);
void predict_judge(struct predict *p, const struct screen *replica,
                   const struct predict_link *link, uint64_t now);
/* Lays what may be shown on s, a copy of the replica judged last. */
void predict_apply(const struct predict *p, struct screen *s);
/* When judging anew may show something though nothing has come. */
uint64_t predict_deadline(const struct predict *p);
struct predict_counts predict_counts(const struct predict *p);
