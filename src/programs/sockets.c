#include "programs/sockets.h"

#include <stdlib.h>

#include "base/alloc.h"

static struct socket_entry *
find(const struct sockets *s, int number)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i]->number == number)
            return s->all[i];
    return NULL;
}

int
sockets_open(struct sockets *s, const struct awl_output *out, uint16_t *port)
{
    struct socket_entry *e = xcalloc(1, sizeof(*e));
    struct awl_addr any = {.family = (uint8_t)out->family};
    int error;

    e->number = out->socket;
    error = udp_open(&e->udp, &any, out->port, out->port);
    if (error != 0) {
        free(e);
        return error;
    }
    s->all = xrealloc(s->all, s->count + 1, sizeof(struct socket_entry *));
    s->all[s->count++] = e;
    *port = e->udp.port;
    return 0;
}

void
sockets_close(struct sockets *s, int number)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->all[i]->number == number) {
            udp_close(&s->all[i]->udp);
            free(s->all[i]);
            s->all[i] = s->all[--s->count];
            return;
        }
    }
}

void
sockets_close_all(struct sockets *s)
{
    while (s->count > 0)
        sockets_close(s, s->all[0]->number);
    free(s->all);
    s->all = NULL;
}

int
sockets_send(struct sockets *s, const struct awl_output *out)
{
    struct socket_entry *e = find(s, out->socket);

    if (e == NULL)
        return 0;
    return udp_send(&e->udp, &out->to, &out->from, out->ttl, out->ecn,
                    bytes_of(out->data, out->len));
}

void
sockets_want(const struct sockets *s, struct loop *l)
{
    for (size_t i = 0; i < s->count; i++)
        loop_want(l, s->all[i]->udp.fd, LOOP_READ);
}

struct socket_entry *
sockets_ready(const struct sockets *s, const struct loop *l, size_t *at)
{
    while (*at < s->count) {
        struct socket_entry *e = s->all[(*at)++];

        if (loop_got(l, e->udp.fd) & LOOP_READ)
            return e;
    }
    return NULL;
}

bool
sockets_receive(struct socket_entry *e, struct awl_datagram *in)
{
    if (!udp_receive(&e->udp, in))
        return false;
    in->socket = e->number;
    return true;
}
