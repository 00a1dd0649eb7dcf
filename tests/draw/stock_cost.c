/* Measures what a server sends for each workload: NAME BYTES PACKED, a line each.
 *
 *     stock_cost FOLDER SERVER [NAME]...     e.g. mosh-server
 *
 * The server's command is this program again, which prints a frame for each key; the next
 * key is typed when the server has acknowledged the echo of the last. Loopback only. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "cost.h"
#include "platform/clock.h"
#include "platform/udp.h"
#include "session/connect.h"
#include "state/display.h"
#include "state/keys.h"
#include "transport/transport.h"

#define PATIENCE_MS 30000
#define FIRST_MS    400 /* for the first frame to be sent */

/* ---- the child ---- */

/* Waits for one; what the server answers to queries in the frames is passed over. */
static bool
child_key(void)
{
    char key;

    while (read(0, &key, 1) == 1) {
        if (key == 'x')
            return true;
    }
    return false;
}

static int
child(const char *folder, const char *name, const char *fifo)
{
    struct workload w = workload_new(name, folder);
    int done = open(fifo, O_WRONLY);
    struct termios t;

    tcgetattr(0, &t);
    cfmakeraw(&t);
    tcsetattr(0, TCSANOW, &t);
    for (size_t i = 0; i < w.count; i++) {
        if (i && !child_key())
            break;
        for (size_t at = 0; at < w.frame[i].len;) {
            ssize_t n = write(1, w.frame[i].data + at, w.frame[i].len - at);

            if (n < 0)
                return 1;
            at += (size_t)n;
        }
        tcdrain(1);
        if (write(done, "", 1) != 1)
            return 1;
    }
    child_key();
    return 0;
}

/* ---- the client: a display that counts what is applied to it ---- */

static struct cost measured;

static int
counting_apply(void *state, struct bytes diff, bool last)
{
    uLongf len = compressBound(diff.len);
    uint8_t *packed = xmalloc(len);

    measured.bytes += cost_host_bytes(diff);
    if (cost_host_bytes(diff)) {
        compress(packed, &len, diff.data, diff.len);
        measured.packed += len;
    }
    free(packed);
    return display_ops.apply(state, diff, last);
}

static struct awl_key key;
static uint16_t port;

