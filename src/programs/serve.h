/* Drives a server engine: one UDP socket, one pty, the control FIFO, the clock. */
#pragma once
#include "awl/awl.h"
#include "platform/loop.h"
#include "platform/pty.h"
#include "platform/udp.h"

struct serve_config {
    struct awl_server_config server; /* own and random are filled in here */
    struct udp *udp;                 /* borrowed, all three */
    struct pty *pty;
    struct loop *loop;
    int control;         /* the FIFO, non-blocking; -1: none */
    const char *session; /* "mosh [PID]", for the login record */
    char *const *stun;   /* HOST:PORT each; used when server.scout */
    size_t stun_count;
    uint32_t signal_tmout_s; /* MOSH_SERVER_SIGNAL_TMOUT; 0: none */
};

/* Until the session is over. SIGTERM, SIGINT, SIGUSR1 and SIGCHLD have been caught by the
 * loop already. */
void serve_run(const struct serve_config *config);
