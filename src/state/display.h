/* A screen as a state: what the server shows, up to which of the client's states the
 * input shows in it, and at the end how the command ended. The message is HostMessage of
 * proto/awl.proto; towards stock mosh it is stock's, in stock's order. */
#pragma once
#include "terminal/screen.h"
#include "terminal/tty_mode.h"
#include "transport/sync.h"

struct display {
    struct screen *screen; /* owned; read freely, changed only through this module */
    uint64_t echo_ack;     /* input up to this client state shows in the screen */
    bool initial;          /* state 0: the peer's may have another size */
    bool own;              /* the peer is awl: more may be said than stock understands */
    struct tty_mode tty;   /* told to peers that have the feature only */
    bool exited;           /* the command has ended; sent to own peers only */
    uint32_t exit_status;  /* 0..255 */
    uint32_t exit_signal;  /* 0: none */
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
void display_exit(struct display *d, uint32_t status, uint32_t signal);
