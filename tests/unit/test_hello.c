#include "addrs.h"

#include "awl.pb-c.h"
#include "base/err.h"
#include "session/hello.h"

static void
add(struct punch_message *m, const char *text, enum candidate_kind kind,
    enum candidate_order order)
{
    struct candidate c = {addr_at(text), kind, order};

    assert_true(candidate_set_add(&m->cands, &c));
}

static struct punch_message
full_message(void)
{
    struct punch_message m = {
        .gen = 7,
        .gen_echo = 300,
        .seen = addr_at("198.51.100.2:61173"),
        .has_challenge = true,
        .has_response = true,
        .challenge = "\x00\x01\x02\x03\x04\x05\x06\x07",
        .response = "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
        .has_spray = true,
        .spray = {addr_at("203.0.113.9"), 1, 65535, 1024, 4000000000u},
        .opener_ttl = 4,
        .keepalive_s = 25,
        .unsolicited = true,
    };

    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:1]:65535", CANDIDATE_SEEN,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:2]:65535", CANDIDATE_SEEN,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:3]:65535", CANDIDATE_DIALLED,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:4]:65535", CANDIDATE_MAPPED,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:5]:65535", CANDIDATE_USED,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:6]:65535", CANDIDATE_HOST,
        CANDIDATE_SERVER_FIRST);
    add(&m, "[2001:db8:ffff:ffff:ffff:ffff:ffff:7]:65535", CANDIDATE_SOON,
        CANDIDATE_SERVER_FIRST);
    add(&m, "10.0.0.1:1", CANDIDATE_HOST, CANDIDATE_CLIENT_FIRST);
    return m;
}

static void
test_path_round_trip(void **state)
{
    struct punch_message m = full_message(), got;
    struct buffer out = {0};

    (void)state;
    path_message_pack(&m, &out);
    assert_int_equal(path_message_unpack(buffer_bytes(&out), &got), 0);
    assert_int_equal(got.gen, m.gen);
    assert_int_equal(got.gen_echo, m.gen_echo);
    assert_true(candidate_set_equal(&got.cands, &m.cands));
    assert_true(addr_equal(&got.seen, &m.seen));
    assert_true(got.has_challenge && got.has_response && got.has_spray);
    assert_memory_equal(got.challenge, m.challenge, PUNCH_CHALLENGE_LEN);
    assert_memory_equal(got.response, m.response, PUNCH_CHALLENGE_LEN);
    assert_true(addr_equal(&got.spray.to, &m.spray.to));
    assert_int_equal(got.spray.port_high, 65535);
    assert_int_equal(got.spray.seed, 4000000000u);
    assert_int_equal(got.opener_ttl, 4);
    assert_int_equal(got.keepalive_s, 25);
    assert_true(got.unsolicited);
    /* The largest that we can write stays under the cap. */
    if (out.len > PATH_MESSAGE_MAX)
        fail_msg("%zu bytes, most %u", out.len, PATH_MESSAGE_MAX);
    buffer_free(&out);
}

/* The little reader and writer agree with the schema. */
static void
test_against_schema(void **state)
{
    struct punch_message m = full_message();
    struct hello hello = {HELLO_REVISION, UINT64_C(0x8000000000000001), 1500, "awl 0.1"};
    struct buffer out = {0};
    Awl__Path *path;
    Awl__Hello *h;
    uint8_t again[PATH_MESSAGE_MAX];

    (void)state;
    path_message_pack(&m, &out);
    path = awl__path__unpack(NULL, out.len, out.data);
    assert_non_null(path);
    assert_int_equal(path->gen, 7);
    assert_int_equal(path->n_cand, 8);
    assert_int_equal(path->cand[0]->port, 65535);
    assert_int_equal(path->cand[0]->ip.len, 16);
    assert_int_equal(path->seen->port, 61173);
    assert_int_equal(path->challenge.len, 8);
    assert_int_equal(path->spray->seed, 4000000000u);
    assert_int_equal(path->opener_ttl, 4);
    assert_true(path->unsolicited);
    assert_true(awl__path__get_packed_size(path) <= sizeof again);
    assert_bytes_equal(bytes_of(again, awl__path__pack(path, again)), buffer_bytes(&out));
    awl__path__free_unpacked(path, NULL);
    buffer_clear(&out);
    hello_pack(&hello, &out);
    h = awl__hello__unpack(NULL, out.len, out.data);
    assert_non_null(h);
    assert_int_equal(h->features, hello.features);
    assert_int_equal(h->width_table, 1500);
    assert_string_equal(h->agent, "awl 0.1");
    awl__hello__free_unpacked(h, NULL);
    buffer_free(&out);
}

