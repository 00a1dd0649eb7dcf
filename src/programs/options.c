#include "programs/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "awl/awl.h"
#include "base/attr.h"

#define ROWS_MAX 48u

/* getopt's own state is the process's, so these may be as well. */
static struct option longs[ROWS_MAX + 1];
static char shorts[2 * ROWS_MAX + 3];

void
options_begin(struct options *o)
{
    size_t l = 0, s = 0;

    assert(o->count <= ROWS_MAX);
    if (o->stop_at_word)
        shorts[s++] = '+';
    shorts[s++] = ':';
    for (size_t i = 0; i < o->count; i++) {
        const struct option_row *row = &o->rows[i];
        bool value = row->kind != OPTION_FLAG;

        if (row->key < OPTION_LONG) {
            shorts[s++] = (char)row->key;
            if (value)
                shorts[s++] = ':';
        }
        if (row->name != NULL)
            longs[l++] = (struct option){
                row->name, value ? required_argument : no_argument, NULL, row->key};
    }
    shorts[s] = '\0';
    longs[l] = (struct option){0};
    opterr = 0;
#ifdef __GLIBC__
    optind = 0; /* glibc begins anew at 0 */
#else
    optind = 1;
    optreset = 1;
#endif
}

static const struct option_row *
find_row(const struct options *o, int key)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i].key == key)
            return &o->rows[i];
    return NULL;
}

/* "--port" or "-p", as it is best named to the user. */
static const char *
row_text(const struct option_row *row, char buf[64])
{
    if (row->name != NULL)
        snprintf(buf, 64, "--%s", row->name);
    else
        snprintf(buf, 64, "-%c", row->key);
    return buf;
}

static bool
read_number(struct options *o, const struct option_row *row)
{
    char *end, name[64];
    long value;

    errno = 0;
    value = strtol(o->text, &end, 10);
    if (o->text[0] != '\0' && strchr(" \t+", o->text[0]) == NULL && *end == '\0' &&
        errno == 0 && value >= row->low && value <= row->high) {
        o->number = value;
        return true;
    }
    snprintf(o->error, sizeof(o->error),
             "%s takes a number from %ld to %ld, not \"%.60s\"", row_text(row, name),
             row->low, row->high, o->text);
    return false;
}

int
options_next(struct options *o, int argc, char *argv[])
{
    int at = optind > 0 ? optind : 1; /* where a long option that is refused stands */
    int key = getopt_long(argc, argv, shorts, longs, NULL);
    const struct option_row *row = find_row(o, key == ':' ? optopt : key);
    char name[64];

    o->text = optarg;
    if (key == -1)
        return OPTIONS_END;
    if (key == ':') {
        snprintf(o->error, sizeof(o->error), "%s needs a value",
                 row != NULL ? row_text(row, name) : "an option");
        return OPTIONS_BAD;
    }
    if (key == '?' || row == NULL) {
        row = find_row(o, optopt);
        if (row != NULL && row->kind == OPTION_FLAG)
            snprintf(o->error, sizeof(o->error), "%s takes no value",
                     row_text(row, name));
        else if (optopt > 0 && optopt < OPTION_LONG && row == NULL)
            snprintf(o->error, sizeof(o->error), "unknown option -%c", optopt);
        else
            snprintf(o->error, sizeof(o->error), "unknown or ambiguous option \"%.60s\"",
                     argv[optind > at ? optind - 1 : at]);
        return OPTIONS_BAD;
    }
    if (row->kind == OPTION_NUMBER && !read_number(o, row))
        return OPTIONS_BAD;
    return key;
}

int
options_word(const struct options *o)
{
    (void)o;
    return optind;
}

void
options_help(const struct options *o, FILE *out)
{
    fprintf(out, "usage: %s\n\n", o->usage);
    for (size_t i = 0; i < o->count; i++) {
        const struct option_row *row = &o->rows[i];
        char left[80];
        int n = 0;

        if (row->help == NULL)
            continue;
        if (row->key < OPTION_LONG)
            n = snprintf(left, sizeof(left), "-%c", row->key);
        if (row->name != NULL)
            n += snprintf(left + n, sizeof(left) - (size_t)n, "%s--%s", n > 0 ? ", " : "",
                          row->name);
        if (row->kind != OPTION_FLAG)
            snprintf(left + n, sizeof(left) - (size_t)n, "%s%s",
                     row->name != NULL ? "=" : " ", row->value);
        fprintf(out, strlen(left) > 24 ? "  %s\n%-28s%s\n" : "  %-24s%s  %s\n", left, "",
                row->help);
    }
    fprintf(out, "\nThe manual page %s(1) tells more.\n", o->program);
}

void
options_version(const struct options *o)
{
    printf("%s %s\n"
           "Speaks the protocol of mosh 1.2 to 1.4. ISC licence; no warranty.\n",
           o->program, AWL_VERSION);
}
