#include "programs/dialer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/deadline.h"

/* Hands the present ssh over to its end: its input is closed, which ends the relay and so
 * ssh; the deadline is for one that doesn't notice. */
static void
dialer_retire(struct dialer *d, int signo, uint64_t wait_ms, uint64_t now)
{
    if (d->ssh.state == LOGIN_IDLE)
        return;
    login_free(&d->ending, 0);
    d->ending = d->ssh;
    d->ssh = (struct login){0};
    login_close_input(&d->ending);
    d->end_by = now + wait_ms;
    d->end_signal = SIGTERM;
    if (d->ending.shared)
        d->end_by = NEVER;
    if (signo != 0)
        login_signal(&d->ending, signo);
}

/* Where the relay is to send. */
static void
target_put(const struct dialer *d, struct buffer *out)
{
    const struct awl_addr *to = d->elsewhere ? &d->other : &d->target;
    char text[ADDR_TEXT_LEN];

    buffer_printf(out, "-a %s %u", addr_text(to, text), d->port);
}

/* The server has detached and a relay runs in its place: it gets to know the port. */
static void
tell_first(struct dialer *d)
{
    struct buffer line = {0};

    if (!d->first || !d->dialling || d->told || d->ssh.found.len == 0)
        return;
    d->told = true;
    target_put(d, &line);
    buffer_put_byte(&line, '\n');
    if (!login_tell(&d->ssh, buffer_str(&line)))
        trace_put(d->trace, "ssh: the relay takes no port");
    buffer_free(&line);
}

void
dialer_begin(struct dialer *d, struct login *first, enum dialer_first what, uint64_t now)
{
    d->ssh = *first;
    *first = (struct login){0};
    switch (what) {
    case DIALER_CARRIES: break;
    case DIALER_AWAITS:
        d->first = d->dialling = true;
        login_await_relay(&d->ssh);
        tell_first(d);
        break;
    case DIALER_LEAVES: dialer_retire(d, 0, DIALER_STOCK_MS, now); break;
    }
}

/* ssh asks for the name anew; so does the session, for the server may have moved. */
static void
look_up(struct dialer *d, uint64_t now)
{
    const char *name = d->plan->facts->hostname;

    if (name != NULL && !d->plan->facts->proxied && !d->looking)
        d->looking = resolve_start(&d->lookup, name, d->plan->family, now) == 0;
}

static void
looked_up(struct dialer *d, struct driver *driver, uint64_t now)
{
    struct awl_addr servers[AWL_ADDRS_MAX + 1];
    struct awl_news news = {.kind = AWL_NEWS_SERVERS, .addr = servers};

    if (!d->looking || !resolve_done(&d->lookup, now))
        return;
    d->looking = false;
    resolve_prefer(&d->lookup, d->prefer);
    for (size_t i = 0; i < d->lookup.count; i++) {
        servers[news.count] = d->lookup.addr[i];
        servers[news.count++].port = d->port;
    }
    if (news.count > 0 && d->candidate.family != AWL_NONE)
        servers[news.count++] = d->candidate;
    trace_put(d->trace, "resolver: %zu addresses%s%s", d->lookup.count,
              news.count == 0 ? ": " : "", news.count == 0 ? d->lookup.error : "");
    awl_client_news(driver_client(driver), &news, now);
}

static int
dialer_start(struct dialer *d, uint64_t now)
{
    struct buffer command = {0};
    struct args argv = {0};
    int r;

    /* Words without quotes: a forced command must be able to read them. */
    ssh_server_put(&command, d->server, false);
    buffer_put_str(&command, " relay ");
    target_put(d, &command);
    ssh_login_args(d->plan, d->by_hand ? SSH_INTERACTIVE : SSH_BACKGROUND,
                   buffer_str(&command), &argv);
    r = login_start(&d->ssh, &argv, CONNECT_RELAY, d->by_hand ? LOGIN_SHOW : LOGIN_HIDE,
                    !d->by_hand, d->trace);
    if (r == 0)
        trace_put(d->trace, "ssh: dial, pid %ld%s", (long)d->ssh.child.pid,
                  d->by_hand ? ", by hand" : "");
    d->dialling = r == 0;
    if (d->dialling)
        look_up(d, now);
    args_free(&argv);
    buffer_free(&command);
    return r;
}

static void
dialer_fail(struct dialer *d, struct driver *driver, const char *why, bool credentials,
            uint64_t now)
{
    d->dialling = false;
    trace_put(d->trace, "ssh: relay failed: %s", why);
    if (d->by_hand)
        fprintf(stderr, "awl: %s\n", why);
    driver_pipe_down(driver, why, credentials, now);
}

static void
dialer_dial(void *arg, struct driver *driver, bool interactive, uint64_t now)
{
    struct dialer *d = arg;
    int r;

    if (d->first && d->dialling && !interactive)
        return; /* it is on its way already */
    dialer_retire(d, SIGTERM, DIALER_END_MS, now);
    d->first = false;
    d->by_hand = interactive;
    d->elsewhere = false;
    if (d->absent || d->plan == NULL) {
        dialer_fail(d, driver, "there is no awl-server for a relay on that host", false,
                    now);
        return;
    }
    if (interactive)
        fprintf(stderr, "awl: logging in to %s again, Ctrl-C gives up\n", d->host);
    r = dialer_start(d, now);
    if (r != 0)
        dialer_fail(d, driver, strerror(r), false, now);
}

