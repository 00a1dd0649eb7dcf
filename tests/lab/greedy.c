/* A peer that holds the key and asks for all that it can: in every datagram a new
 * generation with as many candidates as there is room for, each time other ones, a
 * challenge, and a search through ports. What the other side then sends is the test's to
 * count.
 *
 *     greedy client SERVER PORT WORD VALUE...    speaks to SERVER's port
 *     greedy server PORT WORD VALUE...           answers whoever speaks first
 *
 *     seconds N, period MS    for how long, how often
 *     from ADDR, then ADDR    the source address; another one after the first second
 *     cand ADDR               of candidates, with many ports; repeated
 *     dialled ADDR            the receiver's, so that nobody waits for an echo
 *     search ADDR             whose ports are to be searched
 *
 * The key is in MOSH_KEY. Says "ready" once its socket stands. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "session/hello.h"
#include "transport/compress.h"
#include "transport/fragment.h"
#include "transport/instruction.h"
#include "transport/link.h"

#define CANDS_MAX 16u
#define FIRST_MS  1000u

struct greedy {
    bool server;
    int fd, then_fd; /* -1: none */
    struct sockaddr_in peer;
    struct awl_addr cand[CANDS_MAX], dialled, search;
    size_t cands;
    uint64_t seconds, period;
    uint32_t gen;
    struct link link;
    struct cutter cutter;
    struct compress *compress;
};

static uint64_t
clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
die(const char *what)
{
    fprintf(stderr, "greedy: %s\n", what);
    exit(2);
}

static struct awl_addr
address(const char *text)
{
    struct awl_addr a;

    if (!addr_parse(bytes_str(text), 0, &a) || a.family != AWL_IPV4)
        die(text);
    return a;
}

static struct sockaddr_in
sockaddr_of(const struct awl_addr *a, uint16_t port)
{
    struct sockaddr_in s = {.sin_family = AF_INET, .sin_port = htons(port)};

    memcpy(&s.sin_addr, a->ip, 4);
    return s;
}

static int
socket_at(const struct awl_addr *a, uint16_t port)
{
    struct sockaddr_in s = sockaddr_of(a, port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&s, sizeof(s)) != 0)
        die("cannot bind");
    return fd;
}

static void
path_make(struct greedy *g, struct buffer *out)
{
    /* All that name an address to be sent to. */
    static const enum candidate_kind kinds[] = {
        CANDIDATE_HOST, CANDIDATE_SEEN, CANDIDATE_MAPPED, CANDIDATE_USED, CANDIDATE_SOON};
    struct punch_message m = {.gen = ++g->gen,
                              .gen_echo = 1,
                              .opener_ttl = 255,
                              .keepalive_s = 1,
                              .has_challenge = true};

    if (g->dialled.family != AWL_NONE) {
        struct candidate c = {g->dialled, CANDIDATE_DIALLED, CANDIDATE_CLIENT_FIRST};

        c.addr.port = ntohs(g->peer.sin_port);
        candidate_set_add(&m.cands, &c);
    }
    for (uint32_t i = 0; g->cands > 0 && m.cands.count < CANDIDATES_MAX && i < 16; i++) {
        uint32_t number = g->gen * CANDIDATES_MAX + i;
        struct candidate c = {g->cand[number % g->cands],
                              kinds[number % ARRAY_LEN(kinds)],
                              (enum candidate_order)(g->gen % 2)};

        c.addr.port = (uint16_t)(10000 + number % 50000);
        candidate_set_add(&m.cands, &c);
    }
    memcpy(m.challenge, &g->gen, sizeof(g->gen));
    if (g->search.family != AWL_NONE) {
        m.has_spray = true;
        m.spray = (struct punch_spray){.to = g->search,
                                       .port_low = 1,
                                       .port_high = UINT16_MAX,
                                       .count = UINT32_MAX,
                                       .seed = g->gen};
    }
    path_message_pack(&m, out);
}

