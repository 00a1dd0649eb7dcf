#include "unit.h"

#include "programs/settings.h"

static void
test_port_ranges(void **state)
{
    static const struct {
        const char *text, *wrong; /* NULL: fine */
    } cases[] = {
        {"0", NULL},
        {"60001", NULL},
        {"65535", NULL},
        {"60001:60010", NULL},
        {"5:5", NULL},
        {"65536", "is above 65535"},
        {"99999999999999999999", "is above 65535"},
        {"60001:65536", "is above 65535"},
        {"0:5", "has a 0, which is no port"},
        {"60010:60001", "has its low end above its high end"},
        {"", "is neither PORT nor LOW:HIGH"},
        {"60001:", "is neither PORT nor LOW:HIGH"},
        {":60001", "is neither PORT nor LOW:HIGH"},
        {"1:2:3", "is neither PORT nor LOW:HIGH"},
        {"-1", "is neither PORT nor LOW:HIGH"},
        {"+5", "is neither PORT nor LOW:HIGH"},
        {"ssh", "is neither PORT nor LOW:HIGH"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = port_range_check(cases[i].text), *want = cases[i].wrong;

        if (strcmp(got ? got : "fine", want ? want : "fine") != 0)
            fail_msg("\"%s\": got \"%s\", want \"%s\"", cases[i].text, got ? got : "fine",
                     want ? want : "fine");
    }
}

static void
test_families(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        struct family_rule want;
    } cases[] = {
        {"inet", true, {AWL_IPV4, AWL_NONE, false}},
        {"INET6", true, {AWL_IPV6, AWL_NONE, false}},
        {"auto", true, {AWL_NONE, AWL_NONE, true}},
        {"all", true, {AWL_NONE, AWL_NONE, false}},
        {"prefer-inet", true, {AWL_NONE, AWL_IPV4, false}},
        {"prefer-inet6", true, {AWL_NONE, AWL_IPV6, false}},
        {"prefer-", false, {0}},
        {"ipv4", false, {0}},
        {"", false, {0}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct family_rule got = {0};
        bool ok = family_parse(cases[i].text, &got);

        if (ok != cases[i].ok || got.only != cases[i].want.only ||
            got.prefer != cases[i].want.prefer ||
            got.exclusive != cases[i].want.exclusive)
            fail_msg("\"%s\": %d, only %d, prefer %d, exclusive %d", cases[i].text, ok,
                     got.only, got.prefer, got.exclusive);
    }
}

static void
test_stun(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"stun.example.org:3478", true},
        {"192.0.2.1:3478", true},
        {"[2001:db8::1]:3478", true},
        {"stun.example.org", false},
        {":3478", false},
        {"host:0", false},
        {"host:65536", false},
        {"2001:db8::1:3478", false},
        {"[2001:db8::1%2]:3478", false},
        {"[host]:3478", false},
        {"[]:3478", false},
        {"ho st:1", false},
        {"host=x:1", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (stun_check(cases[i].text) != cases[i].ok)
            fail_msg("\"%s\": %s", cases[i].text, cases[i].ok ? "refused" : "accepted");
}

/* The subcommand is the first word with another behind it; else it is a host. */
static void
test_doctor(void **state)
{
    static const struct {
        const char *argv[5];
        enum settings_result result;
        bool doctor;
        const char *host;
    } cases[] = {
        {{"awl", "doctor"}, SETTINGS_RUN, false, "doctor"},
        {{"awl", "doctor", "host"}, SETTINGS_RUN, true, "host"},
        {{"awl", "doctor", "doctor"}, SETTINGS_RUN, true, "doctor"},
        {{"awl", "doctor", "--json", "me@host"}, SETTINGS_RUN, true, "me@host"},
        {{"awl", "--", "doctor", "uptime"}, SETTINGS_RUN, false, "doctor"},
        {{"awl", "-4", "doctor", "uptime"}, SETTINGS_RUN, false, "doctor"},
        {{"awl", "me@doctor", "uptime"}, SETTINGS_RUN, false, "me@doctor"},
        {{"awl", "doctor", "--json"}, SETTINGS_BAD, true, NULL},
        {{"awl", "doctor", "host", "uptime"}, SETTINGS_BAD, true, "host"},
        {{"awl", "--json", "host"}, SETTINGS_BAD, false, "host"},
        {{"awl", "doctor", "--local", "127.0.0.1"}, SETTINGS_BAD, true, "127.0.0.1"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct settings s;
        char *argv[6] = {NULL};
        int argc = 0;
        enum settings_result r;

        for (; argc < 5 && cases[i].argv[argc] != NULL; argc++)
            argv[argc] = (char *)cases[i].argv[argc];
        r = settings_read(&s, argc, argv);
        if (r != cases[i].result || s.doctor != cases[i].doctor ||
            strcmp(s.host != NULL ? s.host : "", cases[i].host ? cases[i].host : "") != 0)
            fail_msg("case %zu: result %d, doctor %d, host %s", i, (int)r, s.doctor,
                     s.host != NULL ? s.host : "none");
        settings_free(&s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_ranges),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_stun),
        cmocka_unit_test(test_doctor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
