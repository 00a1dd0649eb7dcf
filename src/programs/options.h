/* Command-line options from one table a program: the rows give getopt_long its tables,
 * check numbers, and print --help. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum option_kind {
    OPTION_FLAG,   /* no value */
    OPTION_TEXT,   /* any value */
    OPTION_NUMBER, /* decimal, low..high, into `number` */
};

#define OPTION_LONG 256 /* keys of rows without a letter begin here */

struct option_row {
    int key;          /* the letter, or OPTION_LONG and up */
    const char *name; /* long name, NULL: none */
    enum option_kind kind;
    const char *value; /* the value's name in --help */
    long low, high;
    const char *help; /* NULL: accepted, not shown */
};

struct options {
    const char *program; /* for messages */
    const char *usage;   /* lines after "usage: " */
    const struct option_row *rows;
    size_t count;
    bool stop_at_word; /* the first word ends the options, as ssh has it */
    /* of the option just read */
    const char *text;
    long number;
    char error[200];
};

#define OPTIONS_END (-1)
#define OPTIONS_BAD (-2) /* error is one line that names the text and the remedy */

/* Begins at argv[1]; after OPTIONS_END the words begin at argv[*word]. Only one option
 * table can be read at a time (getopt's state is the process's). */
void options_begin(struct options *o);
int options_next(struct options *o, int argc, char *argv[]);
int options_word(const struct options *o);
void options_help(const struct options *o, FILE *out);
/* "awl-client 0.1.0" and the licence on standard output. */
void options_version(const struct options *o);
