/* Runs whole sessions through simulated networks, thousands of them, each from a seed,
 * and checks what must hold. `sim SCENARIO [--seed N] [--count N] [--log]`; without a
 * scenario all of them. One TAP line each. A failure names the seed that repeats it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "families.h"
#include "hostile.h"
#include "matrix.h"
#include "moves.h"
#include "terminal/emulate.h"
#include "thief.h"
#include "world.h"

#define SECOND 1000u

/* ---- layouts ---- */

/* Site 0 is the server's; 1 to 4 are networks the client visits. */
static void
lay_out(struct world *w, enum net_box server_box, bool server_drops,
        enum net_box client_box)
{
    static const char *const out[] = {"198.51.100.1", "203.0.113.7", "203.0.113.77",
                                      "192.0.2.50", "192.0.2.99"};
    static const char *const in[] = {"10.9.0.2", "192.168.1.20", "192.168.7.30",
                                     "10.0.0.40", "172.16.5.5"};

    for (size_t i = 0; i < 5; i++) {
        struct net_site *s = &w->net.site[i];

        s->box = i == 0 ? server_box : client_box;
        s->host_drops = i == 0 && server_drops;
        s->out4 = net_ip(out[i]);
        s->ip4 = net_translates(s->box) ? net_ip(in[i]) : net_ip(out[i]);
    }
}

static void
links(struct world *w, int delay, int jitter, int loss, int twice)
{
    for (int i = 0; i < NET_HOSTS; i++)
        w->net.link[i] = (struct net_link){
            .delay = delay, .jitter = jitter, .loss = loss, .twice = twice};
}

static uint32_t
dice(struct world *w, uint32_t of)
{
    return net_dice(&w->net, of);
}

/* ---- what a user does ---- */

static void
type_some(struct world *w)
{
    static const char *const lines[] = {
        "ls -l\r",      "q",    "\x7f", "\x03",   "vim m\xc3\xbcller.txt\r",
        "\xe6\xbc\xa2", ":w\r", "\t",   "jjjkkk", " ",
    };
    const char *line = lines[dice(w, ARRAY_LEN(lines))];

    world_type(w, line, strlen(line));
}

static void
paste(struct world *w, size_t len)
{
    char *text = malloc(len);

    if (text == NULL)
        abort();
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + dice(w, 26));
    world_type(w, text, len);
    free(text);
}

static void
use(struct world *w, uint64_t ms)
{
    uint64_t end = w->now + ms;

    while (w->now < end && w->failed[0] == '\0' && !world_over(w)) {
        switch (dice(w, 40)) {
        case 0: paste(w, 1 + dice(w, 3000)); break;
        case 1: world_resize(w, 20 + (int)dice(w, 150), 5 + (int)dice(w, 60)); break;
        case 2: world_run(w, w->now + dice(w, 3000)); break;
        default: type_some(w); break;
        }
        world_run(w, w->now + 1 + dice(w, 300));
    }
}

static bool
settled(struct world *w)
{
    return w->pty_cols == w->cols && w->pty_rows == w->rows && world_screens_agree(w) &&
           world_keys_arrived(w) && w->app.output.len == 0 && w->app.paints == NEVER;
}

/* Stops the noise and waits until both ends agree. */
static void
settle(struct world *w, uint64_t ms)
{
    w->app.until = w->now;
    if (!world_until(w, settled, w->now + ms) && w->failed[0] == '\0') {
        if (!world_keys_arrived(w))
            world_fail(w, "of %zu bytes typed %zu arrived, or in another order",
                       w->typed.len, w->app.input.len);
        else if (w->pty_cols != w->cols || w->pty_rows != w->rows)
            world_fail(w, "the pty has %dx%d, the terminal %dx%d", w->pty_cols,
                       w->pty_rows, w->cols, w->rows);
        else if (w->app.output.len > 0 || w->app.paints != NEVER)
            world_fail(w, "the program's output was not read");
        else
            world_fail(w, "the screens differ");
    }
}

static bool
client_over(struct world *w)
{
    return w->side[NET_CLIENT].done;
}

