#include "punch_side.h"

#include "base/rng.h"

/* The timeline of awl-protocol(7), server not translated: a real datagram at once. */
static void
test_client_untranslated(void **state)
{
    struct side c;
    struct punch_message m = echo(1);

    (void)state;
    client_new(&c, &open_client, 1000);
    run(&c, 1000, 1099);
    assert_trace(&c, "0 open 1 v4; 0 probe 1 " SERVER_UDP);
    assert_true(punch_unechoed(c.p));
    assert_int_equal(punch_message(c.p)->gen, 1);
    punch_peer(c.p, true, true, 1100);
    punch_message_input(c.p, &m, 1100);
    assert_false(punch_unechoed(c.p));
    run(&c, 1100, 1899);
    /* six to one address, the first included */
    assert_trace(&c, "100 probe 1 " SERVER_UDP "; 100 answer; 150 probe 1 " SERVER_UDP
                     "; 250 probe 1 " SERVER_UDP "; 450 probe 1 " SERVER_UDP
                     "; 850 probe 1 " SERVER_UDP);
    punch_free(c.p);
}

static void
test_client_translated(void **state)
{
    struct client_setup setup = open_client;
    struct side c;
    struct punch_message m = echo(1);
    struct awl_addr to = addr_at(SERVER_UDP);

    (void)state;
    setup.ssh_server = "192.168.1.5:22";
    client_new(&c, &setup, 1000);
    run(&c, 1000, 1099);
    assert_trace(&c, "0 open 1 v4; 0 opener 1 " SERVER_UDP
                     " ttl 4; 10 opener 1 " SERVER_UDP " ttl 4");
    punch_peer(c.p, true, true, 1100);
    punch_message_input(c.p, &m, 1100);
    run(&c, 1100, 1500);
    punch_validated(c.p, 1, &to, 1510);
    run(&c, 1510, 20000);
    assert_trace(&c, "100 probe 1 " SERVER_UDP "; 100 answer; 150 probe 1 " SERVER_UDP
                     "; 250 probe 1 " SERVER_UDP "; 450 probe 1 " SERVER_UDP
                     "; 510 direct 1");
    punch_free(c.p);
}

/* No answer: a new port and the opposite order, then the pipe and 1, 5, 15 min. */
static void
test_client_gives_up(void **state)
{
    struct side c;
    struct punch_message m = echo(1);
    struct punch_facts facts;

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1100);
    punch_message_input(c.p, &m, 1100);
    run(&c, 1100, 2199);
    c.len = 0;
    run(&c, 2200, 2299);
    assert_trace(&c, "1200 open 2 v4; 1200 answer");
    assert_int_equal(punch_message(c.p)->gen, 2);
    assert_int_equal(punch_message(c.p)->cands.items[0].order, CANDIDATE_SERVER_FIRST);
    assert_int_equal(punch_message(c.p)->cands.items[0].addr.port, 40002);
    m = echo(2);
    punch_message_input(c.p, &m, 2300);
    run(&c, 2300, 6500);
    assert_trace(&c, "1340 probe 2 " SERVER_UDP "; 1390 probe 2 " SERVER_UDP
                     "; 1490 probe 2 " SERVER_UDP "; 1690 probe 2 " SERVER_UDP
                     "; 2090 probe 2 " SERVER_UDP "; 2890 probe 2 " SERVER_UDP
                     "; 5000 close 2; 5000 gave up 0");
    punch_facts(c.p, &facts);
    assert_false(facts.direct || facts.trying);
    /* A failed five-tuple is not tried again: the retry has a port of its own. */
    run(&c, 6500, 66000);
    assert_trace(&c, "65000 close 1; 65000 open 3 v4; 65000 probe 3 " SERVER_UDP
                     "; 65000 answer");
    assert_int_equal(punch_message(c.p)->gen, 3);
    m = echo(3);
    punch_message_input(c.p, &m, 66000);
    while (punch_deadline(c.p) != NEVER) {
        uint64_t now = punch_deadline(c.p);

        drain(&c, now);
        m = echo(punch_message(c.p)->gen);
        punch_message_input(c.p, &m, now);
        c.len = 0;
    }
    /* Four attempts in all, each with two generations. */
    assert_int_equal(punch_message(c.p)->gen, 8);
    punch_free(c.p);
}

