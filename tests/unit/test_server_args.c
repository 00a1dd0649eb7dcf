#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "programs/server_args.h"
#include "programs/utf8_locale.h"

/* What the cases below say on purpose would only confuse the log. */
static int
silence(void **state)
{
    static int saved;
    int null = open("/dev/null", O_WRONLY);

    saved = dup(2);
    dup2(null, 2);
    close(null);
    *state = &saved;
    return 0;
}

static int
speak(void **state)
{
    dup2(*(int *)*state, 2);
    return close(*(int *)*state);
}

static enum server_args_result
read_line(const char *line, struct server_args *out)
{
    static char copy[256], *argv[32];
    int argc = 0;

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *w = strtok(copy, " "); w != NULL; w = strtok(NULL, " "))
        argv[argc++] = w;
    argv[argc] = NULL;
    return server_args_read(out, argc, argv);
}

static void
test_ports_and_forms(void **state)
{
    static const struct {
        const char *line;
        enum server_args_result result;
        uint16_t low, high;
    } cases[] = {
        {"new", SERVER_ARGS_RUN, 60001, 60999},
        {"", SERVER_ARGS_RUN, 60001, 60999},
        {"127.0.0.1 60005", SERVER_ARGS_RUN, 60005, 60005},
        {"127.0.0.1 60005 x", SERVER_ARGS_BAD, 0, 0},
        {"--control", SERVER_ARGS_BAD, 0, 0},
        {"new -p 60005", SERVER_ARGS_RUN, 60005, 60005},
        {"new -p60005:60010", SERVER_ARGS_RUN, 60005, 60010},
        {"new -p 0", SERVER_ARGS_RUN, 0, 0},
        {"new -p 0:5", SERVER_ARGS_BAD, 0, 0},
        {"new -p 6:5", SERVER_ARGS_BAD, 0, 0},
        {"new -p 5:", SERVER_ARGS_BAD, 0, 0},
        {"new -p 5:6:7", SERVER_ARGS_BAD, 0, 0},
        {"new -p 65536", SERVER_ARGS_BAD, 0, 0},
        {"new -p 1:65536", SERVER_ARGS_BAD, 0, 0},
        {"new -p x", SERVER_ARGS_BAD, 0, 0},
        {"new -c x", SERVER_ARGS_BAD, 0, 0},
        {"new -Z --unheard-of", SERVER_ARGS_RUN, 60001, 60999},
        {"new --unheard-of=5 stray -p 7 words", SERVER_ARGS_RUN, 7, 7},
        {"new -- sh -p 5", SERVER_ARGS_RUN, 60001, 60999},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server_args a;
        enum server_args_result r = read_line(cases[i].line, &a);

        if (r != cases[i].result)
            fail_msg("%s: got %d, want %d", cases[i].line, r, cases[i].result);
        if (r == SERVER_ARGS_RUN &&
            (a.port_low != cases[i].low || a.port_high != cases[i].high))
            fail_msg("%s: got %u:%u, want %u:%u", cases[i].line, a.port_low, a.port_high,
                     cases[i].low, cases[i].high);
    }
}

static void
test_what_mosh_sends(void **state)
{
    struct server_args a;

    (void)state;
    assert_int_equal(
        read_line("new -c 256 -s -l LANG=en_US.UTF-8 -l LC_TIME -v -- ls -l -- x", &a),
        SERVER_ARGS_RUN);
    assert_int_equal(a.colors, 256);
    assert_true(a.bind_ssh);
    assert_int_equal(a.assign_count, 2);
    assert_string_equal(a.assign[1], "LC_TIME");
    assert_int_equal(a.verbose, 1);
    assert_string_equal(a.command[0], "ls");
    assert_string_equal(a.command[3], "x");
    assert_false(a.awl || a.relay || a.control);
    read_line("new -s -i 127.0.0.1 --", &a);
    assert_false(a.bind_ssh);
    assert_string_equal(a.bind_ip, "127.0.0.1");
    assert_null(a.command);
    read_line("new -i 127.0.0.1 -s", &a);
    assert_true(a.bind_ssh && a.bind_ip == NULL);
    read_line("new -c -5", &a);
    assert_int_equal(a.colors, -5);
}

