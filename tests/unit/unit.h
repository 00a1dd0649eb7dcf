/* What every unit test includes first. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

/* BYTES_LIT for the initialiser of a static table. */
#define BYTES_TABLE(s)                                                                   \
    {                                                                                    \
        (const uint8_t *)("" s), sizeof(s) - 1                                           \
    }

/* Both values in the message, as text. */
#define assert_bytes_equal(got, want)                                                    \
    do {                                                                                 \
        struct bytes got_ = (got), want_ = (want);                                       \
        if (!bytes_equal(got_, want_))                                                   \
            fail_msg("%s:%d: got %zu bytes \"%.*s\", want %zu bytes \"%.*s\"", __FILE__, \
                     __LINE__, got_.len, (int)got_.len,                                  \
                     got_.data ? (const char *)got_.data : "", want_.len,                \
                     (int)want_.len, want_.data ? (const char *)want_.data : "");        \
    } while (0)
