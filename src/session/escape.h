/* The client's escape key: a filter on typed bytes that keeps the escape commands for
 * itself. Knows nothing of bars or sessions; one byte in, one action out. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ESCAPE_DEFAULT  0x1e /* Ctrl-^ */
#define ESCAPE_KEYS_MAX 2u   /* the most one byte can release */

enum escape_action {
    ESCAPE_SEND,    /* keys[0..len) go to the session */
    ESCAPE_BEGIN,   /* the escape key was recognised and is held back: show the help */
    ESCAPE_QUIT,    /* . */
    ESCAPE_SUSPEND, /* Ctrl-Z */
    ESCAPE_PATH,    /* p: show the path line */
    ESCAPE_LOGIN,   /* r: log in again over ssh */
};

struct escape_out {
    enum escape_action action;
    uint8_t keys[ESCAPE_KEYS_MAX];
    size_t len;
    bool ended; /* this byte ended a command that had begun: the help goes */
};

/* A value; escape_init makes it. */
struct escape {
    uint8_t key;     /* 0: no escape commands at all */
    uint8_t literal; /* after the key: send the key once; lower case is also taken */
    bool line_only;  /* recognised only directly after CR or LF */
    bool at_line;
    bool held;
};

/* key: 1..127; 0: none. Ctrl-C, Ctrl-D, LF, Ctrl-L, CR and values out of range become
 * ESCAPE_DEFAULT, as in mosh. */
void escape_init(struct escape *e, int key);
void escape_feed(struct escape *e, uint8_t byte, struct escape_out *out);

#define ESCAPE_NAME_LEN 8u
/* How people call the key: "Ctrl-^", "~", "Ctrl-B"; "" without one. Gives out. */
const char *escape_name(const struct escape *e, char out[ESCAPE_NAME_LEN]);
/* How the literal is typed after the key, one character; 0 without a key. */
char escape_literal(const struct escape *e);
