/* The command line of `awl-server new`: what mosh-server takes, and awl's own words. */
#pragma once
#include "awl/awl.h"

#define SERVER_PORT_LOW     60001u
#define SERVER_PORT_HIGH    60999u
#define SERVER_ASSIGN_MAX   64u /* -l options kept; the rest is passed over */
#define SERVER_HOLE_TTL_S   259200u
#define SERVER_HOLE_TTL_MAX 2592000u
#define SERVER_WORDS_MAX    1000u /* bytes of -@ */
#define SERVER_STUN_MAX     4u    /* further ones are passed over, */
#define SERVER_STUN_LEN     200u  /* longer ones, too */

struct server_args {
    bool bind_ssh;       /* -s: the address ssh came in on */
    const char *bind_ip; /* -i; NULL: any */
    uint16_t port_low, port_high;
    long colors;
    int verbose;
    const char *assign[SERVER_ASSIGN_MAX]; /* -l NAME=VALUE */
    size_t assign_count;
    bool control;
    bool awl;   /* -@ awl1: print AWL lines */
    bool relay; /* and stay as the relay */
    bool no_punch, no_spray;
    uint32_t hole_ttl_s;
    char stun_text[SERVER_STUN_MAX][SERVER_STUN_LEN + 1]; /* HOST:PORT each */
    char *stun[SERVER_STUN_MAX];                          /* into stun_text */
    size_t stun_count;
    char *const *command; /* NULL: the login shell */
};

enum server_args_result {
    SERVER_ARGS_RUN,
    SERVER_ARGS_DONE, /* --help, --version: printed, status 0 */
    SERVER_ARGS_BAD,  /* said why on standard error, status 1 */
};

/* argv as main got it, without the program's name; borrowed by *out. */
enum server_args_result server_args_read(struct server_args *out, int argc, char *argv[]);
