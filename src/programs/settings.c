#include "programs/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "programs/client_env.h"
#include "programs/options.h"

enum {
    KEY_CLIENT = OPTION_LONG,
    KEY_SERVER,
    KEY_PREDICT,
    KEY_NO_OVERWRITE,
    KEY_FAMILY,
    KEY_BIND,
    KEY_SSH,
    KEY_PTY,
    KEY_NO_PTY,
    KEY_INIT,
    KEY_NO_INIT,
    KEY_LOCAL,
    KEY_REMOTE_IP,
    KEY_CLIENT_PORT,
    KEY_CONTROL,
    KEY_NO_PUNCH,
    KEY_NO_SPRAY,
    KEY_NO_HOST,
    KEY_KEEP_SSH,
    KEY_REPUNCH,
    KEY_HOLE_TTL,
    KEY_STUN,
    KEY_CANDIDATE,
    KEY_LOG,
    KEY_JSON,
    KEY_HELP,
    KEY_VERSION,
};

#define HOLE_TTL_MAX     2592000
#define STUN_SERVERS_MAX 4u /* together well within what -@ may carry */
#define STUN_TEXT_MAX    200u

static const struct option_row rows[] = {
    {'a', NULL, OPTION_FLAG, NULL, 0, 0, "show typing before the server answers: always"},
    {'n', NULL, OPTION_FLAG, NULL, 0, 0, "never: wait for the server"},
    {KEY_PREDICT, "predict", OPTION_TEXT, "MODE", 0, 0,
     "adaptive (default), always, never or experimental"},
    {'o', "predict-overwrite", OPTION_FLAG, NULL, 0, 0,
     "typing replaces what it meets, until answered"},
    {KEY_NO_OVERWRITE, "no-predict-overwrite", OPTION_FLAG, NULL, 0, 0, NULL},
    {'4', NULL, OPTION_FLAG, NULL, 0, 0, "IPv4 only: --family=inet"},
    {'6', NULL, OPTION_FLAG, NULL, 0, 0, "IPv6 only: --family=inet6"},
    {KEY_FAMILY, "family", OPTION_TEXT, "FAMILY", 0, 0,
     "inet, inet6, auto, all, prefer-inet (default) or prefer-inet6"},
    {'p', "port", OPTION_TEXT, "PORT[:HIGH]", 0, 0, "the server's UDP port or range"},
    {KEY_BIND, "bind-server", OPTION_TEXT, "ssh|any|IP", 0, 0,
     "the address the server binds to"},
    {KEY_CLIENT_PORT, "client-port", OPTION_NUMBER, "PORT", 1, 65535,
     "the one local UDP port"},
    {KEY_SSH, "ssh", OPTION_TEXT, "COMMAND", 0, 0, "ssh and its own options"},
    {KEY_PTY, "ssh-pty", OPTION_FLAG, NULL, 0, 0,
     "give ssh a terminal; then no session runs over ssh"},
    {KEY_NO_PTY, "no-ssh-pty", OPTION_FLAG, NULL, 0, 0, "give ssh none (default)"},
    {KEY_SERVER, "server", OPTION_TEXT, "COMMAND", 0, 0,
     "what to run there in place of awl-server"},
    {KEY_CLIENT, "client", OPTION_TEXT, "PROGRAM", 0, 0,
     "what to run here in place of awl-client"},
    {KEY_INIT, "init", OPTION_FLAG, NULL, 0, 0, "use the alternate screen (default)"},
    {KEY_NO_INIT, "no-init", OPTION_FLAG, NULL, 0, 0,
     "stay on the screen as it is, with its history"},
    {KEY_LOCAL, "local", OPTION_FLAG, NULL, 0, 0, "start the server here, without ssh"},
    {KEY_REMOTE_IP, "experimental-remote-ip", OPTION_TEXT, "WHERE", 0, 0,
     "the address of a mosh-server: proxy or local (as dialled), remote (as its sshd "
     "says)"},
    {KEY_CONTROL, "control", OPTION_FLAG, NULL, 0, 0,
     "the server opens its control FIFO"},
    {KEY_NO_PUNCH, "no-punch", OPTION_FLAG, NULL, 0, 0,
     "send nothing to open firewalls and NATs"},
    {KEY_NO_SPRAY, "no-spray", OPTION_FLAG, NULL, 0, 0,
     "don't search for the port of a NAT that changes it"},
    {KEY_NO_HOST, "no-host-candidates", OPTION_FLAG, NULL, 0, 0,
     "keep this host's own addresses from the server"},
    {KEY_KEEP_SSH, "keep-ssh", OPTION_FLAG, NULL, 0, 0, "keep ssh as a spare path"},
    {KEY_REPUNCH, "repunch", OPTION_TEXT, "auto|ask|never", 0, 0,
     "whether ssh is started again by itself"},
    {KEY_HOLE_TTL, "hole-ttl", OPTION_NUMBER, "SECONDS", 0, HOLE_TTL_MAX,
     "how long the server keeps the way open to a silent client"},
    {KEY_STUN, "stun", OPTION_TEXT, "HOST:PORT,...", 0, 0, "STUN servers to ask"},
    {KEY_CANDIDATE, "server-candidate", OPTION_TEXT, "ADDR:PORT", 0, 0,
     "one more address of the server"},
    {'v', "verbose", OPTION_FLAG, NULL, 0, 0, "log to standard error; twice: more"},
    {KEY_LOG, "log", OPTION_TEXT, "FILE", 0, 0, "log to a file"},
    {KEY_JSON, "json", OPTION_FLAG, NULL, 0, 0, "awl doctor: report as JSON"},
    {KEY_HELP, "help", OPTION_FLAG, NULL, 0, 0, "this text"},
    {KEY_VERSION, "version", OPTION_FLAG, NULL, 0, 0, "version and licence"},
};

