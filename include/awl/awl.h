/* libawl: the whole of awl without effects. Two engines, one for each end of a session.
 *
 * Bytes, time and chance come in; datagrams, frames, requests and a deadline come out.
 * The library opens nothing, reads no clock, starts no thread and calls nobody back, so
 * that it runs on anything that has UDP and a timer, and a whole session fits in a test
 * with a virtual clock.
 *
 * Every engine is driven the same way:
 *   feed what has come (awl_client_datagram, awl_client_keys, ...),
 *   awl_client_tick(), then take outputs with awl_client_next() until it says false,
 *   sleep until awl_client_deadline() or until something comes.
 *
 * Times are milliseconds of a monotonic clock that also counts while the machine sleeps;
 * its origin doesn't matter, and it never goes back. Views handed in are borrowed for the
 * call; views handed out stay valid until the next call on the same engine. Not
 * thread-safe: one engine belongs to one thread at a time. When memory runs out the
 * process ends with a message; every size a peer can move is capped first. */
#ifndef AWL_AWL_H
#define AWL_AWL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "awl/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define AWL_API __attribute__((visibility("default")))
#else
#define AWL_API
#endif

#define AWL_VERSION "0.1.0"
#define AWL_NEVER   UINT64_MAX

/* ---- the key ---- */

#define AWL_KEY_LEN      16u
#define AWL_KEY_TEXT_LEN 22u /* standard base64 without the padding */

/* A session key. One per session; never used by two, nor again after a restart. */
struct awl_key {
    uint8_t bytes[AWL_KEY_LEN];
};

/* Strict: exactly 22 characters of the canonical encoding, nothing else. False: not a
 * key. */
AWL_API bool awl_key_parse(const char *text, size_t len, struct awl_key *out);
AWL_API void awl_key_text(const struct awl_key *key, char out[AWL_KEY_TEXT_LEN + 1]);
AWL_API void awl_key_wipe(struct awl_key *key);

/* ---- what both engines are given ---- */

struct awl_random {
    void (*fill)(void *arg, uint8_t *out,
                 size_t len); /* cryptographically strong bytes */
    void *arg;
};

enum awl_log_level { AWL_LOG_ERROR, AWL_LOG_INFO, AWL_LOG_DEBUG };

/* One fact a line, no newline, printable ASCII; never keys or keystrokes. NULL sink:
 * silence. */
struct awl_log {
    void (*sink)(void *arg, enum awl_log_level level, const char *text);
    void *arg;
    enum awl_log_level level;
};

/* A UDP datagram that has come. */
struct awl_datagram {
    int socket; /* the number given in AWL_OPEN, or 0 for the server's first socket */
    struct awl_addr from; /* its source */
    struct awl_addr
        to;  /* our address it was sent to, AWL_NONE if the system doesn't tell */
    int ttl; /* 0..255, or -1 when unknown */
    int ecn; /* the two ECN bits, 0..3 (RFC 3168); 0 when unknown */
    const uint8_t *data;
    size_t len; /* longer than 2048 is dropped */
};

#define AWL_COLS_MAX 4000
#define AWL_ROWS_MAX 2000

/* ---- what comes out ---- */

enum awl_output_kind {
    AWL_SEND,  /* one UDP datagram: socket, to, from (source to use, or none), ttl, ecn,
                  data */
    AWL_PIPE,  /* client: bytes for the relay's standard input */
    AWL_OPEN,  /* open a UDP socket: socket (its new number), family, port (0: any).
                  Then awl_client_opened() or awl_client_open_failed(), on a server
                  likewise */
    AWL_CLOSE, /* close the socket */
    AWL_MAP,   /* ask the router `to` over UPnP to let UDP to this host's port in, or for
                  more time; `from` is this host's address on that way. Then
                  AWL_NEWS_MAPPED. Where there is no UPnP, say so the same way */
    AWL_UNMAP, /* take that back; nothing is answered */
    AWL_HOPS,  /* find the routers on the way to `to`. Then AWL_NEWS_HOPS as they
                  answer, or nothing where the system doesn't tell */
    AWL_DIAL, /* client: start the relay over ssh; `interactive` if the user may be asked.
                 Then awl_client_pipe_up() or awl_client_pipe_down() */
    AWL_HANGUP,    /* client: close the pipe, or end the ssh that is still logging in */
    AWL_START,     /* server: the client is there; let the waiting shell go */
    AWL_PTY_WRITE, /* server: bytes for the pty, in order */
    AWL_PTY_SIZE,  /* server: cols, rows for the pty */
    AWL_SUSPEND,   /* client: the user wants to suspend: give the terminal back and stop;
                      then awl_client_enter() and awl_client_redraw() */
    AWL_PEER, /* server: `to` is where the client is now; AWL_NONE: not heard for 30 s */
    AWL_PATH, /* client: the session moved to another path; text is the path line */
    AWL_DONE, /* the session is over: end, and exit status if `exit_known` */
};

