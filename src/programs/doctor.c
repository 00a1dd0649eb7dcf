#include "programs/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/deadline.h"
#include "base/log.h"
#include "session/diagnose.h"

#define PORT_LOW  60001u /* what to ask an admin for if -p says nothing */
#define PORT_HIGH 60010u
#define TEXT_MAX  1024u

const char *const doctor_command[] = {"sleep", "60", NULL};

/* ---- watching ---- */

void
doctor_look(struct doctor *d, struct awl_client *c, uint64_t now)
{
    if (d->taken)
        return;
    d->taken = true;
    awl_client_facts(c, &d->facts);
    snprintf(d->path, sizeof(d->path), "%s", awl_client_path_line(c, now));
}

/* When there is nothing more to learn; looked at again whenever something happens. */
static uint64_t
enough_at(const struct doctor *d, const struct awl_client_facts *f)
{
    uint64_t most = d->started + DOCTOR_MAX_MS, silent = d->started + DOCTOR_SILENT_MS;

    if (f->direct && f->direct_at != AWL_NEVER)
        return MIN(f->direct_at + DOCTOR_REST_MS, most);
    /* It worked, and is in doubt: any change of an address does that for a round trip. */
    if (f->direct_at != AWL_NEVER)
        return MIN(f->direct_at + DOCTOR_SILENT_MS, most);
    /* A mosh-server makes no attempts: what doesn't come by itself won't come. */
    if (!d->piped || f->first_state_at == AWL_NEVER || d->stock)
        return silent;
    return f->attempts > 0 && !f->trying && f->peer_known ? 0 : most;
}

static uint64_t
doctor_want(void *arg, struct loop *l)
{
    struct doctor *d = arg;
    uint64_t at = d->ssh.want != NULL ? d->ssh.want(d->ssh.arg, l) : NEVER;

    return sooner(at, d->quit_at);
}

static void
doctor_turn(void *arg, struct driver *driver, struct loop *l, uint64_t now)
{
    struct doctor *d = arg;
    struct awl_client *c = driver_client(driver);
    struct awl_client_facts f;

    if (d->ssh.turn != NULL)
        d->ssh.turn(d->ssh.arg, driver, l, now);
    if (!d->taken) {
        awl_client_facts(c, &f);
        d->piped = d->piped || f.pipe;
        d->quit_at = enough_at(d, &f);
    }
    if (now < d->quit_at)
        return;
    doctor_look(d, c, now);
    awl_client_quit(c, "everything was tried", now);
    d->quit_at = now + DOCTOR_END_MS;
}

static void
doctor_dial(void *arg, struct driver *driver, bool interactive, uint64_t now)
{
    struct doctor *d = arg;

    d->ssh.dial(d->ssh.arg, driver, interactive, now);
}

static void
doctor_hangup(void *arg, struct driver *driver, uint64_t now)
{
    struct doctor *d = arg;

    d->ssh.hangup(d->ssh.arg, driver, now);
}

struct driver_ssh
doctor_hooks(struct doctor *d, const struct driver_ssh *ssh, uint64_t now)
{
    d->ssh = *ssh;
    d->started = now;
    d->piped = d->relay;
    d->quit_at = now + DOCTOR_MAX_MS;
    return (struct driver_ssh){.arg = d,
                               .dial = ssh->dial != NULL ? doctor_dial : NULL,
                               .hangup = ssh->hangup != NULL ? doctor_hangup : NULL,
                               .want = doctor_want,
                               .turn = doctor_turn};
}

/* ---- what it means ---- */

static enum diagnose_cause
cause_of(const struct doctor *d)
{
    const struct awl_client_facts *f = &d->facts;
    const struct {
        bool holds;
        unsigned fact;
    } facts[] = {
        {d->login != DOCTOR_NO_LOGIN, DIAGNOSE_SSH},
        {d->login == DOCTOR_SERVER, DIAGNOSE_SERVER},
        {d->stock, DIAGNOSE_STOCK},
        {d->piped, DIAGNOSE_RELAY},
        {d->taken && f->first_state_at != AWL_NEVER, DIAGNOSE_STATE},
        {f->direct, DIAGNOSE_DIRECT},
        {d->taken && f->direct_at != AWL_NEVER, DIAGNOSE_WAS},
        {f->udp_heard, DIAGNOSE_HEARD},
        {f->udp_reached, DIAGNOSE_REACHED},
        {f->peer_open, DIAGNOSE_OPEN},
        {d->proxied, DIAGNOSE_PROXIED},
        {f->punch_allowed, DIAGNOSE_PUNCH},
        {f->searches, DIAGNOSE_SEARCH},
        {f->own_nat > AWL_NAT_NONE, DIAGNOSE_NAT_HERE},
        {f->peer_nat > AWL_NAT_NONE, DIAGNOSE_NAT_THERE},
        {f->stun_answered, DIAGNOSE_OUTSIDE},
        {f->own_nat == AWL_NAT_VARIES, DIAGNOSE_VARIES},
        {f->peer_nat == AWL_NAT_VARIES, DIAGNOSE_VARIES_THERE},
        {f->stun_silent, DIAGNOSE_STUN_SILENT},
    };
    unsigned bits = 0;

    for (size_t i = 0; i < ARRAY_LEN(facts); i++)
        if (facts[i].holds)
            bits |= facts[i].fact;
    return diagnose(bits);
}

