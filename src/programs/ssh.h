/* How awl asks ssh for a login: what `ssh -G` said, argument vectors, the remote command.
 * Runs nothing and reads nothing itself. awl-protocol(7) explains the why of each option.
 */
#pragma once
#include "awl/addr.h"
#include "programs/args.h"

/* What ssh's configuration holds for the host, from the output of `ssh -G`. Where ssh
 * couldn't tell, everything stays at its default. Owns its strings. */
struct ssh_facts {
    char *hostname; /* what ssh will resolve; NULL: unknown */
    uint16_t port;
    bool proxied; /* by ProxyJump or ProxyCommand: no address of ours to dial */
    bool shared;  /* it may become the master of other sessions */
    /* These four are set and must be overridden, each by an option that an older ssh may
     * not know, hence only when set. */
    bool remote_command;
    bool stdin_null;
    bool fork_after;
    bool session_type;
};

void ssh_facts_parse(struct ssh_facts *f, struct bytes output);
void ssh_facts_free(struct ssh_facts *f);

/* One destination and the user's way to it. Borrows everything. */
struct ssh_plan {
    const struct args *ssh; /* the words of --ssh */
    const char *host;       /* [user@]host as typed; never begins with '-' */
    enum awl_family family; /* AWL_NONE: either */
    bool pty;               /* --ssh-pty: no relay then */
    const struct ssh_facts *facts;
};

enum ssh_login {
    SSH_FIRST,       /* in the foreground, with the user's connection sharing */
    SSH_INTERACTIVE, /* in the foreground, on a connection of its own */
    SSH_BACKGROUND,  /* never asks anything */
};

/* `ssh -G` for the plan. ssh refuses to tell where a configured RemoteCommand meets a
 * command, and where ForkAfterAuthentication meets none: try without, then with one. */
void ssh_config_args(const struct ssh_plan *p, bool command, struct args *out);
/* A login that runs command, one string for the remote login shell. */
void ssh_login_args(const struct ssh_plan *p, enum ssh_login login, const char *command,
                    struct args *out);

/* The start of a remote command, up to where the server's quoted arguments follow. server
 * is the text of --server, verbatim; NULL looks for awl-server, and then, if `stock`, for
 * mosh-server, in PATH and in the usual places beside it, and prints SSH_FOUND, or
 * SSH_SEARCHED before it ends with status 127. */
void ssh_server_put(struct buffer *out, const char *server, bool stock);
/* A path that such a search found, as text for the remote shell: quoted only if need be,
 * since a forced command reads words. */
void ssh_path_put(struct buffer *out, struct bytes path);
/* Whether that text names an awl-server, as far as a name tells. */
bool ssh_server_is_awl(const char *server);
/* The end of a remote command, behind the arguments of a server that may have no relay:
 * once it has detached, an awl-server is looked for, also in the folder of --server,
 * whose `relay -` then waits for the port on standard input. Prints as above. */
void ssh_relay_put(struct buffer *out, const char *server);
/* What tells the address at which the server's sshd was reached; goes before the server.
 */
void ssh_connection_put(struct buffer *out);

#define SSH_FOUND    "awl: found "    /* then how it was called; these are whole lines */
#define SSH_SEARCHED "awl: searched " /* then the remote PATH */
#define SSH_PLACES   "/usr/local/bin, ~/.local/bin, ~/bin, /opt/homebrew/bin"

/* Whether ssh failed because it could not ask for a password, passphrase or touch:
 * decided by the last lines it printed. */
bool ssh_wants_credentials(const char *stderr_text);
