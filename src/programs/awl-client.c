/* awl-client IP PORT: the client alone, a drop-in for mosh-client. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/alloc.h"
#include "platform/clock.h"
#include "platform/harden.h"
#include "platform/udp.h"
#include "programs/client_env.h"
#include "programs/driver.h"
#include "programs/options.h"
#include "programs/trace.h"

enum { KEY_CLIENT_PORT = OPTION_LONG, KEY_HELP, KEY_VERSION };

static const struct option_row rows[] = {
    {'c', NULL, OPTION_FLAG, NULL, 0, 0, "print how many colours the terminal has"},
    {'v', "verbose", OPTION_FLAG, NULL, 0, 0,
     "tell what happens on standard error, which should be a file; twice: more"},
    {KEY_CLIENT_PORT, "client-port", OPTION_NUMBER, "PORT", 1, 65535,
     "the one local UDP port to use (also MOSH_CLIENT_PORT)"},
    {'#', NULL, OPTION_TEXT, "TEXT", 0, 0, "ignored; shows in process listings"},
    {KEY_HELP, "help", OPTION_FLAG, NULL, 0, 0, "print this"},
    {KEY_VERSION, "version", OPTION_FLAG, NULL, 0, 0, "print the version"},
};

static struct options options = {
    .program = "awl-client",
    .usage = "MOSH_KEY=KEY awl-client [OPTION ...] IP PORT\n"
             "       awl-client -c",
    .rows = rows,
    .count = ARRAY_LEN(rows),
};

static void ATTR_PRINTF(1, 2) ATTR_NORETURN fail(const char *fmt, ...)
{
    va_list ap;

    fputs("awl-client: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static int
print_colors(void)
{
    struct terminfo t;
    char error[200];

    if (!terminfo_read(getenv("TERM"), &t, error, sizeof(error)))
        fail("%s", error);
    printf("%d\n", t.colors);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* The words IP PORT, or the end. */
static void
read_target(struct awl_addr *out, int argc, char *argv[])
{
    int word = options_word(&options);
    uint16_t port;

    if (argc - word != 2)
        fail("needs two words, the server's IP address and UDP port, not %d; see "
             "awl-client --help",
             argc - word);
    if (!port_parse(bytes_str(argv[word + 1]), 1, 65535, &port))
        fail("\"%s\" is not a UDP port, a number from 1 to 65535", argv[word + 1]);
    if (!addr_parse(bytes_str(argv[word]), port, out))
        fail("\"%s\" is not a numeric IP address", argv[word]);
}

/* The key leaves the environment at once: what we execute, or a look into /proc, must not
 * find it. */
static void
read_key(struct awl_key *out)
{
    char *text = getenv("MOSH_KEY");
    bool ok;

    if (text == NULL)
        fail("MOSH_KEY is not set; it must hold the key from the server's MOSH CONNECT "
             "line");
    ok = awl_key_parse(text, strlen(text), out);
    wipe(text, strlen(text));
    unsetenv("MOSH_KEY");
    if (!ok)
        fail("MOSH_KEY holds no key; it must be the 22 characters of the server's MOSH "
             "CONNECT line");
}

static void
read_client_port(struct awl_client_config *c)
{
    const char *text = getenv("MOSH_CLIENT_PORT");

    if (c->client_port == 0 && text != NULL && text[0] != '\0' &&
        !port_parse(bytes_str(text), 1, 65535, &c->client_port))
        fail("MOSH_CLIENT_PORT is \"%s\", not a port from 1 to 65535", text);
}

static void
look(void *arg, struct driver *d, struct loop *l, uint64_t now)
{
    (void)l;
    (void)now;
    trace_session(arg, driver_client(d));
}

static int
run(struct driver_config *config, struct trace *trace, const char *where)
{
    struct loop *l = loop_new();
    const char *error;
    struct driver *d = driver_new(config, l, &error);
    int status;

    awl_key_wipe(&config->client.key);
    if (d == NULL)
        fail("%s", error);
    trace_hold(trace, true);
    driver_run(d);
    trace_put(trace, "path: %s", awl_client_path_line(driver_client(d), clock_now()));
    trace_hold(trace, false);
    tty_close(config->tty);
    status = driver_farewell(driver_end(d), where, 1);
    if (driver_end(d)->end == AWL_END_NO_CONTACT)
        fprintf(stderr, "awl-client: or MOSH_KEY is another server's\n");
    driver_free(d);
    loop_free(l);
    trace_put(trace, "end: status %d", status);
    trace_close(trace);
    return status;
}

int
main(int argc, char *argv[])
{
    struct driver_config config = {.pipe_in = -1, .pipe_out = -1};
    struct awl_client_config *c = &config.client;
    struct terminfo terminfo;
    struct awl_addr target;
    struct trace trace;
    struct tty tty;
    char error[200], where[ADDR_TEXT_LEN];
    const char *why;
    int key, taken, verbose = 0;
    bool colors = false;

    if (!harden_no_core())
        fail("core files cannot be switched off");
    options_begin(&options);
    while ((key = options_next(&options, argc, argv)) != OPTIONS_END) {
        switch (key) {
        case OPTIONS_BAD: fail("%s; see awl-client --help", options.error);
        case 'c': colors = true; break;
        case 'v': verbose++; break;
        case KEY_CLIENT_PORT: c->client_port = (uint16_t)options.number; break;
        case KEY_HELP: options_help(&options, stdout); return 0;
        case KEY_VERSION: options_version(&options); return 0;
        default: break;
        }
    }
    if (colors)
        return print_colors();
    read_target(&target, argc, argv);
    read_key(&c->key);
    read_client_port(c);
    if (!client_env_read(c, &config.init, error, sizeof(error)) ||
        !terminfo_read(getenv("TERM"), &terminfo, error, sizeof(error)))
        fail("%s", error);
    if (c->client_port != 0 && (taken = udp_port_test(c->client_port)) != 0)
        fail("local UDP port %u cannot be had: %s", c->client_port, strerror(taken));
    if (!tty_open(&tty, &why))
        fail("%s", why);
    c->servers = &target;
    c->server_count = 1;
    c->server_port = target.port;
    trace_open(&trace, NULL, verbose, clock_now());
    c->log = trace_log(&trace);
    config.ssh = (struct driver_ssh){.arg = &trace, .turn = look};
    config.terminfo = &terminfo;
    config.tty = &tty;
    return run(&config, &trace, addr_port_text(&target, where));
}
