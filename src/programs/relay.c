#include "programs/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "platform/clock.h"
#include "platform/ifaddrs.h"
#include "platform/sockaddr.h"
#include "programs/args.h"
#include "session/connect.h"
#include "session/frame.h"

#define RELAY_READ_MAX 16384u
#define RELAY_BURST    64u /* datagrams from the socket before the pipe gets its turn */
#define RELAY_LOOK_MS  31000u /* without a frame: longer than between keepalives */
#define RELAY_LINE_MAX 64u    /* of what `-` reads */

/* ---- the start-up line ---- */

struct awl_addr
relay_target(const struct awl_addr *bound)
{
    static const uint8_t v4[4] = {127, 0, 0, 1}, v6[16] = {[15] = 1};

    if (bound->family != AWL_NONE && !addr_is_any(bound))
        return *bound;
    if (bound->family == AWL_IPV6)
        return addr_make(bytes_of(v6, sizeof(v6)), bound->port);
    return addr_make(bytes_of(v4, sizeof(v4)), bound->port);
}

static int
udp_socket(const struct awl_addr *a)
{
    int fd = socket(a->family == AWL_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);

    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    return fd;
}

/* False only when it is certain that nobody has the port: what can be bound is free. */
static bool
port_taken(const struct awl_addr *target)
{
    struct sockaddr_storage ss;
    socklen_t len = sockaddr_put(target, false, &ss);
    int fd = udp_socket(target);
    bool taken;

    if (fd < 0)
        return true;
    taken = bind(fd, (struct sockaddr *)&ss, len) < 0;
    close(fd);
    return taken;
}

static void
hash_text(uint64_t *h, const char *text)
{
    for (; *text != '\0' && *text != '\n'; text++)
        *h = (*h ^ (uint8_t)*text) * 0x100000001b3u;
}

/* The same for every awl-server on this machine until it is started again; no secret. */
static void
machine_hash(char out[CONNECT_MACHINE_LEN + 1])
{
    static const char *const files[] = {"/etc/machine-id", "/etc/hostid",
                                        "/proc/sys/kernel/random/boot_id"};
    uint64_t h = 0xcbf29ce484222325u;
    char text[256];

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        FILE *f = fopen(files[i], "re");

        if (f == NULL)
            continue;
        if (fgets(text, sizeof(text), f) != NULL)
            hash_text(&h, text);
        fclose(f);
    }
    if (gethostname(text, sizeof(text)) == 0) {
        text[sizeof(text) - 1] = '\0';
        hash_text(&h, text);
    }
    snprintf(out, CONNECT_MACHINE_LEN + 1, "%016llx", (unsigned long long)h);
}

bool
relay_line(const struct awl_addr *target, struct buffer *out)
{
    char machine[CONNECT_MACHINE_LEN + 1];
    const char *ssh = getenv("SSH_CONNECTION");
    struct connect_relay r = {.machine = machine, .target = *target};

    machine_hash(machine);
    if (ssh != NULL)
        connect_parse_ssh(bytes_str(ssh), &r.ssh_client, &r.ssh_server);
    r.open = port_taken(target);
    connect_put_relay(out, &r);
    return r.open;
}

/* ---- carrying ---- */

struct relay {
    int in, out, udp;
    struct frames *frames;
    bool refused; /* nobody has the port any more */
    bool ended;   /* end of file, or the pipe is broken */
    uint64_t looked;
};

/* ECONNREFUSED on a connected socket is the kernel's word that the port is closed; any
 * other error loses one datagram, as any network might. */
static void
relay_send(struct relay *r, struct bytes d)
{
    if (send(r->udp, d.data, d.len, 0) < 0 && errno == ECONNREFUSED)
        r->refused = true;
}

static void
relay_from_pipe(struct relay *r, uint64_t now)
{
    uint8_t data[RELAY_READ_MAX];
    ssize_t n = read(r->in, data, sizeof(data));
    struct bytes d;

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (n <= 0) {
        r->ended = true;
        return;
    }
    frames_input(r->frames, bytes_of(data, (size_t)n), now);
    while (frames_datagram(r->frames, &d))
        relay_send(r, d);
}

