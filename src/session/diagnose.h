/* Why a session travels as it does, and the one change that would help most: facts in, a
 * cause out, a table in between. Says nothing that the facts don't show; where two causes
 * look the same from here, the likelier is named and its text says so. */
#pragma once
#include <stdbool.h>

/* Facts, as bits. */
enum {
    DIAGNOSE_SSH = 1u << 0,       /* ssh logged in */
    DIAGNOSE_SERVER = 1u << 1,    /* a server started there */
    DIAGNOSE_STOCK = 1u << 2,     /* and is mosh-server */
    DIAGNOSE_RELAY = 1u << 3,     /* ssh's pipe leads to it */
    DIAGNOSE_STATE = 1u << 4,     /* its first state came */
    DIAGNOSE_DIRECT = 1u << 5,    /* UDP carries the session now */
    DIAGNOSE_WAS = 1u << 6,       /* or did before */
    DIAGNOSE_HEARD = 1u << 7,     /* something of the server came over UDP */
    DIAGNOSE_REACHED = 1u << 8,   /* something of ours got there over UDP */
    DIAGNOSE_OPEN = 1u << 9,      /* without the server having opened anything */
    DIAGNOSE_PROXIED = 1u << 10,  /* ssh goes through a jump host or proxy */
    DIAGNOSE_PUNCH = 1u << 11,    /* both sides may open firewalls */
    DIAGNOSE_SEARCH = 1u << 12,   /* both sides search through a NAT's ports */
    DIAGNOSE_NAT_HERE = 1u << 13, /* addresses are translated here */
    DIAGNOSE_NAT_THERE = 1u << 14,
    DIAGNOSE_OUTSIDE = 1u << 15,      /* a STUN server answered here: UDP isn't blocked */
    DIAGNOSE_VARIES = 1u << 16,       /* and two saw different ports */
    DIAGNOSE_VARIES_THERE = 1u << 17, /* so did those that the server asked */
    DIAGNOSE_STUN_SILENT = 1u << 18, /* STUN servers were asked here, and none answered */
    DIAGNOSE_FACTS = (1u << 19) - 1  /* all of them */
};

enum diagnose_cause {
    CAUSE_OPEN,
    CAUSE_PUNCHED,
    CAUSE_STOCK_DIRECT,
    CAUSE_STOCK_FILTERED,
    CAUSE_SSH_FAILED,
    CAUSE_SERVER_MISSING,
    CAUSE_RELAY_MISSING,
    CAUSE_NO_PIPE,
    CAUSE_NO_ANSWER,
    CAUSE_UNSTABLE,
    CAUSE_FILTERED_HERE,
    CAUSE_FILTERED_THERE,
    CAUSE_PROXIED,
    CAUSE_PUNCH_OFF,
    CAUSE_BOTH_SYMMETRIC,
    CAUSE_SYMMETRIC_HERE,
    CAUSE_SYMMETRIC_THERE,
    CAUSE_BLOCKED_HERE,
    CAUSE_BLOCKED,
    CAUSE_BLOCKED_OR_UNLUCKY,
    CAUSE_BLOCKED_OR_SYMMETRIC,
    CAUSES
};

/* The first row of the table that fits; one always does. */
enum diagnose_cause diagnose(unsigned facts);

struct diagnose_text {
    const char *name;    /* a word for programs; they are in awl(1) */
    const char *summary; /* one sentence */
    const char *advice;  /* what would help most; HOST stands for the server's host */
    bool ports;          /* that is: UDP ports let in there */
};
const struct diagnose_text *diagnose_text(enum diagnose_cause cause);
