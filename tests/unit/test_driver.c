/* The driver on a real terminal, with a toy in the place of the engine that writes down
 * what it is told. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/deadline.h"
#include "platform/clock.h"
#include "platform/pty.h"
#include "programs/driver.h"

#define PATIENCE_MS 20000u

/* ---- the toy: 'q' ends, 's' suspends, 'd' dials, 'o' opens and sends; '?' asks the
 * terminal, '!' is the answer ---- */

struct awl_client {
    struct awl_output out[4];
    size_t count;
    bool redraw;
    bool asking;
};

static int toy_log = -1;

static void ATTR_PRINTF(1, 2) note(const char *fmt, ...)
{
    char line[256];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (write(toy_log, line, (size_t)n) != n)
        _exit(90);
}

static void
give(struct awl_client *c, struct awl_output out)
{
    assert_true(c->count < ARRAY_LEN(c->out));
    c->out[c->count++] = out;
}

struct awl_client *
awl_client_new(const struct awl_client_config *config, uint64_t now)
{
    (void)now;
    note("new %dx%d\n", config->cols, config->rows);
    return calloc(1, sizeof(struct awl_client));
}

void
awl_client_free(struct awl_client *c)
{
    free(c);
}

void
awl_client_keys(struct awl_client *c, const uint8_t *data, size_t len, uint64_t now)
{
    (void)now;
    note("keys %.*s\n", (int)len, (const char *)data);
    for (size_t i = 0; i < len; i++) {
        if (data[i] == 'q')
            give(c, (struct awl_output){.kind = AWL_DONE,
                                        .end = AWL_END_REMOTE,
                                        .exit_known = true,
                                        .exit_status = 3});
        if (data[i] == '?' || data[i] == '!')
            c->asking = data[i] == '?';
        if (data[i] == 's')
            give(c, (struct awl_output){.kind = AWL_SUSPEND});
        if (data[i] == 'd')
            give(c, (struct awl_output){.kind = AWL_DIAL, .interactive = true});
        if (data[i] == 'o')
            give(c,
                 (struct awl_output){.kind = AWL_OPEN, .socket = 5, .family = AWL_IPV4});
    }
}

bool
awl_client_wants_keys(const struct awl_client *c)
{
    (void)c;
    return true;
}

void
awl_client_resize(struct awl_client *c, int cols, int rows, uint64_t now)
{
    (void)c;
    (void)now;
    note("resize %dx%d\n", cols, rows);
}

void
awl_client_datagram(struct awl_client *c, const struct awl_datagram *d, uint64_t now)
{
    (void)c;
    (void)now;
    note("datagram %d %.*s\n", d->socket, (int)d->len, (const char *)d->data);
}

void
awl_client_opened(struct awl_client *c, int socket, uint16_t port, uint64_t now)
{
    struct awl_addr self = {.family = AWL_IPV4, .ip = {127, 0, 0, 1}, .port = port};

    (void)now;
    note("opened %d\n", socket);
    give(c, (struct awl_output){.kind = AWL_SEND,
                                .socket = socket,
                                .to = self,
                                .ecn = 2,
                                .data = (const uint8_t *)"to myself",
                                .len = 9});
}

void
awl_client_open_failed(struct awl_client *c, int socket, const char *error, uint64_t now)
{
    (void)c;
    (void)now;
    note("open failed %d %s\n", socket, error);
}

void
awl_client_send_failed(struct awl_client *c, int socket, const char *error, bool too_long,
                       uint64_t now)
{
    (void)c;
    (void)now;
    note("send failed %d %s %d\n", socket, error, too_long);
}

void
awl_client_pipe_up(struct awl_client *c, const struct awl_ssh_view *view, uint64_t now)
{
    (void)view;
    (void)now;
    note("pipe up\n");
    give(c, (struct awl_output){
                .kind = AWL_PIPE, .data = (const uint8_t *)"there and back", .len = 14});
}

void
awl_client_pipe_data(struct awl_client *c, const uint8_t *data, size_t len, uint64_t now)
{
    (void)now;
    note("pipe data %.*s\n", (int)len, (const char *)data);
    if (len > 10)
        give(c, (struct awl_output){.kind = AWL_HANGUP});
}

void
awl_client_pipe_down(struct awl_client *c, const char *why, bool credentials,
                     uint64_t now)
{
    (void)c;
    (void)now;
    note("pipe down %s %d\n", why, credentials);
}

