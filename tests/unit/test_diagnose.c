#include "unit.h"

#include "session/diagnose.h"

#define LOGIN  (DIAGNOSE_SSH | DIAGNOSE_SERVER)
#define PIPE   (LOGIN | DIAGNOSE_RELAY | DIAGNOSE_STATE)
#define TRIED  (PIPE | DIAGNOSE_PUNCH)
#define SEARCH (TRIED | DIAGNOSE_SEARCH)
#define DIRECT (DIAGNOSE_DIRECT | DIAGNOSE_WAS | DIAGNOSE_HEARD | DIAGNOSE_REACHED)
#define HERE   DIAGNOSE_NAT_HERE
#define THERE  DIAGNOSE_NAT_THERE

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
        {"mosh-server, open", LOGIN | DIAGNOSE_STOCK | DIAGNOSE_STATE | DIRECT,
         "mosh-server"},
        {"mosh-server, filtered", LOGIN | DIAGNOSE_STOCK, "relay-missing"},
        {"ssh with a terminal, filtered", LOGIN | DIAGNOSE_PUNCH, "relay-missing"},
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
        {"two NATs", SEARCH | HERE | THERE, "both-symmetric"},
        {"two NATs, no search", TRIED | HERE | THERE, "both-symmetric"},
        {"NAT here, no search", TRIED | HERE, "symmetric-here"},
        {"NAT here, searched", SEARCH | HERE, "udp-blocked-here"},
        {"NAT there, no search", TRIED | THERE, "symmetric-there"},
        {"NAT there, searched", SEARCH | THERE, "udp-blocked-here"},
        {"STUN: another port for each",
         SEARCH | HERE | DIAGNOSE_OUTSIDE | DIAGNOSE_VARIES, "symmetric-here"},
        {"the same, NAT there",
         SEARCH | HERE | THERE | DIAGNOSE_OUTSIDE | DIAGNOSE_VARIES, "both-symmetric"},
        {"STUN: one port, NAT there", SEARCH | HERE | THERE | DIAGNOSE_OUTSIDE,
         "symmetric-there"},
        {"STUN answers, no NAT there", SEARCH | HERE | DIAGNOSE_OUTSIDE,
         "udp-filtered-there"},
        {"blocked", TRIED, "udp-blocked-here"},
        {"blocked, searched", SEARCH, "udp-blocked-here"},
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
    for (unsigned facts = 0; facts < DIAGNOSE_VARIES << 1; facts++)
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
