/* Addresses as tests write them. */
#pragma once
#include "unit.h"

#include "base/addr.h"

/* "1.2.3.4:5", "[::1]:5", or without a port; "" and "-" give none. */
static inline struct awl_addr
addr_at(const char *text)
{
    struct awl_addr a = {0};

    if (*text != '\0' && strcmp(text, "-") != 0 &&
        !addr_parse_port(bytes_str(text), &a) && !addr_parse(bytes_str(text), 0, &a))
        fail_msg("\"%s\" is no address", text);
    return a;
}
