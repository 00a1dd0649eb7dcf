#include "programs/ssh.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/alloc.h"

/* One line of `ssh -G` is a lower-case keyword, a blank and the value. */
static void
facts_line(struct ssh_facts *f, const char *line)
{
    size_t key_len = strcspn(line, " ");
    const char *value = line + key_len + (line[key_len] == ' ');
    bool none = *value == '\0' || strcmp(value, "none") == 0;
    bool yes = strcmp(value, "yes") == 0;
    struct bytes key = bytes_of(line, key_len);

    if (bytes_equal(key, BYTES_LIT("hostname")) && *value != '\0') {
        free(f->hostname);
        f->hostname = xstrdup(value);
    } else if (bytes_equal(key, BYTES_LIT("port"))) {
        port_parse(bytes_str(value), 1, 65535, &f->port);
    } else if (bytes_equal(key, BYTES_LIT("proxycommand")) ||
               bytes_equal(key, BYTES_LIT("proxyjump"))) {
        f->proxied |= !none;
    } else if (bytes_equal(key, BYTES_LIT("controlmaster"))) {
        f->shared = strcmp(value, "false") != 0 && strcmp(value, "no") != 0;
    } else if (bytes_equal(key, BYTES_LIT("remotecommand"))) {
        f->remote_command = !none;
    } else if (bytes_equal(key, BYTES_LIT("stdinnull"))) {
        f->stdin_null = yes;
    } else if (bytes_equal(key, BYTES_LIT("forkafterauthentication"))) {
        f->fork_after = yes;
    } else if (bytes_equal(key, BYTES_LIT("sessiontype"))) {
        f->session_type = strcmp(value, "default") != 0;
    }
}

void
ssh_facts_parse(struct ssh_facts *f, struct bytes output)
{
    struct buffer line = {0};

    *f = (struct ssh_facts){.port = 22};
    for (size_t i = 0; i < output.len; i++) {
        if (output.data[i] == '\n') {
            facts_line(f, buffer_str(&line));
            buffer_clear(&line);
        } else if (output.data[i] != '\r' && output.data[i] != '\0') {
            buffer_put_byte(&line, output.data[i]);
        }
    }
    buffer_free(&line);
}

void
ssh_facts_free(struct ssh_facts *f)
{
    free(f->hostname);
    *f = (struct ssh_facts){0};
}

static void
plan_start(const struct ssh_plan *p, struct args *out)
{
    args_add_all(out, p->ssh);
    if (p->family == AWL_IPV4)
        args_add(out, "-4");
    if (p->family == AWL_IPV6)
        args_add(out, "-6");
}

void
ssh_config_args(const struct ssh_plan *p, bool command, struct args *out)
{
    plan_start(p, out);
    args_add(out, "-G");
    args_add(out, "--");
    args_add(out, p->host);
    if (command)
        args_add(out, "true");
}

static void
args_option(struct args *out, bool wanted, const char *option)
{
    if (!wanted)
        return;
    args_add(out, "-o");
    args_add(out, option);
}

void
ssh_login_args(const struct ssh_plan *p, enum ssh_login login, const char *command,
               struct args *out)
{
    bool again = login != SSH_FIRST;

    plan_start(p, out);
    /* Without a pty ssh's standard streams are 8-bit clean and have no escape character;
     * -T also beats a configured RequestTTY. */
    args_add(out, p->pty && login == SSH_FIRST ? "-tt" : "-T");
    args_add(out, "-a");
    args_add(out, "-x");
    /* The ports that the first ssh has bound could not be bound again by a second. */
    args_option(out, true, "ClearAllForwardings=yes");
    args_option(out, p->facts->remote_command, "RemoteCommand=none");
    args_option(out, p->facts->stdin_null, "StdinNull=no");
    args_option(out, p->facts->fork_after, "ForkAfterAuthentication=no");
    args_option(out, p->facts->session_type, "SessionType=default");
    args_option(out, login == SSH_BACKGROUND, "BatchMode=yes");
    args_option(out, again, "ConnectTimeout=10");
    /* A shared connection may run through a network that is gone, which it notices only
     * after minutes. */
    args_option(out, again, "ControlMaster=no");
    args_option(out, again, "ControlPath=none");
    args_option(out, again, "ServerAliveInterval=5");
    args_option(out, again, "ServerAliveCountMax=3");
    args_add(out, "--");
    args_add(out, p->host);
    args_add(out, command);
}

