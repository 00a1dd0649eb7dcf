/* Hyperlinks (OSC 8). A link is its text, "parameters;address" as the program gave it,
 * and counted: by the rows that show it and by the screen that prints with it. A screen
 * and its snapshots share one store, in which each text exists once. */
#pragma once
#include "base/bytes.h"

#define HYPERLINK_MAX        2048u      /* bytes of a link; programs use at most that */
#define HYPERLINKS_BYTES_MAX (1u << 20) /* of all links of a store, heads included */

struct hyperlinks; /* a store; opaque */

struct hyperlink {
    struct hyperlinks *home; /* counted */
    struct hyperlink *next;  /* in the store */
    uint32_t refs, hash, len;
    uint8_t data[];
};

struct hyperlinks *hyperlinks_new(void);                 /* gives one count */
struct hyperlinks *hyperlinks_ref(struct hyperlinks *h); /* gives another; NULL is fine */
void hyperlinks_unref(struct hyperlinks *h);             /* takes one; NULL is fine */
size_t hyperlinks_bytes(const struct hyperlinks *h);     /* what all links take now */
/* Gives a count of the link with this text; NULL: there is no room for another. */
struct hyperlink *hyperlinks_get(struct hyperlinks *h, struct bytes text);

struct hyperlink *hyperlink_ref(struct hyperlink *l); /* gives another; NULL is fine */
void hyperlink_unref(struct hyperlink *l);            /* takes one; NULL is fine */
/* The same text; NULL is none. */
bool hyperlink_equal(const struct hyperlink *a, const struct hyperlink *b);
