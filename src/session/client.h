/* The client's engine behind awl/awl.h, for the files it is written in: client.c drives
 * it, client_ways.c keeps its sockets, pipe and logins, client_view.c shows it. */
#pragma once
#include "awl/awl.h"
#include "predict/notice.h"
#include "session/carrier.h"
#include "session/dial.h"
#include "session/escape.h"
#include "session/frame.h"
#include "state/display.h"
#include "state/keys.h"
#include "terminal/caps.h"

#define CLIENT_CONNECT_MS                                                                \
    15000u                        /* without a pipe nobody waits longer for a first word \
                                   */
#define CLIENT_HOP_MS      10000u /* of silence, then another local port (stock servers) */
#define CLIENT_HOP_SOCKET  1000000 /* the numbers of sockets opened so begin here */
#define CLIENT_SSH_NOTE_MS 300u    /* a punch that works at once is not talked about */
#define CLIENT_SOCKETS_MAX 300u    /* open at a time; more are refused */
#define CLIENT_LINE_MAX    256u

struct client_socket {
    int number;
    enum awl_family family;
    bool open;
};

struct client_view;
struct client_terminal;

struct awl_client {
    struct awl_client_config config; /* without what it borrows */
    struct awl_addr servers[AWL_ADDRS_MAX];
    struct log log;
    struct carrier carrier;
    struct dial dial;
    struct frames *frames; /* NULL: no pipe */
    struct escape escape;
    struct notice notice;
    struct client_view *view;
    struct client_terminal *terminal;

    struct client_socket sockets[CLIENT_SOCKETS_MAX];
    size_t socket_count;
    int closing;      /* a socket that hopping left behind, to be closed; 0: none */
    uint64_t hopped;  /* when a local port was last chosen */
    int hops;         /* how often */
    bool hop;         /* one more is to be opened */
    bool hang_up;     /* AWL_HANGUP is to be given */
    bool path_news;   /* and AWL_PATH */
    bool was_carried; /* the session has had a way, and the last one was: */
    struct path_ref carried;
    bool suspend;      /* and AWL_SUSPEND */
    bool sending;      /* a datagram was given out, and no failure was reported yet */
    uint64_t ssh_note; /* when to say that ssh carries the session; NEVER: said */
    bool no_udp_said;

    uint64_t started, first_state_at, direct_at;
    bool timed_out;
    bool quitting;
    bool over, done; /* decided; AWL_DONE was given */
    enum awl_end end;
    char line[CLIENT_LINE_MAX];
    struct buffer out; /* what awl_client_next lends */
};

/* ---- client_ways.c ---- */

/* Sockets of the configuration's servers become paths. Where punching has the say, it
 * finds them itself. */
void client_ways_init(struct awl_client *c, uint64_t now);
void client_ways_tick(struct awl_client *c, uint64_t now);
uint64_t client_ways_deadline(const struct awl_client *c);
/* Takes an output of the ways; false: none left. */
bool client_ways_next(struct awl_client *c, struct awl_output *out, uint64_t now);
/* The session is over: what is left to be taken back; false: nothing. */
bool client_ways_end(struct awl_client *c, struct awl_output *out, uint64_t now);
/* A datagram was heard that way. */
void client_ways_heard(struct awl_client *c, const struct carrier_heard *heard,
                       uint64_t now);
/* Fills in what is known about paths and NATs. */
void client_ways_facts(const struct awl_client *c, struct awl_client_facts *out);
/* The user asks for a login. */
void client_ways_login(struct awl_client *c, uint64_t now);
/* A datagram came; ref says how. */
void client_receive(struct awl_client *c, const struct path_ref *ref, int ttl, int ecn,
                    struct bytes data, uint64_t now);

/* ---- client_view.c ---- */

struct client_view *client_view_new(const struct awl_client_config *config); /* gives */
void client_view_free(struct client_view *v); /* NULL is fine */
/* What should be shown may have changed. */
void client_view_touch(struct awl_client *c);
/* These keys of one read are about to join the local object: guesses are made of them. */
void client_view_keys(struct awl_client *c, struct bytes keys, uint64_t now);
/* Says in the log how the guesses were. */
void client_view_report(struct awl_client *c);
/* The window has another size. */
void client_view_resize(struct awl_client *c);
void client_view_tick(struct awl_client *c, uint64_t now);
uint64_t client_view_deadline(const struct awl_client *c);
/* Whether it has synchronized output. */
void client_view_sync(struct awl_client *c, bool sync);
/* What it makes of clusters; what is shown is drawn anew. */
void client_view_clusters(struct awl_client *c, enum caps_clusters clusters);

/* ---- client_terminal.c ---- */

/* answers: awl_caps. Gives. */
struct client_terminal *client_terminal_new(bool answers);
void client_terminal_free(struct client_terminal *t); /* NULL is fine */
/* Append what belongs to taking the terminal, drawing on it, giving it back. */
void client_terminal_enter(struct awl_client *c, struct buffer *out);
void client_terminal_draw(struct awl_client *c, struct buffer *out);
void client_terminal_leave(struct awl_client *c, struct buffer *out);
/* Appends what the user typed; the terminal's answers are taken out. */
void client_terminal_input(struct awl_client *c, struct bytes in, struct buffer *keys,
                           uint64_t now);
/* The same for what was held back. */
void client_terminal_tick(struct awl_client *c, struct buffer *keys, uint64_t now);
uint64_t client_terminal_deadline(const struct awl_client *c);
/* The newest remote state may have brought events. */
void client_terminal_heard(struct awl_client *c, uint64_t now);
/* How long the key at the beginning of `rest` is if it concerns the escape key, in a
 * program's keyboard protocol, and the byte it stands for, -1: none; 0: it doesn't. */
size_t client_terminal_key(struct awl_client *c, struct bytes rest, int *byte);
