#include "unit.h"

#include "session/escape.h"

/* What comes out, as text: sent bytes as they are, actions as <name>. */
static void
run(int key, const char *typed, size_t len, char *out, size_t size)
{
    static const char *const name[] = {
        [ESCAPE_SEND] = "",       [ESCAPE_BEGIN] = "<begin>",
        [ESCAPE_QUIT] = "<quit>", [ESCAPE_SUSPEND] = "<suspend>",
        [ESCAPE_PATH] = "<path>", [ESCAPE_LOGIN] = "<login>",
    };
    struct escape e;
    size_t used = 0;

    escape_init(&e, key);
    out[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        struct escape_out o;

        escape_feed(&e, (uint8_t)typed[i], &o);
        if (o.action != ESCAPE_SEND)
            used += (size_t)snprintf(out + used, size - used, "%s", name[o.action]);
        for (size_t k = 0; k < o.len; k++)
            used += (size_t)snprintf(out + used, size - used, "%c", o.keys[k]);
    }
}

static void
test_commands(void **state)
{
    static const struct {
        int key;
        const char *typed, *want;
    } cases[] = {
        {0x1e, "ls\r", "ls\r"},
        {0x1e, "a\x1e.", "a<begin><quit>"},
        {0x1e, "\x1e\x1a", "<begin><suspend>"},
        {0x1e, "\x1e^x", "<begin>\x1ex"},
        {0x1e, "\x1epq", "<begin><path>q"},
        {0x1e, "\x1er", "<begin><login>"},
        {0x1e, "\x1ex", "<begin>\x1ex"},
        {0x1e, "\x1e\x1e", "<begin>\x1e\x1e"},
        {0x1e, "\x1e\x1e.",
         "<begin>\x1e\x1e."}, /* the second one only released the first */
        {0, "\x1e.", "\x1e."},
        {0x02,
         "\x02"
         "B\x02"
         "b",
         "<begin>\x02<begin>\x02"},
        {0x10, "\x10p", "<begin>\x10"}, /* the literal wins over p */
        {'~', "~.", "~."},              /* at the start: not after CR */
        {'~', "\r~.", "\r<begin><quit>"},
        {'~', "\n~~~.", "\n<begin>~~."},
        {'~', "\r~\r~.", "\r<begin>~\r<begin><quit>"},
        {'A', "\rAa\rAA", "\r<begin>A\r<begin>A"},
        {0x03, "\x03\x1e.", "\x03<begin><quit>"}, /* refused keys: Ctrl-^ */
        {0x0d, "\r\x1e.", "\r<begin><quit>"},
        {500, "\x1e.", "<begin><quit>"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char got[128];

        run(cases[i].key, cases[i].typed, strlen(cases[i].typed), got, sizeof(got));
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("case %zu: got \"%s\", want \"%s\"", i, got, cases[i].want);
    }
}

static void
test_names(void **state)
{
    static const struct {
        int key;
        const char *name;
        char literal;
    } cases[] = {
        {0x1e, "Ctrl-^", '^'}, {0x02, "Ctrl-B", 'B'}, {'~', "~", '~'}, {0, "", 0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct escape e;
        char name[ESCAPE_NAME_LEN];

        escape_init(&e, cases[i].key);
        assert_string_equal(escape_name(&e, name), cases[i].name);
        assert_int_equal(escape_literal(&e), cases[i].literal);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
