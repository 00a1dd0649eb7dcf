/* What STUN servers and routers gave, on its way into the candidates. */
#include "punch_side.h"

static struct scout_found
found_at(int socket, const char *addr, enum candidate_kind kind)
{
    return (struct scout_found){socket, {addr_at(addr), kind, CANDIDATE_SERVER_FIRST}};
}

static bool
announced(const struct side *s, const char *addr, enum candidate_kind kind)
{
    struct awl_addr a = addr_at(addr);

    return candidate_set_find(&punch_message(s->p)->cands, &a, 1u << kind) != NULL;
}

/* What is found raises the generation, once a second at most, and only what is new. */
static void
test_client_found(void **state)
{
    struct side c;
    struct punch_message m = echo(1);
    struct awl_addr to = addr_at(SERVER_UDP);
    struct scout_found found[3] = {
        found_at(SCOUT_SOCKET, "203.0.113.9:7777", CANDIDATE_MAPPED),
        found_at(1, "203.0.113.9:40001", CANDIDATE_SEEN),
        found_at(2, "203.0.113.9:50002", CANDIDATE_SEEN), /* a socket that is not there */
    };

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1100);
    punch_message_input(c.p, &m, 1100);
    punch_found(c.p, found, 1, 1200);
    punch_found(c.p, found, 3, 1300);
    run(&c, 1200, 1999);
    assert_int_equal(punch_message(c.p)->gen, 1);
    c.len = 0;
    run(&c, 2000, 2100);
    assert_trace(&c, "1000 probe 1 " SERVER_UDP "; 1000 answer");
    assert_int_equal(punch_message(c.p)->gen, 2);
    assert_true(announced(&c, "203.0.113.9:7777", CANDIDATE_MAPPED));
    assert_true(announced(&c, "203.0.113.9:40001", CANDIDATE_SEEN));
    assert_false(announced(&c, "203.0.113.9:50002", CANDIDATE_SEEN));
    /* The same once more, and less of it, are no news. */
    punch_found(c.p, found, 3, 3500);
    punch_found(c.p, found, 1, 3500);
    run(&c, 3500, 3600);
    assert_int_equal(punch_message(c.p)->gen, 2);
    /* Nor does anybody want news where a way was found. */
    punch_validated(c.p, 1, &to, 3600);
    found[1] = found_at(1, "203.0.113.9:40077", CANDIDATE_SEEN);
    punch_found(c.p, found, 2, 3700);
    run(&c, 3700, 9000);
    assert_int_equal(punch_message(c.p)->gen, 2);
    punch_free(c.p);
}

/* In the second try its new port stays, and the end doesn't move. */
static void
test_client_found_late(void **state)
{
    struct side c;
    struct punch_message m = echo(1);
    struct scout_found found = found_at(2, "203.0.113.9:50002", CANDIDATE_SEEN);

    (void)state;
    client_new(&c, &open_client, 1000);
    punch_peer(c.p, true, true, 1000);
    run(&c, 1000, 1100);
    punch_message_input(c.p, &m, 1100);
    run(&c, 1100, 2250);
    punch_found(c.p, &found, 1, 2250);
    run(&c, 2250, 3300);
    assert_int_equal(punch_message(c.p)->gen, 3);
    assert_true(announced(&c, "203.0.113.9:50002", CANDIDATE_SEEN));
    c.len = 0;
    run(&c, 3300, 9000);
    assert_trace(&c, "5000 close 2; 5000 gave up 0");
    /* An answer that comes when all is over begins nothing for a socket that is gone. */
    found = found_at(2, "203.0.113.9:50003", CANDIDATE_SEEN);
    punch_found(c.p, &found, 1, 9000);
    run(&c, 9000, 9100);
    assert_trace(&c, "");
    punch_free(c.p);
}

/* A server whose port is mapped lets the client come first. */
static void
test_server_found(void **state)
{
    struct side s;
    struct punch_message m = {.gen = 1};
    struct scout_found found = found_at(0, "203.0.113.9:60001", CANDIDATE_MAPPED);

    (void)state;
    server_new(&s, "10.0.0.5", false, 1000);
    punch_found(s.p, &found, 1, 1100);
    run(&s, 1100, 1999);
    assert_int_equal(punch_message(s.p)->gen, 1);
    run(&s, 2000, 2100);
    assert_int_equal(punch_message(s.p)->gen, 2);
    assert_true(announced(&s, "203.0.113.9:60001", CANDIDATE_MAPPED));
    assert_trace(&s, "1000 answer");
    add(&m, "198.51.100.2:40001", CANDIDATE_SEEN, CANDIDATE_CLIENT_FIRST);
    add(&m, "203.0.113.20:60001", CANDIDATE_DIALLED, CANDIDATE_CLIENT_FIRST);
    punch_rtt(s.p, 100);
    punch_message_input(s.p, &m, 3000);
    run(&s, 3000, 4000);
    assert_trace(&s, "2000 opener 0 198.51.100.2:40001 ttl 1; 2000 answer; "
                     "2010 opener 0 198.51.100.2:40001 ttl 1; "
                     "2040 opener 0 198.51.100.2:40001 ttl 1; "
                     "2200 probe 0 198.51.100.2:40001; "
                     "2250 probe 0 198.51.100.2:40001; "
                     "2450 probe 0 198.51.100.2:40001");
    punch_free(s.p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_found),
        cmocka_unit_test(test_client_found_late),
        cmocka_unit_test(test_server_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
