/* Sealed datagrams: 8 clear bytes (direction bit and sequence number, which make the
 * nonce), then AES-128-OCB. Owns the one counter of a side, so no nonce can be used
 * twice; a copy for another path is sealed again under its own number. Knows nothing of
 * what is inside. */
#pragma once
#include "awl/awl.h"
#include "base/bytes.h"

#define DATAGRAM_MAX      2048u /* longer ones are nobody's */
#define DATAGRAM_OVERHEAD 24u   /* number and tag */
/* Blocks of 16 bytes a side may seal: both share the key, and OCB wants at most 2^48. */
#define DATAGRAM_BLOCKS_MAX ((uint64_t)1 << 47)

enum direction { DIRECTION_TO_SERVER, DIRECTION_TO_CLIENT };

struct datagrams;

/* Gives. own: the direction of what this side seals. The key is copied into the cipher.
 */
struct datagrams *datagrams_new(const struct awl_key *key, enum direction own);
void datagrams_free(struct datagrams *d); /* takes, wiping; NULL is fine */

/* Seals plain (at most DATAGRAM_MAX - DATAGRAM_OVERHEAD) under the next number into out,
 * which has room for DATAGRAM_MAX. 0, or ERR_LIMIT for ever once the key is used up. */
int datagrams_seal(struct datagrams *d, struct bytes plain, uint8_t *out, size_t *len);
/* Opens into out (room for DATAGRAM_MAX); *plain is a view of it. 0; ERR_FORMAT: too
 * short or long; ERR_AUTH: forged, or one of our own direction sent back. */
int datagrams_open(struct datagrams *d, struct bytes datagram, uint8_t *out,
                   struct bytes *plain, uint64_t *seq);
/* The number the next one will get. */
uint64_t datagrams_next_seq(const struct datagrams *d);
/* For tests of the limit. */
void datagrams_set_blocks(struct datagrams *d, uint64_t blocks);
