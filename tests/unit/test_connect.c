#include "addrs.h"

#include "session/connect.h"

#define KEY "4NeCCgvZFe2RnPgrcU1PQw"

static void
noise_join(struct connect *c, char *out, size_t size)
{
    struct bytes line;
    bool note;
    size_t n = 0;

    out[0] = '\0';
    while (connect_noise(c, &line, &note))
        n += (size_t)snprintf(out + n, size - n, "%s%.*s|", note ? "note:" : "",
                              (int)line.len, (const char *)line.data);
}

static void
test_session(void **state)
{
    static const struct {
        const char *in;
        enum connect_state want;
        unsigned port;
        const char *noise, *rest;
    } cases[] = {
        {"MOSH CONNECT 60001 " KEY "\n", CONNECT_DONE, 60001, "", ""},
        {"MOSH CONNECT 60001 " KEY "\r\n", CONNECT_DONE, 60001, "", ""},
        {"MOSH CONNECT 1 " KEY " \t\nframes", CONNECT_DONE, 1, "", "frames"},
        {"\nhello\nMOSH CONNECT 60001 " KEY "\n", CONNECT_DONE, 60001, "|hello|", ""},
        {"x MOSH CONNECT 60001 " KEY "\n", CONNECT_READING, 0,
         "x MOSH CONNECT 60001 " KEY "|", ""},
        {"MOSH CONNECT junk\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 0 " KEY "\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 65536 " KEY "\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 60001  " KEY "\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 60001 " KEY "x\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 60001 4NeCCgvZFe2RnPgrcU1P\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT 60001 " KEY " more\n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECT \n", CONNECT_BAD, 0, "", ""},
        {"MOSH CONNECTED\n", CONNECT_READING, 0, "MOSH CONNECTED|", ""},
        {"MOSH SSH_CONNECTION 192.0.2.1 5\n", CONNECT_BAD, 0, "", ""},
        {"MOSH IP 192.0.2.1\nMOSH IP 192.0.2.1\n", CONNECT_BAD, 0, "", ""},
        {"MOSH IP a b\n", CONNECT_BAD, 0, "", ""},
        {"AWL NOTE hear \x1b[2J\nAWL NOTE hear me\nAWL FUTURE x\n", CONNECT_READING, 0,
         "note:hear me|", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t cut = 0; cut <= strlen(cases[i].in); cut++) {
            struct connect *c = connect_new(CONNECT_SESSION);
            struct bytes in = bytes_str(cases[i].in);
            char noise[300];

            connect_input(c, bytes_slice(in, 0, cut));
            connect_input(c, bytes_slice(in, cut, in.len));
            noise_join(c, noise, sizeof noise);
            if (connect_state(c) != cases[i].want ||
                connect_info(c)->port * (unsigned)connect_info(c)->have_session !=
                    cases[i].port ||
                strcmp(noise, cases[i].noise) != 0)
                fail_msg("\"%s\" cut at %zu: state %d port %u noise \"%s\", want %d %u "
                         "\"%s\"",
                         cases[i].in, cut, connect_state(c), connect_info(c)->port, noise,
                         cases[i].want, cases[i].port, cases[i].noise);
            assert_bytes_equal(connect_rest(c), bytes_str(cases[i].rest));
            assert_int_equal(connect_rest(c).len, 0);
            connect_free(c);
        }
}

static void
test_relay_line(void **state)
{
    static const struct {
        const char *line;
        bool ok, open, ssh;
        const char *machine;
    } cases[] = {
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22 0123456789abcdef open 127.0.0.1", true,
         true, true, "0123456789abcdef"},
        {"AWL RELAY 1 - - - - - closed ::1", true, false, false, ""},
        {"AWL RELAY 1 - - - - - open 127.0.0.1 and more words", true, true, false, ""},
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22 - ajar 127.0.0.1", false, false, false,
         ""},
        {"AWL RELAY 2 192.0.2.1 50 203.0.113.2 22 - open 127.0.0.1", false, false, false,
         ""},
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22 - open localhost", false, false, false,
         ""},
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22 - open -oProxyCommand=x", false, false,
         false, ""},
        {"AWL RELAY 1 h 50 203.0.113.2 22 - open 127.0.0.1", false, false, false, ""},
        {"AWL RELAY 1 192.0.2.1 99999 203.0.113.2 22 - open 127.0.0.1", false, false,
         false, ""},
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22 xyz open 127.0.0.1", false, false,
         false, ""},
        {"AWL RELAY 1 192.0.2.1 50 203.0.113.2 22", false, false, false, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct connect *c = connect_new(CONNECT_RELAY);
        const struct connect_info *info = connect_info(c);

        connect_input(c, BYTES_LIT("motd\nMOSH CONNECT x\n"));
        connect_input(c, bytes_str(cases[i].line));
        connect_input(c, BYTES_LIT("\n\0\1x"));
        if ((connect_state(c) == CONNECT_DONE) != cases[i].ok ||
            info->have_relay != cases[i].ok || info->relay_open != cases[i].open ||
            info->have_ssh != cases[i].ssh ||
            strcmp(info->machine, cases[i].machine) != 0)
            fail_msg("\"%s\": state %d, open %d, ssh %d, machine \"%s\"", cases[i].line,
                     connect_state(c), info->relay_open, info->have_ssh, info->machine);
        if (cases[i].ok)
            assert_bytes_equal(connect_rest(c), BYTES_LIT("\0\1x"));
        connect_free(c);
    }
}