void
awl_client_gone(struct awl_client *c, uint64_t now)
{
    (void)c;
    (void)now;
    note("gone\n");
}

void
awl_client_news(struct awl_client *c, const struct awl_news *news, uint64_t now)
{
    (void)c;
    (void)now;
    note("news %d with %zu\n", (int)news->kind, news->count);
}

void
awl_client_network(struct awl_client *c, const struct awl_addr *own, size_t count,
                   uint64_t now)
{
    (void)c;
    (void)own;
    (void)count;
    (void)now;
}

void
awl_client_quit(struct awl_client *c, const char *why, uint64_t now)
{
    (void)now;
    note("quit %s\n", why);
    give(c, (struct awl_output){.kind = AWL_DONE, .end = AWL_END_UNCLEAN});
}

void
awl_client_tick(struct awl_client *c, uint64_t now)
{
    (void)c;
    (void)now;
}

bool
awl_client_next(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    (void)now;
    if (c->count == 0)
        return false;
    *out = c->out[0];
    memmove(c->out, c->out + 1, --c->count * sizeof(c->out[0]));
    return true;
}

uint64_t
awl_client_deadline(const struct awl_client *c)
{
    (void)c;
    return AWL_NEVER;
}

static void
show(const uint8_t **data, size_t *len, const char *text)
{
    *data = (const uint8_t *)text;
    *len = strlen(text);
}

void
awl_client_enter(struct awl_client *c, const uint8_t **data, size_t *len)
{
    (void)c;
    show(data, len, "<enter>");
}

void
awl_client_draw(struct awl_client *c, const uint8_t **data, size_t *len, uint64_t now)
{
    (void)now;
    show(data, len, c->redraw ? "<screen>" : "");
    c->redraw = false;
}

void
awl_client_leave(struct awl_client *c, const uint8_t **data, size_t *len)
{
    (void)c;
    show(data, len, "<leave>");
}

void
awl_client_redraw(struct awl_client *c)
{
    c->redraw = true;
}

bool
awl_client_asking(const struct awl_client *c, uint64_t now)
{
    (void)now;
    return c->asking;
}

/* ---- `awl`'s part: an ssh that fails at the first try and is cat at the second ---- */

static int dials;

static void
toy_dial(void *arg, struct driver *d, bool interactive, uint64_t now)
{
    struct awl_ssh_view view = {.proxied = false};
    int there[2];

    (void)arg;
    note("dial %d\n", interactive);
    if (dials++ == 0) {
        driver_pipe_down(d, "no luck", true, now);
        return;
    }
    if (pipe(there) != 0)
        _exit(91);
    driver_pipe_up(d, there[0], there[1], &view, (const uint8_t *)"early", 5, now);
}

static void
toy_hangup(void *arg, struct driver *d, uint64_t now)
{
    (void)arg;
    (void)d;
    (void)now;
    note("hangup\n");
}

/* ---- the test's side ---- */

static struct pty pty;
static int log_end = -1;
static struct buffer screen, events;

static _Noreturn void
client(int gate, int log_fd)
{
    struct terminfo terminfo = {.rmcup = ""};
    struct driver_config config = {
        .terminfo = &terminfo,
        .pipe_in = -1,
        .pipe_out = -1,
        .ssh = {.dial = toy_dial, .hangup = toy_hangup},
    };
    const char *error;
    struct driver *d;
    struct loop *l;
    struct tty t;
    int status;

    toy_log = log_fd;
    if (!pty_gate(gate) || !tty_open(&t, &error))
        _exit(92);
    l = loop_new();
    config.tty = &t;
    d = driver_new(&config, l, &error);
    if (d == NULL)
        _exit(93);
    driver_run(d);
    tty_close(&t);
    status = driver_farewell(driver_end(d), "192.0.2.1", 1);
    driver_free(d);
    loop_free(l);
    _exit(status);
}

static int
set_up(void **state)
{
    int gate, ends[2];

    (void)state;
    if (pipe(ends) != 0)
        return -1;
    switch (pty_fork(&pty, 90, 20, &gate)) {
    case -1: return -1;
    case 0: close(ends[0]); client(gate, ends[1]);
    default: break;
    }
    close(ends[1]);
    log_end = ends[0];
    fcntl(log_end, F_SETFL, O_NONBLOCK);
    pty_start(&pty);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    if (!pty.exited)
        kill(pty.pid, SIGKILL);
    while (!pty.exited)
        pty_reap(&pty);
    pty_close(&pty);
    close(log_end);
    buffer_free(&screen);
    buffer_free(&events);
    return 0;
}

