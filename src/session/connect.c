#include "session/connect.h"
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#define LINE_PART_MAX 4096u
#define NOISE_MAX     (64u << 10) /* waiting to be taken; more is lost */
#define REST_MAX      (256u << 10)
#define WORDS_MAX     16u
#define KIND_NOISE    0
#define KIND_NOTE     1

struct connect {
    enum connect_goal goal;
    enum connect_state state;
    struct connect_info info;
    const char *error;
    char line[LINE_PART_MAX];
    size_t len;
    bool in_part;        /* the present line was too long, parts of it are out already */
    struct buffer noise; /* u16 length, kind, text, ... */
    struct buffer taken; /* the line given last */
    struct buffer rest;
    struct buffer rest_given;
};

struct connect *
connect_new(enum connect_goal goal)
{
    struct connect *c = xcalloc(1, sizeof *c);

    c->goal = goal;
    c->error = "";
    c->noise.max = NOISE_MAX;
    c->rest.max = REST_MAX;
    return c;
}

void
connect_free(struct connect *c)
{
    if (c == NULL)
        return;
    buffer_free(&c->noise);
    buffer_free(&c->taken);
    buffer_free(&c->rest);
    buffer_free(&c->rest_given);
    wipe(c, sizeof *c);
    free(c);
}

static void
noise_put(struct connect *c, struct bytes line, int kind)
{
    if (buffer_reserve(&c->noise, line.len + 3)) {
        buffer_put_u16(&c->noise, (uint16_t)line.len);
        buffer_put_byte(&c->noise, (uint8_t)kind);
        buffer_put_bytes(&c->noise, line);
    }
}

static bool
starts(struct bytes line, const char *prefix)
{
    return bytes_equal(bytes_slice(line, 0, strlen(prefix)), bytes_str(prefix));
}

/* Cuts at blanks; more words than WORDS_MAX are left out. */
static size_t
words_of(struct bytes line, struct bytes words[WORDS_MAX])
{
    size_t n = 0, at = 0;

    while (n < WORDS_MAX) {
        size_t end;

        while (at < line.len && line.data[at] == ' ')
            at++;
        for (end = at; end < line.len && line.data[end] != ' ';)
            end++;
        if (end == at)
            break;
        words[n++] = bytes_slice(line, at, end - at);
        at = end;
    }
    return n;
}

static bool
is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct bytes
right_trim(struct bytes b)
{
    while (b.len > 0 && is_space(b.data[b.len - 1]))
        b.len--;
    return b;
}

/* "ADDRESS", "PORT"; a dash for both means that it is unset. */
static bool
end_parse(struct bytes ip, struct bytes port_text, bool may_dash, struct awl_addr *out)
{
    uint16_t port;

    *out = (struct awl_addr){0};
    if (may_dash && bytes_equal(ip, BYTES_LIT("-")))
        return true;
    return port_parse(port_text, 0, 65535, &port) && addr_parse(ip, port, out);
}

static bool
ssh_words(const struct bytes w[4], bool may_dash, struct awl_addr *client,
          struct awl_addr *server)
{
    struct awl_addr c, s;

    if (!end_parse(w[0], w[1], may_dash, &c) || !end_parse(w[2], w[3], may_dash, &s))
        return false;
    *client = c;
    *server = s;
    return true;
}

bool
connect_parse_ssh(struct bytes value, struct awl_addr *client, struct awl_addr *server)
{
    struct bytes w[WORDS_MAX];

    return words_of(value, w) == 4 && ssh_words(w, false, client, server);
}

static bool
hex_text(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (strchr("0123456789abcdefABCDEF", b.data[i]) == NULL || b.data[i] == '\0')
            return false;
    return true;
}