/* Ends it from one side, with a healthy network, and checks how both saw it. */
static void
finish(struct world *w, bool by_server)
{
    int status = (int)dice(w, 256), sig = dice(w, 4) == 0 ? 9 : 0;
    const struct awl_output *end = &w->side[NET_CLIENT].end;

    if (w->failed[0] != '\0')
        return;
    w->net.link[NET_CLIENT].loss = w->net.link[NET_SERVER].loss = 0;
    if (by_server)
        awl_server_pty_end(w->server, status, sig, w->now);
    else
        awl_client_quit(w->client, "test", w->now);
    world_until(w, world_over, w->now + 15 * SECOND);
    if (w->failed[0] != '\0')
        return;
    if (!client_over(w) || !w->side[NET_SERVER].done)
        world_fail(w, "not over: client %d, server %d", client_over(w),
                   w->side[NET_SERVER].done);
    else if (end->end != (by_server ? AWL_END_REMOTE : AWL_END_LOCAL))
        world_fail(w, "the client ended by %d", (int)end->end);
    else if (by_server &&
             (!end->exit_known || end->exit_status != status || end->exit_signal != sig))
        world_fail(w, "exit status %d/%d came as %d %d/%d", status, sig, end->exit_known,
                   end->exit_status, end->exit_signal);
}

/* ---- scenarios ---- */

static struct world_config
usual(uint64_t seed)
{
    return (struct world_config){.seed = seed,
                                 .pipe = true,
                                 .can_dial = true,
                                 .ssh_login = 600,
                                 .pipe_delay = 20,
                                 .pipe_rate = 1000,
                                 .app = (enum app_kind)(seed % APP_KINDS)};
}

/* Any loss up to 30%, doubles, jitter that reorders; over UDP alone. */
static void
run_lossy(struct world *w)
{
    w->config.pipe = w->config.can_dial = false;
    lay_out(w, NET_OPEN, false, dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, (int)dice(w, 150), (int)dice(w, 80), (int)dice(w, 300), (int)dice(w, 100));
    w->net.link[0].ce = (int)dice(w, 50);
    world_start(w);
    use(w, 3 * SECOND);
    settle(w, 40 * SECOND);
    finish(w, dice(w, 2));
}

/* With ssh's pipe, whatever stands between. */
static void
run_punched(struct world *w)
{
    static const enum net_box boxes[] = {NET_OPEN, NET_FIREWALL, NET_NAT,
                                         NET_NAT_ACCEPTS};
    enum net_box client = boxes[dice(w, 4)], server = boxes[dice(w, 4)];

    lay_out(w, server, dice(w, 2), client);
    links(w, 1 + (int)dice(w, 60), (int)dice(w, 5), 0, 5);
    w->config.pipe_delay = w->net.link[0].delay;
    world_start(w);
    if (!world_until(w, world_first_state,
                     w->now + 2u * (unsigned)w->config.pipe_delay + 30))
        world_fail(w, "no first state within a round trip and 30 ms");
    w->net.link[0].loss = w->net.link[1].loss = (int)dice(w, 30);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP within 4 s: client box %d, server box %d", (int)client,
                   (int)server);
    use(w, 2 * SECOND);
    settle(w, 15 * SECOND);
    finish(w, dice(w, 2));
}

/* UDP never works: ssh carries it all. */
static void
run_blocked(struct world *w)
{
    lay_out(w, NET_OPEN, false, NET_NO_UDP);
    links(w, 20, 0, 0, 0);
    w->config.pipe_rate = 20 + (int)dice(w, 1000);
    world_start(w);
    use(w, 4 * SECOND);
    settle(w, 40 * SECOND);
    if (world_direct(w))
        world_fail(w, "UDP cannot have worked");
    finish(w, dice(w, 2));
}

/* The client changes its network now and then, and the server's host drops everything
 * that it did not ask for. */
static void
run_roaming(struct world *w)
{
    enum net_box server = dice(w, 2) ? NET_OPEN : NET_FIREWALL;

    lay_out(w, server, dice(w, 3) > 0, dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, 1 + (int)dice(w, 50), 3, (int)dice(w, 20), 2);
    w->config.keep_ssh = dice(w, 2);
    world_start(w);
    use(w, SECOND);
    for (uint32_t i = 1 + dice(w, 3); i > 0; i--) {
        world_run(w, w->now + dice(w, 40000));
        if (dice(w, 3) == 0) {
            world_move(w, -1);
            use(w, dice(w, 8000));
        }
        world_move(w, 1 + (int)dice(w, 4));
        world_type(w, "x", 1);
        /* One login and a second, and what a lost datagram or a login begun before costs.
         */
        if (!world_until(w, world_keys_arrived,
                         w->now + 2 * (unsigned)w->config.ssh_login + 3 * SECOND))
            world_fail(w, "no key arrived in time after a move");
        use(w, 500);
        settle(w, 30 * SECOND);
    }
    finish(w, dice(w, 2));
}