static void
look(void)
{
    struct bytes part;
    uint8_t line[512];
    ssize_t n;

    while (pty_read(&pty, &part) == PTY_DATA)
        buffer_put_bytes(&screen, part);
    while ((n = read(log_end, line, sizeof(line))) > 0)
        buffer_put(&events, line, (size_t)n);
    pty_reap(&pty);
}

/* Waits until text has been seen on the screen or in the log. */
static void
expect(struct buffer *where, const char *text)
{
    uint64_t end = clock_now() + PATIENCE_MS;

    for (look(); strstr(buffer_str(where), text) == NULL; look()) {
        if (clock_now() > end)
            fail_msg("no \"%s\" in \"%s\"; events: %s", text, buffer_str(where),
                     buffer_str(&events));
        usleep(1000);
    }
}

static void
expect_exit(int status)
{
    uint64_t end = clock_now() + PATIENCE_MS;

    for (look(); !pty.exited && clock_now() < end; look())
        usleep(1000);
    look();
    if (!pty.exited || pty.status != status || pty.signal != 0)
        fail_msg("exited %d, status %d, signal %d; want %d; events: %s", pty.exited,
                 pty.status, pty.signal, status, buffer_str(&events));
}

static void
type(const char *keys)
{
    pty_write(&pty, bytes_str(keys));
    pty_flush(&pty);
}

static void
test_ordinary_end(void **state)
{
    (void)state;
    expect(&screen, "<enter><screen>");
    expect(&events, "new 90x20\n");
    type("abq");
    expect_exit(3);
    expect(&events, "keys abq\n");
    expect(&screen, "<leave>[awl is exiting.]\r\n"); /* CR LF: the settings are back */
}

/* The answer is read before the terminal is given back; without one it ends as well. */
static void
test_an_answer_is_awaited(void **state)
{
    (void)state;
    expect(&screen, "<enter><screen>");
    type("?");
    expect(&events, "keys ?\n");
    type("q");
    expect(&events, "keys q\n");
    type("!");
    expect_exit(3);
    expect(&screen, "<leave>");
}

static void
test_signals_end_in_good_order(void **state)
{
    (void)state;
    expect(&screen, "<screen>");
    kill(pty.pid, SIGTERM);
    expect_exit(1);
    expect(&events, "quit SIGTERM received\n");
    expect(&screen, "<leave>awl: the server has not confirmed");
}

static void
test_a_closed_window(void **state)
{
    const char *first;

    (void)state;
    expect(&screen, "<screen>");
    close(pty.master);
    pty.master = -1;
    expect_exit(1);
    first = strstr(buffer_str(&events), "quit the terminal hung up\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "quit"));
}

static void
test_resize(void **state)
{
    (void)state;
    expect(&screen, "<screen>");
    pty_resize(&pty, 40, 10);
    expect(&events, "resize 40x10\n");
    pty_resize(&pty, 0, 0);
    expect(&events, "resize 80x24\n");
    type("q");
    expect_exit(3);
}

static void
test_suspend_and_resume(void **state)
{
    int how;

    (void)state;
    expect(&screen, "<screen>");
    type("s");
    assert_int_equal(waitpid(pty.pid, &how, WUNTRACED), pty.pid);
    assert_true(WIFSTOPPED(how));
    expect(&screen, "<screen><leave>");
    buffer_clear(&screen);
    kill(pty.pid, SIGCONT);
    expect(&screen, "<enter><screen>");
    expect(&events, "resize 90x20\n");
    type("q");
    expect_exit(3);
}

static void
test_sockets(void **state)
{
    (void)state;
    expect(&screen, "<screen>");
    type("o");
    expect(&events, "opened 5\ndatagram 5 to myself\n");
    type("q");
    expect_exit(3);
}

static void
test_dialling(void **state)
{
    (void)state;
    expect(&screen, "<screen>");
    type("d");
    expect(&events, "dial 1\nresize 90x20\npipe down no luck 1\n");
    expect(&screen, "<screen><leave><enter><screen>");
    type("d");
    expect(&events, "dial 1\nresize 90x20\npipe up\npipe data early\n");
    expect(&events, "pipe data there and back\nhangup\n");
    type("q");
    expect_exit(3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ordinary_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals_end_in_good_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_closed_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_is_awaited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resize, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_suspend_and_resume, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sockets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dialling, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
