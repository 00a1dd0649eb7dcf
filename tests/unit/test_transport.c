/* Two transports and a network in between, on a virtual clock. */
#include "unit.h"

#include "base/rng.h"
#include "blob.h"
#include "state/keys.h"
#include "transport/link.h"
#include "transport/transport.h"

#define FLYING_MAX 4096

struct flying {
    uint64_t at;
    bool to_server;
    int ecn;
    size_t len;
    uint8_t data[DATAGRAM_MAX];
};

/* The network: what is under way, unordered. */
struct net {
    uint64_t now;
    struct rng_seeded seed;
    struct rng rng;
    struct transport *end[2]; /* client, server */
    struct flying *flying;
    size_t count;
    /* its character */
    uint32_t delay, jitter; /* ms one way */
    uint32_t loss, dup;     /* per cent */
    bool down[2];           /* what the end sends is lost */
    size_t mtu;             /* larger ones are lost; 0: all fit */
    /* what was seen */
    unsigned sent[2], wakes[2];
    size_t sent_bytes[2];
    struct buffer typed; /* what the server got */
};

static void
net_init(struct net *n, uint64_t seed)
{
    *n = (struct net){.now = 1000000, .seed = {seed}};
    n->rng = (struct rng){rng_seeded_fill, &n->seed};
    n->flying = malloc(FLYING_MAX * sizeof *n->flying);
    for (int i = 0; i < 2; i++) {
        struct transport_config c = {.server = i == 1, .key = {{5}}, .rng = n->rng};

        c.local_ops = i ? &blob_ops : &keys_ops;
        c.remote_ops = i ? &keys_ops : &blob_ops;
        c.local = i ? (void *)blob_new("") : keys_new();
        c.remote = i ? (void *)keys_new() : blob_new("");
        n->end[i] = transport_new(&c, n->now);
    }
}

static void
net_free(struct net *n)
{
    transport_free(n->end[0]);
    transport_free(n->end[1]);
    free(n->flying);
    buffer_free(&n->typed);
}

static void
net_fly(struct net *n, bool to_server, const uint8_t *data, size_t len)
{
    struct flying *f;

    if (n->down[!to_server] || (n->mtu && len > n->mtu) ||
        rng_below(&n->rng, 100) < n->loss || n->count == FLYING_MAX)
        return;
    f = &n->flying[n->count++];
    f->at = n->now + n->delay + (n->jitter ? rng_below(&n->rng, n->jitter + 1) : 0);
    f->to_server = to_server;
    f->ecn = 0;
    f->len = len;
    memcpy(f->data, data, len);
}

static void
net_pump(struct net *n, int i)
{
    struct transport *t = n->end[i];
    struct bytes payload;
    uint8_t out[DATAGRAM_MAX];
    size_t len;
    int burst = 0;

    n->wakes[i]++;
    transport_tick(t, n->now);
    while (transport_next(t, &payload, n->now)) {
        assert_int_equal(transport_seal(t, payload, n->now, out, &len), 0);
        assert_true(len <= transport_limit(t));
        n->sent[i]++;
        n->sent_bytes[i] += len;
        net_fly(n, i == 0, out, len);
        if (rng_below(&n->rng, 100) < n->dup)
            net_fly(n, i == 0, out, len);
        assert_true(++burst < 10000);
    }
    if (transport_deadline(t) <= n->now)
        fail_msg("end %d: the deadline lies %llu ms behind", i,
                 (unsigned long long)(n->now - transport_deadline(t)));
}

static void
net_deliver(struct net *n, const struct flying *f)
{
    struct transport *t = n->end[f->to_server];
    struct transport_result r;
    struct keys_event e;

    transport_receive(t, bytes_of(f->data, f->len), f->ecn, n->now, &r);
    assert_int_equal(r.error, 0);
    if (!f->to_server)
        return;
    while (keys_take(transport_remote(t), &e)) {
        if (e.kind == KEYS_INPUT)
            buffer_put_bytes(&n->typed, e.input);
        else
            buffer_printf(&n->typed, "<%dx%d>", e.cols, e.rows);
    }
}

