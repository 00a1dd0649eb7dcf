/* Colours as terminals name them in questions and answers (XParseColor's forms). */
#pragma once
#include "base/bytes.h"

#define COLOR_TEXT_MAX 24u

/* A colour is a uint32_t: 0 for none, otherwise COLOR_SET with 8 bits each of red, green
 * and blue. */
#define COLOR_SET 0x1000000u

/* "rgb:h/h/h" with 1 to 4 hexadecimal digits each, or "#rgb" with 1 to 4 digits each; 0:
 * neither. */
uint32_t color_parse(struct bytes text);
/* "rgb:rrrr/gggg/bbbb", as xterm answers. Gives out. */
const char *color_text(uint32_t c, char out[COLOR_TEXT_MAX]);
/* Entry 16..255 of the palette that every terminal begins with (xterm): a cube of 6 steps
 * each, then greys; 0 for others. */
uint32_t color_standard(unsigned index);