/* AWL RELAY 1 C CP S SP MACHINE STATE TARGET ... */
static bool
relay_parse(struct connect_info *info, struct bytes line)
{
    struct bytes w[WORDS_MAX];
    struct awl_addr client, server, target;
    bool open;

    if (words_of(line, w) < 10 || !bytes_equal(w[2], BYTES_LIT("1")) ||
        !ssh_words(w + 3, true, &client, &server) || !addr_parse(w[9], 0, &target) ||
        addr_is_multicast(&target))
        return false;
    open = bytes_equal(w[8], BYTES_LIT("open"));
    if (!open && !bytes_equal(w[8], BYTES_LIT("closed")))
        return false;
    info->machine[0] = '\0';
    if (!bytes_equal(w[7], BYTES_LIT("-"))) {
        if (w[7].len != CONNECT_MACHINE_LEN || !hex_text(w[7]))
            return false;
        memcpy(info->machine, w[7].data, w[7].len);
        info->machine[w[7].len] = '\0';
    }
    if (client.family != AWL_NONE || server.family != AWL_NONE) {
        info->have_ssh = true;
        info->ssh_client = client;
        info->ssh_server = server;
    }
    info->have_relay = true;
    info->relay_open = open;
    info->target = target;
    return true;
}

static bool
printable(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.data[i] < 0x20 || b.data[i] > 0x7e)
            return false;
    return true;
}

/* A line of ours that is malformed is skipped, not shown and not fatal: it may be a newer
 * server's. */
static void
awl_line(struct connect *c, struct bytes line)
{
    if (line.len > CONNECT_LINE_MAX || !printable(line))
        return;
    if (starts(line, "AWL RELAY ")) {
        if (relay_parse(&c->info, line) && c->goal == CONNECT_RELAY)
            c->state = CONNECT_DONE;
    } else if (starts(line, "AWL CONTROL /")) {
        struct bytes path = bytes_slice(line, strlen("AWL CONTROL "), line.len);

        memcpy(c->info.control, path.data, path.len);
        c->info.control[path.len] = '\0';
    } else if (starts(line, "AWL NOTE ")) {
        noise_put(c, bytes_slice(line, strlen("AWL NOTE "), line.len), KIND_NOTE);
    }
}

static void
bad(struct connect *c, const char *error)
{
    c->state = CONNECT_BAD;
    c->error = error;
}

/* Decimal port, one blank, 22 characters of key, blanks. */
static bool
session_parse(struct connect_info *info, struct bytes text)
{
    size_t blank = 0;
    struct bytes key;

    text = right_trim(text);
    while (blank < text.len && text.data[blank] != ' ')
        blank++;
    key = bytes_slice(text, blank + 1, text.len);
    return port_parse(bytes_slice(text, 0, blank), 1, 65535, &info->port) &&
           awl_key_parse((const char *)key.data, key.len, &info->key);
}

static void
mosh_line(struct connect *c, struct bytes line)
{
    struct bytes w[WORDS_MAX];
    struct awl_addr client, server;

    if (starts(line, "MOSH CONNECT ")) {
        if (line.len > CONNECT_LINE_MAX ||
            !session_parse(&c->info, bytes_slice(line, 13, line.len))) {
            bad(c, "malformed MOSH CONNECT line");
            return;
        }
        c->info.have_session = true;
        c->state = CONNECT_DONE;
    } else if (starts(line, "MOSH SSH_CONNECTION ")) {
        if (line.len > CONNECT_LINE_MAX || words_of(right_trim(line), w) != 6) {
            bad(c, "malformed MOSH SSH_CONNECTION line");
            return;
        }
        if (ssh_words(w + 2, false, &client, &server)) {
            c->info.have_ssh = true;
            c->info.ssh_client = client;
            c->info.ssh_server = server;
        }
    } else {
        struct bytes word = right_trim(bytes_slice(line, strlen("MOSH IP "), line.len));

        if (line.len > CONNECT_LINE_MAX || word.len == 0 ||
            memchr(word.data, ' ', word.len) != NULL) {
            bad(c, "malformed MOSH IP line");
            return;
        }
        if (c->info.have_mosh_ip) {
            bad(c, "second MOSH IP line");
            return;
        }
        c->info.have_mosh_ip = true;
        addr_parse(word, 0, &c->info.mosh_ip);
    }
}

