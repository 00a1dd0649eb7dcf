#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/ssh.h"

static const char *
joined(const struct args *a, struct buffer *b)
{
    buffer_clear(b);
    for (size_t i = 0; i < a->count; i++)
        buffer_printf(b, "%s<%s>", i > 0 ? " " : "", a->word[i]);
    return buffer_str(b);
}

static void
test_split(void **state)
{
    static const struct {
        const char *in, *out; /* out NULL: refused */
    } cases[] = {
        {"", ""},
        {"ssh", "<ssh>"},
        {"  ssh\t-p 2222 ", "<ssh> <-p> <2222>"},
        {"ssh -o 'A B'", "<ssh> <-o> <A B>"},
        {"ssh -o \"A \\\"B\\\" \\c\"", "<ssh> <-o> <A \"B\" \\c>"},
        {"a\\ b c", "<a b> <c>"},
        {"'' x", "<> <x>"},
        {"a'b'\"c\"d", "<abcd>"},
        {"$HOME `x`", "<$HOME> <`x`>"},
        {"end\\", "<end\\>"},
        {"'open", NULL},
        {"a \"open", NULL},
    };
    struct buffer b = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct args a = {0};
        bool ok = args_split(&a, cases[i].in);

        if (ok != (cases[i].out != NULL))
            fail_msg("[%s]: %s", cases[i].in, ok ? "accepted" : "refused");
        if (ok && strcmp(joined(&a, &b), cases[i].out) != 0)
            fail_msg("[%s]: got %s, want %s", cases[i].in, joined(&a, &b), cases[i].out);
        if (!ok)
            assert_int_equal(a.count, 0);
        args_free(&a);
    }
    buffer_free(&b);
}

static void
test_quote(void **state)
{
    struct buffer b = {0};
    struct args a = {0};

    (void)state;
    args_add(&a, "it's");
    args_add(&a, "");
    args_addf(&a, "%d $x", 7);
    quote_put_args(&b, &a);
    assert_string_equal(buffer_str(&b), " 'it'\\''s' '' '7 $x'");
    args_free(&a);
    buffer_free(&b);
}

