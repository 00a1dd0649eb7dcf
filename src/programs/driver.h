/* Drives a client engine on a real terminal and a real network; one for awl-client and
 * awl. Carries out every output of the engine, and asks `awl` through struct driver_ssh
 * for what only it can do: start ssh. */
#pragma once
#include "awl/awl.h"
#include "platform/loop.h"
#include "platform/terminfo.h"
#include "platform/tty.h"
#include "programs/legwork.h"
#include "programs/sockets.h"

struct driver;

/* How ssh gets started again; NULL all but `turn` in awl-client. The descriptors of the
 * pipe are the driver's business, the process is `awl`'s:
 *
 *   dial    AWL_DIAL: start ssh and read its lines; when AWL RELAY has come, call
 *           driver_pipe_up, if it fails driver_pipe_down. interactive: the terminal has
 *           been given back (cooked, the user's screen) until one of the two is called.
 *   hangup  AWL_HANGUP, or the pipe broke (the driver has closed its descriptors): end
 *           the ssh, whatever it is doing, and reap it.
 *   want    before each wait: loop_want() what you wait for; gives your deadline, NEVER:
 *           none.
 *   turn    after each wait: loop_got(), reap, driver_pipe_up or driver_pipe_down. Also
 *           call child_ended() here: SIGCHLD ends the wait. */
struct driver_ssh {
    void *arg;
    void (*dial)(void *arg, struct driver *d, bool interactive, uint64_t now);
    void (*hangup)(void *arg, struct driver *d, uint64_t now);
    uint64_t (*want)(void *arg, struct loop *l);
    void (*turn)(void *arg, struct driver *d, struct loop *l, uint64_t now);
};

struct driver_config {
    struct awl_client_config
        client; /* cols, rows, own, caps, random are filled in here */
    const struct terminfo *terminfo; /* borrowed for the driver's life */
    struct tty *tty; /* open, not yet raw; borrowed. NULL: the session has no screen and
                        no keys */
    bool init;       /* switch to the alternate screen */
    struct driver_ssh ssh;
    /* Taken, all three with client.scout, also on failure: what lookout_begin began. */
    struct legwork *legwork; /* NULL: nothing is looked for outside */
    struct sockets sockets;
    /* The first pipe, when client.pipe: the driver makes them non-blocking and closes
     * them. -1: none. */
    int pipe_in;               /* to read: ssh's standard output */
    int pipe_out;              /* to write: ssh's standard input */
    const uint8_t *pipe_early; /* what was read from it behind MOSH CONNECT already */
    size_t pipe_early_len;
};

/* Takes the terminal. NULL: *error says why; nothing was changed. The loop is borrowed;
 * SIGCHLD and the other signals are caught from now on. */
struct driver *driver_new(const struct driver_config *config, struct loop *l,
                          const char **error);
/* Until the session is over. The terminal is as it was found when this returns. */
void driver_run(struct driver *d);
/* After driver_run: how it ended (AWL_DONE's output). */
const struct awl_output *driver_end(const struct driver *d);
/* The engine, for awl_client_text and awl_client_facts; the driver's. */
struct awl_client *driver_client(struct driver *d);
void driver_free(struct driver *d);

/* The relay has said its line; the driver takes both descriptors. view: what the line
 * said. early: what was read behind it already. */
void driver_pipe_up(struct driver *d, int in, int out, const struct awl_ssh_view *view,
                    const uint8_t *early, size_t early_len, uint64_t now);
/* The attempt failed; credentials: because ssh could not ask the user. */
void driver_pipe_down(struct driver *d, const char *why, bool credentials, uint64_t now);
/* The relay found nobody at the session's port. */
void driver_gone(struct driver *d, uint64_t now);

/* The notes on stderr, "[awl is exiting.]" on stdout, and the exit status: the remote
 * command's if known (128 + signal), 0 after an orderly end, else `failure`. */
int driver_farewell(const struct awl_output *end, const char *where, int failure);
