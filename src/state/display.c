#include "state/display.h"

#include "awl.pb-c.h"
#include "awl/awl.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/err.h"
#include "state/terminal_message.h"
#include "terminal/draw.h"
#include "terminal/emulate.h"

#include <stdlib.h>

#define DISPLAY_UNPACK_MAX (12u << 20) /* memory for one message of at most 4 MiB */
#define DISPLAY_SIZE_MAX   65535       /* columns or rows in a message */
#define DISPLAY_SMALL      16384       /* cells that fit into one message in any case */
#define DISPLAY_STEP       (2u << 20)  /* bytes of rows in one step to a larger picture */

struct display *
display_new(int cols, int rows)
{
    struct display *d = xcalloc(1, sizeof *d);

    d->screen = screen_new(cols, rows);
    d->initial = true;
    d->events = events_new();
    return d;
}

void
display_free(struct display *d)
{
    if (!d)
        return;
    screen_free(d->screen);
    extras_clear(&d->extras);
    events_free(d->events);
    free(d);
}

void
display_show(struct display *d, const struct screen *s)
{
    struct screen *copy = screen_copy(s);

    screen_free(d->screen);
    d->screen = copy;
    d->initial = false;
}

void
display_echo(struct display *d, uint64_t echo_ack)
{
    d->echo_ack = MAX(d->echo_ack, echo_ack);
}

void
display_own_peer(struct display *d, bool own)
{
    d->own = own;
}

void
display_tty(struct display *d, const struct tty_mode *mode)
{
    d->tty = *mode;
}

void
display_extras(struct display *d, const struct extras *x)
{
    extras_share(&d->extras, x);
}

void
display_events(struct display *d)
{
    d->event_end = d->events->last;
}

bool
display_take_event(struct display *d, struct buffer *draw, struct event *out)
{
    const struct event *v = events_next(d->events, 0, d->event_end);

    if (!v)
        return false;
    event_draw(draw, v);
    *out = (struct event){.number = v->number, .at = v->at, .kind = v->kind};
    events_drop(d->events, v->number);
    return true;
}

void
display_exit(struct display *d, uint32_t status, uint32_t signal)
{
    d->exited = true;
    d->exit_status = status;
    d->exit_signal = signal;
}

/* ---- the six functions ---- */

/* A picture too large for one message is reached from the top down, a few rows at a time;
 * what has been echoed is said to be when all of it is there. */
static void
display_step(struct display *d, const struct display *from)
{
    const struct screen *a = from->screen, *b = d->screen;
    size_t left = DISPLAY_STEP;

    if (a->cols != b->cols || a->rows != b->rows)
        a = NULL;
    for (int y = 0; y < b->rows; y++) {
        size_t price = draw_row_price(a ? screen_row(a, y) : NULL, screen_row(b, y));

        /* One row fits, whatever it costs. */
        if (price > left && left < DISPLAY_STEP) {
            screen_take_rows(d->screen, a, y);
            d->echo_ack = from->echo_ack;
            return;
        }
        left -= MIN(price, left);
    }
}

static void *
display_copy(const void *state, const void *from)
{
    const struct display *d = state;
    struct display *copy = xmalloc(sizeof *copy);

    *copy = *d;
    copy->screen = screen_copy(d->screen);
    copy->extras = (struct extras){0};
    extras_share(&copy->extras, &d->extras);
    events_ref(d->events);
    if (from && d->screen->cols * d->screen->rows > DISPLAY_SMALL)
        display_step(copy, from);
    return copy;
}

static void
display_free_state(void *state)
{
    display_free(state);
}

static const struct caps *
display_caps(const struct display *d)
{
    return d->own ? &caps_own : &caps_stock;
}

/* To stock there is no such thing as an exit. The state it is compared with may be from
 * before the peer was known, state 0 for one. */
static bool
display_exit_equal(const struct display *a, const struct display *b)
{
    bool ended = a->own && a->exited, other = b->own && b->exited;

    return ended == other && (!ended || (a->exit_status == b->exit_status &&
                                         a->exit_signal == b->exit_signal));
}

/* Nothing that waits lies between the two. */
static bool
display_events_equal(const struct display *a, const struct display *b)
{
    return !events_next(b->events, MIN(a->event_end, b->event_end),
                        MAX(a->event_end, b->event_end));
}

