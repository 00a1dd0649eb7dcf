/* The cases of terminal scripts, three lines each, as described in README of this folder.
 */
#pragma once
#include <stdio.h>

#include "terminal/emulate_internal.h"

#define CASE_LINE_MAX 8192

struct script {
    const char *path;
    FILE *file;
    int line; /* the last read */
    char lines[3][CASE_LINE_MAX];
    struct buffer input;

    /* ---- the case; valid until the next ---- */
    const char *name; /* without what is in brackets */
    const char *want;
    int cols, rows;
    enum emulator_role role;
    bool resizes;       /* in between */
    struct bytes bytes; /* each resize is four of them: 0xff, R or P, cols, rows */
};

/* A script that can't be read ends the program. */
void script_open(struct script *s, const char *path);
bool script_next(struct script *s);
void script_close(struct script *s);

/* What a screen makes of the case's bytes, written in pieces of `cut`. Gives the screen;
 * appends what the emulator answers. */
struct screen *script_play(const struct script *s, size_t cut, struct buffer *reply);