/* Runs until `until`, or as long as there is anything to do before it. */
static void
net_run(struct net *n, uint64_t until)
{
    for (;;) {
        uint64_t next = NEVER;
        size_t first = 0;

        net_pump(n, 0);
        net_pump(n, 1);
        for (size_t i = 0; i < n->count; i++)
            if (n->flying[i].at < next) {
                next = n->flying[i].at;
                first = i;
            }
        if (next <= n->now) {
            struct flying f = n->flying[first];

            n->flying[first] = n->flying[--n->count];
            net_deliver(n, &f);
            continue;
        }
        for (int i = 0; i < 2; i++)
            next = sooner(next, transport_deadline(n->end[i]));
        if (next > until)
            break;
        n->now = next;
    }
    n->now = until;
}

static void
net_wait(struct net *n, uint64_t ms)
{
    net_run(n, n->now + ms);
}

static void
type(struct net *n, const char *text)
{
    keys_push(transport_local(n->end[0]), bytes_str(text));
    transport_changed(n->end[0], n->now);
}

static void
show(struct net *n, struct bytes text)
{
    blob_set(transport_local(n->end[1]), text);
    transport_changed(n->end[1], n->now);
}

static struct bytes
shown(struct net *n)
{
    return buffer_bytes(&((struct blob *)transport_remote(n->end[0]))->text);
}

static void
connect_ends(struct net *n)
{
    keys_resize(transport_local(n->end[0]), 80, 24);
    transport_changed(n->end[0], n->now);
    net_wait(n, 3000);
    assert_bytes_equal(buffer_bytes(&n->typed), BYTES_LIT("<80x24>"));
    buffer_clear(&n->typed);
    n->sent[0] = n->sent[1] = n->wakes[0] = n->wakes[1] = 0;
}

/* ---- at rest, and one key ---- */

static void
test_first_contact(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 1);
    n.delay = 20;
    keys_resize(transport_local(n.end[0]), 80, 24);
    transport_changed(n.end[0], n.now);
    show(&n, BYTES_LIT("prompt"));
    assert_true(transport_deadline(n.end[1]) == NEVER);
    net_wait(&n, 20);
    assert_bytes_equal(buffer_bytes(&n.typed), BYTES_LIT("<80x24>"));
    net_wait(&n, 20); /* one round trip */
    assert_bytes_equal(shown(&n), BYTES_LIT("prompt"));
    assert_true(transport_rtt(n.end[0]) == 40);
    net_free(&n);
}

static void
test_unanswered(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 1);
    n.down[0] = true;
    keys_resize(transport_local(n.end[0]), 80, 24);
    transport_changed(n.end[0], n.now);
    net_wait(&n, 1000);
    if (n.sent[0] < 4 || n.sent[0] > 7)
        fail_msg("%u datagrams in the first second, want 4 to 7", n.sent[0]);
    net_wait(&n, 14000);
    if (n.sent[0] > 24)
        fail_msg("%u datagrams in 15 s, want 24 at most", n.sent[0]);
    n.down[0] = false;
    net_wait(&n, 1100);
    assert_bytes_equal(buffer_bytes(&n.typed), BYTES_LIT("<80x24>"));
    net_free(&n);
}

static void
test_idle(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 2);
    n.delay = 25;
    connect_ends(&n);
    net_wait(&n, 60000);
    for (int i = 0; i < 2; i++) {
        if (n.sent[i] < 19 || n.sent[i] > 25)
            fail_msg("end %d sent %u datagrams in a minute, want 19 to 25", i, n.sent[i]);
        /* Each pump of the other end is counted here, too. */
        if (n.wakes[i] > 200)
            fail_msg("end %d woke %u times in a minute", i, n.wakes[i]);
    }
    net_free(&n);
}

