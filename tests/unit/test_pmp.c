#include "addrs.h"

#include "traversal/pmp.h"

#define PORT 40001

/* A gateway played by the test. */
struct gate {
    struct rng_seeded seed;
    struct pmp *pmp;
    struct awl_addr addr;
    bool pcp, pmp_too; /* what it speaks; */
    bool unsupported;  /* and it says so of what it doesn't */
    unsigned result;   /* of everything */
    uint16_t port;     /* given; 0: what is suggested */
    const char *external;
    uint32_t lease, epoch;
    bool stopped; /* its clock, which otherwise runs as ours */
    /* what came */
    unsigned pcp_asked, pmp_asked, address_asked, deleted;
    uint16_t suggested;
    /* what the engine said since last looked at */
    unsigned mapped, lost, nothing;
    char at[ADDR_TEXT_LEN];
};

static void
gate_begin(struct gate *g, const char *gateway, const char *from, uint64_t now)
{
    struct pmp_config config = {.port = PORT};

    g->seed.state = 1;
    g->addr = addr_at(gateway);
    config.gateway = g->addr;
    config.from = addr_at(from);
    config.rng = (struct rng){rng_seeded_fill, &g->seed};
    g->addr.port = PMP_PORT;
    g->lease = g->lease ? g->lease : PMP_LEASE_S;
    g->external = g->external != NULL ? g->external : "203.0.113.9";
    g->pmp = pmp_new(&config, now);
}

static void
send(struct gate *g, const uint8_t *data, size_t len, uint64_t now)
{
    pmp_input(g->pmp, &g->addr, bytes_of(data, len), now);
}

static uint32_t
epoch_at(const struct gate *g, uint64_t now)
{
    return g->epoch + (g->stopped ? 0 : (uint32_t)(now / 1000));
}

static void
pcp_answer(struct gate *g, struct bytes d, uint64_t now)
{
    uint8_t out[60];
    struct awl_addr a = addr_at(g->external);
    uint16_t suggested = be16_get(d.data + 42);

    assert_int_equal(d.len, 60);
    if (be32_get(d.data + 4) == 0) {
        g->deleted++;
        return;
    }
    g->pcp_asked++;
    g->suggested = suggested;
    if (!g->pcp && g->unsupported)
        send(g, (const uint8_t *)"\0\x81\0\1\0\0\0\x07", 8, now);
    if (!g->pcp)
        return;
    memcpy(out, d.data, sizeof out);
    out[1] |= 0x80;
    memset(out + 2, 0, 22);
    out[3] = (uint8_t)g->result;
    be32_put(out + 4, g->result ? 30 : g->lease);
    be32_put(out + 8, epoch_at(g, now));
    be16_put(out + 42, g->port ? g->port : suggested);
    memset(out + 44, 0, 16);
    if (a.family == AWL_IPV4) {
        out[54] = out[55] = 0xff;
        memcpy(out + 56, a.ip, 4);
    } else {
        memcpy(out + 44, a.ip, 16);
    }
    send(g, out, sizeof out, now);
}

static void
pmp_answer(struct gate *g, struct bytes d, uint64_t now)
{
    uint8_t out[16] = {0};
    struct awl_addr a = addr_at(g->external);
    bool map = d.data[1] == 1;

    if (map && be32_get(d.data + 8) == 0) {
        assert_int_equal(be16_get(d.data + 6), 0);
        g->deleted++;
        return;
    }
    if (map) {
        assert_int_equal(d.len, 12);
        assert_int_equal(be16_get(d.data + 4), PORT);
        g->pmp_asked++;
        g->suggested = be16_get(d.data + 6);
    } else {
        assert_int_equal(d.len, 2);
        g->address_asked++;
    }
    if (!g->pmp_too)
        return;
    out[1] = map ? 129 : 128;
    be16_put(out + 2, (uint16_t)g->result);
    be32_put(out + 4, epoch_at(g, now));
    if (map) {
        memcpy(out + 8, d.data + 4, 2);
        be16_put(out + 10, g->port ? g->port : g->suggested);
        be32_put(out + 12, g->lease);
    } else {
        memcpy(out + 8, a.ip, 4);
    }
    send(g, out, map ? 16 : 12, now);
}

