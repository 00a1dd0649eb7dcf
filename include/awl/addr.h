/* An address and port as a value. Part of the public interface; plain C11 and C++. */
#ifndef AWL_ADDR_H
#define AWL_ADDR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum awl_family { AWL_NONE = 0, AWL_IPV4 = 4, AWL_IPV6 = 6 };

/* A copied value, never a pointer to anything. Compare with addr_equal of the library or
 * field by field; unused bytes are always zero. A v4-mapped IPv6 address is written as
 * IPv4. */
struct awl_addr {
    uint8_t family; /* enum awl_family */
    uint8_t ip[16]; /* network order; IPv4 uses the first four bytes */
    uint16_t port;  /* host order; 0: none */
    uint32_t scope; /* interface index of a link-local IPv6 address, else 0 */
};

#ifdef __cplusplus
}
#endif
#endif
