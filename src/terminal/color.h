/* Colours as terminals name them in questions and answers (XParseColor's forms). */
#pragma once
#include "base/bytes.h"

#define COLOR_TEXT_MAX 24u

/* A colour is a uint32_t: 0 for none, otherwise COLOR_SET with 8 bits each of red, green
 * and blue. */
#define COLOR_SET 0x1000000u
uint32_t color_rgb(uint8_t red, uint8_t green, uint8_t blue);

/* In an entry of a palette, as it is kept and as it travels: index, red, green, blue. */
#define COLOR_ENTRY_LEN 4u
uint32_t color_entry(const uint8_t entry[COLOR_ENTRY_LEN]);
void color_entry_put(uint8_t entry[COLOR_ENTRY_LEN], uint8_t index, uint32_t c);

/* "rgb:h/h/h" with 1 to 4 hexadecimal digits each, or "#rgb" with 1 to 4 digits each; 0:
 * neither. */
uint32_t color_parse(struct bytes text);
/* "rgb:rrrr/gggg/bbbb", as xterm answers. Gives out. */
const char *color_text(uint32_t c, char out[COLOR_TEXT_MAX]);
/* Entry 16..255 of the palette that every terminal begins with (xterm): a cube of 6 steps
 * each, then greys; 0 for others. */
uint32_t color_standard(unsigned index);