enum awl_end {
    AWL_END_REMOTE,  /* the server ended it and knows that we know */
    AWL_END_LOCAL,   /* we ended it and the peer has confirmed */
    AWL_END_UNCLEAN, /* we ended it; the peer never confirmed and may still be running */
    AWL_END_NO_CONTACT, /* the peer was never heard */
    AWL_END_KEY,        /* the key has sealed as much as it may */
    AWL_END_GONE, /* the server's host says that there is no such session any more */
    AWL_END_ENDS  /* how many there are */
};

struct awl_output {
    enum awl_output_kind kind;
    int socket;
    enum awl_family family;
    uint16_t port;
    struct awl_addr from;
    struct awl_addr to;
    int ttl; /* hop limit for this one datagram; 0: the system's ordinary one */
    int ecn; /* ECN bits to send with, 0..3 */
    const uint8_t *data;
    size_t len;
    int cols, rows;
    bool interactive;
    const char *text;
    enum awl_end end;
    bool exit_known; /* the peer told how the command ended */
    int exit_status; /* 0..255 */
    int exit_signal; /* signal number, 0: none */
};

/* ---- what the driver has found out ---- */

#define AWL_HOPS_MAX 6u
#define AWL_STUN_MAX 8u

enum awl_news_kind {
    AWL_NEWS_ROUTE, /* the way out of `family`: addr[0] is the router, addr[1] this host's
                       address on the way; count 0: there is none */
    AWL_NEWS_STUN,  /* the STUN servers the user named, all that are known so far */
    AWL_NEWS_MAPPED, /* addr[0] is what AWL_MAP got, for lease_s seconds (0: for ever);
                        count 0: nothing */
    AWL_NEWS_HOPS, /* addr[i] answered a datagram of hop limit i + 1; AWL_NONE: nobody */
    AWL_NEWS_SERVERS, /* client: what the server's name means now, all of it, best first,
                         the session's port in each: they replace the config's servers.
                         count 0: nothing was found, and nothing changes */
};

/* After each AWL_NEWS_ROUTE that a change of network brings, the routers are asked again
 * for a mapping; so say it after awl_client_network or awl_server_network. Copied. */
struct awl_news {
    enum awl_news_kind kind;
    enum awl_family family;
    const struct awl_addr *addr;
    size_t count;
    uint32_t lease_s;
};

/* ---- before a client's session ---- */

/* What a client looks for outside can be looked for while ssh is still logging in, so
 * that the first thing the server hears has it: opens the session's sockets, asks STUN
 * servers and routers. Then awl_client_new takes it, with its sockets, which stay open
 * under their numbers; its outputs are those of the client from then on. */
struct awl_scout;

struct awl_scout_config {
    const struct awl_addr *own; /* this host's addresses */
    size_t own_count;
    uint16_t client_port; /* the one local UDP port to use; 0: any */
    struct awl_random random;
    struct awl_log log;
};

AWL_API struct awl_scout *awl_scout_new(const struct awl_scout_config *config,
                                        uint64_t now);
AWL_API void awl_scout_free(struct awl_scout *s); /* only what no client has taken */
/* As for a client. */
AWL_API void awl_scout_opened(struct awl_scout *s, int socket, uint16_t port,
                              uint64_t now);
AWL_API void awl_scout_open_failed(struct awl_scout *s, int socket, uint64_t now);
AWL_API void awl_scout_datagram(struct awl_scout *s, const struct awl_datagram *d,
                                uint64_t now);
AWL_API void awl_scout_news(struct awl_scout *s, const struct awl_news *news,
                            uint64_t now);
/* Where the server is, when that is known. */
AWL_API void awl_scout_towards(struct awl_scout *s, const struct awl_addr *server,
                               uint64_t now);