/* One line on standard error. */
static enum settings_result bad(const char *fmt, ...) ATTR_PRINTF(1, 2);

static enum settings_result
bad(const char *fmt, ...)
{
    va_list ap;

    fputs("awl: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return SETTINGS_BAD;
}

/* Digits and nothing else, at most 65535; -1: not that. */
static long
port_number(const char *text, size_t len)
{
    long n = 0;

    if (len == 0)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        n = MIN(n * 10 + (text[i] - '0'), 65536L);
    }
    return n;
}

const char *
port_range_check(const char *text)
{
    size_t len = strcspn(text, ":");
    long low = port_number(text, len), high;

    if (text[len] == '\0') {
        if (low < 0)
            return "is neither PORT nor LOW:HIGH";
        return low > 65535 ? "is above 65535" : NULL;
    }
    high = port_number(text + len + 1, strlen(text + len + 1));
    if (low < 0 || high < 0)
        return "is neither PORT nor LOW:HIGH";
    if (low > 65535 || high > 65535)
        return "is above 65535";
    if (low == 0 || high == 0)
        return "has a 0, which is no port";
    return low > high ? "has its low end above its high end" : NULL;
}

bool
family_parse(const char *text, struct family_rule *out)
{
    static const struct {
        const char *word;
        struct family_rule rule;
    } words[] = {
        {"inet", {AWL_IPV4, AWL_NONE, false}},
        {"inet6", {AWL_IPV6, AWL_NONE, false}},
        {"auto", {AWL_NONE, AWL_NONE, true}},
        {"all", {AWL_NONE, AWL_NONE, false}},
        {"prefer-inet", {AWL_NONE, AWL_IPV4, false}},
        {"prefer-inet6", {AWL_NONE, AWL_IPV6, false}},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *out = words[i].rule;
            return true;
        }
    }
    return false;
}

bool
stun_check(const char *text)
{
    const char *colon = strrchr(text, ':');
    uint16_t port;
    size_t len;

    if (colon == NULL || colon == text ||
        !port_parse(bytes_str(colon + 1), 1, 65535, &port))
        return false;
    len = (size_t)(colon - text);
    if (text[0] == '[') {
        struct awl_addr a;

        return text[len - 1] == ']' &&
               addr_parse(bytes_of(text + 1, len - 2), port, &a) && a.scope == 0;
    }
    /* What -@ may carry, see awl-protocol(7); '=' and ',' would be taken for grammar. */
    return strspn(text,
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
           len;
}

static enum settings_result
read_stun(struct settings *s, const char *text, const char *name)
{
    for (size_t len; *text != '\0'; text += len + (text[len] == ',')) {
        len = strcspn(text, ",");
        if (len == 0)
            continue;
        if (s->stun.count == STUN_SERVERS_MAX || len > STUN_TEXT_MAX)
            return bad("%s: want at most %u servers of %u characters", name,
                       STUN_SERVERS_MAX, STUN_TEXT_MAX);
        args_addf(&s->stun, "%.*s", (int)len, text);
        if (!stun_check(s->stun.word[s->stun.count - 1]))
            return bad("%s: \"%s\" is not HOST:PORT", name,
                       s->stun.word[s->stun.count - 1]);
    }
    return SETTINGS_RUN;
}

static enum settings_result
read_bind(struct settings *s, const char *text)
{
    struct awl_addr a;

    s->bind = text;
    if (strcasecmp(text, "ssh") == 0)
        s->bind = NULL;
    else if (strcasecmp(text, "any") == 0)
        s->bind = "";
    else if (!addr_parse(bytes_str(text), 0, &a))
        return bad("--bind-server=\"%s\": want ssh, any or a numeric address", text);
    return SETTINGS_RUN;
}

static enum settings_result
read_repunch(struct settings *s, const char *text)
{
    static const char *const words[] = {[AWL_REPUNCH_AUTO] = "auto",
                                        [AWL_REPUNCH_ASK] = "ask",
                                        [AWL_REPUNCH_NEVER] = "never"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            s->repunch = (enum awl_repunch)i;
            return SETTINGS_RUN;
        }
    }
    return bad("--repunch=\"%s\": want auto, ask or never", text);
}