/* A NAT forgets, or gives another port, without anyone being told. */
static void
run_rebinding(struct world *w)
{
    w->config.pipe = dice(w, 2);
    w->config.can_dial = w->config.pipe;
    lay_out(w, NET_OPEN, w->config.pipe && dice(w, 2), NET_NAT);
    links(w, 1 + (int)dice(w, 50), 3, (int)dice(w, 20), 2);
    world_start(w);
    use(w, 2 * SECOND);
    for (uint32_t i = 1 + dice(w, 3); i > 0; i--) {
        world_run(w, w->now + dice(w, 30000));
        net_forget(&w->net, 1, dice(w, 2));
        use(w, 500);
        settle(w, 60 * SECOND);
    }
    /* Someone has to speak before anyone can notice; who leaves earlier may leave the
     * other behind. */
    world_run(w, w->now + 12 * SECOND);
    finish(w, dice(w, 2));
}

/* The lid is closed for seconds or days. */
static void
run_sleep(struct world *w)
{
    static const uint32_t naps[] = {5, 35, 100, 300, 4000, 90000};

    lay_out(w, NET_OPEN, dice(w, 2), NET_NAT);
    links(w, 1 + (int)dice(w, 50), 2, 0, 0);
    world_start(w);
    use(w, 1500);
    for (uint32_t i = 1 + dice(w, 2); i > 0; i--) {
        uint32_t nap = naps[dice(w, ARRAY_LEN(naps))];

        w->app.until = w->now + 10 * SECOND;
        world_sleep(w, true);
        if (dice(w, 2))
            w->net.at[NET_CLIENT] = 1 + (int)dice(w, 2);
        if (w->ssh == SSH_UP) {
            w->up.stalled = w->down.stalled = true;
            w->ssh_dead_at = w->now;
        }
        world_run(w, w->now + nap * SECOND);
        world_sleep(w, false);
        use(w, 500);
        settle(w, 40 * SECOND);
    }
    finish(w, dice(w, 2));
}

/* Asleep behind a punched path, without any way to log in again: the server keeps the
 * hole open, and the first datagram passes. */
static void
run_hole(struct world *w)
{
    lay_out(w, NET_OPEN, true, NET_OPEN);
    links(w, 1 + (int)dice(w, 50), 2, 0, 0);
    world_start(w);
    use(w, 1500);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP");
    settle(w, 10 * SECOND);
    world_run(w, w->now + 40 * SECOND); /* the pipe is hung up */
    w->ssh_blocked = true;
    world_sleep(w, true);
    world_run(w, w->now + (100 + dice(w, 3000)) * SECOND);
    world_sleep(w, false);
    world_type(w, "x", 1);
    if (!world_until(w, world_keys_arrived, w->now + 2 * SECOND))
        world_fail(w, "the hole is closed");
    settle(w, 5 * SECOND);
    finish(w, dice(w, 2));
}

/* Both directions, or only one, fail for a while. */
static void
run_blackout(struct world *w)
{
    w->config.pipe = dice(w, 3) > 0;
    w->config.can_dial = w->config.pipe;
    w->config.keep_ssh = dice(w, 2);
    lay_out(w, NET_OPEN, w->config.pipe && dice(w, 2), dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, 1 + (int)dice(w, 80), 3, 10, 2);
    world_start(w);
    use(w, 1500);
    for (uint32_t i = 1 + dice(w, 3); i > 0; i--) {
        uint32_t which = dice(w, 3);

        w->net.link[NET_CLIENT].down = which != 1;
        w->net.link[NET_SERVER].down = which != 0;
        use(w, dice(w, 20000));
        world_run(w, w->now + dice(w, 30000));
        if (w->config.pipe && dice(w, 2) && w->net.at[NET_CLIENT] >= 0)
            settle(w, 30 * SECOND); /* over ssh */
        w->net.link[NET_CLIENT].down = w->net.link[NET_SERVER].down = false;
        use(w, 1000);
        settle(w, 60 * SECOND);
    }
    finish(w, dice(w, 2));
}

