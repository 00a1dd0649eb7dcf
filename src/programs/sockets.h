/* The UDP sockets that an engine asks for by number (AWL_OPEN), and what comes on them.
 */
#pragma once
#include "awl/awl.h"
#include "platform/loop.h"
#include "platform/udp.h"

struct socket_entry {
    int number;
    struct udp udp;
};

/* Zero-initialised is empty. */
struct sockets {
    struct socket_entry **all; /* owned, each allocated by itself */
    size_t count;
};

/* Carries out AWL_OPEN; *port is the one got. 0 or errno. */
int sockets_open(struct sockets *s, const struct awl_output *out, uint16_t *port);
/* AWL_CLOSE; a number that isn't there is fine. */
void sockets_close(struct sockets *s, int number);
void sockets_close_all(struct sockets *s);
/* AWL_SEND. 0 or errno; 0 also when the socket is gone. */
int sockets_send(struct sockets *s, const struct awl_output *out);

void sockets_want(const struct sockets *s, struct loop *l);
/* After a wait: which socket, of those from *at on, has something to read; NULL: none.
 * Begin with *at = 0. */
struct socket_entry *sockets_ready(const struct sockets *s, const struct loop *l,
                                   size_t *at);
/* One datagram of it; false: none left. */
bool sockets_receive(struct socket_entry *e, struct awl_datagram *in);
