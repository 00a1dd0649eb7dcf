/* UTF-8, both ways. The decoder takes bytes in any portions and follows Unicode's
 * "substitution of maximal subparts" (Unicode 15, 3.9): one U+FFFD per maximal ill-formed
 * part, and the byte that broke a sequence is looked at afresh. */
#pragma once
#include "base/bytes.h"

#define UTF8_REPLACEMENT 0xfffdu
#define UTF8_MAX_LEN     4u

/* Zero-initialised is the ground state. */
struct utf8_decoder {
    uint32_t partial;
    uint8_t need;      /* continuation bytes still to come */
    uint8_t low, high; /* allowed range of the next one */
};

/* Feeds one byte. Writes 0, 1 or 2 characters (two: U+FFFD for what was broken, then an
 * ASCII byte or a second U+FFFD) to out and returns how many. */
unsigned utf8_feed(struct utf8_decoder *d, uint8_t byte, uint32_t out[2]);
/* 1 to 4 bytes; surrogates and values above U+10FFFF are written as U+FFFD. */
unsigned utf8_encode(uint32_t c, uint8_t out[UTF8_MAX_LEN]);
bool utf8_valid(struct bytes b);
/* C0, DEL or C1: nothing of which may stand in the text of an OSC. */
bool utf8_has_control(struct bytes b);