static bool
echoed(struct world *w)
{
    return world_keys_arrived(w) && world_screens_agree(w);
}

/* UDP is blocked towards one side or both while ssh is at hand, and let through again. */
static void
run_one_way(struct world *w)
{
    uint32_t which = (uint32_t)(w->config.seed % 3);

    w->config.keep_ssh = true;
    w->config.app = APP_ECHO;
    lay_out(w, NET_OPEN, dice(w, 2), dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, 1 + (int)dice(w, 60), 2, 0, 0);
    w->config.pipe_delay = w->net.link[0].delay;
    world_start(w);
    if (!world_until(w, world_direct, w->now + 4 * SECOND))
        world_fail(w, "no UDP");
    use(w, 1500);
    settle(w, 10 * SECOND);
    for (int i = 0; i < 2; i++) {
        w->net.link[NET_CLIENT].down = which != 1;
        w->net.link[NET_SERVER].down = which != 0;
        world_run(w, w->now + dice(w, 4000));
        world_type(w, "x", 1);
        if (!world_until(w, echoed, w->now + 1500))
            world_fail(w, "typing was not echoed within 1.5 s, case %u", which);
        use(w, 1 + dice(w, 40000));
        settle(w, 10 * SECOND);
        w->net.link[NET_CLIENT].down = w->net.link[NET_SERVER].down = false;
        use(w, 500);
        if (!world_until(w, world_direct, w->now + 61 * SECOND))
            world_fail(w, "UDP works again, and nobody noticed");
        settle(w, 10 * SECOND);
    }
    finish(w, dice(w, 2));
}

/* Datagrams above some size never arrive. */
static void
run_mtu(struct world *w)
{
    w->config.pipe = dice(w, 2);
    w->config.can_dial = w->config.pipe;
    lay_out(w, NET_OPEN, false, NET_OPEN);
    links(w, 10 + (int)dice(w, 50), 2, (int)dice(w, 20), 0);
    w->net.link[NET_CLIENT].mtu = 600 + dice(w, 800);
    w->net.link[NET_SERVER].mtu = 600 + dice(w, 800);
    world_start(w);
    use(w, 3 * SECOND);
    settle(w, 60 * SECOND);
    finish(w, dice(w, 2));
}

/* Nobody does anything: few datagrams, few wake-ups, no ssh left. */
static void
run_idle(struct world *w)
{
    uint64_t ticks[NET_HOSTS], sent[NET_HOSTS];

    w->config.pipe = w->config.can_dial = dice(w, 4) > 0;
    lay_out(w, NET_OPEN, w->config.pipe, dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, 1 + (int)dice(w, 80), 0, 0, 0);
    world_start(w);
    use(w, 1500);
    settle(w, 20 * SECOND);
    world_run(w, w->now + 60 * SECOND);
    if (w->failed[0] == '\0' && (!world_direct(w) || w->ssh != SSH_NONE))
        world_fail(w, "after a minute of rest: direct %d, ssh %d", world_direct(w),
                   (int)w->ssh);
    for (int i = 0; i < NET_HOSTS; i++) {
        ticks[i] = w->side[i].ticks;
        sent[i] = w->net.counts.sent[i];
    }
    world_run(w, w->now + 300 * SECOND);
    for (int i = 0; i < NET_HOSTS; i++) {
        ticks[i] = w->side[i].ticks - ticks[i];
        sent[i] = w->net.counts.sent[i] - sent[i];
        if (sent[i] > 25 * 5)
            world_fail(w, "side %d sent %llu datagrams in 5 minutes of rest", i,
                       (unsigned long long)sent[i]);
        if (ticks[i] > 300)
            world_fail(w, "side %d woke up %llu times in 300 s", i,
                       (unsigned long long)ticks[i]);
    }
    settle(w, 5 * SECOND);
    finish(w, dice(w, 2));
}

/* Large pastes, also into a program that doesn't read for a while: what was accepted
 * arrives, and nobody hoards. */
