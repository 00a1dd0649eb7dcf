/* The terminal beside the picture, between two engines with a link that loses datagrams:
 * what the terminal says gets there, what programs set comes here, and what happened
 * happens once. */
#include "addrs.h"

#include "session/client.h"
#include "session/server.h"

#define START 1000000u
#define PORT  60001u

struct pair {
    struct awl_client *client;
    struct awl_server *server;
    struct rng_seeded chance[3];
    unsigned loss; /* of 100 datagrams */
    uint64_t now;
    struct buffer pty;   /* what the program got */
    struct buffer drawn; /* what the terminal got */
    bool suspended;
};

static bool
lost(struct pair *p)
{
    uint8_t b[2];

    rng_seeded_fill(&p->chance[2], b, 2);
    return (unsigned)(b[0] << 8 | b[1]) % 100 < p->loss;
}

static void
server_turn(struct pair *p)
{
    struct awl_output o;

    awl_server_tick(p->server, p->now);
    while (awl_server_next(p->server, &o, p->now)) {
        struct awl_datagram d = {.socket = 1,
                                 .from = addr_at("203.0.113.20:60001"),
                                 .ttl = 60,
                                 .data = o.data,
                                 .len = o.len};

        if (o.kind == AWL_PTY_WRITE)
            buffer_put(&p->pty, o.data, o.len);
        else if (o.kind == AWL_SEND && o.len > 0 && !lost(p))
            awl_client_datagram(p->client, &d, p->now);
    }
}

static void
turn(struct pair *p)
{
    struct awl_output o;
    const uint8_t *data;
    size_t len;

    awl_client_tick(p->client, p->now);
    while (awl_client_next(p->client, &o, p->now)) {
        struct awl_datagram d = {.from = addr_at("198.51.100.10:40001"),
                                 .to = addr_at("203.0.113.20:60001"),
                                 .ttl = 60,
                                 .data = o.data,
                                 .len = o.len};

        p->suspended |= o.kind == AWL_SUSPEND;
        if (o.kind == AWL_OPEN)
            awl_client_opened(p->client, o.socket, 40001, p->now);
        else if (o.kind == AWL_SEND && o.len > 0 && !lost(p))
            awl_server_datagram(p->server, &d, p->now);
    }
    server_turn(p);
    awl_client_draw(p->client, &data, &len, p->now);
    buffer_put(&p->drawn, data, len);
}

static void
run(struct pair *p, uint64_t ms)
{
    uint64_t end = p->now + ms;

    turn(p);
    while (p->now < end) {
        uint64_t d =
            sooner(awl_client_deadline(p->client), awl_server_deadline(p->server));

        p->now = MIN(MAX(d, p->now + 1), end);
        turn(p);
    }
}

static void
type(struct pair *p, const char *text)
{
    awl_client_keys(p->client, (const uint8_t *)text, strlen(text), p->now);
}

static void
print(struct pair *p, const char *text)
{
    awl_server_pty(p->server, (const uint8_t *)text, strlen(text), p->now);
}

static void
begin(struct pair *p, unsigned seed, unsigned loss, bool answers)
{
    struct awl_addr server = addr_at("203.0.113.20:60001");
    struct awl_server_config sc = {.port = PORT,
                                   .random = {rng_seeded_fill, &p->chance[0]}};
    struct awl_client_config cc = {
        .cols = 80,
        .rows = 24,
        .servers = &server,
        .server_count = 1,
        .server_port = PORT,
        .escape = 0x1e,
        .caps = {.ech = true, .bce = true, .title = true, .answers = answers},
        .random = {rng_seeded_fill, &p->chance[1]}};
    const uint8_t *data;
    size_t len;

    *p = (struct pair){.chance = {{seed}, {seed + 1}, {seed + 2}}, .now = START};
    p->loss = loss;
    p->server = awl_server_new(&sc, p->now);
    p->client = awl_client_new(&cc, p->now);
    awl_client_enter(p->client, &data, &len);
    buffer_put(&p->drawn, data, len);
}