static int
status_of(const struct doctor *d)
{
    if (d->login != DOCTOR_SERVER || d->facts.first_state_at == AWL_NEVER || !d->taken)
        return 255;
    return d->facts.direct ? 0 : 1;
}

/* A word for --json and one for people. */
struct word {
    const char *name, *text;
};

static const struct word nat_words[] = {
    [AWL_NAT_UNKNOWN] = {NULL, NULL},
    [AWL_NAT_NONE] = {"none", "no NAT"},
    [AWL_NAT_SOME] = {"some", "a NAT of unknown kind"},
    [AWL_NAT_KEEPS] = {"port-kept", "a NAT that keeps ports"},
    [AWL_NAT_CHANGES] = {"port-changed", "a NAT that changes ports"},
    [AWL_NAT_VARIES] = {"symmetric", "a symmetric NAT: another port for each peer"},
};
static_assert(ARRAY_LEN(nat_words) == AWL_NATS, "two words for every kind");

static struct word
own_nat(const struct doctor *d)
{
    return nat_words[d->facts.own_nat];
}

static struct word
peer_nat(const struct doctor *d, enum diagnose_cause cause)
{
    bool symmetric = cause == CAUSE_BOTH_SYMMETRIC || cause == CAUSE_SYMMETRIC_THERE;

    if (symmetric && d->facts.peer_nat != AWL_NAT_VARIES)
        return (struct word){"symmetric", "a NAT, probably symmetric"};
    return nat_words[d->facts.peer_nat];
}

/* What the STUN servers said to us. */
static struct word
stun(const struct doctor *d)
{
    if (d->s->stun.count == 0)
        return (struct word){NULL, "not asked: see --stun"};
    if (d->facts.stun_answered)
        return (struct word){"answered", "answered"};
    if (d->facts.stun_silent)
        return (struct word){"silent", "asked, and no server answered"};
    return (struct word){NULL, "no server could be asked, or none tells an address"};
}

static struct word
own_udp(const struct doctor *d, enum diagnose_cause cause)
{
    if (d->facts.udp_heard || d->facts.stun_answered)
        return (struct word){"through", "UDP comes through"};
    if (cause == CAUSE_BLOCKED_HERE)
        return (struct word){"blocked", "UDP is blocked"};
    if (cause == CAUSE_FILTERED_HERE)
        return (struct word){"answers-filtered", "UDP goes out, and no answers come in"};
    return (struct word){NULL, NULL};
}

static struct word
peer_udp(const struct doctor *d, enum diagnose_cause cause)
{
    if (d->facts.peer_open || cause == CAUSE_STOCK_DIRECT)
        return (struct word){"open", "the UDP port is open"};
    if (d->facts.udp_reached)
        return (struct word){"stateful",
                             "a stateful firewall lets in what was opened from inside"};
    if (cause == CAUSE_FILTERED_THERE)
        return (struct word){"filtered", "UDP is filtered"};
    return (struct word){NULL, NULL};
}

/* ---- the report ---- */

struct report {
    struct buffer b;
    bool comma; /* before the next member */
};

static void
put_ports(const struct doctor *d, unsigned *low, unsigned *high)
{
    char *end;

    *low = PORT_LOW;
    *high = PORT_HIGH;
    if (d->s->port == NULL || strcmp(d->s->port, "0") == 0)
        return;
    *low = *high = (unsigned)strtoul(d->s->port, &end, 10);
    if (*end == ':')
        *high = (unsigned)strtoul(end + 1, NULL, 10);
}

#define RULES 4u

