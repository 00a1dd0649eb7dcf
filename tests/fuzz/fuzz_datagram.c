/* What a server does with datagrams: the input is cut into records (two bytes of length),
 * each once as it is, once as the plaintext of an authentic one; after each the server
 * has its say. */
#include "base/attr.h"
#include "crypto/datagram.h"
#include "state/keys.h"
#include "transport/transport.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
receive(struct transport *t, struct bytes datagram, uint64_t now)
{
    struct transport_result r;
    struct keys_event e;
    struct bytes payload;
    uint8_t out[DATAGRAM_MAX];
    size_t len;

    transport_receive(t, datagram, (int)(now & 3), now, &r);
    while (keys_take(transport_remote(t), &e))
        ;
    transport_tick(t, now);
    while (transport_next(t, &payload, now))
        transport_seal(t, payload, now, out, &len);
    if (transport_deadline(t) <= now || transport_remote_bytes(t) > (80u << 20))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rng_seeded seed = {1};
    struct transport_config c = {.server = true,
                                 .key = {{1}},
                                 .rng = {rng_seeded_fill, &seed},
                                 .local_ops = &keys_ops,
                                 .remote_ops = &keys_ops};
    struct datagrams *client = datagrams_new(&c.key, DIRECTION_TO_SERVER);
    struct reader r = reader_of(bytes_of(data, size));
    uint64_t now = 1000;
    struct transport *t;

    c.local = keys_new();
    c.remote = keys_new();
    keys_push(c.local, BYTES_LIT("something to say"));
    t = transport_new(&c, now);
    transport_changed(t, now);
    while (r.rest.len > 2) {
        size_t want = reader_u16(&r);
        struct bytes record = reader_take(&r, MIN(want, r.rest.len));
        uint8_t sealed[DATAGRAM_MAX];
        size_t len;

        receive(t, record, now++);
        record = bytes_slice(record, 0, DATAGRAM_MAX - DATAGRAM_OVERHEAD);
        datagrams_seal(client, record, sealed, &len);
        receive(t, bytes_of(sealed, len), now++);
        now += record.len;
    }
    transport_free(t);
    datagrams_free(client);
    return 0;
}
