/* OCB (RFC 7253) over the block cipher of mbedtls. Names of values are the RFC's. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "crypto/ocb.h"
#include <mbedtls/aes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK     16u
#define KEY_BITS  (OCB_KEY_LEN * 8)
#define TABLE     32u /* entries of L: enough for 2^32 - 1 blocks */
#define NONCE_LOW 63u /* the bits of a nonce that its block of the cipher doesn't see */

struct block {
    uint8_t b[BLOCK];
};

/* The start of a message. Numbers follow each other, and 64 of them share a block. */
struct top {
    bool known;
    struct block nonce;  /* without its low bits */
    uint8_t stretch[24]; /* what the offset is cut from */
};

struct ocb {
    mbedtls_aes_context encrypt;
    mbedtls_aes_context decrypt;
    struct block l_star, l_dollar, l[TABLE];
    struct top seal, open;
};

/* The key has one of its sizes, so only a broken library or machine fails. */
static void
must(int r)
{
    if (r != 0) {
        fputs("awl: libmbedcrypto failed\n", stderr);
        abort();
    }
}

static void
mix(struct block *x, const struct block *y)
{
    for (size_t i = 0; i < BLOCK; i++)
        x->b[i] ^= y->b[i];
}

/* In GF(2^128); without a branch, since it tells of the key. */
static struct block
twice(const struct block *x)
{
    struct block out;
    unsigned carry = x->b[0] >> 7;

    for (size_t i = 0; i < BLOCK - 1; i++)
        out.b[i] = (uint8_t)(x->b[i] << 1 | x->b[i + 1] >> 7);
    out.b[BLOCK - 1] = (uint8_t)(x->b[BLOCK - 1] << 1 ^ (0x87 & (0u - carry)));
    return out;
}

static void
encipher(struct ocb *o, const struct block *in, struct block *out)
{
    must(mbedtls_aes_crypt_ecb(&o->encrypt, MBEDTLS_AES_ENCRYPT, in->b, out->b));
}

static void
decipher(struct ocb *o, const struct block *in, struct block *out)
{
    must(mbedtls_aes_crypt_ecb(&o->decrypt, MBEDTLS_AES_DECRYPT, in->b, out->b));
}

struct ocb *
ocb_new(const uint8_t key[OCB_KEY_LEN])
{
    struct ocb *o = xcalloc(1, sizeof *o);
    struct block zero = {{0}};

    mbedtls_aes_init(&o->encrypt);
    mbedtls_aes_init(&o->decrypt);
    must(mbedtls_aes_setkey_enc(&o->encrypt, key, KEY_BITS));
    must(mbedtls_aes_setkey_dec(&o->decrypt, key, KEY_BITS));
    encipher(o, &zero, &o->l_star);
    o->l_dollar = twice(&o->l_star);
    o->l[0] = twice(&o->l_dollar);
    for (size_t i = 1; i < TABLE; i++)
        o->l[i] = twice(&o->l[i - 1]);
    return o;
}

void
ocb_free(struct ocb *o)
{
    if (!o)
        return;
    mbedtls_aes_free(&o->encrypt); /* wipes what it holds */
    mbedtls_aes_free(&o->decrypt);
    wipe(o, sizeof *o);
    free(o);
}

/* L of the number of zero bits that i ends with; i is not 0. */
static const struct block *
l_of(const struct ocb *o, size_t i)
{
    size_t n = 0;

    for (; !(i & 1); i >>= 1)
        n++;
    return &o->l[n];
}

/* The last block, if it is short: filled up with a one and zeros. */
static struct block
padded(const uint8_t *in, size_t len)
{
    struct block out = {{0}};

    memcpy(out.b, in, len);
    out.b[len] = 0x80;
    return out;
}

static struct block
whole(const uint8_t *in)
{
    struct block out;

    memcpy(out.b, in, BLOCK);
    return out;
}

static struct block
offset_start(struct ocb *o, struct top *t, const uint8_t nonce[OCB_NONCE_LEN])
{
    struct block n = {{0}}, offset;
    unsigned bottom, bytes, bits;

    /* The length of the tag is 128, modulo 128; then a one before the nonce. */
    n.b[BLOCK - OCB_NONCE_LEN - 1] = 1;
    memcpy(n.b + BLOCK - OCB_NONCE_LEN, nonce, OCB_NONCE_LEN);
    bottom = n.b[BLOCK - 1] & NONCE_LOW;
    n.b[BLOCK - 1] &= (uint8_t)~NONCE_LOW;
    if (!t->known || memcmp(t->nonce.b, n.b, BLOCK) != 0) {
        struct block top;

        encipher(o, &n, &top);
        memcpy(t->stretch, top.b, BLOCK);
        for (size_t i = 0; i < sizeof t->stretch - BLOCK; i++)
            t->stretch[BLOCK + i] = top.b[i] ^ top.b[i + 1];
        t->nonce = n;
        t->known = true;
    }
    bytes = bottom / 8;
    bits = bottom % 8;
    for (size_t i = 0; i < BLOCK; i++) {
        unsigned two = (unsigned)t->stretch[bytes + i] << 8;

        /* There is a next byte wherever bits of it are wanted. */
        if (bits > 0)
            two |= t->stretch[bytes + i + 1];
        offset.b[i] = (uint8_t)(two << bits >> 8);
    }
    return offset;
}

