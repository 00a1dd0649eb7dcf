/* Where typing was seen to be echoed: kinds of prompts, by their look and by what is
 * known of the program. A new line after such a prompt needs no proof of its own. */
#pragma once
#include "terminal/screen.h"
#include "terminal/tty_mode.h"

#define LEARN_CONTEXTS_MAX 16u
#define LEARN_PROMPTS_MAX  8u
#define LEARN_ENOUGH       2u /* echoes seen */
#define LEARN_MOST         8u

struct learn_context {
    uint64_t look; /* 0: unused */
    uint64_t used;
    unsigned right;
};

struct learn_prompt {
    uint64_t text, look;
    int len;
};

/* Plain data; all zero knows nothing. */
struct learn {
    struct learn_context context[LEARN_CONTEXTS_MAX];
    struct learn_prompt prompt[LEARN_PROMPTS_MAX];
    unsigned next_prompt;
    uint64_t clock;
};

/* The text of columns 0..len-1 as a hash, never 0. */
uint64_t learn_text(const struct row *r, int len);
/* What kind of prompt these columns are: the same for prompts that differ only where
 * prompts do. 0: not a prompt, or nothing that could be told from a question. */
uint64_t learn_look(const struct row *r, int len, const struct tty_mode *tty);

void learn_right(struct learn *l, uint64_t look, uint64_t text, int len);
void learn_wrong(struct learn *l, uint64_t look);
bool learn_trusts(const struct learn *l, uint64_t look);
/* How long the trusted prompt is that the row begins with, at most `len`; 0: none. */
int learn_prompt_len(const struct learn *l, const struct row *r, int len, uint64_t *look);