static void
dialer_hangup(void *arg, struct driver *driver, uint64_t now)
{
    struct dialer *d = arg;

    (void)driver;
    if (d->dialling)
        trace_put(d->trace, "ssh: relay failed: not needed any more");
    dialer_retire(d, d->dialling ? SIGTERM : 0, DIALER_END_MS, now);
    d->dialling = false;
}

static uint64_t
dialer_want(void *arg, struct loop *l)
{
    struct dialer *d = arg;

    login_want(&d->ssh, l);
    login_want(&d->ending, l);
    if (d->looking)
        loop_want(l, d->lookup.child.out, LOOP_READ);
    return sooner(d->looking ? d->lookup.deadline : NEVER,
                  d->ending.state != LOGIN_IDLE ? d->end_by : NEVER);
}

/* The line is there. True: it leads to the session's machine, or a way to it is known. */
static bool
dialer_right_machine(struct dialer *d, const struct connect_info *info)
{
    if (d->machine[0] == '\0' || info->machine[0] == '\0' || d->elsewhere)
        return true;
    return strcmp(d->machine, info->machine) == 0;
}

static void
dialer_up(struct dialer *d, struct driver *driver, uint64_t now)
{
    const struct connect_info *info = connect_info(d->ssh.reader);
    struct awl_ssh_view view = {.client = info->ssh_client,
                                .server = info->ssh_server,
                                .target = info->target,
                                .proxied = d->plan->facts->proxied};
    struct bytes early;
    int in, out;

    if (!dialer_right_machine(d, info)) {
        /* One name, several machines. What is carried is sealed, so any of them may pass
         * it on to the one of the session. */
        trace_put(d->trace, "ssh: another machine answered, its relay is sent on");
        dialer_retire(d, SIGTERM, DIALER_END_MS, now);
        d->elsewhere = true;
        if (d->other.family == AWL_NONE || dialer_start(d, now) != 0)
            dialer_fail(d, driver, "ssh reached another machine of that name", false,
                        now);
        return;
    }
    if (!info->relay_open) {
        bool here = info->machine[0] != '\0' && strcmp(d->machine, info->machine) == 0;

        dialer_retire(d, SIGTERM, DIALER_END_MS, now);
        trace_put(d->trace, "ssh: no session has that UDP port over there: it has ended");
        d->dialling = false;
        if (here) /* of another machine it says nothing */
            driver_gone(driver, now);
        else
            driver_pipe_down(driver, "no session has that UDP port there", false, now);
        return;
    }
    trace_put(d->trace, "ssh: relay up");
    if (d->first) {
        ssh_path_put(&d->found, buffer_bytes(&d->ssh.found));
        d->server = buffer_str(&d->found);
        snprintf(d->machine, sizeof(d->machine), "%s", info->machine);
    }
    d->dialling = d->first = false;
    login_take(&d->ssh, &in, &out, &early);
    driver_pipe_up(driver, in, out, &view, early.data, early.len, now);
}

static void
dialer_failed(struct dialer *d, struct driver *driver, uint64_t now)
{
    struct buffer why = {0};
    bool credentials = login_wants_credentials(&d->ssh);

    login_failure(&d->ssh, d->host, d->server, &why);
    d->absent = d->ssh.child.status == 127 && d->ssh.child.signal == 0;
    login_free(&d->ssh, 0);
    dialer_fail(d, driver, buffer_str(&why), credentials, now);
    buffer_free(&why);
}

static void
dialer_ending(struct dialer *d, struct loop *l, uint64_t now)
{
    if (d->ending.state == LOGIN_IDLE)
        return;
    login_turn(&d->ending, l);
    if (!login_running(&d->ending)) {
        login_free(&d->ending, 0);
    } else if (now >= d->end_by) {
        login_signal(&d->ending, d->end_signal);
        d->end_signal = SIGKILL;
        d->end_by = now + DIALER_END_MS;
    }
}

static void
dialer_turn(void *arg, struct driver *driver, struct loop *l, uint64_t now)
{
    struct dialer *d = arg;
    enum login_state state = login_turn(&d->ssh, l);

    trace_session(d->trace, driver_client(driver));
    dialer_ending(d, l, now);
    looked_up(d, driver, now);
    tell_first(d);
    if (d->dialling && state == LOGIN_READY) {
        dialer_up(d, driver, now);
    } else if (d->dialling && state == LOGIN_FAILED) {
        dialer_failed(d, driver, now);
    } else if (state != LOGIN_IDLE && !d->dialling && !login_running(&d->ssh)) {
        login_free(&d->ssh, 0); /* the driver sees the end of its pipe by itself */
    }
}

struct driver_ssh
dialer_hooks(struct dialer *d)
{
    return (struct driver_ssh){.arg = d,
                               .dial = d->plan != NULL ? dialer_dial : NULL,
                               .hangup = dialer_hangup,
                               .want = dialer_want,
                               .turn = dialer_turn};
}

void
dialer_end(struct dialer *d)
{
    login_free(&d->ssh, (int)DIALER_END_MS);
    login_free(&d->ending, (int)DIALER_END_MS);
    if (d->looking)
        resolve_free(&d->lookup);
    buffer_free(&d->found);
}
