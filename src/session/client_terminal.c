/* The user's terminal beside the picture: what it says of itself goes to the server, what
 * programs have set there is set here and taken back at the end, what happened there once
 * happens here once. With stock servers only what is said of itself is used. */
#include "base/alloc.h"
#include "session/client.h"
#include "terminal/reply.h"

#include <stdlib.h>
#include <string.h>

#define PENDING_MAX                                                                      \
    (4u << 20) /* bytes of events for a terminal that isn't drawn on now */

struct client_terminal {
    bool answers; /* it can be asked, and skips what it doesn't know */
    struct reply reply;
    uint8_t scheme;        /* of the profile that was news last */
    bool untold;           /* the server has yet to hear of the profile */
    bool scheme_reports;   /* mode 2031 is set */
    struct extras shown;   /* what the terminal has of a program's */
    struct buffer pending; /* for the next draw */
};

struct client_terminal *
client_terminal_new(bool answers)
{
    struct client_terminal *t = xcalloc(1, sizeof *t);

    t->answers = answers;
    return t;
}

void
client_terminal_free(struct client_terminal *t)
{
    if (!t)
        return;
    extras_clear(&t->shown);
    buffer_free(&t->pending);
    free(t);
}

/* ---- drawing ---- */

void
client_terminal_enter(struct awl_client *c, struct buffer *out)
{
    struct client_terminal *t = c->terminal;

    if (!t->answers)
        return;
    buffer_put_str(out, "\033[22;0t"); /* the title, for when we leave */
    reply_ask(&t->reply, out);
}

static void
put_extras(struct client_terminal *t, const struct extras *want, struct buffer *out)
{
    if (!t->answers || extras_equal(&t->shown, want))
        return;
    extras_draw(out, &t->shown, want, &t->reply.profile);
    extras_share(&t->shown, want);
    if (!t->reply.profile.kitty) /* not set; it may yet say that it has it */
        t->shown.keyboard = 0;
}

static void
put_pending(struct client_terminal *t, struct buffer *out)
{
    buffer_put_bytes(out, buffer_bytes(&t->pending));
    buffer_clear(&t->pending);
}

void
client_terminal_draw(struct awl_client *c, struct buffer *out)
{
    struct client_terminal *t = c->terminal;
    const struct display *d = transport_remote(c->carrier.transport);

    put_pending(t, out);
    put_extras(t, &d->extras, out);
    if (t->reply.reports_scheme && !t->scheme_reports) {
        buffer_put_str(out, "\033[?2031h");
        t->scheme_reports = true;
    }
}

void
client_terminal_leave(struct awl_client *c, struct buffer *out)
{
    static const struct extras none = {0};
    struct client_terminal *t = c->terminal;

    put_pending(t, out);
    put_extras(t, &none, out);
    if (t->scheme_reports)
        buffer_put_str(out, "\033[?2031l");
    t->scheme_reports = false;
    if (t->answers)
        buffer_put_str(out, "\033[23;0t");
}

/* ---- what it says ---- */

static bool
server_takes_events(const struct awl_client *c)
{
    return !c->over && !c->quitting && (carrier_features(&c->carrier) & HELLO_TERMINAL);
}

/* While it isn't known who the server is, too: a program may ask at once, and stock mosh
 * skips it. */
static bool
server_listens(const struct awl_client *c)
{
    return server_takes_events(c) ||
           (!c->over && !c->quitting && c->carrier.hello.peer == HELLO_PEER_UNKNOWN);
}

void
client_terminal_input(struct awl_client *c, struct bytes in, struct buffer *keys,
                      uint64_t now)
{
    if (c->terminal->answers)
        reply_input(&c->terminal->reply, in, keys, now);
    else
        buffer_put_bytes(keys, in);
}

bool
awl_client_asking(const struct awl_client *c, uint64_t now)
{
    return reply_awaited(&c->terminal->reply, now);
}

/* A change of the scheme changes colours as well. */
static void
news(struct awl_client *c, uint8_t scheme)
{
    struct client_terminal *t = c->terminal;

    t->untold = true;
    if (t->reply.sync)
        client_view_sync(c, t->reply.sync == 2);
    client_view_clusters(c, t->reply.clusters);
    if (scheme && t->reply.profile.scheme != scheme)
        reply_ask(&t->reply, &t->pending);
    client_view_touch(c);
}

