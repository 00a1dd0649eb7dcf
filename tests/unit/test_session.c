#include "addrs.h"

#include "session/client.h"
#include "session/server.h"

#define START 1000000u
#define PORT  60001u

/* Two engines and nothing between them: what one sends the other has at once. */
struct pair {
    struct awl_client *client;
    struct awl_server *server;
    struct rng_seeded chance[2];
    uint64_t now;
    bool cut;         /* nothing arrives */
    size_t longest;   /* datagram of the server */
    char trace[8192]; /* all other outputs, as words */
    struct awl_output client_end, server_end;
    bool client_done, server_done;
};

static void
put(struct pair *p, const char *fmt, ...)
{
    size_t len = strlen(p->trace);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(p->trace + len, sizeof(p->trace) - len, fmt, ap);
    va_end(ap);
}

static void
put_keys(struct pair *p, const uint8_t *data, size_t len)
{
    put(p, "<");
    for (size_t i = 0; i < len; i++)
        put(p, data[i] < ' ' || data[i] > '~' ? "\\%02x" : "%c", data[i]);
    put(p, ">");
}

#define assert_trace(p, want)                                                            \
    do {                                                                                 \
        if (strcmp((p)->trace, want) != 0)                                               \
            fail_msg("%s:%d: got \"%s\", want \"%s\"", __FILE__, __LINE__, (p)->trace,   \
                     want);                                                              \
        (p)->trace[0] = '\0';                                                            \
    } while (0)

static struct awl_server_config
server_config(struct pair *p)
{
    return (struct awl_server_config){
        .port = PORT, .random = {rng_seeded_fill, &p->chance[0]}, .hole_ttl_s = 0};
}

static void
start_server(struct pair *p, const struct awl_server_config *config)
{
    p->server = awl_server_new(config, p->now);
}

static void
start_client(struct pair *p)
{
    struct awl_addr server = addr_at("203.0.113.20:60001");
    struct awl_client_config config = {.cols = 80,
                                       .rows = 24,
                                       .servers = &server,
                                       .server_count = 1,
                                       .server_port = PORT,
                                       .can_dial = true,
                                       .escape = 0x1e,
                                       .random = {rng_seeded_fill, &p->chance[1]}};

    p->client = awl_client_new(&config, p->now);
}

static void
pair_init(struct pair *p)
{
    *p = (struct pair){.chance = {{1}, {2}}, .now = START};
}

static void
pair_free(struct pair *p)
{
    awl_client_free(p->client);
    awl_server_free(p->server);
}

static void
server_output(struct pair *p, const struct awl_output *o)
{
    struct awl_datagram d = {.socket = 1,
                             .from = addr_at("203.0.113.20:60001"),
                             .ttl = 60,
                             .data = o->data,
                             .len = o->len};
    char text[ADDR_TEXT_LEN];

    switch (o->kind) {
    case AWL_SEND:
        if (o->len == 0)
            put(p, "opener %s ttl %d;", addr_port_text(&o->to, text), o->ttl);
        p->longest = MAX(p->longest, o->len);
        if (p->client != NULL && !p->cut)
            awl_client_datagram(p->client, &d, p->now);
        break;
    case AWL_START: put(p, "start;"); break;
    case AWL_PTY_WRITE: put_keys(p, o->data, MIN(o->len, 60)); break;
    case AWL_PTY_SIZE: put(p, "%dx%d;", o->cols, o->rows); break;
    case AWL_PEER:
        put(p, "peer %s;", o->to.family != AWL_NONE ? addr_text(&o->to, text) : "gone");
        break;
    case AWL_DONE:
        p->server_done = true;
        p->server_end = *o;
        break;
    case AWL_PIPE:
    case AWL_OPEN:
    case AWL_CLOSE:
    case AWL_DIAL:
    case AWL_HANGUP:
    case AWL_SUSPEND:
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_HOPS:
    case AWL_PATH: fail_msg("a server gave output %d", (int)o->kind);
    }
}