/* HASH(K, A) */
static struct block
hash(struct ocb *o, struct bytes ad)
{
    struct block sum = {{0}}, offset = {{0}}, x;
    size_t count = ad.len / BLOCK, rest = ad.len % BLOCK;

    for (size_t i = 0; i < count; i++) {
        mix(&offset, l_of(o, i + 1));
        x = whole(ad.data + i * BLOCK);
        mix(&x, &offset);
        encipher(o, &x, &x);
        mix(&sum, &x);
    }
    if (rest > 0) {
        mix(&offset, &o->l_star);
        x = padded(ad.data + count * BLOCK, rest);
        mix(&x, &offset);
        encipher(o, &x, &x);
        mix(&sum, &x);
    }
    return sum;
}

/* ENCIPHER(K, checksum xor offset xor L_$) xor HASH(K, A) */
static struct block
tag_of(struct ocb *o, struct block checksum, const struct block *offset, struct bytes ad)
{
    mix(&checksum, offset);
    mix(&checksum, &o->l_dollar);
    encipher(o, &checksum, &checksum);
    if (ad.len > 0) {
        struct block sum = hash(o, ad);

        mix(&checksum, &sum);
    }
    return checksum;
}

/* The short last block of a message, which is its own inverse; gives the plain one. */
static struct block
last_block(struct ocb *o, struct block *offset, const uint8_t *in, size_t len,
           bool sealing, uint8_t *out)
{
    struct block pad;

    mix(offset, &o->l_star);
    encipher(o, offset, &pad);
    for (size_t i = 0; i < len; i++)
        out[i] = in[i] ^ pad.b[i];
    return padded(sealing ? in : out, len);
}

void
ocb_seal(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
         struct bytes plain, uint8_t *out)
{
    struct block offset = offset_start(o, &o->seal, nonce), checksum = {{0}}, x, tag;
    size_t count = plain.len / BLOCK, rest = plain.len % BLOCK;

    assert(count <= UINT32_MAX && ad.len / BLOCK <= UINT32_MAX);
    for (size_t i = 0; i < count; i++) {
        mix(&offset, l_of(o, i + 1));
        x = whole(plain.data + i * BLOCK);
        mix(&checksum, &x);
        mix(&x, &offset);
        encipher(o, &x, &x);
        mix(&x, &offset);
        memcpy(out + i * BLOCK, x.b, BLOCK);
    }
    if (rest > 0) {
        x = last_block(o, &offset, plain.data + count * BLOCK, rest, true,
                       out + count * BLOCK);
        mix(&checksum, &x);
    }
    tag = tag_of(o, checksum, &offset, ad);
    memcpy(out + plain.len, tag.b, OCB_TAG_LEN);
}

bool
ocb_open(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
         struct bytes sealed, uint8_t *out)
{
    struct block offset, checksum = {{0}}, x, tag;
    size_t len, count, rest;
    unsigned differ = 0;

    if (sealed.len < OCB_TAG_LEN || sealed.len / BLOCK > UINT32_MAX ||
        ad.len / BLOCK > UINT32_MAX)
        return false;
    len = sealed.len - OCB_TAG_LEN;
    count = len / BLOCK;
    rest = len % BLOCK;
    offset = offset_start(o, &o->open, nonce);
    for (size_t i = 0; i < count; i++) {
        mix(&offset, l_of(o, i + 1));
        x = whole(sealed.data + i * BLOCK);
        mix(&x, &offset);
        decipher(o, &x, &x);
        mix(&x, &offset);
        mix(&checksum, &x);
        memcpy(out + i * BLOCK, x.b, BLOCK);
    }
    if (rest > 0) {
        x = last_block(o, &offset, sealed.data + count * BLOCK, rest, false,
                       out + count * BLOCK);
        mix(&checksum, &x);
    }
    tag = tag_of(o, checksum, &offset, ad);
    /* All of it, always: how much of a tag was right must not show in the time. */
    for (size_t i = 0; i < OCB_TAG_LEN; i++)
        differ |= tag.b[i] ^ sealed.data[len + i];
    return differ == 0;
}
