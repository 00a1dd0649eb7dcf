/* One UDP socket: non-blocking, DF off, told of TTL, ECN and own address of what comes,
 * able to choose all three for what goes. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"

#define UDP_DATAGRAM_MAX 2048u /* longer ones are dropped on receipt */

struct udp {
    int fd; /* -1: closed */
    enum awl_family family;
    bool dual; /* an IPv6 socket that also speaks IPv4 */
    uint16_t port;
    uint8_t data[UDP_DATAGRAM_MAX]; /* of the last datagram received */
};

/* Binds to the address of `bind` (its port is not looked at) on the first free port of
 * low..high; low 0: the system chooses. AWL_NONE as family: any address, both families if
 * the system has IPv6, else IPv4. With a family and the all-zero address: any address of
 * that family alone. 0, or errno of the last attempt; u->fd is then -1. */
int udp_open(struct udp *u, const struct awl_addr *bind, uint16_t low, uint16_t high);
void udp_close(struct udp *u);

/* Whether the port can be had now, in each family this system has: 0, or errno. */
int udp_port_test(uint16_t port);

/* True: one datagram is in *d, its data in u until the next call. False: none left now.
 * d->socket is set to 0. */
bool udp_receive(struct udp *u, struct awl_datagram *d);

/* from: the source address to use, AWL_NONE (or NULL) leaves it to the system. ttl 0: the
 * ordinary one. 0 or errno; EMSGSIZE says that it was too long for the path. */
int udp_send(struct udp *u, const struct awl_addr *to, const struct awl_addr *from,
             int ttl, int ecn, struct bytes data);