static void
client_output(struct pair *p, const struct awl_output *o)
{
    struct awl_datagram d = {.from = addr_at("198.51.100.10:40001"),
                             .to = addr_at("203.0.113.20:60001"),
                             .ttl = 60,
                             .data = o->data,
                             .len = o->len};

    switch (o->kind) {
    case AWL_SEND:
        if (p->server != NULL && !p->cut)
            awl_server_datagram(p->server, &d, p->now);
        break;
    case AWL_OPEN: awl_client_opened(p->client, o->socket, 40001, p->now); break;
    case AWL_DIAL: put(p, o->interactive ? "dial by hand;" : "dial;"); break;
    case AWL_HANGUP: put(p, "hang up;"); break;
    case AWL_SUSPEND: put(p, "suspend;"); break;
    case AWL_DONE:
        p->client_done = true;
        p->client_end = *o;
        break;
    case AWL_PIPE:
    case AWL_CLOSE:
    case AWL_MAP:
    case AWL_UNMAP:
    case AWL_HOPS:
    case AWL_PATH: break;
    case AWL_START:
    case AWL_PTY_WRITE:
    case AWL_PTY_SIZE:
    case AWL_PEER: fail_msg("a client gave output %d", (int)o->kind);
    }
}

static void
turn(struct pair *p)
{
    struct awl_output o;

    if (p->client != NULL && !p->client_done) {
        awl_client_tick(p->client, p->now);
        while (awl_client_next(p->client, &o, p->now))
            client_output(p, &o);
    }
    if (p->server != NULL && !p->server_done) {
        awl_server_tick(p->server, p->now);
        while (awl_server_next(p->server, &o, p->now))
            server_output(p, &o);
    }
}

static uint64_t
deadline(const struct pair *p)
{
    uint64_t d = NEVER;

    if (p->client != NULL)
        d = sooner(d, awl_client_deadline(p->client));
    if (p->server != NULL)
        d = sooner(d, awl_server_deadline(p->server));
    return MAX(d, p->now + 1);
}

static void
run(struct pair *p, uint64_t ms)
{
    uint64_t end = p->now + ms;

    turn(p);
    while (deadline(p) <= end) {
        p->now = deadline(p);
        turn(p);
    }
    p->now = end;
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

/* A session that has begun; the trace is empty. */
static void
begin(struct pair *p)
{
    struct awl_server_config config;

    pair_init(p);
    config = server_config(p);
    start_server(p, &config);
    start_client(p);
    run(p, 200);
    assert_trace(p, "start;80x24;peer 198.51.100.10;");
}

static void
test_keys(void **state)
{
    static const struct {
        const char *output, *keys, *want;
    } cases[] = {
        {"", "ls\r", "<ls\\0d>"},
        {"", "\x1e^\x1ex", "<\\1e\\1ex>"},
        {"", "\033OA", "<\\1b[A>"},
        {"\033[?1h", "\033OA", "<\\1bOA>"},
        {"\033[?1l", "\033OH", "<\\1bOH>"},
        {"", "\033O", "<\\1b><O>"}, /* held back for a moment, not for ever */
        {"\033[c", "", "<\\1b[?62;22c>"},
        {"", "\x1e\x1a", "suspend;"},
        {"", "\x1er", "dial by hand;"},
    };
    struct pair p;

    (void)state;
    begin(&p);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        print(&p, cases[i].output);
        run(&p, 100);
        type(&p, cases[i].keys);
        run(&p, 100);
        /* Which attributes a terminal claims is the emulator's matter. */
        if (strcmp(cases[i].output, "\033[c") == 0)
            assert_non_null(strstr(p.trace, "<\\1b[?"));
        else if (strcmp(p.trace, cases[i].want) != 0)
            fail_msg("case %zu: got \"%s\", want \"%s\"", i, p.trace, cases[i].want);
        p.trace[0] = '\0';
    }
    pair_free(&p);
}

static void
test_sizes(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    awl_client_resize(p.client, 100, 30, p.now);
    awl_client_resize(p.client, 90, 20, p.now);
    type(&p, "a");
    awl_client_resize(p.client, 0, 20, p.now); /* nonsense */
    awl_client_resize(p.client, 70, 20, p.now);
    run(&p, 100);
    assert_trace(&p, "90x20;<a>70x20;");
    assert_int_equal(p.server->screen->cols, 70);
    pair_free(&p);
}

static uint64_t
echo_ack(const struct pair *p)
{
    const struct display *d = transport_remote(p->client->carrier.transport);

    return d->echo_ack;
}

