/* awl: logs in over ssh, starts the server there and becomes its client. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/deadline.h"
#include "base/log.h"
#include "platform/clock.h"
#include "platform/harden.h"
#include "platform/ifaddrs.h"
#include "platform/random.h"
#include "platform/resolve.h"
#include "platform/udp.h"
#include "programs/client_env.h"
#include "programs/dialer.h"
#include "programs/doctor.h"
#include "programs/lookout.h"
#include "programs/settings.h"

#define EXIT_FAILED 255 /* as ssh: there was no session */

struct awl {
    struct settings s;
    struct trace trace;
    struct terminfo terminfo;
    struct tty tty;
    struct loop *loop;
    struct awl_client_config client;
    bool init;
    struct ssh_facts facts;
    struct ssh_plan plan;
    struct resolve resolve;
    bool resolving, resolved;
    struct login login;
    struct buffer why; /* it failed */
    struct doctor doctor;
    struct lookout lookout;
    struct awl_addr servers[AWL_ADDRS_MAX]; /* where UDP may reach the server */
    size_t server_count;
};

static int fail(const char *fmt, ...) ATTR_PRINTF(1, 2);

static int
fail(const char *fmt, ...)
{
    va_list ap;

    fputs("awl: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return EXIT_FAILED;
}

/* ---- before ssh ---- */

/* Everything that can be wrong here is said before anybody is asked for a password. */
static int
check_here(struct awl *a)
{
    char error[256];
    const char *why;
    int taken;

    if (!client_env_read(&a->client, &a->init, error, sizeof(error)))
        return fail("%s", error);
    if (a->s.predict_set)
        a->client.predict = a->s.predict;
    a->client.predict_overwrite |= a->s.overwrite;
    a->init = a->init && !a->s.no_init;
    if (a->s.doctor)
        a->terminfo = (struct terminfo){0}; /* nothing is drawn */
    else if (!terminfo_read(getenv("TERM"), &a->terminfo, error, sizeof(error)))
        return fail("%s", error);
    if (a->s.client_port != 0 && (taken = udp_port_test(a->s.client_port)) != 0)
        return fail("local UDP port %u cannot be had: %s", a->s.client_port,
                    strerror(taken));
    if (!a->s.doctor && !tty_open(&a->tty, &why))
        return fail("%s", why);
    return 0;
}

static int
run_ssh_config(struct awl *a, bool command, struct buffer *out)
{
    struct args argv = {0};
    struct child child;
    int r;

    ssh_config_args(&a->plan, command, &argv);
    r = child_start(&child, argv.word, CHILD_OUT | CHILD_ERR);
    args_free(&argv);
    if (r != 0)
        return r;
    while (child.out >= 0) {
        uint8_t data[4096];
        ssize_t n;

        loop_want(a->loop, child.out, LOOP_READ);
        loop_wait(a->loop, NEVER);
        n = read(child.out, data, sizeof(data));
        if (n > 0)
            buffer_put(out, data, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            child_end(&child, 1000);
    }
    return 0;
}

/* `ssh -G` tells what ssh will do for this host. Where it can't, ssh itself will say why.
 */
static int
read_ssh_config(struct awl *a)
{
    struct buffer out = {.max = 1u << 20};
    int r = run_ssh_config(a, false, &out);

    if (r == 0 && out.len == 0)
        r = run_ssh_config(a, true, &out);
    if (r != 0)
        return fail("cannot run \"%s\": %s; install ssh, or name it with --ssh=",
                    a->s.ssh.word[0], strerror(r));
    ssh_facts_parse(&a->facts, buffer_bytes(&out));
    buffer_free(&out);
    trace_put(&a->trace, "ssh: -G: host %s, port %u%s",
              a->facts.hostname != NULL ? a->facts.hostname : "unknown", a->facts.port,
              a->facts.proxied ? ", through a proxy" : "");
    return 0;
}

static void
start_resolver(struct awl *a, uint64_t now)
{
    const char *name = a->facts.hostname != NULL ? a->facts.hostname : a->s.address;

    if (a->facts.proxied)
        return; /* what the name means is then the proxy's business */
    a->resolving = resolve_start(&a->resolve, name, a->s.family.only, now) == 0;
}

/* What the session's sockets look like from outside takes as long as a login, or less. */
static void
look_out(struct awl *a, uint64_t now)
{
    struct awl_addr own[AWL_ADDRS_MAX];
    struct awl_scout_config scout = {.own = own,
                                     .own_count = ifaddrs_read(own),
                                     .client_port = a->s.client_port,
                                     .random = random_system(),
                                     .log = trace_log(&a->trace)};
    struct legwork_config legwork = {.stun = a->s.stun.word,
                                     .stun_count = a->s.stun.count,
                                     .only = a->s.family.only,
                                     .log = trace_log(&a->trace)};

    if (!a->s.no_punch && a->s.client == NULL && !a->s.ssh_pty)
        lookout_begin(&a->lookout, &scout, &legwork, now);
}

/* ---- what is asked of the server ---- */

static void
put_locale(struct args *words)
{
    static const char *const names[] = {
        "LANG",       "LANGUAGE",     "LC_CTYPE",       "LC_NUMERIC",        "LC_TIME",
        "LC_COLLATE", "LC_MONETARY",  "LC_MESSAGES",    "LC_PAPER",          "LC_NAME",
        "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION", "LC_ALL",
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);

        if (value == NULL)
            continue;
        args_add(words, "-l");
        args_addf(words, "%s=%s", names[i], value);
    }
}

/* The value of -@, see awl-protocol(7). */
static void
put_extensions(const struct settings *s, struct args *words)
{
    struct buffer b = {0};

    buffer_put_str(&b, "awl1");
    if (s->local || s->client != NULL)
        buffer_put_str(&b, ",norelay");
    if (s->control)
        buffer_put_str(&b, ",control");
    if (s->no_punch)
        buffer_put_str(&b, ",nopunch");
    if (s->no_spray)
        buffer_put_str(&b, ",nospray");
    if (s->hole_ttl >= 0)
        buffer_printf(&b, ",hole-ttl=%ld", s->hole_ttl);
    for (size_t i = 0; i < s->stun.count; i++)
        buffer_printf(&b, ",stun=%s", s->stun.word[i]);
    args_add(words, "-@");
    args_add(words, buffer_str(&b));
    buffer_free(&b);
}

static void
put_server_words(const struct awl *a, struct args *words)
{
    const struct settings *s = &a->s;

    args_add(words, "new");
    put_extensions(s, words);
    args_add(words, "-c");
    args_addf(words, "%d", MAX(a->terminfo.colors, 0));
    if (s->bind == NULL && !s->local) {
        args_add(words, "-s");
    } else if (s->bind == NULL || *s->bind != '\0') {
        args_add(words, "-i");
        args_add(words, s->bind != NULL ? s->bind : s->address);
    }
    if (s->port != NULL) {
        args_add(words, "-p");
        args_add(words, s->port);
    }
    put_locale(words);
    if (*s->command != NULL || s->doctor)
        args_add(words, "--");
    for (char **w = s->command; *w != NULL; w++)
        args_add(words, *w);
    for (const char *const *w = doctor_command; s->doctor && *w != NULL; w++)
        args_add(words, *w);
}

/* Whether the first ssh should go on with a relay where the server has none of its own.
 */
static bool
asks_relay(const struct settings *s)
{
    return s->server != NULL && !ssh_server_is_awl(s->server) && !s->local &&
           !s->ssh_pty && s->client == NULL;
}

static int
start_login(struct awl *a)
{
    struct buffer command = {0};
    struct args words = {0}, argv = {0};
    int r;

    put_server_words(a, &words);
    if (a->s.local)
        buffer_put_str(&command, "unset SSH_CONNECTION; cd; ");
    else
        ssh_connection_put(&command);
    ssh_server_put(&command, a->s.server, true);
    quote_put_args(&command, &words);
    if (asks_relay(&a->s))
        ssh_relay_put(&command, a->s.server);
    if (a->s.local) {
        args_add(&argv, "/bin/sh");
        args_add(&argv, "-c");
        args_add(&argv, buffer_str(&command));
    } else {
        ssh_login_args(&a->plan, SSH_FIRST, buffer_str(&command), &argv);
    }
    r = login_start(&a->login, &argv, CONNECT_SESSION, LOGIN_SHOW, a->s.local, &a->trace);
    if (r == 0) {
        a->login.shared = a->facts.shared;
        trace_put(&a->trace, "ssh: started, pid %ld", (long)a->login.child.pid);
    } else {
        r = fail("cannot run \"%s\": %s", argv.word[0], strerror(r));
    }
    buffer_free(&command);
    args_free(&words);
    args_free(&argv);
    return r;
}

/* ---- where the server is ---- */

static bool
both_families(const struct resolve *r)
{
    for (size_t i = 1; i < r->count; i++)
        if (r->addr[i].family != r->addr[0].family)
            return true;
    return false;
}

static void
add_server(struct awl *a, const struct awl_addr *addr, uint16_t port)
{
    struct awl_addr with = *addr;

    if (a->server_count == ARRAY_LEN(a->servers) || addr->family == AWL_NONE)
        return;
    with.port = port;
    a->servers[a->server_count++] = with;
}

/* What was dialled, in the order of --family. */
static void
add_dialled(struct awl *a, uint16_t port)
{
    if (!a->resolved)
        return;
    resolve_prefer(&a->resolve, a->s.family.prefer);
    for (size_t i = 0; i < a->resolve.count; i++)
        add_server(a, &a->resolve.addr[i], port);
}

/* The one address of a server that can't tell its others: the dialled one at which sshd
 * says it was reached, else one of the same family, else what sshd says. */
static bool
choose_stock(struct awl *a, const struct connect_info *info)
{
    struct awl_addr said = info->have_ssh ? info->ssh_server : (struct awl_addr){0}, best;

    add_dialled(a, info->port);
    best = a->server_count > 0 ? a->servers[0] : said;
    for (size_t i = a->server_count; i-- > 0;)
        if (a->servers[i].family == said.family)
            best = a->servers[i];
    for (size_t i = 0; i < a->server_count; i++)
        if (addr_same_host(&a->servers[i], &said))
            best = a->servers[i];
    if (said.family != AWL_NONE &&
        (a->s.remote_ip == REMOTE_IP_SSH || best.family != said.family))
        best = said;
    a->server_count = 0;
    add_server(a, &best, info->port);
    return a->server_count > 0;
}

/* ---- the login ---- */

static bool
wait_resolver(struct awl *a, uint64_t now)
{
    if (!a->resolving || a->resolved)
        return true;
    a->resolved = resolve_done(&a->resolve, now);
    for (size_t i = 0; i < a->resolve.count && a->resolved; i++)
        lookout_towards(&a->lookout, &a->resolve.addr[i], now);
    if (a->resolved)
        trace_put(&a->trace, "resolver: %zu addresses%s%s", a->resolve.count,
                  a->resolve.count == 0 ? ": " : "",
                  a->resolve.count == 0 ? a->resolve.error : "");
    return a->resolved;
}

/* Until the server's lines are there. A server of unknown make is at an address that only
 * the resolver can tell, so it is waited for; the relay waits for nobody. */
static int
wait_login(struct awl *a)
{
    static const int ends[] = {SIGTERM, SIGHUP};

    for (;;) {
        uint64_t now = clock_now(), deadline;
        bool resolved = wait_resolver(a, now);

        if (resolved && a->resolving && a->s.family.exclusive &&
            both_families(&a->resolve))
            return fail("%s has IPv4 and IPv6 addresses: choose with --family=",
                        a->s.address);
        if (a->login.state == LOGIN_READY &&
            (resolved || connect_info(a->login.reader)->have_relay))
            return 0;
        if (a->login.state == LOGIN_FAILED)
            break;
        for (size_t i = 0; i < ARRAY_LEN(ends); i++)
            if (loop_signalled(a->loop, ends[i])) {
                login_free(&a->login, 1000); /* or ssh would go on asking */
                return 128 + ends[i];
            }
        login_want(&a->login, a->loop);
        deadline = lookout_want(&a->lookout, a->loop);
        if (!resolved) {
            loop_want(a->loop, a->resolve.child.out, LOOP_READ);
            deadline = sooner(deadline, a->resolve.deadline);
        }
        loop_wait(a->loop, deadline);
        login_turn(&a->login, a->loop);
        lookout_turn(&a->lookout, a->loop, clock_now());
    }
    login_failure(&a->login, a->s.host, a->s.server, &a->why);
    /* 255 is ssh's own; any other came from what it ran there. */
    if (a->login.child.signal == 0 && a->login.child.status != 255)
        a->doctor.login = DOCTOR_NO_SERVER;
    return fail("%s", buffer_str(&a->why));
}

static bool
is_stock(const struct awl *a)
{
    const struct connect_info *info = connect_info(a->login.reader);
    const char *name;
    struct buffer found = {0};
    bool stock = false;

    if (info->have_relay || info->control[0] != '\0')
        return false;
    /* Which server the search ran; a server that was named tells by its lines alone. */
    buffer_put_bytes(&found, buffer_bytes(&a->login.found));
    name = strrchr(buffer_str(&found), '/');
    name = name != NULL ? name + 1 : buffer_str(&found);
    stock = a->s.server != NULL ? !a->s.ssh_pty : strcmp(name, "awl-server") != 0;
    buffer_free(&found);
    return stock;
}

static int
know_server(struct awl *a)
{
    const struct connect_info *info = connect_info(a->login.reader);
    bool stock = is_stock(a);
    char text[CONNECT_LINE_MAX + 1];

    trace_put(&a->trace, "ssh: line read, port %u, %s", info->port,
              info->have_relay ? "awl-server with relay"
              : stock          ? "mosh-server"
                               : "awl-server");
    if (info->control[0] != '\0')
        fprintf(stderr, "awl: control FIFO on %s: %s\n", a->s.host,
                log_escape(bytes_str(info->control), text, sizeof(text)));
    if (stock && a->s.server == NULL)
        fprintf(stderr,
                "awl: no awl-server on %s, but mosh-server: plain mosh, over UDP only; a "
                "copy of awl-server in ~/.local/bin there would open firewalls\n",
                a->s.host);
    else if (!stock && !info->have_relay && a->s.ssh_pty)
        fprintf(stderr, "awl: no relay, since ssh was given a terminal: over UDP only\n");
    if (a->s.local) {
        struct awl_addr here;

        addr_parse(bytes_str(a->s.address), info->port, &here);
        add_server(a, &here, info->port);
    } else if (info->have_relay) {
        add_dialled(a, info->port);
    } else if (!choose_stock(a, info)) {
        return fail("no address of %s is known: %s", a->s.host,
                    a->resolve.error[0] != '\0' ? a->resolve.error
                                                : "its sshd doesn't tell, either");
    }
    if (a->s.candidate.family != AWL_NONE)
        add_server(a, &a->s.candidate, a->s.candidate.port);
    return 0;
}

/* ---- the session ---- */

static void
set_flag(const char *name, bool on)
{
    if (on)
        setenv(name, "1", 1);
}

/* As mosh does it: the key in the environment, the address on the command line. */
static int
execute_client(struct awl *a, int argc, char *argv[])
{
    static const char *const modes[] = {[AWL_PREDICT_ADAPTIVE] = "adaptive",
                                        [AWL_PREDICT_ALWAYS] = "always",
                                        [AWL_PREDICT_NEVER] = "never",
                                        [AWL_PREDICT_EXPERIMENTAL] = "experimental"};
    const struct connect_info *info = connect_info(a->login.reader);
    char key[AWL_KEY_TEXT_LEN + 1], address[ADDR_TEXT_LEN], port[8];
    struct buffer typed = {0};

    /* ssh may still be showing what the server says as it detaches. */
    for (uint64_t end = clock_now() + DIALER_STOCK_MS;
         login_running(&a->login) && clock_now() < end;) {
        login_want(&a->login, a->loop);
        loop_wait(a->loop, end);
        login_turn(&a->login, a->loop);
    }
    awl_key_text(&info->key, key);
    setenv("MOSH_KEY", key, 1);
    setenv("MOSH_PREDICTION_DISPLAY", modes[a->client.predict], 1);
    if (a->client.predict_overwrite)
        setenv("MOSH_PREDICTION_OVERWRITE", "yes", 1);
    set_flag("MOSH_NO_TERM_INIT", !a->init);
    snprintf(port, sizeof(port), "%u", a->s.client_port);
    if (a->s.client_port != 0)
        setenv("MOSH_CLIENT_PORT", port, 1);
    snprintf(port, sizeof(port), "%u", info->port);
    addr_text(&a->servers[0], address);
    buffer_put_str(&typed, "-#");
    for (int i = 1; i < argc; i++)
        buffer_printf(&typed, " %s", argv[i]);
    buffer_put_str(&typed, " |");
    login_free(&a->login, 1000);
    tty_close(&a->tty);
    loop_free(a->loop);
    execlp(a->s.client, a->s.client, buffer_str(&typed), address, port, (char *)NULL);
    return fail("cannot run \"%s\": %s", a->s.client, strerror(errno));
}

static void
fill_config(struct awl *a, const struct connect_info *info)
{
    struct awl_client_config *c = &a->client;

    c->key = info->key;
    c->servers = a->servers;
    c->server_count = a->server_count;
    c->server_port = info->port;
    c->pipe = info->have_relay;
    c->can_dial = !a->s.local && !a->s.ssh_pty;
    c->ssh = (struct awl_ssh_view){.client = info->ssh_client,
                                   .server = info->ssh_server,
                                   .target = info->target,
                                   .proxied = a->facts.proxied};
    c->client_port = a->s.client_port;
    c->keep_ssh = a->s.keep_ssh;
    c->no_punch = a->s.no_punch;
    c->no_spray = a->s.no_spray;
    c->no_host_candidates = a->s.no_host_candidates;
    c->repunch = a->s.repunch;
    c->log = trace_log(&a->trace);
}

static void
fill_dialer(struct awl *a, struct dialer *d, const struct connect_info *info,
            struct buffer *server)
{
    d->trace = &a->trace;
    d->plan = a->client.can_dial ? &a->plan : NULL;
    d->host = a->s.host;
    d->prefer = a->s.family.prefer;
    d->candidate = a->s.candidate;
    d->port = info->port;
    d->absent = a->s.server == NULL && is_stock(a); /* it was looked for already */
    snprintf(d->machine, sizeof(d->machine), "%s", info->machine);
    d->other = info->ssh_server;
    d->other.port = info->port;
    /* A mosh-server may be bound to the one address at which ssh arrived. */
    d->target = info->have_relay ? info->target : d->other;
    if (!info->have_relay && a->s.bind != NULL && *a->s.bind != '\0')
        addr_parse(bytes_str(a->s.bind), info->port, &d->target);
    if (d->target.family == AWL_NONE)
        addr_parse(BYTES_LIT("127.0.0.1"), info->port, &d->target);
    if (info->have_relay && a->s.server != NULL) {
        d->server = a->s.server;
    } else if (info->have_relay && a->login.found.len > 0) {
        ssh_path_put(server, buffer_bytes(&a->login.found));
        d->server = buffer_str(server);
    }
}

/* What would have helped where no answer came. */
static void
advise(const struct awl *a, const struct dialer *d, const struct awl_output *end)
{
    if (end->end == AWL_END_NO_CONTACT && d->absent)
        fprintf(stderr,
                "awl: a copy of awl-server in ~/.local/bin on %s would carry the session "
                "through ssh\n",
                a->s.host);
    else if (end->end == AWL_END_NO_CONTACT && !a->s.local)
        fprintf(stderr, "awl: to see what is in the way: awl doctor %s\n", a->s.host);
}

/* The session as it will be told of. */
static void
doctor_begin(struct awl *a, const struct connect_info *info, struct driver_config *config)
{
    struct doctor *d = &a->doctor;

    config->tty = NULL;
    d->stock = is_stock(a);
    d->relay = info->have_relay;
    config->ssh = doctor_hooks(d, &config->ssh, clock_now());
}

static int
run_session(struct awl *a)
{
    const struct connect_info *info = connect_info(a->login.reader);
    struct dialer dialer = {0};
    struct driver_config config = {.terminfo = &a->terminfo,
                                   .tty = &a->tty,
                                   .init = a->init,
                                   .pipe_in = -1,
                                   .pipe_out = -1};
    struct buffer server = {0};
    struct bytes early = BYTES_NONE;
    struct driver *driver;
    const char *error;
    char where[ADDR_TEXT_LEN + 64];
    int status;

    fill_config(a, info);
    fill_dialer(a, &dialer, info, &server);
    if (info->have_relay)
        login_take(&a->login, &config.pipe_in, &config.pipe_out, &early);
    config.client = a->client;
    config.pipe_early = early.data;
    config.pipe_early_len = early.len;
    config.ssh = dialer_hooks(&dialer);
    if (a->s.doctor)
        doctor_begin(a, info, &config);
    if (info->have_relay) {
        config.client.scout = a->lookout.scout;
        config.legwork = a->lookout.legwork;
        config.sockets = a->lookout.sockets;
        a->lookout = (struct lookout){0};
    } else {
        lookout_end(&a->lookout, clock_now()); /* nobody could be told */
    }
    driver = driver_new(&config, a->loop, &error);
    awl_key_wipe(&config.client.key);
    awl_key_wipe(&a->client.key);
    snprintf(where, sizeof(where), "%s, UDP port %u", a->s.host, info->port);
    dialer_begin(&dialer, &a->login,
                 info->have_relay    ? DIALER_CARRIES
                 : asks_relay(&a->s) ? DIALER_AWAITS
                                     : DIALER_LEAVES,
                 clock_now());
    if (driver == NULL) {
        status = fail("%s", error);
    } else {
        trace_hold(&a->trace, !a->s.doctor);
        driver_run(driver);
        trace_put(&a->trace, "path: %s",
                  awl_client_path_line(driver_client(driver), clock_now()));
        trace_hold(&a->trace, false);
        status = 0;
        if (a->s.doctor)
            doctor_look(&a->doctor, driver_client(driver), clock_now());
        else
            status = driver_farewell(
                driver_end(driver), where,
                driver_end(driver)->end == AWL_END_NO_CONTACT ? EXIT_FAILED : 1);
        if (!a->s.doctor)
            advise(a, &dialer, driver_end(driver));
        driver_free(driver);
    }
    dialer_end(&dialer);
    buffer_free(&server);
    return status;
}

static int
run(struct awl *a, int argc, char *argv[])
{
    int r = check_here(a);

    if (r != 0)
        return r;
    a->loop = loop_new();
    loop_catch(a->loop, SIGCHLD);
    loop_catch(a->loop, SIGTERM);
    loop_catch(a->loop, SIGHUP);
    a->plan = (struct ssh_plan){.ssh = &a->s.ssh,
                                .host = a->s.host,
                                .family = a->s.family.only,
                                .pty = a->s.ssh_pty,
                                .facts = &a->facts};
    if (!a->s.local) {
        r = read_ssh_config(a);
        if (r != 0)
            return r;
        start_resolver(a, clock_now());
        look_out(a, clock_now());
    }
    a->doctor.began = clock_now();
    r = start_login(a);
    if (r == 0)
        r = wait_login(a);
    if (r == 0) {
        a->doctor.line = clock_now();
        a->doctor.login = DOCTOR_SERVER;
        a->doctor.port = connect_info(a->login.reader)->port;
        r = know_server(a);
    }
    if (r == 0)
        r = a->s.client != NULL ? execute_client(a, argc, argv) : run_session(a);
    return r;
}

static int
run_doctor(struct awl *a, int argc, char *argv[])
{
    struct doctor *d = &a->doctor;
    int r;

    d->s = &a->s;
    r = run(a, argc, argv);
    if ((r != 0 && r != EXIT_FAILED) || d->began == 0)
        return r; /* ended by a signal, or nothing was asked of ssh yet */
    d->proxied = a->facts.proxied;
    d->error = a->why.len > 0 ? buffer_str(&a->why) : NULL;
    return doctor_report(d);
}

/* Gives back everything but the terminal, which the session has given back. */
static void
finish(struct awl *a)
{
    login_free(&a->login, 1000);
    buffer_free(&a->why);
    lookout_end(&a->lookout, clock_now());
    if (a->resolving)
        resolve_free(&a->resolve);
    if (a->loop != NULL) {
        if (!a->s.doctor)
            tty_close(&a->tty);
        loop_free(a->loop);
    }
    ssh_facts_free(&a->facts);
    trace_close(&a->trace);
}

int
main(int argc, char *argv[])
{
    struct awl a = {0};
    uint64_t now = clock_now();
    enum settings_result wanted = settings_read(&a.s, argc, argv);
    int status = wanted == SETTINGS_DONE ? EXIT_SUCCESS : EXIT_FAILED;

    if (wanted == SETTINGS_RUN) {
        int error = trace_open(&a.trace, a.s.log_file, a.s.verbose, now);

        harden_no_core();
        if (error != 0) {
            fail("cannot write the log \"%s\": %s", a.s.log_file, strerror(error));
        } else {
            trace_put(&a.trace, "awl: version %s, host %s", AWL_VERSION, a.s.host);
            status = a.s.doctor ? run_doctor(&a, argc, argv) : run(&a, argc, argv);
            trace_put(&a.trace, "end: status %d", status);
            finish(&a);
        }
    }
    settings_free(&a.s);
    return status;
}
