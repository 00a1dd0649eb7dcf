#include "unit.h"

#include <stdlib.h>

#include "programs/client_env.h"
#include "programs/options.h"

static const struct option_row rows[] = {
    {'v', NULL, OPTION_FLAG, NULL, 0, 0, "verbose"},
    {'p', "port", OPTION_NUMBER, "PORT", 1, 65535, "port"},
    {'@', NULL, OPTION_TEXT, "WORDS", 0, 0, "words"},
    {OPTION_LONG, "client-port", OPTION_NUMBER, "PORT", 1, 65535, "own port"},
    {OPTION_LONG + 1, "keep", OPTION_FLAG, NULL, 0, 0, NULL},
};

static void
test_reading(void **state)
{
    static const struct {
        const char *line; /* split at blanks */
        const char *want; /* keys and values as they came, then the words */
        bool stop;
    } cases[] = {
        {"-v host", "v / host", false},
        {"-p 5 host -v", "p=5 v / host", false},
        {"-p5 host -v", "p=5 / host -v", true},
        {"--port=65535", "p=65535 /", false},
        {"--client-port 7 -- -v", "256=7 / -v", false},
        {"--keep -@ awl1,norelay x", "257 @=awl1,norelay / x", false},
        {"--port=0", "bad: --port takes a number from 1 to 65535, not \"0\" /", false},
        {"-p 6x", "bad: --port takes a number from 1 to 65535, not \"6x\" /", false},
        {"-p 99999999999999999999",
         "bad: --port takes a number from 1 to 65535, not \"99999999999999999999\" /",
         false},
        {"-q", "bad: unknown option -q /", false},
        {"--nothing", "bad: unknown or ambiguous option \"--nothing\" /", false},
        {"--keep=yes", "bad: --keep takes no value /", false},
        {"-p", "bad: --port needs a value /", false},
        {"-@", "bad: -@ needs a value /", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct options o = {.program = "x",
                            .usage = "x",
                            .rows = rows,
                            .count = ARRAY_LEN(rows),
                            .stop_at_word = cases[i].stop};
        char line[128], got[256] = "", *argv[16] = {"x"};
        int argc = 1, key;

        snprintf(line, sizeof(line), "%s", cases[i].line);
        for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
            argv[argc++] = w;
        options_begin(&o);
        while ((key = options_next(&o, argc, argv)) != OPTIONS_END) {
            char part[240];

            if (key == OPTIONS_BAD)
                snprintf(part, sizeof(part), "bad: %s ", o.error);
            else if (key < OPTION_LONG)
                snprintf(part, sizeof(part), "%c%s%s ", key, o.text != NULL ? "=" : "",
                         o.text != NULL ? o.text : "");
            else
                snprintf(part, sizeof(part), "%d%s%s ", key, o.text != NULL ? "=" : "",
                         o.text != NULL ? o.text : "");
            strcat(got, part);
            if (key == 'p' && o.number != strtol(o.text, NULL, 10))
                fail_msg("%s: number %ld", cases[i].line, o.number);
        }
        strcat(got, "/");
        for (int w = options_word(&o); w < argc; w++) {
            strcat(got, " ");
            strcat(got, argv[w]);
        }
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].line, got, cases[i].want);
    }
}

static void
test_help(void **state)
{
    struct options o = {
        .program = "x", .usage = "x WORD", .rows = rows, .count = ARRAY_LEN(rows)};
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    (void)state;
    options_help(&o, f);
    fclose(f);
    assert_non_null(strstr(text, "usage: x WORD\n"));
    assert_non_null(strstr(text, "  -p, --port=PORT           port\n"));
    assert_non_null(strstr(text, "  -@ WORDS                  words\n"));
    assert_null(strstr(text, "keep"));
    free(text);
}

static void
test_escape_key(void **state)
{
    static const struct {
        const char *text;
        int key;
    } cases[] = {
        {NULL, 0x1e},   {"", 0},      {"\002", 2},    {"~", '~'},     {"ab", 0x1e},
        {"\003", 0x1e}, {"\r", 0x1e}, {"\xc3", 0x1e}, {"\x7f", 0x7f},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (escape_parse(cases[i].text) != cases[i].key)
            fail_msg("case %zu: got %d, want %d", i, escape_parse(cases[i].text),
                     cases[i].key);
}

static void
test_environment(void **state)
{
    struct awl_client_config c = {0};
    char error[200];
    bool init;

    (void)state;
    unsetenv("MOSH_PREDICTION_DISPLAY");
    unsetenv("MOSH_NO_TERM_INIT");
    setenv("MOSH_PREDICTION_OVERWRITE", "Yes", 1);
    setenv("MOSH_TITLE_NOPREFIX", "", 1);
    assert_true(client_env_read(&c, &init, error, sizeof(error)));
    assert_int_equal(c.predict, AWL_PREDICT_ADAPTIVE);
    assert_false(c.predict_overwrite);
    assert_false(c.title_prefix);
    assert_true(init);
    setenv("MOSH_PREDICTION_DISPLAY", "never", 1);
    setenv("MOSH_NO_TERM_INIT", "", 1);
    assert_true(client_env_read(&c, &init, error, sizeof(error)));
    assert_int_equal(c.predict, AWL_PREDICT_NEVER);
    assert_false(init);
    setenv("MOSH_PREDICTION_DISPLAY", "", 1);
    assert_false(client_env_read(&c, &init, error, sizeof(error)));
    assert_non_null(strstr(error, "MOSH_PREDICTION_DISPLAY"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_escape_key),
        cmocka_unit_test(test_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
