#include "addrs.h"

#include "traversal/scout.h"

#define GATE "10.77.1.1"
#define FROM "10.77.1.2"

/* One side's scout with a network played by the test: a gateway that speaks PCP or
 * nothing, a STUN server that sees every socket at port + 1000, another one that sees it
 * 50 further. */
struct side {
    struct rng_seeded seed;
    struct scout *s;
    struct awl_addr gate, stun, stun_2;
    bool pcp, no_open, upnp, echo_stun;
    uint16_t next_port;
    char trace[1024];
    size_t len;
    uint16_t ports[32]; /* of own sockets, by number */
    unsigned deletes;
};

static void
put(struct side *w, const char *fmt, ...)
{
    va_list ap;

    if (w->len > 0)
        w->len += (size_t)snprintf(w->trace + w->len, sizeof w->trace - w->len, "; ");
    va_start(ap, fmt);
    w->len += (size_t)vsnprintf(w->trace + w->len, sizeof w->trace - w->len, fmt, ap);
    va_end(ap);
    assert_true(w->len < sizeof w->trace);
}

static void
trace_is(struct side *w, const char *want)
{
    if (strcmp(w->trace, want) != 0)
        fail_msg("got  \"%s\"\nwant \"%s\"", w->trace, want);
    w->len = 0;
    w->trace[0] = '\0';
}

static void
side_new(struct side *w, enum gather_role role)
{
    struct scout_config config = {.role = role, .map = true, .port = 60001};

    w->seed.state = 1;
    w->gate = addr_at(GATE ":5351");
    w->stun = addr_at("192.0.2.5:3478");
    w->stun_2 = addr_at("192.0.2.6:3478");
    w->next_port = 50001;
    config.rng = (struct rng){rng_seeded_fill, &w->seed};
    w->s = scout_new(&config);
}

static void
gateway_answer(struct side *w, const struct scout_output *o, uint64_t now)
{
    uint8_t d[60];

    if (o->data.len != 60)
        return;
    memcpy(d, o->data.data, 60);
    if (be32_get(d + 4) == 0) {
        w->deletes++;
        return;
    }
    if (!w->pcp)
        return;
    d[1] |= 0x80;
    memset(d + 2, 0, 2);
    memset(d + 8, 0, 16);
    memcpy(d + 56, "\xcb\x00\x71\x09", 4);
    assert_true(scout_input(w->s, o->socket, &w->gate, bytes_of(d, 60), now));
}

static void
stun_answer(struct side *w, const struct scout_output *o, uint64_t now)
{
    uint8_t d[32] = "\x01\x01\x00\x0c\x21\x12\xa4\x42";
    bool second = addr_equal(&o->to, &w->stun_2);

    memcpy(d + 8, o->data.data + 8, 12);
    memcpy(d + 20, "\x00\x01\x00\x08\x00\x01", 6);
    be16_put(d + 26, (uint16_t)(1000 + o->socket + (second ? 50 : 0)));
    memcpy(d + 28, "\xcb\x00\x71\x09", 4);
    if (w->echo_stun)
        assert_true(scout_input(w->s, o->socket, &o->to, bytes_of(d, 32), now));
}

static void
turn(struct side *w, uint64_t now)
{
    struct scout_output o;

    scout_tick(w->s, now);
    while (scout_next(w->s, &o, now)) {
        int n = o.socket - SCOUT_SOCKET;

        switch (o.kind) {
        case SCOUT_SEND:
            if (addr_equal(&o.to, &w->stun) || addr_equal(&o.to, &w->stun_2)) {
                stun_answer(w, &o, now);
            } else {
                struct awl_addr from = addr_at(FROM);

                assert_true(addr_equal(&o.to, &w->gate) &&
                            addr_same_host(&o.from, &from));
                gateway_answer(w, &o, now);
            }
            break;
        case SCOUT_OPEN:
            put(w, "open %d", n);
            assert_true(scout_owns(o.socket) && n < 32);
            if (w->no_open)
                scout_open_failed(w->s, o.socket, now);
            else
                scout_opened(w->s, o.socket, w->ports[n] = w->next_port++, now);
            break;
        case SCOUT_CLOSE: put(w, "close %d", n); break;
        case SCOUT_FOUND: put(w, "found"); break;
        case SCOUT_MAP: {
            struct awl_addr mapped = addr_at("203.0.113.9:7777"), none = {0};

            put(w, "map %u", o.port);
            assert_true(addr_same_host(&o.to, &w->gate));
            scout_igd(w->s, w->upnp ? &mapped : &none, 600, now);
            break;
        }
        case SCOUT_UNMAP: put(w, "unmap"); break;
        }
    }
    if (scout_deadline(w->s) <= now)
        fail_msg("deadline %llu is not ahead of %llu",
                 (unsigned long long)scout_deadline(w->s), (unsigned long long)now);
}

static void
run(struct side *w, uint64_t from, uint64_t until)
{
    for (turn(w, from); scout_deadline(w->s) <= until; turn(w, scout_deadline(w->s)))
        continue;
}

