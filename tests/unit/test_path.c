#include "addrs.h"

#include "session/hello.h"
#include "session/path.h"

#define TRACE_MAX 4096u
#define A         "203.0.113.20:60001"
#define B         "[2001:db8::20]:60001"
#define OWN       "198.51.100.10"
#define ALL       (HELLO_PATH | HELLO_PUNCH | HELLO_VALIDATE | HELLO_MIRROR)

/* One side, its outputs as text, and its peer's half of the challenges. */
struct side {
    struct paths *p;
    struct paths_link link;
    struct rng_seeded seed;
    uint64_t start, seq;
    char trace[TRACE_MAX];
    size_t len;
};

static struct path_ref
udp(const char *to)
{
    return (struct path_ref){PATH_UDP, 1, addr_at(to), {0}};
}

static const struct path_ref pipe_ref = {.kind = PATH_PIPE};

static struct path_ref
ref_of(const char *name)
{
    return strcmp(name, "pipe") == 0 ? pipe_ref : udp(name);
}

static void
side_new(struct side *s, bool client, const char *own_text, bool keep_ssh, uint64_t now)
{
    struct awl_addr own = addr_at(own_text);
    struct path_config config = {.client = client,
                                 .keep_ssh = keep_ssh,
                                 .own = &own,
                                 .own_count = 1,
                                 .rng = {rng_seeded_fill, &s->seed}};

    *s = (struct side){.seed = {1}, .start = now};
    s->link = (struct paths_link){NEVER, 100, 50, 3000};
    s->p = paths_new(&config, now);
}

static void
put(struct side *s, uint64_t now, const char *what, const struct path_ref *ref)
{
    char addr[ADDR_TEXT_LEN] = "pipe";

    if (ref != NULL && ref->kind == PATH_UDP)
        addr_text(&ref->to, addr);
    s->len += (size_t)snprintf(s->trace + s->len, TRACE_MAX - s->len, "%s%llu %s%s%s",
                               s->len ? "; " : "", (unsigned long long)(now - s->start),
                               what, ref != NULL ? " " : "", ref != NULL ? addr : "");
    assert_true(s->len < TRACE_MAX);
}

/* A Path message with a challenge, as the session would make it; kept for answering. */
static struct punch_message
stamp(struct side *s, const struct path_ref *ref, bool probe, uint64_t now)
{
    struct punch_message m = {0};

    paths_stamp(s->p, ref, probe, &m, now);
    paths_sent(s->p, ref, 100, now);
    return m;
}

static void
drain(struct side *s, uint64_t now)
{
    struct paths_output o;

    paths_link(s->p, &s->link);
    paths_tick(s->p, now);
    while (paths_next(s->p, &o, now))
        switch (o.kind) {
        case PATHS_PROBE:
            put(s, now, o.elicit ? "elicit" : "probe", &o.ref);
            stamp(s, &o.ref, true, now);
            break;
        case PATHS_VALIDATED: put(s, now, "validated", &o.ref); break;
        case PATHS_MOVED: put(s, now, "moved", &o.ref); break;
        case PATHS_DOUBT: put(s, now, "doubt", NULL); break;
        case PATHS_SILENT: put(s, now, "silent", NULL); break;
        case PATHS_LOST: put(s, now, "lost", NULL); break;
        case PATHS_HANGUP: put(s, now, o.dead ? "hangup dead" : "hangup", NULL); break;
        case PATHS_RECOVERED: put(s, now, "recovered", NULL); break;
        case PATHS_DIAL: put(s, now, "dial", NULL); break;
        }
    if (paths_deadline(s->p) <= now)
        fail_msg("deadline %llu is not after %llu",
                 (unsigned long long)paths_deadline(s->p), (unsigned long long)now);
}

static void
run(struct side *s, uint64_t from, uint64_t to)
{
    drain(s, from);
    while (paths_deadline(s->p) <= to)
        drain(s, paths_deadline(s->p));
}

static void
assert_trace(struct side *s, const char *want)
{
    if (strcmp(s->trace, want) != 0)
        fail_msg("got  \"%s\"\nwant \"%s\"", s->trace, want);
    s->len = 0;
    s->trace[0] = '\0';
}

static void
heard(struct side *s, const char *way, uint64_t now)
{
    struct path_ref ref = ref_of(way);

    paths_heard(s->p, &ref, 100, s->seq++, true, now);
}

