#include "crypto/key.h"
#include "base/alloc.h"
#include <string.h>

/* Base64 without tables and branches, since both would leave traces of the key in the
 * cache. 1 if low <= v <= high, else 0, for values far below 2^31. */
static unsigned
in_range(unsigned v, unsigned low, unsigned high)
{
    return ((low - 1 - v) & (v - high - 1)) >> 31;
}

static char
base64_char(unsigned v)
{
    return (char)(in_range(v, 0, 25) * ('A' + v) + in_range(v, 26, 51) * ('a' + v - 26) +
                  in_range(v, 52, 61) * ('0' + v - 52) + in_range(v, 62, 62) * '+' +
                  in_range(v, 63, 63) * '/');
}

/* 0..63; 64 for what isn't in the alphabet. */
static unsigned
base64_value(unsigned c)
{
    unsigned upper = in_range(c, 'A', 'Z'), lower = in_range(c, 'a', 'z');
    unsigned digit = in_range(c, '0', '9'), plus = in_range(c, '+', '+');
    unsigned slash = in_range(c, '/', '/');

    return upper * (c - 'A') + lower * (c - 'a' + 26) + digit * (c - '0' + 52) +
           plus * 62 + slash * 63 + (1 - (upper | lower | digit | plus | slash)) * 64;
}

bool
awl_key_parse(const char *text, size_t len, struct awl_key *out)
{
    uint8_t bytes[AWL_KEY_LEN];
    unsigned bits = 0, count = 0, bad = 0;
    size_t at = 0;
    bool ok;

    *out = (struct awl_key){{0}};
    if (len != AWL_KEY_TEXT_LEN)
        return false;
    for (size_t i = 0; i < AWL_KEY_TEXT_LEN; i++) {
        unsigned v = base64_value((unsigned char)text[i]);

        bad |= v >> 6;
        bits = (bits << 6 | (v & 63)) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[at++] = (uint8_t)(bits >> count);
        }
    }
    /* 22 characters hold 132 bits; the last four must be zero, or two texts are one key.
     */
    bad |= bits & 15;
    ok = bad == 0;
    if (ok)
        memcpy(out->bytes, bytes, sizeof bytes);
    wipe(bytes, sizeof bytes);
    wipe(&bits, sizeof bits);
    return ok;
}

void
awl_key_text(const struct awl_key *key, char out[AWL_KEY_TEXT_LEN + 1])
{
    unsigned bits = 0, count = 0;
    size_t at = 0;

    for (size_t i = 0; i < AWL_KEY_LEN; i++) {
        bits = (bits << 8 | key->bytes[i]) & 0xffff;
        count += 8;
        while (count >= 6) {
            count -= 6;
            out[at++] = base64_char(bits >> count & 63);
        }
    }
    out[at++] = base64_char(bits << (6 - count) & 63);
    out[at] = 0;
    wipe(&bits, sizeof bits);
}

void
awl_key_wipe(struct awl_key *key)
{
    wipe(key, sizeof *key);
}

void
key_make(struct awl_key *out, const struct rng *rng)
{
    rng_bytes(rng, out->bytes, sizeof out->bytes);
}