static enum settings_result
read_remote_ip(struct settings *s, const char *text)
{
    if (strcmp(text, "remote") == 0)
        s->remote_ip = REMOTE_IP_SSH;
    else if (strcmp(text, "local") == 0 || strcmp(text, "proxy") == 0)
        s->remote_ip = REMOTE_IP_DIALLED;
    else
        return bad("--experimental-remote-ip=\"%s\": want proxy, local or remote", text);
    return SETTINGS_RUN;
}

static void
set_predict(struct settings *s, enum awl_predict mode)
{
    s->predict = mode;
    s->predict_set = true;
}

/* The options whose values must be checked. */
static enum settings_result
read_value(struct settings *s, int key, const char *text)
{
    const char *wrong;

    switch (key) {
    case KEY_PREDICT:
        s->predict_set = true;
        if (!predict_parse(text, &s->predict))
            return bad("--predict=\"%s\": want adaptive, always, never or experimental",
                       text);
        return SETTINGS_RUN;
    case KEY_FAMILY:
        if (!family_parse(text, &s->family))
            return bad("--family=\"%s\": want inet, inet6, auto, all, prefer-inet or "
                       "prefer-inet6",
                       text);
        return SETTINGS_RUN;
    case 'p':
        wrong = port_range_check(text);
        if (wrong != NULL)
            return bad("--port=\"%s\" %s: want a UDP port such as 60001, or 60001:60010",
                       text, wrong);
        s->port = text;
        return SETTINGS_RUN;
    case KEY_SSH:
        args_free(&s->ssh);
        if (!args_split(&s->ssh, text))
            return bad("--ssh=\"%s\": a quote is left open", text);
        if (s->ssh.count == 0)
            return bad("--ssh is empty: want a command such as \"ssh -p 2222\"");
        return SETTINGS_RUN;
    case KEY_CANDIDATE:
        if (!addr_parse_port(bytes_str(text), &s->candidate))
            return bad("--server-candidate=\"%s\": want ADDRESS:PORT, numeric, an IPv6 "
                       "address in brackets",
                       text);
        return SETTINGS_RUN;
    case KEY_BIND: return read_bind(s, text);
    case KEY_REPUNCH: return read_repunch(s, text);
    case KEY_REMOTE_IP: return read_remote_ip(s, text);
    case KEY_STUN: return read_stun(s, text, "--stun");
    default: return SETTINGS_RUN;
    }
}

static void
read_flag(struct settings *s, int key)
{
    switch (key) {
    case 'a': set_predict(s, AWL_PREDICT_ALWAYS); break;
    case 'n': set_predict(s, AWL_PREDICT_NEVER); break;
    case 'o': s->overwrite = true; break;
    case KEY_NO_OVERWRITE: s->overwrite = false; break;
    case '4': family_parse("inet", &s->family); break;
    case '6': family_parse("inet6", &s->family); break;
    case KEY_PTY: s->ssh_pty = true; break;
    case KEY_NO_PTY: s->ssh_pty = false; break;
    case KEY_INIT: s->no_init = false; break;
    case KEY_NO_INIT: s->no_init = true; break;
    case KEY_LOCAL: s->local = true; break;
    case KEY_CONTROL: s->control = true; break;
    case KEY_NO_PUNCH: s->no_punch = true; break;
    case KEY_NO_SPRAY: s->no_spray = true; break;
    case KEY_NO_HOST: s->no_host_candidates = true; break;
    case KEY_KEEP_SSH: s->keep_ssh = true; break;
    case 'v': s->verbose++; break;
    case KEY_JSON: s->json = true; break;
    default: break;
    }
}

