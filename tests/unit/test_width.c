/* Where glibc's wcwidth() can be asked (its C.UTF-8 locale), it is the measure; elsewhere
 * its rules are checked on some characters. */
#include "unit.h"

#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

#include "terminal/width.h"

int wcwidth(wchar_t c); /* POSIX, which the rest of these tests does without */

/* Deliberate differences: glibc calls these unprintable (-1), and a stock peer drops
 * them. */
static bool
dropped_by_libc(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || /* controls: never asked */
           c == 0x2028 || c == 0x2029 ||          /* separators: assigned, so shown */
           (c >= 0xd800 && c <= 0xdfff) ||        /* surrogates: never decoded */
           !width_certain(c); /* unassigned, or newer than its table */
}

static void
test_same_as_libc(void **state)
{
    unsigned wrong = 0;

    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8") || wcwidth(0x4e00) != 2)
        skip();
    for (uint32_t c = 0x20; c <= 0x10ffff; c++) {
        int libc = wcwidth((wchar_t)c), own = width_of(c);

        if (libc == own || (libc < 0 && dropped_by_libc(c)))
            continue;
        /* Another release of glibc may judge differently where nothing is certain. */
        if (!width_certain(c) && wcwidth(0x1f6dc) >= 0)
            continue;
        if (wrong++ < 20)
            print_error("U+%04X: libc says %d, we say %d\n", (unsigned)c, libc, own);
    }
    if (wrong)
        fail_msg("%u characters differ", wrong);
}

static void
test_widths(void **state)
{
    static const struct {
        uint32_t c;
        int width;
        bool certain;
    } cases[] = {
        {'A', 1, true},       {0xe9, 1, true},      {0xad, 1, true},
        {0x300, 0, true},     {0x5d0, 1, true},     {0x5b0, 0, true},
        {0x600, 1, false},    {0x903, 1, false},    {0x1160, 0, false},
        {0x11a8, 0, false},   {0x200b, 0, false},   {0x200d, 0, false},
        {0x2028, 1, false},   {0x2500, 1, true},    {0x2764, 1, false},
        {0x3042, 2, true},    {0x3248, 2, false},   {0x4dc0, 2, false},
        {0x4e00, 2, true},    {0xac00, 2, true},    {0xd7b0, 0, false},
        {0xe0a0, 1, false},   {0xfe0f, 0, true},    {0xff21, 2, true},
        {0xfffd, 1, true},    {0xffff, 1, false},   {0x1f600, 2, false},
        {0x1fae8, 2, false},  {0x20000, 2, true},   {0x2fa20, 2, false},
        {0x378, 1, false},    {0xe0001, 0, false},  {0xf0000, 1, false},
        {0x10ffff, 1, false}, {0x110000, 1, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int width = width_of(cases[i].c);
        bool certain = width_certain(cases[i].c);

        if (width != cases[i].width || certain != cases[i].certain)
            fail_msg("U+%04X: %d columns%s, want %d%s", (unsigned)cases[i].c, width,
                     certain ? " for sure" : "", cases[i].width,
                     cases[i].certain ? " for sure" : "");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_libc),
        cmocka_unit_test(test_widths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
