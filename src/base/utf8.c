#include "base/utf8.h"

/* Begins a sequence with a byte >= 0x80; false when no character begins so. */
static bool
utf8_begin(struct utf8_decoder *d, uint8_t b)
{
    d->low = 0x80;
    d->high = 0xbf;
    if (b >= 0xc2 && b <= 0xdf) {
        d->need = 1;
        d->partial = b & 0x1fu;
    } else if (b >= 0xe0 && b <= 0xef) {
        d->need = 2;
        d->partial = b & 0x0fu;
        if (b == 0xe0)
            d->low = 0xa0; /* overlong */
        else if (b == 0xed)
            d->high = 0x9f; /* surrogates */
    } else if (b >= 0xf0 && b <= 0xf4) {
        d->need = 3;
        d->partial = b & 0x07u;
        if (b == 0xf0)
            d->low = 0x90; /* overlong */
        else if (b == 0xf4)
            d->high = 0x8f; /* above U+10FFFF */
    } else {
        return false;
    }
    return true;
}

unsigned
utf8_feed(struct utf8_decoder *d, uint8_t byte, uint32_t out[2])
{
    unsigned n = 0;

    if (d->need) {
        if (byte >= d->low && byte <= d->high) {
            d->partial = d->partial << 6 | (byte & 0x3fu);
            d->low = 0x80;
            d->high = 0xbf;
            if (--d->need)
                return 0;
            out[0] = d->partial;
            return 1;
        }
        d->need = 0;
        out[n++] = UTF8_REPLACEMENT;
    }
    if (byte < 0x80)
        out[n++] = byte;
    else if (!utf8_begin(d, byte))
        out[n++] = UTF8_REPLACEMENT;
    return n;
}

unsigned
utf8_encode(uint32_t c, uint8_t out[UTF8_MAX_LEN])
{
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = UTF8_REPLACEMENT;
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

bool
utf8_valid(struct bytes b)
{
    struct utf8_decoder d = {0};
    uint32_t out[2];

    for (size_t i = 0; i < b.len; i++) {
        bool begun = d.need != 0;
        unsigned n = utf8_feed(&d, b.data[i], out);

        if (n == 2 ||
            (n == 1 && out[0] == UTF8_REPLACEMENT && (!begun || b.data[i] < 0x80)))
            return false;
        if (begun && n == 1 && d.need) /* broken by the start of another sequence */
            return false;
    }
    return d.need == 0;
}

bool
utf8_has_control(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.data[i] < 0x20 || b.data[i] == 0x7f ||
            (b.data[i] == 0xc2 && i + 1 < b.len && b.data[i + 1] < 0xa0))
            return true;
    return false;
}