/* There will be no session: gives back what was got. Take the outputs. */
AWL_API void awl_scout_end(struct awl_scout *s);
AWL_API void awl_scout_tick(struct awl_scout *s, uint64_t now);
AWL_API bool awl_scout_next(struct awl_scout *s, struct awl_output *out, uint64_t now);
AWL_API uint64_t awl_scout_deadline(const struct awl_scout *s);

/* ---- the client ---- */

struct awl_client;

enum awl_repunch { AWL_REPUNCH_AUTO, AWL_REPUNCH_ASK, AWL_REPUNCH_NEVER };
enum awl_predict {
    AWL_PREDICT_ADAPTIVE,
    AWL_PREDICT_ALWAYS,
    AWL_PREDICT_NEVER,
    AWL_PREDICT_EXPERIMENTAL
};

/* What the terminal that the user looks at can do; embedders fill it themselves. */
struct awl_caps {
    bool ech;     /* erase characters, CSI n X */
    bool bce;     /* erasing uses the background colour */
    bool title;   /* understands OSC 0, 1, 2 */
    bool sync;    /* synchronized output, mode 2026; until it says so itself */
    bool answers; /* it answers what xterm would answer, and skips what it doesn't know;
                     awl_client_keys takes the answers out of what is typed */
    const char
        *smcup; /* written when the screen is taken, and rmcup when it is given back; */
    const char *rmcup; /* NULL or "": nothing. Copied. */
};

/* What the relay's start-up line said (AWL RELAY, MOSH SSH_CONNECTION). All may be
 * absent. */
struct awl_ssh_view {
    struct awl_addr client; /* how sshd saw us; port is ssh's TCP port */
    struct awl_addr server; /* where sshd was reached, its own view */
    struct awl_addr target; /* the address the relay sends to */
    bool proxied;           /* ssh went through a jump host or a proxy command */
};

#define AWL_ADDRS_MAX 16u

struct awl_client_config {
    struct awl_key key;
    int cols, rows; /* of the terminal; 0: 80 x 24 */
    const struct awl_addr
        *servers;        /* where UDP may reach the server, the session's port in each, */
    size_t server_count; /* best first; at most AWL_ADDRS_MAX. May be 0 with a pipe. */
    uint16_t server_port;       /* the session's UDP port */
    const struct awl_addr *own; /* this host's addresses */
    size_t own_count;
    bool pipe;     /* a relay pipe is up now */
    bool can_dial; /* AWL_DIAL can be answered */
    struct awl_ssh_view ssh;
    struct awl_scout *scout; /* taken; NULL: none went before */
    uint16_t client_port;    /* the one local UDP port to use; 0: any */
    bool keep_ssh, no_punch, no_host_candidates;
    bool no_spray; /* no search through the ports of a NAT */
    enum awl_repunch repunch;
    enum awl_predict predict;
    bool predict_overwrite;
    int escape;        /* the escape key, 1..127; 0: none */
    bool title_prefix; /* put "[awl] " before window titles */
    struct awl_caps caps;
    struct awl_random random;
    struct awl_log log;
};

AWL_API struct awl_client *awl_client_new(const struct awl_client_config *config,
                                          uint64_t now);
AWL_API void awl_client_free(struct awl_client *c);

AWL_API void awl_client_keys(struct awl_client *c, const uint8_t *data, size_t len,
                             uint64_t now);
/* False while much typed input is unacknowledged: stop reading the terminal. */
AWL_API bool awl_client_wants_keys(const struct awl_client *c);
AWL_API void awl_client_resize(struct awl_client *c, int cols, int rows, uint64_t now);
AWL_API void awl_client_datagram(struct awl_client *c, const struct awl_datagram *d,
                                 uint64_t now);
/* Answers to AWL_OPEN. port is the local port got. error: text such as "address in use".
 */
AWL_API void awl_client_opened(struct awl_client *c, int socket, uint16_t port,
                               uint64_t now);
AWL_API void awl_client_open_failed(struct awl_client *c, int socket, const char *error,
                                    uint64_t now);
/* A send on the socket failed; error is the system's text. too_long: EMSGSIZE. */
AWL_API void awl_client_send_failed(struct awl_client *c, int socket, const char *error,
                                    bool too_long, uint64_t now);
/* The pipe: its start, bytes that came from the relay, its end. why: for the log and the
 * bar. credentials: ssh failed because it could not ask for a password or the like. */
