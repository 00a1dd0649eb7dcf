/* ssh during a session: the one that the session began on, and those that bring the pipe
 * back when UDP is filtered. Answers the driver's struct driver_ssh. At most one carries
 * or is on its way; another may be ending. */
#pragma once
#include "platform/resolve.h"
#include "programs/driver.h"
#include "programs/login.h"
#include "programs/ssh.h"

#define DIALER_END_MS   3000u  /* from the end of its input to SIGTERM, and to SIGKILL */
#define DIALER_STOCK_MS 10000u /* a mosh-server's ssh that doesn't leave is ended */

struct dialer {
    struct trace *trace;         /* these four are borrowed */
    const struct ssh_plan *plan; /* NULL: cannot dial */
    const char *host;
    const char *server;     /* the command text, as --server; NULL: look for it */
    uint16_t port;          /* the session's */
    struct awl_addr target; /* where the relay sends */
    struct awl_addr other;  /* the same from another machine of that name, or none */
    char machine[CONNECT_MACHINE_LEN + 1]; /* of the session's host; "" when unknown */
    enum awl_family prefer;                /* first among the server's addresses */
    struct awl_addr candidate;             /* one more of them, or none */
    struct login ssh;
    struct resolve lookup; /* of the server's name, while ssh logs in again */
    bool looking;
    bool dialling; /* ssh is on its way */
    bool first;    /* it is the one that started the session, and its relay is awaited */
    bool told;     /* and knows the port */
    struct buffer found; /* how its relay is called, as server; own */
    bool by_hand;        /* and may ask the user */
    bool elsewhere;      /* it was led to another machine and dials once more */
    bool absent;         /* there is no relay over there: never again */
    struct login ending;
    uint64_t end_by; /* when the ending one gets its next signal */
    int end_signal;
};

enum dialer_first {
    DIALER_CARRIES, /* its pipe was taken */
    DIALER_AWAITS,  /* the remote command goes on with `awl-server relay -` */
    DIALER_LEAVES,  /* there is none */
};

/* first: the login that started the session, moved in. Zero-initialise and fill the upper
 * part before. */
void dialer_begin(struct dialer *d, struct login *first, enum dialer_first what,
                  uint64_t now);
struct driver_ssh dialer_hooks(struct dialer *d);
/* Ends what still runs. */
void dialer_end(struct dialer *d);