/* Sends a challenge that way and has it come back after rtt. */
static void
answer(struct side *s, const char *way, uint64_t now, uint64_t rtt)
{
    struct path_ref ref = ref_of(way);
    struct punch_message m = stamp(s, &ref, true, now);

    assert_true(m.has_challenge);
    m.has_response = true;
    memcpy(m.response, m.challenge, sizeof m.response);
    m.has_challenge = false;
    heard(s, way, now + rtt);
    paths_message(s->p, &ref, &m, now + rtt);
}

static void
assert_route(struct side *s, size_t len, uint64_t now, const char *want)
{
    struct path_ref out[PATH_ROUTE_MAX];
    size_t n = paths_route(s->p, len, out, now);
    char got[256] = "";
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        char addr[ADDR_TEXT_LEN];

        at += (size_t)snprintf(got + at, sizeof got - at, "%s%s", i ? " " : "",
                               out[i].kind == PATH_PIPE ? "pipe"
                                                        : addr_text(&out[i].to, addr));
    }
    if (strcmp(got, want) != 0)
        fail_msg("route \"%s\", want \"%s\"", got, want);
}

/* ---- the client ---- */

/* Starts on the pipe, moves to UDP when it has answered, hangs up after 30 s. */
static void
test_upgrade(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, true, OWN, false, 1000);
    paths_pipe_up(s.p, 1000);
    drain(&s, 1000);
    assert_trace(&s, "0 moved pipe");
    assert_route(&s, 100, 1000, "pipe");
    paths_peer(s.p, true, ALL, 1050);
    heard(&s, "pipe", 1050);
    /* The server reaches us: not good yet, but asked at once. */
    heard(&s, A, 1060);
    drain(&s, 1060);
    assert_trace(&s, "60 probe 203.0.113.20");
    assert_route(&s, 100, 1060, "pipe");
    answer(&s, A, 1100, 40);
    drain(&s, 1140);
    assert_trace(&s, "140 validated 203.0.113.20; 140 moved 203.0.113.20; 140 recovered");
    assert_route(&s, 100, 1140, "203.0.113.20");
    assert_true(paths_direct(s.p));
    {
        struct path_ref ref = udp(A);

        assert_int_equal(paths_rtt(s.p, &ref), 40);
    }
    for (uint64_t now = 3000; now < 31140; now += 3000) {
        heard(&s, A, now);
        run(&s, now, MIN(now + 2999, 31139));
    }
    assert_trace(&s, "");
    run(&s, 31140, 32000);
    assert_trace(&s, "30140 hangup");
    assert_false(paths_pipe(s.p));
    paths_free(s.p);
}

static void
test_keep_ssh(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, true, OWN, true, 1000);
    paths_pipe_up(s.p, 1000);
    paths_peer(s.p, true, ALL, 1000);
    answer(&s, A, 1000, 40);
    for (uint64_t now = 3000; now < 91000; now += 3000) {
        heard(&s, A, now);
        run(&s, now, now + 2999);
    }
    assert_trace(&s,
                 "2000 validated 203.0.113.20; 2000 moved 203.0.113.20; 2000 recovered");
    assert_true(paths_pipe(s.p));
    paths_free(s.p);
}

/* Gives a client that has moved to UDP at 1040. */
static void
direct_new(struct side *s, bool pipe)
{
    side_new(s, true, OWN, pipe, 1000);
    paths_peer(s->p, true, ALL, 1000);
    if (pipe)
        paths_pipe_up(s->p, 1000);
    answer(s, A, 1000, 40);
    drain(s, 1040);
    s->len = 0;
    s->trace[0] = '\0';
}