static void
start(const char *server, char *const command[])
{
    struct connect *c = connect_new(CONNECT_SESSION);
    int out[2];
    uint8_t buf[512];
    ssize_t n;

    if (pipe(out) != 0)
        abort();
    if (fork() == 0) {
        const char *argv[16] = {server, "new", "-i", "127.0.0.1", "-c", "256", "--"};

        for (int i = 0; command[i]; i++)
            argv[7 + i] = command[i];
        dup2(out[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        execvp(server, (char *const *)argv);
        _exit(127);
    }
    close(out[1]);
    while (connect_state(c) == CONNECT_READING &&
           (n = read(out[0], buf, sizeof(buf))) > 0)
        connect_input(c, bytes_of(buf, (size_t)n));
    close(out[0]);
    if (connect_state(c) != CONNECT_DONE) {
        fprintf(stderr, "%s didn't start\n", server);
        exit(1);
    }
    key = connect_info(c)->key;
    port = connect_info(c)->port;
    connect_free(c);
}

static void
turn(struct transport *t, struct udp *u, int fifo, size_t *frames)
{
    struct pollfd p[2] = {{u->fd, POLLIN, 0}, {fifo, POLLIN, 0}};
    static const uint8_t localhost[4] = {127, 0, 0, 1};
    struct awl_addr to = addr_make(bytes_of(localhost, 4), port);
    uint64_t now = clock_now(), due = transport_deadline(t);
    struct awl_datagram d;
    struct bytes payload;
    uint8_t buf[256];
    ssize_t n;

    poll(p, 2, due <= now ? 0 : (int)MIN(due - now, 20));
    now = clock_now();
    while (udp_receive(u, &d)) {
        struct transport_result r;

        transport_receive(t, bytes_of(d.data, d.len), 0, now, &r);
    }
    if ((n = read(fifo, buf, sizeof(buf))) > 0)
        *frames += (size_t)n;
    transport_tick(t, now);
    while (transport_next(t, &payload, now)) {
        uint8_t out[DATAGRAM_MAX];
        size_t len;

        if (transport_seal(t, payload, now, out, &len) == 0)
            udp_send(u, &to, NULL, 0, 0, bytes_of(out, len));
    }
}

static struct cost
measure(const char *self, const char *folder, const char *server, const char *name,
        const char *fifo)
{
    struct workload w = workload_new(name, folder);
    char *const command[] = {(char *)self, "--child",    (char *)folder,
                             (char *)name, (char *)fifo, NULL};
    int in = open(fifo, O_RDONLY | O_NONBLOCK);
    struct sync_ops counting = display_ops;
    struct rng_seeded seed = {clock_now()};
    struct transport *t;
    struct udp u;
    size_t frames = 0;

    counting.apply = counting_apply;
    measured = (struct cost){0};
    start(server, command);
    t = transport_new(
        &(struct transport_config){
            .key = key,
            .rng = {rng_seeded_fill, &seed},
            .local_ops = &keys_ops,
            .local = keys_new(),
            .remote_ops = &counting,
            .remote = display_new(WORKLOAD_COLS, WORKLOAD_ROWS),
        },
        clock_now());
    if (udp_open(&u, &(struct awl_addr){0}, 0, 0) != 0)
        abort();
    keys_resize(transport_local(t), WORKLOAD_COLS, WORKLOAD_ROWS);
    transport_changed(t, clock_now());
    for (size_t i = 0; i < w.count; i++) {
        uint64_t begun = clock_now(), number = transport_sent_num(t);

        if (i) {
            keys_push(transport_local(t), BYTES_LIT("x"));
            transport_changed(t, begun);
        }
        number += 1; /* the state that will bring it */
        /* The size alone is never acknowledged as echoed; the child's first frame is
         * there before the first key can be. */
        while (frames <= i || clock_now() < begun + FIRST_MS * (i == 0) ||
               (i && ((struct display *)transport_remote(t))->echo_ack < number)) {
            turn(t, &u, in, &frames);
            if (clock_now() > begun + PATIENCE_MS) {
                fprintf(stderr, "%s: frame %zu never came\n", name, i);
                exit(1);
            }
        }
    }
    keys_push(transport_local(t), BYTES_LIT("x")); /* the child ends, and so the server */
    transport_changed(t, clock_now());
    for (uint64_t begun = clock_now();
         !transport_peer_shutdown_answered(t) && clock_now() < begun + 5000;)
        turn(t, &u, in, &frames);
    transport_free(t);
    udp_close(&u);
    close(in);
    workload_free(&w);
    return measured;
}

int
main(int argc, char **argv)
{
    char fifo[] = "/tmp/stock-cost-XXXXXX", path[64], self[1024];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (argc == 5 && strcmp(argv[1], "--child") == 0)
        return child(argv[2], argv[3], argv[4]);
    if (argc < 3 || len < 0 || !mkdtemp(fifo))
        return 2;
    self[len] = '\0';
    snprintf(path, sizeof(path), "%s/done", fifo);
    if (mkfifo(path, 0600) != 0)
        return 1;
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "xterm-256color", 1);
    printf("# workload, host bytes, messages packed by zlib\n");
    for (size_t n = 0; workload_name(n); n++) {
        bool wanted = argc == 3;

        for (int i = 3; i < argc; i++)
            wanted = wanted || strcmp(argv[i], workload_name(n)) == 0;
        if (!wanted)
            continue;
        struct cost c = measure(self, argv[1], argv[2], workload_name(n), path);

        printf("%s %lu %lu\n", workload_name(n), c.bytes, c.packed);
        fflush(stdout);
    }
    unlink(path);
    rmdir(fifo);
    return 0;
}
