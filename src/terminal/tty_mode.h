/* What the server knows of the program's terminal beyond its screen, for a client that
 * shows typing before it is echoed (awl-protocol(7), TtyMode). A value. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The kind of program in the foreground. Numbers of the wire. */
enum tty_program {
    TTY_PROGRAM_OTHER,
    TTY_PROGRAM_SHELL,
    TTY_PROGRAM_LINES,  /* reads lines with an editor of its own: python, psql, gdb */
    TTY_PROGRAM_EDITOR, /* keys are commands, or text in some place */
    TTY_PROGRAM_PAGER,  /* keys are commands */
    TTY_PROGRAM_WINDOW, /* other programs' screens: tmux, screen, ssh */
    TTY_PROGRAM_SECRET, /* asks for passwords: su, sudo, passwd */
    TTY_PROGRAMS
};

struct tty_mode {
    bool known;         /* false: nobody told; the rest is 0 */
    bool echo;          /* the kernel echoes */
    bool canonical;     /* and edits lines, with: */
    bool alternate;     /* the program has the alternate screen */
    uint8_t erase;      /* erases a character; 0: none */
    uint8_t kill;       /* the line */
    uint8_t word_erase; /* a word */
    uint8_t program;    /* enum tty_program */
};

bool tty_mode_equal(const struct tty_mode *a, const struct tty_mode *b);
/* By its name, as in "bash", "-bash" or "/bin/bash". */
enum tty_program tty_program_of(const char *name);
