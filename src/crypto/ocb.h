/* AES-128 in OCB mode with a tag of 128 bits (RFC 7253). One context serves both
 * directions; it is kept, since setting one up costs more than a datagram. Whoever seals
 * twice with one nonce gives the key away. */
#pragma once
#include "base/bytes.h"

#define OCB_KEY_LEN   16u
#define OCB_NONCE_LEN 12u
#define OCB_TAG_LEN   16u

struct ocb;

struct ocb *ocb_new(const uint8_t key[OCB_KEY_LEN]); /* gives */
void ocb_free(struct ocb *o);                        /* takes, wiping; NULL is fine */

/* Writes plain.len + OCB_TAG_LEN bytes to out, which does not overlap plain. */
void ocb_seal(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
              struct bytes plain, uint8_t *out);
/* Writes sealed.len - OCB_TAG_LEN bytes to out; on false (forged, or too short) nothing
 * in out is to be used. */
bool ocb_open(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
              struct bytes sealed, uint8_t *out);
