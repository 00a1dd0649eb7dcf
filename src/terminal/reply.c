#include "terminal/reply.h"

#include "base/deadline.h"
#include "terminal/caps.h"

#include <string.h>

enum { ESC = 0x1b, BEL = 0x07 };

void
reply_ask(struct reply *r, struct buffer *out)
{
    buffer_put_str(out, "\033]10;?\a\033]11;?\a\033]12;?\a");
    for (unsigned i = 0; i < PROFILE_PALETTE; i++)
        buffer_printf(out, "\033]4;%u;?\a", i);
    /* kitty's keyboard, XTVERSION, colour scheme, synchronized output, clusters, reports
     * of the scheme, size of a cell, and DA1, which everything answers, after the rest */
    buffer_put_str(out, "\033[?u\033[>0q\033[?996n\033[?2026$p\033[?2027$p\033[?2031$p"
                        "\033[16t\033[c");
    r->asked = true;
    r->ended = false;
    r->since = 0;
}

bool
reply_awaited(const struct reply *r, uint64_t now)
{
    return r->asked && !r->ended && (r->since == 0 || now < r->since + REPLY_PATIENCE_MS);
}

/* ---- what an answer says ---- */

static void
learn_color(uint32_t *to, struct bytes text)
{
    uint32_t c = color_parse(text);

    if (c)
        *to = c;
}

static void
learn_osc(struct reply *r, struct bytes text)
{
    unsigned n = 0;
    size_t i = 0;

    if (text.len > 3 && text.data[0] == '1' && text.data[1] <= '2' && text.data[2] == ';')
        learn_color(&r->profile.colors[text.data[1] - '0'],
                    bytes_slice(text, 3, text.len));
    if (text.len < 4 || memcmp(text.data, "4;", 2) != 0)
        return;
    for (i = 2; i < text.len && i < 5 && text.data[i] != ';'; i++)
        n = n * 10 + (unsigned)(text.data[i] - '0');
    if (n < PROFILE_PALETTE)
        learn_color(&r->profile.palette[n], bytes_slice(text, i + 1, text.len));
}

static void
learn_name(struct reply *r, struct bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len && n < PROFILE_NAME_MAX; i++)
        if (text.data[i] >= 0x20 && text.data[i] < 0x7f)
            r->profile.name[n++] = (char)text.data[i];
    r->profile.name[n] = '\0';
}

/* Numbers of a CSI's parameters, up to three; what isn't there is 0. */
static void
numbers(struct bytes text, uint32_t out[3])
{
    unsigned at = 0;

    memset(out, 0, 3 * sizeof out[0]);
    for (size_t i = 0; i < text.len && at < 3; i++) {
        if (text.data[i] == ';')
            at++;
        else if (text.data[i] >= '0' && text.data[i] <= '9' && out[at] < 100000)
            out[at] = out[at] * 10 + (uint32_t)(text.data[i] - '0');
    }
}

/* params: between CSI and the final byte. True: it is an answer. */
static bool
learn_csi(struct reply *r, struct bytes params, uint8_t final)
{
    uint8_t mark = params.len ? params.data[0] : 0;
    uint32_t n[3];

    numbers(params, n);
    if (mark == '?' && final == 'c') {
        r->ended = true;
    } else if (mark == '?' && final == 'u') {
        r->profile.kitty = true;
    } else if (mark == '?' && final == 'y') {
        /* 0 unknown, 1 set, 2 reset, 3 and 4 cannot be changed */
        if (n[0] == 2026)
            r->sync = n[1] == 1 || n[1] == 2 ? 2 : 1;
        if (n[0] == 2027)
            r->clusters = n[1] == 2                ? CAPS_CLUSTERS_MODE
                          : n[1] == 1 || n[1] == 3 ? CAPS_CLUSTERS_ALL
                                                   : CAPS_CLUSTERS_NONE;
        if (n[0] == 2031)
            r->reports_scheme = n[1] == 1 || n[1] == 2;
    } else if (mark == '?' && final == 'n' && n[0] == 997) {
        r->profile.scheme = (uint8_t)(n[1] <= 2 ? n[1] : 0);
    } else if (final == 't' && n[0] == 6 && n[1] <= 65535 && n[2] <= 65535) {
        r->profile.cell_height = n[1];
        r->profile.cell_width = n[2];
    } else {
        return final == 't' || (mark == '>' && final == 'c');
    }
    return true;
}

/* ---- taking them out ---- */

enum verdict { VERDICT_KEYS, VERDICT_MORE, VERDICT_ANSWER };

