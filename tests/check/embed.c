/* An app that has nothing but the public header and the library: a client and a server in
 * one process, datagrams handed across by hand, and the screen read as text. */
#include <awl/awl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
chance(void *arg, uint8_t *out, size_t len)
{
    (void)arg;
    while (len--)
        *out++ = (uint8_t)rand();
}

/* Carries out what the client asks for, as far as this network goes. */
static void
client_turn(struct awl_client *c, struct awl_server *s, uint64_t now)
{
    struct awl_output o;

    awl_client_tick(c, now);
    while (awl_client_next(c, &o, now)) {
        struct awl_datagram d = {.ttl = 64, .data = o.data, .len = o.len, .to = o.to};

        if (o.kind == AWL_OPEN)
            awl_client_opened(c, o.socket, 40001, now);
        d.from =
            (struct awl_addr){.family = AWL_IPV4, .ip = {192, 0, 2, 1}, .port = 40001};
        if (o.kind == AWL_SEND)
            awl_server_datagram(s, &d, now);
    }
}

static void
server_turn(struct awl_client *c, struct awl_server *s, struct awl_addr at, uint64_t now)
{
    struct awl_output o;

    awl_server_tick(s, now);
    while (awl_server_next(s, &o, now)) {
        struct awl_datagram d = {
            .socket = 1, .ttl = 64, .from = at, .data = o.data, .len = o.len};

        if (o.kind == AWL_START)
            awl_server_pty(s, (const uint8_t *)"hello, world\r\n", 14, now);
        if (o.kind == AWL_SEND)
            awl_client_datagram(c, &d, now);
    }
}

int
main(void)
{
    struct awl_addr at = {.family = AWL_IPV4, .ip = {192, 0, 2, 2}, .port = 60001};
    struct awl_client_config cc = {
        .servers = &at, .server_count = 1, .server_port = 60001};
    struct awl_server_config sc = {.port = 60001};
    struct awl_client *c;
    struct awl_server *s;
    const uint8_t *text;
    uint64_t now = 1000;
    size_t len = 0;

    if (!awl_key_parse("T5lII9hF6QjWQNV+XgDiKQ", AWL_KEY_TEXT_LEN, &cc.key))
        return 1;
    sc.key = cc.key;
    cc.random.fill = sc.random.fill = chance;
    c = awl_client_new(&cc, now);
    s = awl_server_new(&sc, now);
    for (; now < 6000 && len == 0; now++) {
        client_turn(c, s, now);
        server_turn(c, s, at, now);
        awl_client_text(c, &text, &len);
    }
    puts("1..1");
    if (len == 13 && memcmp(text, "hello, world\n", 13) == 0)
        puts("ok 1 - a session through the public interface alone");
    else
        printf("not ok 1 - after 5 s the screen reads \"%.*s\"\n", (int)len,
               (const char *)text);
    awl_client_free(c);
    awl_server_free(s);
    return 0;
}