static void
run_flood(struct world *w)
{
    w->config.app = dice(w, 2) ? APP_ECHO : APP_QUIET;
    w->config.pipe = dice(w, 2);
    lay_out(w, NET_OPEN, false, NET_OPEN);
    links(w, 5 + (int)dice(w, 50), 2, (int)dice(w, 20), 0);
    world_start(w);
    world_until(w, world_first_state, w->now + 5 * SECOND);
    w->deaf = dice(w, 2);
    for (uint32_t i = 1 + dice(w, 5); i > 0; i--)
        paste(w, 20000 + dice(w, 200000));
    if (w->deaf) {
        world_run(w, w->now + dice(w, 40000));
        if (w->pty_peak > (832u << 10))
            world_fail(w, "%zu bytes held for a program that doesn't read", w->pty_peak);
        /* Its output still comes through. */
        app_paint(&w->app.chance, &w->app.output, false);
        w->app.ready = w->now;
        if (!world_until(w, world_screens_agree, w->now + 10 * SECOND))
            world_fail(w, "a deaf program is also mute");
        w->deaf = false;
        world_turn(w);
    }
    settle(w, 120 * SECOND);
    finish(w, dice(w, 2));
}

/* What came to the user's terminal: our copies, each once and in order; gives how many
 * there were so far. */
static unsigned
copies_taken(struct world *w, struct events *q, unsigned so_far)
{
    const struct event *v;

    while ((v = events_next(q, 0, UINT64_MAX)) != NULL) {
        struct bytes data = text_bytes(v->data);
        unsigned number = 0;

        if (data.len == 4 && memcmp(data.data, "QQ", 2) == 0) {
            number = (unsigned)(data.data[2] - '0') * 10 + (data.data[3] - '0');
            if (number != so_far)
                world_fail(w, "copy %u came where %u was due", number, so_far);
            so_far = number + 1;
        }
        events_drop(q, v->number);
    }
    return so_far;
}

/* Copies while datagrams get lost, and nothing passes for a while: once each. */
static void
run_events(struct world *w)
{
    struct events *q = events_new();
    unsigned taken = 0;

    w->config.pipe = w->config.can_dial = false;
    lay_out(w, NET_OPEN, false, dice(w, 2) ? NET_NAT : NET_OPEN);
    links(w, (int)dice(w, 150), (int)dice(w, 80), (int)dice(w, 300), (int)dice(w, 100));
    world_start(w);
    emulator_events(w->tty_emulator, q);
    world_until(w, world_first_state, w->now + 20 * SECOND);
    for (unsigned i = 0; i < 40; i++) {
        buffer_printf(&w->app.output, "\033]52;%c;QQ%02u\a", dice(w, 2) ? 'c' : 'p', i);
        w->app.ready = w->now;
        if (dice(w, 4) == 0)
            type_some(w);
        if (i == 20)
            w->net.link[NET_CLIENT].loss = 1000;
        world_run(w, w->now + 1 + dice(w, 400));
        if (i == 30)
            w->net.link[NET_CLIENT].loss = (int)dice(w, 300);
        taken = copies_taken(w, q, taken);
    }
    settle(w, 40 * SECOND);
    world_run(w, w->now + 20 * SECOND);
    taken = copies_taken(w, q, taken);
    if (taken != 40 && w->failed[0] == '\0')
        world_fail(w, "of 40 copies %u came", taken);
    finish(w, dice(w, 2));
    events_free(q);
}

/* ---- what typing looks like ---- */

/* Types one key and says whether the line then ends with the text, a moment later. */
static bool
key_shows(struct world *w, char key, const char *text)
{
    const char *line;
    size_t len = strlen(text);

    world_type(w, &key, 1);
    world_run(w, w->now + 20);
    line = world_line(w);
    return strlen(line) >= len && strcmp(line + strlen(line) - len, text) == 0;
}

/* A line at human speed; how many of its keys showed at once. */
static unsigned
type_line(struct world *w, const char *text)
{
    char so_far[64] = "$ ";
    size_t len = 2;
    unsigned shown = 0;

    for (; *text != '\0'; text++) {
        so_far[len++] = *text;
        so_far[len] = '\0';
        shown += key_shows(w, *text, so_far);
        world_run(w, w->now + 100 + dice(w, 100));
    }
    return shown;
}

