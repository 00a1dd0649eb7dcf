#include "unit.h"

#include "transport/link.h"

static const struct awl_key key = {{9}};

struct pair {
    struct link client, server;
};

static void
pair_init(struct pair *p, uint64_t now)
{
    link_init(&p->client, &key, false, now);
    link_init(&p->server, &key, true, now);
}

static void
pair_free(struct pair *p)
{
    link_free(&p->client);
    link_free(&p->server);
}

struct sealed {
    uint8_t data[DATAGRAM_MAX];
    size_t len;
};

static struct sealed
seal(struct link *l, uint64_t now)
{
    struct sealed s;

    assert_int_equal(link_seal(l, BYTES_LIT("payload"), now, s.data, &s.len), 0);
    return s;
}

static struct link_packet
open_one(struct link *l, const struct sealed *s, int ecn, uint64_t now)
{
    struct link_packet p;

    assert_int_equal(link_open(l, bytes_of(s->data, s->len), ecn, now, &p), 0);
    if (!p.replayed)
        assert_bytes_equal(p.payload, BYTES_LIT("payload"));
    return p;
}

/* The server's answer `hold` ms later, heard by the client `way` ms later. */
static void
exchange(struct pair *p, uint64_t at, unsigned there, unsigned hold, unsigned back,
         int ecn)
{
    struct sealed s = seal(&p->client, at);

    open_one(&p->server, &s, ecn, at + there);
    s = seal(&p->server, at + there + hold);
    open_one(&p->client, &s, 0, at + there + hold + back);
}

static void
test_round_trip_time(void **state)
{
    struct pair p;

    (void)state;
    pair_init(&p, 65000); /* the 16-bit clock wraps under way */
    assert_true(link_rtt(&p.client) == 0);
    assert_int_equal(link_rto(&p.client), 1000);
    exchange(&p, 65500, 40, 300, 60, 0);
    assert_int_equal((int)link_rtt(&p.client), 100);
    assert_int_equal(link_rto(&p.client), 301);
    for (unsigned i = 0; i < 100; i++)
        exchange(&p, 66500 + 1000 * i, 40, 3, 60, 0);
    assert_int_equal((int)link_rtt(&p.client), 100);
    assert_int_equal(link_rto(&p.client), 101);
    /* Held too long: not echoed, so no sample. */
    exchange(&p, 200000, 1, 1000, 1, 0);
    assert_int_equal((int)link_rtt(&p.client), 100);
    /* Satellites exist. */
    link_rtt_reset(&p.client, 200900);
    assert_true(link_rtt(&p.client) == 0);
    link_clock(&p.client, 201100);
    {
        struct sealed s = seal(&p.client, 201100);

        open_one(&p.server, &s, 0, 205100);
        s = seal(&p.server, 205100);
        link_clock(&p.client, 205200); /* it is awake meanwhile */
        open_one(&p.client, &s, 0, 209100);
    }
    assert_int_equal((int)link_rtt(&p.client), 8000);
    assert_int_equal(link_rto(&p.client), 24001);
    pair_free(&p);
}

static void
test_echo_once(void **state)
{
    struct pair p;
    struct sealed s;
    struct link_packet got;

    (void)state;
    pair_init(&p, 1000);
    s = seal(&p.client, 1000);
    open_one(&p.server, &s, 0, 1010);
    for (int i = 0; i < 3; i++) {
        s = seal(&p.server, 1020);
        got = open_one(&p.client, &s, 0, 1030);
        assert_true(got.fresh);
        /* One sample of 20, whatever came later. */
        assert_int_equal((int)link_rtt(&p.client), 20);
    }
    assert_int_equal((int)p.client.rttvar, 10);
    pair_free(&p);
}

static void
test_congestion_mark(void **state)
{
    struct pair p;

    (void)state;
    pair_init(&p, 1000);
    exchange(&p, 1700, 20, 100, 20, 3);
    assert_int_equal((int)link_rtt(&p.client), 540);
    pair_free(&p);
}

