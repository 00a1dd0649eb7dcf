/* The log sink, handed in by the caller: one fact a line. Text from a peer is escaped
 * with log_escape before it gets in; keys and keystrokes never do. */
#pragma once
#include "base/bytes.h"

enum log_level { LOG_ERROR, LOG_INFO, LOG_DEBUG };

/* A NULL sink drops everything. The text has no newline and is valid during the call
 * only. */
struct log {
    void (*sink)(void *arg, enum log_level level, const char *text);
    void *arg;
    enum log_level level; /* the most detailed level wanted */
};

void log_line(const struct log *log, enum log_level level, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
/* Printable ASCII as it is, the rest as \xNN, cut to fit; always NUL-terminated; gives
 * out. */
const char *log_escape(struct bytes text, char *out, size_t size);