/* The unanswered prompt's line: nothing of it is ever on the terminal. */
static void
type_secret(struct world *w)
{
    for (const char *c = "xyzzy"; *c != '\0'; c++) {
        world_type(w, c, 1);
        for (int i = 0; i < 12; i++) {
            world_run(w, w->now + 10);
            if (strcmp(world_line(w), "Password: ") != 0)
                world_fail(w, "in a password prompt: \"%s\"", world_line(w));
        }
    }
}

static void
run_typing(struct world *w)
{
    static const char text[] = "echo one two three";
    static const int delays[] = {15, 25, 40, 100, 200, 500};
    static const int losses[] = {0, 50, 200};
    int delay = delays[w->config.seed % ARRAY_LEN(delays)];
    int loss = losses[w->config.seed / 6 % ARRAY_LEN(losses)];
    enum awl_predict mode = (enum awl_predict)(w->config.seed / 18 % 4);
    unsigned shown, want = 0;
    uint64_t wait = 2u * (unsigned)delay + 1500u + 20u * (unsigned)loss;

    w->config.pipe = w->config.can_dial = false;
    w->config.predict = mode;
    w->app.kind = APP_LOGIN;
    lay_out(w, NET_OPEN, false, NET_OPEN);
    links(w, delay, 0, 0, 0);
    world_start(w);
    world_type(w, "\r", 1);
    world_run(w, w->now + wait);
    w->net.link[0].loss = w->net.link[1].loss = loss;

    shown = type_line(w, text);
    /* The first keys have to prove that the program echoes; an experiment needs none. */
    if (mode == AWL_PREDICT_EXPERIMENTAL)
        want = (unsigned)strlen(text);
    else if (mode == AWL_PREDICT_ALWAYS || (mode == AWL_PREDICT_ADAPTIVE && delay > 30))
        want =
            (unsigned)strlen(text) - MIN(18u, (2u * (unsigned)delay + 60u) / 100u + 2u);
    if (loss == 0 && shown < want)
        world_fail(w, "delay %d, mode %d: %u of %zu keys shown at once, want %u", delay,
                   (int)mode, shown, strlen(text), want);
    if (mode == AWL_PREDICT_NEVER && shown > 0)
        world_fail(w, "delay %d: %u keys shown without guesses", delay, shown);

    world_type(w, "\r", 1);
    world_run(w, w->now + wait);
    world_type(w, "su", 2);
    world_run(w, w->now + wait);
    world_type(w, "\r", 1);
    settle(w, 30 * SECOND);
    world_run(w, w->now + wait);
    if (!world_asks_secret(w))
        world_fail(w, "the client was not told that echo is off");
    if (mode != AWL_PREDICT_EXPERIMENTAL)
        type_secret(w);
    world_type(w, "\r", 1);
    settle(w, 30 * SECOND);
    /* In mid-word, with the window's size. */
    type_line(w, "ab");
    world_resize(w, 70, 20);
    type_line(w, "\x7f\x7f");
    settle(w, 30 * SECOND);
    /* Guesses have had their answers, and none is left. */
    world_run(w, w->now + wait);
    if (w->failed[0] == '\0' && !world_shows_replica(w))
        world_fail(w, "delay %d, loss %d, mode %d: the terminal shows \"%s\"", delay,
                   loss, (int)mode, world_line(w));
    finish(w, dice(w, 2));
}

