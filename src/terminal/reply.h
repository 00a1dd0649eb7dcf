/* What the user's terminal says of itself: the questions, and a filter that takes the
 * answers out of what is typed. Nothing waits for an answer, and late ones are taken out
 * as well. Not here: what the keys mean. */
#pragma once
#include "terminal/extras.h"

#define REPLY_HELD_MAX    256u  /* bytes of an answer; what is longer is none */
#define REPLY_KEY_MS      50u   /* how long a beginning that may be a key is held back, */
#define REPLY_ANSWER_MS   1000u /* and one that no key has */
#define REPLY_PATIENCE_MS 1000u /* after that what has come so far is all there is */
#define REPLY_SETTLE_MS   50u   /* late answers come in groups */

/* Zero-initialised is ready. */
struct reply {
    struct profile profile; /* what has been learned */
    uint8_t sync;           /* mode 2026: 0 not told, 1 it hasn't, 2 it has */
    bool reports_scheme;    /* it has mode 2031 */
    uint8_t clusters;       /* mode 2027: enum caps_clusters */
    bool changed;           /* profile is news; see reply_news */

    /* ---- private ---- */
    bool asked, ended; /* questions are out; the last was answered */
    bool paste;        /* between the brackets of a paste */
    uint64_t since;    /* when the questions went out; 0: now comes next */
    uint64_t due;      /* when what has changed is told */
    uint64_t held_at;
    uint8_t held[REPLY_HELD_MAX];
    size_t len;
};

/* Appends the questions, of which every terminal answers the last. */
void reply_ask(struct reply *r, struct buffer *out);
/* Questions are out whose answers may still come; not for longer than REPLY_PATIENCE_MS.
 */
bool reply_awaited(const struct reply *r, uint64_t now);
/* Appends what was typed to keys. Bytes that may become an answer are held back: longer
 * only while an answer is awaited, and never a lone Escape otherwise. */
void reply_input(struct reply *r, struct bytes in, struct buffer *keys, uint64_t now);
/* What was held back for too long was typed after all. */
void reply_tick(struct reply *r, struct buffer *keys, uint64_t now);
/* True, once: profile has something new that is complete, or as complete as it gets. */
bool reply_news(struct reply *r, uint64_t now);
uint64_t reply_deadline(const struct reply *r);
