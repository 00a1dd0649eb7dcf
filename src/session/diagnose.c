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
    {DIAGNOSE_STOCK, DIAGNOSE_RELAY, CAUSE_RELAY_MISSING},
    {0, DIAGNOSE_RELAY, CAUSE_NO_PIPE},
    {0, DIAGNOSE_STATE, CAUSE_NO_ANSWER},
    {DIAGNOSE_WAS, 0, CAUSE_UNSTABLE},
    {DIAGNOSE_STOCK, 0, CAUSE_STOCK_FILTERED},
    {DIAGNOSE_HEARD | DIAGNOSE_REACHED, 0, CAUSE_UNSTABLE},
    {DIAGNOSE_REACHED, 0, CAUSE_FILTERED_HERE},
    {DIAGNOSE_HEARD, 0, CAUSE_FILTERED_THERE},
    /* Nothing came either way. What STUN servers say or don't say is the best there is;
     */
    {DIAGNOSE_STUN_SILENT, 0, CAUSE_BLOCKED_HERE},
    {DIAGNOSE_PROXIED, 0, CAUSE_PROXIED},
    {0, DIAGNOSE_PUNCH, CAUSE_PUNCH_OFF},
    {DIAGNOSE_VARIES | DIAGNOSE_NAT_THERE, 0, CAUSE_BOTH_SYMMETRIC},
    {DIAGNOSE_VARIES, 0, CAUSE_SYMMETRIC_HERE},
    {DIAGNOSE_VARIES_THERE, 0, CAUSE_SYMMETRIC_THERE},
    {DIAGNOSE_OUTSIDE | DIAGNOSE_NAT_THERE, 0, CAUSE_SYMMETRIC_THERE},
    {DIAGNOSE_OUTSIDE, 0, CAUSE_FILTERED_THERE},
    /* without them nobody can tell a network that blocks UDP from a NAT that hides it,
     * unless there is none: then punching would have got through. A search through the
     * ports of one NAT finds nothing in one of fifty sessions. */
    {BOTH_NATS, 0, CAUSE_BLOCKED_OR_SYMMETRIC},
    {DIAGNOSE_NAT_HERE, DIAGNOSE_SEARCH, CAUSE_BLOCKED_OR_SYMMETRIC},
    {DIAGNOSE_NAT_THERE, DIAGNOSE_SEARCH, CAUSE_BLOCKED_OR_SYMMETRIC},
    {DIAGNOSE_NAT_HERE, 0, CAUSE_BLOCKED_OR_UNLUCKY},
    {DIAGNOSE_NAT_THERE, 0, CAUSE_BLOCKED_OR_UNLUCKY},
    {0, 0, CAUSE_BLOCKED},
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
    [CAUSE_PUNCHED] = {"punched", "UDP is direct; both sides opened their own firewalls.",
                       "Nothing to do. If UDP were let in on HOST, changing networks "
                       "would take one round trip and no ssh.",
                       true},
    [CAUSE_STOCK_DIRECT] =
        {"mosh-server", "UDP is direct, to a mosh-server whose port is open to anybody.",
         "Install awl-server on HOST: then it works through firewalls, too.", false},
    [CAUSE_STOCK_FILTERED] =
        {"mosh-server-filtered",
         "mosh-server isn't reached by UDP: that is filtered there, or blocked here. "
         "awl-server's relay carries the session through ssh.",
         "Run awl-server on HOST in place of mosh-server: it opens its own side. Or let "
         "UDP in there.",
         true},
    [CAUSE_SSH_FAILED] = {"ssh-failed", "ssh did not log in.",
                          "Make this work first: ssh HOST true", false},
    [CAUSE_SERVER_MISSING] = {"server-missing", "ssh works, but no server started there.",
                              "Unless it says otherwise, install awl-server on HOST; a "
                              "copy of the program in ~/.local/bin is enough.",
                              false},
    [CAUSE_RELAY_MISSING] =
        {"relay-missing",
         "mosh-server isn't reached by UDP (it is filtered there, or blocked here), and "
         "there is no relay of awl-server's by which ssh could carry the session.",
         "Install awl-server on HOST; a copy of the program in ~/.local/bin is enough.",
         false},
    [CAUSE_NO_PIPE] = {"no-pipe",
                       "The server isn't reached by UDP, and an ssh with a terminal "
                       "(--ssh-pty) can't carry the session.",
                       "Leave out --ssh-pty.", false},
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
                       "Run again with --stun=SERVER:PORT, by which both sides learn "
                       "their own. If HOST has an address that UDP reaches, say so: "
                       "--server-candidate=ADDRESS:PORT, with -p PORT.",
                       false},
    [CAUSE_PUNCH_OFF] =
        {"punching-forbidden",
         "Nothing came over UDP by itself, and opening firewalls is forbidden "
         "(--no-punch here, or AWL_NO_PUNCH there).",
         "Leave out --no-punch. If it wasn't given, ask the admin of HOST to let UDP in.",
         true},
    [CAUSE_BOTH_SYMMETRIC] =
        {"both-symmetric",
         "The NAT here gives each peer another port, and the NAT there seems to do so "
         "too: neither side can foresee the other's.",
         "Have a UDP port forwarded to HOST on the router there, and say where: -p PORT "
         "--server-candidate=ADDRESS:PORT.",
         false},
    [CAUSE_SYMMETRIC_HERE] = {"symmetric-here",
                              "The NAT here gives each peer another port, and no search "
                              "found one (or UDP is blocked there).",
                              "Run again: one search in fifty is unlucky. If it stays "
                              "so, ask the admin of HOST to let UDP in.",
                              true},
    [CAUSE_SYMMETRIC_THERE] =
        {"symmetric-there",
         "UDP works here; the NAT there seems to give each peer another port, and no "
         "search found one (or UDP is blocked there).",
         "Run again: one search in fifty is unlucky. If it stays so, have a UDP port "
         "forwarded to HOST on the router there, and say where: -p PORT "
         "--server-candidate=ADDRESS:PORT.",
         false},
    [CAUSE_BLOCKED_HERE] =
        {"udp-blocked-here",
         "Your network blocks UDP: neither the server nor any STUN server answered.",
         "Nothing to do: ssh carries the session.", false},
    [CAUSE_BLOCKED] = {"udp-blocked",
                       "UDP is blocked, here or there: nothing came, though both sides "
                       "opened their firewalls.",
                       "Run again with --stun=SERVER:PORT, which tells whether it is "
                       "blocked here. ssh carries the session.",
                       false},
    [CAUSE_BLOCKED_OR_UNLUCKY] =
        {"blocked-or-unlucky",
         "Nothing came over UDP: it is blocked here or there, or the search through a "
         "NAT's ports was unlucky, as one in fifty is. Which of them isn't known.",
         "Run again with --stun=SERVER:PORT, which tells whether UDP is blocked here.",
         false},
    [CAUSE_BLOCKED_OR_SYMMETRIC] =
        {"blocked-or-symmetric",
         "Nothing came over UDP: it is blocked here or there, or a NAT gives each peer "
         "another port that the other side can't foresee. Which of them isn't known.",
         "Run again with --stun=SERVER:PORT, two of them if you can: they tell whether "
         "UDP is blocked here, and what the NAT does.",
         false},
};
static_assert(ARRAY_LEN(texts) == CAUSES, "explain every cause");

const struct diagnose_text *
diagnose_text(enum diagnose_cause cause)
{
    return &texts[cause];
}