static void
test_client_fixed_port(void **state)
{
    struct client_setup setup = open_client;
    struct side c;
    struct punch_message m = echo(1);

    (void)state;
    setup.port = 50000;
    client_new(&c, &setup, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1100);
    punch_message_input(c.p, &m, 1100);
    run(&c, 1100, 70000);
    if (strstr(c.trace, "open 2") != NULL)
        fail_msg("a second port: %s", c.trace);
    assert_non_null(strstr(c.trace, "5000 gave up 0; 65000 probe 1 " SERVER_UDP));
    assert_int_equal(punch_message(c.p)->cands.items[0].addr.port, 50000);
    punch_free(c.p);
}

static void
test_client_stock(void **state)
{
    struct client_setup setup = open_client;
    struct side c;
    struct punch_message m = echo(1);
    struct awl_addr to = addr_at(SERVER_UDP);

    (void)state;
    setup.no_pipe = true;
    client_new(&c, &setup, 1000);
    run(&c, 1000, 1100);
    assert_trace(&c, "0 open 1 v4"); /* the session's own datagrams go there */
    punch_peer(c.p, false, false, 1100);
    punch_message_input(c.p, &m, 1100);
    punch_validated(c.p, 1, &to, 1100);
    run(&c, 1100, 1000000);
    assert_trace(&c, "100 direct 1");
    assert_int_equal(punch_message(c.p)->gen, 0);
    assert_false(punch_unechoed(c.p));
    punch_free(c.p);
}

/* A new place: new generation at once, and again when the pipe stands, unless it was
 * echoed meanwhile. */
static void
test_client_roams(void **state)
{
    struct side c;
    struct awl_addr to = addr_at(SERVER_UDP), own = addr_at("192.0.2.77");
    struct awl_addr none = {0}, seen_by_ssh = addr_at("192.0.2.77:5555");
    struct awl_addr ssh_server = addr_at(SERVER ":22");
    struct punch_message m = echo(1);

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1040);
    punch_message_input(c.p, &m, 1040);
    punch_validated(c.p, 1, &to, 1050);
    punch_pipe_down(c.p, 31000);
    run(&c, 1050, 50000);
    punch_sent(c.p, &to, 50000);
    c.len = 0;
    assert_true(punch_network(c.p, &own, 1, 51000));
    run(&c, 51000, 51999);
    assert_trace(&c, "50000 probe 1 " SERVER_UDP "; 50000 answer");
    assert_int_equal(punch_message(c.p)->gen, 2);
    punch_lost(c.p, 52000);
    punch_pipe_up(c.p, &seen_by_ssh, &ssh_server, 52500);
    run(&c, 52500, 52600);
    assert_trace(&c, "51500 probe 1 " SERVER_UDP "; 51500 answer");
    assert_int_equal(punch_message(c.p)->gen, 3);
    assert_int_equal(punch_message(c.p)->cands.items[0].kind, CANDIDATE_SEEN);
    punch_pipe_up(c.p, &none, &none, 52700); /* too soon for one more */
    run(&c, 52700, 53499);
    assert_trace(&c, "");
    punch_free(c.p);
}

/* One more link-local address, a route: nothing of what is under way is lost, and sshd's
 * word still holds. */
static void
test_client_same_network(void **state)
{
    struct side c;
    struct awl_addr own[] = {addr_at(CLIENT), addr_at("fe80::1%2")};
    struct punch_message m = echo(1);

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1100);
    punch_message_input(c.p, &m, 1100);
    assert_false(punch_network(c.p, own, 2, 1150));
    run(&c, 1150, 2199);
    assert_int_equal(punch_message(c.p)->gen, 1);
    assert_int_equal(punch_message(c.p)->cands.items[0].kind, CANDIDATE_SEEN);
    run(&c, 2200, 2250);
    m = echo(2);
    punch_message_input(c.p, &m, 2250);
    run(&c, 2250, 9000);
    /* Given up: a reason to try again, with a port that has not failed. */
    c.len = 0;
    assert_false(punch_network(c.p, own, 1, 20000));
    run(&c, 20000, 20100);
    assert_non_null(strstr(c.trace, "open 3 v4"));
    assert_int_equal(punch_message(c.p)->cands.items[0].kind, CANDIDATE_SEEN);
    own[0] = addr_at("192.0.2.77");
    assert_true(punch_network(c.p, own, 2, 30000));
    punch_free(c.p);
}

