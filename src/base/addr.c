#include "base/addr.h"
#include <stdio.h>
#include <string.h>

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct awl_addr
addr_make(struct bytes ip, uint16_t port)
{
    struct awl_addr a = {0};

    if (ip.len == 16 && memcmp(ip.data, v4_mapped, sizeof v4_mapped) == 0)
        ip = bytes_slice(ip, 12, 4);
    if (ip.len != 4 && ip.len != 16)
        return a;
    a.family = ip.len == 4 ? AWL_IPV4 : AWL_IPV6;
    memcpy(a.ip, ip.data, ip.len);
    a.port = port;
    return a;
}

/* A decimal number of at most max_digits digits at the front of *t; no sign, no blanks.
 */
static bool
decimal_take(struct bytes *t, size_t max_digits, uint32_t max, uint32_t *out)
{
    uint32_t v = 0;
    size_t n = 0;

    while (n < t->len && n < max_digits && t->data[n] >= '0' && t->data[n] <= '9')
        v = v * 10 + (uint32_t)(t->data[n++] - '0');
    if (n == 0 || v > max || (n < t->len && t->data[n] >= '0' && t->data[n] <= '9'))
        return false;
    *t = bytes_slice(*t, n, t->len);
    *out = v;
    return true;
}

static bool
parse_v4(struct bytes t, uint8_t ip[4])
{
    for (int i = 0; i < 4; i++) {
        uint32_t v;

        if (i > 0) {
            if (t.len == 0 || t.data[0] != '.')
                return false;
            t = bytes_slice(t, 1, t.len);
        }
        if (t.len > 1 && t.data[0] == '0' && t.data[1] >= '0' && t.data[1] <= '9')
            return false; /* an octal look-alike means different things to different
                             readers */
        if (!decimal_take(&t, 3, 255, &v))
            return false;
        ip[i] = (uint8_t)v;
    }
    return t.len == 0;
}

/* One group of one to four hexadecimal digits. */
static bool
hex_take(struct bytes *t, uint16_t *out)
{
    unsigned v = 0;
    size_t n = 0;

    while (n < t->len && n < 4 && hex_value(t->data[n]) >= 0)
        v = v << 4 | (unsigned)hex_value(t->data[n++]);
    if (n == 0 || (n < t->len && hex_value(t->data[n]) >= 0))
        return false;
    *t = bytes_slice(*t, n, t->len);
    *out = (uint16_t)v;
    return true;
}

/* RFC 4291 section 2.2, all three forms. */
static bool
parse_v6(struct bytes t, uint8_t ip[16])
{
    uint8_t head[16] = {0}, tail[16] = {0};
    size_t nhead = 0, ntail = 0;
    bool gap = false;

    if (t.len >= 2 && t.data[0] == ':' && t.data[1] == ':') {
        gap = true;
        t = bytes_slice(t, 2, t.len);
    }
    while (t.len) {
        uint8_t *part = gap ? tail : head;
        size_t *n = gap ? &ntail : &nhead;
        uint16_t group;

        if (nhead + ntail <= 12 && parse_v4(t, part + *n)) {
            *n += 4;
            t = BYTES_NONE;
            break;
        }
        if (nhead + ntail > 14 || !hex_take(&t, &group))
            return false;
        be16_put(part + *n, group);
        *n += 2;
        if (t.len == 0)
            break;
        if (t.data[0] != ':' || t.len == 1)
            return false;
        if (t.data[1] == ':') {
            if (gap)
                return false;
            gap = true;
            t = bytes_slice(t, 2, t.len);
        } else {
            t = bytes_slice(t, 1, t.len);
        }
    }
    if (gap ? nhead + ntail > 14 : nhead != 16)
        return false;
    memset(ip, 0, 16);
    memcpy(ip, head, nhead);
    memcpy(ip + 16 - ntail, tail, ntail);
    return true;
}

bool
addr_parse(struct bytes text, uint16_t port, struct awl_addr *out)
{
    uint8_t ip[16];
    uint32_t scope = 0;

    *out = (struct awl_addr){0};
    if (parse_v4(text, ip)) {
        *out = addr_make(bytes_of(ip, 4), port);
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '%')
            continue;
        struct bytes t = bytes_slice(text, i + 1, text.len);

        if (!decimal_take(&t, 9, 999999999, &scope) || t.len)
            return false;
        text = bytes_slice(text, 0, i);
        break;
    }
    if (!parse_v6(text, ip))
        return false;
    *out = addr_make(bytes_of(ip, 16), port);
    if (out->family == AWL_IPV6)
        out->scope = scope;
    return true;
}

