#include "cost.h"

#include <stdio.h>
#include <stdlib.h>

#include "awl.pb-c.h"
#include "state/display.h"
#include "terminal/emulate.h"
#include "transport/compress.h"

unsigned long
cost_host_bytes(struct bytes message)
{
    Awl__HostMessage *m = awl__host_message__unpack(NULL, message.len, message.data);
    unsigned long n = 0;

    if (!m)
        abort();
    for (size_t i = 0; i < m->n_instruction; i++) {
        if (m->instruction[i]->hostbytes)
            n += m->instruction[i]->hostbytes->hoststring.len;
    }
    awl__host_message__free_unpacked(m, NULL);
    return n;
}

struct cost
cost_ours(const char *name, const struct workload *w, bool own)
{
    struct screen *s = screen_new(WORKLOAD_COLS, WORKLOAD_ROWS);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    struct display *local = display_new(WORKLOAD_COLS, WORKLOAD_ROWS);
    struct display *sent = display_ops.copy(local, NULL);
    struct display *held = display_ops.copy(local, NULL);
    struct compress *pack = compress_new();
    struct cost cost = {0};

    display_own_peer(local, own);
    for (size_t i = 0; i < w->count; i++) {
        struct buffer diff = {.max = 0}, packed = {.max = 0};

        emulator_write(e, buffer_bytes(&w->frame[i]), NULL);
        display_show(local, s);
        display_ops.diff(sent, local, &diff);
        if (diff.len) {
            compress_pack(pack, buffer_bytes(&diff), &packed);
            cost.bytes += cost_host_bytes(buffer_bytes(&diff));
            cost.packed += packed.len;
            display_ops.apply(held, buffer_bytes(&diff), false);
        }
        held->screen->bells = s->bells;
        if (!screen_equal_but_copies(held->screen, s)) {
            fprintf(stderr, "%s, frame %zu: the picture is wrong\n", name, i);
            exit(1);
        }
        display_free(sent);
        sent = display_ops.copy(local, NULL);
        buffer_free(&diff);
        buffer_free(&packed);
    }
    compress_free(pack);
    display_free(local);
    display_free(sent);
    display_free(held);
    emulator_free(e);
    screen_free(s);
    return cost;
}