/* Everything that is due now, answered at once. */
static void
gate_turn(struct gate *g, uint64_t now)
{
    struct pmp_output out;

    pmp_tick(g->pmp, now);
    while (pmp_next(g->pmp, &out, now)) {
        struct bytes d = out.data;

        switch (out.kind) {
        case PMP_SEND:
            assert_true(addr_equal(&out.to, &g->addr));
            if (d.data[0] == 2)
                pcp_answer(g, d, now);
            else
                pmp_answer(g, d, now);
            break;
        case PMP_MAPPED:
            g->mapped++;
            addr_port_text(&out.mapped, g->at);
            break;
        case PMP_LOST:
            g->lost++;
            g->at[0] = '\0';
            break;
        case PMP_NOTHING: g->nothing++; break;
        }
    }
    if (pmp_deadline(g->pmp) <= now)
        fail_msg("deadline %llu is not ahead of %llu",
                 (unsigned long long)pmp_deadline(g->pmp), (unsigned long long)now);
}

static uint64_t
gate_run(struct gate *g, uint64_t from, uint64_t until)
{
    uint64_t now = from;

    for (gate_turn(g, now); pmp_deadline(g->pmp) <= until; gate_turn(g, now))
        now = pmp_deadline(g->pmp);
    return now;
}

static void
test_gateways(void **state)
{
    static const struct {
        const char *name;
        bool pcp, pmp_too, unsupported;
        unsigned result;
        uint16_t port;
        const char *external;
        uint64_t within; /* of the first candidate */
        const char *at;
        unsigned nothing;
    } cases[] = {
        {"PCP", true, true, true, 0, 0, "203.0.113.9", 0, "203.0.113.9:40001", 0},
        {"PCP gives another port", true, false, false, 0, 7777, "203.0.113.9", 0,
         "203.0.113.9:7777", 0},
        {"NAT-PMP, and says so", false, true, true, 0, 0, "203.0.113.9", 0,
         "203.0.113.9:40001", 0},
        {"NAT-PMP, silent to PCP", false, true, false, 0, 7777, "203.0.113.9", 250,
         "203.0.113.9:7777", 0},
        {"nobody", false, false, false, 0, 0, "203.0.113.9", 0, "", 1},
        {"PCP says no", true, false, false, 2, 0, "203.0.113.9", 0, "", 1},
        {"PCP, another NAT between", true, false, false, 12, 0, "203.0.113.9", 0, "", 1},
        {"PCP without MAP, and NAT-PMP", true, true, true, 4, 0, "203.0.113.9", 0, "", 1},
        {"NAT-PMP says no", false, true, true, 2, 0, "203.0.113.9", 0, "", 1},
        {"no address outside", true, true, true, 0, 0, "0.0.0.0", 0, "", 1},
        {"a loopback address outside", false, true, true, 0, 0, "127.0.0.1", 0, "", 1},
        {"multicast outside", true, true, true, 0, 0, "224.0.0.1", 0, "", 1},
        {"a private one is one", true, true, true, 0, 0, "100.64.3.4", 0,
         "100.64.3.4:40001", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct gate g = {.pcp = cases[i].pcp,
                         .pmp_too = cases[i].pmp_too,
                         .unsupported = cases[i].unsupported,
                         .result = cases[i].result,
                         .port = cases[i].port,
                         .external = cases[i].external};
        uint64_t now = 5000;
        struct awl_addr mapped;
        char text[ADDR_TEXT_LEN];

        gate_begin(&g, "10.77.1.1", "10.77.1.2", now);
        now = gate_run(&g, now, now + cases[i].within);
        if (strcmp(g.at, cases[i].at) != 0)
            fail_msg("%s: got \"%s\" at %llu, want \"%s\"", cases[i].name, g.at,
                     (unsigned long long)now, cases[i].at);
        gate_run(&g, now, now + 40000);
        mapped = pmp_mapped(g.pmp);
        addr_port_text(&mapped, text);
        if (strcmp(g.at, cases[i].at) != 0 || g.nothing != cases[i].nothing ||
            (g.at[0] != '\0' && strcmp(text, g.at) != 0))
            fail_msg("%s: got \"%s\" (%s), %u times nothing, want \"%s\" %u",
                     cases[i].name, g.at, text, g.nothing, cases[i].at, cases[i].nothing);
        if (g.pcp_asked + g.pmp_asked > 12)
            fail_msg("%s: asked %u times", cases[i].name, g.pcp_asked + g.pmp_asked);
        pmp_free(g.pmp);
    }
}

static void
test_silence(void **state)
{
    struct gate g = {0};

    (void)state;
    gate_begin(&g, "10.77.1.1", "10.77.1.2", 1000);
    gate_run(&g, 1000, 1000 + PMP_NOTHING_MS - 1);
    assert_int_equal(g.nothing, 0);
    gate_run(&g, 1000 + PMP_NOTHING_MS, 1000 + PMP_NOTHING_MS);
    assert_int_equal(g.nothing, 1);
    /* It wakes up late. */
    g.pcp = true;
    gate_run(&g, 9000, 20000);
    assert_string_equal(g.at, "203.0.113.9:40001");
    pmp_free(g.pmp);

    g = (struct gate){0};
    gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
    gate_run(&g, 0, 10 * PMP_GIVE_UP_MS);
    assert_true(pmp_deadline(g.pmp) == NEVER);
    pmp_release(g.pmp);
    gate_turn(&g, 10 * PMP_GIVE_UP_MS); /* nothing was got, nothing is given back */
    assert_int_equal(g.deleted, 0);
    pmp_free(g.pmp);
}

static void
test_lease(void **state)
{
    static const bool kinds[] = {true, false};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct gate g = {.pcp = kinds[i],
                         .pmp_too = true,
                         .unsupported = true,
                         .port = 7777,
                         .lease = 600};
        unsigned *asked = kinds[i] ? &g.pcp_asked : &g.pmp_asked;
        uint64_t renewed;

        gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
        gate_run(&g, 0, 1000);
        assert_int_equal(*asked, 1);
        assert_int_equal(g.suggested, PORT);
        gate_run(&g, 1000, 299999);
        assert_int_equal(*asked, 1);
        renewed = gate_run(&g, 300000, 375000);
        assert_in_range(renewed, 300000, 375000); /* between 1/2 and 5/8 */
        assert_int_equal(*asked, 2);
        assert_int_equal(g.suggested, 7777); /* the same as before, please */
        assert_int_equal(g.mapped, 1);

        /* The provider gave the gateway another address. */
        g.external = "198.51.100.7";
        gate_run(&g, renewed + 1, renewed + 375000);
        assert_string_equal(g.at, "198.51.100.7:7777");
        assert_int_equal(g.lost, 1);
        assert_int_equal(g.mapped, 2);

        /* It falls silent: asked again before the end, and given up at the end. */
        g.pcp = g.pmp_too = g.unsupported = false;
        renewed = pmp_deadline(g.pmp);
        gate_run(&g, renewed, renewed + 250000);
        assert_int_equal(g.lost, 1);
        assert_true(*asked > 10);
        gate_run(&g, renewed + 250000, renewed + 300000);
        assert_int_equal(g.lost, 2);
        assert_string_equal(g.at, "");
        pmp_free(g.pmp);
    }
}

