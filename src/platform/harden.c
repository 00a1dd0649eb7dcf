#include "platform/harden.h"

#include <sys/resource.h>

static struct rlimit harden_found;
static bool harden_done;

bool
harden_no_core(void)
{
    struct rlimit none;

    if (getrlimit(RLIMIT_CORE, &harden_found) != 0)
        return false;
    none = harden_found;
    none.rlim_cur = 0;
    harden_done = setrlimit(RLIMIT_CORE, &none) == 0;
    return harden_done;
}

void
harden_child(void)
{
    if (harden_done)
        setrlimit(RLIMIT_CORE, &harden_found);
}
