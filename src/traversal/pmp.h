/* One port mapping of the default gateway: PCP (RFC 6887, MAP) and, where that is not
 * understood or not answered, NAT-PMP (RFC 6886). Asks, renews at half of the lease's
 * life, notices another external address or a gateway that lost its memory, and takes the
 * mapping back at the end. Has a UDP socket of its own, which the caller opens.
 *
 * Security: only the gateway's own address and port are listened to, only while something
 * was asked, and with PCP only the 96 random bits of the request count. A gateway that
 * lies could drop everything anyway; what it says is a candidate and nothing more. */
#pragma once
#include "base/addr.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/rng.h"

#define PMP_PORT         5351u
#define PMP_LEASE_S      7200u  /* what is asked for (RFC 6886 3.3); */
#define PMP_LEASE_MIN_S  30u    /* less than this counts as this, */
#define PMP_LEASE_MAX_S  86400u /* and more as this */
#define PMP_REQUEST_MAX  60u
#define PMP_ANSWER_MAX   1100u   /* RFC 6887 7 */
#define PMP_NOTHING_MS   500u    /* silent for so long: others may be asked */
#define PMP_GIVE_UP_MS   32000u  /* and here, for so long: there is nobody */
#define PMP_RETRY_MS     300000u /* after a refusal for reasons that may pass */
#define PMP_CHECK_MIN_MS 10000u

struct pmp_config {
    struct awl_addr gateway; /* its port doesn't matter */
    struct awl_addr from; /* our address towards it, from which requests must be sent */
    uint16_t port;        /* our UDP port that is to be reached */
    struct rng rng;
    struct log log;
};

enum pmp_output_kind {
    PMP_SEND,    /* data to `to` */
    PMP_MAPPED,  /* port is reached at `mapped`: for the first time, or after a change */
    PMP_LOST,    /* and is so no longer */
    PMP_NOTHING, /* once, and only without a mapping: the gateway refused or is silent */
};

struct pmp_output {
    enum pmp_output_kind kind;
    struct awl_addr to;
    struct bytes data; /* valid until the next call */
    struct awl_addr mapped;
};

struct pmp;

struct pmp *pmp_new(const struct pmp_config *config, uint64_t now); /* gives; asks */
void pmp_free(struct pmp *p); /* takes; NULL is fine */

/* A datagram that came on the socket. */
void pmp_input(struct pmp *p, const struct awl_addr *from, struct bytes datagram,
               uint64_t now);
/* The mapping seems not to work: asks again, at most every PMP_CHECK_MIN_MS. */
void pmp_check(struct pmp *p, uint64_t now);
/* Takes the mapping back: take the outputs, then free it. Nobody waits for an answer. */
void pmp_release(struct pmp *p);

void pmp_tick(struct pmp *p, uint64_t now);
bool pmp_next(struct pmp *p, struct pmp_output *out, uint64_t now);
uint64_t pmp_deadline(const struct pmp *p);
/* Where the port is reached; AWL_NONE: nowhere. */
struct awl_addr pmp_mapped(const struct pmp *p);