/* sh runs the first of these programs that it finds, with the words that follow. The
 * login shell needs to understand single quotes only. Nothing is added to PATH, which the
 * session would inherit. folder: one more to look in first, "" or with a slash at its
 * end. */
static void
search_put(struct buffer *out, const char *names, struct bytes folder)
{
    buffer_printf(out, "sh -c 'for n in %s; do for d in ", names);
    buffer_put_bytes(out, folder);
    buffer_put_str(out,
                   " \"\" /usr/local/bin/ \"$HOME/.local/bin/\" \"$HOME/bin/\" "
                   "/opt/homebrew/bin/; do "
                   "command -v \"$d$n\" >/dev/null 2>&1 && { "
                   "echo \"" SSH_FOUND "$d$n\"; exec \"$d$n\" \"$@\"; }; "
                   "done; done; echo \"" SSH_SEARCHED "$PATH\"; exit 127' awl-search");
}

void
ssh_server_put(struct buffer *out, const char *server, bool stock)
{
    if (server != NULL)
        buffer_put_str(out, server);
    else
        search_put(out, stock ? "awl-server mosh-server" : "awl-server", BYTES_NONE);
}

static bool
plain(struct bytes path, const char *more)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.data[i] == '\0' ||
            (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-",
                    path.data[i]) == NULL &&
             strchr(more, path.data[i]) == NULL))
            return false;
    return true;
}

void
ssh_path_put(struct buffer *out, struct bytes path)
{
    struct buffer copy = {0};

    buffer_put_bytes(&copy, path);
    if (plain(path, ""))
        buffer_put_bytes(out, path);
    else
        quote_put(out, buffer_str(&copy));
    buffer_free(&copy);
}

/* The folder of the program in the text of --server, with its slash: its last word, where
 * that is a plain path. ~ is left for sh to expand. */
static struct bytes
server_folder(const char *server)
{
    const char *word = strrchr(server, ' '), *slash;
    struct bytes folder;

    word = word != NULL ? word + 1 : server;
    slash = strrchr(word, '/');
    if (slash == NULL || strpbrk(server, "'\"\\") != NULL)
        return BYTES_NONE;
    folder = bytes_of(word, (size_t)(slash - word) + 1);
    return plain(folder, "~") ? folder : BYTES_NONE;
}

bool
ssh_server_is_awl(const char *server)
{
    static const char name[] = "awl-server";
    size_t len = strlen(server), own = strlen(name);

    return len >= own && strcmp(server + len - own, name) == 0;
}

void
ssh_relay_put(struct buffer *out, const char *server)
{
    buffer_put_str(out, " && ");
    search_put(out, "awl-server", server_folder(server));
    buffer_put_str(out, " relay -");
}

void
ssh_connection_put(struct buffer *out)
{
    /* The empty line keeps it apart from a login script's unfinished line. */
    buffer_put_str(out,
                   "sh -c '[ -n \"$SSH_CONNECTION\" ] && "
                   "printf \"\\nMOSH SSH_CONNECTION %s\\n\" \"$SSH_CONNECTION\"' ; ");
}

bool
ssh_wants_credentials(const char *stderr_text)
{
    static const char *const signs[] = {
        "Permission denied",
        "Host key verification failed",
        "Too many authentication failures",
        "No more authentication methods",
        "authentication agent", /* "Could not open a connection to your ..." */
        "sign_and_send_pubkey", /* a key in the agent or token refused to sign */
    };

    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (strstr(stderr_text, signs[i]) != NULL)
            return true;
    return false;
}