static void
speak(struct greedy *g, int fd, uint64_t now)
{
    struct hello hi = {.revision = HELLO_REVISION,
                       .features = UINT64_MAX,
                       .width_table = 1500,
                       .agent = "greedy"};
    struct instruction in = {
        .version = INSTRUCTION_VERSION, .new_num = 1, .ack_num = g->server ? 1 : 0};
    struct buffer path = {0}, hello = {0}, plain = {0};
    uint8_t fragment[DATAGRAM_MAX], datagram[DATAGRAM_MAX];
    size_t len, sealed;

    path_make(g, &path);
    hello_pack(&hi, &hello);
    in.path = buffer_bytes(&path);
    in.hello = buffer_bytes(&hello);
    instruction_pack(&in, &plain);
    buffer_clear(&g->cutter.whole);
    compress_pack(g->compress, buffer_bytes(&plain), &g->cutter.whole);
    if (!cutter_start(&g->cutter, 1000))
        die("an instruction too large");
    while (cutter_next(&g->cutter, fragment, &len))
        if (link_seal(&g->link, bytes_of(fragment, len), now, datagram, &sealed) == 0)
            sendto(fd, datagram, sealed, 0, (struct sockaddr *)&g->peer, sizeof(g->peer));
    buffer_free(&path);
    buffer_free(&hello);
    buffer_free(&plain);
}

/* Everything is thrown away; a server's peer is whoever comes first. */
static void
listen_to(struct greedy *g, int fd)
{
    uint8_t data[2048];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);

    while (recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &len) >= 0)
        if (g->peer.sin_port == 0)
            g->peer = from;
}

static void
run(struct greedy *g)
{
    uint64_t start = 0, next = 0, now;

    for (;;) {
        struct pollfd fds[2] = {{.fd = g->fd, .events = POLLIN},
                                {.fd = g->then_fd, .events = POLLIN}};

        now = clock_now();
        if (start == 0 && g->peer.sin_port != 0)
            start = next = now;
        if (start != 0 && now >= start + g->seconds * 1000)
            return;
        if (start != 0 && now >= next) {
            bool first = g->then_fd < 0 || now < start + FIRST_MS;

            speak(g, first ? g->fd : g->then_fd, now);
            next = now + g->period;
        }
        poll(fds, 2, start == 0 ? -1 : (int)(next - now > 1000 ? 1000 : next - now));
        listen_to(g, g->fd);
        if (g->then_fd >= 0)
            listen_to(g, g->then_fd);
    }
}

int
main(int argc, char *argv[])
{
    struct greedy g = {.then_fd = -1, .seconds = 5, .period = 10};
    const char *text = getenv("MOSH_KEY");
    struct awl_addr from = {.family = AWL_IPV4}, server = {0}, then = {0};
    uint16_t port;
    int at;
    struct awl_key key;

    g.server = argc > 2 && strcmp(argv[1], "server") == 0;
    at = g.server ? 3 : 4;
    if (argc < at || (argc - at) % 2 != 0 || text == NULL ||
        !awl_key_parse(text, strlen(text), &key))
        die("see the head of greedy.c");
    port = (uint16_t)atoi(argv[at - 1]);
    if (!g.server)
        server = address(argv[2]);
    for (; at < argc; at += 2) {
        const char *word = argv[at], *value = argv[at + 1];

        if (strcmp(word, "seconds") == 0)
            g.seconds = (uint64_t)atoi(value);
        else if (strcmp(word, "period") == 0)
            g.period = (uint64_t)atoi(value);
        else if (strcmp(word, "from") == 0)
            from = address(value);
        else if (strcmp(word, "then") == 0)
            then = address(value);
        else if (strcmp(word, "dialled") == 0)
            g.dialled = address(value);
        else if (strcmp(word, "search") == 0)
            g.search = address(value);
        else if (strcmp(word, "cand") == 0 && g.cands < CANDS_MAX)
            g.cand[g.cands++] = address(value);
        else
            die(word);
    }
    g.fd = socket_at(&from, g.server ? port : 0);
    if (then.family != AWL_NONE)
        g.then_fd = socket_at(&then, 0);
    if (!g.server)
        g.peer = sockaddr_of(&server, port);
    link_init(&g.link, &key, g.server, clock_now());
    g.compress = compress_new();
    puts("ready");
    fflush(stdout);
    run(&g);
    link_free(&g.link);
    cutter_free(&g.cutter);
    compress_free(g.compress);
    return 0;
}
