/* What terminfo knows of the user's terminal. The only file that touches libtinfo. */
#pragma once
#include "awl/awl.h"

#define TERMINFO_STRING_MAX 256u

struct terminfo {
    int colors; /* -1: none */
    bool ech, bce;
    bool title; /* takes window titles and ignores modes it doesn't know */
    char smcup[TERMINFO_STRING_MAX], rmcup[TERMINFO_STRING_MAX]; /* "": none */
};

/* name: the value of TERM, NULL if unset. False: error says what is wrong with which
 * terminal, and the remedy; one line. */
bool terminfo_read(const char *name, struct terminfo *out, char *error, size_t size);
/* Borrows t for as long as caps are used. init false: the screen is not switched. */
struct awl_caps terminfo_caps(const struct terminfo *t, bool init);