/* Equal is what leads to an empty diff, or the sender would try to send it for ever. */
static bool
display_equal(const void *va, const void *vb)
{
    const struct display *a = va, *b = vb;

    if (a->echo_ack != b->echo_ack || !display_exit_equal(a, b) ||
        !tty_mode_equal(&a->tty, &b->tty) || !extras_equal(&a->extras, &b->extras) ||
        !display_events_equal(a, b))
        return false;
    if (draw_can_copy(a->screen, display_caps(a)) &&
        draw_can_copy(b->screen, display_caps(b)))
        return screen_equal(a->screen, b->screen);
    return screen_equal_but_copies(a->screen, b->screen);
}

static void
display_subtract(void *state, const void *held)
{
    (void)state;
    (void)held;
}

static void
display_pack(const Awl__HostInstruction *i, struct buffer *out)
{
    Awl__HostInstruction *list[1] = {(Awl__HostInstruction *)i};
    Awl__HostMessage m = AWL__HOST_MESSAGE__INIT;
    size_t len;

    m.n_instruction = 1;
    m.instruction = list;
    len = awl__host_message__get_packed_size(&m);
    if (buffer_reserve(out, len)) {
        awl__host_message__pack(&m, out->data + out->len);
        out->len += len;
    }
}

static void
display_pack_bytes(const struct buffer *bytes, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__HostBytes b = AWL__HOST_BYTES__INIT;

    if (!bytes->len)
        return;
    b.has_hoststring = true;
    b.hoststring = (ProtobufCBinaryData){bytes->len, bytes->data};
    i.hostbytes = &b;
    display_pack(&i, out);
}

static void
display_pack_echo(uint64_t echo_ack, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__EchoAck e = AWL__ECHO_ACK__INIT;

    e.has_echo_ack_num = true;
    e.echo_ack_num = echo_ack;
    i.echoack = &e;
    display_pack(&i, out);
}

static void
display_pack_size(const struct screen *s, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__Resize r = AWL__RESIZE__INIT;

    r.has_width = r.has_height = true;
    r.width = s->cols;
    r.height = s->rows;
    i.resize = &r;
    display_pack(&i, out);
}

static void
display_pack_exit(const struct display *d, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__Exit e = AWL__EXIT__INIT;

    e.has_status = true;
    e.status = d->exit_status;
    e.has_signal = d->exit_signal != 0;
    e.signal = d->exit_signal;
    i.exit = &e;
    display_pack(&i, out);
}

static void
display_pack_tty(const struct tty_mode *tty, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__TtyMode t = AWL__TTY_MODE__INIT;

    t.has_echo = t.has_canonical = t.has_alternate = true;
    t.echo = tty->echo;
    t.canonical = tty->canonical;
    t.alternate = tty->alternate;
    t.has_erase = tty->erase != 0;
    t.erase = tty->erase;
    t.has_kill = tty->kill != 0;
    t.kill = tty->kill;
    t.has_word_erase = tty->word_erase != 0;
    t.word_erase = tty->word_erase;
    t.has_program = tty->program != 0;
    t.program = tty->program;
    i.ttymode = &t;
    display_pack(&i, out);
}

static void
display_pack_extras(const struct extras *x, struct buffer *out)
{
    Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
    Awl__TerminalState t;

    terminal_state_fill(x, &t);
    i.terminal = &t;
    display_pack(&i, out);
}

static void
display_pack_events(const struct display *from, const struct display *to,
                    struct buffer *out)
{
    const struct event *v;
    uint64_t at = from->event_end;

    while ((v = events_next(to->events, at, to->event_end)) != NULL) {
        Awl__HostInstruction i = AWL__HOST_INSTRUCTION__INIT;
        Awl__Event m;

        event_message_fill(v, &m);
        i.event = &m;
        display_pack(&i, out);
        at = v->number;
    }
}

static uint8_t
display_character(uint32_t c)
{
    return c <= 255 ? (uint8_t)c : 0;
}

static void
display_apply_tty(struct display *d, const Awl__TtyMode *t)
{
    d->tty = (struct tty_mode){
        .known = true,
        .echo = t->echo,
        .canonical = t->canonical,
        .alternate = t->alternate,
        .erase = display_character(t->erase),
        .kill = display_character(t->kill),
        .word_erase = display_character(t->word_erase),
        .program = t->program < TTY_PROGRAMS ? (uint8_t)t->program : TTY_PROGRAM_OTHER,
    };
}

