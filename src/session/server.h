/* The server's engine behind awl/awl.h: keys go to the program, its output becomes
 * screens for whoever holds the key. server.c drives it; server_pty.c is the side of the
 * program. */
#pragma once
#include "awl/awl.h"
#include "session/carrier.h"
#include "session/control.h"
#include "state/display.h"
#include "state/keys.h"
#include "terminal/emulate.h"
#include "terminal/input.h"

#define SERVER_ALONE_MS     60000u /* nobody came: over */
#define SERVER_SILENT_MS    30000u /* the client counts as away */
#define SERVER_ECHO_MS      50u    /* a program had time to answer the keys */
#define SERVER_QUIET_MS     200u /* output after such a pause and keys is their echo... */
#define SERVER_ECHO_DONE_MS 2u   /* ...and whole when nothing follows for so long, */
#define SERVER_WHOLE        4u   /* or at once, when so many came whole before it */
#define SERVER_SYNC_MS      150u /* a program may keep a half-painted screen to itself */
#define SERVER_ESC_MS       25u  /* how long an ESC O may wait for its letter */
#define SERVER_FAREWELL_MS                                                               \
    100u                          /* and 2 RTO of silence after a client's last state... \
                                   */
#define SERVER_FAREWELL_MAX 1000u /* ...but not longer than this, and it is over */
#define SERVER_REFUSED_MS                                                                \
    500u                     /* how often a client whose keys are refused hears of us    \
                              */
#define SERVER_NOTES_MAX 64u /* states whose echo is awaited; more share a note */
#define SERVER_SIZES_MAX 64u /* sizes waiting between keys; more replace the last */
/* What the program has not read: beyond this, states with keys are refused, */
#define SERVER_PTY_MAX (256u << 10)
#define SERVER_REPLY_MAX                                                                 \
    (64u << 10) /* and answers to its queries are dropped after so                       \
                   much more */

/* State `num` brought keys at `at`. */
struct server_note {
    uint64_t num, at;
    bool given; /* the driver has taken the keys */
};

struct server_size {
    size_t at; /* after so many bytes of pty_out */
    int cols, rows;
};

struct awl_server {
    struct awl_server_config config;      /* without what it borrows */
    struct awl_addr own[PUNCH_ADDRS_MAX]; /* this host's addresses */
    size_t own_count;
    struct log log;
    struct carrier carrier;
    struct control control;

    struct screen *screen;
    struct emulator *emulator;
    struct input input;
    uint64_t input_since;  /* when a byte was held back; NEVER: none */
    struct buffer pty_out; /* for the program */
    size_t pty_given;      /* how much of it is lent to the driver */
    size_t pty_queued;     /* what the driver holds */
    struct server_size size[SERVER_SIZES_MAX];
    size_t sizes;
    struct tty_mode tty;
    bool changed;        /* the screen differs from the published one */
    uint64_t sync_until; /* publishing waits for the end of a frame; NEVER: it doesn't */

    struct server_note note[SERVER_NOTES_MAX];
    size_t notes;
    uint64_t output_at;  /* last output of the program */
    uint64_t unasked_at; /* last output that no keys explain */
    bool echoed;         /* output came that looks like the echo of all given notes */
    unsigned pieces;     /* of output since the newest keys, up to 2 */
    unsigned whole;      /* echoes of plain keys in a row that were one piece, up to
                            SERVER_WHOLE */
    bool plain;          /* the newest keys are: characters, no control among them */

    uint64_t refused_at; /* when that was last said */
    uint64_t started;
    bool met;   /* a client state has come */
    bool start; /* AWL_START is to be given */
    bool ended; /* the program's end, or ours, was decided */
    struct awl_addr peer, peer_told;
    bool over, done; /* decided; AWL_DONE was given */
    enum awl_end end;
};

/* ---- server_pty.c ---- */

void server_pty_init(struct awl_server *s, int cols, int rows);
void server_pty_free(struct awl_server *s);
/* The client takes events: they need no longer be part of the screen. */
void server_pty_events(struct awl_server *s);
/* The client is back: what waited for it is thinned out. */
void server_pty_returned(struct awl_server *s, uint64_t now);
/* Hands what the newest client state brought to the program. */
void server_pty_take_keys(struct awl_server *s, uint64_t now);
/* Tells the transport how much more may come. */
void server_pty_set_room(struct awl_server *s);
/* Echo acknowledgements and the screen, as far as they are due. */
void server_pty_tick(struct awl_server *s, uint64_t now);
uint64_t server_pty_deadline(const struct awl_server *s);
bool server_pty_next(struct awl_server *s, struct awl_output *out);
/* The screen as it is becomes the newest state. */
void server_pty_publish(struct awl_server *s, uint64_t now);