static void
test_sleep_is_no_delay(void **state)
{
    struct pair p;
    struct sealed s;

    (void)state;
    pair_init(&p, 1000);
    exchange(&p, 1000, 10, 0, 10, 0);
    s = seal(&p.client, 2000);
    open_one(&p.server, &s, 0, 2010);
    s = seal(&p.server, 2010);
    /* The client slept for 20 s, and for nearly 65.536 s. */
    open_one(&p.client, &s, 0, 22000);
    assert_int_equal((int)link_rtt(&p.client), 20);
    s = seal(&p.client, 23000);
    open_one(&p.server, &s, 0, 23010);
    s = seal(&p.server, 23010);
    open_one(&p.client, &s, 0, 23000 + 65536 + 700);
    assert_int_equal((int)link_rtt(&p.client), 20);
    pair_free(&p);
}

static void
test_order_and_replay(void **state)
{
    static const struct {
        int n;
        bool fresh, replayed;
    } steps[] = {
        {0, true, false},    {0, false, true},     {2, true, false},
        {1, false, false},   {1, false, true},     {2, false, true},
        {1025, true, false}, {3, false, false},    {3, false, true},
        {1, false, true},    {2, false, true},     {1024, false, false},
        {1025, false, true}, {1999, true, false},  {900, false, true},
        {975, false, true},  {976, false, false},  {976, false, true},
        {1024, false, true}, {1998, false, false},
    };
    static struct sealed all[2000];
    struct pair p;

    (void)state;
    pair_init(&p, 1000);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        all[i] = seal(&p.client, 1000 + i);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct link_packet got = open_one(&p.server, &all[steps[i].n], 0, 5000 + i);

        assert_int_equal(got.seq, steps[i].n);
        if (got.fresh != steps[i].fresh || got.replayed != steps[i].replayed)
            fail_msg("step %zu, number %d: got %s%s", i, steps[i].n,
                     got.fresh ? "fresh " : "", got.replayed ? "replayed" : "");
        /* Only fresh ones count as a sign of life. */
        if (got.fresh)
            assert_int_equal(p.server.heard, 5000 + i);
        else
            assert_true(p.server.heard < 5000 + i);
    }
    pair_free(&p);
}

/* Each n-th of `count` datagrams from the server gets lost. */
static void
lose(struct pair *p, unsigned count, unsigned n)
{
    for (unsigned i = 1; i <= count; i++) {
        struct sealed s = seal(&p->server, 1000);

        if (n == 0 || i % n != 0)
            open_one(&p->client, &s, 0, 1000);
    }
}

static void
test_loss(void **state)
{
    struct pair p;

    (void)state;
    pair_init(&p, 1000);
    lose(&p, 1000, 0);
    assert_true(link_loss(&p.client) == 0);
    lose(&p, 1000, 10);
    assert_in_range((int)(link_loss(&p.client) * 100), 7, 13);
    /* With another path, what was known of the old one is forgotten, and what the peer
     * still sends to its closed end is no loss. */
    link_rtt_reset(&p.client, 1000);
    assert_true(link_loss(&p.client) == 0);
    lose(&p, 16, 2);
    assert_true(link_loss(&p.client) == 0);
    lose(&p, 1000, 4);
    assert_in_range((int)(link_loss(&p.client) * 100), 20, 30);
    pair_free(&p);
}

static void
test_bad(void **state)
{
    struct datagrams *d = datagrams_new(&key, DIRECTION_TO_SERVER);
    struct link l;
    struct link_packet got;
    uint8_t out[DATAGRAM_MAX];
    size_t len;

    (void)state;
    link_init(&l, &key, true, 1);
    for (size_t n = 0; n < LINK_HEADER_LEN; n++) {
        datagrams_seal(d, bytes_of("xxxx", n), out, &len);
        assert_int_equal(link_open(&l, bytes_of(out, len), 0, 2, &got), ERR_FORMAT);
    }
    out[9] ^= 1;
    assert_int_equal(link_open(&l, bytes_of(out, len), 0, 2, &got), ERR_AUTH);
    assert_int_equal(l.heard, 0);
    datagrams_free(d);
    link_free(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_time),
        cmocka_unit_test(test_echo_once),
        cmocka_unit_test(test_congestion_mark),
        cmocka_unit_test(test_sleep_is_no_delay),
        cmocka_unit_test(test_order_and_replay),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
