/* The router on the way to the world, and this host's address on that way. Built as
 * gateway_linux.c (netlink) or gateway_route.c (BSD and macOS, routing socket). */
#pragma once
#include "awl/awl.h"

struct gateway {
    struct awl_addr router; /* AWL_NONE: none, or the system doesn't tell */
    struct awl_addr from;
};

/* Of that family. Asks the kernel only; nothing is sent. */
struct gateway gateway_read(enum awl_family family);
