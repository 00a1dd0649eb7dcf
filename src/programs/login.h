/* One ssh on its way: runs it, reads its lines until the session or the relay is there,
 * shows the user what is meant for the user, and keeps its last words for the error. */
#pragma once
#include "platform/child.h"
#include "platform/loop.h"
#include "programs/args.h"
#include "programs/trace.h"
#include "session/connect.h"

#define LOGIN_NOISE_MAX (1u << 20) /* bytes before the start-up line, else an error */
#define LOGIN_LINE_MAX  1024u      /* of ssh's standard error, longer ones are cut */
#define LOGIN_TAIL_MAX  2048u      /* of what it said last */

enum login_state {
    LOGIN_IDLE,  /* nothing runs */
    LOGIN_GOING, /* no answer yet */
    LOGIN_READY, /* login_info and login_take */
    LOGIN_FAILED /* login_failure; nothing runs any more */
};

enum login_show {
    LOGIN_SHOW, /* lines for the user go to standard error */
    LOGIN_HIDE, /* to the log only */
};

/* Zero-initialised is idle. */
struct login {
    enum login_state state;
    struct child child;
    struct connect *reader;
    struct trace *trace; /* borrowed */
    enum login_show show;
    struct buffer line; /* of standard error, unfinished */
    struct buffer held; /* a last word, not shown yet */
    struct buffer tail;
    struct buffer found;    /* how the search on the other side called the server */
    struct buffer searched; /* or where it looked in vain */
    size_t noise;
    bool awaits; /* a relay, behind a session's line */
    bool shared; /* other sessions may run through its connection: it is left to end by
                    itself, never by a signal */
};

/* detached: in a session of its own, without the terminal. 0, or errno of the start. */
int login_start(struct login *l, const struct args *argv, enum connect_goal goal,
                enum login_show show, bool detached, struct trace *trace);
/* What to wait for, and what to do after each wait. In LOGIN_READY the rest of standard
 * error goes to the log, and so does standard output unless it was taken. */
void login_want(const struct login *l, struct loop *loop);
enum login_state login_turn(struct login *l, const struct loop *loop);

/* In LOGIN_READY: the two ends of the pipe are the caller's from now on. rest: what
 * followed the start-up line; borrowed until login_free. */
void login_take(struct login *l, int *in, int *out, struct bytes *rest);
/* In LOGIN_READY after the session's line: waits for a relay on the same ssh, in silence;
 * in LOGIN_GOING again. Its lines may have been read with the others already. */
void login_await_relay(struct login *l);
/* In LOGIN_GOING: found says that the remote side has come to what the search found. The
 * line goes to its standard input; false: it could not be written. */
bool login_tell(struct login *l, const char *line);
/* In LOGIN_READY: its standard input ends. */
void login_close_input(struct login *l);
/* False: ssh has ended and was reaped. */
bool login_running(const struct login *l);
void login_signal(struct login *l, int signo);

/* One line, without newline, about a login to host that failed. */
void login_failure(const struct login *l, const char *host, const char *server,
                   struct buffer *out);
/* It failed because it could not ask for a password or the like. */
bool login_wants_credentials(const struct login *l);
/* Ends what still runs, waiting at most wait_ms for it; idle again. */
void login_free(struct login *l, int wait_ms);
