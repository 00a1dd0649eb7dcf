/* A wire with delay, jitter, loss, duplication, reordering and a rate, for the test lab.
 *
 *     linkem NETNS-A DEVICE-A NETNS-B DEVICE-B [seed N] [WORD VALUE]...
 *
 * Makes a TUN device in each of two named network namespaces and carries IP packets
 * between them: what kernels with netem do in the kernel. The devices live as long as the
 * program. Prints "ready" when both exist. Then each line on stdin is a command:
 *
 *     both|a2b|b2a WORD VALUE [WORD VALUE]...    change that direction
 *     stats                                      prints one line of counters
 *
 *     delay MS   jitter MS   loss PERCENT   dup PERCENT   reorder PERCENT   rate KBIT
 *     queue BYTES   up 0|1   noudp 0|1
 *
 * Jitter keeps the order of packets; reorder is the share of packets held back so that
 * the next ones overtake them. End of file on stdin ends the program. Chance comes from
 * the seed alone, so the same packets meet the same fate in every run. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX  2048u
#define WAITING_MAX 65536u /* packets under way, both directions together */
#define HELD_BACK   10e6   /* ns that a reordered packet comes late */

struct direction {
    const char *name;
    int in, out;               /* TUN descriptors */
    double delay, jitter;      /* ns */
    double loss, dup, reorder; /* 0..1 */
    double rate;               /* bytes a second, 0: no limit */
    double queue;              /* bytes that may wait for the rate */
    bool up, noudp;
    double last;    /* when the newest packet is due: keeps the order */
    double free_at; /* when the line has sent all it was given */
    uint64_t packets, bytes, udp, lost, dups, held;
};

struct packet {
    double due;
    uint64_t number; /* equal due times leave in the order they came */
    struct direction *d;
    size_t len;
    unsigned char *data;
};

struct line {
    char text[512];
    size_t len;
};

static struct packet waiting[WAITING_MAX]; /* a binary heap, earliest first */
static size_t waiting_count;
static uint64_t packet_number;
static uint64_t chance_state;

