/* A program that floods for a minute, on ways that lose nothing and that lose much: what
 * both ends hold stays the same, and is rows of 16 bytes a cell. Prints TAP. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "session.h"
#include "terminal/row.h"
#include "transport/sender.h"

#define COLS    80
#define ROWS    24
#define SECONDS 60
#define CHUNK   ((size_t)4096) /* each 20 ms */
#define STATE   ((size_t)2048) /* what a state has beside its rows */

/* Dense colour in lines: no row is like another, none is ever seen again. */
static void
fill(struct buffer *out, struct rng_seeded *chance)
{
    struct rng r = {rng_seeded_fill, chance};

    buffer_clear(out);
    while (out->len < CHUNK) {
        for (int i = 0; i < 20; i++)
            buffer_printf(out, "\033[38;5;%u;48;5;%um%cab", rng_below(&r, 256),
                          rng_below(&r, 256), (int)('a' + rng_below(&r, 26)));
        buffer_put_str(out, "\r\n");
    }
}

static void
client(struct session *s)
{
    session_client(s);
}

static void
server(struct session *s)
{
    session_server(s);
}

struct held {
    size_t idle, early, late; /* bytes; the most in each half of the flood */
};

static struct held
flood(unsigned loss)
{
    struct session *s = calloc(1, sizeof(*s));
    struct rng_seeded chance = {7};
    struct buffer out = {.max = 0};
    size_t before = mallinfo2().uordblks;
    struct held h = {0, 0, 0};

    if (s == NULL)
        abort();
    s->loss = loss;
    session_init(s, COLS, ROWS);
    session_run(s, 5000, client, server);
    h.idle = mallinfo2().uordblks - before;
    for (int tick = 0; tick < SECONDS * 50; tick++) {
        size_t *most = tick < SECONDS * 25 ? &h.early : &h.late;

        fill(&out, &chance);
        if (awl_server_wants_pty(s->server))
            awl_server_pty(s->server, out.data, out.len, s->now);
        session_run(s, 20, client, server);
        *most = MAX(*most, mallinfo2().uordblks - before);
    }
    session_free(s);
    free(s);
    buffer_free(&out);
    return h;
}

/* Rows of 16 bytes a cell, none of them shared, in as many states as each end keeps. */
static bool
bounded(const struct held *h)
{
    size_t row = sizeof(struct row) + COLS * sizeof(struct cell);

    return h->late <= h->idle + 2 * SENDER_STATES_MAX * (ROWS * row + STATE);
}

/* Losses come as they come: the most that was held at once varies with them. */
static bool
flat(const struct held *h)
{
    return h->late <= h->early + h->early / 4;
}

int
main(void)
{
    static const unsigned losses[] = {0, 10, 29};
    bool failed = false;

    printf("1..%zu\n", ARRAY_LEN(losses));
    for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
        struct held h = flood(losses[i]);
        bool fine = bounded(&h) && flat(&h);

        failed = failed || !fine;
        printf(
            "%s %zu - loss %u %%: %zu kB idle, %zu in half a minute, %zu in the next\n",
            fine ? "ok" : "not ok", i + 1, losses[i], h.idle >> 10, h.early >> 10,
            h.late >> 10);
    }
    return failed;
}
