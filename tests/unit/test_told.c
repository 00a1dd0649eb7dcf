#include "unit.h"

#include "terminal/emulate.h"

static const struct profile terminal = {
    .known = true,
    .name = "xterm(390)",
    .colors = {0x1dddddd, 0x1102030, 0x1ff0000},
    .palette = {[1] = 0x1cc0000},
    .cell_width = 9,
    .cell_height = 18,
    .kitty = true,
};

struct fixture {
    struct screen *s;
    struct emulator *e;
    struct events *events;
    struct buffer reply;
};

static void
begin(struct fixture *f, bool told)
{
    *f = (struct fixture){.s = screen_new(80, 24), .events = events_new()};
    f->e = emulator_new(f->s, EMULATOR_SERVER);
    if (told) {
        emulator_profile(f->e, &terminal, &f->reply);
        emulator_events(f->e, f->events);
    }
}

static void
end(struct fixture *f)
{
    emulator_free(f->e);
    screen_free(f->s);
    events_free(f->events);
    buffer_free(&f->reply);
}

static struct bytes
ask(struct fixture *f, const char *text)
{
    buffer_clear(&f->reply);
    emulator_write(f->e, bytes_str(text), &f->reply);
    return buffer_bytes(&f->reply);
}

static void
test_answers(void **state)
{
    static const struct {
        const char *ask, *answer;
    } cases[] = {
        {"\033]11;?\a", "\033]11;rgb:1010/2020/3030\033\\"},
        {"\033]10;?;?\033\\",
         "\033]10;rgb:dddd/dddd/dddd\033\\\033]11;rgb:1010/2020/3030\033\\"},
        {"\033]4;1;?\a", "\033]4;1;rgb:cccc/0000/0000\033\\"},
        {"\033]4;2;?\a", ""}, /* nobody knows */
        {"\033]4;16;?;231;?\a",
         "\033]4;16;rgb:0000/0000/0000\033\\\033]4;231;rgb:ffff/ffff/ffff\033\\"},
        {"\033]4;232;?\a", "\033]4;232;rgb:0808/0808/0808\033\\"},
        {"\033]4;256;?\a", ""},
        {"\033]11;rgb:f/8/0\a\033]11;?\a", "\033]11;rgb:ffff/8888/0000\033\\"},
        {"\033]11;#123456\a\033]11;?\a", "\033]11;rgb:1212/3434/5656\033\\"},
        {"\033]111\a\033]11;?\a", "\033]11;rgb:1010/2020/3030\033\\"},
        {"\033]4;1;#00ff00\a\033]4;1;?\a", "\033]4;1;rgb:0000/ffff/0000\033\\"},
        {"\033]104;1\a\033]4;1;?\a", "\033]4;1;rgb:cccc/0000/0000\033\\"},
        {"\033[14t", "\033[4;432;720t"},
        {"\033[16t", "\033[6;18;9t"},
        {"\033[?996n", "\033[?997;1n"}, /* dark, by the background */
        {"\033[?2031$p", "\033[?2031;2$y"},
        {"\033[?2048h", "\033[48;24;80;432;720t"},
        {"\033[?2048l\033[?2048$p", "\033[?2048;2$y"},
        {"\033[?u", "\033[?0u"},
        {"\033[>1u\033[?u", "\033[?1u"},
        {"\033[=4;2u\033[?u", "\033[?5u"},
        {"\033[=1;3u\033[?u", "\033[?4u"},
        {"\033[>31u\033[<2u\033[?u", "\033[?0u"},
        {"\033[>4;2m\033[?4m", "\033[>4;2m"},
    };
    struct fixture f;

    (void)state;
    begin(&f, true);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_bytes_equal(ask(&f, cases[i].ask), bytes_str(cases[i].answer));
    end(&f);
    /* With a stock client stock's behaviour: silence, and nothing is known of the modes.
     */
    begin(&f, false);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (!strstr(cases[i].ask, "$p"))
            assert_bytes_equal(ask(&f, cases[i].ask), BYTES_NONE);
    assert_bytes_equal(ask(&f, "\033[?2031$p"), BYTES_LIT("\033[?2031;0$y"));
    end(&f);
}