static enum settings_result
read_environment(struct settings *s)
{
    const char *port = getenv("MOSH_CLIENT_PORT"), *stun = getenv("AWL_STUN");
    const char *log = getenv("AWL_LOG");

    if (port != NULL && s->client_port == 0 &&
        !port_parse(bytes_str(port), 1, 65535, &s->client_port))
        return bad("MOSH_CLIENT_PORT=\"%s\" in the environment: want a port, 1 to 65535",
                   port);
    if (stun != NULL && s->stun.count == 0 &&
        read_stun(s, stun, "AWL_STUN") != SETTINGS_RUN)
        return SETTINGS_BAD;
    if (log != NULL && s->log_file == NULL)
        s->log_file = log;
    return SETTINGS_RUN;
}

static enum settings_result
read_words(struct settings *s, char *argv[])
{
    const char *at;
    struct awl_addr a;

    s->host = argv[0];
    if (s->host == NULL)
        return bad(
            "no host given: awl [options] [user@]host [command...]; --help tells more");
    at = strrchr(s->host, '@');
    s->address = at != NULL ? at + 1 : s->host;
    if (*s->address == '\0')
        return bad("\"%s\" names no host", s->host);
    if (s->host[0] == '-' || s->address[0] == '-')
        return bad("\"%s\" is not the name of a host: it begins with '-'", s->address);
    /* As with mosh, "--" may stand between host and command. */
    s->command = argv + 1;
    if (*s->command != NULL && strcmp(*s->command, "--") == 0)
        s->command++;
    if (s->local && !addr_parse(bytes_str(s->address), 0, &a))
        return bad("--local: \"%s\" is not a numeric address of this host", s->address);
    return SETTINGS_RUN;
}

static enum settings_result
read_options(struct settings *s, struct options *o, int argc, char *argv[])
{
    int key;

    while ((key = options_next(o, argc, argv)) != OPTIONS_END) {
        switch (key) {
        case OPTIONS_BAD: return bad("%s", o->error);
        case KEY_HELP: options_help(o, stdout); return SETTINGS_DONE;
        case KEY_VERSION: options_version(o); return SETTINGS_DONE;
        case KEY_CLIENT: s->client = o->text; break;
        case KEY_SERVER: s->server = o->text; break;
        case KEY_LOG: s->log_file = o->text; break;
        case KEY_CLIENT_PORT: s->client_port = (uint16_t)o->number; break;
        case KEY_HOLE_TTL: s->hole_ttl = o->number; break;
        default:
            read_flag(s, key);
            if (read_value(s, key, o->text) != SETTINGS_RUN)
                return SETTINGS_BAD;
            break;
        }
    }
    return SETTINGS_RUN;
}

/* What only makes sense with a session to use, or only without. */
static enum settings_result
check_doctor(const struct settings *s)
{
    if (s->json && !s->doctor)
        return bad("--json is for awl doctor: awl doctor --json [user@]host");
    if (s->doctor && *s->command != NULL)
        return bad("awl doctor runs no command: awl doctor [options] [user@]host");
    if (s->doctor && (s->client != NULL || s->local))
        return bad("awl doctor takes no --client and no --local");
    return SETTINGS_RUN;
}

enum settings_result
settings_read(struct settings *s, int argc, char *argv[])
{
    struct options o = {
        .program = "awl",
        .usage = "awl [options] [user@]host [command...]\n"
                 "       awl doctor [options] [user@]host",
        .rows = rows,
        .count = ARRAY_LEN(rows),
        .stop_at_word = true,
    };
    enum settings_result r;

    *s = (struct settings){.hole_ttl = -1};
    family_parse("prefer-inet", &s->family);
    /* Alone it is the name of a host, and so it is behind any option or "--". */
    if (argc > 2 && strcmp(argv[1], "doctor") == 0) {
        s->doctor = true;
        argv++;
        argc--;
    }
    options_begin(&o);
    r = read_options(s, &o, argc, argv);
    if (r == SETTINGS_RUN)
        r = read_environment(s);
    if (r == SETTINGS_RUN)
        r = read_words(s, argv + options_word(&o));
    if (r == SETTINGS_RUN)
        r = check_doctor(s);
    if (r == SETTINGS_RUN && s->ssh.count == 0)
        args_add(&s->ssh, "ssh");
    return r;
}

void
settings_free(struct settings *s)
{
    args_free(&s->ssh);
    args_free(&s->stun);
}