void
client_terminal_tick(struct awl_client *c, struct buffer *keys, uint64_t now)
{
    struct client_terminal *t = c->terminal;

    reply_tick(&t->reply, keys, now);
    if (reply_news(&t->reply, now)) {
        news(c, t->scheme);
        t->scheme = t->reply.profile.scheme;
    }
    if (c->carrier.hello.peer == HELLO_PEER_STOCK)
        keys_stock(transport_local(c->carrier.transport));
    if (!t->untold || !server_listens(c))
        return;
    t->untold = false;
    log_line(&c->log, LOG_DEBUG, "terminal: %s%s",
             t->reply.profile.name[0] ? t->reply.profile.name : "of unknown name",
             t->reply.profile.kitty ? ", with kitty's keyboard protocol" : "");
    keys_terminal(transport_local(c->carrier.transport), &t->reply.profile);
    transport_changed(c->carrier.transport, now);
}

uint64_t
client_terminal_deadline(const struct awl_client *c)
{
    if (c->terminal->untold && server_listens(c))
        return 0;
    return reply_deadline(&c->terminal->reply);
}

/* ---- what happened over there ---- */

void
client_terminal_heard(struct awl_client *c, uint64_t now)
{
    struct client_terminal *t = c->terminal;
    struct display *d = transport_remote(c->carrier.transport);
    struct event e;
    uint64_t newest = 0;

    while (t->pending.len < PENDING_MAX) {
        struct buffer draw = {.max = 0};
        bool got = display_take_event(d, &draw, &e);

        if (got && (t->answers || e.kind != EVENT_NOTIFICATION))
            buffer_put_bytes(&t->pending, buffer_bytes(&draw));
        buffer_free(&draw);
        if (!got)
            break;
        newest = e.number;
    }
    if (newest == 0)
        return;
    client_view_touch(c);
    if (!server_takes_events(c))
        return;
    keys_event_ack(transport_local(c->carrier.transport), newest);
    transport_changed(c->carrier.transport, now);
}

/* ---- keys in the forms of kitty and of modifyOtherKeys ---- */

struct chord {
    unsigned code, shifted; /* characters; shifted 0: not told */
    unsigned modifiers;     /* bits: 0 Shift, 2 Control */
    unsigned event;         /* 3: a release */
    size_t len;             /* of the sequence */
};

/* False: in does not begin with such a key. */
static bool
chord_read(struct bytes in, struct chord *k)
{
    unsigned n[3][3] = {{0}}, param = 0, part = 0;
    size_t i = 2;

    if (in.len < 4 || in.data[0] != 0x1b || in.data[1] != '[')
        return false;
    for (; i < in.len && i < 32; i++) {
        uint8_t b = in.data[i];

        if (b >= '0' && b <= '9') {
            if (param < 3 && part < 3 && n[param][part] < 1000000)
                n[param][part] = n[param][part] * 10 + (b - '0');
        } else if (b == ':') {
            part++;
        } else if (b == ';') {
            param++;
            part = 0;
        } else {
            break;
        }
    }
    if (i >= in.len)
        return false;
    k->len = i + 1;
    k->modifiers = n[1][0] ? n[1][0] - 1 : 0;
    k->event = n[1][1];
    if (in.data[i] == 'u') {
        k->code = n[0][0];
        k->shifted = n[0][1];
        return true;
    }
    k->code = n[2][0];
    k->shifted = 0;
    return in.data[i] == '~' && n[0][0] == 27;
}

/* The byte that the key sends without such a protocol; -1: none. */
static int
chord_byte(const struct chord *k)
{
    bool shift = k->modifiers & 1, control = k->modifiers & 4;
    unsigned c = shift && k->shifted ? k->shifted : k->code;

    if (c > 127)
        return -1;
    if (shift && c == '6' && control)
        c = '^'; /* where no shifted form is told, as on most keyboards */
    if (control && ((c >= '@' && c <= '_') || (c >= 'a' && c <= 'z')))
        c &= 0x1f;
    return (int)c;
}

size_t
client_terminal_key(struct awl_client *c, struct bytes rest, int *byte)
{
    const struct extras *x = &c->terminal->shown;
    struct chord k;
    int b;

    if (c->escape.key == 0 || (x->keyboard == 0 && x->other_keys == 0) ||
        !chord_read(rest, &k))
        return 0;
    b = chord_byte(&k);
    if (!c->escape.held && b != c->escape.key)
        return 0;
    /* Letting go types nothing, nor does a modifier that is held for the next key. */
    *byte = k.event == 3 ? -1 : b;
    return k.len;
}