static void
test_echo_ack(void **state)
{
    struct pair p;
    uint64_t sent;

    (void)state;
    begin(&p);
    /* A program that answers: as soon as it has been quiet for a moment. */
    run(&p, 1000);
    type(&p, "a");
    run(&p, 2);
    sent = transport_sent_num(p.client->carrier.transport);
    print(&p, "a");
    run(&p, 1);
    assert_true(echo_ack(&p) < sent);
    run(&p, 10);
    assert_true(echo_ack(&p) >= sent);
    /* One that doesn't: after 50 ms. */
    type(&p, "b");
    run(&p, 2);
    sent = transport_sent_num(p.client->carrier.transport);
    run(&p, 40);
    assert_true(echo_ack(&p) < sent);
    run(&p, 20);
    assert_true(echo_ack(&p) >= sent);
    /* One that talks all the time proves nothing by talking. */
    print(&p, "x");
    run(&p, 10);
    type(&p, "c");
    run(&p, 2);
    sent = transport_sent_num(p.client->carrier.transport);
    print(&p, "y");
    run(&p, 20);
    assert_true(echo_ack(&p) < sent);
    pair_free(&p);
}

/* What a key brings, `more` 4 ms after the first piece; is it acknowledged with that? */
static bool
acked_at_once(struct pair *p, const char *keys, const char *more)
{
    uint64_t sent;
    bool acked;

    run(p, 1000);
    for (; *keys != '\0'; keys++) {
        type(p, (char[]){*keys, '\0'});
        run(p, 5);
    }
    sent = transport_sent_num(p->client->carrier.transport);
    print(p, "echo");
    turn(p); /* the server speaks, */
    turn(p); /* the client listens */
    acked = echo_ack(p) >= sent;
    run(p, 4);
    if (more[0] != '\0')
        print(p, more);
    run(p, 100);
    assert_true(echo_ack(p) >= sent);
    return acked;
}

static void
test_echo_acked_at_once(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    /* Once a program has answered some keys with one piece each, */
    for (int i = 0; i < (int)SERVER_WHOLE; i++)
        assert_false(acked_at_once(&p, "a", ""));
    assert_true(acked_at_once(&p, "a", ""));
    /* but its first answer to several keys isn't all, */
    assert_false(acked_at_once(&p, "abc", ""));
    assert_true(acked_at_once(&p, "a", ""));
    /* nor what it first says after Enter, of which the rest may take its time; */
    assert_false(acked_at_once(&p, "\r", "prompt"));
    assert_true(acked_at_once(&p, "a", ""));
    /* and after an answer in two pieces it is believed no more. */
    assert_true(acked_at_once(&p, "a", "suggestion"));
    assert_false(acked_at_once(&p, "a", ""));
    p.trace[0] = '\0';
    pair_free(&p);
}

/* A picture that no message holds: 1000 columns and 300 rows, each cell in colours of its
 * own, comes in several; at first without loss, then after the way was cut. */
static void
test_huge(void **state)
{
    struct pair p;
    struct buffer all = {.max = 0};

    (void)state;
    begin(&p);
    awl_client_resize(p.client, 1000, 300, p.now);
    run(&p, 1000);
    p.trace[0] = '\0';
    for (int cut = 0; cut < 2; cut++) {
        buffer_put_str(&all, "\033[H");
        for (unsigned i = 0; i < 300000; i++)
            buffer_printf(&all, "\033[38;2;%u;%u;%u;48;2;%u;9;%um%c", i * 7 % 251,
                          i * 13 % 241, i % 239, i * 3 % 233, i % 229 + (unsigned)cut,
                          'a' + (int)(i % 26));
        for (size_t at = 0; at < all.len; at += 16384)
            awl_server_pty(p.server, all.data + at, MIN(16384, all.len - at), p.now);
        run(&p, cut ? 40 : 0);
        p.cut = cut;
        run(&p, 700);
        p.cut = false;
        run(&p, 20000);
        assert_true(screen_equal_but_copies(
            ((struct display *)transport_remote(p.client->carrier.transport))->screen,
            p.server->screen));
        buffer_clear(&all);
    }
    buffer_free(&all);
    pair_free(&p);
}

