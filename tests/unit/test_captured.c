/* What real peers sent, and hand-made datagrams of which it is known what mosh 1.4.0 did
 * with them. */
#include "unit.h"

#include "awl.pb-c.h"
#include "base/rng.h"
#include "blob.h"
#include "jsonl.h"
#include "state/keys.h"
#include "transport/transport.h"

/* The client's remote state in these cases: the text drawn, with echo ack and size
 * checked as a client must. */
static int
host_apply(void *state, struct bytes diff, bool last)
{
    Awl__HostMessage *m = awl__host_message__unpack(NULL, diff.len, diff.data);

    (void)state;
    (void)last;
    if (!m)
        return ERR_FORMAT;
    awl__host_message__free_unpacked(m, NULL);
    return 0;
}

static void
feed(struct transport *t, const char *list, const char *end)
{
    struct buffer datagram = {0};
    struct transport_result r;

    for (const char *p = list; (p = strchr(p, '"')) != NULL && p < end; p++) {
        p = json_hex(p + 1, &datagram);
        transport_receive(t, buffer_bytes(&datagram), 0, 2000, &r);
    }
    buffer_free(&datagram);
}

static void
test_receiver_cases(void **state)
{
    /* These depend on what a HostMessage means, which is not the transport's. */
    static const char *const meaning[] = {"echoack-goes-back", "device-attributes-query",
                                          "cursor-report-query", "host-resize-zero"};
    struct sync_ops host_ops = blob_ops;
    struct buffer line = {0};
    struct awl_key key;
    FILE *f = fopen(VECTORS "/receiver-cases.jsonl", "r");
    struct bytes text;
    int cases = 0;

    (void)state;
    host_ops.apply = host_apply;
    assert_non_null(f);
    json_line(f, &line);
    text = json_text((const char *)line.data, "key");
    assert_true(awl_key_parse((const char *)text.data, text.len, &key));
    while (json_line(f, &line)) {
        const char *l = (const char *)line.data;
        struct bytes name = json_text(l, "name");
        bool server = bytes_equal(json_text(l, "to"), BYTES_LIT("server")), skip = false;
        bool held = bytes_equal(json_text(l, "result"), BYTES_LIT("held"));
        const char *setup = json_value(l, "setup"), *list = json_value(l, "datagrams");
        uint64_t want = json_u64(l, "newest"), got;
        struct rng_seeded seed = {1};
        struct transport_config c = {.server = server,
                                     .key = key,
                                     .rng = {rng_seeded_fill, &seed},
                                     .local_ops = server ? &blob_ops : &keys_ops,
                                     .remote_ops = server ? &keys_ops : &host_ops};
        struct transport *t;

        for (size_t i = 0; i < ARRAY_LEN(meaning); i++)
            skip |= bytes_equal(name, bytes_str(meaning[i]));
        if (skip)
            continue;
        c.local = server ? (void *)blob_new("") : keys_new();
        c.remote = server ? (void *)keys_new() : blob_new("");
        t = transport_new(&c, 1000);
        feed(t, setup, strchr(setup, ']'));
        if (!held)
            want = transport_remote_num(t);
        feed(t, list, strchr(list, ']'));
        /* Where mosh dies, the datagram is dropped; where its one slot loses both of two
         * messages, ours do not. */
        got = transport_remote_num(t);
        if (bytes_equal(name, BYTES_LIT("interleaved-fragments")))
            want = 3;
        if (got != want)
            fail_msg("%.*s: newest is %llu, want %llu", (int)name.len,
                     (const char *)name.data, (unsigned long long)got,
                     (unsigned long long)want);
        transport_free(t);
        cases++;
    }
    assert_int_equal(cases, 30);
    buffer_free(&line);
    fclose(f);
}

static void
take_events(struct transport *t, struct buffer *out)
{
    struct keys_event e;

    while (keys_take(transport_remote(t), &e)) {
        if (e.kind == KEYS_INPUT)
            buffer_put_bytes(out, e.input);
        else
            buffer_printf(out, "<%dx%d>", e.cols, e.rows);
    }
}

/* What the user of a captured mosh-client did, as the head of the file tells it. */
static void
events_text(const char *head, struct buffer *out)
{
    const char *p = json_value(head, "events");
    struct buffer hex = {0};
    int cols, rows;

    buffer_printf(out, "<80x24>");
    for (; *p; p++) {
        if (sscanf(p, "\"resize\", [%d, %d", &cols, &rows) == 2) {
            buffer_printf(out, "<%dx%d>", cols, rows);
        } else if (strncmp(p, "\"key\", \"", 8) == 0) {
            json_hex(p + 8, &hex);
            buffer_put_bytes(out, buffer_bytes(&hex));
        }
    }
    buffer_free(&hex);
}

/* The datagrams of real clients, with their repeats and under loss, bring each event
 * once. */
static void
test_captured_clients(void **state)
{
    static const char *const files[] = {"replay-direct-v4.jsonl", "replay-delay-v4.jsonl",
                                        "replay-lossy-v4.jsonl"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buffer line = {0}, want = {0}, datagram = {0}, typed = {0};
        struct rng_seeded seed = {1};
        struct bytes text;
        struct transport *t;
        char path[512];
        FILE *f;

        snprintf(path, sizeof path, "%s/%s", VECTORS, files[i]);
        f = fopen(path, "r");
        assert_non_null(f);
        json_line(f, &line);
        {
            struct transport_config c = {.server = true, .rng = {rng_seeded_fill, &seed}};

            text = json_text((const char *)line.data, "key");
            assert_true(awl_key_parse((const char *)text.data, text.len, &c.key));
            c.local_ops = &blob_ops;
            c.local = blob_new("");
            c.remote_ops = &keys_ops;
            c.remote = keys_new();
            t = transport_new(&c, 1000);
        }
        events_text((const char *)line.data, &want);
        while (json_line(f, &line)) {
            struct transport_result r;

            text = json_text((const char *)line.data, "direction");
            if (!bytes_equal(text, BYTES_LIT("to_server")))
                continue;
            json_hex_value((const char *)line.data, "datagram", &datagram);
            transport_receive(t, buffer_bytes(&datagram), 0, 2000, &r);
            assert_int_equal(r.error, 0);
            take_events(t, &typed);
        }
        if (!bytes_equal(buffer_bytes(&typed), buffer_bytes(&want)))
            fail_msg("%s: got \"%s\", want \"%s\"", files[i], buffer_str(&typed),
                     buffer_str(&want));
        assert_true(transport_peer_shut_down(t));
        buffer_free(&line);
        buffer_free(&want);
        buffer_free(&datagram);
        buffer_free(&typed);
        transport_free(t);
        fclose(f);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receiver_cases),
        cmocka_unit_test(test_captured_clients),
    };

    return cmocka_run_group_tests_name("captured", tests, NULL, NULL);
}
