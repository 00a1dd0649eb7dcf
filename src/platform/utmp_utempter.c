#include "platform/utmp.h"

#include <utempter.h>

void
utmp_record(int master, const char *host)
{
    utempter_add_record(master, host);
}

void
utmp_remove(int master)
{
    utempter_remove_record(master);
}