static void
test_suspicion(void **state)
{
    static const struct {
        const char *name;
        bool pipe;
        uint64_t unacked; /* 0: idle */
        uint32_t rto;
        const char *want; /* until 8 s */
        const char *route_while_suspect, *route_at_8s;
    } cases[] = {
        {"data, no pipe", false, 2000, 100,
         "2000 probe 203.0.113.20; 2500 probe 203.0.113.20; 3000 probe 203.0.113.20; "
         "4000 probe 203.0.113.20; 5000 lost; 5000 dial; 6000 probe 203.0.113.20",
         "203.0.113.20", "203.0.113.20"},
        {"data, slow link, no pipe", false, 2000, 1000,
         "3000 probe 203.0.113.20; 3500 probe 203.0.113.20; 4000 probe 203.0.113.20; "
         "5000 probe 203.0.113.20; 6000 lost; 6000 dial; 7000 probe 203.0.113.20",
         "203.0.113.20", "203.0.113.20"},
        {"idle, no pipe", false, 0, 100, "6540 probe 203.0.113.20", NULL, "203.0.113.20"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct side s;

        direct_new(&s, cases[i].pipe);
        s.link.rto_ms = cases[i].rto;
        if (cases[i].unacked)
            s.link.unacked_since = cases[i].unacked;
        run(&s, 1040, 4000);
        if (cases[i].route_while_suspect != NULL)
            assert_route(&s, 100, 4000, cases[i].route_while_suspect);
        run(&s, 4000, 8000);
        if (strcmp(s.trace, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, s.trace,
                     cases[i].want);
        assert_route(&s, 100, 8000, cases[i].route_at_8s);
        paths_free(s.p);
    }
}

/* While UDP is suspect everything goes on both, UDP last; then the pipe alone; back at
 * the first answer. */
static void
test_downgrade_and_back(void **state)
{
    struct side s;

    (void)state;
    direct_new(&s, true);
    s.link.unacked_since = 10000;
    heard(&s, A, 9900);
    run(&s, 9900, 10999);
    assert_trace(&s, "");
    run(&s, 11000, 11000);
    assert_trace(&s, "10000 doubt; 10000 probe pipe; 10000 probe 203.0.113.20");
    assert_route(&s, 100, 11000, "pipe 203.0.113.20");
    heard(&s, "pipe", 11050);
    s.link.unacked_since = NEVER;
    run(&s, 11050, 13999);
    heard(&s, "pipe", 13900);
    s.len = 0;
    run(&s, 14000, 14000);
    assert_trace(&s, "13000 moved pipe; 13000 lost");
    assert_route(&s, 100, 14000, "pipe");
    /* Something that comes says nothing about what goes. */
    heard(&s, A, 14900);
    drain(&s, 14900);
    assert_trace(&s, "13900 probe 203.0.113.20");
    assert_route(&s, 100, 14900, "pipe");
    answer(&s, A, 14960, 40);
    drain(&s, 15000);
    assert_trace(
        &s, "14000 validated 203.0.113.20; 14000 moved 203.0.113.20; 14000 recovered");
    assert_route(&s, 100, 15000, "203.0.113.20");
    paths_free(s.p);
}

static void
test_pipe_dies(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, true, OWN, false, 1000);
    paths_pipe_up(s.p, 1000);
    paths_peer(s.p, true, ALL, 1000);
    run(&s, 1000, 7499);
    assert_trace(&s, "0 moved pipe");
    run(&s, 7500, 20000); /* silent */
    assert_trace(&s,
                 "6500 probe pipe; 7000 probe pipe; 7500 probe pipe; 8500 probe pipe; "
                 "16500 hangup dead; 16500 dial");
    paths_pipe_up(s.p, 21000);
    drain(&s, 21000);
    assert_trace(&s, "20000 moved pipe");
    paths_pipe_down(s.p, 22000);
    drain(&s, 22000);
    assert_trace(&s, "21000 dial");
    assert_route(&s, 100, 22000, "");
    paths_free(s.p);
}

/* Roaming: the same socket at 0, 50, 150, 350 ms, and ssh in the same instant. Where the
 * addresses are the same ones, the way is asked first, and is in doubt if it is silent.
 */
static void
test_network(void **state)
{
    static const struct {
        const char *name, *own;
        bool pipe;
        const char *want; /* until 400 ms after */
    } cases[] = {
        {"moved, no pipe", "192.0.2.77", false,
         "0 dial; 0 probe 203.0.113.20; 50 probe 203.0.113.20; 150 probe 203.0.113.20; "
         "350 probe 203.0.113.20"},
        {"moved, the pipe's address is gone", "192.0.2.77", true,
         "0 hangup dead; 0 dial; 0 probe 203.0.113.20; 50 probe 203.0.113.20; 150 probe "
         "203.0.113.20; 350 probe 203.0.113.20"},
        {"same addresses, no pipe", OWN, false,
         "0 probe 203.0.113.20; 50 probe 203.0.113.20; 150 probe 203.0.113.20; 250 "
         "silent; "
         "250 dial; 250 probe 203.0.113.20"},
        {"same addresses, pipe", OWN, true,
         "0 probe pipe; 0 probe 203.0.113.20; 50 probe 203.0.113.20; 150 probe "
         "203.0.113.20; 250 doubt; 250 silent; 250 probe pipe; 250 probe 203.0.113.20"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct awl_addr own = addr_at(cases[i].own);
        struct side s;

        direct_new(&s, cases[i].pipe);
        s.start = 2000;
        paths_network(s.p, &own, 1, 2000);
        run(&s, 2000, 2400);
        if (strcmp(s.trace, cases[i].want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, s.trace,
                     cases[i].want);
        s.len = 0;
        answer(&s, A, 2400, 10); /* an open server has answered */
        drain(&s, 2410);
        assert_trace(&s, "410 validated 203.0.113.20; 410 recovered");
        paths_free(s.p);
    }
}

/* An event that changed no address, and the way that answers: no copies, no punching, no
 * ssh, however often. What was only heard is no answer. */
static void
test_network_same(void **state)
{
    (void)state;
    for (int pipe = 0; pipe < 2; pipe++) {
        struct awl_addr own = addr_at(OWN);
        struct side s;

        direct_new(&s, pipe);
        s.start = 2000;
        paths_network(s.p, &own, 1, 2000);
        run(&s, 2000, 2010);
        assert_trace(&s, pipe ? "0 probe pipe; 0 probe 203.0.113.20"
                              : "0 probe 203.0.113.20");
        assert_route(&s, 100, 2010, "203.0.113.20");
        heard(&s, A, 2020);
        answer(&s, A, 2000, 40);
        run(&s, 2040, 2100);
        paths_network(s.p, &own, 1, 2100); /* before the first one is looked at */
        run(&s, 2100, 2140);
        assert_trace(&s, pipe ? "100 probe pipe; 100 probe 203.0.113.20"
                              : "100 probe 203.0.113.20");
        answer(&s, A, 2110, 40);
        if (pipe)
            heard(&s, "pipe", 2150);
        run(&s, 2150, 5000);
        assert_trace(&s, "");

        paths_network(s.p, &own, 1, 5000);
        heard(&s, A, 5020);
        run(&s, 5020, 5300);
        assert_non_null(strstr(s.trace, "3250 silent"));
        assert_int_equal(paths_state(s.p, (struct path_ref[]){ref_of(A)}), PATH_SUSPECT);
        paths_free(s.p);
    }
}

/* A pipe that goes away while UDP works is wanted only where it is to be kept. */
static void
test_kept_pipe(void **state)
{
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        struct side s;

        side_new(&s, true, OWN, keep, 1000);
        paths_peer(s.p, true, ALL, 1000);
        paths_pipe_up(s.p, 1000);
        answer(&s, A, 1000, 40);
        drain(&s, 1040);
        s.len = 0;
        s.trace[0] = '\0';
        paths_pipe_down(s.p, 2000);
        answer(&s, A, 2000, 40);
        drain(&s, 2040);
        assert_trace(&s, keep ? "1040 dial" : "");
        paths_free(s.p);
    }
}

static void
test_two_families(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, true, OWN, false, 1000);
    paths_peer(s.p, true, ALL, 1000);
    answer(&s, A, 1000, 40);
    answer(&s, B, 1000, 35);
    assert_route(&s, 100, 1040, "203.0.113.20"); /* not worth it: under 10 ms */
    answer(&s, B, 1050, 5);
    assert_route(&s, 100, 1060, "2001:db8::20");
    paths_free(s.p);
}

/* Nothing but addresses: one of each family is tried. */
static void
test_no_pipe_start(void **state)
{
    struct side s;
    struct awl_addr a = addr_at(A), a2 = addr_at("203.0.113.21:60001"), b = addr_at(B);

    (void)state;
    side_new(&s, true, OWN, false, 1000);
    assert_route(&s, 100, 1000, "");
    paths_add(s.p, 1, &a, 1000);
    paths_add(s.p, 1, &a2, 1000);
    assert_route(&s, 100, 1000, "203.0.113.20");
    paths_add(s.p, 1, &b, 1000);
    assert_route(&s, 100, 1000, "2001:db8::20 203.0.113.20");
    paths_peer(s.p, false, 0, 1050);
    heard(&s, A, 1050);
    drain(&s, 1050);
    assert_trace(&s, "50 validated 203.0.113.20; 50 moved 203.0.113.20; 50 recovered");
    assert_route(&s, 100, 1050, "203.0.113.20");
    paths_socket_closed(s.p, 1, 1060);
    assert_route(&s, 100, 1060, "");
    paths_free(s.p);
}

/* A stock server answers where the newest came from: the pipe's copy is last, and a probe
 * on UDP is followed by one on the pipe. */
static void
test_stock_server(void **state)
{
    struct side s;
    struct awl_addr a = addr_at(A);

    (void)state;
    side_new(&s, true, OWN, true, 1000);
    paths_pipe_up(s.p, 1000);
    paths_add(s.p, 1, &a, 1000);
    paths_peer(s.p, false, 0, 1000);
    heard(&s, "pipe", 1000);
    run(&s, 1000, 2500);
    assert_trace(&s, "0 moved pipe; 0 elicit 203.0.113.20; 50 elicit pipe; 1000 elicit "
                     "203.0.113.20; 1050 elicit pipe");
    heard(&s, A, 2600);
    run(&s, 2600, 3000);
    assert_trace(&s,
                 "1600 validated 203.0.113.20; 1600 moved 203.0.113.20; 1600 recovered");
    s.link.unacked_since = 3000;
    run(&s, 3000, 4000);
    assert_route(&s, 100, 4000, "203.0.113.20 pipe");
    paths_free(s.p);
}

/* ---- the server ---- */

static void
test_server_follows(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    assert_route(&s, 100, 1000, "");
    heard(&s, "198.51.100.2:40001", 1000); /* the first of a session */
    drain(&s, 1000);
    assert_trace(&s, "0 validated 198.51.100.2; 0 moved 198.51.100.2");
    heard(&s, "198.51.100.3:40001", 1100); /* as stock: it follows */
    assert_route(&s, 1400, 1100, "198.51.100.3");
    paths_free(s.p);
}

/* Between own peers an address has to prove itself, the relay's and the first excepted.
 */
static void
test_server_validates(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    paths_peer(s.p, true, HELLO_PATH | HELLO_VALIDATE, 1000);
    heard(&s, "127.0.0.1:5000", 1000);
    drain(&s, 1000);
    assert_trace(&s, "0 validated 127.0.0.1; 0 moved 127.0.0.1");
    heard(&s, "198.51.100.2:40001", 1100);
    /* 100 bytes came from it: 300 may go, so no full datagram */
    assert_route(&s, 1400, 1100, "127.0.0.1");
    assert_route(&s, 200, 1100, "127.0.0.1 198.51.100.2");
    drain(&s, 1100);
    assert_trace(&s, "100 probe 198.51.100.2"); /* 100 bytes */
    assert_route(&s, 201, 1100, "127.0.0.1");
    heard(&s, "198.51.100.2:40001", 1150); /* too soon for another probe */
    drain(&s, 1150);
    assert_trace(&s, "");
    answer(&s, "198.51.100.2:40001", 1150, 50);
    drain(&s, 1200);
    assert_trace(&s, "200 validated 198.51.100.2; 200 moved 198.51.100.2");
    assert_route(&s, 1400, 1200, "198.51.100.2");
    heard(&s, "203.0.113.20:7777", 1300); /* our own address: a relay */
    assert_route(&s, 1400, 1300, "203.0.113.20");
    paths_free(s.p);
}

/* Whatever comes from an unvalidated address, it gets three times that at most. */
static void
test_server_factor(void **state)
{
    struct side s;
    struct path_ref ref = udp("198.51.100.66:9");
    uint64_t got = 0, sent = 0;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    paths_peer(s.p, true, ALL, 1000);
    heard(&s, "127.0.0.1:5000", 1000);
    for (uint64_t now = 1000; now < 61000; now += 20) {
        struct path_ref out[PATH_ROUTE_MAX];
        struct paths_output o;
        struct punch_message m = {.has_challenge = true};

        if (now % 100 == 0) {
            paths_heard(s.p, &ref, 60, s.seq++, true, now);
            paths_message(s.p, &ref, &m, now); /* and asks for an answer */
            got += 60;
        }
        for (size_t len = 100; len < 1400; len += 300)
            for (size_t i = 0, n = paths_route(s.p, len, out, now); i < n; i++) {
                paths_sent(s.p, &out[i], len, now);
                sent += out[i].to.port == 9 ? len : 0;
            }
        while (paths_next(s.p, &o, now))
            if (o.kind == PATHS_PROBE && o.ref.to.port == 9) {
                paths_sent(s.p, &o.ref, MIN(o.room, 150u), now);
                sent += MIN(o.room, 150u);
            }
        if (sent > 3 * got)
            fail_msg("%llu bytes for %llu", (unsigned long long)sent,
                     (unsigned long long)got);
    }
    assert_true(sent > got);
    paths_free(s.p);
}

static void
test_server_mirrors(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    paths_peer(s.p, true, ALL, 1000);
    heard(&s, "127.0.0.1:5000", 1000);
    answer(&s, "198.51.100.2:40001", 1000, 10);
    assert_route(&s, 1400, 1010, "127.0.0.1 198.51.100.2");
    heard(&s, "127.0.0.1:5000", 1020);
    assert_route(&s, 1400, 1020, "127.0.0.1 198.51.100.2"); /* UDP is last all the same */
    answer(&s, "198.51.100.3:40001", 1020, 10);
    answer(&s, "198.51.100.4:40001", 1040, 10);
    assert_route(&s, 1400, 1050, "127.0.0.1 198.51.100.3 198.51.100.4"); /* three */
    for (int i = 0; i < 6; i++)
        heard(&s, "198.51.100.4:40001", 1100);
    assert_route(&s, 1400, 1100, "198.51.100.3 198.51.100.4");
    heard(&s, "198.51.100.4:40001", 1100);
    heard(&s, "198.51.100.4:40001", 1100);
    assert_route(&s, 1400, 1100, "198.51.100.4");
    paths_free(s.p);
}

/* A datagram that was captured and sent again from elsewhere is the first with its
 * number: it gets copies, and never the session. */
static void
test_server_hijack(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    heard(&s, "198.51.100.2:40001", 1000);
    paths_peer(s.p, true, ALL, 1000);
    drain(&s, 1000);
    s.len = 0;
    for (uint64_t now = 2000; now < 60000; now += 1000) {
        struct path_ref ref = udp("192.0.2.66:9");
        struct punch_message m = {.has_response = true};

        if (now % 3000 == 0)
            heard(&s, "198.51.100.2:40001", now);
        heard(&s, "192.0.2.66:9", now);
        paths_message(s.p, &ref, &m, now); /* a guess */
        drain(&s, now);
        assert_true(paths_current(s.p, &ref));
        assert_int_equal(ref.to.port, 40001);
    }
    assert_null(strstr(s.trace, "moved"));
    paths_free(s.p);
}

/* Many addresses: the table is bounded and keeps what matters. */
static void
test_many(void **state)
{
    struct side s;

    (void)state;
    side_new(&s, false, "203.0.113.20", false, 1000);
    paths_peer(s.p, true, ALL, 1000);
    heard(&s, "127.0.0.1:5000", 1000);
    answer(&s, "198.51.100.2:40001", 1000, 10);
    for (int i = 1; i < 5000; i++) {
        char text[32];
        struct path_ref ref;

        snprintf(text, sizeof text, "192.0.2.66:%d", i);
        ref = udp(text);
        paths_heard(s.p, &ref, 100, 0, false, 2000);
        drain(&s, 2000);
        s.len = 0;
    }
    assert_route(&s, 1400, 2000, "127.0.0.1 198.51.100.2");
    paths_free(s.p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_keep_ssh),
        cmocka_unit_test(test_suspicion),
        cmocka_unit_test(test_downgrade_and_back),
        cmocka_unit_test(test_pipe_dies),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_network_same),
        cmocka_unit_test(test_kept_pipe),
        cmocka_unit_test(test_two_families),
        cmocka_unit_test(test_no_pipe_start),
        cmocka_unit_test(test_stock_server),
        cmocka_unit_test(test_server_follows),
        cmocka_unit_test(test_server_validates),
        cmocka_unit_test(test_server_factor),
        cmocka_unit_test(test_server_mirrors),
        cmocka_unit_test(test_server_hijack),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
