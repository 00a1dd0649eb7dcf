#include "session/diagnose.h"

#include <assert.h>
#include <stddef.h>

#include "base/bytes.h"

#define BOTH_NATS (DIAGNOSE_NAT_HERE | DIAGNOSE_NAT_THERE)

/* In order: the layers from ssh upwards, then what UDP has shown, then what is left. */
static const struct {
    unsigned with, without;
    enum diagnose_cause cause;
} rules[] = {
    {0, DIAGNOSE_SSH, CAUSE_SSH_FAILED},
    {0, DIAGNOSE_SERVER, CAUSE_SERVER_MISSING},
    {DIAGNOSE_DIRECT | DIAGNOSE_STOCK, 0, CAUSE_STOCK_DIRECT},
    {DIAGNOSE_DIRECT | DIAGNOSE_OPEN, 0, CAUSE_OPEN},
    {DIAGNOSE_DIRECT, 0, CAUSE_PUNCHED},
    /* No pipe to agree over: it would have needed a port that anybody reaches. */
    {0, DIAGNOSE_RELAY, CAUSE_RELAY_MISSING},
    {0, DIAGNOSE_STATE, CAUSE_NO_ANSWER},
    {DIAGNOSE_WAS, 0, CAUSE_UNSTABLE},
    {DIAGNOSE_HEARD | DIAGNOSE_REACHED, 0, CAUSE_UNSTABLE},
    {DIAGNOSE_REACHED, 0, CAUSE_FILTERED_HERE},
    {DIAGNOSE_HEARD, 0, CAUSE_FILTERED_THERE},
    {DIAGNOSE_PROXIED, 0, CAUSE_PROXIED},
    {0, DIAGNOSE_PUNCH, CAUSE_PUNCH_OFF},
    /* Nothing came either way. What STUN servers say is certain; */
    {DIAGNOSE_VARIES | DIAGNOSE_NAT_THERE, 0, CAUSE_BOTH_SYMMETRIC},
    {DIAGNOSE_VARIES, 0, CAUSE_SYMMETRIC_HERE},
    {DIAGNOSE_OUTSIDE | DIAGNOSE_NAT_THERE, 0, CAUSE_SYMMETRIC_THERE},
    {DIAGNOSE_OUTSIDE, 0, CAUSE_FILTERED_THERE},
    /* without them, one NAT alone is no match for a search. */
    {BOTH_NATS, 0, CAUSE_BOTH_SYMMETRIC},
    {DIAGNOSE_NAT_HERE, DIAGNOSE_SEARCH, CAUSE_SYMMETRIC_HERE},
    {DIAGNOSE_NAT_THERE, DIAGNOSE_SEARCH, CAUSE_SYMMETRIC_THERE},
    {0, 0, CAUSE_BLOCKED_HERE},
};

enum diagnose_cause
diagnose(unsigned facts)
{
    size_t i = 0;

    while ((facts & rules[i].with) != rules[i].with || (facts & rules[i].without) != 0)
        i++;
    return rules[i].cause;
}

static const struct diagnose_text texts[] = {
    [CAUSE_OPEN] = {"open", "UDP is direct; the server's port is open to anybody.",
                    "Nothing to do.", false},
    [CAUSE_PUNCHED] =
        {"punched", "UDP is direct; both sides opened their own firewalls.",
         "Nothing to do. If UDP were let in on HOST, changing networks would take one "
         "round trip and no ssh.",
         true},
    [CAUSE_STOCK_DIRECT] =
        {"mosh-server", "UDP is direct, to a mosh-server whose port is open to anybody.",
         "Install awl-server on HOST: then it works through firewalls, too.", false},
    [CAUSE_SSH_FAILED] = {"ssh-failed", "ssh did not log in.",
                          "Make this work first: ssh HOST true", false},
    [CAUSE_SERVER_MISSING] = {"server-missing", "ssh works, but no server started there.",
                              "Unless it says otherwise, install awl-server on HOST; a "
                              "copy of the program in ~/.local/bin is enough.",
                              false},
    [CAUSE_RELAY_MISSING] =
        {"relay-missing",
         "UDP is filtered there, and without awl-server's relay ssh can't carry the "
         "session.",
         "Install awl-server on HOST; a copy of the program in ~/.local/bin is enough.",
         false},
    [CAUSE_NO_ANSWER] = {"no-answer",
                         "ssh's pipe is up, but the server says nothing through it.",
                         "Look at the log of the server on HOST, and run again with -vv.",
                         false},
    [CAUSE_UNSTABLE] = {"udp-unstable",
                        "UDP worked and stopped: something on the way lets only its "
                        "first datagrams through.",
                        "Nothing to do here: ssh carries the session meanwhile; "
                        "--keep-ssh makes the change seamless.",
                        false},
    [CAUSE_FILTERED_HERE] =
        {"udp-filtered-here",
         "Our datagrams reach the server, but its answers don't come back.",
         "Let answers to outgoing UDP through the firewall here.", false},
    [CAUSE_FILTERED_THERE] = {"udp-filtered-there",
                              "UDP works here, but nothing of ours gets to the server.",
                              "Ask the admin of HOST to let UDP in.", true},
    [CAUSE_PROXIED] = {"proxied",
                       "ssh goes through a jump host or proxy, so neither side knows the "
                       "other's address for UDP.",
                       "If HOST can be reached by UDP at all, say where: "
                       "--server-candidate=ADDRESS:PORT, with -p.",
                       false},
    [CAUSE_PUNCH_OFF] =
        {"punching-forbidden",
         "UDP is filtered there, and opening firewalls is forbidden (--no-punch here, or "
         "AWL_NO_PUNCH there).",
         "Ask the admin of HOST to let UDP in.", true},
    [CAUSE_BOTH_SYMMETRIC] =
        {"both-symmetric",
         "Both sides are behind NATs, and neither can foresee the other's port; or UDP "
         "is blocked.",
         "Have a UDP port forwarded to HOST on the router there, and say where: "
         "-p PORT --server-candidate=ADDRESS:PORT.",
         true},
    [CAUSE_SYMMETRIC_HERE] =
        {"symmetric-here",
         "The NAT here seems to give each peer another port; or UDP is blocked here.",
         "Ask the admin of HOST to let UDP in.", true},
    [CAUSE_SYMMETRIC_THERE] =
        {"symmetric-there",
         "The NAT there seems to give each peer another port; or UDP is blocked.",
         "Have a UDP port forwarded to HOST on the router there, and say where: "
         "-p PORT --server-candidate=ADDRESS:PORT.",
         true},
    [CAUSE_BLOCKED_HERE] = {"udp-blocked-here",
                            "Your network blocks UDP: nothing came back, not even where "
                            "the server had opened its side.",
                            "Nothing to do: ssh carries the session.", false},
};
static_assert(ARRAY_LEN(texts) == CAUSES, "explain every cause");

const struct diagnose_text *
diagnose_text(enum diagnose_cause cause)
{
    return &texts[cause];
}
