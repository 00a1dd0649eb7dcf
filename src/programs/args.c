#include "programs/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void
args_take(struct args *a, char *word)
{
    a->word = xrealloc(a->word, a->count + 2, sizeof(*a->word));
    a->word[a->count++] = word;
    a->word[a->count] = NULL;
}

void
args_add(struct args *a, const char *word)
{
    args_take(a, xstrdup(word));
}

void
args_addf(struct args *a, const char *fmt, ...)
{
    va_list ap;
    int len;
    char *word;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(len >= 0);
    word = xmalloc((size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(word, (size_t)len + 1, fmt, ap);
    va_end(ap);
    args_take(a, word);
}

void
args_add_all(struct args *a, const struct args *more)
{
    for (size_t i = 0; i < more->count; i++)
        args_add(a, more->word[i]);
}

void
args_free(struct args *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->word[i]);
    free(a->word);
    *a = (struct args){0};
}

/* Reads one word from *at on, which is not a blank. False: a quote was left open. */
static bool
split_word(const char **at, struct buffer *word)
{
    const char *p = *at;
    char quote = '\0';

    for (; *p != '\0' && (quote != '\0' || strchr(" \t\n", *p) == NULL); p++) {
        if (*p == quote) {
            quote = '\0';
        } else if (quote == '\0' && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else if (*p == '\\' && quote != '\'' && p[1] != '\0') {
            /* Between double quotes a backslash keeps its meaning before these alone. */
            if (quote == '"' && strchr("\"\\$`", p[1]) == NULL)
                buffer_put_byte(word, '\\');
            buffer_put_byte(word, (uint8_t) * ++p);
        } else {
            buffer_put_byte(word, (uint8_t)*p);
        }
    }
    *at = p;
    return quote == '\0';
}

bool
args_split(struct args *a, const char *text)
{
    struct args found = {0};
    struct buffer word = {0};
    bool ok = true;

    for (;;) {
        text += strspn(text, " \t\n");
        if (*text == '\0' || !ok)
            break;
        buffer_clear(&word);
        ok = split_word(&text, &word);
        args_add(&found, buffer_str(&word));
    }
    if (ok)
        args_add_all(a, &found);
    args_free(&found);
    buffer_free(&word);
    return ok;
}

void
quote_put(struct buffer *out, const char *word)
{
    buffer_put_byte(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buffer_put_str(out, "'\\''");
        else
            buffer_put_byte(out, (uint8_t)*word);
    }
    buffer_put_byte(out, '\'');
}

void
quote_put_args(struct buffer *out, const struct args *a)
{
    for (size_t i = 0; i < a->count; i++) {
        buffer_put_byte(out, ' ');
        quote_put(out, a->word[i]);
    }
}
