#include "predict/notice.h"

#include <stdio.h>
#include <string.h>

#define NOTICE_NAME_MAX 16u /* the name of a key */

static const uint64_t notice_lasts_ms[] = {
    [NOTICE_QUIT] = NEVER, [NOTICE_HELP] = NEVER, [NOTICE_SEND] = 3100,
    [NOTICE_BAD] = 1000,   [NOTICE_NOTE] = 4000,
};
static_assert(ARRAY_LEN(notice_lasts_ms) == NOTICE_KINDS, "every kind lasts");

void
notice_init(struct notice *n, int escape, uint64_t now)
{
    *n = (struct notice){.started = now,
                         .heard = NEVER,
                         .replied = NEVER,
                         .escape = escape >= 1 && escape <= 127 ? escape : 0};
}

void
notice_way(struct notice *n, uint16_t port, bool pipe)
{
    if (n->port == port && n->pipe == pipe)
        return;
    n->port = port;
    n->pipe = pipe;
    n->alone = n->alone && !pipe;
    n->deadline = 0;
}

void
notice_alone(struct notice *n)
{
    n->alone = true;
    n->deadline = 0;
}

void
notice_link(struct notice *n, uint64_t heard, uint64_t replied)
{
    if (n->heard == heard && n->replied == replied)
        return;
    if (n->heard != heard && n->lost)
        n->back_ms = heard - n->heard;
    n->heard = heard;
    n->replied = replied;
    n->deadline = 0;
}

void
notice_say(struct notice *n, enum notice_kind kind, const char *text, uint64_t now)
{
    struct notice_message *m = &n->said[kind];
    uint64_t lasts = notice_lasts_ms[kind];

    snprintf(m->text, sizeof(m->text), "%s", text);
    m->until = lasts == NEVER ? NEVER : now + lasts;
    n->deadline = 0;
}

void
notice_unsay(struct notice *n, enum notice_kind kind)
{
    if (!n->said[kind].until)
        return;
    n->said[kind].until = 0;
    n->deadline = 0;
}

/* How a key is called: "Ctrl-^", "~"; and what stands for it after it was pressed. */
static const char *
notice_key(int key, char name[NOTICE_NAME_MAX], char *plain)
{
    *plain = (char)key;
    if (key < 0x20) {
        *plain = (char)(key + 0x40);
        snprintf(name, NOTICE_NAME_MAX, "Ctrl-%c", *plain);
    } else if (key == 0x7f) {
        snprintf(name, NOTICE_NAME_MAX, "Delete");
    } else if (key == ' ') {
        snprintf(name, NOTICE_NAME_MAX, "Space");
    } else {
        snprintf(name, NOTICE_NAME_MAX, "%c", key);
    }
    return name;
}

void
notice_help(struct notice *n, uint64_t now)
{
    char name[NOTICE_NAME_MAX], plain, text[NOTICE_TEXT_MAX], own[NOTICE_NAME_MAX];

    if (!n->escape)
        return;
    notice_key(n->escape, name, &plain);
    if (plain == 0x7f || plain == ' ')
        snprintf(own, sizeof(own), "%s", name);
    else
        snprintf(own, sizeof(own), "%c", plain);
    snprintf(text, sizeof(text),
             ". quits, Ctrl-Z suspends, p shows the path, r logs in again, %s types %s.",
             own, name);
    notice_say(n, NOTICE_HELP, text, now);
}

void
notice_sent(struct notice *n, uint64_t now)
{
    struct notice_message *m = &n->said[NOTICE_SEND];

    if (m->until && m->until > now + 1000) {
        m->until = now + 1000;
        n->deadline = 0;
    }
}

/* Long silences are counted coarsely: a counter that runs wakes the processor and marks
 * the window as active. */
static uint64_t
notice_step(uint64_t ms)
{
    if (ms < 60000)
        return 1000;
    return ms < 3600000 ? 5000 : 60000;
}