static void
die(const char *what)
{
    fprintf(stderr, "linkem: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* splitmix64; uniform in [0, 1) */
static double
chance(void)
{
    uint64_t z = (chance_state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static bool
packet_before(const struct packet *a, const struct packet *b)
{
    return a->due < b->due || (!(a->due > b->due) && a->number < b->number);
}

static void
waiting_add(struct packet p)
{
    size_t i = waiting_count++;

    for (; i > 0 && packet_before(&p, &waiting[(i - 1) / 2]); i = (i - 1) / 2)
        waiting[i] = waiting[(i - 1) / 2];
    waiting[i] = p;
}

static struct packet
waiting_take(void)
{
    struct packet first = waiting[0];
    struct packet last = waiting[--waiting_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= waiting_count)
            break;
        if (child + 1 < waiting_count &&
            packet_before(&waiting[child + 1], &waiting[child]))
            child++;
        if (!packet_before(&waiting[child], &last))
            break;
        waiting[i] = waiting[child];
        i = child;
    }
    waiting[i] = last;
    return first;
}

static int
tun_open(const char *netns, const char *device)
{
    char path[256];
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int ns, fd;

    snprintf(path, sizeof path, "/run/netns/%s", netns);
    ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
        die(path);
    close(ns);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        die("/dev/net/tun");
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        die(device);
    return fd;
}

static bool
packet_is_udp(const unsigned char *p, size_t len)
{
    if (len >= 20 && p[0] >> 4 == 4)
        return p[9] == 17;
    return len >= 40 && p[0] >> 4 == 6 && p[6] == 17;
}

static void
direction_send(struct direction *d, const unsigned char *data, size_t len, double now)
{
    double due = now, start;

    if (d->rate > 0) {
        start = d->free_at > now ? d->free_at : now;
        if ((start - now) * d->rate / 1e9 > d->queue) {
            d->lost++;
            return;
        }
        due = d->free_at = start + (double)len / d->rate * 1e9;
    }
    due += d->delay + d->jitter * chance();
    if (chance() < d->reorder) {
        due += HELD_BACK;
        d->held++;
    } else {
        if (due < d->last)
            due = d->last;
        d->last = due;
    }
    if (waiting_count == WAITING_MAX) {
        d->lost++;
        return;
    }
    struct packet p = {.due = due, .number = packet_number++, .d = d, .len = len};
    p.data = malloc(len);
    if (p.data == NULL)
        die("malloc");
    memcpy(p.data, data, len);
    waiting_add(p);
}

static void
direction_read(struct direction *d)
{
    unsigned char buffer[PACKET_MAX];
    ssize_t n;

    /* A bounded batch, so that one direction cannot starve the other. */
    for (int i = 0; i < 64 && (n = read(d->in, buffer, sizeof buffer)) > 0; i++) {
        bool udp = packet_is_udp(buffer, (size_t)n);
        double now = now_ns();
        d->packets++;
        d->bytes += (uint64_t)n;
        d->udp += udp;
        if (!d->up || (udp && d->noudp) || chance() < d->loss) {
            d->lost++;
            continue;
        }
        direction_send(d, buffer, (size_t)n, now);
        if (chance() < d->dup) {
            d->dups++;
            direction_send(d, buffer, (size_t)n, now);
        }
    }
}

static bool
direction_set(struct direction *d, const char *word, double value)
{
    if (strcmp(word, "delay") == 0)
        d->delay = value * 1e6;
    else if (strcmp(word, "jitter") == 0)
        d->jitter = value * 1e6;
    else if (strcmp(word, "loss") == 0)
        d->loss = value / 100;
    else if (strcmp(word, "dup") == 0)
        d->dup = value / 100;
    else if (strcmp(word, "reorder") == 0)
        d->reorder = value / 100;
    else if (strcmp(word, "rate") == 0)
        d->rate = value * 1000 / 8;
    else if (strcmp(word, "queue") == 0)
        d->queue = value;
    else if (strcmp(word, "up") == 0)
        d->up = value > 0;
    else if (strcmp(word, "noudp") == 0)
        d->noudp = value > 0;
    else
        return false;
    return true;
}

/* Every command is answered by one line, so the caller knows when it holds. */
static void
command(struct direction d[2], char *text)
{
    char *rest = NULL;
    char *word = strtok_r(text, " ", &rest);
    bool any = false;

    if (word != NULL && strcmp(word, "stats") == 0) {
        printf("stats");
        for (int i = 0; i < 2; i++)
            printf(" %s packets=%llu bytes=%llu udp=%llu lost=%llu dups=%llu held=%llu",
                   d[i].name, (unsigned long long)d[i].packets,
                   (unsigned long long)d[i].bytes, (unsigned long long)d[i].udp,
                   (unsigned long long)d[i].lost, (unsigned long long)d[i].dups,
                   (unsigned long long)d[i].held);
        printf("\n");
        return;
    }
    const char *which = word;
    while (which != NULL && (word = strtok_r(NULL, " ", &rest)) != NULL) {
        char *value = strtok_r(NULL, " ", &rest);
        for (int i = 0; i < 2 && value != NULL; i++)
            if (strcmp(which, "both") == 0 || strcmp(which, d[i].name) == 0)
                any |= direction_set(&d[i], word, atof(value));
    }
    printf(any ? "ok\n" : "unknown command\n");
}

/* False at end of file. */
static bool
commands_read(struct direction d[2], struct line *line)
{
    char buffer[512];
    ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);

    for (ssize_t i = 0; i < n; i++) {
        if (buffer[i] != '\n') {
            if (line->len + 1 < sizeof line->text)
                line->text[line->len++] = buffer[i];
            continue;
        }
        line->text[line->len] = '\0';
        line->len = 0;
        command(d, line->text);
    }
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static void
deliver_due(void)
{
    while (waiting_count > 0 && waiting[0].due <= now_ns()) {
        struct packet p = waiting_take();
        /* A full device queue drops, as a router would. */
        if (p.d->up && write(p.d->out, p.data, p.len) < 0)
            p.d->lost++;
        free(p.data);
    }
}

int
main(int argc, char **argv)
{
    struct direction d[2] = {{.name = "a2b", .up = true, .queue = 1e6},
                             {.name = "b2a", .up = true, .queue = 1e6}};
    struct line line = {.len = 0};
    int a, b;

    if (argc < 5 || argc % 2 == 0) {
        fprintf(stderr,
                "usage: linkem NETNS-A DEVICE-A NETNS-B DEVICE-B [WORD VALUE]...\n");
        return 2;
    }
    for (int i = 5; i < argc; i += 2) {
        double value = atof(argv[i + 1]);
        if (strcmp(argv[i], "seed") == 0)
            chance_state = (uint64_t)value;
        else if (!direction_set(&d[0], argv[i], value) ||
                 !direction_set(&d[1], argv[i], value)) {
            fprintf(stderr, "linkem: unknown word: %s\n", argv[i]);
            return 2;
        }
    }
    a = tun_open(argv[1], argv[2]);
    b = tun_open(argv[3], argv[4]);
    d[0].in = d[1].out = a;
    d[0].out = d[1].in = b;
    prctl(PR_SET_TIMERSLACK,
          1000UL); /* 1 us: the default of 50 adds up over a round trip */
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("ready\n");

    for (;;) {
        struct pollfd fds[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = a, .events = POLLIN},
                                {.fd = b, .events = POLLIN}};
        struct timespec wait = {0};
        if (waiting_count > 0) {
            double left = waiting[0].due - now_ns();
            if (left > 0) {
                wait.tv_sec = (time_t)(left / 1e9);
                wait.tv_nsec = (long)(left - (double)wait.tv_sec * 1e9);
            }
        }
        if (ppoll(fds, 3, waiting_count > 0 ? &wait : NULL, NULL) < 0 && errno != EINTR)
            die("ppoll");
        deliver_due();
        if (fds[0].revents != 0 && !commands_read(d, &line))
            return 0;
        if (fds[1].revents & POLLIN)
            direction_read(&d[0]);
        if (fds[2].revents & POLLIN)
            direction_read(&d[1]);
    }
}
