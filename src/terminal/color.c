#include "terminal/color.h"

#include <stdio.h>
#include <string.h>

/* 1 to 4 digits, scaled to 8 bits; -1: not that. scaled false: the digits are the
 * highest ones (the # form). */
static int
part(struct bytes text, bool scaled)
{
    static const unsigned full[] = {0, 0xf, 0xff, 0xfff, 0xffff};
    unsigned v = 0;

    if (text.len < 1 || text.len > 4)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        int d = hex_value(text.data[i]);

        if (d < 0)
            return -1;
        v = v << 4 | (unsigned)d;
    }
    if (scaled)
        return (int)((v * 255 + full[text.len] / 2) / full[text.len]);
    return (int)((text.len == 1 ? v << 4 : v >> (4 * (text.len - 2))) & 0xff);
}

uint32_t
color_parse(struct bytes text)
{
    bool named = text.len > 4 && memcmp(text.data, "rgb:", 4) == 0;
    uint32_t c = COLOR_SET;
    size_t digits = (text.len - 1) / 3;

    if (!named && (text.len < 4 || text.data[0] != '#' || (text.len - 1) % 3 != 0))
        return 0;
    text = bytes_slice(text, named ? 4 : 1, text.len);
    for (int i = 0; i < 3; i++) {
        const uint8_t *slash =
            named && text.len > 0 && i < 2 ? memchr(text.data, '/', text.len) : NULL;
        size_t len = !named ? digits : slash ? (size_t)(slash - text.data) : text.len;
        int v = part(bytes_slice(text, 0, len), named);

        if (v < 0 || (named && i < 2 && !slash))
            return 0;
        c |= (uint32_t)v << (16 - 8 * i);
        text = bytes_slice(text, len + named, text.len);
    }
    return c;
}

const char *
color_text(uint32_t c, char out[COLOR_TEXT_MAX])
{
    unsigned r = c >> 16 & 0xff, g = c >> 8 & 0xff, b = c & 0xff;

    snprintf(out, COLOR_TEXT_MAX, "rgb:%02x%02x/%02x%02x/%02x%02x", r, r, g, g, b, b);
    return out;
}

uint32_t
color_rgb(uint8_t red, uint8_t green, uint8_t blue)
{
    return COLOR_SET | (uint32_t)red << 16 | (uint32_t)green << 8 | blue;
}

uint32_t
color_entry(const uint8_t entry[COLOR_ENTRY_LEN])
{
    return color_rgb(entry[1], entry[2], entry[3]);
}

void
color_entry_put(uint8_t entry[COLOR_ENTRY_LEN], uint8_t index, uint32_t c)
{
    entry[0] = index;
    entry[1] = (uint8_t)(c >> 16);
    entry[2] = (uint8_t)(c >> 8);
    entry[3] = (uint8_t)c;
}

uint32_t
color_standard(unsigned index)
{
    static const uint8_t step[] = {0, 95, 135, 175, 215, 255};
    uint8_t grey;

    if (index < 16 || index > 255)
        return 0;
    if (index >= 232) {
        grey = (uint8_t)(8 + 10 * (index - 232));
        return color_rgb(grey, grey, grey);
    }
    index -= 16;
    return color_rgb(step[index / 36], step[index / 6 % 6], step[index % 6]);
}
