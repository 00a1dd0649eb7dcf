/* What the user did, as a state: every input byte and every change of size is one event
 * of an endless stream, and a state is a point of it. Towards own servers so are what the
 * client knows of its terminal, and what it has acted on. All states of one stream share
 * the events not yet acknowledged (in the client) or not yet taken (in the server); a
 * state costs a few bytes. Not here: what the bytes mean. */
#pragma once
#include "base/bytes.h"
#include "terminal/extras.h"
#include "transport/sync.h"

#define KEYS_STEP_MAX   (16u << 10)  /* events one state may add to the one before */
#define KEYS_FLIGHT_MAX (256u << 10) /* events sent and unacknowledged */
#define KEYS_BUSY                                                                        \
    (64u << 10)              /* unacknowledged events from which on the terminal is      \
                                better not read */
#define KEYS_MARKS_MAX 4096u /* events that are no input, waiting in the server */
#define KEYS_COLS_MAX  65535
#define KEYS_ROWS_MAX  65535

struct keys;
extern const struct sync_ops keys_ops;

struct keys *keys_new(void); /* gives an empty stream */
void keys_free(struct keys *k);

/* ---- client: the local object ---- */

void keys_push(struct keys *k, struct bytes input);
/* Sizes are clamped to 1..65535. One that was never sent is overwritten by the next. */
void keys_resize(struct keys *k, int cols, int rows);
/* For servers that are not known to be stock mosh. The newest that was never sent is
 * overwritten by the next of its kind. */
void keys_terminal(struct keys *k, const struct profile *terminal);
void keys_event_ack(struct keys *k, uint64_t number);
/* The server is stock mosh: what of these was sent before that was known, and has to be
 * repeated, is an empty keystroke from now on. */
void keys_stock(struct keys *k);
size_t keys_unacked(const struct keys *k);

/* ---- server: the newest remote state ---- */

enum keys_kind { KEYS_INPUT, KEYS_RESIZE, KEYS_TERMINAL, KEYS_EVENT_ACK };

struct keys_event {
    enum keys_kind kind;
    struct bytes input; /* valid until the next call on any state of the stream */
    int cols, rows;
    struct profile terminal;
    uint64_t number; /* of the newest event acted on */
};

/* Takes the next event up to this state that was not taken before; each is given once, in
 * order; a resize directly followed by another is left out. */
bool keys_take(struct keys *k, struct keys_event *out);
/* How many more bytes can be taken now. With 0 states that bring input are refused (the
 * client repeats them), but for its last one; one that is accepted may be larger. */
void keys_set_room(struct keys *k, size_t bytes);
