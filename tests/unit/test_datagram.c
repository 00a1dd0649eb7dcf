#include "unit.h"

#include "base/err.h"
#include "crypto/datagram.h"

static const struct awl_key key = {{1, 2, 3}};

static void
test_round_trip_and_numbers(void **state)
{
    struct datagrams *client = datagrams_new(&key, DIRECTION_TO_SERVER);
    struct datagrams *server = datagrams_new(&key, DIRECTION_TO_CLIENT);
    static const size_t lengths[] = {0,  1,  4,    15,
                                     16, 17, 1000, DATAGRAM_MAX - DATAGRAM_OVERHEAD};
    uint8_t plain[DATAGRAM_MAX], sealed[DATAGRAM_MAX], opened[DATAGRAM_MAX];

    (void)state;
    memset(plain, 'x', sizeof plain);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct bytes got;
        uint64_t seq;
        size_t len;

        assert_int_equal(datagrams_next_seq(client), i);
        assert_int_equal(
            datagrams_seal(client, bytes_of(plain, lengths[i]), sealed, &len), 0);
        assert_int_equal(len, lengths[i] + DATAGRAM_OVERHEAD);
        assert_int_equal(be64_get(sealed), i);
        assert_int_equal(
            datagrams_open(server, bytes_of(sealed, len), opened, &got, &seq), 0);
        assert_int_equal(seq, i);
        assert_bytes_equal(got, bytes_of(plain, lengths[i]));

        /* Sent back to where it came from, it is nobody's. */
        assert_int_equal(
            datagrams_open(client, bytes_of(sealed, len), opened, &got, &seq), ERR_AUTH);
        for (size_t bit = 0; bit < len * 8; bit += 7) {
            sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(
                datagrams_open(server, bytes_of(sealed, len), opened, &got, &seq),
                ERR_AUTH);
            sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    datagrams_seal(server, BYTES_NONE, sealed, &(size_t){0});
    assert_int_equal(sealed[0], 0x80);
    datagrams_free(client);
    datagrams_free(server);
}

static void
test_lengths(void **state)
{
    struct datagrams *d = datagrams_new(&key, DIRECTION_TO_CLIENT);
    uint8_t in[DATAGRAM_MAX + 1] = {0}, out[DATAGRAM_MAX];
    struct bytes got;
    uint64_t seq;

    (void)state;
    for (size_t n = 0; n <= sizeof in; n++) {
        int want = n < DATAGRAM_OVERHEAD || n > DATAGRAM_MAX ? ERR_FORMAT : ERR_AUTH;
        int r = datagrams_open(d, bytes_of(in, n), out, &got, &seq);

        if (r != want)
            fail_msg("length %zu: got %d, want %d", n, r, want);
    }
    datagrams_free(d);
}

static void
test_the_key_is_used_up(void **state)
{
    struct datagrams *d = datagrams_new(&key, DIRECTION_TO_SERVER);
    uint8_t out[DATAGRAM_MAX];
    size_t len;

    (void)state;
    datagrams_set_blocks(d, DATAGRAM_BLOCKS_MAX - 1);
    assert_int_equal(datagrams_seal(d, BYTES_LIT("12345678"), out, &len), 0);
    assert_int_equal(datagrams_seal(d, BYTES_LIT("12345678"), out, &len), ERR_LIMIT);
    assert_int_equal(len, 0);
    assert_int_equal(datagrams_next_seq(d), 1);
    datagrams_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_and_numbers),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_the_key_is_used_up),
    };

    return cmocka_run_group_tests_name("datagram", tests, NULL, NULL);
}
