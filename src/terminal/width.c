#include "terminal/width.h"
#include "terminal/width_table.h"

static unsigned
width_nibble(uint32_t c)
{
    if (c > 0x10ffff)
        return 1;
    return width_blocks[width_index[c / WIDTH_BLOCK]][c % WIDTH_BLOCK / 2] >> (c % 2 * 4);
}

int
width_of(uint32_t c)
{
    return (int)(width_nibble(c) & 3);
}

bool
width_certain(uint32_t c)
{
    return width_nibble(c) & 4;
}
