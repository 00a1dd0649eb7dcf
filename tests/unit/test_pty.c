#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "base/deadline.h"
#include "platform/clock.h"
#include "platform/loop.h"
#include "platform/pty.h"
#include "platform/tty.h"
#include "platform/ttymode.h"

#define PATIENCE_MS 20000u

static struct loop *loop;
static struct pty pty;

static int
set_up(void **state)
{
    (void)state;
    loop = loop_new();
    loop_catch(loop, SIGCHLD);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    pty_close(&pty);
    loop_free(loop);
    return 0;
}

/* Runs a shell script on a pty that is let go at once. */
static void
run(const char *script)
{
    int gate;

    switch (pty_fork(&pty, 100, 30, &gate)) {
    case -1: fail_msg("no pty"); break;
    case 0:
        if (pty_gate(gate))
            execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(99);
    default: break;
    }
}

/* One turn of what a server does with the pty. */
static enum pty_read
turn(struct buffer *seen)
{
    enum pty_read r;
    struct bytes part;

    loop_want(loop, pty.eof ? -1 : pty.master,
              LOOP_READ | (pty.queue.len > 0 ? LOOP_WRITE : 0));
    loop_wait(loop, clock_now() + 1000);
    if (loop_signalled(loop, SIGCHLD))
        pty_reap(&pty);
    pty_flush(&pty);
    while ((r = pty_read(&pty, &part)) == PTY_DATA)
        buffer_put_bytes(seen, part);
    return r;
}

static bool
saw(struct buffer *seen, const char *what)
{
    return strstr(buffer_str(seen), what) != NULL;
}

static void
until_end(struct buffer *seen)
{
    uint64_t end = clock_now() + PATIENCE_MS;

    while (turn(seen) != PTY_END)
        if (clock_now() > end)
            fail_msg("no end; seen so far: \"%s\"", buffer_str(seen));
}

