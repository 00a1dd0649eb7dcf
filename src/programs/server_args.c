#include "programs/server_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "programs/options.h"
#include "programs/settings.h"

enum { KEY_CONTROL = OPTION_LONG, KEY_HELP, KEY_VERSION };

static const struct option_row rows[] = {
    {'s', NULL, OPTION_FLAG, NULL, 0, 0, "bind to the address ssh arrived on"},
    {'i', NULL, OPTION_TEXT, "IP", 0, 0, "bind to this local address"},
    {'p', NULL, OPTION_TEXT, "PORT[:PORT2]", 0, 0,
     "UDP port or range, 60001:60999 if not given; 0: any"},
    {'c', NULL, OPTION_TEXT, "COLORS", 0, 0, "how many colours the terminal has"},
    {'l', NULL, OPTION_TEXT, "NAME=VALUE", 0, 0,
     "locale variable to use where the server's own is not UTF-8"},
    {'v', "verbose", OPTION_FLAG, NULL, 0, 0, "tell what happens on standard error"},
    {'@', NULL, OPTION_TEXT, "WORDS", 0, 0, "awl's extensions; see awl-protocol(7)"},
    {KEY_CONTROL, "control", OPTION_FLAG, NULL, 0, 0,
     "make a FIFO that takes ADDRESS PORT lines, and print its name"},
    {KEY_HELP, "help", OPTION_FLAG, NULL, 0, 0, "print this"},
    {'h', NULL, OPTION_FLAG, NULL, 0, 0, NULL},
    {KEY_VERSION, "version", OPTION_FLAG, NULL, 0, 0, "print the version"},
};

static struct options options = {
    .program = "awl-server",
    .usage = "awl-server new [OPTION ...] [-- COMMAND [ARG ...]]\n"
             "       awl-server relay [-a ADDR] PORT",
    .rows = rows,
    .count = ARRAY_LEN(rows),
};

static enum server_args_result
usage(void)
{
    options_help(&options, stderr);
    return SERVER_ARGS_BAD;
}

/* A decimal number 0..65535, empty counts as 0; *rest is where it ended. False: too
 * large. */
static bool
read_port(const char *text, const char **rest, uint16_t *out)
{
    uint32_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++) {
        value = value * 10 + (uint32_t)(*text - '0');
        if (value > 65535)
            return false;
    }
    *rest = text;
    *out = (uint16_t)value;
    return true;
}

static bool
read_ports(const char *text, struct server_args *out)
{
    const char *rest, *why = NULL;

    if (!read_port(text, &rest, &out->port_low)) {
        why = "ports go from 0 to 65535";
    } else if (*rest == '\0') {
        out->port_high = out->port_low;
    } else if (*rest != ':') {
        why = "it must be a number, or two with a colon between";
    } else if (rest[1] < '0' || rest[1] > '9' ||
               !read_port(rest + 1, &rest, &out->port_high) || *rest != '\0') {
        why = "the second port must be a number up to 65535";
    } else if (out->port_low == 0) {
        why = "a range cannot begin at 0";
    } else if (out->port_low > out->port_high) {
        why = "the first port is higher than the second";
    }
    if (why == NULL)
        return true;
    /* mosh's wrapper looks for the words "Bad UDP port". */
    fprintf(stderr, "awl-server: %s\nBad UDP port range (%s)\n", why, text);
    return false;
}

static bool
word_is(struct bytes word, const char *name)
{
    return bytes_equal(word, bytes_str(name));
}

/* The value of a word that begins with that. */
static bool
word_value(struct bytes word, const char *name, struct bytes *value)
{
    size_t len = strlen(name);

    if (word.len <= len || memcmp(word.data, name, len) != 0)
        return false;
    *value = bytes_slice(word, len, word.len);
    return true;
}

static void
read_hole_ttl(struct bytes value, struct server_args *out)
{
    char number[16] = "";
    char *end;
    unsigned long ttl;

    memcpy(number, value.data, MIN(value.len, sizeof(number) - 1));
    ttl = strtoul(number, &end, 10);
    if (number[0] >= '0' && number[0] <= '9' && *end == '\0' &&
        ttl <= SERVER_HOLE_TTL_MAX)
        out->hole_ttl_s = (uint32_t)ttl;
}