static void
test_lone_key(void **state)
{
    static const uint32_t delays[] = {0, 25, 150, 400};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
        struct net n;

        net_init(&n, 3);
        n.delay = delays[i];
        connect_ends(&n);
        for (int key = 0; key < 40; key++) {
            char text[2] = {(char)('a' + key % 26), 0};

            /* A lone key waits for no timer, and one for company while others are under
             * way only for the next millisecond. */
            net_wait(&n, 137);
            buffer_clear(&n.typed);
            type(&n, text);
            net_wait(&n, delays[i] + (delays[i] > 100 ? 1 : 0));
            if (n.typed.len < 1 || n.typed.data[n.typed.len - 1] != (uint8_t)text[0])
                fail_msg("delay %u: key %d came too late", delays[i], key);
        }
        if (n.sent[0] > 90)
            fail_msg("delay %u: %u datagrams for 40 keys", delays[i], n.sent[0]);
        net_free(&n);
    }
}

static void
test_echo_round_trip(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 3);
    n.delay = 50;
    connect_ends(&n);
    for (int key = 0; key < 30; key++) {
        char text[32];

        net_wait(&n, 311);
        type(&n, "k");
        net_wait(&n, 50);
        snprintf(text, sizeof text, "screen %d", key);
        show(&n, bytes_str(text));
        net_wait(&n, 50);
        assert_bytes_equal(shown(&n), bytes_str(text));
    }
    net_free(&n);
}

/* Datagrams of the client for 40 keys, each echoed, 160 ms apart. */
static unsigned
typing_costs(bool own)
{
    struct net n;
    unsigned before, sent;

    net_init(&n, 3);
    n.delay = 25;
    connect_ends(&n);
    for (int i = 0; i < 2 && own; i++)
        transport_peer_own(n.end[i]);
    net_wait(&n, 1000);
    before = n.sent[0];
    for (int key = 0; key < 40; key++) {
        char text[32];

        type(&n, "k");
        net_wait(&n, 25);
        snprintf(text, sizeof text, "screen %d", key);
        show(&n, bytes_str(text));
        net_wait(&n, 135);
        assert_bytes_equal(shown(&n), bytes_str(text));
    }
    sent = n.sent[0] - before;
    net_free(&n);
    return sent;
}

/* Echoes are acknowledged with the next key, unless mosh is the peer, which waits half as
 * long. */
static void
test_acks_ride(void **state)
{
    unsigned own = typing_costs(true), stock = typing_costs(false);

    (void)state;
    if (own < 40 || own > 44)
        fail_msg("%u datagrams for 40 keys between own peers, want 40 to 44", own);
    assert_in_range(stock, 70, 85);
}

/* ---- trouble ---- */

/* Keys and screens under loss, reordering and duplicates: all arrives, once, in order. */
static void
test_converges(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct buffer want = {0};
        struct net n;
        char text[600];

        net_init(&n, seed);
        n.delay = rng_below(&n.rng, 200);
        n.jitter = rng_below(&n.rng, 100);
        n.loss = rng_below(&n.rng, 40);
        n.dup = rng_below(&n.rng, 20);
        for (int i = 0; i < 150; i++) {
            uint32_t what = rng_below(&n.rng, 20);

            if (what == 0) {
                keys_resize(transport_local(n.end[0]), 80 + i, 24);
                transport_changed(n.end[0], n.now);
                buffer_printf(&want, "<%dx24>", 80 + i);
                /* Two in a row would be one. */
                type(&n, ";");
                buffer_put_str(&want, ";");
            } else if (what < 12) {
                snprintf(text, sizeof text, "%d,", i);
                type(&n, text);
                buffer_put_str(&want, text);
            } else if (what < 18) {
                snprintf(text, sizeof text, "%d %.*s", i, (int)rng_below(&n.rng, 500),
                         "##################################################");
                show(&n, bytes_str(text));
            } else if (what == 18) {
                uint8_t big[5000];

                rng_bytes(&n.rng, big, sizeof big);
                show(&n, bytes_of(big, sizeof big));
            }
            net_wait(&n, rng_below(&n.rng, 120));
        }
        show(&n, BYTES_LIT("the end"));
        net_wait(&n, 20000);
        if (!bytes_equal(shown(&n), BYTES_LIT("the end")))
            fail_msg("seed %llu: the screen is not there", (unsigned long long)seed);
        if (!bytes_equal(buffer_bytes(&n.typed), buffer_bytes(&want)))
            fail_msg("seed %llu: %zu bytes arrived, want %zu", (unsigned long long)seed,
                     n.typed.len, want.len);
        assert_int_equal(transport_unacked_since(n.end[0]), NEVER);
        assert_int_equal(keys_unacked(transport_local(n.end[0])), 0);
        net_free(&n);
        buffer_free(&want);
    }
}

