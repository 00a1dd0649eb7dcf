#include "base/alloc.h"
#include "crypto/ocb.h"
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct ocb {
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open;
};

/* What libcrypto may only fail at for want of memory or of the cipher itself: there is no
 * going on without either. */
static void
must(int ok)
{
    if (ok != 1) {
        fputs("awl: libcrypto failed\n", stderr);
        abort();
    }
}

struct ocb *
ocb_new(const uint8_t key[OCB_KEY_LEN])
{
    struct ocb *o = xcalloc(1, sizeof *o);

    o->seal = EVP_CIPHER_CTX_new();
    o->open = EVP_CIPHER_CTX_new();
    must(o->seal && o->open);
    /* The defaults are what we want: a nonce of 12 bytes, a tag of 16. */
    must(EVP_EncryptInit_ex(o->seal, EVP_aes_128_ocb(), NULL, key, NULL));
    must(EVP_DecryptInit_ex(o->open, EVP_aes_128_ocb(), NULL, key, NULL));
    return o;
}

void
ocb_free(struct ocb *o)
{
    if (!o)
        return;
    EVP_CIPHER_CTX_free(o->seal); /* wipes what it holds */
    EVP_CIPHER_CTX_free(o->open);
    free(o);
}

void
ocb_seal(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
         struct bytes plain, uint8_t *out)
{
    int n = 0, more = 0;

    assert(plain.len <= INT_MAX - OCB_TAG_LEN && ad.len <= INT_MAX);
    must(EVP_EncryptInit_ex(o->seal, NULL, NULL, NULL, nonce));
    if (ad.len)
        must(EVP_EncryptUpdate(o->seal, NULL, &n, ad.data, (int)ad.len));
    n = 0;
    if (plain.len)
        must(EVP_EncryptUpdate(o->seal, out, &n, plain.data, (int)plain.len));
    must(EVP_EncryptFinal_ex(o->seal, out + n, &more));
    assert((size_t)(n + more) == plain.len);
    must(EVP_CIPHER_CTX_ctrl(o->seal, EVP_CTRL_AEAD_GET_TAG, OCB_TAG_LEN,
                             out + plain.len));
}

bool
ocb_open(struct ocb *o, const uint8_t nonce[OCB_NONCE_LEN], struct bytes ad,
         struct bytes sealed, uint8_t *out)
{
    uint8_t tag[OCB_TAG_LEN];
    int n = 0, more = 0;
    size_t len;

    if (sealed.len < OCB_TAG_LEN || sealed.len > INT_MAX || ad.len > INT_MAX)
        return false;
    len = sealed.len - OCB_TAG_LEN;
    for (size_t i = 0; i < OCB_TAG_LEN; i++)
        tag[i] = sealed.data[len + i];
    must(EVP_DecryptInit_ex(o->open, NULL, NULL, NULL, nonce));
    must(EVP_CIPHER_CTX_ctrl(o->open, EVP_CTRL_AEAD_SET_TAG, OCB_TAG_LEN, tag));
    if (ad.len)
        must(EVP_DecryptUpdate(o->open, NULL, &n, ad.data, (int)ad.len));
    n = 0;
    if (len)
        must(EVP_DecryptUpdate(o->open, out, &n, sealed.data, (int)len));
    return EVP_DecryptFinal_ex(o->open, out + n, &more) == 1;
}
