/* What the user asked `awl` for: its command line and environment, checked. */
#pragma once
#include "awl/awl.h"
#include "programs/args.h"

/* Which addresses of a name to use, and which to try first. */
struct family_rule {
    enum awl_family only;   /* AWL_NONE: both */
    enum awl_family prefer; /* AWL_NONE: in the resolver's order */
    bool exclusive;         /* `auto`: both families at once are an error */
};

enum remote_ip { REMOTE_IP_DIALLED, REMOTE_IP_SSH }; /* whose view of the address wins */

/* Texts are borrowed from the command line and the environment. */
struct settings {
    const char *client;   /* another client program; NULL: awl itself */
    const char *server;   /* text for the remote shell; NULL: look for one */
    const char *port;     /* the server's UDP port or range; NULL: its own choice */
    const char *bind;     /* numeric address; "": any; NULL: as ssh arrived */
    const char *log_file; /* NULL: none */
    const char *host;     /* [user@]host as typed */
    const char *address;  /* the part behind user@ */
    char **command;       /* NULL-terminated words; empty: the login shell */
    struct args ssh;      /* words of --ssh */
    struct args stun;     /* HOST:PORT each */
    struct family_rule family;
    enum remote_ip remote_ip;
    bool predict_set;
    enum awl_predict predict;
    bool overwrite;
    bool ssh_pty, no_init, local, control;
    bool no_punch, no_spray, no_host_candidates, keep_ssh;
    enum awl_repunch repunch;
    uint16_t client_port;
    long hole_ttl;             /* seconds; -1: the server's own default */
    struct awl_addr candidate; /* --server-candidate, or none */
    int verbose;
    bool doctor; /* `awl doctor` */
    bool json;   /* its report as JSON */
};

enum settings_result {
    SETTINGS_RUN,
    SETTINGS_DONE, /* --help or --version: printed */
    SETTINGS_BAD,  /* reported on standard error, in one line */
};

enum settings_result settings_read(struct settings *s, int argc, char *argv[]);
void settings_free(struct settings *s);

/* PORT or LOW:HIGH as mosh-server takes it. NULL: fine; else what is wrong with it. */
const char *port_range_check(const char *text);
/* inet, inet6, auto, all, prefer-inet, prefer-inet6, in any case. */
bool family_parse(const char *text, struct family_rule *out);
/* HOST:PORT or [ADDRESS]:PORT in characters that -@ may carry. */
bool stun_check(const char *text);