static void
end(struct pair *p)
{
    awl_client_free(p->client);
    awl_server_free(p->server);
    buffer_free(&p->pty);
    buffer_free(&p->drawn);
}

/* How often text stands in what the terminal got. */
static unsigned
count(struct pair *p, const char *text)
{
    unsigned n = 0;

    for (const char *at = buffer_str(&p->drawn); (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

#define ANSWERS "\033]11;rgb:1010/2020/3030\a\033[?0u\033P>|term 1\033\\\033[?62c"

static void
test_questions(void **state)
{
    struct pair p;

    (void)state;
    begin(&p, 1, 0, true);
    assert_int_equal(count(&p, "\033]11;?\a"), 1);
    assert_true(awl_client_asking(p.client, p.now));
    type(&p, "a" ANSWERS "b");
    run(&p, 300);
    assert_bytes_equal(buffer_bytes(&p.pty), BYTES_LIT("ab"));
    assert_false(awl_client_asking(p.client, p.now));
    buffer_clear(&p.pty);
    print(&p, "\033]11;?\a\033[?u");
    server_turn(&p); /* at once: without the client */
    assert_bytes_equal(buffer_bytes(&p.pty),
                       BYTES_LIT("\033]11;rgb:1010/2020/3030\033\\\033[?0u"));
    end(&p);
}

static void
test_state_is_set_and_taken_back(void **state)
{
    static const char *const left[] = {"\033[<u", "\033[0 q",
                                       "\033]11;rgb:1010/2020/3030\a", "\033[23;0t"};
    const uint8_t *data;
    size_t len;
    struct pair p;

    (void)state;
    begin(&p, 1, 0, true);
    type(&p, ANSWERS);
    run(&p, 300);
    print(&p, "\033[>1u\033[4 q\033]11;#ffffff\a");
    run(&p, 300);
    assert_int_equal(count(&p, "\033[>1u"), 1);
    assert_int_equal(count(&p, "\033[4 q"), 1);
    assert_int_equal(count(&p, "\033]11;rgb:ffff/ffff/ffff\a"), 1);
    /* The escape key in the form that the program asked for, and what follows it. */
    type(&p, "\033[54;6u");
    type(&p, "\033[54;6:3u"); /* let go */
    type(&p, "\033[122;5u");
    run(&p, 1);
    assert_true(p.suspended);
    assert_int_equal(p.pty.len, 0);
    type(&p, "\033[97;5u");
    run(&p, 300);
    assert_bytes_equal(buffer_bytes(&p.pty), BYTES_LIT("\033[97;5u"));
    buffer_clear(&p.drawn);
    awl_client_leave(p.client, &data, &len);
    buffer_put(&p.drawn, data, len);
    for (size_t i = 0; i < ARRAY_LEN(left); i++)
        assert_int_equal(count(&p, left[i]), 1);
    end(&p);
}

/* The terminal tells of its keyboard when a program has already asked for it. */
static void
test_late_answers(void **state)
{
    struct pair p;

    (void)state;
    begin(&p, 1, 0, true);
    run(&p, 300);
    print(&p, "\033[>1u\033[4 q");
    run(&p, 300);
    assert_int_equal(count(&p, "\033[4 q"), 1);
    assert_int_equal(count(&p, "\033[>1u"), 0);
    type(&p, ANSWERS);
    run(&p, 1500);
    assert_int_equal(count(&p, "\033[4 q"), 1);
    assert_int_equal(count(&p, "\033[>1u"), 1);
    end(&p);
}

/* A cluster is drawn whole from the moment the terminal tells that it knows the mode. */
static void
test_clusters(void **state)
{
#define EARTHLING "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8c\x8d"
    struct pair p;

    (void)state;
    begin(&p, 1, 0, true);
    print(&p, "\033[?2027h" EARTHLING "x");
    run(&p, 300);
    assert_int_equal(count(&p, "\xf0\x9f\x91\xa9\033[;3Hx"), 1);
    assert_int_equal(count(&p, EARTHLING), 0);
    type(&p, "\033[?2027;2$y" ANSWERS);
    run(&p, 300);
    assert_int_equal(count(&p, "\033[?2027h" EARTHLING "\033[?2027l\033[;3Hx"), 1);
    end(&p);
}

/* A terminal that says nothing of itself is sent nothing that it may not know. */
static void
test_mute(void **state)
{
    struct pair p;

    (void)state;
    begin(&p, 1, 0, false);
    run(&p, 300);
    print(&p, "\033[>1u\033[4 q\033]11;#ffffff\a\033]9;note\a\a\033]52;p;YQ==\a"
              "\033]11;?\a\033[?u");
    run(&p, 300);
    assert_int_equal(p.pty.len, 0);
    assert_int_equal(count(&p, "\033[>1u") + count(&p, "\033]11;") + count(&p, "note"),
                     0);
    assert_int_equal(count(&p, "\033]52;p;YQ==\a"), 1);
    type(&p, "\033]11;x\a"); /* then nothing is taken out either */
    run(&p, 300);
    assert_bytes_equal(buffer_bytes(&p.pty), BYTES_LIT("\033]11;x\a"));
    end(&p);
}

static void
numbered(char out[64], int i)
{
    if (i % 3)
        snprintf(out, 64, "\033]52;%s;QQ%02d\a", i % 2 ? "c" : "p", i);
    else
        snprintf(out, 64, "\033]777;notify;n;QQ%02d\a", i);
}

/* Every event once and in order, whatever is lost. */
static void
test_once(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        struct pair p;
        const char *at;
        char text[64];

        begin(&p, 10 * seed, seed % 4 * 15, true);
        type(&p, ANSWERS);
        run(&p, 20000);
        for (int i = 0; i < 30; i++) {
            numbered(text, i);
            print(&p, text);
            print(&p, "\033[3 q some text\r\n");
            run(&p, i % 5 ? 40 : 1);
        }
        print(&p, "\033[5 q");
        run(&p, 60000);
        at = buffer_str(&p.drawn);
        for (int i = 0; i < 30; i++) {
            numbered(text, i);
            if (count(&p, text) != 1)
                fail_msg("seed %u: event %d came %u times", seed, i, count(&p, text));
            at = strstr(at, text);
            if (at == NULL)
                fail_msg("seed %u: event %d is out of order", seed, i);
        }
        assert_non_null(strstr(at, "\033[5 q"));
        /* All were acknowledged. */
        {
            const struct display *d = transport_local(p.server->carrier.transport);

            assert_int_equal(d->events->count, 0);
        }
        end(&p);
    }
}

static void
test_large(void **state)
{
    struct buffer big = {.max = 0};
    struct pair p;

    (void)state;
    begin(&p, 5, 5, true);
    type(&p, ANSWERS);
    run(&p, 3000);
    buffer_put_str(&big, "\033]52;c;");
    for (unsigned i = 0; i < SCREEN_CLIPBOARD_MAX / 4; i++)
        buffer_put_str(&big, i % 7 ? "QUJD" : "YWJj");
    buffer_put_byte(&big, '\a');
    print(&p, buffer_str(&big));
    run(&p, 60000);
    assert_int_equal(count(&p, buffer_str(&big)), 1);
    buffer_free(&big);
    end(&p);
}

/* A client that was away gets what is still worth having. */
static void
test_returned(void **state)
{
    struct pair p;

    (void)state;
    begin(&p, 7, 0, true);
    type(&p, ANSWERS);
    run(&p, 1000);
    p.loss = 100;
    for (int i = 0; i < 10; i++) {
        char text[64];

        snprintf(text, sizeof text, "\033]9;away%d\a\033]52;c;QQQ%d\a\a", i, i);
        print(&p, text);
        run(&p, 5000);
    }
    buffer_clear(&p.drawn);
    p.loss = 0;
    run(&p, 60000);
    assert_int_equal(count(&p, "away"), 5);
    assert_int_equal(count(&p, "\033]9;away9\a"), 1);
    assert_int_equal(count(&p, "QQQ"), 1);
    assert_int_equal(count(&p, "QQQ9"), 1);
    end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_state_is_set_and_taken_back),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_mute),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_returned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
