#include "predict/learn.h"

#define HASH_START 0xcbf29ce484222325u
#define HASH_PRIME 0x100000001b3u

static uint64_t
hash_add(uint64_t h, uint32_t c)
{
    return (h ^ c) * HASH_PRIME;
}

static uint32_t
character(const struct row *r, int x)
{
    uint32_t text[CELL_TEXT_MAX];

    return cell_text(r, x, text) > 0 ? text[0] : ' ';
}

uint64_t
learn_text(const struct row *r, int len)
{
    uint64_t h = HASH_START;

    for (int x = 0; x < len && x < r->cols; x++)
        h = hash_add(h, character(r, x));
    return h | 1;
}

static bool
among(uint32_t c, const uint32_t *set, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (set[i] == c)
            return true;
    }
    return false;
}

uint64_t
learn_look(const struct row *r, int len, const struct tty_mode *tty)
{
    /* A shell's prompts end so; what follows the first word is a path, a branch, a time.
     * Questions end otherwise, and one may ask for a password where the last did not:
     * they are known by their whole text. */
    static const uint32_t shells[] = {'$', '#', '%', '>', 0x276f, 0x279c, 0x3bb, 0xbb};
    static const uint32_t questions[] = {':', '?', '.', ']', ')'};
    uint64_t h = HASH_START;
    uint32_t last;

    len = MIN(len, r->cols);
    while (len > 0 && character(r, len - 1) == ' ')
        len--;
    if (len == 0 || tty->alternate || tty->program == TTY_PROGRAM_EDITOR ||
        tty->program == TTY_PROGRAM_PAGER)
        return 0;
    last = character(r, len - 1);
    h = hash_add(h, (uint32_t)tty->known | (uint32_t)tty->canonical << 1 |
                        (uint32_t)tty->echo << 2 | (uint32_t)tty->program << 3);
    h = hash_add(h, last);
    if (among(last, shells, ARRAY_LEN(shells))) {
        for (int x = 0; x < len; x++) {
            uint32_t c = character(r, x);

            if (c == ' ' || c == ':' || c == '~' || c == '/')
                break;
            h = hash_add(h, c);
        }
        return h | 1;
    }
    if (!among(last, questions, ARRAY_LEN(questions)))
        return 0;
    for (int x = 0; x < len; x++) {
        uint32_t c = character(r, x);

        h = hash_add(h, c >= '0' && c <= '9' ? '0' : c); /* In [12]: */
    }
    return h | 1;
}

static struct learn_context *
learn_find(struct learn *l, uint64_t look)
{
    struct learn_context *oldest = &l->context[0];

    for (size_t i = 0; i < LEARN_CONTEXTS_MAX; i++) {
        if (l->context[i].look == look)
            return &l->context[i];
        if (l->context[i].used < oldest->used)
            oldest = &l->context[i];
    }
    *oldest = (struct learn_context){.look = look};
    return oldest;
}

void
learn_right(struct learn *l, uint64_t look, uint64_t text, int len)
{
    struct learn_context *c;

    if (look == 0)
        return;
    c = learn_find(l, look);
    c->used = ++l->clock;
    c->right = MIN(c->right + 1, LEARN_MOST);
    for (size_t i = 0; i < LEARN_PROMPTS_MAX; i++) {
        if (l->prompt[i].text == text && l->prompt[i].len == len)
            return;
    }
    l->prompt[l->next_prompt++ % LEARN_PROMPTS_MAX] =
        (struct learn_prompt){.text = text, .look = look, .len = len};
}

void
learn_wrong(struct learn *l, uint64_t look)
{
    if (look != 0)
        learn_find(l, look)->right /= 4;
}

bool
learn_trusts(const struct learn *l, uint64_t look)
{
    for (size_t i = 0; look != 0 && i < LEARN_CONTEXTS_MAX; i++) {
        if (l->context[i].look == look)
            return l->context[i].right >= LEARN_ENOUGH;
    }
    return false;
}

int
learn_prompt_len(const struct learn *l, const struct row *r, int len, uint64_t *look)
{
    int best = 0;

    for (size_t i = 0; i < LEARN_PROMPTS_MAX; i++) {
        const struct learn_prompt *p = &l->prompt[i];

        if (p->len > best && p->len <= len && learn_trusts(l, p->look) &&
            learn_text(r, p->len) == p->text) {
            best = p->len;
            *look = p->look;
        }
    }
    return best;
}