/* What an admin would type to let those ports in. */
static void
rule_text(const struct doctor *d, size_t i, const char **name, char out[TEXT_MAX])
{
    static const struct {
        const char *name, *before, *between, *after;
        bool both; /* ends of the range, where it is one port, too */
    } rules[RULES] = {
        {"nftables", "nft insert rule inet filter input udp dport ", "-", " accept",
         false},
        {"ufw", "ufw allow ", ":", "/udp", false},
        {"firewalld", "firewall-cmd --permanent --add-port=", "-",
         "/udp && firewall-cmd --reload", false},
        {"aws",
         "aws ec2 authorize-security-group-ingress --group-id GROUP --ip-permissions "
         "'IpProtocol=udp,FromPort=",
         ",ToPort=", ",IpRanges=[{CidrIp=0.0.0.0/0}],Ipv6Ranges=[{CidrIpv6=::/0}]'",
         true},
    };
    unsigned low, high;

    put_ports(d, &low, &high);
    *name = rules[i].name;
    if (low == high && !rules[i].both)
        snprintf(out, TEXT_MAX, "%s%u%s", rules[i].before, low, rules[i].after);
    else
        snprintf(out, TEXT_MAX, "%s%u%s%u%s", rules[i].before, low, rules[i].between,
                 high, rules[i].after);
}

/* The text with the host's name where it says HOST; printable ASCII. */
static void
for_host(const struct doctor *d, const char *text, char out[TEXT_MAX])
{
    struct buffer b = {.max = TEXT_MAX};
    const char *at = strstr(text, "HOST");

    buffer_put(&b, text, at != NULL ? (size_t)(at - text) : strlen(text));
    if (at != NULL) {
        buffer_put_str(&b, d->s->host);
        buffer_put_str(&b, at + strlen("HOST"));
    }
    log_escape(buffer_bytes(&b), out, TEXT_MAX);
    buffer_free(&b);
}

static void text_line(struct report *r, const char *name, const char *fmt, ...)
    ATTR_PRINTF(3, 4);

