#include "base/log.h"
#include <stdarg.h>
#include <stdio.h>

#define LOG_LINE_MAX 1024

void
log_line(const struct log *log, enum log_level level, const char *fmt, ...)
{
    char line[LOG_LINE_MAX];
    va_list ap;

    if (!log || !log->sink || level > log->level)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    log->sink(log->arg, level, line);
}

const char *
log_escape(struct bytes text, char *out, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;

    assert(size > 0);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool plain = c >= 0x20 && c < 0x7f && c != '\\';

        if (n + (plain ? 1 : 4) >= size)
            break;
        if (plain) {
            out[n++] = (char)c;
        } else {
            out[n++] = '\\';
            out[n++] = 'x';
            out[n++] = hex[c >> 4];
            out[n++] = hex[c & 15];
        }
    }
    out[n] = 0;
    return out;
}
