#include "addrs.h"

#include "base/err.h"
#include "traversal/stun.h"

#define ID              "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
#define HEAD(type, len) type "\x00" len "\x21\x12\xa4\x42" ID
#define SOFTWARE        "\x80\x22\x00\x0btest vector "
#define XOR_V4          "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
#define PLAIN_V4        "\x00\x01\x00\x08\x00\x01\x80\x55\xc0\x00\x02\x01"
#define FINGERPRINT     "\x80\x28\x00\x04\xc0\x7d\x4c\x96"

static void
test_read(void **state)
{
    static const struct {
        const char *name;
        struct bytes datagram;
        int want;
        const char *seen;
    } cases[] = {
        /* RFC 5769 2.2 and 2.3 */
        {"RFC 5769, IPv4",
         BYTES_TABLE(HEAD("\x01\x01", "\x3c") SOFTWARE XOR_V4
                     "\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9"
                     "\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7" FINGERPRINT),
         0, "192.0.2.1:32853"},
        {"RFC 5769, IPv6",
         BYTES_TABLE(HEAD("\x01\x01", "\x48") SOFTWARE
                     "\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79"
                     "\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9"
                     "\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c"
                     "\x82\x92\xc2\x75\xbf\xe3\xed\x41\x80\x28\x00\x04\xc8\xfb\x0b\x4c"),
         0, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"},
        {"the masked address alone", BYTES_TABLE(HEAD("\x01\x01", "\x0c") XOR_V4), 0,
         "192.0.2.1:32853"},
        {"the plain address alone", BYTES_TABLE(HEAD("\x01\x01", "\x0c") PLAIN_V4), 0,
         "192.0.2.1:32853"},
        {"the masked one counts, rewritten plain one first",
         BYTES_TABLE(
             HEAD("\x01\x01",
                  "\x18") "\x00\x01\x00\x08\x00\x01\x00\x09\x0a\x00\x00\x01" XOR_V4),
         0, "192.0.2.1:32853"},
        {"RFC 3489's attributes are passed over",
         BYTES_TABLE(HEAD("\x01\x01", "\x18") PLAIN_V4
                     "\x00\x05\x00\x08\x00\x01\x0d\x97\xc6\x33\x64\x01"),
         0, "192.0.2.1:32853"},
        {"no address", BYTES_TABLE(HEAD("\x01\x01", "\x08") FINGERPRINT), ERR_FORMAT, ""},
        {"nothing", BYTES_TABLE(HEAD("\x01\x01", "\x00")), ERR_FORMAT, ""},
        {"port 0",
         BYTES_TABLE(HEAD("\x01\x01", "\x0c") "\x00\x01\x00\x08\x00\x01\x00\x00\xc0\x00"
                                              "\x02\x01"),
         ERR_FORMAT, ""},
        {"unknown family",
         BYTES_TABLE(HEAD("\x01\x01", "\x0c") "\x00\x20\x00\x08\x00\x03\xa1\x47\xe1\x12"
                                              "\xa6\x43"),
         ERR_FORMAT, ""},
        {"IPv6 in four bytes",
         BYTES_TABLE(HEAD("\x01\x01", "\x0c") "\x00\x20\x00\x08\x00\x02\xa1\x47\xe1\x12"
                                              "\xa6\x43"),
         ERR_FORMAT, ""},
        {"an attribute longer than the rest",
         BYTES_TABLE(HEAD("\x01\x01", "\x0c") "\x00\x20\xff\xff\x00\x01\xa1\x47\xe1\x12"
                                              "\xa6\x43"),
         ERR_FORMAT, ""},
        {"padding is missing",
         BYTES_TABLE(HEAD("\x01\x01", "\x13") XOR_V4 "\x80\x22\x00\x03xyz"), ERR_FORMAT,
         ""},
        {"half an attribute", BYTES_TABLE(HEAD("\x01\x01", "\x0e") XOR_V4 "\x80\x22"),
         ERR_FORMAT, ""},
        {"something that must be understood",
         BYTES_TABLE(HEAD("\x01\x01", "\x10") XOR_V4 "\x00\x30\x00\x00"), ERR_RANGE, ""},
        {"a refusal",
         BYTES_TABLE(HEAD("\x01\x11", "\x08") "\x00\x09\x00\x04\x00\x00\x04\x00"),
         ERR_RANGE, ""},
        {"another id", BYTES_TABLE("\x01\x01\x00\x0c\x21\x12\xa4\x42xxxxxxxxxxxx" XOR_V4),
         ERR_AUTH, ""},
        {"a request", BYTES_TABLE(HEAD("\x00\x01", "\x00")), ERR_FORMAT, ""},
        {"another cookie", BYTES_TABLE("\x01\x01\x00\x0c\x21\x12\xa4\x43" ID XOR_V4),
         ERR_FORMAT, ""},
        {"longer than it says", BYTES_TABLE(HEAD("\x01\x01", "\x0c") XOR_V4 "x"),
         ERR_FORMAT, ""},
        {"shorter than it says", BYTES_TABLE(HEAD("\x01\x01", "\x10") XOR_V4), ERR_FORMAT,
         ""},
        {"cut in the header", BYTES_TABLE("\x01\x01\x00\x00\x21\x12\xa4\x42"), ERR_FORMAT,
         ""},
        {"empty", BYTES_TABLE(""), ERR_FORMAT, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr seen = {0}, want = addr_at(cases[i].seen);
        int got = stun_answer_read(cases[i].datagram, (const uint8_t *)ID, &seen);
        char text[ADDR_TEXT_LEN];

        if (got != cases[i].want || (got == 0 && !addr_equal(&seen, &want)))
            fail_msg("%s: got %d %s, want %d %s", cases[i].name, got,
                     addr_port_text(&seen, text), cases[i].want, cases[i].seen);
    }
}

/* A session's datagram, whatever its number and its sealed bytes, is never taken for
 * STUN's: direction bit, sequence number below 2^47, two timestamps and the rest. */
static void
test_not_session(void **state)
{
    struct rng_seeded seed = {7};
    struct rng rng = {rng_seeded_fill, &seed};

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t d[64];
        size_t len = 28 + rng_below(&rng, sizeof d - 28);
        uint64_t seq = rng_u64(&rng) >> (17 + rng_below(&rng, 47));

        rng_bytes(&rng, d, len);
        if (i % 2 == 0) /* the unluckiest: the cookie in it, and the length fits */
            seq = ((uint64_t)(len - 20) << 32) | 0x2112a442u;
        be64_put(d, seq | (uint64_t)(i / 2 % 2) << 63);
        assert_false(stun_is_answer(bytes_of(d, len)));
    }
}

/* ---- the engine, with servers played by the test ---- */

struct world {
    struct rng_seeded seed;
    struct stun *stun;
    struct awl_addr servers[STUN_SERVERS_MAX];
};

static void
world_begin(struct world *w, const char *first, const char *second)
{
    static const struct log silent;
    struct rng rng = {rng_seeded_fill, &w->seed};

    *w = (struct world){.seed = {1}};
    w->stun = stun_new(&rng, &silent);
    w->servers[0] = addr_at(first);
    w->servers[1] = addr_at(second);
    stun_servers(w->stun, w->servers, w->servers[1].family != AWL_NONE ? 2 : 1, 0);
}

/* The next request; false: none is due. News are passed over. */
static bool
request_take(struct world *w, struct stun_output *out, uint8_t id[STUN_ID_LEN],
             uint64_t now)
{
    stun_tick(w->stun, now);
    while (stun_next(w->stun, out, now)) {
        if (out->kind != STUN_SEND)
            continue;
        assert_int_equal(out->data.len, STUN_REQUEST_LEN);
        assert_bytes_equal(bytes_slice(out->data, 0, 8),
                           BYTES_LIT("\x00\x01\x00\x00\x21\x12\xa4\x42"));
        memcpy(id, out->data.data + 8, STUN_ID_LEN);
        return true;
    }
    return false;
}

static struct bytes
answer(uint8_t buf[64], const uint8_t id[STUN_ID_LEN], const char *seen)
{
    static const uint8_t head[] = {0x01, 0x01, 0, 0x0c, 0x21, 0x12, 0xa4, 0x42};
    struct awl_addr a = addr_at(seen);

    memcpy(buf, head, sizeof head);
    memcpy(buf + 8, id, STUN_ID_LEN);
    memcpy(buf + 20, "\x00\x01\x00\x08\x00\x01", 6);
    be16_put(buf + 26, a.port);
    memcpy(buf + 28, a.ip, 4);
    return bytes_of(buf, 32);
}

static void
view_is(const struct world *w, const char *seen, enum stun_mapping mapping, bool done)
{
    struct awl_addr want = addr_at(seen);
    struct stun_view v;
    char text[ADDR_TEXT_LEN];

    stun_view(w->stun, 1, AWL_IPV4, &v);
    if (!addr_equal(&v.seen, &want) || v.mapping != mapping || v.done != done)
        fail_msg("got %s mapping %d done %d, want %s %d %d",
                 addr_port_text(&v.seen, text), v.mapping, v.done, seen, mapping, done);
}

static void
test_answers(void **state)
{
    static const struct {
        const char *name, *first, *second; /* servers */
        const char *answer_1, *answer_2;   /* "": none */
        const char *from_1;                /* NULL: from where it was asked */
        uint64_t at;
        bool forged;
        const char *seen;
        enum stun_mapping mapping;
    } cases[] = {
        {"one server", "192.0.2.5:3478", "", "203.0.113.9:7", "", NULL, 40, false,
         "203.0.113.9:7", STUN_UNKNOWN},
        {"two agree", "192.0.2.5:3478", "192.0.2.6:3478", "203.0.113.9:7",
         "203.0.113.9:7", NULL, 40, false, "203.0.113.9:7", STUN_SAME},
        {"two ports of one host agree", "192.0.2.5:3478", "192.0.2.5:3479",
         "203.0.113.9:7", "203.0.113.9:7", NULL, 40, false, "203.0.113.9:7",
         STUN_UNKNOWN},
        {"two differ", "192.0.2.5:3478", "192.0.2.5:3479", "203.0.113.9:7",
         "203.0.113.9:8", NULL, 40, false, "203.0.113.9:7", STUN_VARIES},
        {"the second alone", "192.0.2.5:3478", "192.0.2.6:3478", "", "203.0.113.9:8",
         NULL, 40, false, "203.0.113.9:8", STUN_UNKNOWN},
        {"just in time", "192.0.2.5:3478", "", "203.0.113.9:7", "", NULL, 2999, false,
         "203.0.113.9:7", STUN_UNKNOWN},
        {"too late", "192.0.2.5:3478", "", "203.0.113.9:7", "", NULL, 3000, false, "",
         STUN_UNKNOWN},
        {"from elsewhere", "192.0.2.5:3478", "", "203.0.113.9:7", "", "192.0.2.66:3478",
         40, false, "", STUN_UNKNOWN},
        {"from another port", "192.0.2.5:3478", "", "203.0.113.9:7", "", "192.0.2.5:3479",
         40, false, "", STUN_UNKNOWN},
        {"with another id", "192.0.2.5:3478", "", "203.0.113.9:7", "", NULL, 40, true, "",
         STUN_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world w;
        struct stun_output out;
        uint8_t id[2][STUN_ID_LEN], buf[64];
        const char *answers[2] = {cases[i].answer_1, cases[i].answer_2};
        bool two = cases[i].second[0] != '\0';
        struct awl_addr from;
        struct awl_addr want = addr_at(cases[i].seen);
        struct stun_view v;

        world_begin(&w, cases[i].first, cases[i].second);
        stun_open(w.stun, 1, AWL_IPV4, 0);
        for (int k = 0; k < 1 + two; k++) {
            assert_true(request_take(&w, &out, id[k], 0));
            assert_true(addr_equal(&out.to, &w.servers[k]));
            assert_int_equal(out.socket, 1);
        }
        for (int k = 0; k < 1 + two; k++) {
            if (answers[k][0] == '\0')
                continue;
            id[k][3] ^= cases[i].forged;
            from = cases[i].from_1 != NULL ? addr_at(cases[i].from_1) : w.servers[k];
            /* The believed and the others are all STUN's. */
            assert_true(stun_input(w.stun, 1, &from, answer(buf, id[k], answers[k]),
                                   cases[i].at));
        }
        stun_view(w.stun, 1, AWL_IPV4, &v);
        if (!addr_equal(&v.seen, &want) || v.mapping != cases[i].mapping)
            fail_msg("%s: got mapping %d, want %s %d", cases[i].name, v.mapping,
                     cases[i].seen, cases[i].mapping);
        stun_free(w.stun);
    }
}

static void
test_time(void **state)
{
    static const uint64_t sends[] = {0, 250, 750, 1750};
    struct world w;
    struct stun_output out;
    uint8_t id[STUN_ID_LEN], again[STUN_ID_LEN];
    bool news = false;

    (void)state;
    world_begin(&w, "192.0.2.5:3478", "");
    stun_open(w.stun, 1, AWL_IPV4, 0);
    for (size_t i = 0; i < ARRAY_LEN(sends); i++) {
        assert_int_equal(stun_deadline(w.stun), sends[i]);
        assert_false(i > 0 && request_take(&w, &out, id, sends[i] - 1));
        assert_true(request_take(&w, &out, i == 0 ? id : again, sends[i]));
        assert_false(request_take(&w, &out, id, sends[i]));
        if (i > 0) /* a repetition is the same request */
            assert_memory_equal(id, again, STUN_ID_LEN);
    }
    assert_int_equal(stun_deadline(w.stun), STUN_ANSWER_MS);
    view_is(&w, "", STUN_UNKNOWN, false);
    stun_tick(w.stun, STUN_ANSWER_MS);
    while (stun_next(w.stun, &out, STUN_ANSWER_MS))
        news = news || out.kind == STUN_NEWS;
    assert_true(news);
    view_is(&w, "", STUN_UNKNOWN, true);
    assert_true(stun_deadline(w.stun) == NEVER);
    stun_free(w.stun);
}

static void
test_again(void **state)
{
    struct world w;
    struct stun_output out;
    uint8_t id[STUN_ID_LEN], old[STUN_ID_LEN], buf[64];

    (void)state;
    world_begin(&w, "192.0.2.5:3478", "");
    stun_open(w.stun, 1, AWL_IPV4, 1000);
    assert_true(request_take(&w, &out, old, 1000));
    assert_true(
        stun_input(w.stun, 1, &w.servers[0], answer(buf, old, "203.0.113.9:7"), 1040));
    view_is(&w, "203.0.113.9:7", STUN_UNKNOWN, true);
    stun_again(w.stun, 1040 + STUN_FRESH_MS - 1);
    assert_false(request_take(&w, &out, id, 1040 + STUN_FRESH_MS - 1));
    stun_again(w.stun, 30000);
    assert_true(request_take(&w, &out, id, 30000));
    assert_memory_not_equal(id, old, STUN_ID_LEN);
    view_is(&w, "203.0.113.9:7", STUN_UNKNOWN, false); /* until there is another */
    /* The answer to the first request is of yesterday. */
    stun_input(w.stun, 1, &w.servers[0], answer(buf, old, "203.0.113.66:7"), 30010);
    view_is(&w, "203.0.113.9:7", STUN_UNKNOWN, false);
    stun_input(w.stun, 1, &w.servers[0], answer(buf, id, "203.0.113.9:8"), 30040);
    view_is(&w, "203.0.113.9:8", STUN_UNKNOWN, true);
    /* A second answer to the same request changes nothing. */
    stun_input(w.stun, 1, &w.servers[0], answer(buf, id, "203.0.113.66:8"), 30041);
    view_is(&w, "203.0.113.9:8", STUN_UNKNOWN, true);

    stun_network(w.stun, 40000);
    view_is(&w, "", STUN_UNKNOWN, false);
    assert_true(request_take(&w, &out, id, 40000));
    /* A socket that was closed is asked for no longer, nor believed. */
    stun_close(w.stun, 1);
    stun_input(w.stun, 1, &w.servers[0], answer(buf, id, "203.0.113.9:9"), 40010);
    view_is(&w, "", STUN_UNKNOWN, true);
    assert_true(stun_deadline(w.stun) == NEVER);
    stun_free(w.stun);
}

/* Silence is known once nobody has said anything in time, and as long as nobody has. */
static void
test_silence(void **state)
{
    static const struct {
        const char *about;
        const char *second; /* a second server, which never answers */
        uint64_t answered;  /* when the first one answers; 0: never */
        bool refuses;       /* with an error, not with an address */
        bool heard_before;  /* ... an address, an hour ago */
        uint64_t at;
        bool heard, silent;
    } cases[] = {
        {"nobody was asked yet", "", 0, false, false, 0, false, false},
        {"not answered yet", "", 0, false, false, STUN_ANSWER_MS - 1, false, false},
        {"never answered", "", 0, false, false, STUN_ANSWER_MS, false, true},
        {"nor did the other", "192.0.2.6:3478", 0, false, false, 4000, false, true},
        {"answered", "", 40, false, false, 4000, true, false},
        {"the other didn't", "192.0.2.6:3478", 40, false, false, 4000, true, false},
        {"said no", "", 40, true, false, 4000, true, false},
        {"was heard, is asked again", "", 0, false, true, 40, true, false},
        {"was heard, not any more", "", 0, false, true, 4000, false, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t start = cases[i].at == 0 ? 0 : 1;
        struct world w;
        struct stun_output out;
        uint8_t id[STUN_ID_LEN], buf[64];
        struct bytes says;
        struct stun_view v;

        world_begin(&w, "192.0.2.5:3478", cases[i].second);
        if (start != 0)
            stun_open(w.stun, 1, AWL_IPV4, start);
        if (cases[i].heard_before) {
            assert_true(request_take(&w, &out, id, start));
            stun_input(w.stun, 1, &w.servers[0], answer(buf, id, "203.0.113.9:7"), start);
            start += 3600000;
            stun_again(w.stun, start);
        }
        if (cases[i].answered != 0) {
            assert_true(request_take(&w, &out, id, start));
            says = answer(buf, id, "203.0.113.9:7");
            if (cases[i].refuses)
                be16_put(buf, 0x0111);
            stun_input(w.stun, 1, &w.servers[0], says, start + cases[i].answered);
        }
        stun_tick(w.stun, start + cases[i].at);
        stun_view(w.stun, 1, AWL_IPV4, &v);
        if (v.heard != cases[i].heard || v.silent != cases[i].silent)
            fail_msg("%s: heard %d silent %d", cases[i].about, v.heard, v.silent);
        stun_free(w.stun);
    }
}

/* Nobody asks an IPv4 server from an IPv6 socket, nor is more kept than there is room. */
static void
test_sockets(void **state)
{
    struct world w;
    struct stun_output out;
    uint8_t id[STUN_ID_LEN];
    unsigned sent = 0;

    (void)state;
    world_begin(&w, "192.0.2.5:3478", "[2001:db8::5]:3478");
    stun_open(w.stun, 0, AWL_IPV4, 0);
    stun_open(w.stun, 0, AWL_IPV6, 0);
    while (request_take(&w, &out, id, 0)) {
        sent++;
        assert_int_equal(out.to.family, out.family);
    }
    assert_int_equal(sent, 2);
    for (int i = 1; i < 50; i++)
        stun_open(w.stun, i, AWL_IPV4, 10);
    for (sent = 0; request_take(&w, &out, id, 10);)
        sent++;
    assert_int_equal(sent, STUN_SOCKETS_MAX);
    stun_free(w.stun);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),    cmocka_unit_test(test_not_session),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_time),
        cmocka_unit_test(test_again),   cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
