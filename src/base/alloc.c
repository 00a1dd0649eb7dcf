#include "base/alloc.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ATTR_NORETURN static void
out_of_memory(void)
{
    fputs("awl: out of memory\n", stderr);
    abort();
}

void *
xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *
xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *
xrealloc(void *p, size_t count, size_t size)
{
    size_t bytes = count * size;

    if (size && count > SIZE_MAX / size)
        out_of_memory();
    p = realloc(p, bytes > 0 ? bytes : 1);
    if (!p)
        out_of_memory();
    return p;
}

char *
xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(xmalloc(n), s, n);
}

void
wipe(void *p, size_t size)
{
    volatile unsigned char *v = p;

    while (size--)
        *v++ = 0;
}