static void
test_keyboards(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, true);
    ask(&f, "\033[>1u");
    assert_int_equal(emulator_extras(f.e)->keyboard, 1);
    /* Each screen has a stack of its own. */
    ask(&f, "\033[?1049h");
    assert_int_equal(emulator_extras(f.e)->keyboard, 0);
    ask(&f, "\033[>3u\033[?1049l");
    assert_int_equal(emulator_extras(f.e)->keyboard, 1);
    for (int i = 0; i < 100; i++)
        ask(&f, "\033[>2u");
    assert_int_equal(emulator_extras(f.e)->keyboard, 2);
    ask(&f, "\033[<65535u");
    assert_int_equal(emulator_extras(f.e)->keyboard, 0);
    ask(&f, "\033[>1u\033]11;#fff\a\033[4 q\033c");
    assert_int_equal(emulator_extras(f.e)->keyboard, 0);
    assert_int_equal(emulator_extras(f.e)->colors[EXTRAS_BACKGROUND], 0);
    assert_int_equal(emulator_extras(f.e)->marks, 0);
    end(&f);
}

static void
test_changes_are_reported(void **state)
{
    struct profile light = terminal;
    struct fixture f;

    (void)state;
    begin(&f, true);
    light.scheme = 2;
    buffer_clear(&f.reply);
    emulator_profile(f.e, &light, &f.reply);
    assert_int_equal(f.reply.len, 0); /* nobody asked */
    ask(&f, "\033[?2031h\033[?2048h");
    buffer_clear(&f.reply);
    emulator_profile(f.e, &terminal, &f.reply);
    assert_bytes_equal(buffer_bytes(&f.reply), BYTES_LIT("\033[?997;1n"));
    buffer_clear(&f.reply);
    screen_resize(f.s, 40, 10);
    emulator_resized(f.e, &f.reply);
    assert_bytes_equal(buffer_bytes(&f.reply), BYTES_LIT("\033[48;10;40;180;360t"));
    end(&f);
}

/* What a terminal is told, and what takes it all back. */
static void
test_drawn(void **state)
{
    static const struct {
        const char *set, *drawn, *undone;
    } cases[] = {
        {"\033[3 q", "\033[3 q", "\033[0 q"},
        {"\033[>1u", "\033[>1u", "\033[<u"},
        {"\033[>4;2m", "\033[>4;2m", "\033[>4m"},
        {"\033=", "\033=", "\033>"},
        {"\033[?1007h", "\033[?1007h", "\033[?1007l"},
        {"\033]11;#fff\a", "\033]11;rgb:f0f0/f0f0/f0f0\a",
         "\033]11;rgb:1010/2020/3030\a"},
        {"\033]4;1;#000000;200;#000001\a",
         "\033]4;1;rgb:0000/0000/0000\a\033]4;200;rgb:0000/0000/0101\a",
         "\033]4;1;rgb:cccc/0000/0000\a\033]104;200\a"},
        {"\033]7;file://host/tmp\a", "\033]7;file://host/tmp\a", "\033]7;\a"},
        {"\033]22;pointer\a", "\033]22;pointer\a", "\033]22;\a"},
        {"\033]9;4;1;50\a", "\033]9;4;1;50\a", "\033]9;4;0\a"},
        {"\033]133;D;7\a", "\033]133;D;7\a", ""},
    };
    static const struct extras none = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer out = {.max = 0};
        struct extras x = {0};
        struct fixture f;

        begin(&f, true);
        ask(&f, cases[i].set);
        extras_share(&x, emulator_extras(f.e));
        end(&f);
        extras_draw(&out, &none, &x, &terminal);
        assert_bytes_equal(buffer_bytes(&out), bytes_str(cases[i].drawn));
        buffer_clear(&out);
        extras_draw(&out, &x, &x, &terminal);
        assert_int_equal(out.len, 0);
        extras_draw(&out, &x, &none, &terminal);
        assert_bytes_equal(buffer_bytes(&out), bytes_str(cases[i].undone));
        buffer_free(&out);
        extras_clear(&x);
    }
}

/* Takes all events: their sequences, one after the other. */
static struct bytes
drain(struct events *e, struct buffer *out)
{
    const struct event *v;

    buffer_clear(out);
    while ((v = events_next(e, 0, UINT64_MAX)) != NULL) {
        event_draw(out, v);
        events_drop(e, v->number);
    }
    return buffer_bytes(out);
}