static void
test_push_back(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    awl_server_pty_queued(p.server, SERVER_PTY_MAX, p.now);
    type(&p, "abc");
    run(&p, 5000);
    assert_trace(&p, "");
    awl_server_pty_queued(p.server, 0, p.now);
    run(&p, 3000);
    assert_trace(&p, "<abc>");
    /* Far more than is good: the terminal isn't read meanwhile. */
    assert_true(awl_client_wants_keys(p.client));
    p.cut = true;
    for (int i = 0; i < 3000; i++)
        type(&p, "0123456789012345678901234567890123456789");
    run(&p, 100);
    assert_false(awl_client_wants_keys(p.client));
    pair_free(&p);
}

static void
test_replies_are_bounded(void **state)
{
    struct pair p;
    size_t held;

    (void)state;
    begin(&p);
    awl_server_pty_queued(p.server, SERVER_PTY_MAX, p.now);
    for (int i = 0; i < 30000; i++)
        print(&p, "\033[c\033[6n\033[>c");
    held = p.server->pty_out.len;
    if (held > SERVER_REPLY_MAX)
        fail_msg("%zu bytes of answers held, want at most %u", held, SERVER_REPLY_MAX);
    pair_free(&p);
}

static void
test_alone(void **state)
{
    static const struct {
        uint32_t timeout_s;
        uint64_t quiet, over;
    } cases[] = {{0, 59999, 60000}, {5, 4999, 5000}, {100, 59999, 60000}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_server_config config;
        struct pair p;

        pair_init(&p);
        config = server_config(&p);
        config.network_timeout_s = cases[i].timeout_s;
        start_server(&p, &config);
        run(&p, cases[i].quiet);
        if (p.server_done)
            fail_msg("case %zu: over before %llu ms", i,
                     (unsigned long long)cases[i].quiet);
        run(&p, cases[i].over - cases[i].quiet);
        if (!p.server_done || p.server_end.end != AWL_END_NO_CONTACT)
            fail_msg("case %zu: done %d, end %d", i, p.server_done,
                     (int)p.server_end.end);
        pair_free(&p);
    }
}

static void
test_network_timeout(void **state)
{
    struct awl_server_config config;
    struct pair p;

    (void)state;
    pair_init(&p);
    config = server_config(&p);
    config.network_timeout_s = 20;
    start_server(&p, &config);
    start_client(&p);
    run(&p, 60000);
    assert_false(p.server_done); /* an idle client is a client */
    p.cut = true;
    run(&p, 19000);
    assert_false(p.server_done);
    run(&p, 16000);
    assert_true(p.server_done);
    assert_int_equal(p.server_end.end, AWL_END_UNCLEAN);
    pair_free(&p);
}

static void
test_peer(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    p.cut = true;
    run(&p, 29000);
    p.trace[0] = '\0'; /* the client dials */
    run(&p, 2100);
    assert_non_null(strstr(p.trace, "peer gone;"));
    p.trace[0] = '\0';
    p.cut = false;
    run(&p, 4000);
    assert_non_null(strstr(p.trace, "peer 198.51.100.10;"));
    pair_free(&p);
}

static void
test_control(void **state)
{
    static const char lines[] = "192.0.2.7 40001\nnonsense\n2001:db8::1 5\n";
    struct awl_server_config config;
    struct pair p;

    (void)state;
    for (int no_punch = 0; no_punch < 2; no_punch++) {
        pair_init(&p);
        config = server_config(&p);
        config.no_punch = no_punch;
        start_server(&p, &config);
        awl_server_control(p.server, (const uint8_t *)lines, sizeof(lines) - 1, p.now);
        turn(&p);
        assert_trace(
            &p,
            no_punch ? "" : "opener 192.0.2.7:40001 ttl 0;opener [2001:db8::1]:5 ttl 0;");
        pair_free(&p);
    }
}

static void
test_no_server(void **state)
{
    struct pair p;

    (void)state;
    pair_init(&p);
    start_client(&p);
    run(&p, 14900);
    assert_false(p.client_done);
    run(&p, 15000);
    assert_true(p.client_done);
    assert_int_equal(p.client_end.end, AWL_END_NO_CONTACT);
    pair_free(&p);
}