static void
relay_from_port(struct relay *r, uint64_t now)
{
    uint8_t data[FRAME_DATAGRAM_MAX + 1];

    for (unsigned i = 0; i < RELAY_BURST; i++) {
        ssize_t n = recv(r->udp, data, sizeof(data), 0);

        if (n < 0) {
            r->refused |= errno == ECONNREFUSED;
            return;
        }
        if (n > 0 && n <= (ssize_t)FRAME_DATAGRAM_MAX)
            frames_put(r->frames, bytes_of(data, (size_t)n), now);
    }
}

static void
relay_write(struct relay *r)
{
    struct bytes b;

    while ((b = frames_output(r->frames)).len > 0) {
        ssize_t n = write(r->out, b.data, b.len);

        if (n > 0) {
            frames_wrote(r->frames, (size_t)n);
        } else {
            if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
                r->ended = true;
            return;
        }
    }
}

static int
poll_timeout(uint64_t deadline, uint64_t now)
{
    if (deadline <= now)
        return 0;
    return (int)MIN(deadline - now, (uint64_t)FRAME_RELAY_IDLE_MS);
}

/* A client that roamed leaves its ssh behind, and what comes no more can't be refused: in
 * silence the relay looks for itself whether the session still has its port. */
static uint64_t
look_time(const struct relay *r)
{
    return MAX(frames_heard(r->frames), r->looked) + RELAY_LOOK_MS;
}

static int
relay_loop(struct relay *r, const struct awl_addr *target)
{
    for (;;) {
        uint64_t now = clock_now(), idle = frames_heard(r->frames) + FRAME_RELAY_IDLE_MS;
        struct pollfd p[3] = {{.fd = r->in, .events = POLLIN},
                              {.fd = r->udp, .events = POLLIN},
                              {.fd = r->out}};

        frames_tick(r->frames, now);
        relay_write(r);
        if (r->ended || now >= idle)
            return 0;
        if (now >= look_time(r)) {
            r->looked = now;
            r->refused |= !port_taken(target);
        }
        if (r->refused || frames_bad(r->frames))
            return 1;
        if (frames_output(r->frames).len > 0)
            p[2].events = POLLOUT;
        if (poll(p, ARRAY_LEN(p),
                 poll_timeout(sooner(frames_deadline(r->frames), look_time(r)), now)) < 0)
            continue;
        now = clock_now();
        if (p[2].revents & (POLLERR | POLLHUP))
            return 0;
        if (p[0].revents != 0)
            relay_from_pipe(r, now);
        if (p[1].revents != 0)
            relay_from_port(r, now);
    }
}

int
relay_run(int in, int out, const struct awl_addr *target)
{
    struct relay r = {.in = in, .out = out, .udp = udp_socket(target)};
    struct sockaddr_storage ss;
    socklen_t len = sockaddr_put(target, false, &ss);
    int status = 1;

    if (r.udp >= 0 && connect(r.udp, (struct sockaddr *)&ss, len) == 0) {
        fcntl(in, F_SETFL, O_NONBLOCK);
        fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
        r.frames = frames_new(clock_now());
        status = relay_loop(&r, target);
        frames_free(r.frames);
    }
    if (r.udp >= 0)
        close(r.udp);
    return status;
}

/* ---- the command ---- */

static int complain(const char *fmt, ...) ATTR_PRINTF(1, 2);

