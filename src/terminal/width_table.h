/* The data behind width.h: two levels, a nibble a character; its low two bits are the
 * width, bit 2 says that every C library agrees. */
#pragma once
#include <stdint.h>

#define WIDTH_BLOCK 128u

extern const uint8_t width_index[0x110000 / WIDTH_BLOCK];
extern const uint8_t width_blocks[][WIDTH_BLOCK / 2];