static void
test_events(void **state)
{
    static const struct {
        const char *output, *drawn;
    } cases[] = {
        {"\033]52;c;YQ==\a", "\033]52;c;YQ==\a"},
        {"\033]52;c;YQ==\a\033]52;c;YQ==\a", "\033]52;c;YQ==\a\033]52;c;YQ==\a"},
        {"\033]52;;YQ==\a", "\033]52;c;YQ==\a"},
        {"\033]52;ps;YQ==\a", "\033]52;ps;YQ==\a"},
        {"\033]52;c;?\a", ""},
        {"\033]52;x;YQ==\a", ""},
        {"\a\a", "\a\a"},
        {"\a\a\a\a\a\a\a\a", "\a\a\a\a"},
        {"\033]9;done\a", "\033]9;done\a"},
        {"\033]777;notify;a;b\033\\", "\033]777;notify;a;b\a"},
        {"\033]99;i=1;hello\a", "\033]99;i=1;hello\a"},
        {"\033]9;4;1;10\a", ""}, /* state, no event */
    };
    struct buffer out = {.max = 0};
    struct fixture f;

    (void)state;
    begin(&f, true);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ask(&f, cases[i].output);
        assert_bytes_equal(drain(f.events, &out), bytes_str(cases[i].drawn));
    }
    assert_int_equal(f.s->bells, 0);
    assert_int_equal(f.s->clipboard.event, 0);
    end(&f);
    buffer_free(&out);
    /* Without anybody to take them they are part of the screen, as in stock. */
    begin(&f, false);
    ask(&f, "\a\033]52;c;YQ==\a\033]9;x\a");
    assert_int_equal(f.s->bells, 1);
    assert_int_equal(f.s->clipboard.event, 1);
    assert_int_equal(f.events->last, 0);
    end(&f);
}

static void
test_limits(void **state)
{
    static uint8_t big[700000];
    struct events *e = events_new();

    (void)state;
    for (int i = 0; i < 100; i++)
        events_push(e, EVENT_NOTIFICATION, "", BYTES_LIT("9;x"));
    assert_int_equal(e->count, EVENTS_MAX);
    assert_int_equal(events_next(e, 0, UINT64_MAX)->number, 37);
    memset(big, 'A', sizeof big);
    for (int i = 0; i < 5; i++) {
        events_push(e, EVENT_CLIPBOARD, "c", bytes_of(big, sizeof big));
        assert_true(e->bytes <= EVENTS_BYTES_MAX);
    }
    assert_int_equal(e->last, 105);
    assert_int_equal(events_next(e, 0, UINT64_MAX)->number, 104);
    events_receive(e, 105, EVENT_BELL, "", BYTES_NONE); /* known */
    assert_int_equal(e->last, 105);
    events_free(e);
}

static void
test_away(void **state)
{
    struct events *e = events_new();
    struct buffer out = {.max = 0};

    (void)state;
    e->now = 1000;
    events_push(e, EVENT_NOTIFICATION, "", BYTES_LIT("9;old"));
    e->now = 1000 + EVENTS_AWAY_NOTE_MS;
    events_push(e, EVENT_CLIPBOARD, "c", BYTES_LIT("YQ=="));
    events_push(e, EVENT_CLIPBOARD, "p", BYTES_LIT("Yg=="));
    events_push(e, EVENT_BELL, "", BYTES_NONE);
    events_push(e, EVENT_BELL, "", BYTES_NONE);
    events_push(e, EVENT_CLIPBOARD, "c", BYTES_LIT("Yw=="));
    events_push(e, EVENT_NOTIFICATION, "", BYTES_LIT("9;new"));
    events_away(e, 1001 + EVENTS_AWAY_NOTE_MS);
    assert_bytes_equal(drain(e, &out),
                       BYTES_LIT("\033]52;p;Yg==\a\a\033]52;c;Yw==\a\033]9;new\a"));
    for (int i = 0; i < 10; i++) {
        char text[] = {'9', ';', (char)('0' + i), '\0'};

        events_push(e, EVENT_NOTIFICATION, "", bytes_str(text));
    }
    events_away(e, 1001 + EVENTS_AWAY_NOTE_MS);
    assert_bytes_equal(drain(e, &out),
                       BYTES_LIT("\033]9;5\a\033]9;6\a\033]9;7\a\033]9;8\a\033]9;9\a"));
    events_free(e);
    buffer_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_keyboards),
        cmocka_unit_test(test_changes_are_reported),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