/* A machine that slept through the lease has nothing when it wakes. */
static void
test_sleep(void **state)
{
    struct gate g = {.pcp = true};

    (void)state;
    gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
    gate_run(&g, 0, 1000);
    assert_int_equal(g.mapped, 1);
    gate_turn(&g, 8 * 3600000);
    assert_int_equal(g.pcp_asked, 2);
    assert_int_equal(g.lost, 1);
    assert_int_equal(g.mapped, 2);
    pmp_free(g.pmp);
}

static void
test_epoch(void **state)
{
    static const struct {
        const char *name;
        uint32_t before, after, seconds;
        bool lost;
    } cases[] = {
        {"in step", 1000, 1060, 60, false},
        {"a second behind is rounding", 1000, 999, 0, false},
        {"its clock is a little slow", 1000, 1056, 60, false},
        {"its clock is a little fast", 1000, 1064, 60, false},
        {"restarted", 1000, 5, 60, true},
        {"restarted long ago", 10, 1000, 3000, true},
        {"jumped ahead", 10, 1000, 60, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct gate g = {.pcp = true, .epoch = cases[i].before, .stopped = true};
        uint64_t now = 20000;

        gate_begin(&g, "10.77.1.1", "10.77.1.2", now);
        gate_turn(&g, now);
        /* Not more often than every 10 s. */
        pmp_check(g.pmp, now + 1);
        gate_turn(&g, now + 1);
        assert_int_equal(g.pcp_asked, 1);
        now += 1000ull * cases[i].seconds;
        if (cases[i].seconds == 0) {
            pmp_free(g.pmp);
            continue;
        }
        g.epoch = cases[i].after;
        pmp_check(g.pmp, now);
        gate_turn(&g, now);
        if (g.pcp_asked != 2 || g.lost != cases[i].lost || g.mapped != 1u + cases[i].lost)
            fail_msg("%s: asked %u, lost %u, mapped %u, want 2 %d %d", cases[i].name,
                     g.pcp_asked, g.lost, g.mapped, cases[i].lost, 1 + cases[i].lost);
        pmp_free(g.pmp);
    }
}

static void
test_release(void **state)
{
    static const bool kinds[] = {true, false};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct gate g = {.pcp = kinds[i], .pmp_too = true, .unsupported = true};

        gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
        gate_run(&g, 0, 1000);
        pmp_release(g.pmp);
        pmp_release(g.pmp);
        gate_turn(&g, 1001);
        assert_int_equal(g.deleted, 2);
        assert_true(pmp_deadline(g.pmp) == NEVER);
        gate_turn(&g, 99999999);
        assert_int_equal(g.deleted, 2);
        pmp_free(g.pmp);
    }
}