static void
test_blackout(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 4);
    n.delay = 25;
    connect_ends(&n);
    n.down[0] = n.down[1] = true;
    type(&n, "x");
    show(&n, BYTES_LIT("news"));
    net_wait(&n, 30000);
    /* No storm: some quick repeats, then about one a second. */
    for (int i = 0; i < 2; i++)
        if (n.sent[i] < 10 || n.sent[i] > 50)
            fail_msg("end %d sent %u datagrams into the void, want 10 to 50", i,
                     n.sent[i]);
    n.down[0] = n.down[1] = false;
    net_wait(&n, 1200);
    assert_bytes_equal(buffer_bytes(&n.typed), BYTES_LIT("x"));
    assert_bytes_equal(shown(&n), BYTES_LIT("news"));
    net_free(&n);
}

static void
test_association_ends(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 4);
    n.delay = 25;
    connect_ends(&n);
    n.down[0] = true;
    show(&n, BYTES_LIT("news"));
    net_wait(&n, 45000);
    n.sent[1] = 0;
    assert_true(transport_deadline(n.end[1]) == NEVER);
    net_wait(&n, 100000);
    assert_int_equal(n.sent[1], 0);
    show(&n, BYTES_LIT("later news"));
    n.down[0] = false;
    type(&n, "y");
    net_wait(&n, 27); /* at once when it is heard */
    assert_bytes_equal(buffer_bytes(&n.typed), BYTES_LIT("y"));
    net_wait(&n, 27);
    assert_bytes_equal(shown(&n), BYTES_LIT("later news"));
    net_free(&n);
}

static void
test_small_path(void **state)
{
    uint8_t big[30000];
    struct net n;

    (void)state;
    net_init(&n, 5);
    n.delay = 25;
    connect_ends(&n);
    transport_set_limit(n.end[1], TRANSPORT_LIMIT_V4);
    n.mtu = 600;
    rng_bytes(&n.rng, big, sizeof big);
    show(&n, bytes_of(big, sizeof big));
    for (int i = 0; i < 50; i++) {
        type(&n, "k");
        net_wait(&n, 200);
    }
    assert_int_equal(transport_limit(n.end[1]), TRANSPORT_LIMIT_MIN);
    assert_true(bytes_equal(shown(&n), bytes_of(big, sizeof big)));
    net_free(&n);
}

static void
test_large_screens_under_loss(void **state)
{
    static uint8_t big[60000];
    struct net n;

    (void)state;
    net_init(&n, 6);
    n.delay = 25;
    n.loss = 20;
    connect_ends(&n);
    rng_bytes(&n.rng, big, sizeof big);
    show(&n, bytes_of(big, sizeof big));
    /* 48 fragments: all at once would have to get through with 0.8^48. */
    net_wait(&n, 5000);
    assert_true(bytes_equal(shown(&n), bytes_of(big, sizeof big)));
    net_free(&n);
}

