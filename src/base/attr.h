/* Compiler attributes and the few macros used everywhere. ISO C; unknown compilers get
 * nothing. */
#pragma once
#include <assert.h>
#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

#if defined(__GNUC__)
#define ATTR_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ATTR_UNUSED       __attribute__((unused))
#define ATTR_NORETURN     __attribute__((noreturn))
#define ATTR_RESULT       __attribute__((warn_unused_result))
#define LIKELY(x)         __builtin_expect(!!(x), 1)
#define UNLIKELY(x)       __builtin_expect(!!(x), 0)
#else
#define ATTR_PRINTF(f, a)
#define ATTR_UNUSED
#define ATTR_NORETURN
#define ATTR_RESULT
#define LIKELY(x)   (x)
#define UNLIKELY(x) (x)
#endif
