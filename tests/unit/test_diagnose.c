#include "unit.h"

#include "session/diagnose.h"

#define LOGIN  (DIAGNOSE_SSH | DIAGNOSE_SERVER)
#define PIPE   (LOGIN | DIAGNOSE_RELAY | DIAGNOSE_STATE)
#define TRIED  (PIPE | DIAGNOSE_PUNCH)
#define SEARCH (TRIED | DIAGNOSE_SEARCH)
#define DIRECT (DIAGNOSE_DIRECT | DIAGNOSE_WAS | DIAGNOSE_HEARD | DIAGNOSE_REACHED)
#define HERE   DIAGNOSE_NAT_HERE
#define THERE  DIAGNOSE_NAT_THERE
#define STOCK  (LOGIN | DIAGNOSE_STOCK)
#define STUN   (SEARCH | DIAGNOSE_OUTSIDE)
#define SILENT (SEARCH | DIAGNOSE_STUN_SILENT)

static void
test_causes(void **state)
{
    static const struct {
        const char *about;
        unsigned facts;
        const char *want;
    } cases[] = {
        {"ssh refused", 0, "ssh-failed"},
        {"ssh through a proxy refused", DIAGNOSE_PROXIED, "ssh-failed"},
        {"nothing installed", DIAGNOSE_SSH, "server-missing"},
        {"mosh-server, open", STOCK | DIAGNOSE_STATE | DIRECT, "mosh-server"},
        {"mosh-server, open, with a relay",
         STOCK | DIAGNOSE_RELAY | DIAGNOSE_STATE | DIRECT, "mosh-server"},
        {"mosh-server, filtered", STOCK, "relay-missing"},
        {"mosh-server, filtered, with a relay", STOCK | DIAGNOSE_RELAY | DIAGNOSE_STATE,
         "mosh-server-filtered"},
        {"mosh-server hangs", STOCK | DIAGNOSE_RELAY, "no-answer"},
        {"mosh-server, worked once",
         STOCK | DIAGNOSE_RELAY | DIAGNOSE_STATE | DIAGNOSE_WAS, "udp-unstable"},
        {"ssh with a terminal, filtered", LOGIN | DIAGNOSE_PUNCH, "no-pipe"},
        {"the server hangs", LOGIN | DIAGNOSE_RELAY, "no-answer"},
        {"open", TRIED | DIRECT | DIAGNOSE_OPEN, "open"},
        {"open, behind a NAT", TRIED | DIRECT | DIAGNOSE_OPEN | HERE, "open"},
        {"open, through a proxy", TRIED | DIRECT | DIAGNOSE_OPEN | DIAGNOSE_PROXIED,
         "open"},
        {"firewall there", TRIED | DIRECT, "punched"},
        {"NATs on both sides, found", SEARCH | DIRECT | HERE | THERE, "punched"},
        {"worked once", TRIED | (DIRECT & ~DIAGNOSE_DIRECT), "udp-unstable"},
        {"both ways, never at once", TRIED | DIAGNOSE_HEARD | DIAGNOSE_REACHED,
         "udp-unstable"},
        {"answers lost", TRIED | DIAGNOSE_REACHED, "udp-filtered-here"},
        {"answers lost, forbidden", PIPE | DIAGNOSE_REACHED | DIAGNOSE_OPEN,
         "udp-filtered-here"},
        {"only answers come", TRIED | DIAGNOSE_HEARD, "udp-filtered-there"},
        {"jump host", SEARCH | DIAGNOSE_PROXIED, "proxied"},
        {"forbidden", PIPE, "punching-forbidden"},
        {"forbidden, NAT here", PIPE | HERE, "punching-forbidden"},
        /* STUN wasn't asked: what isn't known is said. */
        {"two NATs", SEARCH | HERE | THERE, "blocked-or-symmetric"},
        {"two NATs, no search", TRIED | HERE | THERE, "blocked-or-symmetric"},
        {"NAT here, no search", TRIED | HERE, "blocked-or-symmetric"},
        {"NAT there, no search", TRIED | THERE, "blocked-or-symmetric"},
        {"NAT here, searched", SEARCH | HERE, "blocked-or-unlucky"},
        {"NAT there, searched", SEARCH | THERE, "blocked-or-unlucky"},
        {"no NAT", TRIED, "udp-blocked"},
        {"no NAT, would search", SEARCH, "udp-blocked"},
        /* It was, and is silent: UDP doesn't get out, whatever else there is. */
        {"silent", SILENT, "udp-blocked-here"},
        {"silent, NAT here", SILENT | HERE, "udp-blocked-here"},
        {"silent, NAT there", SILENT | THERE, "udp-blocked-here"},
        {"silent, two NATs", SILENT | HERE | THERE, "udp-blocked-here"},
        {"silent, the server's varies", SILENT | THERE | DIAGNOSE_VARIES_THERE,
         "udp-blocked-here"},
        {"silent, jump host", SILENT | DIAGNOSE_PROXIED, "udp-blocked-here"},
        {"silent, forbidden", PIPE | DIAGNOSE_STUN_SILENT, "udp-blocked-here"},
        {"silent, and yet heard", SILENT | DIAGNOSE_HEARD, "udp-filtered-there"},
        /* It answers: UDP does get out. */
        {"another port for each", STUN | HERE | DIAGNOSE_VARIES, "symmetric-here"},
        {"the same, NAT there", STUN | HERE | THERE | DIAGNOSE_VARIES, "both-symmetric"},
        {"for each there", STUN | THERE | DIAGNOSE_VARIES_THERE, "symmetric-there"},
        {"the same, NAT here", STUN | HERE | THERE | DIAGNOSE_VARIES_THERE,
         "symmetric-there"},
        {"one port, NAT there", STUN | HERE | THERE, "symmetric-there"},
        {"no NAT there", STUN | HERE, "udp-filtered-there"},
        {"no NAT at all", STUN, "udp-filtered-there"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = diagnose_text(diagnose(cases[i].facts))->name;

        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: \"%s\", want \"%s\"", cases[i].about, got, cases[i].want);
    }
}

/* Whatever is handed in, a cause comes out, and it says something. */
static void
test_every_combination(void **state)
{
    bool seen[CAUSES] = {false};

    (void)state;
    for (unsigned facts = 0; facts <= DIAGNOSE_FACTS; facts++)
        seen[diagnose(facts)] = true;
    for (unsigned i = 0; i < CAUSES; i++) {
        const struct diagnose_text *t = diagnose_text(i);

        if (!seen[i] || t->name[0] == '\0' || t->summary[0] == '\0' ||
            t->advice[0] == '\0')
            fail_msg("cause %u (%s): seen %d", i, t->name, seen[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_every_combination),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