static void
text_line(struct report *r, const char *name, const char *fmt, ...)
{
    char line[TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    buffer_printf(&r->b, "%-10s  %s\n", name, line);
}

static void
text_side(struct report *r, const char *name, struct word nat, struct word udp)
{
    if (nat.text == NULL && udp.text == NULL)
        text_line(r, name, "not known");
    else
        text_line(r, name, "%s%s%s", nat.text != NULL ? nat.text : "",
                  nat.text != NULL && udp.text != NULL ? "; " : "",
                  udp.text != NULL ? udp.text : "");
}

static void
text_session(struct report *r, const struct doctor *d, enum diagnose_cause cause)
{
    const struct awl_client_facts *f = &d->facts;

    if (d->line != 0)
        text_line(r, "ssh", "%" PRIu64 " ms until the server's line", d->line - d->began);
    if (d->login == DOCTOR_SERVER)
        text_line(r, "server", "%s, UDP port %u",
                  d->stock && d->piped ? "mosh-server, with a relay of awl-server's"
                  : d->stock           ? "mosh-server, and no relay"
                  : d->relay           ? "awl-server with relay"
                                       : "awl-server without relay",
                  d->port);
    if (!d->taken)
        return;
    if (f->first_state_at != AWL_NEVER)
        text_line(r, "first", "%" PRIu64 " ms later the first screen",
                  f->first_state_at - d->line);
    if (f->direct_at != AWL_NEVER)
        text_line(r, "direct", "%" PRIu64 " ms later UDP", f->direct_at - d->line);
    text_side(r, "here", own_nat(d), own_udp(d, cause));
    text_side(r, "there", peer_nat(d, cause), peer_udp(d, cause));
    if (d->relay)
        text_line(r, "stun", "%s", stun(d).text);
    if (f->attempts > 0 && !d->stock)
        text_line(r, "tried",
                  "attempts: %u; addresses: %u here, %u there; %s first; "
                  "openers with TTL %u",
                  f->attempts, f->own_candidates, f->peer_candidates,
                  f->server_first ? "server" : "client", f->opener_ttl);
    text_line(r, "path", "%s", d->path);
}

static void
report_text(struct report *r, const struct doctor *d)
{
    enum diagnose_cause cause = cause_of(d);
    const struct diagnose_text *t = diagnose_text(cause);
    char text[TEXT_MAX];
    const char *name;

    for_host(d, "HOST", text);
    text_line(r, "host", "%s", text);
    text_session(r, d, cause);
    if (d->error != NULL) {
        log_escape(bytes_str(d->error), text, sizeof(text));
        text_line(r, "error", "%s", text);
    }
    text_line(r, "cause", "%s: %s", t->name, t->summary);
    for_host(d, t->advice, text);
    text_line(r, "advice", "%s", text);
    for (size_t i = 0; i < RULES && t->ports; i++) {
        rule_text(d, i, &name, text);
        text_line(r, "", "%-9s  %s", name, text);
    }
}

/* ---- the same as JSON (RFC 8259) ---- */

static void
json_name(struct report *r, const char *name)
{
    buffer_printf(&r->b, "%s\"%s\": ", r->comma ? ", " : "", name);
    r->comma = true;
}

/* NULL: null. Whatever isn't printable ASCII is escaped as in a log. */
static void
json_text(struct report *r, const char *name, const char *value)
{
    char text[TEXT_MAX];

    json_name(r, name);
    if (value == NULL) {
        buffer_put_str(&r->b, "null");
        return;
    }
    log_escape(bytes_str(value), text, sizeof(text));
    buffer_put_byte(&r->b, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            buffer_put_byte(&r->b, '\\');
        buffer_put_byte(&r->b, (uint8_t)*c);
    }
    buffer_put_byte(&r->b, '"');
}

static void
json_number(struct report *r, const char *name, bool known, uint64_t value)
{
    json_name(r, name);
    if (known)
        buffer_printf(&r->b, "%" PRIu64, value);
    else
        buffer_put_str(&r->b, "null");
}

static void
json_begin(struct report *r, const char *name)
{
    json_name(r, name);
    buffer_put_byte(&r->b, '{');
    r->comma = false;
}

static void
json_end(struct report *r)
{
    buffer_put_byte(&r->b, '}');
    r->comma = true;
}

static void
json_side(struct report *r, const char *name, struct word nat, struct word udp)
{
    json_begin(r, name);
    json_text(r, "nat", nat.name);
    json_text(r, "udp", udp.name);
    json_end(r);
}

static void
json_session(struct report *r, const struct doctor *d, enum diagnose_cause cause)
{
    const struct awl_client_facts *f = &d->facts;
    bool first = d->taken && f->first_state_at != AWL_NEVER;
    bool direct = d->taken && f->direct_at != AWL_NEVER;

    json_begin(r, "ms");
    json_number(r, "ssh", d->line != 0, d->line - d->began);
    json_number(r, "first_state", first, f->first_state_at - d->line);
    json_number(r, "direct", direct, f->direct_at - d->line);
    json_end(r);
    json_text(r, "server",
              d->login != DOCTOR_SERVER ? NULL
              : d->stock                ? "mosh-server"
                                        : "awl-server");
    json_number(r, "port", d->login == DOCTOR_SERVER, d->port);
    json_name(r, "relay");
    buffer_put_str(&r->b, d->piped ? "true" : "false");
    json_text(r, "stun", stun(d).name);
    json_side(r, "here", own_nat(d), own_udp(d, cause));
    json_side(r, "there", peer_nat(d, cause), peer_udp(d, cause));
    json_begin(r, "tried");
    json_number(r, "attempts", d->taken, f->attempts);
    json_number(r, "candidates_here", d->taken, f->own_candidates);
    json_number(r, "candidates_there", d->taken, f->peer_candidates);
    json_text(r, "first", !d->taken ? NULL : f->server_first ? "server" : "client");
    json_number(r, "opener_ttl", d->taken, f->opener_ttl);
    json_end(r);
    json_text(r, "path", d->taken ? d->path : NULL);
    json_number(r, "rtt_ms", f->rtt_ms != 0, f->rtt_ms);
}

static void
report_json(struct report *r, const struct doctor *d)
{
    enum diagnose_cause cause = cause_of(d);
    const struct diagnose_text *t = diagnose_text(cause);
    int status = status_of(d);
    char text[TEXT_MAX];
    const char *name;

    buffer_put_byte(&r->b, '{');
    json_text(r, "host", d->s->host);
    json_text(r, "carried", status == 0 ? "udp" : status == 1 ? "ssh" : NULL);
    json_text(r, "cause", t->name);
    json_text(r, "summary", t->summary);
    for_host(d, t->advice, text);
    json_text(r, "advice", text);
    json_text(r, "error", d->error);
    json_session(r, d, cause);
    json_begin(r, "rules");
    for (size_t i = 0; i < RULES && t->ports; i++) {
        rule_text(d, i, &name, text);
        json_text(r, name, text);
    }
    json_end(r);
    buffer_put_str(&r->b, "}\n");
}

int
doctor_report(const struct doctor *d)
{
    struct report r = {0};

    if (d->s->json)
        report_json(&r, d);
    else
        report_text(&r, d);
    fwrite(r.b.data, 1, r.b.len, stdout);
    fflush(stdout);
    buffer_free(&r.b);
    return status_of(d);
}
