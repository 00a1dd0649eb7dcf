/* Hello and Path from a peer that has the key; what is accepted is written and read again
 * alike, and both roles of punching live with it. */
#include "session/hello.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
punch_with(enum gather_role role, const struct punch_message *m)
{
    struct awl_addr own = {.family = AWL_IPV4, .ip = {198, 51, 100, 10}};
    struct punch_config config = {
        .role = role, .port = 60001, .own = &own, .own_count = 1, .pipe = true};
    struct punch *p = punch_new(&config, 0);
    struct punch_output o;

    punch_peer(p, true, true, 0);
    for (uint64_t now = 0; now < 10000; now += 500) {
        punch_message_input(p, m, now);
        punch_tick(p, now);
        while (punch_next(p, &o, now)) {
            if (o.kind == PUNCH_OPEN)
                punch_opened(p, o.socket, 40001, now);
            if (o.kind == PUNCH_PROBE || o.kind == PUNCH_OPENER)
                assert(candidate_usable(&o.to));
        }
        assert(punch_deadline(p) > now);
    }
    punch_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct punch_message m, again;
    struct hello h;
    struct buffer out = {0};

    if (path_message_unpack(bytes_of(data, size), &m) == 0) {
        path_message_pack(&m, &out);
        assert(out.len <= PATH_MESSAGE_MAX);
        assert(path_message_unpack(buffer_bytes(&out), &again) == 0);
        assert(candidate_set_equal(&m.cands, &again.cands));
        assert(m.gen == again.gen && m.gen_echo == again.gen_echo);
        assert(m.has_challenge == again.has_challenge);
        punch_with(GATHER_SERVER, &m);
        punch_with(GATHER_CLIENT, &m);
    }
    if (hello_unpack(bytes_of(data, size), &h) == 0) {
        buffer_clear(&out);
        hello_pack(&h, &out);
        assert(out.len <= HELLO_MAX);
        assert(strlen(h.agent) <= HELLO_AGENT_MAX);
    }
    buffer_free(&out);
    return 0;
}