static void
test_long_lines(void **state)
{
    struct connect *c = connect_new(CONNECT_SESSION);
    struct bytes line;
    size_t noise = 0;
    bool note;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        connect_input(c, BYTES_LIT("0123456789"));
        while (connect_noise(c, &line, &note))
            noise += line.len;
    }
    /* What follows in a line that was cut is not read as a line of its own. */
    connect_input(c, BYTES_LIT("\nAWL CONTROL /"));
    for (int i = 0; i < 30; i++)
        connect_input(c, BYTES_LIT("0123456789"));
    connect_input(c, BYTES_LIT("\nMOSH CONNECT 60001 " KEY "\n"));
    while (connect_noise(c, &line, &note))
        noise += line.len;
    assert_int_equal(noise, 30000);
    assert_int_equal(connect_state(c), CONNECT_DONE);
    assert_string_equal(connect_info(c)->control, ""); /* over 255 bytes */
    connect_free(c);
}

/* What the server writes, the reader reads. */
static void
test_round_trip(void **state)
{
    struct connect *c = connect_new(CONNECT_SESSION);
    const struct connect_info *info = connect_info(c);
    struct connect_relay relay = {addr_at("[2001:db8::1]:50022"),
                                  addr_at("[2001:db8::2]:22"), "00000000000000ff", true,
                                  addr_at("127.0.0.1")};
    struct awl_key key;
    struct buffer out = {0};
    char noise[100], long_path[300];

    (void)state;
    assert_true(awl_key_parse(KEY, strlen(KEY), &key));
    assert_true(connect_put_relay(&out, &relay));
    assert_true(connect_put_control(&out, "/tmp/a b/control"));
    assert_true(connect_put_note(&out, "read this"));
    assert_false(connect_put_control(&out, "relative"));
    assert_false(connect_put_control(&out, "/tmp/\n"));
    memset(long_path, '/', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    assert_false(connect_put_control(&out, long_path));
    assert_false(connect_put_note(&out, "caf\xc3\xa9"));
    connect_put_session(&out, 60007, &key);
    assert_int_equal(connect_input(c, buffer_bytes(&out)), CONNECT_DONE);
    noise_join(c, noise, sizeof noise);
    assert_string_equal(noise, "note:read this|");
    assert_int_equal(info->port, 60007);
    assert_memory_equal(info->key.bytes, key.bytes, AWL_KEY_LEN);
    assert_string_equal(info->control, "/tmp/a b/control");
    assert_string_equal(info->machine, "00000000000000ff");
    assert_true(addr_equal(&info->ssh_client, &relay.ssh_client));
    assert_true(addr_equal(&info->ssh_server, &relay.ssh_server));
    assert_true(addr_equal(&info->target, &relay.target));
    buffer_free(&out);
    connect_free(c);
}

static void
test_ssh_connection(void **state)
{
    static const struct {
        const char *value;
        bool ok;
    } cases[] = {
        {"192.0.2.1 50022 203.0.113.2 22", true},
        {"::1 1 ::1 2", true},
        {"192.0.2.1 50022 203.0.113.2", false},
        {"UNKNOWN 65535 UNKNOWN 65535", false},
        {"", false},
        {"- - - -", false},
        {"192.0.2.1 1 203.0.113.2 2 3", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr client, server;

        if (connect_parse_ssh(bytes_str(cases[i].value), &client, &server) != cases[i].ok)
            fail_msg("\"%s\": want %d", cases[i].value, cases[i].ok);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),        cmocka_unit_test(test_relay_line),
        cmocka_unit_test(test_long_lines),     cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_ssh_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
