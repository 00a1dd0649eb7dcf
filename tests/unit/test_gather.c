#include "addrs.h"

#include "traversal/gather.h"

#define LIST_MAX 4

/* "a b c" as addresses with ports; "" gives none. */
static size_t
list(const char *text, struct awl_addr out[LIST_MAX])
{
    size_t n = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        char word[ADDR_TEXT_LEN];

        assert_true(n < LIST_MAX);
        snprintf(word, sizeof word, "%.*s", (int)len, text);
        out[n++] = addr_at(word);
        text += len + (text[len] == ' ');
    }
    return n;
}

static void
set_text(const struct candidate_set *set, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < set->count; i++) {
        char buf[ADDR_TEXT_LEN];

        at += (size_t)snprintf(out + at, size - at, "%s%s %s", i ? ", " : "",
                               addr_port_text(&set->items[i].addr, buf),
                               candidate_kind_name(set->items[i].kind));
    }
}

static void
test_sets(void **state)
{
    static const struct {
        const char *name;
        enum gather_role role;
        const char *own, *ssh_client, *ssh_server, *dialled, *seen, *explicit_;
        bool proxied, no_host;
        const char *want;
        enum gather_nat own_v4, own_v6, peer_v4, peer_v6;
    } cases[] = {
        {"open client", GATHER_CLIENT, "198.51.100.10 127.0.0.1 fe80::1",
         "198.51.100.10:5022", "203.0.113.20:22", "203.0.113.20:60001", "", "", false,
         false, "198.51.100.10:40001 seen, 203.0.113.20:60001 dialled", GATHER_OPEN,
         GATHER_UNKNOWN, GATHER_OPEN, GATHER_UNKNOWN},
        {"client behind a NAT", GATHER_CLIENT, "10.77.1.2", "198.51.100.2:5022",
         "203.0.113.20:22", "203.0.113.20:60001", "", "", false, false,
         "198.51.100.2:40001 seen, 203.0.113.20:60001 dialled, 10.77.1.2:40001 host",
         GATHER_TRANSLATED, GATHER_UNKNOWN, GATHER_OPEN, GATHER_UNKNOWN},
        {"server behind a NAT", GATHER_CLIENT, "198.51.100.10", "198.51.100.10:5022",
         "192.168.1.5:22", "203.0.113.20:60001", "", "", false, false,
         "198.51.100.10:40001 seen, 203.0.113.20:60001 dialled", GATHER_OPEN,
         GATHER_UNKNOWN, GATHER_TRANSLATED, GATHER_UNKNOWN},
        {"behind a jump host", GATHER_CLIENT, "10.77.1.2", "192.0.2.5:5022",
         "203.0.113.20:22", "", "", "", true, false, "10.77.1.2:40001 host",
         GATHER_UNKNOWN, GATHER_UNKNOWN, GATHER_UNKNOWN, GATHER_UNKNOWN},
        {"tunnel", GATHER_CLIENT, "10.77.1.2", "127.0.0.1:5022", "127.0.0.1:22", "", "",
         "", false, false, "10.77.1.2:40001 host", GATHER_UNKNOWN, GATHER_UNKNOWN,
         GATHER_UNKNOWN, GATHER_UNKNOWN},
        {"private addresses kept", GATHER_CLIENT, "10.77.1.2", "198.51.100.2:5022", "",
         "", "", "", false, true, "198.51.100.2:40001 seen", GATHER_TRANSLATED,
         GATHER_UNKNOWN, GATHER_UNKNOWN, GATHER_UNKNOWN},
        {"seen wins", GATHER_CLIENT, "10.77.1.2", "", "", "", "198.51.100.2:61173", "",
         false, false, "198.51.100.2:61173 seen, 10.77.1.2:40001 host", GATHER_TRANSLATED,
         GATHER_UNKNOWN, GATHER_UNKNOWN, GATHER_UNKNOWN},
        {"both families", GATHER_CLIENT, "10.77.1.2 2001:db8::2", "[2001:db8::2]:5022",
         "[2001:db8:1::20]:22", "[2001:db8:1::20]:60001 203.0.113.20:60001", "", "",
         false, false,
         "[2001:db8::2]:40002 seen, [2001:db8:1::20]:60001 dialled, 203.0.113.20:60001 "
         "dialled, 10.77.1.2:40001 host",
         GATHER_UNKNOWN, GATHER_OPEN, GATHER_UNKNOWN, GATHER_OPEN},
        {"server, dialled itself", GATHER_SERVER, "203.0.113.20", "198.51.100.2:5022",
         "203.0.113.20:22", "203.0.113.20:60001", "", "", false, false,
         "203.0.113.20:40001 seen", GATHER_OPEN, GATHER_UNKNOWN, GATHER_UNKNOWN,
         GATHER_UNKNOWN},
        {"server, translated, told", GATHER_SERVER, "192.168.1.5", "", "192.168.1.5:22",
         "203.0.113.20:60001", "", "192.0.2.9:61000", false, false,
         "192.168.1.5:40001 seen, 192.0.2.9:61000 used", GATHER_TRANSLATED,
         GATHER_UNKNOWN, GATHER_UNKNOWN, GATHER_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr own[LIST_MAX], dialled[LIST_MAX];
        struct gather_input in = {
            .role = cases[i].role,
            .own = own,
            .own_count = list(cases[i].own, own),
            .port_v4 = 40001,
            .port_v6 = 40002,
            .ssh_client = addr_at(cases[i].ssh_client),
            .ssh_server = addr_at(cases[i].ssh_server),
            .proxied = cases[i].proxied,
            .dialled = dialled,
            .dialled_count = list(cases[i].dialled, dialled),
            .seen = addr_at(cases[i].seen),
            .explicit_ = addr_at(cases[i].explicit_),
            .no_host = cases[i].no_host,
        };
        struct gathered out;
        char text[600];

        gather(&in, &out);
        set_text(&out.set, text, sizeof text);
        if (strcmp(text, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, text, cases[i].want);
        if (out.own_v4 != cases[i].own_v4 || out.own_v6 != cases[i].own_v6 ||
            out.peer_v4 != cases[i].peer_v4 || out.peer_v6 != cases[i].peer_v6)
            fail_msg("%s: nat %d %d %d %d, want %d %d %d %d", cases[i].name, out.own_v4,
                     out.own_v6, out.peer_v4, out.peer_v6, cases[i].own_v4,
                     cases[i].own_v6, cases[i].peer_v4, cases[i].peer_v6);
    }
}

/* What STUN servers and gateways gave joins the set, and tells about translators. */
static void
test_found(void **state)
{
    struct awl_addr own = addr_at("10.77.1.2");
    struct candidate found[] = {
        {addr_at("203.0.113.9:7777"), CANDIDATE_MAPPED, CANDIDATE_SERVER_FIRST},
        {addr_at("203.0.113.9:50001"), CANDIDATE_SEEN, CANDIDATE_CLIENT_FIRST},
        {addr_at("127.0.0.1:7"), CANDIDATE_MAPPED, CANDIDATE_SERVER_FIRST},
    };
    struct gather_input in = {.role = GATHER_CLIENT,
                              .own = &own,
                              .own_count = 1,
                              .port_v4 = 40001,
                              .found = found,
                              .found_count = ARRAY_LEN(found)};
    struct gathered out;
    char text[600];

    (void)state;
    gather(&in, &out);
    set_text(&out.set, text, sizeof text);
    assert_string_equal(text, "203.0.113.9:50001 seen, 203.0.113.9:7777 mapped, "
                              "10.77.1.2:40001 host");
    assert_int_equal(out.set.items[1].order, CANDIDATE_SERVER_FIRST);
    assert_int_equal(out.own_v4, GATHER_TRANSLATED);

    in.role = GATHER_SERVER;
    gather(&in, &out);
    assert_int_equal(out.own_v4, GATHER_TRANSLATED);
    own = addr_at("203.0.113.9");
    gather(&in, &out);
    assert_int_equal(out.own_v4, GATHER_OPEN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