static void
notice_duration(uint64_t ms, bool shortly, char out[32])
{
    uint64_t s = ms / notice_step(ms) * notice_step(ms) / 1000;

    if (s < 60)
        snprintf(out, 32,
                 shortly  ? "%u s"
                 : s == 1 ? "%u second"
                          : "%u seconds",
                 (unsigned)s);
    else if (s < 3600)
        snprintf(out, 32, "%u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
    else
        snprintf(out, 32, "%llu:%02u:%02u", (unsigned long long)(s / 3600),
                 (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

/* How long ago `since` was if that is longer than `limit`, else 0; adds to the deadline
 * when that or the text about it will change. */
static uint64_t
notice_overdue(struct notice *n, uint64_t since, uint64_t limit, uint64_t now)
{
    uint64_t age = since == NEVER || now < since ? 0 : now - since;

    if (since == NEVER)
        return 0;
    if (age <= limit) {
        n->deadline = sooner(n->deadline, since + limit + 1);
        return 0;
    }
    n->deadline = sooner(n->deadline, now + notice_step(age) - age % notice_step(age));
    return age;
}

/* The message to show; drops what is over. */
static const struct notice_message *
notice_message(struct notice *n, uint64_t now)
{
    const struct notice_message *first = NULL;

    for (int k = 0; k < NOTICE_KINDS; k++) {
        struct notice_message *m = &n->said[k];

        if (m->until <= now)
            m->until = 0;
        if (!m->until)
            continue;
        n->deadline = sooner(n->deadline, m->until);
        if (!first)
            first = m;
    }
    return first;
}

static void
notice_awaited(struct notice *n, char out[NOTICE_TEXT_MAX], uint64_t now)
{
    if (n->heard != NEVER)
        return;
    if (now < n->started + NOTICE_FIRST_MS)
        n->deadline = sooner(n->deadline, n->started + NOTICE_FIRST_MS);
    else if (n->pipe && n->port)
        snprintf(out, NOTICE_TEXT_MAX,
                 "Nothing received from server yet, via ssh or on UDP port %u.",
                 (unsigned)n->port);
    else if (n->pipe)
        snprintf(out, NOTICE_TEXT_MAX, "Nothing received from server yet via ssh.");
    else if (n->alone)
        snprintf(out, NOTICE_TEXT_MAX, "No answer on UDP port %u, nor through ssh.",
                 (unsigned)n->port);
    else
        snprintf(out, NOTICE_TEXT_MAX, "Nothing received from server yet on UDP port %u.",
                 (unsigned)n->port);
}

bool
notice_tick(struct notice *n, uint64_t now)
{
    char body[NOTICE_TEXT_MAX] = "", was[NOTICE_TEXT_MAX], ago[32], plain;
    char key[NOTICE_NAME_MAX];
    const struct notice_message *m;
    uint64_t contact, reply;
    bool hint;

    memcpy(was, n->text, sizeof(was));
    if (n->back_ms && !n->said[NOTICE_NOTE].until) {
        notice_duration(n->back_ms, false, ago);
        snprintf(body, sizeof(body), "Connected again after %s.", ago);
        notice_say(n, NOTICE_NOTE, body, now);
        body[0] = '\0';
    }
    n->back_ms = 0;
    n->deadline = NEVER;
    contact = notice_overdue(n, n->heard, NOTICE_CONTACT_MS, now);
    reply = contact ? 0 : notice_overdue(n, n->replied, NOTICE_REPLY_MS, now);
    n->lost = contact != 0;

    m = notice_message(n, now);
    notice_duration(contact ? contact : reply, m != NULL, ago);
    if (m && (contact || reply))
        snprintf(body, sizeof(body), "%.*s (%s without %s.)", (int)(sizeof(body) - 64),
                 m->text, ago, contact ? "contact" : "reply");
    else if (m)
        snprintf(body, sizeof(body), "%s", m->text);
    else if (contact || reply)
        snprintf(body, sizeof(body), "Last %s %s ago.", contact ? "contact" : "reply",
                 ago);
    else
        notice_awaited(n, body, now);

    hint = n->escape && m != &n->said[NOTICE_HELP];
    if (!body[0])
        n->bare[0] = '\0';
    else
        snprintf(n->bare, sizeof(n->bare), "awl: %.*s", (int)(sizeof(n->bare) - 48),
                 body);
    memcpy(n->text, n->bare, sizeof(n->text));
    if (body[0] && hint)
        snprintf(n->text, sizeof(n->text), "%.*s [To quit: %s .]",
                 (int)(sizeof(n->text) - 36), n->bare,
                 notice_key(n->escape, key, &plain));
    return strcmp(was, n->text) != 0;
}

uint64_t
notice_deadline(const struct notice *n)
{
    return n->deadline;
}

const char *
notice_text(const struct notice *n, int cols)
{
    int width = 2; /* a space on either side */

    for (const char *c = n->text; *c != '\0'; c++)
        width += ((unsigned char)*c & 0xc0) != 0x80;
    if (!n->text[0])
        return NULL;
    return width <= cols ? n->text : n->bare;
}
