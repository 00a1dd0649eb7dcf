/* STUN Binding (RFC 8489), the part of a client: asks servers, from the session's own UDP
 * sockets, which address and port they see. Two servers tell whether a translator gives
 * every destination another port. Sends nothing by itself, resolves nothing; nobody is
 * asked whom the user did not name.
 *
 * Security: an answer counts only with the 96 random bits of its request and from the
 * address that was asked. What it says is a candidate and nothing more. */
#pragma once
#include "base/addr.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/rng.h"

#define STUN_SERVERS_MAX 8u
#define STUN_SOCKETS_MAX 8u /* a further one drops the oldest */
#define STUN_ID_LEN      12u
#define STUN_REQUEST_LEN 20u
#define STUN_ANSWER_MS   3000u  /* later answers don't count */
#define STUN_FRESH_MS    20000u /* a mapping may be forgotten after 30 s without traffic */

/* Has it the form of an answer to a Binding request? Then it is no session datagram: as
 * such it would have a sequence number of 2^56 and more, where no key gets. */
bool stun_is_answer(struct bytes datagram);
void stun_request(const uint8_t id[STUN_ID_LEN], uint8_t out[STUN_REQUEST_LEN]);
/* The address in a success answer with that id. ERR_FORMAT: not one. ERR_AUTH: another
 * id. ERR_RANGE: the server refused, or says something that must be understood and isn't.
 */
int stun_answer_read(struct bytes datagram, const uint8_t id[STUN_ID_LEN],
                     struct awl_addr *out);

/* What is known of one socket in one family. */
enum stun_mapping {
    STUN_UNKNOWN,
    STUN_SAME,  /* two servers on different hosts saw the same address */
    STUN_VARIES /* the address depends on whom we send to */
};

struct stun_view {
    struct awl_addr seen; /* AWL_NONE: no answer */
    enum stun_mapping mapping;
    bool done;   /* nobody is left to answer */
    bool heard;  /* somebody said something, if only no */
    bool silent; /* somebody was asked in vain, and nobody is heard */
};

enum stun_output_kind {
    STUN_SEND, /* data from socket to `to` */
    STUN_NEWS, /* stun_view of that socket and family says something else */
};

struct stun_output {
    enum stun_output_kind kind;
    int socket;
    enum awl_family family;
    struct awl_addr to;
    struct bytes data; /* valid until the next call */
};

struct stun;

struct stun *stun_new(const struct rng *rng, const struct log *log); /* gives */
void stun_free(struct stun *s); /* takes; NULL is fine */

/* The servers to ask, at most STUN_SERVERS_MAX. Those that are in the same place as
 * before are not asked again. */
void stun_servers(struct stun *s, const struct awl_addr *servers, size_t count,
                  uint64_t now);
/* A socket to ask from; a dual one is opened once for each family. */
void stun_open(struct stun *s, int socket, enum awl_family family, uint64_t now);
void stun_close(struct stun *s, int socket);
/* Asks again where the last answer is older than STUN_FRESH_MS. */
void stun_again(struct stun *s, uint64_t now);
/* The network is another one: forgets all answers, and asks again. */
void stun_network(struct stun *s, uint64_t now);
/* A datagram that came on socket. True: it was STUN's, whether or not it was believed. */
bool stun_input(struct stun *s, int socket, const struct awl_addr *from,
                struct bytes datagram, uint64_t now);

void stun_tick(struct stun *s, uint64_t now);
bool stun_next(struct stun *s, struct stun_output *out, uint64_t now);
uint64_t stun_deadline(const struct stun *s);

void stun_view(const struct stun *s, int socket, enum awl_family family,
               struct stun_view *out);
