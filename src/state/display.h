/* A screen as a state: what the server shows, up to which of the client's states the
 * input shows in it, and at the end how the command ended. The message is HostMessage of
 * proto/awl.proto; towards stock mosh it is stock's, in stock's order. */
#pragma once
#include "terminal/events.h"
#include "terminal/extras.h"
#include "terminal/screen.h"
#include "terminal/tty_mode.h"
#include "transport/sync.h"

struct display {
    struct screen *screen; /* owned; read freely, changed only through this module */
    uint64_t echo_ack;     /* input up to this client state shows in the screen */
    bool initial;          /* state 0: the peer's may have another size */
    bool own;              /* the peer is awl: more may be said than stock understands */
    struct tty_mode tty;   /* told to peers that have the feature only */
    struct extras extras;  /* and so are these */
    struct events
        *events;        /* shared by all states of one object; this one has those up to */
    uint64_t event_end; /* this number */
    bool exited;        /* the command has ended; sent to own peers only */
    uint32_t exit_status; /* 0..255 */
    uint32_t exit_signal; /* 0: none */
};

extern const struct sync_ops display_ops; /* of struct display */

struct display *display_new(int cols, int rows); /* gives state 0 */
void display_free(struct display *d);            /* takes; NULL is fine */

/* ---- server: the local object ---- */

/* Takes a snapshot of s. */
void display_show(struct display *d, const struct screen *s);
/* Never goes back: smaller numbers are ignored. */
void display_echo(struct display *d, uint64_t echo_ack);
void display_own_peer(struct display *d, bool own);
void display_tty(struct display *d, const struct tty_mode *mode);
/* x is shared. */
void display_extras(struct display *d, const struct extras *x);
/* What has been pushed to d->events belongs to the state from now on. */
void display_events(struct display *d);
void display_exit(struct display *d, uint32_t status, uint32_t signal);

/* ---- client: the newest remote state ---- */

/* Takes the next event up to this state that was not taken before into *out: its number
 * and kind, and to `draw` what makes a terminal do it. False: there is none. */
bool display_take_event(struct display *d, struct buffer *draw, struct event *out);
