/* The two files that fulfil ocb.h, each against the other. */
#include "unit.h"

#include "crypto/datagram.h"
#include "crypto/ocb.h"

#define LEN_MAX (DATAGRAM_MAX - OCB_TAG_LEN)

struct other_ocb;

struct other_ocb *other_ocb_new(const uint8_t key[OCB_KEY_LEN]);
void other_ocb_free(struct other_ocb *o);
void other_ocb_seal(struct other_ocb *o, const uint8_t nonce[OCB_NONCE_LEN],
                    struct bytes ad, struct bytes plain, uint8_t *out);
bool other_ocb_open(struct other_ocb *o, const uint8_t nonce[OCB_NONCE_LEN],
                    struct bytes ad, struct bytes sealed, uint8_t *out);

static void
fill(uint8_t *out, size_t len, uint32_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        out[i] = (uint8_t)(seed >> 24);
    }
}

/* Each length of a datagram, with numbers that follow each other and that jump. */
static void
test_every_length(void **state)
{
    static uint8_t plain[LEN_MAX], one[DATAGRAM_MAX], two[DATAGRAM_MAX], back[LEN_MAX];
    uint8_t key[OCB_KEY_LEN], nonce[OCB_NONCE_LEN] = {0};
    struct other_ocb *other;
    struct ocb *o;

    (void)state;
    fill(key, sizeof key, 7);
    o = ocb_new(key);
    other = other_ocb_new(key);
    for (size_t len = 0; len <= LEN_MAX; len++) {
        struct bytes in = bytes_of(plain, len);
        struct bytes ad = bytes_of(key, len % (OCB_KEY_LEN + 1));

        fill(plain, len, (uint32_t)len);
        be64_put(nonce + 4, len % 3 == 0 ? len * 0x9e3779b97f4a7c15u : len);
        ocb_seal(o, nonce, ad, in, one);
        other_ocb_seal(other, nonce, ad, in, two);
        if (memcmp(one, two, len + OCB_TAG_LEN) != 0)
            fail_msg("length %zu: sealed otherwise", len);
        if (!ocb_open(o, nonce, ad, bytes_of(two, len + OCB_TAG_LEN), back) ||
            memcmp(back, plain, len) != 0)
            fail_msg("length %zu: what the other sealed does not open", len);
        one[len] ^= 0x10;
        if (ocb_open(o, nonce, ad, bytes_of(one, len + OCB_TAG_LEN), back) ||
            other_ocb_open(other, nonce, ad, bytes_of(one, len + OCB_TAG_LEN), back))
            fail_msg("length %zu: a forgery opens", len);
    }
    ocb_free(o);
    other_ocb_free(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length),
    };

    return cmocka_run_group_tests_name("ocb_both", tests, NULL, NULL);
}