static void
test_output_and_status(void **state)
{
    static const struct {
        const char *script, *output;
        int status, signal;
    } cases[] = {
        {"stty size; exit 7", "30 100\r\n", 7, 0},
        {"printf a; kill -9 $$", "a", 0, 9},
        {"stty -a | grep -o ' iutf8'", " iutf8\r\n", 0, 0},
        /* A background process that holds the terminal doesn't hold the session. */
        {"trap '' HUP; sleep 30 & echo done", "done\r\n", 0, 0},
        {"test \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ && echo leader", "leader\r\n", 0,
         0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buffer seen = {0};

        run(cases[i].script);
        pty_start(&pty);
        until_end(&seen);
        if (strcmp(buffer_str(&seen), cases[i].output) != 0 ||
            pty.status != cases[i].status || pty.signal != cases[i].signal)
            fail_msg("case %zu: got \"%s\" %d %d, want \"%s\" %d %d", i,
                     buffer_str(&seen), pty.status, pty.signal, cases[i].output,
                     cases[i].status, cases[i].signal);
        buffer_free(&seen);
        pty_close(&pty);
    }
}

static void
test_nothing_runs_without_a_start(void **state)
{
    struct buffer seen = {0};

    (void)state;
    run("echo ran");
    close(pty.gate); /* as when the server dies */
    pty.gate = -1;
    until_end(&seen);
    assert_int_equal(pty.status, 99);
    assert_int_equal(seen.len, 0);
    buffer_free(&seen);
}

static void
test_a_program_that_does_not_read(void **state)
{
    static uint8_t block[65536];
    struct buffer seen = {0};
    size_t sent = 0, line = 0;
    uint64_t start;

    (void)state;
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (uint8_t)(++line % 1000 == 0 ? '\n' : 'a' + i % 26);
    run("stty -echo; echo ready; read go; cksum");
    pty_start(&pty);
    while (!saw(&seen, "ready"))
        turn(&seen);
    start = clock_now();
    for (; sent < PTY_QUEUE_MAX; sent += sizeof(block)) {
        assert_true(pty_write(&pty, bytes_of(block, sizeof(block))));
        if (sent % (1u << 20) == 0)
            pty_flush(&pty); /* returns, though nobody reads */
    }
    while (pty_write(&pty, bytes_of(block, sizeof(block)))) /* what the kernel took */
        sent += sizeof(block);
    assert_true(pty.queue.len <= PTY_QUEUE_MAX);
    if (clock_now() - start > PATIENCE_MS)
        fail_msg("writing blocked");
    buffer_free(&seen);
}

static void
test_large_input_arrives(void **state)
{
    struct buffer seen = {0};
    char line[1001], want[64];
    uint64_t end = clock_now() + PATIENCE_MS;

    (void)state;
    memset(line, 'x', sizeof(line) - 2);
    line[999] = '\n';
    line[1000] = '\0';
    run("stty -echo; echo ready; wc -c");
    pty_start(&pty);
    while (!saw(&seen, "ready"))
        turn(&seen);
    for (int i = 0; i < 2000; i++)
        assert_true(pty_write(&pty, bytes_str(line)));
    assert_true(pty_write(&pty, BYTES_LIT("\004")));
    while (turn(&seen) != PTY_END && clock_now() < end)
        ;
    snprintf(want, sizeof(want), "ready\r\n%d\r\n", 2000 * 1000);
    assert_string_equal(buffer_str(&seen), want);
    buffer_free(&seen);
}

/* The terminal comes back as it was, whichever way the program ends. */
static void
test_mode(void **state)
{
    struct ttymode m = {0};
    struct buffer seen = {.max = 0};

    (void)state;
    run("stty -echo erase ^H; echo quiet; read x");
    assert_true(ttymode_read(&m, pty.master));
    assert_true(m.echo && m.canonical);
    assert_int_equal(m.kill, 0x15);
    assert_false(ttymode_read(&m, pty.master));
    pty_start(&pty);
    while (!saw(&seen, "quiet"))
        assert_int_equal(turn(&seen), PTY_NOTHING);
    assert_true(ttymode_read(&m, pty.master));
    assert_true(!m.echo && m.canonical);
    assert_int_equal(m.erase, 8);
    if (access("/proc/self/comm", R_OK) == 0)
        assert_string_equal(m.program, "sh");
    buffer_free(&seen);
    pty_write(&pty, bytes_str("\r"));
    until_end(&seen);
    assert_false(ttymode_read(&m, -1));
    buffer_free(&seen);
}

static void
test_tty_is_restored(void **state)
{
    static const int signals[] = {0, SIGQUIT, SIGSEGV, SIGABRT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct termios before, during, after;
        struct buffer seen = {0};
        int gate, slave;

        switch (pty_fork(&pty, 80, 24, &gate)) {
        case -1: fail_msg("no pty"); break;
        case 0: {
            struct tty t;
            const char *error;
            int cols, rows;

            if (!pty_gate(gate) || !tty_open(&t, &error) || tty_raw(&t, "RESET") != 0)
                _exit(99);
            tty_size(&t, &cols, &rows);
            tty_put(&t, BYTES_LIT("raw"), 1000);
            poll(&(struct pollfd){.fd = t.in, .events = POLLIN}, 1, PATIENCE_MS);
            if (signals[i] != 0)
                raise(signals[i]);
            tty_close(&t);
            _exit(cols == 80 && rows == 24 ? 0 : 97);
        }
        default: break;
        }
        /* Held open, since the kernel forgets the settings with the last close. */
        slave = open(ptsname(pty.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_int_equal(tcgetattr(slave, &before), 0);
        pty_start(&pty);
        while (!saw(&seen, "raw"))
            turn(&seen);
        assert_int_equal(tcgetattr(slave, &during), 0);
        assert_int_equal(during.c_lflag & (ICANON | ECHO | ISIG), 0);
        pty_write(&pty, BYTES_LIT("x"));
        until_end(&seen);
        assert_int_equal(tcgetattr(slave, &after), 0);
        if (before.c_iflag != after.c_iflag || before.c_oflag != after.c_oflag ||
            before.c_cflag != after.c_cflag || before.c_lflag != after.c_lflag ||
            memcmp(before.c_cc, after.c_cc, sizeof(before.c_cc)) != 0)
            fail_msg("signal %d: got %x %x %x %x, want %x %x %x %x", signals[i],
                     after.c_iflag, after.c_oflag, after.c_cflag, after.c_lflag,
                     before.c_iflag, before.c_oflag, before.c_cflag, before.c_lflag);
        if (pty.signal != signals[i] || pty.status != 0)
            fail_msg("signal %d: got status %d signal %d", signals[i], pty.status,
                     pty.signal);
        if (saw(&seen, "RESET") != (signals[i] != 0))
            fail_msg("signal %d: seen \"%s\"", signals[i], buffer_str(&seen));
        buffer_free(&seen);
        close(slave);
        pty_close(&pty);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_output_and_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_runs_without_a_start, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_program_that_does_not_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_large_input_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mode, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tty_is_restored, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
