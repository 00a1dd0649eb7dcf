#include "unit.h"

#include "crypto/ocb.h"
#include <stdlib.h>

enum field {
    FIELD_K,
    FIELD_N,
    FIELD_A,
    FIELD_P,
    FIELD_C,
    FIELD_ITER,
    FIELD_TAGLEN,
    FIELDS
};

static const char *const field_name[] = {"K", "N", "A", "P", "C", "ITER", "TAGLEN"};

struct vector {
    struct buffer field[FIELDS];
    bool has[FIELDS];
};

static void
vector_clear(struct vector *v)
{
    for (int i = 0; i < FIELDS; i++) {
        buffer_clear(&v->field[i]);
        v->has[i] = false;
    }
}

static void
number_nonce(uint32_t n, uint8_t out[OCB_NONCE_LEN])
{
    memset(out, 0, OCB_NONCE_LEN);
    be32_put(out + 8, n);
}

/* The iterated test of RFC 7253, appendix A. */
static void
check_iterated(struct ocb *o, struct bytes want)
{
    static const uint8_t zeros[128];
    struct buffer all = {0};
    uint8_t nonce[OCB_NONCE_LEN], out[256];

    for (uint32_t i = 0; i < 128; i++) {
        struct bytes s = {zeros, i};

        number_nonce(3 * i + 1, nonce);
        ocb_seal(o, nonce, s, s, out);
        buffer_put(&all, out, i + OCB_TAG_LEN);
        number_nonce(3 * i + 2, nonce);
        ocb_seal(o, nonce, BYTES_NONE, s, out);
        buffer_put(&all, out, i + OCB_TAG_LEN);
        number_nonce(3 * i + 3, nonce);
        ocb_seal(o, nonce, s, BYTES_NONE, out);
        buffer_put(&all, out, OCB_TAG_LEN);
    }
    number_nonce(385, nonce);
    ocb_seal(o, nonce, buffer_bytes(&all), BYTES_NONE, out);
    assert_memory_equal(out, want.data, want.len);
    buffer_free(&all);
}

static void
check(struct vector *v, int line)
{
    uint8_t out[4096], back[4096];
    struct bytes want = buffer_bytes(&v->field[FIELD_C]);
    struct bytes plain = buffer_bytes(&v->field[FIELD_P]);
    struct bytes ad = buffer_bytes(&v->field[FIELD_A]);
    struct ocb *o = ocb_new(v->field[FIELD_K].data);

    if (v->has[FIELD_ITER]) {
        check_iterated(o, buffer_bytes(&v->field[FIELD_ITER]));
        ocb_free(o);
        return;
    }
    /* Twice, since the context is kept. */
    for (int i = 0; i < 2; i++) {
        ocb_seal(o, v->field[FIELD_N].data, ad, plain, out);
        if (!bytes_equal(bytes_of(out, plain.len + OCB_TAG_LEN), want))
            fail_msg("vector before line %d, round %d: sealed otherwise", line, i);
        if (!ocb_open(o, v->field[FIELD_N].data, ad, want, back) ||
            !bytes_equal(bytes_of(back, plain.len), plain))
            fail_msg("vector before line %d, round %d: does not open", line, i);
        out[plain.len / 2] ^= 1;
        if (ocb_open(o, v->field[FIELD_N].data, ad, bytes_of(out, want.len), back))
            fail_msg("vector before line %d: a forgery opens", line);
    }
    ocb_free(o);
}

static void
check_file(const char *path, int want)
{
    static char line[16384];
    struct vector v = {0};
    FILE *f = fopen(path, "r");
    int number = 0, seen = 0;

    assert_non_null(f);
    for (;;) {
        bool more = fgets(line, sizeof line, f) != NULL;
        char *p = line;
        int i;

        number++;
        if (!more || line[0] == '\n') {
            /* SSP has no shorter tags. */
            if (v.has[FIELD_K] && !v.has[FIELD_TAGLEN]) {
                check(&v, number);
                seen++;
            }
            vector_clear(&v);
            if (!more)
                break;
            continue;
        }
        for (i = 0; i < FIELDS; i++) {
            size_t n = strlen(field_name[i]);

            if (strncmp(p, field_name[i], n) == 0 && strncmp(p + n, " =", 2) == 0)
                break;
        }
        if (i == FIELDS)
            continue;
        v.has[i] = true;
        p = strchr(p, '=') + 1;
        p += strspn(p, " ");
        for (unsigned b; i != FIELD_TAGLEN && sscanf(p, "%2x", &b) == 1; p += 2)
            buffer_put_byte(&v.field[i], (uint8_t)b);
    }
    fclose(f);
    for (int i = 0; i < FIELDS; i++)
        buffer_free(&v.field[i]);
    if (seen < want)
        fail_msg("%s: %d vectors, want at least %d", path, seen, want);
}

static void
test_rfc7253(void **state)
{
    (void)state;
    check_file(VECTORS "/ocb-aes128-rfc7253.txt", 16);
}

static void
test_ssp(void **state)
{
    (void)state;
    check_file(VECTORS "/ocb-aes128-ssp.txt", 16);
}

static void
test_too_short(void **state)
{
    static const uint8_t key[OCB_KEY_LEN], nonce[OCB_NONCE_LEN], sealed[OCB_TAG_LEN];
    struct ocb *o = ocb_new(key);
    uint8_t out[1];

    (void)state;
    for (size_t n = 0; n <= OCB_TAG_LEN; n++)
        assert_false(ocb_open(o, nonce, BYTES_NONE, bytes_of(sealed, n), out));
    ocb_free(o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc7253),
        cmocka_unit_test(test_ssp),
        cmocka_unit_test(test_too_short),
    };

    return cmocka_run_group_tests_name("ocb", tests, NULL, NULL);
}
