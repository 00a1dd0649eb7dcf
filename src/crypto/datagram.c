#include "crypto/datagram.h"
#include "base/alloc.h"
#include "base/err.h"
#include "crypto/ocb.h"
#include <stdlib.h>
#include <string.h>

#define NUMBER_LEN    8u
#define BLOCK         16u
#define DIRECTION_BIT ((uint64_t)1 << 63)

static_assert(DATAGRAM_OVERHEAD == NUMBER_LEN + OCB_TAG_LEN, "clear number and tag");

struct datagrams {
    struct ocb *ocb;
    uint64_t own; /* the direction bit of what we seal */
    uint64_t next_seq;
    uint64_t blocks; /* sealed so far */
};

struct datagrams *
datagrams_new(const struct awl_key *key, enum direction own)
{
    struct datagrams *d = xcalloc(1, sizeof *d);

    d->ocb = ocb_new(key->bytes);
    d->own = own == DIRECTION_TO_CLIENT ? DIRECTION_BIT : 0;
    return d;
}

void
datagrams_free(struct datagrams *d)
{
    if (!d)
        return;
    ocb_free(d->ocb);
    free(d);
}

/* The nonce is four zero bytes and the number as it travels. */
static void
nonce_make(const uint8_t number[NUMBER_LEN], uint8_t nonce[OCB_NONCE_LEN])
{
    memset(nonce, 0, OCB_NONCE_LEN - NUMBER_LEN);
    memcpy(nonce + OCB_NONCE_LEN - NUMBER_LEN, number, NUMBER_LEN);
}

int
datagrams_seal(struct datagrams *d, struct bytes plain, uint8_t *out, size_t *len)
{
    uint8_t nonce[OCB_NONCE_LEN];

    assert(plain.len <= DATAGRAM_MAX - DATAGRAM_OVERHEAD);
    *len = 0;
    if (d->blocks >= DATAGRAM_BLOCKS_MAX || d->next_seq >= DIRECTION_BIT)
        return ERR_LIMIT;
    d->blocks += (plain.len + BLOCK - 1) / BLOCK;
    /* The number is spent here, before anything can fail. */
    be64_put(out, d->own | d->next_seq++);
    nonce_make(out, nonce);
    ocb_seal(d->ocb, nonce, BYTES_NONE, plain, out + NUMBER_LEN);
    *len = plain.len + DATAGRAM_OVERHEAD;
    return ERR_OK;
}

int
datagrams_open(struct datagrams *d, struct bytes datagram, uint8_t *out,
               struct bytes *plain, uint64_t *seq)
{
    uint8_t nonce[OCB_NONCE_LEN];
    struct bytes sealed;
    uint64_t number;

    *plain = BYTES_NONE;
    *seq = 0;
    if (datagram.len < DATAGRAM_OVERHEAD || datagram.len > DATAGRAM_MAX)
        return ERR_FORMAT;
    number = be64_get(datagram.data);
    /* Our own words sent back to us would otherwise be authentic. */
    if ((number & DIRECTION_BIT) == d->own)
        return ERR_AUTH;
    nonce_make(datagram.data, nonce);
    sealed = bytes_slice(datagram, NUMBER_LEN, datagram.len);
    if (!ocb_open(d->ocb, nonce, BYTES_NONE, sealed, out))
        return ERR_AUTH;
    *plain = bytes_of(out, datagram.len - DATAGRAM_OVERHEAD);
    *seq = number & ~DIRECTION_BIT;
    return ERR_OK;
}

uint64_t
datagrams_next_seq(const struct datagrams *d)
{
    return d->next_seq;
}

void
datagrams_set_blocks(struct datagrams *d, uint64_t blocks)
{
    d->blocks = blocks;
}
