#include "terminal/cluster.h"

#include "base/bytes.h"
#include "terminal/width.h"

/* Extended_Pictographic (emoji-data.txt; what is reserved for pictures is in it, so the
 * table has hardly changed since Unicode 13). Sorted. */
static const struct {
    uint32_t first, last;
} pictures[] = {
    {0xa9, 0xa9},       {0xae, 0xae},       {0x203c, 0x203c},   {0x2049, 0x2049},
    {0x2122, 0x2122},   {0x2139, 0x2139},   {0x2194, 0x2199},   {0x21a9, 0x21aa},
    {0x231a, 0x231b},   {0x2328, 0x2328},   {0x2388, 0x2388},   {0x23cf, 0x23cf},
    {0x23e9, 0x23f3},   {0x23f8, 0x23fa},   {0x24c2, 0x24c2},   {0x25aa, 0x25ab},
    {0x25b6, 0x25b6},   {0x25c0, 0x25c0},   {0x25fb, 0x25fe},   {0x2600, 0x2605},
    {0x2607, 0x2612},   {0x2614, 0x2685},   {0x2690, 0x2705},   {0x2708, 0x2712},
    {0x2714, 0x2714},   {0x2716, 0x2716},   {0x271d, 0x271d},   {0x2721, 0x2721},
    {0x2728, 0x2728},   {0x2733, 0x2734},   {0x2744, 0x2744},   {0x2747, 0x2747},
    {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},   {0x2757, 0x2757},
    {0x2763, 0x2767},   {0x2795, 0x2797},   {0x27a1, 0x27a1},   {0x27b0, 0x27b0},
    {0x27bf, 0x27bf},   {0x2934, 0x2935},   {0x2b05, 0x2b07},   {0x2b1b, 0x2b1c},
    {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x3030, 0x3030},   {0x303d, 0x303d},
    {0x3297, 0x3297},   {0x3299, 0x3299},   {0x1f000, 0x1f0ff}, {0x1f10d, 0x1f10f},
    {0x1f12f, 0x1f12f}, {0x1f16c, 0x1f171}, {0x1f17e, 0x1f17f}, {0x1f18e, 0x1f18e},
    {0x1f191, 0x1f19a}, {0x1f1ad, 0x1f1e5}, {0x1f201, 0x1f20f}, {0x1f21a, 0x1f21a},
    {0x1f22f, 0x1f22f}, {0x1f232, 0x1f23a}, {0x1f23c, 0x1f23f}, {0x1f249, 0x1f3fa},
    {0x1f400, 0x1f53d}, {0x1f546, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f774, 0x1f77f},
    {0x1f7d5, 0x1f7ff}, {0x1f80c, 0x1f80f}, {0x1f848, 0x1f84f}, {0x1f85a, 0x1f85f},
    {0x1f888, 0x1f88f}, {0x1f8ae, 0x1f8ff}, {0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945},
    {0x1f947, 0x1faff}, {0x1fc00, 0x1fffd}};

static bool
is_picture(uint32_t c)
{
    size_t low = 0, high = ARRAY_LEN(pictures);

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (c > pictures[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    return low < ARRAY_LEN(pictures) && c >= pictures[low].first;
}

static bool
is_flag_letter(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Skin tones. */
static bool
is_modifier(uint32_t c)
{
    return c >= 0x1f3fb && c <= 0x1f3ff;
}

bool
cluster_joins(const uint32_t *text, unsigned n, uint32_t c)
{
    if (c < 0x80)
        return false;
    if (is_flag_letter(c))
        return n == 1 && is_flag_letter(text[0]);
    if (!is_picture(text[0]))
        return false;
    return is_modifier(c) || (text[n - 1] == CLUSTER_JOINER && is_picture(c));
}

/* Whether variation selector 16 changes it: keycaps begin with a digit. */
static bool
has_emoji_form(uint32_t c)
{
    return is_picture(c) || (c >= '0' && c <= '9') || c == '#' || c == '*';
}

int
cluster_width(const uint32_t *text, unsigned n)
{
    bool emoji = has_emoji_form(text[0]);

    if (n > 1 && is_flag_letter(text[0]) && is_flag_letter(text[1]))
        return 2;
    for (unsigned i = 0; i < n; i++) {
        if (width_of(text[i]) == 2 || (emoji && text[i] == CLUSTER_AS_EMOJI))
            return 2;
    }
    return 1;
}

bool
cluster_is_plain(const uint32_t *text, unsigned n, int columns)
{
    for (unsigned i = 1; i < n; i++) {
        if (width_of(text[i]))
            return false;
    }
    return MAX(width_of(text[0]), 1) == columns;
}
