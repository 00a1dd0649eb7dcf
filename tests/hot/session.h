/* A session on a virtual clock: both engines, with nothing between them but a way that
 * takes time and may lose, and a program that echoes. */
#pragma once
#include "awl/awl.h"
#include "base/rng.h"

#define SESSION_IN_FLIGHT 256u

struct flight {
    uint64_t at;
    uint8_t data[2048];
    size_t len;
};

/* What is on its way to one end; a ring. */
struct way {
    struct flight flight[SESSION_IN_FLIGHT];
    size_t first, count;
};

struct session {
    struct awl_client *client;
    struct awl_server *server;
    struct awl_addr client_addr, server_addr;
    struct way up, down;
    uint64_t now;
    struct rng_seeded chance[3];
    unsigned loss; /* of a hundred datagrams */
    uint8_t key;   /* to be typed; 0: none */
    uint8_t echo[64];
    size_t echo_len;
};

/* Zeroed but for loss; begins at the given size. Ends the program when that fails. */
void session_init(struct session *s, int cols, int rows);
void session_free(struct session *s);
/* One end's turn: arg is the session. */
void session_client(void *arg);
void session_server(void *arg);
/* Runs so long. turn: calls what it is given with the session. */
void session_run(struct session *s, uint64_t ms, void (*client)(struct session *s),
                 void (*server)(struct session *s));
