/* What a server prints when it starts: MOSH CONNECT, and awl's own lines before it
 * (awl-protocol(7)). Reads it in any portions, and writes it. */
#pragma once
#include "awl/awl.h"
#include "base/addr.h"

#define CONNECT_LINE_MAX    255u /* of the lines that mean something */
#define CONNECT_MACHINE_LEN 16u

enum connect_state {
    CONNECT_READING, /* more is needed */
    CONNECT_DONE,    /* what was asked for has come; connect_rest has what followed */
    CONNECT_BAD,     /* a line that must be right is wrong: connect_error says which */
};

/* What to wait for: the whole of a server's start, or only the relay's line. */
enum connect_goal { CONNECT_SESSION, CONNECT_RELAY };

struct connect_info {
    bool have_session; /* MOSH CONNECT came */
    uint16_t port;
    struct awl_key key; /* wipe it */
    bool have_ssh;      /* MOSH SSH_CONNECTION or the words of AWL RELAY */
    struct awl_addr ssh_client, ssh_server;
    bool have_mosh_ip;
    struct awl_addr mosh_ip; /* MOSH IP; port 0 */
    bool have_relay;
    char machine[CONNECT_MACHINE_LEN + 1]; /* "" when "-" */
    bool relay_open;                       /* a socket is bound to the session's port */
    struct awl_addr target;                /* no port */
    char control[CONNECT_LINE_MAX + 1];    /* AWL CONTROL; "" when absent. As sent */
};

struct connect;

struct connect *connect_new(enum connect_goal goal); /* gives */
void connect_free(struct connect *c);                /* takes; wipes; NULL is fine */
/* Bytes of the server's standard output. After CONNECT_DONE they are kept for
 * connect_rest; after CONNECT_BAD they are dropped. */
enum connect_state connect_input(struct connect *c, struct bytes in);
enum connect_state connect_state(const struct connect *c);
const struct connect_info *connect_info(const struct connect *c);
const char *connect_error(const struct connect *c);
/* Takes the next line for the user: other programs' noise as it came (newline removed),
 * or an AWL NOTE (note set; escape it). Valid until the next call. Lines over 4096 bytes
 * come in parts. */
bool connect_noise(struct connect *c, struct bytes *line, bool *note);
/* What followed the last line: the first frames of the relay. Valid until the next call;
 * given once. */
struct bytes connect_rest(struct connect *c);

/* The server's side. Each appends one whole line with its newline; false: some part
 * cannot be said (too long, not printable ASCII), nothing was written. */
struct connect_relay {
    struct awl_addr ssh_client, ssh_server; /* AWL_NONE: "-" */
    const char *machine;                    /* 16 hex digits, or NULL */
    bool open;
    struct awl_addr target;
};
bool connect_put_relay(struct buffer *out, const struct connect_relay *relay);
bool connect_put_control(struct buffer *out, const char *path);
bool connect_put_note(struct buffer *out, const char *text);
void connect_put_session(struct buffer *out, uint16_t port, const struct awl_key *key);
/* The value of SSH_CONNECTION: four words. False: malformed, nothing stored. */
bool connect_parse_ssh(struct bytes value, struct awl_addr *client,
                       struct awl_addr *server);