/* Instructions one by one: repeated fields may be written apart (protobuf encoding), so
 * the whole is simply their sequence. */
static void
display_diff(const void *vfrom, const void *vto, struct buffer *out)
{
    const struct display *from = vfrom, *to = vto;
    const struct screen *a = from->screen, *b = to->screen;
    struct buffer bytes = {.max = 0};

    if (display_equal(from, to))
        return;
    if (from->echo_ack != to->echo_ack)
        display_pack_echo(to->echo_ack, out);
    if (!tty_mode_equal(&from->tty, &to->tty))
        display_pack_tty(&to->tty, out);
    /* State 0 has the size each side gave it, and they may differ. */
    if (from->initial || a->cols != b->cols || a->rows != b->rows)
        display_pack_size(b, out);
    draw_diff(&bytes, a, b, display_caps(to));
    display_pack_bytes(&bytes, out);
    buffer_free(&bytes);
    if (!extras_equal(&from->extras, &to->extras))
        display_pack_extras(&to->extras, out);
    display_pack_events(from, to, out);
    if (!display_exit_equal(from, to))
        display_pack_exit(to, out);
}

static int
display_apply_one(struct display *d, const Awl__HostInstruction *i)
{
    if (i->hostbytes) {
        emulator_replay(d->screen, bytes_of(i->hostbytes->hoststring.data,
                                            i->hostbytes->hoststring.len));
    } else if (i->resize) {
        int cols = i->resize->width, rows = i->resize->height;

        if (cols < 1 || cols > DISPLAY_SIZE_MAX || rows < 1 || rows > DISPLAY_SIZE_MAX)
            return ERR_RANGE;
        screen_resize_plain(d->screen, MIN(cols, AWL_COLS_MAX), MIN(rows, AWL_ROWS_MAX));
    } else if (i->echoack) {
        if (i->echoack->echo_ack_num < d->echo_ack)
            return ERR_RANGE;
        d->echo_ack = i->echoack->echo_ack_num;
    } else if (i->ttymode) {
        display_apply_tty(d, i->ttymode);
    } else if (i->terminal) {
        terminal_state_read(i->terminal, &d->extras);
    } else if (i->event) {
        event_message_read(i->event, d->events);
        d->event_end = MAX(d->event_end, i->event->number);
    } else if (i->exit) {
        display_exit(d, MIN(i->exit->status, 255), MIN(i->exit->signal, 255));
    }
    return 0; /* others: a newer peer's, skipped */
}

static int
display_apply(void *state, struct bytes diff, bool last)
{
    struct display *d = state;
    struct arena arena = {.max = DISPLAY_UNPACK_MAX};
    ProtobufCAllocator allocator = {arena_alloc, arena_release, &arena};
    Awl__HostMessage *m;
    int r = 0;

    (void)last;
    d->initial = false;
    if (!diff.len)
        return 0;
    m = awl__host_message__unpack(&allocator, diff.len, diff.data);
    if (!m)
        r = ERR_FORMAT;
    for (size_t i = 0; r == 0 && i < m->n_instruction; i++)
        r = display_apply_one(d, m->instruction[i]);
    arena_free(&arena);
    return r;
}

/* Rows shared with other states count in part. */
static size_t
display_size(const void *state)
{
    const struct display *d = state;
    const struct screen *s = d->screen;
    size_t size = sizeof *d + sizeof *s + d->events->bytes / d->events->refs +
                  text_bytes(s->clipboard.data).len + (size_t)s->rows * sizeof s->grid[0];

    for (int y = 0; y < s->rows; y++) {
        const struct row *r = screen_row(s, y);

        size += (sizeof *r + r->cols * sizeof r->cells[0] +
                 r->marks_cap * sizeof r->marks[0]) /
                r->refs;
    }
    return size;
}

const struct sync_ops display_ops = {
    .copy = display_copy,
    .free = display_free_state,
    .equal = display_equal,
    .subtract = display_subtract,
    .diff = display_diff,
    .apply = display_apply,
    .size = display_size,
};
