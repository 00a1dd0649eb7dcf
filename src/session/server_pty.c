#include "session/server.h"

#include "base/alloc.h"

#include <string.h>

void
server_pty_init(struct awl_server *s, int cols, int rows)
{
    s->screen = screen_new(cols, rows);
    s->emulator = emulator_new(s->screen, EMULATOR_SERVER);
    s->input_since = s->sync_until = NEVER;
}

void
server_pty_free(struct awl_server *s)
{
    emulator_free(s->emulator);
    screen_free(s->screen);
    buffer_wipe(&s->pty_out);
}

static struct events *
events_of(struct awl_server *s)
{
    const struct display *d = transport_local(s->carrier.transport);

    return d->events;
}

void
server_pty_events(struct awl_server *s)
{
    emulator_events(s->emulator, events_of(s));
}

void
server_pty_returned(struct awl_server *s, uint64_t now)
{
    events_away(events_of(s), now);
}

/* ---- towards the program ---- */

static size_t
unread(const struct awl_server *s)
{
    return s->pty_queued + s->pty_out.len - s->pty_given;
}

void
server_pty_set_room(struct awl_server *s)
{
    size_t used = unread(s);

    keys_set_room(transport_remote(s->carrier.transport),
                  used < SERVER_PTY_MAX ? SERVER_PTY_MAX - used : 0);
}

void
awl_server_pty_queued(struct awl_server *s, size_t bytes, uint64_t now)
{
    (void)now;
    s->pty_queued = bytes;
    server_pty_set_room(s);
}

/* What was lent has been used: views hold until the next call only. */
static void
given_drop(struct awl_server *s)
{
    buffer_drop(&s->pty_out, s->pty_given);
    for (size_t i = 0; i < s->sizes; i++)
        s->size[i].at -= MIN(s->size[i].at, s->pty_given);
    s->pty_given = 0;
}

static void
size_put(struct awl_server *s, int cols, int rows)
{
    struct server_size size = {s->pty_out.len, cols, rows};

    screen_resize(s->screen, cols, rows);
    s->changed = true;
    if (s->sizes > 0 &&
        (s->size[s->sizes - 1].at == size.at || s->sizes == SERVER_SIZES_MAX))
        s->sizes--;
    s->size[s->sizes++] = size;
    emulator_resized(s->emulator, &s->pty_out);
}

static bool
all_printable(struct bytes keys)
{
    for (size_t i = 0; i < keys.len; i++) {
        if (keys.data[i] < ' ' || keys.data[i] == 0x7f)
            return false;
    }
    return true;
}

static void
note_put(struct awl_server *s, uint64_t num, bool plain, uint64_t now)
{
    if (s->notes == SERVER_NOTES_MAX)
        s->notes--; /* the newer one speaks for both, later */
    s->note[s->notes++] = (struct server_note){.num = num, .at = now};
    s->echoed = false;
    if (s->plain && s->pieces > 0)
        s->whole = s->pieces == 1 ? MIN(s->whole + 1, SERVER_WHOLE) : 0;
    s->plain = plain;
    s->pieces = 0;
}

void
server_pty_take_keys(struct awl_server *s, uint64_t now)
{
    struct keys *keys = transport_remote(s->carrier.transport);
    struct keys_event e;
    bool any = false, plain = true;

    given_drop(s);
    while (keys_take(keys, &e)) {
        any |= e.kind == KEYS_INPUT || e.kind == KEYS_RESIZE;
        switch (e.kind) {
        case KEYS_INPUT:
            plain &= all_printable(e.input);
            input_translate(&s->input, e.input, s->screen->app_cursor, &s->pty_out);
            break;
        case KEYS_RESIZE:
            plain = false;
            size_put(s, MIN(e.cols, AWL_COLS_MAX), MIN(e.rows, AWL_ROWS_MAX));
            break;
        case KEYS_TERMINAL:
            emulator_profile(s->emulator, &e.terminal, &s->pty_out);
            break;
        case KEYS_EVENT_ACK: events_drop(events_of(s), e.number); break;
        }
    }
    s->input_since = s->input.state == INPUT_ESC_O ? now : NEVER;
    if (any && !transport_peer_shut_down(s->carrier.transport))
        note_put(s, transport_remote_num(s->carrier.transport), plain, now);
    server_pty_set_room(s);
}

bool
server_pty_next(struct awl_server *s, struct awl_output *out)
{
    size_t len;

    given_drop(s);
    if (s->sizes > 0 && s->size[0].at == 0) {
        *out = (struct awl_output){
            .kind = AWL_PTY_SIZE, .cols = s->size[0].cols, .rows = s->size[0].rows};
        memmove(s->size, s->size + 1, --s->sizes * sizeof(s->size[0]));
        return true;
    }
    len = s->sizes > 0 ? s->size[0].at : s->pty_out.len;
    if (len == 0)
        return false;
    s->pty_given = len;
    for (size_t i = 0; i < s->notes; i++)
        s->note[i].given = true;
    *out =
        (struct awl_output){.kind = AWL_PTY_WRITE, .data = s->pty_out.data, .len = len};
    return true;
}

/* ---- from the program ---- */