static void
found_is(const struct side *w, const char *want)
{
    struct scout_found f[SCOUT_FOUND_MAX];
    size_t n = scout_found(w->s, f), len = 0;
    char got[512] = "", text[CANDIDATE_TEXT_LEN];

    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(got + len, sizeof got - len, "%s%d %s", i ? "; " : "",
                                scout_owns(f[i].socket) ? f[i].socket - SCOUT_SOCKET + 100
                                                        : f[i].socket,
                                candidate_text(&f[i].cand, text));
    if (strcmp(got, want) != 0)
        fail_msg("found \"%s\", want \"%s\"", got, want);
}

static void
route(struct side *w, const char *gateway, const char *from, uint64_t now)
{
    struct scout_route r = {addr_at(gateway), addr_at(from)};

    scout_route(w->s, AWL_IPV4, &r, now);
}

static void
test_client(void **state)
{
    struct side w = {.pcp = true};

    (void)state;
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 5000);
    trace_is(&w, "open 0; open 1; found");
    found_is(&w, "101 203.0.113.9:50002 mapped, server first");

    /* It carried the session and died: a five-tuple of its own for the next try. */
    scout_lost(w.s, 1, 6000);
    turn(&w, 6000);
    trace_is(&w, "");
    scout_lost(w.s, SCOUT_SOCKET + 1, 7000);
    turn(&w, 7000);
    trace_is(&w, "open 2; close 1; found");
    assert_int_equal(w.deletes, 2);
    found_is(&w, "102 203.0.113.9:50003 mapped, server first");

    /* The end gives all of it back. */
    scout_end(w.s);
    turn(&w, 8000);
    trace_is(&w, "close 0; close 2; found");
    assert_int_equal(w.deletes, 4);
    found_is(&w, "");
    assert_true(scout_deadline(w.s) == NEVER);
    route(&w, GATE, FROM, 9000);
    turn(&w, 9000);
    trace_is(&w, "");
    scout_free(w.s);
}

static void
test_server(void **state)
{
    struct side w = {.pcp = true, .echo_stun = true};

    (void)state;
    side_new(&w, GATHER_SERVER);
    scout_socket(w.s, 0, AWL_IPV4, 60001, 0);
    scout_servers(w.s, &w.stun, 1, 0);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 5000);
    trace_is(&w, "open 0; found");
    found_is(&w, "0 203.0.113.9:60001 mapped, client first; "
                 "0 203.0.113.9:1000 seen, client first");
    assert_int_equal(scout_nat(w.s, AWL_IPV4), SCOUT_NAT_PORT_CHANGED);
    assert_int_equal(scout_nat(w.s, AWL_IPV6), SCOUT_NAT_UNKNOWN);
    scout_free(w.s);
}

static void
test_routes(void **state)
{
    static const struct {
        const char *name, *gateway, *from;
        const char *want;
    } cases[] = {
        {"behind a translator", GATE, FROM, "open 0; open 1; found"},
        {"no router", "", FROM, ""},
        {"a public address", "198.51.100.1", "198.51.100.10", ""},
        {"link-local", "169.254.0.1", "169.254.3.4", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct side w = {.pcp = true};

        side_new(&w, GATHER_CLIENT);
        route(&w, cases[i].gateway, cases[i].from, 0);
        turn(&w, 0);
        trace_is(&w, cases[i].want);
        scout_free(w.s);
    }
}

/* Another network: the old mapping is nobody's any more, and so is its socket. */
static void
test_network(void **state)
{
    struct side w = {.pcp = true, .echo_stun = true};

    (void)state;
    side_new(&w, GATHER_CLIENT);
    scout_servers(w.s, &w.stun, 1, 0);
    scout_socket(w.s, 1, AWL_IPV4, 40001, 0);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 5000);
    found_is(&w, "101 203.0.113.9:50002 mapped, server first; "
                 "1 203.0.113.9:1001 seen, client first");
    w.len = 0;
    w.trace[0] = '\0';
    /* The same one once more: only a question whether all is as it was. */
    scout_network(w.s, 20000);
    route(&w, GATE, FROM, 20000);
    run(&w, 20000, 21000);
    trace_is(&w, "found");
    w.echo_stun = false;
    scout_network(w.s, 30000);
    route(&w, "", "198.51.100.10", 30000);
    turn(&w, 30000);
    trace_is(&w, "close 0; close 1; found");
    found_is(&w, "");
    assert_int_equal(w.deletes, 0); /* there is nobody to tell */
    scout_socket_closed(w.s, 1);
    run(&w, 30000, 90000);
    assert_true(scout_deadline(w.s) == NEVER);
    scout_free(w.s);
}