static void
line_end(struct connect *c)
{
    struct bytes line = bytes_of(c->line, c->len);
    bool part = c->in_part;

    c->len = 0;
    c->in_part = false;
    if (part) {
        if (line.len > 0)
            noise_put(c, line, KIND_NOISE);
        return;
    }
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (starts(line, "AWL ")) {
        awl_line(c, line);
    } else if (c->goal == CONNECT_SESSION &&
               (starts(line, "MOSH CONNECT ") || starts(line, "MOSH SSH_CONNECTION ") ||
                starts(line, "MOSH IP "))) {
        mosh_line(c, line);
    } else {
        noise_put(c, line, KIND_NOISE);
    }
    wipe(c->line, line.len); /* it may have held the key */
}

enum connect_state
connect_input(struct connect *c, struct bytes in)
{
    for (size_t i = 0; i < in.len && c->state != CONNECT_BAD; i++) {
        if (c->state == CONNECT_DONE) {
            if (!buffer_put_bytes(&c->rest, bytes_slice(in, i, in.len)))
                bad(c, "too much before the session began");
            break;
        }
        if (in.data[i] == '\n') {
            line_end(c);
            continue;
        }
        c->line[c->len++] = (char)in.data[i];
        if (c->len == LINE_PART_MAX) {
            noise_put(c, bytes_of(c->line, c->len), KIND_NOISE);
            c->len = 0;
            c->in_part = true;
        }
    }
    return c->state;
}

enum connect_state
connect_state(const struct connect *c)
{
    return c->state;
}

const struct connect_info *
connect_info(const struct connect *c)
{
    return &c->info;
}

const char *
connect_error(const struct connect *c)
{
    return c->error;
}

bool
connect_noise(struct connect *c, struct bytes *line, bool *note)
{
    size_t len;

    if (c->noise.len == 0)
        return false;
    len = be16_get(c->noise.data);
    *note = c->noise.data[2] == KIND_NOTE;
    buffer_clear(&c->taken);
    buffer_put(&c->taken, c->noise.data + 3, len);
    buffer_drop(&c->noise, 3 + len);
    *line = buffer_bytes(&c->taken);
    return true;
}

struct bytes
connect_rest(struct connect *c)
{
    struct buffer given = c->rest_given;

    c->rest_given = c->rest;
    c->rest = given;
    buffer_clear(&c->rest);
    c->rest.max = REST_MAX;
    return buffer_bytes(&c->rest_given);
}

/* ---- the server's side ---- */

static bool
line_put(struct buffer *out, struct buffer *line)
{
    struct bytes text = buffer_bytes(line);
    bool ok = !line->overflow && text.len <= CONNECT_LINE_MAX && printable(text) &&
              buffer_reserve(out, text.len + 1);

    if (ok) {
        buffer_put_bytes(out, text);
        buffer_put_byte(out, '\n');
    }
    buffer_free(line);
    return ok;
}

static void
put_end(struct buffer *line, const struct awl_addr *a)
{
    char text[ADDR_TEXT_LEN];

    if (a->family == AWL_NONE)
        buffer_put_str(line, " - -");
    else
        buffer_printf(line, " %s %u", addr_text(a, text), a->port);
}

bool
connect_put_relay(struct buffer *out, const struct connect_relay *relay)
{
    struct buffer line = {0};
    char text[ADDR_TEXT_LEN];

    if (relay->target.family == AWL_NONE)
        return false;
    buffer_put_str(&line, "AWL RELAY 1");
    put_end(&line, &relay->ssh_client);
    put_end(&line, &relay->ssh_server);
    buffer_printf(&line, " %s %s %s", relay->machine != NULL ? relay->machine : "-",
                  relay->open ? "open" : "closed", addr_text(&relay->target, text));
    return line_put(out, &line);
}

bool
connect_put_control(struct buffer *out, const char *path)
{
    struct buffer line = {0};

    if (path[0] != '/')
        return false;
    buffer_printf(&line, "AWL CONTROL %s", path);
    return line_put(out, &line);
}

bool
connect_put_note(struct buffer *out, const char *text)
{
    struct buffer line = {0};

    buffer_printf(&line, "AWL NOTE %s", text);
    return line_put(out, &line);
}

void
connect_put_session(struct buffer *out, uint16_t port, const struct awl_key *key)
{
    char text[AWL_KEY_TEXT_LEN + 1];

    awl_key_text(key, text);
    buffer_printf(out, "MOSH CONNECT %u %s\n", port, text);
    wipe(text, sizeof text);
}
