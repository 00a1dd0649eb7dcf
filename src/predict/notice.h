/* The status line: what the user is told about the connection, and when the words change.
 * Knows no screens (overlay.h lays the text on one) and nothing of packets: the session
 * says when it last heard of the server. Texts handed in are printable, one line; text
 * that comes from a peer is escaped by the caller. */
#pragma once
#include "base/bytes.h"
#include "base/deadline.h"

#define NOTICE_TEXT_MAX   256u  /* bytes, with the NUL; longer texts are cut */
#define NOTICE_FIRST_MS   250u  /* so long nobody wonders where the server is */
#define NOTICE_CONTACT_MS 6500u /* silence beyond this is shown: two keepalives lost */
#define NOTICE_REPLY_MS   10000u

/* One message of each kind; the first of this list that is set is shown. */
enum notice_kind {
    NOTICE_QUIT, /* we are ending; stays */
    NOTICE_HELP, /* the commands of the escape key; until notice_unsay */
    NOTICE_SEND, /* sending failed; 3.1 s, or 1 s after a success */
    NOTICE_BAD,  /* something came that isn't the server's; 1 s */
    NOTICE_NOTE, /* an answer to the user, or news; 4 s */
    NOTICE_KINDS
};

struct notice_message {
    char text[NOTICE_TEXT_MAX];
    uint64_t until; /* 0: not set */
};

/* Plain data, no memory of its own. */
struct notice {
    struct notice_message said[NOTICE_KINDS];
    char text[NOTICE_TEXT_MAX]; /* what the bar shows, "" for no bar */
    char bare[NOTICE_TEXT_MAX]; /* the same without the hint how to quit */
    uint64_t started, heard, replied;
    uint64_t deadline;
    uint64_t back_ms; /* contact is back after so long; 0: nothing to tell */
    int escape;       /* the escape key, 0: none */
    uint16_t port;
    bool pipe, alone;
    bool lost; /* the bar tells of silence */
};

void notice_init(struct notice *n, int escape, uint64_t now);
/* Where an answer is awaited, for the line shown before the first: the server's UDP port,
 * and whether ssh's pipe is up as well. */
void notice_way(struct notice *n, uint16_t port, bool pipe);
/* There will be no pipe, as it looks: that line says so, until one is up. */
void notice_alone(struct notice *n);
/* heard: when the server was last heard, NEVER: not yet. replied: when the newest of our
 * states that the server has acknowledged was sent, NEVER: none yet. */
void notice_link(struct notice *n, uint64_t heard, uint64_t replied);

void notice_say(struct notice *n, enum notice_kind kind, const char *text, uint64_t now);
void notice_unsay(struct notice *n, enum notice_kind kind);
/* Says what the escape key can do. */
void notice_help(struct notice *n, uint64_t now);
/* Something could be sent: what NOTICE_SEND said is over in a second. */
void notice_sent(struct notice *n, uint64_t now);

/* Brings the text up to date; true if it has changed. */
bool notice_tick(struct notice *n, uint64_t now);
/* When the text may change next; 0 after anything was put in. */
uint64_t notice_deadline(const struct notice *n);
/* The text of the last tick, UTF-8; NULL: no bar. Where it would have to be cut at so
 * many columns, the hint how to quit is left out first. Valid until the next tick. */
const char *notice_text(const struct notice *n, int cols);