AWL_API void awl_client_pipe_up(struct awl_client *c, const struct awl_ssh_view *view,
                                uint64_t now);
AWL_API void awl_client_pipe_data(struct awl_client *c, const uint8_t *data, size_t len,
                                  uint64_t now);
AWL_API void awl_client_pipe_down(struct awl_client *c, const char *why, bool credentials,
                                  uint64_t now);
/* The relay was started on the server's host and found nobody at the session's port: the
 * server has died or ended unheard. Ends the session, unless UDP carries it. */
AWL_API void awl_client_gone(struct awl_client *c, uint64_t now);
/* The host's addresses or routes changed, or the machine woke up; own: all addresses now.
 */
AWL_API void awl_client_network(struct awl_client *c, const struct awl_addr *own,
                                size_t count, uint64_t now);
AWL_API void awl_client_news(struct awl_client *c, const struct awl_news *news,
                             uint64_t now);
/* Ends the session in good order, as the escape key does; why is shown in the bar. A
 * second call ends it at once. */
AWL_API void awl_client_quit(struct awl_client *c, const char *why, uint64_t now);

AWL_API void awl_client_tick(struct awl_client *c, uint64_t now);
AWL_API bool awl_client_next(struct awl_client *c, struct awl_output *out, uint64_t now);
AWL_API uint64_t awl_client_deadline(const struct awl_client *c);

/* The terminal. enter takes the screen, leave gives it back with everything reset; draw
 * brings what is shown up to what should be shown and gives an empty view when nothing
 * differs. Ask draw only when the terminal has taken all earlier bytes. */
AWL_API void awl_client_enter(struct awl_client *c, const uint8_t **data, size_t *len);
AWL_API void awl_client_draw(struct awl_client *c, const uint8_t **data, size_t *len,
                             uint64_t now);
AWL_API void awl_client_leave(struct awl_client *c, const uint8_t **data, size_t *len);
/* The terminal was asked something on entering and may be about to answer: read it for a
 * moment more before giving it back, or the answer goes to whoever reads it next. */
AWL_API bool awl_client_asking(const struct awl_client *c, uint64_t now);
AWL_API void
awl_client_redraw(struct awl_client *c); /* the next draw repaints everything */

/* The text of the newest screen received, without overlays: rows ended by newlines,
 * trailing blanks and empty rows at the end removed, UTF-8. */
AWL_API void awl_client_text(struct awl_client *c, const uint8_t **data, size_t *len);
/* One line about how the session travels; valid until the next call. */
AWL_API const char *awl_client_path_line(struct awl_client *c, uint64_t now);
/* What translates a host's addresses, as far as it has shown. */
enum awl_nat {
    AWL_NAT_UNKNOWN,
    AWL_NAT_NONE,
    AWL_NAT_SOME,    /* there is one, of unknown kind */
    AWL_NAT_KEEPS,   /* it keeps ports */
    AWL_NAT_CHANGES, /* it has another port outside */
    AWL_NAT_VARIES,  /* another one for each destination, as STUN servers tell */
    AWL_NATS         /* how many there are */
};

/* Facts for measurements, tests and diagnosis. */
struct awl_client_facts {
    uint64_t
        first_state_at; /* when the first server state was applied; AWL_NEVER: not yet */
    uint64_t direct_at; /* when UDP first carried the session; AWL_NEVER: not yet */
    bool direct;        /* UDP carries it now */
    bool pipe;          /* the pipe is up */
    bool peer_known;    /* it is known whether the server is awl's or stock mosh's */
    bool peer_awl;
    uint64_t heard_at; /* last authentic datagram; 0: never */
    /* What was found out about UDP. */
    enum awl_nat own_nat, peer_nat;
    bool peer_open;     /* our datagram got there before the server had opened anything */
    bool udp_heard;     /* the server's datagrams have come over UDP */
    bool udp_reached;   /* and ours have got there, as the server says */
    bool stun_answered; /* of the servers named, to this side */
    bool stun_silent;   /* they were asked, and none has said anything */
    bool punch_allowed; /* neither side forbids opening firewalls */
    bool searches;      /* both sides would search through a NAT's ports */
    bool trying;        /* an attempt is under way */
    unsigned attempts;  /* how many were begun */
    unsigned own_candidates, peer_candidates; /* of the newest */
    bool server_first;                        /* its order */
    bool searched; /* UDP was found by a search through ports */
    unsigned opener_ttl;
    bool mapped;          /* UDP carries the session by a port that our router gave us */
    struct awl_addr path; /* where UDP carries the session to; AWL_NONE: it doesn't */
    uint32_t rtt_ms;      /* of what carries the session; 0: unknown */
};
AWL_API void awl_client_facts(const struct awl_client *c, struct awl_client_facts *out);