static void
test_endings(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    type(&p, "\x1e.");
    run(&p, 2000);
    assert_true(p.client_done && p.server_done);
    assert_int_equal(p.client_end.end, AWL_END_LOCAL);
    assert_int_equal(p.server_end.end, AWL_END_REMOTE);
    assert_false(p.client_end.exit_known);
    pair_free(&p);

    begin(&p);
    print(&p, "last words");
    awl_server_pty_end(p.server, 7, 0, p.now);
    assert_false(awl_server_wants_pty(p.server));
    run(&p, 2000);
    assert_true(p.client_done && p.server_done);
    assert_int_equal(p.client_end.end, AWL_END_REMOTE);
    assert_true(p.client_end.exit_known);
    assert_int_equal(p.client_end.exit_status, 7);
    {
        const uint8_t *data;
        size_t len;

        awl_client_text(p.client, &data, &len);
        assert_bytes_equal(bytes_of(data, len), BYTES_LIT("last words\n"));
    }
    assert_true(awl_client_deadline(p.client) == NEVER);
    pair_free(&p);

    begin(&p); /* out of contact: a second request does not wait */
    p.cut = true;
    awl_client_quit(p.client, "why", p.now);
    turn(&p);
    assert_false(p.client_done);
    awl_client_quit(p.client, "why", p.now);
    turn(&p);
    assert_true(p.client_done);
    assert_int_equal(p.client_end.end, AWL_END_UNCLEAN);
    pair_free(&p);
}

static void
test_text(void **state)
{
    static const struct {
        const char *output, *text;
    } cases[] = {
        {"", ""},
        {"a  b   ", "a  b\n"},
        {"\r\n\r\nx", "\n\nx\n"},
        {"\033[3Cy", "   y\n"},
        {"\xe6\xbc\xa2!\xe6\xbc\xa2", "\xe6\xbc\xa2!\xe6\xbc\xa2\n"},
        {"e\xcc\x81", "e\xcc\x81\n"},
    };
    struct pair p;

    (void)state;
    begin(&p);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const uint8_t *data;
        size_t len;

        print(&p, "\033c");
        print(&p, cases[i].output);
        run(&p, 200);
        awl_client_text(p.client, &data, &len);
        assert_bytes_equal(bytes_of(data, len), bytes_str(cases[i].text));
    }
    pair_free(&p);
}

static void
test_strangers(void **state)
{
    static const uint8_t junk[64] = {1, 2, 3};
    struct awl_datagram d = {
        .socket = 1, .from = addr_at("192.0.2.66:999"), .data = junk};
    struct pair p;

    (void)state;
    begin(&p);
    run(&p, 100);
    /* Openers are empty; they change nothing and are not talked about. */
    awl_client_datagram(p.client, &d, p.now);
    awl_server_datagram(p.server, &d, p.now);
    run(&p, 10);
    assert_null(notice_text(&p.client->notice, 80));
    for (d.len = 1; d.len <= sizeof(junk); d.len++) {
        awl_client_datagram(p.client, &d, p.now);
        awl_server_datagram(p.server, &d, p.now);
    }
    run(&p, 10);
    assert_trace(&p, "");
    type(&p, "a");
    run(&p, 50);
    assert_trace(&p, "<a>");
    pair_free(&p);
}

static void
test_too_long(void **state)
{
    struct pair p;

    (void)state;
    begin(&p);
    awl_server_send_failed(p.server, "message too long", true, p.now);
    p.longest = 0;
    for (int i = 0; i < 24; i++)
        for (int x = 0; x < 80; x++) {
            char c[2] = {
                (char)('!' + rng_u64(&(struct rng){rng_seeded_fill, &p.chance[0]}) % 90),
                0};

            print(&p, c);
        }
    run(&p, 1000);
    assert_true(p.longest > 400);
    if (p.longest > TRANSPORT_LIMIT_MIN)
        fail_msg("a datagram of %zu bytes after one was too long", p.longest);
    pair_free(&p);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_echo_ack),
        cmocka_unit_test(test_echo_acked_at_once),
        cmocka_unit_test(test_huge),
        cmocka_unit_test(test_push_back),
        cmocka_unit_test(test_replies_are_bounded),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_network_timeout),
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_no_server),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