/* Output right after keys, with silence before, is taken for their echo. */
static void
output_judge(struct awl_server *s, uint64_t now)
{
    bool asked = s->notes > 0 && s->note[s->notes - 1].given;

    s->output_at = now;
    s->pieces = MIN(s->pieces + 1, 2);
    if (asked && now >= s->unasked_at + SERVER_QUIET_MS)
        s->echoed = true;
    else if (s->notes == 0)
        s->unasked_at = now;
}

bool
awl_server_wants_pty(const struct awl_server *s)
{
    return !s->over && !s->ended && !transport_peer_shut_down(s->carrier.transport);
}

void
awl_server_pty(struct awl_server *s, const uint8_t *data, size_t len, uint64_t now)
{
    struct buffer reply = {0};
    size_t used;

    if (!awl_server_wants_pty(s) || len == 0)
        return;
    given_drop(s);
    used = unread(s);
    reply.max = used < SERVER_PTY_MAX + SERVER_REPLY_MAX
                    ? SERVER_PTY_MAX + SERVER_REPLY_MAX - used
                    : 1; /* 0 would be no limit; no answer is so short */
    events_of(s)->now = now;
    emulator_write(s->emulator, bytes_of(data, len), &reply);
    buffer_put_bytes(&s->pty_out, buffer_bytes(&reply));
    buffer_free(&reply);
    s->changed = true;
    if (!s->screen->synchronized)
        s->sync_until = NEVER;
    else if (s->sync_until == NEVER)
        s->sync_until = now + SERVER_SYNC_MS;
    output_judge(s, now);
}

void
awl_server_tty_mode(struct awl_server *s, const struct awl_tty_mode *mode, uint64_t now)
{
    struct tty_mode m = {.known = true,
                         .echo = mode->echo,
                         .canonical = mode->canonical,
                         .erase = (uint8_t)mode->erase,
                         .kill = (uint8_t)mode->kill,
                         .word_erase = (uint8_t)mode->word_erase,
                         .program = (uint8_t)tty_program_of(mode->program)};

    (void)now;
    if (tty_mode_equal(&m, &s->tty))
        return;
    s->tty = m;
    s->changed |= (carrier_features(&s->carrier) & HELLO_TTYMODE) != 0;
}

/* ---- the state ---- */

void
server_pty_publish(struct awl_server *s, uint64_t now)
{
    if (s->tty.known && (carrier_features(&s->carrier) & HELLO_TTYMODE)) {
        struct tty_mode m = s->tty;

        m.alternate = s->screen->alternate;
        display_tty(transport_local(s->carrier.transport), &m);
    }
    if (carrier_features(&s->carrier) & HELLO_TERMINAL) {
        display_extras(transport_local(s->carrier.transport),
                       emulator_extras(s->emulator));
        display_events(transport_local(s->carrier.transport));
    }
    display_show(transport_local(s->carrier.transport), s->screen);
    transport_changed(s->carrier.transport, now);
    s->changed = false;
}

/* When what came after the newest keys is all of their echo. A program that has answered
 * each character with one piece of output is believed to have done so again, and the
 * acknowledgement rides with the echo. Not after a control: the answer to Enter goes on.
 * Nor when several keys are at the program, whose first answer is to the first of them.
 */
static uint64_t
echo_whole_at(const struct awl_server *s)
{
    if (!s->echoed)
        return NEVER;
    if (s->plain && s->whole == SERVER_WHOLE && s->notes == 1 && s->pieces == 1)
        return s->output_at;
    return s->output_at + SERVER_ECHO_DONE_MS;
}

static uint64_t
note_due(const struct awl_server *s)
{
    if (s->notes == 0)
        return NEVER;
    return sooner(s->note[0].at + SERVER_ECHO_MS, echo_whole_at(s));
}

static void
echo_tick(struct awl_server *s, uint64_t now)
{
    bool whole = now >= echo_whole_at(s);
    uint64_t num = 0;
    size_t n = 0;

    while (n < s->notes && (whole || now >= s->note[n].at + SERVER_ECHO_MS))
        num = s->note[n++].num;
    if (n == 0)
        return;
    s->notes -= n;
    memmove(s->note, s->note + n, s->notes * sizeof(s->note[0]));
    s->echoed = false;
    display_echo(transport_local(s->carrier.transport), num);
    transport_changed(s->carrier.transport, now);
}

void
server_pty_tick(struct awl_server *s, uint64_t now)
{
    if (s->input_since != NEVER && now >= s->input_since + SERVER_ESC_MS) {
        given_drop(s);
        input_flush(&s->input, &s->pty_out);
        s->input_since = NEVER;
    }
    if (transport_shutting_down(s->carrier.transport))
        return; /* the object is final */
    if (s->changed && (s->sync_until == NEVER || now >= s->sync_until))
        server_pty_publish(s, now);
    echo_tick(s, now);
}

uint64_t
server_pty_deadline(const struct awl_server *s)
{
    uint64_t d = s->input_since != NEVER ? s->input_since + SERVER_ESC_MS : NEVER;

    if (transport_shutting_down(s->carrier.transport))
        return d;
    if (s->changed)
        d = sooner(d, s->sync_until != NEVER ? s->sync_until : 0);
    return sooner(d, note_due(s));
}
