#include "programs/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "platform/harden.h"
#include "platform/pty.h"

#define PATH_LEN        4096u
#define MOTD_MAX        (64u << 10)
#define DETACHED_MAX    8u
#define COLORS_TRUE     16777216
#define FAILURE_PAUSE_S 3 /* so that the user can read why */

void
shell_choose(struct shell *s, char *const *command)
{
    static char name[PATH_LEN];
    static char *argv[2] = {name, NULL};
    const char *path = getenv("SHELL"), *base;
    const struct passwd *user;

    s->login = command == NULL;
    if (!s->login) {
        s->path = command[0];
        s->argv = command;
        return;
    }
    if (path == NULL && (user = getpwuid(getuid())) != NULL)
        path = user->pw_shell;
    if (path == NULL || path[0] == '\0')
        path = "/bin/sh";
    base = strrchr(path, '/');
    snprintf(name, sizeof(name), "-%s", base != NULL ? base + 1 : path);
    s->path = strdup(path); /* getpwuid's is overwritten later */
    s->argv = argv;
}

/* What ssh gave to its own login and what dies with it, or belonged to another terminal.
 */
static void
drop_stale(void)
{
    static const char *const stale[] = {"STY",      "TMUX",    "TMUX_PANE",  "SSH_TTY",
                                        "COLUMNS",  "LINES",   "WINDOW",     "WINDOWID",
                                        "MOSH_KEY", "TERMCAP", "VTE_VERSION"};
    const char *agent = getenv("SSH_AUTH_SOCK"), *display = getenv("DISPLAY");

    for (size_t i = 0; i < ARRAY_LEN(stale); i++)
        unsetenv(stale[i]);
    if (getenv("SSH_CONNECTION") == NULL)
        return;
    if (agent != NULL && strstr(agent, "/ssh-") != NULL &&
        strstr(agent, "/agent.") != NULL)
        unsetenv("SSH_AUTH_SOCK");
    if (display != NULL && strncmp(display, "localhost:", 10) == 0)
        unsetenv("DISPLAY");
}

static const char *
home_directory(void)
{
    const char *home = getenv("HOME");
    const struct passwd *user;

    if (home == NULL && (user = getpwuid(getuid())) != NULL)
        home = user->pw_dir;
    return home != NULL ? home : "/";
}

static void
set_environment(const struct shell *s)
{
    drop_stale();
    setenv("TERM", s->colors >= 256 ? "xterm-256color" : "xterm", 1);
    if (s->colors >= COLORS_TRUE)
        setenv("COLORTERM", "truecolor", 1);
    setenv("NCURSES_NO_UTF8_ACS", "1", 1); /* older ncurses draw lines in a way we lack */
    setenv("PWD", home_directory(), 1);
}

static void
say(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, data, len);

        if (n <= 0)
            return;
        data += n;
        len -= (size_t)n;
    }
}

static bool
show_file(const char *name)
{
    char part[4096];
    size_t total = 0;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n;

    if (fd < 0)
        return false;
    while (total < MOTD_MAX && (n = read(fd, part, sizeof(part))) > 0) {
        say(part, (size_t)n);
        total += (size_t)n;
    }
    close(fd);
    return true;
}

/* A session whose client is away; its record says so (utmp.h). */
static bool
is_detached(const struct utmpx *u, const char *user, const char *own)
{
    char host[sizeof(u->ut_host) + 1], device[sizeof(u->ut_line) + 6];
    struct stat st;
    size_t len;

    snprintf(host, sizeof(host), "%.*s", (int)sizeof(u->ut_host), u->ut_host);
    snprintf(device, sizeof(device), "/dev/%.*s", (int)sizeof(u->ut_line), u->ut_line);
    len = strlen(host);
    return u->ut_type == USER_PROCESS &&
           strncmp(u->ut_user, user, sizeof(u->ut_user)) == 0 &&
           strncmp(host, "mosh ", 5) == 0 && host[len - 1] == ']' &&
           strcmp(host, own) != 0 && stat(device, &st) == 0;
}

static void
warn_of_detached(const char *own)
{
    const struct passwd *user = getpwuid(getuid());
    struct buffer text = {.max = 4096};
    const struct utmpx *u;
    unsigned count = 0;

    if (user == NULL)
        return;
    setutxent();
    while ((u = getutxent()) != NULL) {
        if (!is_detached(u, user->pw_name, own))
            continue;
        if (count++ < DETACHED_MAX)
            buffer_printf(&text, "        - %.*s on %.*s\n", (int)sizeof(u->ut_host),
                          u->ut_host, (int)sizeof(u->ut_line), u->ut_line);
    }
    endutxent();
    if (count > 0) {
        char head[96];

        snprintf(
            head, sizeof(head),
            "\033[37;44mawl: You have %u detached session%s on this server:\033[m\n\n",
            count, count > 1 ? "s" : "");
        say(head, strlen(head));
        buffer_put_byte(&text, '\n');
        say((const char *)text.data, text.len);
    }
    buffer_free(&text);
}

static void
greet(const struct shell *s)
{
    struct stat st;

    if (!s->login || stat(".hushlogin", &st) == 0)
        return;
    if (!show_file("/run/motd.dynamic"))
        show_file("/var/run/motd.dynamic");
    show_file("/etc/motd");
    warn_of_detached(s->session);
}

void
shell_run(const struct shell *s, int gate)
{
    const char *home = home_directory();
    char line[PATH_LEN + 256];

    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    set_environment(s);
    if (chdir(home) != 0) {
        snprintf(line, sizeof(line), "awl-server: cannot go to %s: %s\n", home,
                 strerror(errno));
        say(line, strlen(line));
    }
    greet(s);
    if (!pty_gate(gate))
        _exit(1);
    harden_child();
    execvp(s->path, s->argv);
    snprintf(line, sizeof(line), "awl-server: cannot run %s: %s\n", s->path,
             strerror(errno));
    say(line, strlen(line));
    sleep(FAILURE_PAUSE_S);
    _exit(127);
}