/* Nobody is silent who wasn't asked, nor while one socket has an answer. */
static void
test_silent(void **state)
{
    struct side w = {0};

    (void)state;
    side_new(&w, GATHER_CLIENT);
    scout_socket(w.s, 1, AWL_IPV4, 40001, 0);
    run(&w, 0, 5000);
    assert_false(scout_silent(w.s));
    scout_servers(w.s, &w.stun, 1, 5000);
    run(&w, 5000, 5000 + STUN_ANSWER_MS - 1);
    assert_false(scout_silent(w.s));
    run(&w, 5000 + STUN_ANSWER_MS, 10000);
    assert_true(scout_silent(w.s));
    w.echo_stun = true;
    scout_socket(w.s, 2, AWL_IPV4, 40002, 10000);
    run(&w, 10000, 11000);
    assert_false(scout_silent(w.s));
    w.echo_stun = false;
    scout_network(w.s, 11000);
    assert_false(scout_silent(w.s));
    run(&w, 11000, 15000);
    assert_true(scout_silent(w.s));
    scout_free(w.s);
}

/* That a NAT varies was told by a socket that is gone; the others have one answer each.
 */
static void
test_varies(void **state)
{
    struct side w = {.echo_stun = true};
    struct awl_addr servers[2];

    (void)state;
    side_new(&w, GATHER_CLIENT);
    servers[0] = w.stun;
    servers[1] = w.stun_2;
    scout_servers(w.s, servers, 2, 0);
    scout_socket(w.s, 1, AWL_IPV4, 40001, 0);
    run(&w, 0, 1000);
    assert_int_equal(scout_nat(w.s, AWL_IPV4), SCOUT_NAT_VARIES);
    assert_int_equal(scout_nat(w.s, AWL_IPV6), SCOUT_NAT_UNKNOWN);
    scout_servers(w.s, servers, 1, 1000);
    scout_socket(w.s, 2, AWL_IPV4, 40002, 1000);
    scout_socket_closed(w.s, 1);
    run(&w, 1000, 2000);
    assert_int_equal(scout_nat(w.s, AWL_IPV4), SCOUT_NAT_VARIES);
    scout_network(w.s, 2000); /* another NAT */
    run(&w, 2000, 3000);
    assert_int_equal(scout_nat(w.s, AWL_IPV4), SCOUT_NAT_PORT_CHANGED);
    scout_free(w.s);
}

/* UPnP is asked when the others gave nothing, and renewed in time. */
static void
test_upnp(void **state)
{
    struct side w = {.upnp = true};

    (void)state;
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, PMP_NOTHING_MS - 1);
    trace_is(&w, "open 0; open 1");
    run(&w, PMP_NOTHING_MS, 299999);
    trace_is(&w, "map 50002; found");
    found_is(&w, "101 203.0.113.9:7777 mapped, server first");
    run(&w, 300000, 301000);
    trace_is(&w, "map 50002");
    /* It refuses to go on. */
    w.upnp = false;
    run(&w, 301000, 700000);
    trace_is(&w, "map 50002; close 0; close 1; found");
    found_is(&w, "");
    scout_free(w.s);

    /* A gateway that wakes up late is better. */
    w = (struct side){.upnp = true};
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 1000);
    w.pcp = true;
    w.len = 0;
    run(&w, 1000, 10000);
    trace_is(&w, "unmap; found");
    found_is(&w, "101 203.0.113.9:50002 mapped, server first");
    scout_end(w.s);
    turn(&w, 10000);
    assert_int_equal(w.deletes, 2);
    scout_free(w.s);

    /* And the end takes back what is left. */
    w = (struct side){.upnp = true};
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 1000);
    w.len = 0;
    scout_end(w.s);
    turn(&w, 1000);
    trace_is(&w, "unmap; close 0; close 1; found");
    scout_free(w.s);
}

/* Nobody gives anything: no socket is held for it. */
static void
test_nothing(void **state)
{
    struct side w = {0};

    (void)state;
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 100000);
    trace_is(&w, "open 0; open 1; map 50002; close 0; close 1");
    assert_true(scout_deadline(w.s) == NEVER);
    /* A change of network is a reason to ask again. */
    w.pcp = true;
    route(&w, GATE, FROM, 100000);
    turn(&w, 100000);
    trace_is(&w, "open 2; open 3; found");
    scout_free(w.s);

    w = (struct side){.no_open = true};
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    run(&w, 0, 100000);
    trace_is(&w, "open 0");
    assert_true(scout_deadline(w.s) == NEVER);
    scout_free(w.s);
}

/* What comes on a socket for asking is never the session's; what is not STUN's on the
 * others always is. */
static void
test_whose(void **state)
{
    struct side w = {.pcp = true};
    struct awl_addr stranger = addr_at("198.51.100.66:5351");

    (void)state;
    side_new(&w, GATHER_CLIENT);
    route(&w, GATE, FROM, 0);
    turn(&w, 0);
    assert_true(scout_input(w.s, SCOUT_SOCKET, &stranger, BYTES_LIT("anything"), 1));
    assert_false(scout_input(w.s, SCOUT_SOCKET + 1, &stranger, BYTES_LIT("anything"), 1));
    assert_false(scout_input(w.s, 1, &stranger, BYTES_LIT("anything"), 1));
    scout_free(w.s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client), cmocka_unit_test(test_server),
        cmocka_unit_test(test_routes), cmocka_unit_test(test_network),
        cmocka_unit_test(test_upnp),   cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_whose),  cmocka_unit_test(test_silent),
        cmocka_unit_test(test_varies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
