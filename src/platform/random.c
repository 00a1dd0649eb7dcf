#include "platform/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
random_bytes(void *out, size_t len)
{
    uint8_t *p = out;

    while (len > 0) {
        size_t part = len < 256 ? len : 256; /* getentropy gives no more at once */

        if (getentropy(p, part) != 0) {
            perror("awl: the system gives no random bytes");
            exit(1);
        }
        p += part;
        len -= part;
    }
}

static void
random_fill(void *arg, uint8_t *out, size_t len)
{
    (void)arg;
    random_bytes(out, len);
}

struct awl_random
random_system(void)
{
    return (struct awl_random){random_fill, NULL};
}
