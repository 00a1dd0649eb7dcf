/* Captured sessions of mosh 1.4.0: every datagram is opened, joined, inflated, parsed and
 * made again, and each layer must come out as the same bytes. */
#include "unit.h"

#include "awl.pb-c.h"
#include "crypto/datagram.h"
#include "crypto/ocb.h"
#include "jsonl.h"
#include "state/keys.h"
#include "transport/compress.h"
#include "transport/fragment.h"
#include "transport/instruction.h"

struct wire {
    const char *file;
    int line;
    struct awl_key key;
    struct ocb *ocb;
    struct datagrams *side[2]; /* reads what goes to the server, to the client */
    struct joiner *joiner[2];
    struct compress *compress;
    struct arena arena;
    int datagrams, messages;
};

#define CHECK(w, what, got, want)                                                        \
    do {                                                                                 \
        if (!bytes_equal(got, want))                                                     \
            fail_msg("%s:%d: %s differs: %zu bytes, want %zu", (w)->file, (w)->line,     \
                     what, (got).len, (want).len);                                       \
    } while (0)

static void
check_user_diff(struct wire *w, struct bytes diff)
{
    struct keys *k = keys_new();
    void *empty = keys_ops.copy(k, NULL);
    struct buffer again = {0};

    if (diff.len && keys_ops.apply(k, diff, false))
        fail_msg("%s:%d: the user's message is refused", w->file, w->line);
    keys_ops.diff(empty, k, &again);
    CHECK(w, "UserMessage", buffer_bytes(&again), diff);
    keys_ops.free(empty);
    keys_free(k);
    buffer_free(&again);
}

static void
check_host_diff(struct wire *w, struct bytes diff)
{
    Awl__HostMessage *m = awl__host_message__unpack(NULL, diff.len, diff.data);
    struct buffer again = {0};

    if (!m)
        fail_msg("%s:%d: the host's message is refused", w->file, w->line);
    buffer_reserve(&again, awl__host_message__get_packed_size(m) + 1);
    again.len = awl__host_message__pack(m, again.data);
    CHECK(w, "HostMessage", buffer_bytes(&again), diff);
    awl__host_message__free_unpacked(m, NULL);
    buffer_free(&again);
}

static void
check_message(struct wire *w, struct bytes whole, struct bytes raw, bool up)
{
    struct buffer again = {0}, packed = {0};
    struct instruction in;
    struct bytes plain;

    if (compress_unpack(w->compress, whole, &plain))
        fail_msg("%s:%d: does not inflate", w->file, w->line);
    CHECK(w, "Instruction", plain, raw);
    arena_clear(&w->arena);
    assert_int_equal(instruction_parse(&w->arena, plain, &in), 0);
    assert_int_equal(in.version, INSTRUCTION_VERSION);
    assert_null(in.path.data);
    assert_null(in.hello.data);
    instruction_pack(&in, &again);
    CHECK(w, "packed Instruction", buffer_bytes(&again), raw);
    if (up)
        check_user_diff(w, in.diff);
    else
        check_host_diff(w, in.diff);
    compress_pack(w->compress, raw, &packed);
    assert_int_equal(compress_unpack(w->compress, buffer_bytes(&packed), &plain), 0);
    CHECK(w, "Instruction after our zlib", plain, raw);
    buffer_free(&again);
    buffer_free(&packed);
}

static void
check_datagram(struct wire *w, const char *line)
{
    struct buffer datagram = {0}, raw = {0};
    uint8_t opened[DATAGRAM_MAX], sealed[DATAGRAM_MAX], nonce[OCB_NONCE_LEN] = {0};
    bool up = bytes_equal(json_text(line, "direction"), BYTES_LIT("to_server"));
    struct bytes plain, whole;
    uint64_t seq;

    assert_true(json_hex_value(line, "datagram", &datagram));
    if (datagrams_open(w->side[up], buffer_bytes(&datagram), opened, &plain, &seq))
        fail_msg("%s:%d: does not open", w->file, w->line);
    assert_int_equal(seq, json_u64(line, "seq"));
    assert_int_equal(be16_get(plain.data), json_u64(line, "timestamp"));
    assert_int_equal(be16_get(plain.data + 2), json_u64(line, "timestamp_reply"));

    memcpy(nonce + 4, datagram.data, 8);
    ocb_seal(w->ocb, nonce, BYTES_NONE, plain, sealed);
    CHECK(w, "sealed", bytes_of(sealed, plain.len + OCB_TAG_LEN),
          bytes_of(datagram.data + 8, datagram.len - 8));
    w->datagrams++;

    if (joiner_add(w->joiner[up], bytes_slice(plain, 4, plain.len), &whole) ==
        JOINER_DONE) {
        if (json_hex_value(line, "instruction_raw", &raw)) {
            check_message(w, whole, buffer_bytes(&raw), up);
            w->messages++;
        }
    } else if (json_value(line, "instruction_raw")) {
        fail_msg("%s:%d: does not complete", w->file, w->line);
    }
    buffer_free(&datagram);
    buffer_free(&raw);
}

static void
check_file(const char *name, int *datagrams)
{
    struct wire w = {.file = name, .arena = {.max = INSTRUCTION_MEMORY_MAX}};
    struct buffer line = {0};
    struct bytes key;
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", VECTORS, name);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_true(json_line(f, &line));
    key = json_text((const char *)line.data, "key");
    assert_true(awl_key_parse((const char *)key.data, key.len, &w.key));
    w.ocb = ocb_new(w.key.bytes);
    w.side[true] = datagrams_new(&w.key, DIRECTION_TO_CLIENT);
    w.side[false] = datagrams_new(&w.key, DIRECTION_TO_SERVER);
    w.compress = compress_new();
    for (int i = 0; i < 2; i++)
        w.joiner[i] = joiner_new();
    for (w.line = 2; json_line(f, &line); w.line++)
        check_datagram(&w, (const char *)line.data);
    if (w.messages == 0)
        fail_msg("%s: nothing in it", name);
    *datagrams += w.datagrams;
    for (int i = 0; i < 2; i++) {
        datagrams_free(w.side[i]);
        joiner_free(w.joiner[i]);
    }
    compress_free(w.compress);
    ocb_free(w.ocb);
    arena_free(&w.arena);
    buffer_free(&line);
    fclose(f);
}

static void
test_captured_sessions(void **state)
{
    static const char *const files[] = {
        "connect-unanswered-v4.jsonl",
        "replay-delay-v4.jsonl",
        "replay-direct-v4.jsonl",
        "replay-lossy-v4.jsonl",
        "session-basic-v4.jsonl",
        "session-delay300-v4.jsonl",
        "session-detach-v4.jsonl",
        "session-ecn-v4.jsonl",
        "session-large-v6.jsonl",
        "session-lossy-v4.jsonl",
        "session-porthop-v4.jsonl",
        "shutdown-client-unanswered-v4.jsonl",
        "shutdown-server-unanswered-v4.jsonl",
    };
    int datagrams = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        check_file(files[i], &datagrams);
    assert_true(datagrams > 1300);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captured_sessions),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