static void
test_bad_path(void **state)
{
    static const struct {
        const char *name;
        struct bytes in;
        int want;
        size_t cands;
    } cases[] = {
        {"empty", {NULL, 0}, 0, 0},
        {"unknown fields", BYTES_TABLE("\x08\x05\x7a\x02xx\x65zzzz\x61zzzzzzzz"), 0, 0},
        {"field 0", BYTES_TABLE("\x00\x01"), ERR_FORMAT, 0},
        {"group", BYTES_TABLE("\x13\x14"), ERR_FORMAT, 0},
        {"cut varint", BYTES_TABLE("\x10\xff"), ERR_FORMAT, 0},
        {"endless varint",
         BYTES_TABLE("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ERR_FORMAT, 0},
        {"cut bytes", BYTES_TABLE("\x32\x08zzz"), ERR_FORMAT, 0},
        {"short challenge", BYTES_TABLE("\x32\x03zzz"), ERR_RANGE, 0},
        {"huge generation", BYTES_TABLE("\x10\xff\xff\xff\xff\xff\x01"), ERR_RANGE, 0},
        {"candidate", BYTES_TABLE("\x22\x09\x12\x04\xc0\x00\x02\x01\x18\x07\x08"),
         ERR_FORMAT, 0},
        {"good candidate", BYTES_TABLE("\x22\x08\x12\x04\xc0\x00\x02\x01\x18\x07"), 0, 1},
        {"address of 5 bytes",
         BYTES_TABLE("\x22\x09\x12\x05\xc0\x00\x02\x01\x01\x18\x07"), ERR_RANGE, 0},
        {"port 65536", BYTES_TABLE("\x22\x0a\x12\x04\xc0\x00\x02\x01\x18\x80\x80\x04"),
         ERR_RANGE, 0},
        {"unknown kind", BYTES_TABLE("\x22\x0a\x08\x07\x12\x04\xc0\x00\x02\x01\x18\x07"),
         0, 0},
        {"unknown order", BYTES_TABLE("\x22\x0a\x20\x02\x12\x04\xc0\x00\x02\x01\x18\x07"),
         0, 0},
        {"loopback", BYTES_TABLE("\x22\x08\x12\x04\x7f\x00\x00\x01\x18\x07"), 0, 0},
        {"multicast", BYTES_TABLE("\x22\x08\x12\x04\xe0\x00\x00\x01\x18\x07"), 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct punch_message got;
        int r = path_message_unpack(cases[i].in, &got);

        if (r != cases[i].want || (r == 0 && got.cands.count != cases[i].cands))
            fail_msg("%s: %d with %zu candidates, want %d with %zu", cases[i].name, r,
                     got.cands.count, cases[i].want, cases[i].cands);
    }
}

static void
test_caps(void **state)
{
    uint8_t many[PATH_MESSAGE_MAX + 1];
    struct punch_message m;
    struct hello h;
    struct buffer out = {0};

    (void)state;
    memset(many, 0, sizeof many);
    for (size_t i = 0; i < 9; i++)
        memcpy(many + 10 * i, "\x22\x08\x12\x04\xc0\x00\x02\x01\x18\x07", 10);
    assert_int_equal(path_message_unpack(bytes_of(many, 80), &m), 0);
    assert_int_equal(path_message_unpack(bytes_of(many, 90), &m), ERR_RANGE);
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 == 0 ? 0x10 : 1;
    assert_int_equal(path_message_unpack(bytes_of(many, PATH_MESSAGE_MAX), &m), 0);
    assert_int_equal(path_message_unpack(bytes_of(many, sizeof many), &m), ERR_RANGE);
    assert_int_equal(hello_unpack(bytes_of(many, HELLO_MAX + 1), &h), ERR_RANGE);
    assert_int_equal(hello_unpack(BYTES_NONE, &h), ERR_RANGE); /* no revision */
    assert_int_equal(hello_unpack(BYTES_LIT("\x08\x01\x22\x03"
                                            "a\x1b\xff"),
                                  &h),
                     0);
    assert_string_equal(h.agent, "a??");
    h = (struct hello){UINT32_MAX, UINT64_MAX, UINT32_MAX,
                       "01234567890123456789012345678901"};
    hello_pack(&h, &out);
    assert_true(out.len <= HELLO_MAX);
    assert_int_equal(hello_unpack(buffer_bytes(&out), &h), 0);
    assert_int_equal(strlen(h.agent), HELLO_AGENT_MAX);
    buffer_free(&out);
}

static const struct hello mine = {HELLO_REVISION, HELLO_PATH | HELLO_VALIDATE, 1500,
                                  "awl"};

/* Who is stock (awl-protocol(7)): it acknowledges a state that carried Hello and carries
 * none. */
static void
test_stock(void **state)
{
    struct hello_exchange x;

    (void)state;
    hello_exchange_init(&x, true, &mine);
    assert_true(hello_rides(&x));
    hello_sent(&x, 1, true, false);
    hello_input(&x, 0, BYTES_NONE);
    assert_int_equal(x.peer, HELLO_PEER_UNKNOWN);
    hello_input(&x, 1, BYTES_NONE);
    assert_int_equal(x.peer, HELLO_PEER_STOCK);
    assert_false(hello_rides(&x));
    assert_int_equal(hello_features(&x), 0);
}

static void
test_own(void **state)
{
    struct hello_exchange client, server;
    struct hello theirs = mine;
    struct buffer hello = {0};

    (void)state;
    theirs.features = HELLO_PATH | HELLO_MIRROR;
    hello_pack(&theirs, &hello);
    hello_exchange_init(&client, true, &mine);
    hello_exchange_init(&server, false, &theirs);
    assert_false(hello_rides(&server)); /* the client speaks first */
    hello_sent(&server, 1, false, false);
    hello_sent(&client, 1, true, false);
    hello_input(&server, 0, BYTES_LIT("\x08\x01\x10\x05")); /* path, validate */
    assert_int_equal(server.peer, HELLO_PEER_OWN);
    assert_int_equal(hello_features(&server), HELLO_PATH);
    assert_true(hello_rides(&server));
    hello_sent(&server, 1, true, false); /* state 1 was also sent without */
    hello_input(&server, 1, BYTES_NONE);
    assert_true(hello_rides(&server));
    hello_sent(&server, 2, true, false);
    hello_input(&server, 2, BYTES_NONE);
    assert_false(hello_rides(&server));
    hello_input(&client, 1, buffer_bytes(&hello));
    assert_int_equal(client.peer, HELLO_PEER_OWN);
    assert_false(hello_rides(&client)); /* acknowledged with it */
    hello_input(&client, 2, BYTES_NONE);
    assert_int_equal(client.peer, HELLO_PEER_OWN); /* once known, for good */
    buffer_free(&hello);
}

static void
test_path_rides(void **state)
{
    struct punch_config config = {.role = GATHER_SERVER, .port = 60001};
    struct punch *p = punch_new(&config, 1000);
    struct punch_message m = {.gen_echo = 1};
    struct hello_exchange x;
    struct awl_addr from = addr_at("198.51.100.2:40001");

    (void)state;
    hello_exchange_init(&x, false, &mine);
    assert_false(hello_path_rides(&x, p));
    hello_input(&x, 0, BYTES_LIT("\x08\x01\x10\x01"));
    punch_peer(p, true, true, 1000);
    hello_sent(&x, 4, true, hello_path_rides(&x, p));
    assert_true(hello_path_rides(&x, p));
    hello_input(&x, 4, BYTES_NONE);
    assert_true(hello_path_rides(&x, p)); /* not echoed yet */
    punch_message_input(p, &m, 1100);
    assert_false(hello_path_rides(&x, p));
    punch_heard(p, 0, &from, -1, 1200); /* `seen` is news */
    assert_true(hello_path_rides(&x, p));
    hello_sent(&x, 4, false, true);
    hello_input(&x, 4, BYTES_NONE); /* 4 was sent before it was news */
    assert_true(hello_path_rides(&x, p));
    hello_sent(&x, 5, false, true);
    hello_input(&x, 5, BYTES_NONE);
    assert_false(hello_path_rides(&x, p));
    punch_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_round_trip), cmocka_unit_test(test_against_schema),
        cmocka_unit_test(test_bad_path),        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_stock),           cmocka_unit_test(test_own),
        cmocka_unit_test(test_path_rides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