static int
complain(const char *fmt, ...)
{
    va_list ap;

    fputs("awl-server relay: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return 1;
}

/* `[-a ADDR] PORT` and nothing else. */
static bool
parse_words(char *const *word, size_t count, struct awl_addr *target)
{
    struct awl_addr a;
    uint16_t port;

    addr_parse(BYTES_LIT("127.0.0.1"), 0, &a);
    if (count == 3 && strcmp(word[0], "-a") == 0 &&
        addr_parse(bytes_str(word[1]), 0, &a)) {
        word += 2;
        count -= 2;
    }
    if (count != 1 || !port_parse(bytes_str(word[0]), 1, 65535, &port))
        return false;
    a.port = port;
    *target = a;
    return !addr_is_any(&a) && !addr_is_multicast(&a);
}

static bool
own_address(const struct awl_addr *a)
{
    struct awl_addr own[AWL_ADDRS_MAX];
    size_t count = ifaddrs_read(own);

    if (addr_is_loopback(a))
        return true;
    for (size_t i = 0; i < count; i++)
        if (addr_same_host(&own[i], a))
            return true;
    return false;
}

/* Whether this user has a UDP socket on the port: 1, 0, or -1 where there is no such file
 * to tell. */
static int
own_port(const char *file, uint16_t want)
{
    FILE *f = fopen(file, "re");
    char line[512];
    int found = 0;

    if (f == NULL)
        return -1;
    while (fgets(line, sizeof(line), f) != NULL) {
        unsigned port;
        unsigned long uid;

        if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s %lu", &port, &uid) ==
                2 &&
            port == want && uid == (unsigned long)getuid())
            found = 1;
    }
    fclose(f);
    return found;
}

/* Security: a key limited to this command must not become a way to speak to whatever else
 * listens on UDP, here or elsewhere. */
static int
forced(const char *command, struct awl_addr *target)
{
    struct args a = {0};
    const char *name;
    bool ok = false;
    int v4, v6;

    if (args_split(&a, command) && a.count >= 2) {
        name = strrchr(a.word[0], '/');
        name = name != NULL ? name + 1 : a.word[0];
        ok = strcmp(name, "awl-server") == 0 && strcmp(a.word[1], "relay") == 0 &&
             parse_words(a.word + 2, a.count - 2, target);
    }
    args_free(&a);
    if (!ok)
        return complain(
            "this key allows \"awl-server relay [-a ADDRESS] PORT\" and nothing "
            "else");
    if (!own_address(target))
        return complain("this key allows addresses of this host only");
    v4 = own_port("/proc/net/udp", target->port);
    v6 = own_port("/proc/net/udp6", target->port);
    if (v4 < 0 && v6 < 0)
        return complain(
            "this system doesn't tell whose UDP port %u is, so a key can't be "
            "limited to the relay",
            target->port);
    if (v4 <= 0 && v6 <= 0)
        return complain("no session of yours has UDP port %u", target->port);
    return 0;
}

/* One line of standard input and not a byte more, since frames follow. False: it ended
 * before, or is too long. */
static bool
read_line(char line[RELAY_LINE_MAX])
{
    for (size_t len = 0; len < RELAY_LINE_MAX;) {
        ssize_t n = read(STDIN_FILENO, line + len, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        if (line[len] == '\n') {
            line[len] = '\0';
            return true;
        }
        len++;
    }
    return false;
}

/* `-`: the port isn't known when the command line is written, and comes as a line. */
static int
told(struct awl_addr *target)
{
    char line[RELAY_LINE_MAX];
    struct args a = {0};
    bool ok;

    if (!read_line(line))
        return complain("standard input has no line with [-a ADDRESS] PORT");
    ok = args_split(&a, line) && parse_words(a.word, a.count, target);
    args_free(&a);
    return ok ? 0 : complain("want a line with [-a ADDRESS] PORT");
}

int
relay_main(int argc, char **argv)
{
    const char *original = getenv("SSH_ORIGINAL_COMMAND");
    struct awl_addr target = {0};
    struct buffer line = {0};
    bool open, written;

    if (isatty(STDIN_FILENO))
        return complain("standard input is a terminal: this is for awl, through ssh");
    if (argc == 1 && original != NULL) {
        if (forced(original, &target) != 0)
            return 1;
    } else if (argc == 2 && strcmp(argv[1], "-") == 0) {
        if (told(&target) != 0)
            return 1;
    } else if (!parse_words(argv + 1, (size_t)argc - 1, &target)) {
        return complain("want [-a ADDRESS] PORT, a numeric address and 1 to 65535");
    }
    open = relay_line(&target, &line);
    written = write(STDOUT_FILENO, line.data, line.len) == (ssize_t)line.len;
    buffer_free(&line);
    if (!written)
        return 1;
    if (!open)
        return complain("no session has UDP port %u: it has ended", target.port);
    return relay_run(STDIN_FILENO, STDOUT_FILENO, &target);
}