static enum verdict
judge_csi(struct reply *r)
{
    uint8_t last = r->held[r->len - 1];

    if (r->len == 2 || (last >= 0x20 && last <= 0x3f))
        return VERDICT_MORE;
    if (last == '~' && r->len == 6 && memcmp(r->held + 2, "20", 2) == 0)
        r->paste = r->held[4] == '0' || (r->paste && r->held[4] != '1');
    if (last < 0x40 || last > 0x7e || r->paste ||
        !learn_csi(r, bytes_of(r->held + 2, r->len - 3), last))
        return VERDICT_KEYS;
    return VERDICT_ANSWER;
}

/* The end of an OSC or DCS, and how long it is; 0: it goes on. */
static size_t
string_end(const struct reply *r)
{
    if (r->held[r->len - 1] == BEL)
        return 1;
    return r->len > 3 && r->held[r->len - 1] == '\\' && r->held[r->len - 2] == ESC ? 2
                                                                                   : 0;
}

/* Only what was asked for, or what is asked for through us: a typed Alt-] or Alt-P is
 * followed by something else. */
static enum verdict
judge_osc(struct reply *r)
{
    static const char *const numbers_[] = {"4;", "10;", "11;", "12;", "99;"};
    size_t n = r->len - 2, end = string_end(r);
    bool fits = false;

    for (size_t i = 0; i < ARRAY_LEN(numbers_); i++)
        fits |= memcmp(r->held + 2, numbers_[i], MIN(n, strlen(numbers_[i]))) == 0;
    if (!fits)
        return VERDICT_KEYS;
    if (end == 0)
        return VERDICT_MORE;
    learn_osc(r, bytes_of(r->held + 2, n - MIN(n, end)));
    return VERDICT_ANSWER;
}

static enum verdict
judge_dcs(struct reply *r)
{
    size_t n = r->len - 2, end = string_end(r);

    if (memcmp(r->held + 2, ">|", MIN(n, 2)) != 0)
        return VERDICT_KEYS;
    if (end == 0)
        return VERDICT_MORE;
    learn_name(r, bytes_of(r->held + 4, r->len - 4 - end));
    return VERDICT_ANSWER;
}

static enum verdict
judge(struct reply *r)
{
    if (r->len == 1)
        return VERDICT_MORE;
    if (r->len == REPLY_HELD_MAX)
        return VERDICT_KEYS;
    switch (r->held[1]) {
    case '[': return judge_csi(r);
    case ']': return r->paste ? VERDICT_KEYS : judge_osc(r);
    case 'P': return r->paste ? VERDICT_KEYS : judge_dcs(r);
    default: return VERDICT_KEYS;
    }
}

static void
release(struct reply *r, struct buffer *keys)
{
    buffer_put(keys, r->held, r->len);
    r->len = 0;
}

static void
answered(struct reply *r, const struct reply *was, uint64_t now)
{
    r->len = 0;
    r->profile.known = true;
    r->changed |= !profile_equal(&r->profile, &was->profile);
    if (r->ended && !was->ended)
        r->due = now;
    else if (reply_awaited(r, now))
        r->due = (r->since ? r->since : now) + REPLY_PATIENCE_MS;
    else
        r->due = now + REPLY_SETTLE_MS;
}

void
reply_input(struct reply *r, struct bytes in, struct buffer *keys, uint64_t now)
{
    for (size_t i = 0; i < in.len; i++) {
        uint8_t b = in.data[i];
        struct reply was;

        if (r->len == 0 && b != ESC) {
            buffer_put_byte(keys, b);
            continue;
        }
        if (b == ESC && r->len > 0 && (r->len == 1 || r->held[1] == '['))
            release(r, keys); /* begins anew */
        was = *r;
        r->held[r->len++] = b;
        r->held_at = now;
        switch (judge(r)) {
        case VERDICT_KEYS: release(r, keys); break;
        case VERDICT_MORE: break;
        case VERDICT_ANSWER: answered(r, &was, now); break;
        }
    }
    if (r->len == 1 && !reply_awaited(r, now))
        release(r, keys);
}

static uint64_t
held_until(const struct reply *r)
{
    if (r->len == 0)
        return NEVER;
    return r->held_at + (r->len < 3 ? REPLY_KEY_MS : REPLY_ANSWER_MS);
}

void
reply_tick(struct reply *r, struct buffer *keys, uint64_t now)
{
    if (r->asked && r->since == 0)
        r->since = now;
    if (now >= held_until(r))
        release(r, keys);
}

bool
reply_news(struct reply *r, uint64_t now)
{
    if (!r->changed || now < r->due)
        return false;
    r->changed = false;
    return true;
}

uint64_t
reply_deadline(const struct reply *r)
{
    if (r->asked && r->since == 0)
        return 0;
    return sooner(held_until(r), r->changed ? r->due : NEVER);
}
