/* What happened on the far side and is to happen here once: copies, notifications, bells.
 * A counted queue that all states of one object share: the server's holds what its client
 * has not acted on, the client's what it has yet to act on. */
#pragma once
#include "terminal/screen.h"

#define EVENTS_MAX       64u        /* waiting; */
#define EVENTS_BYTES_MAX (2u << 20) /* the oldest give way */
#define EVENTS_BELLS_MAX 4u         /* waiting: more rings are not told apart */
#define EVENT_NOTE_MAX   4096u      /* bytes of a notification */
#define EVENTS_AWAY_NOTES                                                                \
    5u /* what is left of notifications for a client that was away */
#define EVENTS_AWAY_NOTE_MS 3600000u /* and how old they may be */

enum event_kind { EVENT_CLIPBOARD = 1, EVENT_NOTIFICATION = 2, EVENT_BELL = 3 };

struct event {
    uint64_t number; /* from 1 */
    uint64_t at;     /* when it was pushed */
    enum event_kind kind;
    char selection[SCREEN_SELECTION_MAX + 1]; /* clipboard */
    struct text *data; /* clipboard: base64; notification: an OSC from its number on */
};

struct events {
    unsigned refs;
    uint64_t last; /* number of the newest there ever was; 0: none */
    uint64_t now;  /* set by whoever has a clock: the time of what is pushed */
    size_t count, bytes;
    struct event item[EVENTS_MAX]; /* by number */
};

struct events *events_new(void); /* gives one count */
struct events *events_ref(struct events *e);
void events_free(struct events *e); /* takes one count; NULL is fine */
/* selection may be ""; data is copied. The caller has checked both. */
void events_push(struct events *e, enum event_kind kind, const char *selection,
                 struct bytes data);
/* The peer's event of that number. One that is known, or older, is left out. */
void events_receive(struct events *e, uint64_t number, enum event_kind kind,
                    const char *selection, struct bytes data);
/* The first that waits with a number above `after` and not above `until`; NULL: none.
 * Valid until the queue changes. */
const struct event *events_next(const struct events *e, uint64_t after, uint64_t until);
void events_drop(struct events *e, uint64_t until); /* numbers up to that one */
/* The client was away: of what waits, only the newest copy for each selection, the newest
 * EVENTS_AWAY_NOTES notifications, none older than EVENTS_AWAY_NOTE_MS, and one bell. */
void events_away(struct events *e, uint64_t now);
/* Only letters of base64, and of names of selections (OSC 52). */
bool event_copy_valid(struct bytes selection, struct bytes data);
/* "selection;data" in two, borrowed; false: not that, or not valid. A query ("?") isn't
 * base64 and so is refused: reading the user's clipboard from the far side wants a
 * permission that nobody can give yet. */
bool event_copy_parse(struct bytes text, struct bytes *selection, struct bytes *data);
/* An OSC 9, 99 or 777 without control characters. */
bool event_note_valid(struct bytes text);
/* Appends what makes the terminal do it. */
void event_draw(struct buffer *out, const struct event *e);