static void
test_long_way(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 7);
    n.delay = 3000;
    keys_resize(transport_local(n.end[0]), 80, 24);
    transport_changed(n.end[0], n.now);
    net_wait(&n, 30000);
    n.sent[0] = n.sent[1] = 0;
    type(&n, "x");
    net_wait(&n, 20000);
    if (n.sent[0] > 12)
        fail_msg("%u datagrams for a key over a way of 6 s", n.sent[0]);
    assert_true(transport_rto(n.end[0]) > 6000);
    net_free(&n);
}

static void
test_paste(void **state)
{
    size_t size = 10u << 20;
    uint8_t *paste = malloc(size);
    struct net n;

    (void)state;
    net_init(&n, 8);
    n.delay = 10;
    n.loss = 2;
    connect_ends(&n);
    for (size_t i = 0; i < size; i++)
        paste[i] = (uint8_t)(rng_u64(&n.rng) & 63);
    keys_push(transport_local(n.end[0]), bytes_of(paste, size));
    transport_changed(n.end[0], n.now);
    net_wait(&n, 300000);
    if (!bytes_equal(buffer_bytes(&n.typed), bytes_of(paste, size)))
        fail_msg("%zu bytes of %zu arrived", n.typed.len, size);
    net_free(&n);
    free(paste);
}

static void
test_push_back(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 9);
    n.delay = 10;
    connect_ends(&n);
    keys_set_room(transport_remote(n.end[1]), 0);
    type(&n, "abc");
    net_wait(&n, 10000);
    assert_int_equal(n.typed.len, 0);
    assert_true(n.sent[0] < 40);
    /* Screens still come through meanwhile. */
    show(&n, BYTES_LIT("news"));
    net_wait(&n, 100);
    assert_bytes_equal(shown(&n), BYTES_LIT("news"));
    keys_set_room(transport_remote(n.end[1]), 100);
    net_wait(&n, 1100);
    assert_bytes_equal(buffer_bytes(&n.typed), BYTES_LIT("abc"));
    net_free(&n);
}

/* ---- the end ---- */

static void
test_shutdown(void **state)
{
    (void)state;
    for (int who = 0; who < 3; who++)
        for (uint64_t seed = 1; seed < 20; seed++) {
            struct net n;

            net_init(&n, seed);
            n.delay = 30;
            n.loss = seed == 1 ? 0 : 20;
            keys_resize(transport_local(n.end[0]), 80, 24);
            transport_changed(n.end[0], n.now);
            net_wait(&n, 3000);
            type(&n, "last keys");
            show(&n, BYTES_LIT("last screen"));
            for (int i = 0; i < 2; i++)
                if (who == i || who == 2)
                    transport_shutdown(n.end[i], n.now);
            net_wait(&n, 4000);
            for (int i = 0; i < 2; i++) {
                if (who != i && who != 2)
                    continue;
                if (!transport_shutdown_acked(n.end[i]))
                    fail_msg("who %d, seed %llu: end %d is not confirmed", who,
                             (unsigned long long)seed, i);
                assert_false(transport_shutdown_given_up(n.end[i]));
                assert_true(transport_peer_shut_down(n.end[!i]));
                assert_true(transport_peer_shutdown_answered(n.end[!i]));
            }
            if (who != 1)
                assert_bytes_equal(bytes_slice(buffer_bytes(&n.typed), 7, 100),
                                   BYTES_LIT("last keys"));
            if (who != 0)
                assert_bytes_equal(shown(&n), BYTES_LIT("last screen"));
            net_free(&n);
        }
}

static void
test_shutdown_unanswered(void **state)
{
    struct net n;

    (void)state;
    net_init(&n, 1);
    n.delay = 1;
    connect_ends(&n);
    n.down[0] = true;
    transport_shutdown(n.end[0], n.now);
    net_wait(&n, 1000);
    assert_false(transport_shutdown_given_up(n.end[0]));
    net_wait(&n, 4000);
    assert_true(transport_shutdown_given_up(n.end[0]));
    assert_int_equal(n.sent[0], 16);
    net_free(&n);
    /* A server to which nobody ever spoke has nobody to tell. */
    net_init(&n, 1);
    transport_shutdown(n.end[1], n.now);
    assert_true(transport_shutdown_given_up(n.end[1]));
    net_free(&n);
}