static void
read_stun(struct bytes value, struct server_args *out)
{
    char *text = out->stun_text[out->stun_count];

    if (value.len > SERVER_STUN_LEN)
        return;
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    if (stun_check(text))
        out->stun[out->stun_count++] = text;
}

/* -@ WORDS. What doesn't begin with awl1 is some other program's; unknown words are a
 * later version's. */
static void
read_words(const char *text, struct server_args *out)
{
    struct bytes rest = bytes_str(text), value;
    bool first = true;

    if (rest.len > SERVER_WORDS_MAX)
        return;
    while (rest.len > 0) {
        const uint8_t *comma = memchr(rest.data, ',', rest.len);
        size_t len = comma != NULL ? (size_t)(comma - rest.data) : rest.len;
        struct bytes word = bytes_slice(rest, 0, len);

        rest = bytes_slice(rest, len + 1, rest.len);
        if (first && !word_is(word, "awl1"))
            return;
        if (first)
            out->awl = out->relay = true;
        first = false;
        if (word_is(word, "norelay")) {
            out->relay = false;
        } else if (word_is(word, "control")) {
            out->control = true;
        } else if (word_is(word, "nopunch")) {
            out->no_punch = true;
        } else if (word_is(word, "nospray")) {
            out->no_spray = true;
        } else if (word_value(word, "hole-ttl=", &value)) {
            read_hole_ttl(value, out);
        } else if (word_value(word, "stun=", &value) &&
                   out->stun_count < SERVER_STUN_MAX) {
            read_stun(value, out);
        }
    }
}

static bool
read_colors(const char *text, struct server_args *out)
{
    char *end;

    errno = 0;
    out->colors = strtol(text, &end, 10);
    if (text[0] != '\0' && *end == '\0' && errno == 0)
        return true;
    fprintf(stderr, "awl-server: \"%s\" is not a number of colours\n", text);
    return false;
}

static enum server_args_result
read_new(struct server_args *out, int argc, char *argv[])
{
    int key;

    options_begin(&options);
    while ((key = options_next(&options, argc, argv)) != OPTIONS_END) {
        switch (key) {
        case 's':
            out->bind_ssh = true;
            out->bind_ip = NULL;
            break;
        case 'i':
            out->bind_ssh = false;
            out->bind_ip = options.text;
            break;
        case 'p':
            if (!read_ports(options.text, out))
                return usage();
            break;
        case 'c':
            if (!read_colors(options.text, out))
                return usage();
            break;
        case 'l':
            if (out->assign_count < SERVER_ASSIGN_MAX)
                out->assign[out->assign_count++] = options.text;
            break;
        case 'v': out->verbose++; break;
        case '@': read_words(options.text, out); break;
        case KEY_CONTROL: out->control = true; break;
        default:
            /* A newer wrapper's option must not keep the session from starting. */
            fprintf(stderr, "awl-server: %s; ignored\n", options.error);
            options_help(&options, stderr);
            break;
        }
    }
    return SERVER_ARGS_RUN;
}

/* The form of mosh 1.0: [IP [PORT]]. */
static enum server_args_result
read_old(struct server_args *out, int argc, char *argv[])
{
    if (argc > 2 || (argc > 0 && argv[0][0] == '-'))
        return usage();
    if (argc > 0)
        out->bind_ip = argv[0];
    if (argc > 1 && !read_ports(argv[1], out))
        return usage();
    return SERVER_ARGS_RUN;
}

enum server_args_result
server_args_read(struct server_args *out, int argc, char *argv[])
{
    int count = argc;

    *out = (struct server_args){.port_low = SERVER_PORT_LOW,
                                .port_high = SERVER_PORT_HIGH,
                                .hole_ttl_s = SERVER_HOLE_TTL_S};
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            count = i;
            if (i + 1 < argc)
                out->command = argv + i + 1;
            break;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            options_help(&options, stdout);
            return SERVER_ARGS_DONE;
        }
        if (strcmp(argv[i], "--version") == 0) {
            options_version(&options);
            return SERVER_ARGS_DONE;
        }
    }
    if (count > 0 && strcmp(argv[0], "new") == 0)
        return read_new(out, count, argv);
    return read_old(out, count, argv);
}