/* The same while UDP works: it is asked first, and only its silence is a reason. */
static void
test_client_same_network_direct(void **state)
{
    struct side c;
    struct awl_addr to = addr_at(SERVER_UDP);
    struct awl_addr own[] = {addr_at(CLIENT), addr_at("fe80::1%2")};
    struct punch_message m = echo(1);

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1040);
    punch_message_input(c.p, &m, 1040);
    punch_validated(c.p, 1, &to, 1050);
    run(&c, 1050, 50000);
    c.len = 0;
    c.trace[0] = '\0';
    punch_sent(c.p, &to, 50000); /* no opener is due */
    assert_false(punch_network(c.p, own, 2, 51000));
    run(&c, 51000, 51250);
    assert_string_equal(c.trace, "");
    punch_silent(c.p, 51250);
    punch_silent(c.p, 51300);
    run(&c, 51250, 52000);
    assert_trace(&c, "50250 probe 1 " SERVER_UDP "; 50250 answer");
    assert_int_equal(punch_message(c.p)->gen, 2);
    punch_free(c.p);
}

/* What the server does with a generation. */
static void
test_server(void **state)
{
    static const struct {
        const char *name;
        bool dialled, echoed, no_punch;
        enum candidate_order order;
        uint32_t rtt;
        const char *want, *after_echo;
    } cases[] = {
        {"client opened", true, false, false, CANDIDATE_CLIENT_FIRST, 0,
         "0 opener 0 " CLIENT ":40001 ttl 4; 0 answer; 10 opener 0 " CLIENT
         ":40001 ttl 4; 20 probe 0 " CLIENT ":40001; 40 opener 0 " CLIENT
         ":40001 ttl 4; 150 probe 0 " CLIENT ":40001; 450 probe 0 " CLIENT ":40001",
         ""},
        {"long way", true, false, false, CANDIDATE_CLIENT_FIRST, 600,
         "0 opener 0 " CLIENT ":40001 ttl 4; 0 answer; 10 opener 0 " CLIENT
         ":40001 ttl 4; 40 opener 0 " CLIENT ":40001 ttl 4; 300 probe 0 " CLIENT
         ":40001; 350 probe 0 " CLIENT ":40001; 450 probe 0 " CLIENT ":40001",
         ""},
        {"client has not opened", false, false, false, CANDIDATE_CLIENT_FIRST, 0,
         "0 opener 0 " CLIENT ":40001 ttl 4; 0 answer; 10 opener 0 " CLIENT
         ":40001 ttl 4; 40 opener 0 " CLIENT ":40001 ttl 4",
         "1000 opener"},
        {"server first", false, false, false, CANDIDATE_SERVER_FIRST, 0,
         "0 opener 0 " CLIENT ":40001 ttl 4; 0 answer; 5 probe 0 " CLIENT
         ":40001; 10 opener 0 " CLIENT ":40001 ttl 4; 40 opener 0 " CLIENT
         ":40001 ttl 4; 150 probe 0 " CLIENT ":40001; 450 probe 0 " CLIENT ":40001",
         ""},
        {"not allowed", true, true, true, CANDIDATE_CLIENT_FIRST, 0, "0 answer", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct punch_message m = {.gen = 1, .gen_echo = cases[i].echoed};
        struct side s;

        server_new(&s, SERVER, cases[i].no_punch, 5000);
        punch_rtt(s.p, cases[i].rtt);
        add(&m, CLIENT ":40001", CANDIDATE_HOST, cases[i].order);
        if (cases[i].dialled)
            add(&m, SERVER_UDP, CANDIDATE_DIALLED, cases[i].order);
        punch_message_input(s.p, &m, 5000);
        assert_int_equal(punch_message(s.p)->gen_echo, 1);
        run(&s, 5000, 5999);
        if (strcmp(s.trace, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, s.trace,
                     cases[i].want);
        s.len = 0;
        s.trace[0] = '\0';
        if (cases[i].after_echo[0] != '\0') {
            m.gen_echo = punch_message(s.p)->gen;
            punch_message_input(s.p, &m, 6000);
            run(&s, 6000, 7000);
            assert_trace(&s, "1020 probe 0 " CLIENT ":40001; 1150 probe 0 " CLIENT
                             ":40001; 1450 probe 0 " CLIENT ":40001");
        }
        punch_free(s.p);
    }
}

/* Only the client's addresses: never our own host's, never nonsense; soon ones get no
 * more than openers. */
static void
test_server_targets(void **state)
{
    struct punch_message m = {.gen = 1};
    struct side s;

    (void)state;
    server_new(&s, SERVER, false, 5000);
    add(&m, SERVER ":22", CANDIDATE_HOST, CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8::9]:40001", CANDIDATE_HOST, CANDIDATE_SERVER_FIRST);
    add(&m, "192.0.2.50:40001", CANDIDATE_SOON, CANDIDATE_SERVER_FIRST);
    punch_message_input(s.p, &m, 5000);
    run(&s, 5000, 9000);
    assert_trace(&s, "0 opener 0 192.0.2.50:40001 ttl 4; 0 answer; 10 opener 0 "
                     "192.0.2.50:40001 ttl 4; 40 opener 0 192.0.2.50:40001 ttl 4");
    punch_free(s.p);
}

static void
test_unsolicited(void **state)
{
    static const struct {
        const char *name;
        bool candidates_first;
        bool want;
    } cases[] = {{"datagram first", false, true}, {"opener first", true, false}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct punch_message m = {.gen = 1};
        struct awl_addr from = addr_at(CLIENT ":40001"), relay = addr_at(SERVER ":5000");
        struct side s;

        server_new(&s, SERVER, false, 5000);
        add(&m, CLIENT ":40001", CANDIDATE_HOST, CANDIDATE_CLIENT_FIRST);
        punch_heard(s.p, 0, &relay, 64, 5000);
        assert_false(punch_message(s.p)->unsolicited);
        assert_int_equal(punch_message(s.p)->seen.family, AWL_NONE);
        if (cases[i].candidates_first) {
            punch_message_input(s.p, &m, 5000);
            drain(&s, 5000);
        }
        punch_heard(s.p, 0, &from, 61, 5001);
        assert_true(addr_equal(&punch_message(s.p)->seen, &from));
        if (punch_message(s.p)->unsolicited != cases[i].want)
            fail_msg("%s: want %d", cases[i].name, cases[i].want);
        punch_free(s.p);
    }
}

static void
test_keepalive(void **state)
{
    struct awl_addr to = addr_at(CLIENT ":40001"), relay = addr_at("127.0.0.1:5000");
    struct side s;

    (void)state;
    server_new(&s, SERVER, false, 5000);
    punch_validated(s.p, 0, &relay, 5000);
    punch_validated(s.p, 0, &to, 5000);
    punch_heard(s.p, 0, &to, 61, 6000);
    run(&s, 6000, 82000);
    /* 4 hops away: 1 is as far as an opener may go */
    assert_trace(&s, "25000 opener 0 " CLIENT ":40001 ttl 1; 50000 opener 0 " CLIENT
                     ":40001 ttl 1; 75000 opener 0 " CLIENT ":40001 ttl 1");
    punch_free(s.p);
}

/* The server's name has another address: it is opened to, and told to the server, which
 * learns from it what its outside is. */
static void
test_client_dialled(void **state)
{
    struct awl_addr moved = addr_at("203.0.113.99:60001");
    struct punch_message m = echo(1);
    struct side c;

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1040);
    punch_message_input(c.p, &m, 1040);
    punch_dialled(c.p, &moved, 1, 1100);
    run(&c, 1100, 1999);
    assert_int_equal(punch_message(c.p)->gen, 1); /* one a second */
    c.len = 0;
    run(&c, 2000, 2020);
    assert_int_equal(punch_message(c.p)->gen, 2);
    assert_non_null(
        candidate_set_find(&punch_message(c.p)->cands, &moved, 1u << CANDIDATE_DIALLED));
    assert_non_null(strstr(c.trace, "opener 1 203.0.113.99:60001"));
    assert_null(strstr(c.trace, SERVER_UDP));
    punch_free(c.p);
}

/* A client on both families keeps the one open that carries nothing at present, as long
 * as the socket is there. */
static void
test_other_family(void **state)
{
    struct awl_addr to = addr_at(SERVER_UDP), to6 = addr_at("[2001:db8:5::20]:60001");
    struct side c;

    (void)state;
    client_new(&c, &open_client, 0);
    punch_peer(c.p, true, true, 0);
    run(&c, 0, 40);
    punch_validated(c.p, 1, &to, 50);
    punch_validated(c.p, 7, &to6, 50);
    run(&c, 50, 20000);
    punch_sent(c.p, &to, 20000);
    c.len = 0;
    c.trace[0] = '\0';
    run(&c, 20000, 30000);
    assert_trace(&c, "25050 opener 7 [2001:db8:5::20]:60001 ttl 4");
    punch_closed(c.p, 7);
    punch_sent(c.p, &to, 45000);
    run(&c, 45000, 60000);
    assert_trace(&c, "");
    punch_free(c.p);
}

/* Ceilings, against a peer with the key and without shame. */
static void
test_hostile_peer(void **state)
{
    struct rng_seeded seed = {4711};
    struct rng rng = {rng_seeded_fill, &seed};
    enum { MINUTES = 2, STEP = 7 };

    (void)state;
    print_message("# seed %llu\n", (unsigned long long)seed.state);
    for (int role = 0; role < 2; role++) {
        struct side s;
        uint64_t second = 0, first = 1000000;
        unsigned probes = 0, openers = 0, most_probes = 0, most_openers = 0;
        uint32_t gen = 0;

        if (role == GATHER_SERVER)
            server_new(&s, SERVER, false, first);
        else
            client_new(&s, &open_client, first);
        punch_peer(s.p, true, true, first);
        for (uint64_t now = first; now < first + MINUTES * 60000; now += STEP) {
            struct punch_message m = {.gen = gen, .gen_echo = punch_message(s.p)->gen};
            struct punch_output o;

            gen += rng_below(&rng, 3);
            for (int i = 0; i < 8; i++) {
                struct candidate c = {addr_at("192.0.2.0"),
                                      rng_below(&rng, CANDIDATE_KINDS),
                                      rng_below(&rng, CANDIDATE_ORDERS)};

                c.addr.ip[3] = (uint8_t)rng_below(&rng, 250);
                c.addr.port = (uint16_t)rng_below(&rng, 65536);
                candidate_set_add(&m.cands, &c);
            }
            punch_message_input(s.p, &m, now);
            if (rng_below(&rng, 50) == 0) {
                struct awl_addr from = addr_at("192.0.2.9:9");

                punch_heard(s.p, 0, &from, (int)rng_below(&rng, 256), now);
            }
            punch_tick(s.p, now);
            while (punch_next(s.p, &o, now)) {
                if (o.kind == PUNCH_OPEN)
                    punch_opened(s.p, o.socket, 40001, now);
                probes += o.kind == PUNCH_PROBE;
                openers += o.kind == PUNCH_OPENER;
                if (o.kind == PUNCH_OPENER && (o.ttl == 0 || o.ttl > OPENER_HOPS))
                    fail_msg("an opener with ttl %u", o.ttl);
                if (o.kind == PUNCH_PROBE && !candidate_usable(&o.to))
                    fail_msg("a probe to nowhere");
            }
            assert_true(punch_deadline(s.p) > now);
            if (now / 1000 != second) {
                most_probes = MAX(most_probes, probes);
                most_openers = MAX(most_openers, openers);
                second = now / 1000;
                probes = openers = 0;
            }
        }
        /* One generation a second; a boundary may fall between two. */
        if (most_probes > 2 * 8 * 6 || most_openers > 2 * 12 * 3)
            fail_msg("role %d: %u probes, %u openers in a second", role, most_probes,
                     most_openers);
        punch_free(s.p);
    }
}

/* Both sides, joined by a pipe of 50 ms each way: each acts on the other's first
 * generation within one way, and is echoed within two. */
static void
test_both(void **state)
{
    enum { WAY = 50 };
    struct side c, s;
    struct {
        uint64_t at;
        struct punch_message m;
    } wire[2][64];
    size_t head[2] = {0, 0}, tail[2] = {0, 0};
    uint64_t echoed[2] = {0, 0};

    (void)state;
    client_new(&c, &open_client, 1000);
    server_new(&s, SERVER, false, 1000);
    punch_peer(c.p, true, true, 1000);
    for (uint64_t now = 1000; now < 1400; now += 5) {
        struct side *side[2] = {&c, &s};

        for (int i = 0; i < 2; i++) {
            while (head[i] < tail[i] && wire[i][head[i]].at <= now)
                punch_message_input(side[!i]->p, &wire[i][head[i]++].m, now);
            drain(side[i], now);
            if (!punch_unechoed(side[i]->p) && echoed[i] == 0)
                echoed[i] = now - 1000;
            /* a server speaks when it was spoken to; both every 20 ms */
            if (now % 20 == 0 && (i == 0 || head[0] > 0) && tail[i] < 64) {
                wire[i][tail[i]].at = now + WAY;
                wire[i][tail[i]++].m = *punch_message(side[i]->p);
            }
        }
    }
    if (echoed[0] > 2 * WAY + 40 || echoed[1] > 3 * WAY + 60)
        fail_msg("echoed after %llu and %llu ms", (unsigned long long)echoed[0],
                 (unsigned long long)echoed[1]);
    assert_non_null(strstr(s.trace, "opener 0 " CLIENT ":40001"));
    assert_non_null(strstr(s.trace, "probe 0 " CLIENT ":40001"));
    punch_free(c.p);
    punch_free(s.p);
}

/* How often a kind of line is in the trace. */
static unsigned
traced(const struct side *s, const char *what)
{
    unsigned n = 0;

    for (const char *at = s->trace; (at = strstr(at, what)) != NULL; at += strlen(what))
        n++;
    return n;
}

/* Who opens sockets and who guesses, by what is known of the NATs. */
static void
test_search(void **state)
{
    static const struct {
        const char *own, *ssh_server;
        uint16_t port;
        enum { UNTOLD, STEADY, VARIES } nat;
        bool peer_varies, allowed;
        unsigned opens, guesses; /* within 0.3 s of its begin */
    } cases[] = {
        {"192.168.1.5", SERVER ":22", 0, UNTOLD, false, true, 256, 0},
        {"192.168.1.5", SERVER ":22", 0, UNTOLD, false, false, 0, 0},
        {"192.168.1.5", SERVER ":22", 0, VARIES, false, true, 256, 0},
        {"192.168.1.5", SERVER ":22", 0, STEADY, false, true, 0, 0},
        {"192.168.1.5", SERVER ":22", 50000, UNTOLD, false, true, 0, 0},
        {CLIENT, SERVER ":22", 0, UNTOLD, false, true, 0, 0},
        {CLIENT, "10.0.0.2:22", 0, UNTOLD, false, true, 0, 100},
        {"192.168.1.5", "10.0.0.2:22", 0, UNTOLD, false, true, 256, 100},
        {"192.168.1.5", "10.0.0.2:22", 0, STEADY, false, true, 0, 100},
        {"192.168.1.5", "10.0.0.2:22", 0, VARIES, false, true, 256, 0},
        {"192.168.1.5", "10.0.0.2:22", 0, VARIES, true, true, 0, 0}, /* hopeless */
        {"192.168.1.5", "10.0.0.2:22", 0, UNTOLD, true, true, 0, 100},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct client_setup setup = open_client;
        struct punch_message m = echo(1);
        unsigned opens, guesses;
        struct side c;

        setup.own = cases[i].own;
        setup.ssh_server = cases[i].ssh_server;
        setup.port = cases[i].port;
        client_new(&c, &setup, 1000);
        punch_peer(c.p, true, true, 1000);
        if (cases[i].allowed)
            punch_may_search(c.p);
        if (cases[i].nat != UNTOLD)
            punch_varies(c.p, cases[i].nat == VARIES);
        if (cases[i].peer_varies) {
            m.has_spray = true;
            m.spray = (struct punch_spray){.to = addr_at(SERVER)};
        }
        run(&c, 1000, 1019);
        punch_message_input(c.p, &m, 1020);
        run(&c, 1020, 1119);
        c.len = 0;
        c.trace[0] = '\0';
        if (cases[i].nat != VARIES && !cases[i].peer_varies)
            run(&c, 1120, 1269);
        opens = traced(&c, "open ");
        if (opens != 0)
            fail_msg("case %zu: sockets before there was time for an answer", i);
        run(&c, 1120,
            1000 + (cases[i].nat == VARIES || cases[i].peer_varies ? 420u : 570u));
        opens = traced(&c, "open ");
        guesses = traced(&c, "ttl 0");
        if (opens != cases[i].opens || guesses < cases[i].guesses ||
            guesses > cases[i].guesses + 5)
            fail_msg("case %zu: %u sockets and %u guesses, want %u and %u", i, opens,
                     guesses, cases[i].opens, cases[i].guesses);
        assert_int_equal(punch_message(c.p)->has_spray, opens + guesses > 0);
        punch_free(c.p);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_untranslated),
        cmocka_unit_test(test_client_translated),
        cmocka_unit_test(test_client_gives_up),
        cmocka_unit_test(test_client_fixed_port),
        cmocka_unit_test(test_client_stock),
        cmocka_unit_test(test_client_roams),
        cmocka_unit_test(test_client_same_network),
        cmocka_unit_test(test_client_same_network_direct),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_server_targets),
        cmocka_unit_test(test_unsolicited),
        cmocka_unit_test(test_client_dialled),
        cmocka_unit_test(test_keepalive),
        cmocka_unit_test(test_other_family),
        cmocka_unit_test(test_hostile_peer),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
