/* Addresses as values: text, comparison, classification. Resolves nothing. */
#pragma once
#include "awl/addr.h"
#include "base/bytes.h"

#define ADDR_TEXT_LEN 64u /* enough for "[ipv6%scope]:port" and its NUL */

/* From 4 or 16 bytes in network order; other lengths give AWL_NONE. Maps ::ffff:a.b.c.d
 * to IPv4. */
struct awl_addr addr_make(struct bytes ip, uint16_t port);
/* Strict numeric text, no port, no brackets; "%N" with a decimal scope is allowed for
 * IPv6. */
bool addr_parse(struct bytes text, uint16_t port, struct awl_addr *out);
/* "1.2.3.4:5" or "[::1]:5". */
bool addr_parse_port(struct bytes text, struct awl_addr *out);
/* A decimal number low..high and nothing else. */
bool port_parse(struct bytes text, uint16_t low, uint16_t high, uint16_t *out);

/* The two text forms, always NUL-terminated; the result is buf. */
const char *addr_text(const struct awl_addr *a, char buf[ADDR_TEXT_LEN]); /* no port */
const char *addr_port_text(const struct awl_addr *a,
                           char buf[ADDR_TEXT_LEN]); /* with port */

bool addr_equal(const struct awl_addr *a,
                const struct awl_addr *b); /* with port and scope */
bool addr_same_host(const struct awl_addr *a,
                    const struct awl_addr *b); /* without the port */
size_t addr_ip_len(const struct awl_addr *a);  /* 0, 4 or 16 */

bool addr_is_any(const struct awl_addr *a);
bool addr_is_loopback(const struct awl_addr *a);
bool addr_is_link_local(const struct awl_addr *a);
/* RFC 1918, 100.64/10 and fc00::/7: not reachable from everywhere. */
bool addr_is_private(const struct awl_addr *a);
bool addr_is_multicast(const struct awl_addr *a); /* also broadcast 255.255.255.255 */