/* ---- the server ---- */

struct awl_server;

struct awl_server_config {
    struct awl_key key;
    int cols, rows;             /* until the client says otherwise; 0: 80 x 24 */
    uint16_t port;              /* of the one UDP socket, number 0 */
    bool socket_v6;             /* it is an IPv6 (dual-stack) socket */
    const struct awl_addr *own; /* this host's addresses */
    size_t own_count;
    struct awl_addr ssh_client; /* SSH_CONNECTION, or none */
    struct awl_addr ssh_server;
    struct awl_addr candidate; /* AWL_SERVER_CANDIDATE, or none */
    bool no_punch;             /* AWL_NO_PUNCH or `nopunch` */
    bool no_spray;             /* `nospray` */
    bool scout; /* look for the way in from outside: STUN, port mappings, routers */
    uint32_t hole_ttl_s;        /* how long a silent client's hole is kept open */
    uint32_t network_timeout_s; /* MOSH_SERVER_NETWORK_TMOUT; 0: none */
    struct awl_random random;
    struct awl_log log;
};

AWL_API struct awl_server *awl_server_new(const struct awl_server_config *config,
                                          uint64_t now);
AWL_API void awl_server_free(struct awl_server *s);

AWL_API void awl_server_datagram(struct awl_server *s, const struct awl_datagram *d,
                                 uint64_t now);
AWL_API void awl_server_send_failed(struct awl_server *s, const char *error,
                                    bool too_long, uint64_t now);
/* Output of the program. Read the pty only while awl_server_wants_pty() says so. */
AWL_API void awl_server_pty(struct awl_server *s, const uint8_t *data, size_t len,
                            uint64_t now);
AWL_API bool awl_server_wants_pty(const struct awl_server *s);
/* How the program has set its terminal, and its name; both as of all output handed in so
 * far. Clients show typing by it; one that is never told learns from what it sees. */
struct awl_tty_mode {
    bool echo, canonical;        /* the kernel echoes; it edits lines, with: */
    int erase, kill, word_erase; /* characters, 0: none */
    const char *program;         /* process in the foreground, "": unknown; borrowed */
};
AWL_API void awl_server_tty_mode(struct awl_server *s, const struct awl_tty_mode *mode,
                                 uint64_t now);
/* How many bytes of AWL_PTY_WRITE the driver still holds because the program doesn't
 * read. */
AWL_API void awl_server_pty_queued(struct awl_server *s, size_t bytes, uint64_t now);
/* The program and its output have ended. status 0..255, signal 0: none. */
AWL_API void awl_server_pty_end(struct awl_server *s, int status, int signal,
                                uint64_t now);
/* Bytes from the control FIFO, in any portions. */
AWL_API void awl_server_control(struct awl_server *s, const uint8_t *data, size_t len,
                                uint64_t now);
AWL_API void awl_server_network(struct awl_server *s, const struct awl_addr *own,
                                size_t count, uint64_t now);
AWL_API void awl_server_news(struct awl_server *s, const struct awl_news *news,
                             uint64_t now);
/* Answers to AWL_OPEN, as for a client. */
AWL_API void awl_server_opened(struct awl_server *s, int socket, uint16_t port,
                               uint64_t now);
AWL_API void awl_server_open_failed(struct awl_server *s, int socket, uint64_t now);
/* Ends the session in good order, at once where there is no client or on a second call.
 */
AWL_API void awl_server_quit(struct awl_server *s, uint64_t now);
/* When a new client state last came; 0: never. For MOSH_SERVER_SIGNAL_TMOUT. */
AWL_API uint64_t awl_server_heard(const struct awl_server *s);

AWL_API void awl_server_tick(struct awl_server *s, uint64_t now);
AWL_API bool awl_server_next(struct awl_server *s, struct awl_output *out, uint64_t now);
AWL_API uint64_t awl_server_deadline(const struct awl_server *s);

#ifdef __cplusplus
}
#endif
#endif
