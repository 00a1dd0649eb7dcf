/* A whole session in one process: both engines, a user, a program, a network and ssh, on
 * one virtual clock. Checks while it runs what must hold at every moment. */
#pragma once
#include "app.h"
#include "awl/awl.h"
#include "channel.h"
#include "net.h"

#define WORLD_SOCKETS 600u
#define WORLD_PORT    60001
#define WORLD_GUESSES 1024u

enum world_ssh { SSH_NONE, SSH_LOGGING_IN, SSH_UP };

struct world_config {
    uint64_t seed;
    bool pipe;       /* start over ssh */
    bool can_dial;   /* ssh can be started again */
    bool fixed_port; /* MOSH_CLIENT_PORT */
    bool no_punch, no_spray;
    bool keep_ssh;
    int ssh_login;  /* ms from AWL_DIAL to the pipe */
    int pipe_delay; /* ms one way */
    int pipe_rate;  /* bytes a ms */
    enum app_kind app;
    enum awl_predict predict;
    uint32_t network_timeout_s;
    bool log;
};

struct world_socket {
    int number;
    uint16_t port;
};

struct frames;

/* One end's account of itself. */
struct world_side {
    bool woken; /* something came for it */
    uint64_t ticks;
    uint64_t started;                 /* the second that is counted, */
    unsigned in_second, worst_second; /* wake-ups in it, and in the busiest */
    bool done;
    struct awl_output end;
    uint64_t guess[WORLD_GUESSES]; /* when the newest were sent: a ring */
    size_t guesses;
};

struct world {
    struct world_config config;
    struct net net;
    uint64_t now;
    struct awl_client *client; /* NULL: gone */
    struct awl_server *server;
    struct rng_seeded client_chance, server_chance;
    struct world_side side[NET_HOSTS];
    struct world_sockets {
        struct world_socket one[WORLD_SOCKETS];
        size_t count;
    } sockets[NET_HOSTS]; /* the server's without its first */
    uint16_t next_port;

    enum world_ssh ssh;
    uint64_t ssh_at;      /* logging in: when it is up */
    bool ssh_blocked;     /* logins fail */
    uint64_t ssh_dead_at; /* the client's ssh notices that TCP is dead; NEVER */
    uint64_t dials;
    struct channel up, down;
    struct buffer up_queue; /* the driver's, for a full pipe */
    struct frames *relay;   /* at the server */
    uint16_t relay_port;

    struct app app;
    bool started;            /* the server let the program go */
    bool deaf;               /* the program doesn't read */
    struct buffer pty_queue; /* the driver's, of what it has not read */
    size_t pty_peak;
    int pty_cols, pty_rows;
    struct buffer typed; /* everything the user ever typed */
    struct screen *tty;  /* what the user's terminal shows */
    struct emulator *tty_emulator;
    int cols, rows;
    struct buffer line; /* lent last */

    uint64_t direct_at;
    char failed[256]; /* the first broken promise; "" */
};

void world_init(struct world *w, const struct world_config *config);
/* After the network has been laid out: starts both engines. */
void world_start(struct world *w);
void world_free(struct world *w);

/* Everybody's turn, after something was done to them. */
void world_turn(struct world *w);
/* Until that time, or until both ends are done. */
void world_run(struct world *w, uint64_t until);
/* Until `what` holds; false: it never did before the time. */
bool world_until(struct world *w, bool (*what)(struct world *w), uint64_t until);

void world_type(struct world *w, const char *text, size_t len);
void world_resize(struct world *w, int cols, int rows);
/* The client finds itself on another site (-1: none), and is told so. */
void world_move(struct world *w, int site);
void world_sleep(struct world *w, bool asleep);

/* The line of the terminal's cursor up to it: what the user thinks was typed. */
const char *world_line(struct world *w);

/* What should hold once things have calmed down. */
bool world_screens_agree(struct world *w);
/* The terminal shows what came from the server, nothing else. */
bool world_shows_replica(struct world *w);
/* The client was told that what is typed will not be echoed. */
bool world_asks_secret(struct world *w);
bool world_keys_arrived(struct world *w);
bool world_direct(struct world *w);
bool world_first_state(struct world *w);
bool world_over(struct world *w);
/* A side sends an empty datagram with the ordinary TTL: the ceilings of a search. */
void world_guess(struct world *w, enum net_host host);
void world_fail(struct world *w, const char *fmt, ...);
