/* awl-server new: binds a UDP port, tells it and the key, and serves one session in the
 * background. awl-server relay: see relay.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/harden.h"
#include "platform/random.h"
#include "programs/leftovers.h"
#include "programs/relay.h"
#include "programs/serve.h"
#include "programs/server_args.h"
#include "programs/shell.h"
#include "programs/utf8_locale.h"
#include "session/connect.h"

#define PATH_LEN 512u

struct server {
    struct server_args args;
    struct shell shell;
    struct serve_config serve;
    struct udp udp;
    struct pty pty;
    int cols, rows;
    struct awl_addr bound; /* the address bound to, AWL_NONE: any */
    bool relay;
    int control;              /* -1: none */
    char directory[PATH_LEN]; /* of the FIFO; "": none */
    char fifo[PATH_LEN + 16];
    char session[64];
};

static void ATTR_PRINTF(1, 2) warn(const char *fmt, ...)
{
    va_list ap;

    fputs("awl-server: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

static void
log_to_stderr(void *arg, enum awl_log_level level, const char *text)
{
    uint64_t now = clock_now();

    (void)arg;
    (void)level;
    fprintf(stderr, "%llu.%03u %s\n", (unsigned long long)(now / 1000),
            (unsigned)(now % 1000), text);
}

/* ---- what the environment says ---- */

/* Seconds; what isn't a whole decimal number counts as 0. */
static uint32_t
read_timeout(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long value;

    if (text == NULL || text[0] == '\0')
        return 0;
    errno = 0;
    value = strtol(text, &end, 10);
    if (*end == '\0' && errno == 0 && value >= 0 && value <= INT32_MAX)
        return (uint32_t)value;
    warn("%s is \"%s\", not a number of seconds; ignored", name, text);
    return 0;
}

static bool
is_set(const char *name)
{
    const char *text = getenv(name);

    return text != NULL && text[0] != '\0' && strcmp(text, "0") != 0;
}

static void
read_environment(struct server *s)
{
    struct awl_server_config *c = &s->serve.server;
    const char *candidate = getenv("AWL_SERVER_CANDIDATE");
    const char *ssh = getenv("SSH_CONNECTION");

    c->network_timeout_s = read_timeout("MOSH_SERVER_NETWORK_TMOUT");
    s->serve.signal_tmout_s = read_timeout("MOSH_SERVER_SIGNAL_TMOUT");
    c->no_punch = s->args.no_punch || is_set("AWL_NO_PUNCH");
    c->no_spray = s->args.no_spray;
    c->hole_ttl_s = s->args.hole_ttl_s;
    c->scout = s->args.relay; /* where nothing can be told there is nothing to find */
    s->serve.stun = s->args.stun;
    s->serve.stun_count = s->args.stun_count;
    if (candidate != NULL && candidate[0] != '\0' &&
        !addr_parse_port(bytes_str(candidate), &c->candidate))
        warn("AWL_SERVER_CANDIDATE is \"%s\", not ADDRESS:PORT; ignored", candidate);
    if (ssh != NULL)
        connect_parse_ssh(bytes_str(ssh), &c->ssh_client, &c->ssh_server);
}

static void
read_size(struct server *s)
{
    struct winsize size = {0};
    bool known =
        ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;

    s->cols = known ? size.ws_col : 80;
    s->rows = known ? size.ws_row : 24;
}

/* ---- the socket, the FIFO ---- */

/* The address asked for; AWL_NONE: any. */
static struct awl_addr
wanted_address(const struct server *s)
{
    struct awl_addr a = {0};

    if (s->args.bind_ip != NULL && !addr_parse(bytes_str(s->args.bind_ip), 0, &a))
        warn("\"%s\" is not a numeric IP address; any address is used", s->args.bind_ip);
    /* An own client may come from anywhere in either family. */
    if (s->args.bind_ssh && !s->args.awl) {
        a = s->serve.server.ssh_server;
        if (a.family == AWL_NONE)
            warn("SSH_CONNECTION doesn't tell the address that ssh came in on; any "
                 "address is used");
    }
    return a;
}

static bool
bind_socket(struct server *s)
{
    struct awl_addr any = {0};
    char text[ADDR_TEXT_LEN];
    int error;

    s->bound = wanted_address(s);
    error = udp_open(&s->udp, &s->bound, s->args.port_low, s->args.port_high);
    if (error != 0 && s->bound.family != AWL_NONE) {
        warn("cannot bind to %s: %s; any address is used", addr_text(&s->bound, text),
             strerror(error));
        s->bound = any;
        error = udp_open(&s->udp, &any, s->args.port_low, s->args.port_high);
    }
    if (error != 0) {
        warn("no UDP port from %u to %u can be bound: %s; choose another range with -p",
             s->args.port_low, s->args.port_high, strerror(error));
        return false;
    }
    s->serve.server.port = s->udp.port;
    s->serve.server.socket_v6 = s->udp.family == AWL_IPV6;
    return true;
}

static void
remove_control(struct server *s)
{
    if (s->control >= 0)
        close(s->control);
    s->control = -1;
    if (s->directory[0] == '\0')
        return;
    unlink(s->fifo);
    rmdir(s->directory);
}

/* In a directory that only the user can enter, so nobody else can have put anything
 * there first. */
static bool
make_control(struct server *s)
{
    const char *tmp = getenv("TMPDIR");
    int n;

    if (tmp == NULL || tmp[0] != '/')
        tmp = "/tmp";
    s->control = -1;
    if (!s->args.control)
        return true;
    if (s->serve.server.no_punch) {
        warn("--control cannot be used where AWL_NO_PUNCH is set");
        return false;
    }
    leftovers_remove(tmp);
    n = snprintf(s->directory, sizeof(s->directory), "%s/" LEFTOVERS_PREFIX "XXXXXX",
                 tmp);
    if (n >= (int)sizeof(s->directory) || mkdtemp(s->directory) == NULL) {
        warn("cannot make a directory %s: %s", s->directory, strerror(errno));
        s->directory[0] = '\0';
        return false;
    }
    snprintf(s->fifo, sizeof(s->fifo), "%s/" LEFTOVERS_FIFO, s->directory);
    /* Held open for writing too, so that it never comes to its end. */
    if (mkfifo(s->fifo, 0600) != 0 ||
        (s->control = open(s->fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0) {
        warn("cannot make the FIFO %s: %s", s->fifo, strerror(errno));
        remove_control(s);
        return false;
    }
    return true;
}

/* ---- the announcement ---- */

static void
write_all(const struct buffer *b)
{
    size_t done = 0;

    while (done < b->len) {
        ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);

        if (n < 0 && errno != EINTR)
            return;
        if (n > 0)
            done += (size_t)n;
    }
}

/* The lines for the one who started us. What more there is to say comes before MOSH
 * CONNECT, which ends the reading. */
static void
announce(const struct server *s, const struct awl_addr *target)
{
    struct buffer text = {.max = 4096};

    if (isatty(STDIN_FILENO)) /* so that echoed type-ahead shares no line with ours */
        buffer_put_byte(&text, '\n');
    if (s->relay)
        relay_line(target, &text);
    if (s->args.control)
        connect_put_control(&text, s->fifo);
    connect_put_session(&text, s->udp.port, &s->serve.server.key);
    write_all(&text);
    buffer_wipe(&text);
}

/* ---- the session, in the background ---- */

static void
detach(struct server *s)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        if (s->args.verbose == 0 || (s->relay && fd != 2))
            dup2(null, fd);
    if (null > 2)
        close(null);
}

/* ready: a pipe end; one byte says that all is in place. */
static void
session(struct server *s, int ready)
{
    const int keep[] = {s->udp.fd, s->control, ready};
    const int signals[] = {SIGTERM, SIGINT, SIGUSR1, SIGCHLD};
    int gate;

    setsid();
    signal(SIGHUP, SIG_IGN);
    child_close_others(keep, ARRAY_LEN(keep));
    snprintf(s->session, sizeof(s->session), "mosh [%ld]", (long)getpid());
    s->shell.session = s->session;
    s->serve.session = s->session;
    s->serve.loop = loop_new();
    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        loop_catch(s->serve.loop, signals[i]);
    switch (pty_fork(&s->pty, s->cols, s->rows, &gate)) {
    case -1: warn("cannot make a pseudo-terminal: %s", strerror(errno)); return;
    case 0:
        awl_key_wipe(&s->serve.server.key);
        udp_close(&s->udp);
        shell_run(&s->shell, gate);
    default: break;
    }
    detach(s);
    (void)!write(ready, "", 1);
    close(ready);
    s->serve.udp = &s->udp;
    s->serve.pty = &s->pty;
    s->serve.control = s->control;
    s->serve.server.cols = s->cols;
    s->serve.server.rows = s->rows;
    serve_run(&s->serve);
    pty_close(&s->pty);
    loop_free(s->serve.loop);
    if (s->args.verbose > 0)
        fputs("[awl-server is exiting.]\n", stderr);
}

/* The foreground process, once the session stands: it keeps nothing of it. */
static int
foreground(struct server *s, pid_t pid)
{
    struct awl_addr target = s->bound;

    target.port = s->udp.port;
    target = relay_target(&target);
    /* A second holder would keep the port alive after the session. */
    udp_close(&s->udp);
    if (s->control >= 0)
        close(s->control);
    announce(s, &target);
    awl_key_wipe(&s->serve.server.key);
    if (s->relay)
        return relay_run(STDIN_FILENO, STDOUT_FILENO, &target);
    fprintf(stderr,
            "\nawl-server %s, ISC licence, no warranty.\n\n"
            "[awl-server detached, pid = %ld]\n",
            AWL_VERSION, (long)pid);
    if (isatty(STDOUT_FILENO))
        tcdrain(STDOUT_FILENO);
    return 0;
}

static int
start(struct server *s)
{
    int ready[2];
    char byte;
    pid_t pid;
    ssize_t n;

    fflush(NULL);
    if (pipe(ready) != 0 || (pid = fork()) < 0) {
        warn("cannot start a process: %s", strerror(errno));
        remove_control(s);
        return 1;
    }
    if (pid == 0) {
        close(ready[0]);
        fcntl(ready[1], F_SETFD, FD_CLOEXEC);
        session(s, ready[1]);
        awl_key_wipe(&s->serve.server.key);
        remove_control(s);
        exit(0);
    }
    close(ready[1]);
    do
        n = read(ready[0], &byte, 1);
    while (n < 0 && errno == EINTR);
    close(ready[0]);
    return n == 1 ? foreground(s, pid) : 1;
}

static int
run_new(int argc, char *argv[])
{
    static struct server s;
    const char *fallback;

    switch (server_args_read(&s.args, argc, argv)) {
    case SERVER_ARGS_DONE: return 0;
    case SERVER_ARGS_BAD: return 1;
    case SERVER_ARGS_RUN: break;
    }
    shell_choose(&s.shell, s.args.command);
    s.shell.colors = s.args.colors;
    fallback = locale_choose(s.args.assign, s.args.assign_count);
    if (fallback != NULL)
        warn("no usable UTF-8 locale was named; the session gets %s", fallback);
    read_environment(&s);
    read_size(&s);
    /* A pty is not 8-bit clean: frames can't go through one. */
    s.relay = s.args.relay && !isatty(STDIN_FILENO);
    if (s.args.verbose > 0)
        s.serve.server.log = (struct awl_log){
            log_to_stderr, NULL, s.args.verbose > 1 ? AWL_LOG_DEBUG : AWL_LOG_INFO};
    random_bytes(&s.serve.server.key, sizeof(s.serve.server.key));
    if (!make_control(&s))
        return 1;
    if (!bind_socket(&s)) {
        remove_control(&s);
        return 1;
    }
    return start(&s);
}

int
main(int argc, char *argv[])
{
    if (!harden_no_core()) {
        warn("core files cannot be switched off: %s", strerror(errno));
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "relay") == 0)
        return relay_main(argc - 1, argv + 1);
    return run_new(argc - 1, argv + 1);
}
