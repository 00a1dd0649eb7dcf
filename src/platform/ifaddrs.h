/* This host's own addresses. */
#pragma once
#include "awl/awl.h"

/* At most AWL_ADDRS_MAX, of interfaces that are up, without loopback; link-local ones
 * last. Ports are 0. How many. */
size_t ifaddrs_read(struct awl_addr out[AWL_ADDRS_MAX]);
