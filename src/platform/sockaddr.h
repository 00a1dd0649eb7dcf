/* Addresses as values to and from the system's form. */
#pragma once
#include "awl/addr.h"
#include <stdbool.h>
#include <sys/socket.h>

/* family AWL_NONE if it is neither IPv4 nor IPv6. v4-mapped becomes IPv4. */
struct awl_addr sockaddr_get(const struct sockaddr *sa);
/* mapped: write IPv4 as ::ffff:a.b.c.d, for an IPv6 socket that speaks both. The length.
 */
socklen_t sockaddr_put(const struct awl_addr *a, bool mapped,
                       struct sockaddr_storage *out);
