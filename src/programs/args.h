/* Argument vectors, and words as a POSIX shell would read or need them. Runs nothing. */
#pragma once
#include "base/bytes.h"

/* Zero-initialised is empty. word is NULL-terminated once something was added; owns all.
 */
struct args {
    char **word;
    size_t count;
};

void args_add(struct args *a, const char *word); /* copies */
void args_addf(struct args *a, const char *fmt, ...) ATTR_PRINTF(2, 3);
void args_add_all(struct args *a, const struct args *more);
void args_free(struct args *a); /* makes it empty again */

/* Splits text into words the way a shell treats blanks, quotes and backslashes, without
 * any expansion, and adds them. False: a quote was left open; nothing is added. */
bool args_split(struct args *a, const char *text);

/* Adds word in single quotes; a POSIX shell gives it back unchanged. */
void quote_put(struct buffer *out, const char *word);
/* The words, each quoted, with a blank before each. */
void quote_put_args(struct buffer *out, const struct args *a);