bool
port_parse(struct bytes text, uint16_t low, uint16_t high, uint16_t *out)
{
    uint32_t v;

    if (!decimal_take(&text, 5, 65535, &v) || text.len || v < low || v > high)
        return false;
    *out = (uint16_t)v;
    return true;
}

bool
addr_parse_port(struct bytes text, struct awl_addr *out)
{
    size_t colon = text.len;
    struct bytes host;
    uint16_t port;

    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    host = bytes_slice(text, 0, colon - 1);
    if (!port_parse(bytes_slice(text, colon, text.len), 1, 65535, &port))
        return false;
    if (host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
        return addr_parse(bytes_slice(host, 1, host.len - 2), port, out);
    return addr_parse(host, port, out) && out->family == AWL_IPV4;
}

/* RFC 5952: the longest run of zero groups, the first of equals, becomes "::". */
static void
v6_text(const uint8_t ip[16], char *buf, size_t size)
{
    int best = -1, best_len = 1;
    size_t n = 0;

    for (int i = 0; i < 8; i++) {
        int len = 0;

        while (i + len < 8 && be16_get(ip + 2 * (i + len)) == 0)
            len++;
        if (len > best_len) {
            best = i;
            best_len = len;
        }
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            n += (size_t)snprintf(buf + n, size - n, "::");
            i += best_len - 1;
            continue;
        }
        n += (size_t)snprintf(buf + n, size - n, "%s%x",
                              i > 0 && i != best + best_len ? ":" : "",
                              be16_get(ip + 2 * i));
    }
}

const char *
addr_text(const struct awl_addr *a, char buf[ADDR_TEXT_LEN])
{
    if (a->family == AWL_IPV4) {
        snprintf(buf, ADDR_TEXT_LEN, "%u.%u.%u.%u", a->ip[0], a->ip[1], a->ip[2],
                 a->ip[3]);
    } else if (a->family == AWL_IPV6) {
        v6_text(a->ip, buf, ADDR_TEXT_LEN);
        if (a->scope) {
            size_t n = strlen(buf);

            snprintf(buf + n, ADDR_TEXT_LEN - n, "%%%u", (unsigned)a->scope);
        }
    } else {
        snprintf(buf, ADDR_TEXT_LEN, "-");
    }
    return buf;
}

const char *
addr_port_text(const struct awl_addr *a, char buf[ADDR_TEXT_LEN])
{
    char host[ADDR_TEXT_LEN];

    addr_text(a, host);
    snprintf(buf, ADDR_TEXT_LEN, a->family == AWL_IPV6 ? "[%.53s]:%u" : "%.55s:%u", host,
             a->port);
    return buf;
}

size_t
addr_ip_len(const struct awl_addr *a)
{
    return a->family == AWL_IPV4 ? 4 : a->family == AWL_IPV6 ? 16 : 0;
}

bool
addr_same_host(const struct awl_addr *a, const struct awl_addr *b)
{
    return a->family == b->family && a->scope == b->scope &&
           memcmp(a->ip, b->ip, addr_ip_len(a)) == 0;
}

bool
addr_equal(const struct awl_addr *a, const struct awl_addr *b)
{
    return a->port == b->port && addr_same_host(a, b);
}

bool
addr_is_any(const struct awl_addr *a)
{
    for (size_t i = 0; i < addr_ip_len(a); i++)
        if (a->ip[i])
            return false;
    return true;
}

bool
addr_is_loopback(const struct awl_addr *a)
{
    if (a->family == AWL_IPV4)
        return a->ip[0] == 127;
    if (a->family != AWL_IPV6 || a->ip[15] != 1)
        return false;
    for (int i = 0; i < 15; i++)
        if (a->ip[i])
            return false;
    return true;
}

bool
addr_is_link_local(const struct awl_addr *a)
{
    if (a->family == AWL_IPV4)
        return a->ip[0] == 169 && a->ip[1] == 254;
    return a->family == AWL_IPV6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

bool
addr_is_private(const struct awl_addr *a)
{
    if (a->family == AWL_IPV4)
        return a->ip[0] == 10 || (a->ip[0] == 172 && (a->ip[1] & 0xf0) == 16) ||
               (a->ip[0] == 192 && a->ip[1] == 168) ||
               (a->ip[0] == 100 && (a->ip[1] & 0xc0) == 64);
    return a->family == AWL_IPV6 && (a->ip[0] & 0xfe) == 0xfc;
}

bool
addr_is_multicast(const struct awl_addr *a)
{
    if (a->family == AWL_IPV4)
        return (a->ip[0] & 0xf0) == 0xe0 ||
               (a->ip[0] == 255 && a->ip[1] == 255 && a->ip[2] == 255 && a->ip[3] == 255);
    return a->family == AWL_IPV6 && a->ip[0] == 0xff;
}