/* Ends in bad moments: before anything was heard, out of contact, both sides at once. */
static void
run_endings(struct world *w)
{
    uint32_t which = dice(w, 6);

    w->config.pipe = dice(w, 2);
    w->config.can_dial = w->config.pipe && dice(w, 2);
    lay_out(w, NET_OPEN, which == 5, NET_OPEN);
    links(w, 1 + (int)dice(w, 60), 5, (int)dice(w, 200), 10);
    if (which == 5) /* nothing gets through, and there is no pipe */
        w->config.pipe = w->config.can_dial = false;
    world_start(w);
    if (which == 0)
        world_run(w, w->now + dice(w, 50));
    else if (which < 5)
        use(w, dice(w, 2000));
    switch (which) {
    case 0:
    case 1: /* the user leaves */
        if (!client_over(w))
            awl_client_quit(w->client, "test", w->now);
        break;
    case 2: /* both at once */
        if (w->server != NULL && !client_over(w)) {
            awl_server_pty_end(w->server, 3, 0, w->now);
            awl_client_quit(w->client, "test", w->now);
        }
        break;
    case 3: /* out of contact; a second request does not wait */
        w->net.link[NET_CLIENT].down = w->net.link[NET_SERVER].down = true;
        w->ssh_blocked = true;
        w->up.stalled = w->down.stalled = true;
        if (!client_over(w)) {
            awl_client_quit(w->client, "test", w->now);
            world_run(w, w->now + dice(w, 500));
            if (!client_over(w))
                awl_client_quit(w->client, "test", w->now);
            world_run(w, w->now + 1);
            if (!client_over(w))
                world_fail(w, "a second request did not end it");
        }
        if (w->server != NULL)
            awl_server_quit(w->server, w->now);
        break;
    case 4: /* the server is told to */
        if (w->server != NULL)
            awl_server_quit(w->server, w->now);
        break;
    case 5: break; /* nobody is there: both give up by themselves */
    }
    world_until(w, world_over, w->now + 90 * SECOND);
    if (w->failed[0] == '\0' && !world_over(w))
        world_fail(w, "ending %u: client %d, server %d", which, client_over(w),
                   w->side[NET_SERVER].done);
}

static void
run_hostile(struct world *w)
{
    lay_out(w, NET_OPEN, false, NET_OPEN);
    links(w, 2, 1, 0, 0);
    w->config.pipe = w->config.can_dial = false;
    hostile_run(w);
}

static const struct scenario {
    const char *name;
    void (*run)(struct world *w);
    unsigned count; /* in the suite */
} scenarios[] = {
    {"lossy", run_lossy, 200},        {"punched", run_punched, 200},
    {"blocked", run_blocked, 60},     {"roaming", run_roaming, 100},
    {"rebinding", run_rebinding, 60}, {"sleep", run_sleep, 60},
    {"blackout", run_blackout, 100},  {"mtu", run_mtu, 60},
    {"hole", run_hole, 40},           {"idle", run_idle, 30},
    {"flood", run_flood, 20},         {"endings", run_endings, 300},
    {"hostile", run_hostile, 60},     {"matrix", matrix_run, 768},
    {"typing", run_typing, 144},      {"events", run_events, 60},
    {"one-way", run_one_way, 90},     {"families", families_run, 60},
    {"thief", thief_run, 100},        {"same-network", moves_same, 60},
    {"kept", moves_kept, 60},
};

static bool
run_one(const struct scenario *s, uint64_t seed, bool log)
{
    struct world *w = calloc(1, sizeof(*w));
    struct world_config config = usual(seed);
    bool good;

    if (w == NULL)
        abort();
    config.log = log;
    world_init(w, &config);
    s->run(w);
    good = w->failed[0] == '\0';
    if (!good)
        printf("# %s --seed %llu: %s (at %llu ms)\n", s->name, (unsigned long long)seed,
               w->failed, (unsigned long long)w->now);
    world_free(w);
    free(w);
    return good;
}

int
main(int argc, char **argv)
{
    const char *only = NULL;
    uint64_t seed = 1, count = 0, failures = 0;
    bool log = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 10);
            count = count != 0 ? count : 1;
        } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
            count = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--log") == 0) {
            log = true;
        } else {
            only = argv[i];
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%zu\n", only != NULL ? (size_t)1 : ARRAY_LEN(scenarios));
    for (size_t i = 0, n = 0; i < ARRAY_LEN(scenarios); i++) {
        const struct scenario *s = &scenarios[i];
        uint64_t runs = count != 0 ? count : s->count, bad = 0;

        if (only != NULL && strcmp(only, s->name) != 0)
            continue;
        for (uint64_t k = 0; k < runs && bad < 5; k++)
            bad += !run_one(s, seed + k, log);
        if (s->run == matrix_run && count == 0)
            bad += !matrix_tally();
        else if (s->run == matrix_run)
            matrix_tally();
        failures += bad;
        printf("%sok %zu - %s, %llu sessions\n", bad ? "not " : "", ++n, s->name,
               (unsigned long long)runs);
    }
    return failures != 0;
}