/* ---- the datagram plane ---- */

static void
test_extra(void **state)
{
    struct transport_result r;
    uint8_t out[DATAGRAM_MAX];
    struct bytes payload;
    size_t len;
    struct net n;

    (void)state;
    net_init(&n, 1);
    connect_ends(&n);
    transport_set_extra(n.end[0], BYTES_LIT("a path"), BYTES_LIT("hello"));
    transport_answer_soon(n.end[0], n.now);
    transport_tick(n.end[0], n.now);
    assert_true(transport_next(n.end[0], &payload, n.now));
    /* The same on two paths, each under its own number. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(transport_seal(n.end[0], payload, n.now, out, &len), 0);
        transport_receive(n.end[1], bytes_of(out, len), 0, n.now, &r);
        assert_true(r.fresh && r.instruction);
        assert_int_equal(r.new_remote, i == 0);
        assert_bytes_equal(r.path, BYTES_LIT("a path"));
        assert_bytes_equal(r.hello, BYTES_LIT("hello"));
    }
    transport_receive(n.end[1], bytes_of(out, len), 0, n.now, &r);
    assert_true(r.replayed && !r.instruction && !r.path.data);
    assert_false(transport_next(n.end[0], &payload, n.now));

    /* A probe spends no state, whenever it is made. */
    {
        uint64_t sent = transport_sent_num(n.end[1]);
        uint8_t path[TRANSPORT_PATH_MAX];

        rng_bytes(&n.rng, path, sizeof path);
        transport_probe(n.end[1], bytes_of(path, sizeof path), BYTES_NONE, &payload);
        assert_int_equal(transport_seal(n.end[1], payload, n.now, out, &len), 0);
        assert_true(len < 600);
        transport_receive(n.end[0], bytes_of(out, len), 0, n.now, &r);
        assert_true(r.instruction && !r.new_remote);
        assert_bytes_equal(r.path, bytes_of(path, sizeof path));
        assert_null(r.hello.data);
        assert_true(r.acked);
        assert_int_equal(transport_sent_num(n.end[1]), sent);
    }
    transport_set_extra(n.end[0], BYTES_NONE, BYTES_NONE);
    transport_answer_soon(n.end[0], n.now);
    assert_true(transport_next(n.end[0], &payload, n.now));
    transport_seal(n.end[0], payload, n.now, out, &len);
    transport_receive(n.end[1], bytes_of(out, len), 0, n.now, &r);
    assert_null(r.path.data);
    net_free(&n);
}

/* What a peer sends without ever letting go stays bounded. */
static void
test_bounded_states(void **state)
{
    struct net n;
    struct transport *t;

    (void)state;
    net_init(&n, 1);
    t = n.end[0];
    for (int i = 0; i < 3000; i++) {
        char text[40];

        /* The server's own sender never learns that anything arrived. */
        n.down[0] = i > 0;
        snprintf(text, sizeof text, "%d", i);
        show(&n, bytes_str(text));
        net_wait(&n, 30);
        assert_true(transport_remote_bytes(t) < (64u << 20) + 4096);
    }
    net_free(&n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_contact),
        cmocka_unit_test(test_unanswered),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_lone_key),
        cmocka_unit_test(test_echo_round_trip),
        cmocka_unit_test(test_acks_ride),
        cmocka_unit_test(test_converges),
        cmocka_unit_test(test_blackout),
        cmocka_unit_test(test_association_ends),
        cmocka_unit_test(test_small_path),
        cmocka_unit_test(test_large_screens_under_loss),
        cmocka_unit_test(test_long_way),
        cmocka_unit_test(test_paste),
        cmocka_unit_test(test_push_back),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_shutdown_unanswered),
        cmocka_unit_test(test_extra),
        cmocka_unit_test(test_bounded_states),
    };

    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