static void
test_facts(void **state)
{
    static const struct {
        const char *in;
        struct ssh_facts want;
    } cases[] = {
        {"", {.port = 22}},
        {"host h\nhostname www.example\nport 2222\nsessiontype default\n",
         {.hostname = (char *)"www.example", .port = 2222}},
        {"proxyjump gate\n", {.port = 22, .proxied = true}},
        {"proxycommand nc %h %p\n", {.port = 22, .proxied = true}},
        {"proxycommand none\nremotecommand none\nport 99999\n", {.port = 22}},
        {"remotecommand tmux new -A\nstdinnull yes\nforkafterauthentication yes\n"
         "sessiontype none\n",
         {.port = 22,
          .remote_command = true,
          .stdin_null = true,
          .fork_after = true,
          .session_type = true}},
        {"stdinnull no\nforkafterauthentication no\nhostname \nhostname\n\nport",
         {.port = 22}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct ssh_facts *w = &cases[i].want;
        struct ssh_facts f;

        ssh_facts_parse(&f, bytes_str(cases[i].in));
        if ((f.hostname == NULL) != (w->hostname == NULL) ||
            (f.hostname != NULL && strcmp(f.hostname, w->hostname) != 0) ||
            f.port != w->port || f.proxied != w->proxied ||
            f.remote_command != w->remote_command || f.stdin_null != w->stdin_null ||
            f.fork_after != w->fork_after || f.session_type != w->session_type)
            fail_msg("case %zu: got %s %d %d %d%d%d%d", i, f.hostname ? f.hostname : "-",
                     f.port, f.proxied, f.remote_command, f.stdin_null, f.fork_after,
                     f.session_type);
        ssh_facts_free(&f);
    }
}

static void
test_vectors(void **state)
{
    struct args ssh = {0}, out = {0};
    struct ssh_facts plain = {.port = 22};
    struct ssh_facts all = {.remote_command = true,
                            .stdin_null = true,
                            .fork_after = true,
                            .session_type = true};
    struct ssh_plan p = {.ssh = &ssh, .host = "me@h", .facts = &plain};
    struct buffer b = {0};

    (void)state;
    args_split(&ssh, "ssh -p 2222");
    ssh_config_args(&p, false, &out);
    assert_string_equal(joined(&out, &b), "<ssh> <-p> <2222> <-G> <--> <me@h>");
    args_free(&out);
    ssh_config_args(&p, true, &out);
    assert_string_equal(joined(&out, &b), "<ssh> <-p> <2222> <-G> <--> <me@h> <true>");
    args_free(&out);

    ssh_login_args(&p, SSH_FIRST, "cmd", &out);
    assert_string_equal(
        joined(&out, &b),
        "<ssh> <-p> <2222> <-T> <-a> <-x> <-o> <ClearAllForwardings=yes> <--> "
        "<me@h> <cmd>");
    args_free(&out);

    p.family = AWL_IPV6;
    p.pty = true;
    p.facts = &all;
    ssh_login_args(&p, SSH_FIRST, "cmd", &out);
    assert_string_equal(
        joined(&out, &b),
        "<ssh> <-p> <2222> <-6> <-tt> <-a> <-x> <-o> <ClearAllForwardings=yes> "
        "<-o> <RemoteCommand=none> <-o> <StdinNull=no> <-o> "
        "<ForkAfterAuthentication=no> <-o> <SessionType=default> <--> <me@h> "
        "<cmd>");
    args_free(&out);

    p.family = AWL_NONE;
    p.facts = &plain;
    ssh_login_args(&p, SSH_BACKGROUND, "cmd", &out);
    assert_string_equal(
        joined(&out, &b),
        "<ssh> <-p> <2222> <-T> <-a> <-x> <-o> <ClearAllForwardings=yes> <-o> "
        "<BatchMode=yes> <-o> <ConnectTimeout=10> <-o> <ControlMaster=no> <-o> "
        "<ControlPath=none> <-o> <ServerAliveInterval=5> <-o> "
        "<ServerAliveCountMax=3> <--> <me@h> <cmd>");
    args_free(&out);
    args_free(&ssh);
    buffer_free(&b);
}

/* Runs what ssh_server_put and ssh_connection_put say through the real sh, as sshd would.
 */
static void
shell(const char *setup, const struct buffer *command, char *out, size_t size)
{
    struct buffer line = {0};
    FILE *pipe;
    size_t len;

    buffer_put_str(&line, setup);
    buffer_put_bytes(&line, buffer_bytes(command));
    pipe = popen(buffer_str(&line), "r");
    assert_non_null(pipe);
    len = fread(out, 1, size - 1, pipe);
    out[len] = '\0';
    pclose(pipe);
    buffer_free(&line);
}

static void
test_remote_command(void **state)
{
    struct buffer b = {0};
    struct args words = {0};
    char out[512];

    (void)state;
    args_add(&words, "new");
    args_add(&words, "it's");
    ssh_connection_put(&b);
    ssh_server_put(&b, "X=1 printf '<%s>\\n'", false);
    quote_put_args(&b, &words);
    shell("SSH_CONNECTION='192.0.2.1 5 192.0.2.2 22'; export SSH_CONNECTION; ", &b, out,
          sizeof(out));
    assert_string_equal(
        out, "\nMOSH SSH_CONNECTION 192.0.2.1 5 192.0.2.2 22\n<new>\n<it's>\n");

    buffer_clear(&b);
    ssh_server_put(&b, NULL, true);
    quote_put_args(&b, &words);
    buffer_put_str(&b, " 2>&1; echo $?");
    shell("HOME=/nonexistent PATH=/nonexistent; export HOME PATH; "
          "sh() { /bin/sh \"$@\"; }; ",
          &b, out, sizeof(out));
    /* Where the machine has one of the servers in the usual places, it was run instead.
     */
    if (strncmp(out, SSH_SEARCHED, strlen(SSH_SEARCHED)) == 0)
        assert_string_equal(out, SSH_SEARCHED "/nonexistent\n127\n");
    args_free(&words);
    buffer_free(&b);
}

/* Behind a server: the folder that --server names comes first. */
static void
test_remote_relay(void **state)
{
    static const struct {
        const char *server, *folder;
    } cases[] = {
        {"mosh-server", " "},
        {"/opt/m/mosh-server", "/opt/m/ "},
        {"X=/y ~/m/mosh-server", "~/m/ "},
        {"'/opt/a b/mosh-server'", " "},
        {"/opt/$x/mosh-server", " "},
    };
    struct buffer b = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char want[128];

        buffer_clear(&b);
        ssh_relay_put(&b, cases[i].server);
        snprintf(want, sizeof(want),
                 " && sh -c 'for n in awl-server; do for d in %s\"\" ", cases[i].folder);
        if (strncmp(buffer_str(&b), want, strlen(want)) != 0)
            fail_msg("%s: got %s, want %s", cases[i].server, buffer_str(&b), want);
    }
    buffer_free(&b);
    assert_true(ssh_server_is_awl("X=1 ~/bin/awl-server"));
    assert_false(ssh_server_is_awl("mosh-server"));
}

static void
test_path(void **state)
{
    struct buffer b = {0};

    (void)state;
    ssh_path_put(&b, BYTES_LIT("/usr/bin/awl-server"));
    assert_string_equal(buffer_str(&b), "/usr/bin/awl-server");
    buffer_clear(&b);
    ssh_path_put(&b, BYTES_LIT("/home/a b/awl-server"));
    assert_string_equal(buffer_str(&b), "'/home/a b/awl-server'");
    buffer_free(&b);
}

static void
test_credentials(void **state)
{
    (void)state;
    assert_true(ssh_wants_credentials("me@h: Permission denied (publickey,password).\n"));
    assert_true(ssh_wants_credentials("Host key verification failed.\n"));
    assert_false(
        ssh_wants_credentials("ssh: connect to host h port 22: Connection timed out"));
    assert_false(ssh_wants_credentials(""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),          cmocka_unit_test(test_quote),
        cmocka_unit_test(test_facts),          cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_remote_command), cmocka_unit_test(test_remote_relay),
        cmocka_unit_test(test_path),           cmocka_unit_test(test_credentials),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