static void
test_words(void **state)
{
    static const struct {
        const char *words;
        bool awl, relay, control, no_punch;
        uint32_t hole_ttl;
    } cases[] = {
        {"awl1", true, true, false, false, SERVER_HOLE_TTL_S},
        {"awl1,norelay,control", true, false, true, false, SERVER_HOLE_TTL_S},
        {"awl1,nopunch,future=x,hole-ttl=60", true, true, false, true, 60},
        {"awl1,hole-ttl=0", true, true, false, false, 0},
        {"awl1,hole-ttl=2592001", true, true, false, false, SERVER_HOLE_TTL_S},
        {"awl1,hole-ttl=-1", true, true, false, false, SERVER_HOLE_TTL_S},
        {"awl1,hole-ttl=", true, true, false, false, SERVER_HOLE_TTL_S},
        {"awl1,hole-ttl=99999999999999999999", true, true, false, false,
         SERVER_HOLE_TTL_S},
        {"awl2,control", false, false, false, false, SERVER_HOLE_TTL_S},
        {"awl10", false, false, false, false, SERVER_HOLE_TTL_S},
        {"new", false, false, false, false, SERVER_HOLE_TTL_S},
        {",awl1", false, false, false, false, SERVER_HOLE_TTL_S},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server_args a;
        char line[128];

        snprintf(line, sizeof(line), "new -@ %s -c 256", cases[i].words);
        assert_int_equal(read_line(line, &a), SERVER_ARGS_RUN);
        if (a.awl != cases[i].awl || a.relay != cases[i].relay ||
            a.control != cases[i].control || a.no_punch != cases[i].no_punch ||
            a.hole_ttl_s != cases[i].hole_ttl || a.colors != 256)
            fail_msg("%s: got %d %d %d %d %u", cases[i].words, a.awl, a.relay, a.control,
                     a.no_punch, a.hole_ttl_s);
    }
}

/* Only what may be looked up safely, and not more than is asked. */
static void
test_stun(void **state)
{
    static const struct {
        const char *words, *want;
    } cases[] = {
        {"awl1", ""},
        {"awl1,stun=stun.example.org:3478", "stun.example.org:3478"},
        {"awl1,stun=192.0.2.5:1,x,stun=[2001:db8::5]:3478",
         "192.0.2.5:1 [2001:db8::5]:3478"},
        {"stun=192.0.2.5:1", ""},
        {"awl1,stun=,stun=:1,stun=host,stun=host:0,stun=host:65536,stun=a=b:1", ""},
        {"awl1,stun=a:1,stun=b:2,stun=c:3,stun=d:4,stun=e:5", "a:1 b:2 c:3 d:4"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server_args a;
        char line[300], got[600] = "";
        size_t len = 0;

        snprintf(line, sizeof(line), "new -@ %s", cases[i].words);
        assert_int_equal(read_line(line, &a), SERVER_ARGS_RUN);
        for (size_t k = 0; k < a.stun_count; k++)
            len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s", k ? " " : "",
                                    a.stun[k]);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].words, got, cases[i].want);
    }
}

static void
test_locale(void **state)
{
    static const struct {
        const char *server;    /* LANG there; NULL: unset */
        const char *assign[2]; /* NULL: none */
        const char *lang, *ctype, *time;
        bool fell_back;
    } cases[] = {
        /* the server's own is good: what the client has is not looked at */
        {"C.UTF-8", {"LANG=xx_XX.UTF-8"}, "C.UTF-8", NULL, NULL, false},
        {NULL, {"LANG=C.UTF-8"}, "C.UTF-8", NULL, NULL, false},
        {"POSIX", {"LANG=C.UTF-8", "LC_TIME=C"}, "C.UTF-8", NULL, "C", false},
        /* one bad word of many spoils nothing */
        {NULL, {"LANG=C.UTF-8", "LC_TIME=xx_XX.UTF-8"}, "C.UTF-8", NULL, NULL, false},
        {"xx_XX.UTF-8", {NULL}, "C.UTF-8", "C.UTF-8", NULL, true},
        {NULL, {"LANG=C"}, "C", "C.UTF-8", NULL, true},
        {NULL, {NULL}, "C.UTF-8", "C.UTF-8", NULL, true},
    };
    static const char *const names[] = {"LANG", "LC_CTYPE", "LC_TIME"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *const want[] = {cases[i].lang, cases[i].ctype, cases[i].time};
        size_t count = 0;
        bool fell_back;

        unsetenv("LC_ALL");
        for (size_t n = 0; n < ARRAY_LEN(names); n++)
            unsetenv(names[n]);
        if (cases[i].server != NULL)
            setenv("LANG", cases[i].server, 1);
        while (count < 2 && cases[i].assign[count] != NULL)
            count++;
        fell_back = locale_choose(cases[i].assign, count) != NULL;
        if (fell_back != cases[i].fell_back)
            fail_msg("case %zu: fell back: %d", i, fell_back);
        for (size_t n = 0; n < ARRAY_LEN(names); n++) {
            const char *got = getenv(names[n]);

            if (strcmp(got != NULL ? got : "-", want[n] != NULL ? want[n] : "-") != 0)
                fail_msg("case %zu: %s is %s, want %s", i, names[n],
                         got != NULL ? got : "unset",
                         want[n] != NULL ? want[n] : "unset");
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ports_and_forms, silence, speak),
        cmocka_unit_test(test_what_mosh_sends),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_stun),
        cmocka_unit_test(test_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
