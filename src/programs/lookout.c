#include "programs/lookout.h"

#include "base/deadline.h"

/* What the engine wants done. */
static void
carry_out(struct lookout *l, uint64_t now)
{
    struct awl_output out;
    uint16_t port;
    int number;

    awl_scout_tick(l->scout, now);
    while (awl_scout_next(l->scout, &out, now)) {
        number = out.socket;
        if (out.kind == AWL_SEND)
            sockets_send(&l->sockets, &out); /* what fails is asked again */
        else if (out.kind == AWL_OPEN && sockets_open(&l->sockets, &out, &port) == 0)
            awl_scout_opened(l->scout, number, port, now);
        else if (out.kind == AWL_OPEN)
            awl_scout_open_failed(l->scout, number, now);
        else if (out.kind == AWL_CLOSE)
            sockets_close(&l->sockets, number);
        else
            legwork_do(l->legwork, &out, now);
    }
}

static void
read_news(struct lookout *l, uint64_t now)
{
    struct awl_news news;

    while (legwork_news(l->legwork, &news, now))
        awl_scout_news(l->scout, &news, now);
    carry_out(l, now);
}

void
lookout_begin(struct lookout *l, const struct awl_scout_config *scout,
              const struct legwork_config *legwork, uint64_t now)
{
    l->scout = awl_scout_new(scout, now);
    l->legwork = legwork_new(legwork, now);
    carry_out(l, now);
    read_news(l, now);
}

void
lookout_towards(struct lookout *l, const struct awl_addr *server, uint64_t now)
{
    if (l->scout == NULL)
        return;
    awl_scout_towards(l->scout, server, now);
    carry_out(l, now);
}

uint64_t
lookout_want(struct lookout *l, struct loop *loop)
{
    if (l->scout == NULL)
        return NEVER;
    sockets_want(&l->sockets, loop);
    return sooner(awl_scout_deadline(l->scout), legwork_want(l->legwork, loop));
}

void
lookout_turn(struct lookout *l, const struct loop *loop, uint64_t now)
{
    struct socket_entry *e;
    struct awl_datagram in;
    size_t at = 0;

    if (l->scout == NULL)
        return;
    while ((e = sockets_ready(&l->sockets, loop, &at)) != NULL)
        while (sockets_receive(e, &in))
            awl_scout_datagram(l->scout, &in, now);
    read_news(l, now);
}

void
lookout_end(struct lookout *l, uint64_t now)
{
    if (l->scout != NULL) {
        awl_scout_end(l->scout);
        carry_out(l, now);
    }
    awl_scout_free(l->scout);
    sockets_close_all(&l->sockets);
    legwork_free(l->legwork);
    *l = (struct lookout){0};
}
