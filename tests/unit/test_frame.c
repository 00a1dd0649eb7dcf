#include "unit.h"

#include "base/rng.h"
#include "session/frame.h"

static void
test_bytes(void **state)
{
    struct frames *f = frames_new(0);
    struct bytes got;

    (void)state;
    assert_true(frames_put(f, BYTES_LIT("ab"), 1));
    assert_true(frames_put(f, BYTES_LIT("c"), 1));
    assert_bytes_equal(frames_output(f), BYTES_LIT("\0\2ab\0\1c"));
    frames_wrote(f, 3);
    assert_bytes_equal(frames_output(f), BYTES_LIT("b\0\1c"));
    frames_wrote(f, 4);
    frames_input(f, BYTES_LIT("\0\0\0\1x\x80\2\0\2yz"), 2);
    assert_true(frames_datagram(f, &got));
    assert_bytes_equal(got, BYTES_LIT("x"));
    assert_true(frames_datagram(f, &got));
    assert_bytes_equal(got, BYTES_LIT("yz"));
    assert_false(frames_datagram(f, &got));
    assert_bytes_equal(frames_output(f), BYTES_LIT("\x80\2")); /* acknowledges both */
    assert_false(frames_bad(f));
    frames_free(f);
}

static void
test_bad_frames(void **state)
{
    static const struct {
        const char *name;
        struct bytes in;
    } cases[] = {
        {"one byte too long", BYTES_TABLE("\x08\x01")},
        {"far too long", BYTES_TABLE("\x7f\xff")},
        {"no acknowledgement in it", BYTES_TABLE("\x80\x00")},
        {"acknowledges what was never sent", BYTES_TABLE("\x80\x01")},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct frames *f = frames_new(0);
        struct bytes got;

        frames_input(f, cases[i].in, 1);
        assert_false(frames_datagram(f, &got));
        if (!frames_bad(f))
            fail_msg("%s: taken", cases[i].name);
        frames_input(f, BYTES_LIT("\0\1x"), 2);
        assert_false(frames_datagram(f, &got));
        frames_free(f);
    }
}

static void
test_sizes(void **state)
{
    static uint8_t big[FRAME_DATAGRAM_MAX + 1];
    struct frames *f = frames_new(0);

    (void)state;
    assert_false(frames_put(f, BYTES_NONE, 1));
    assert_true(frames_put(f, bytes_of(big, FRAME_DATAGRAM_MAX), 1));
    assert_false(frames_put(f, bytes_of(big, FRAME_DATAGRAM_MAX + 1), 1));
    frames_free(f);
}

/* Drop, never queue: 64 KiB unacknowledged, or 2048 datagrams. */
static void
test_window(void **state)
{
    static const size_t sizes[] = {1, 31, 32, 33, 100, 1400, 2048};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        uint8_t data[FRAME_DATAGRAM_MAX] = {0};
        struct frames *f = frames_new(0);
        size_t put = 0, want = MIN(FRAME_WINDOW / sizes[i], FRAME_UNACKED_MAX);
        struct bytes got;

        while (frames_put(f, bytes_of(data, sizes[i]), 1))
            put++;
        if (put != want)
            fail_msg("%zu bytes each: %zu put, want %zu", sizes[i], put, want);
        frames_wrote(f, frames_output(f).len);
        assert_false(frames_put(f, bytes_of(data, sizes[i]), 1));
        frames_input(f, BYTES_LIT("\x80\x01"), 2);
        assert_false(frames_datagram(f, &got));
        assert_true(frames_put(f, bytes_of(data, sizes[i]), 1));
        assert_false(frames_put(f, bytes_of(data, sizes[i]), 1));
        frames_free(f);
    }
}

static void
test_keepalive(void **state)
{
    struct frames *f = frames_new(1000);

    (void)state;
    assert_int_equal(frames_deadline(f), 31000);
    frames_tick(f, 30999);
    assert_int_equal(frames_output(f).len, 0);
    frames_tick(f, 31000);
    assert_bytes_equal(frames_output(f), BYTES_LIT("\0\0"));
    assert_int_equal(frames_deadline(f), 61000);
    /* A pipe that takes nothing collects no keepalives. */
    frames_tick(f, 61000);
    assert_bytes_equal(frames_output(f), BYTES_LIT("\0\0"));
    frames_wrote(f, 2);
    assert_true(frames_put(f, BYTES_LIT("x"), 70000));
    assert_int_equal(frames_deadline(f), 100000);
    frames_free(f);
}

/* A peer that only sends: what we owe it is counted, not queued. */
static void
test_stuck_pipe(void **state)
{
    struct frames *f = frames_new(0);
    struct bytes got;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        frames_input(f, BYTES_LIT("\0\1x"), 1);
        while (frames_datagram(f, &got))
            ;
        assert_true(frames_output(f).len < 140000);
    }
    assert_false(frames_bad(f));
    frames_free(f);
}

/* Two ends, cut anywhere: everything put arrives, in order. */
static void
test_random_cuts(void **state)
{
    struct rng_seeded seed = {20240607};
    struct rng rng = {rng_seeded_fill, &seed};

    (void)state;
    print_message("# seed %llu\n", (unsigned long long)seed.state);
    for (int run = 0; run < 50; run++) {
        struct frames *end[2] = {frames_new(0), frames_new(0)};
        uint32_t put[2] = {0, 0}, got[2] = {0, 0};

        for (int step = 0; step < 400; step++) {
            int from = (int)rng_below(&rng, 2);
            uint8_t data[300];
            size_t len = 4 + rng_below(&rng, sizeof data - 4);
            struct bytes out, in;

            memset(data, from, sizeof data);
            be32_put(data, put[from]);
            if (rng_below(&rng, 2) && frames_put(end[from], bytes_of(data, len), 1))
                put[from]++;
            out = frames_output(end[from]);
            len = out.len ? rng_below(&rng, (uint32_t)out.len + 1) : 0;
            frames_input(end[!from], bytes_slice(out, 0, len), 1);
            while (frames_datagram(end[!from], &in)) {
                assert_int_equal(be32_get(in.data), got[from]);
                got[from]++;
            }
            frames_wrote(end[from], len);
        }
        for (int from = 0; from < 2; from++) {
            struct bytes in;

            frames_input(end[!from], frames_output(end[from]), 1);
            while (frames_datagram(end[!from], &in))
                got[from]++;
            assert_int_equal(got[from], put[from]);
            assert_false(frames_bad(end[from]));
        }
        frames_free(end[0]);
        frames_free(end[1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),       cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_sizes),       cmocka_unit_test(test_window),
        cmocka_unit_test(test_keepalive),   cmocka_unit_test(test_stuck_pipe),
        cmocka_unit_test(test_random_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