/* What is not the gateway's answer to what was asked changes nothing. */
static void
test_forged(void **state)
{
    static const struct {
        const char *name;
        const char *from;
        size_t at; /* the byte changed, */
        uint8_t mask;
        size_t len;
        bool pcp;
    } cases[] = {
        {"another host", "10.77.1.66:5351", 0, 0, 60, true},
        {"another port", "10.77.1.1:5350", 0, 0, 60, true},
        {"another nonce", "10.77.1.1:5351", 27, 1, 60, true},
        {"another protocol", "10.77.1.1:5351", 36, 1, 60, true},
        {"another inner port", "10.77.1.1:5351", 41, 1, 60, true},
        {"a request", "10.77.1.1:5351", 1, 0x80, 60, true},
        {"another opcode", "10.77.1.1:5351", 1, 3, 60, true},
        {"another version", "10.77.1.1:5351", 0, 1, 60, true},
        {"cut", "10.77.1.1:5351", 0, 0, 59, true},
        {"cut by a word", "10.77.1.1:5351", 0, 0, 56, true},
        {"empty", "10.77.1.1:5351", 0, 0, 0, true},
        {"NAT-PMP: another host", "10.77.1.66:5351", 0, 0, 16, false},
        {"NAT-PMP: another inner port", "10.77.1.1:5351", 9, 1, 16, false},
        {"NAT-PMP: cut", "10.77.1.1:5351", 0, 0, 15, false},
        {"NAT-PMP: TCP's", "10.77.1.1:5351", 1, 3, 16, false},
        {"NAT-PMP: no outer port", "10.77.1.1:5351", 11, 0x41, 16, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct gate g = {.unsupported = !cases[i].pcp};
        struct awl_addr from = addr_at(cases[i].from);
        struct pmp_output out;
        uint8_t answer[1200] = {0};
        size_t len = 0;

        gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
        assert_true(pmp_next(g.pmp, &out, 0));
        if (cases[i].pcp) {
            memcpy(answer, out.data.data, 60);
            answer[1] |= 0x80;
            be16_put(answer + 42, 0x41);
            memcpy(answer + 56, "\xcb\x00\x71\x09", 4);
        } else {
            send(&g, (const uint8_t *)"\0\x81\0\1\0\0\0\x07", 8, 0);
            while (pmp_next(g.pmp, &out, 0))
                len = out.data.len;
            assert_int_equal(len, 2);
            send(&g, (const uint8_t *)"\0\x80\0\0\0\0\0\x07\xcb\x00\x71\x09", 12, 0);
            answer[1] = 129;
            be16_put(answer + 8, PORT);
            be16_put(answer + 10, 0x41);
            be32_put(answer + 12, 600);
        }
        answer[cases[i].at] ^= cases[i].mask;
        pmp_input(g.pmp, &from, bytes_of(answer, cases[i].len), 1);
        gate_turn(&g, 1);
        if (g.mapped != 0 || g.lost != 0 || g.nothing != 0)
            fail_msg("%s: mapped %u lost %u nothing %u, want nothing of it",
                     cases[i].name, g.mapped, g.lost, g.nothing);
        /* The true one is still taken. */
        answer[cases[i].at] ^= cases[i].mask;
        from = addr_at("10.77.1.1:5351");
        pmp_input(g.pmp, &from, bytes_of(answer, cases[i].pcp ? 60 : 16), 2);
        gate_turn(&g, 2);
        if (strcmp(g.at, "203.0.113.9:65") != 0)
            fail_msg("%s: got \"%s\", want 203.0.113.9:65", cases[i].name, g.at);
        /* And when nothing was asked, nothing is listened to. */
        answer[cases[i].pcp ? 43 : 11] ^= 1;
        pmp_input(g.pmp, &from, bytes_of(answer, cases[i].pcp ? 60 : 16), 3);
        gate_turn(&g, 3);
        assert_int_equal(g.mapped, 1);
        pmp_free(g.pmp);
    }
}

/* A gateway that gives leases of no length is not asked more often for it. */
static void
test_hostile_lease(void **state)
{
    struct gate g = {.pcp = true, .lease = 1};

    (void)state;
    gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
    gate_run(&g, 0, 600000);
    assert_in_range(g.pcp_asked, 30, 41);
    pmp_free(g.pmp);

    g = (struct gate){.pcp = true, .lease = UINT32_MAX};
    gate_begin(&g, "10.77.1.1", "10.77.1.2", 0);
    gate_run(&g, 0, 600000);
    assert_int_equal(g.pcp_asked, 1);
    assert_true(pmp_deadline(g.pmp) <= 1000ull * PMP_LEASE_MAX_S);
    pmp_free(g.pmp);
}

static void
test_ipv6(void **state)
{
    struct gate g = {.pcp = true, .external = "2001:db8:1::10"};

    (void)state;
    gate_begin(&g, "fe80::1%2", "2001:db8:1::10", 0);
    gate_run(&g, 0, 1000);
    assert_string_equal(g.at, "[2001:db8:1::10]:40001");
    pmp_free(g.pmp);

    g = (struct gate){.pmp_too = true};
    gate_begin(&g, "fe80::1%2", "2001:db8:1::10", 0);
    gate_run(&g, 0, 60000);
    assert_int_equal(g.pmp_asked + g.address_asked, 0);
    assert_int_equal(g.nothing, 1);
    pmp_free(g.pmp);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gateways), cmocka_unit_test(test_silence),
        cmocka_unit_test(test_lease),    cmocka_unit_test(test_sleep),
        cmocka_unit_test(test_epoch),    cmocka_unit_test(test_release),
        cmocka_unit_test(test_forged),   cmocka_unit_test(test_hostile_lease),
        cmocka_unit_test(test_ipv6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
