#include "unit.h"

#include <errno.h>
#include <poll.h>

#include "base/addr.h"
#include "platform/udp.h"

static struct awl_addr
addr_of(const char *text, uint16_t port)
{
    struct awl_addr a = {0};

    if (text[0] != '\0')
        assert_true(addr_parse(bytes_str(text), port, &a));
    return a;
}

/* What was sent on loopback is there when send returns, or very soon. */
static bool
receive(struct udp *u, struct awl_datagram *d)
{
    struct pollfd p = {.fd = u->fd, .events = POLLIN};

    poll(&p, 1, 2000);
    return udp_receive(u, d);
}

static void
test_what_arrives(void **state)
{
    static const struct {
        const char *server, *client, *to; /* "" : any, both families */
        int ttl, ecn;
    } cases[] = {
        {"127.0.0.1", "127.0.0.1", "127.0.0.1", 0, 2},
        {"127.0.0.1", "0.0.0.0", "127.0.0.1", 7, 0},
        {"::1", "::", "::1", 0, 2},
        {"::1", "::", "::1", 9, 3},
        {"", "0.0.0.0", "127.0.0.1", 5, 1},
        {"", "::", "::1", 5, 1},
        {"127.0.0.1", "", "127.0.0.1", 3, 3}, /* a v4-mapped peer */
        {"127.0.0.1", "", "127.0.0.1", 0, 2},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr at = addr_of(cases[i].server, 0);
        struct awl_addr from = addr_of(cases[i].client, 0);
        static struct udp server, client;
        struct awl_datagram d;
        struct awl_addr to;
        int want_ttl = cases[i].ttl > 0 ? cases[i].ttl : 64;

        if (udp_open(&server, &at, 0, 0) != 0 || udp_open(&client, &from, 0, 0) != 0)
            fail_msg("case %zu: no socket: %s", i, strerror(errno));
        assert_false(udp_receive(&server, &d));
        to = addr_of(cases[i].to, server.port);
        assert_int_equal(
            udp_send(&client, &to, NULL, cases[i].ttl, cases[i].ecn, BYTES_LIT("hello")),
            0);
        assert_int_equal(udp_send(&client, &to, NULL, 0, 2, BYTES_NONE), 0);
        if (!receive(&server, &d))
            fail_msg("case %zu: nothing came", i);
        assert_bytes_equal(bytes_of(d.data, d.len), BYTES_LIT("hello"));
        if (d.ttl != want_ttl || d.ecn != cases[i].ecn)
            fail_msg("case %zu: got ttl %d ecn %d, want ttl %d ecn %d", i, d.ttl, d.ecn,
                     want_ttl, cases[i].ecn);
        if (!addr_equal(&d.to, &to) || d.from.port != client.port ||
            !addr_same_host(&d.from, &to))
            fail_msg("case %zu: wrong addresses", i);
        if (!receive(&server, &d) || d.len != 0)
            fail_msg("case %zu: the empty datagram did not come", i);
        udp_close(&server);
        udp_close(&client);
    }
}

static void
test_source_address(void **state)
{
    struct awl_addr any = {0}, to = addr_of("127.0.0.1", 0),
                    from = addr_of("127.0.0.9", 0);
    struct awl_addr nowhere = addr_of("192.0.2.1", 0);
    static struct udp a, b;
    struct awl_datagram d;

    (void)state;
    assert_int_equal(udp_open(&a, &to, 0, 0), 0);
    assert_int_equal(udp_open(&b, &any, 0, 0), 0);
    to.port = a.port;
    assert_int_equal(udp_send(&b, &to, &from, 0, 2, BYTES_LIT("x")), 0);
    assert_true(receive(&a, &d));
    assert_true(addr_same_host(&d.from, &from));
    /* An address that is gone doesn't keep the datagram back. */
    assert_int_equal(udp_send(&b, &to, &nowhere, 0, 2, BYTES_LIT("y")), 0);
    assert_true(receive(&a, &d));
    assert_bytes_equal(bytes_of(d.data, d.len), BYTES_LIT("y"));
    udp_close(&a);
    udp_close(&b);
}

static void
test_sizes(void **state)
{
    struct awl_addr to = addr_of("127.0.0.1", 0);
    static struct udp a, b;
    static uint8_t big[70000];
    struct awl_datagram d;

    (void)state;
    assert_int_equal(udp_open(&a, &to, 0, 0), 0);
    assert_int_equal(udp_open(&b, &to, 0, 0), 0);
    to.port = a.port;
    assert_int_equal(udp_send(&b, &to, NULL, 0, 2, bytes_of(big, UDP_DATAGRAM_MAX + 1)),
                     0);
    assert_int_equal(udp_send(&b, &to, NULL, 0, 2, bytes_of(big, UDP_DATAGRAM_MAX)), 0);
    assert_int_equal(udp_send(&b, &to, NULL, 0, 2, bytes_of(big, sizeof(big))), EMSGSIZE);
    assert_true(receive(&a, &d)); /* the one too long was dropped whole */
    assert_int_equal(d.len, UDP_DATAGRAM_MAX);
    assert_false(udp_receive(&a, &d));
    assert_int_equal(
        udp_send(&b, &(struct awl_addr){.family = AWL_IPV6}, NULL, 0, 2, BYTES_NONE),
        EAFNOSUPPORT);
    udp_close(&a);
    udp_close(&b);
    assert_int_equal(udp_send(&b, &to, NULL, 0, 2, BYTES_NONE), EBADF);
}

static void
test_port_range(void **state)
{
    struct awl_addr at = addr_of("127.0.0.1", 0), bad = addr_of("192.0.2.1", 0);
    static struct udp a, b;
    uint16_t low;

    (void)state;
    assert_int_equal(udp_open(&a, &at, 0, 0), 0);
    low = a.port;
    assert_int_equal(udp_open(&b, &at, low, low), EADDRINUSE);
    assert_int_equal(b.fd, -1);
    assert_int_equal(udp_port_test(low), EADDRINUSE);
    assert_int_equal(udp_open(&b, &at, low, (uint16_t)(low < 65000 ? low + 500 : low)),
                     low < 65000 ? 0 : EADDRINUSE);
    assert_true(b.fd < 0 || b.port > low);
    udp_close(&b);
    assert_int_equal(udp_open(&b, &bad, 1024, 65535), EADDRNOTAVAIL);
    udp_close(&a);
    assert_int_equal(udp_port_test(low), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_arrives),
        cmocka_unit_test(test_source_address),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_port_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
