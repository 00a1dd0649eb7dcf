/* What needs neither a name server nor a network: the rest is tested in networks. */
#include "addrs.h"

#include "platform/gateway.h"
#include "programs/legwork.h"

static void
test_stun(void **state)
{
    static const struct {
        const char *servers[3];
        enum awl_family only;
        const char *want;
    } cases[] = {
        {{"192.0.2.5:3478", "[2001:db8::5]:3479"},
         AWL_NONE,
         "192.0.2.5:3478 [2001:db8::5]:3479"},
        {{"192.0.2.5:3478", "192.0.2.5:3478"}, AWL_NONE, "192.0.2.5:3478"},
        {{"192.0.2.5:3478", "[2001:db8::5]:3479"}, AWL_IPV6, "[2001:db8::5]:3479"},
        {{"192.0.2.5:3478"}, AWL_IPV6, ""},
        {{NULL}, AWL_NONE, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *servers[3];
        struct legwork_config config = {.stun = servers, .only = cases[i].only};
        char got[256] = "", text[ADDR_TEXT_LEN];
        struct legwork *w;
        struct awl_news news;
        size_t len = 0;

        for (; config.stun_count < 3 && cases[i].servers[config.stun_count] != NULL;
             config.stun_count++)
            servers[config.stun_count] =
                (char *)(uintptr_t)cases[i].servers[config.stun_count];
        w = legwork_new(&config, 1000);
        while (legwork_news(w, &news, 1000)) {
            if (news.kind == AWL_NEWS_ROUTE)
                continue; /* this machine's own */
            assert_int_equal(news.kind, AWL_NEWS_STUN);
            for (size_t k = 0; k < news.count; k++)
                len +=
                    (size_t)snprintf(got + len, sizeof(got) - len, "%s%s", k ? " " : "",
                                     addr_port_text(&news.addr[k], text));
        }
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("case %zu: got \"%s\", want \"%s\"", i, got, cases[i].want);
        legwork_free(w);
    }
}

/* Whatever this machine has: a router and an address of ours on the way to it, or
 * neither. */
static void
test_gateway(void **state)
{
    static const enum awl_family families[] = {AWL_IPV4, AWL_IPV6};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        struct gateway g = gateway_read(families[i]);

        assert_int_equal(g.router.family, g.from.family);
        if (g.router.family == AWL_NONE)
            continue;
        assert_int_equal(g.router.family, families[i]);
        assert_false(addr_is_any(&g.router) || addr_is_any(&g.from));
        assert_int_equal(addr_is_link_local(&g.router) && families[i] == AWL_IPV6,
                         g.router.scope != 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stun),
        cmocka_unit_test(test_gateway),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
