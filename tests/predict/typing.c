/* Replays recorded sessions over a simulated link and looks at what the user would have
 * seen: which keys showed at once, and whether what showed was right.
 *
 *     typing FILE.rec...
 *
 * Prints TAP. `-v` in front: one line for each run. */
#include "predict/predict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "state/display.h"
#include "terminal/emulate.h"

enum { STEPS_MAX = 4000, STATES_MAX = 4096, AT_ONCE = 16, END = 30000 };

struct output {
    uint64_t after;
    uint8_t *data;
    size_t len;
    bool sets;
    struct tty_mode tty;
};

/* A key and what came of it. */
struct step {
    uint8_t key[8];
    size_t key_len;
    struct output *out;
    size_t outs;
    struct screen *then; /* the truth, once it was answered */
    bool typing;         /* a key whose effect shows in its line */
    bool secret;         /* while nothing was echoed */
};

struct record {
    const char *name;
    int cols, rows;
    struct step step[STEPS_MAX]; /* 0: before the first key */
    size_t steps;
};

static struct record rec;

struct run {
    unsigned rtt;
    bool stock, ahead;
    enum awl_predict mode;
    unsigned at_once; /* per mille of the keys typed in line editors, at least */
    unsigned wrong;   /* per mille of all keys, at most */
    unsigned loss;    /* per cent, each way */
    unsigned stall;   /* ms for which each 20th key keeps the program busy first */
};

struct tally {
    unsigned typing, at_once, wrong, keys, secrets;
};

/* ---- the file ---- */

static size_t
decode(const char *text, uint8_t *out)
{
    size_t n = 0;

    for (; *text != '\0' && *text != '\n'; n++) {
        unsigned c = (unsigned char)*text++;

        if (c == '%') {
            sscanf(text, "%2x", &c);
            text += 2;
        }
        out[n] = (uint8_t)c;
    }
    return n;
}

static struct output *
output_add(struct step *s)
{
    s->out = xrealloc(s->out, s->outs + 1, sizeof s->out[0]);
    s->out[s->outs] = (struct output){0};
    return &s->out[s->outs++];
}

static void
record_line(const char *line)
{
    struct step *s = &rec.step[rec.steps - 1];
    unsigned after;
    int used;
    char flags[8], name[64];

    if (sscanf(line, "size %d %d", &rec.cols, &rec.rows) == 2)
        return;
    if (strncmp(line, "key ", 4) == 0) {
        if (rec.steps == STEPS_MAX)
            abort();
        s = &rec.step[rec.steps++];
        *s = (struct step){0};
        s->key_len = decode(line + 4, s->key);
    } else if (sscanf(line, "out %u %n", &after, &used) == 1) {
        struct output *o = output_add(s);

        o->after = after;
        o->data = xmalloc(strlen(line));
        o->len = decode(line + used, o->data);
    } else if (sscanf(line, "mode %7s %63s", flags, name) == 2) {
        struct output *o = output_add(s);

        o->after = s->outs > 1 ? s->out[s->outs - 2].after : 0;
        o->sets = true;
        o->tty = (struct tty_mode){.known = true,
                                   .echo = strchr(flags, 'e') != NULL,
                                   .canonical = strchr(flags, 'c') != NULL,
                                   .erase = 0x7f,
                                   .kill = 0x15,
                                   .word_erase = 0x17,
                                   .program = (uint8_t)tty_program_of(name)};
    }
}

static bool
same_cell(const struct screen *a, const struct screen *b, int x, int y)
{
    const struct row *ra = screen_row(a, y), *rb = screen_row(b, y);
    uint32_t ta[CELL_TEXT_MAX] = {0}, tb[CELL_TEXT_MAX] = {0};
    unsigned na = cell_text(ra, x, ta), nb = cell_text(rb, x, tb);
    bool blank_a = na == 0 || (na == 1 && ta[0] == ' ');
    bool blank_b = nb == 0 || (nb == 1 && tb[0] == ' ');

    return (blank_a && blank_b) || (na == nb && memcmp(ta, tb, na * sizeof ta[0]) == 0);
}

static bool
same_row(const struct screen *a, const struct screen *b, int y, int cols)
{
    for (int x = 0; x < cols; x++) {
        if (!same_cell(a, b, x, y))
            return false;
    }
    return true;
}

static void
record_truth(void)
{
    struct screen *s = screen_new(rec.cols, rec.rows);
    struct emulator *e = emulator_new(s, EMULATOR_SERVER);
    bool secret = false;

    for (size_t i = 0; i < rec.steps; i++) {
        struct step *k = &rec.step[i];
        const struct screen *before = i > 0 ? rec.step[i - 1].then : s;
        bool character = k->key_len > 0 && (k->key[0] >= 0x20);

        k->secret = secret && character;
        for (size_t j = 0; j < k->outs; j++) {
            if (k->out[j].sets)
                secret = k->out[j].tty.canonical && !k->out[j].tty.echo;
            else
                emulator_write(e, bytes_of(k->out[j].data, k->out[j].len), NULL);
        }
        k->then = screen_copy(s);
        k->typing = character && i > 0 && k->then->y == before->y &&
                    k->then->x != before->x && !k->secret;
    }
    emulator_free(e);
    screen_free(s);
}

static void
record_read(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[65536];

    if (f == NULL) {
        printf("Bail out! %s\n", path);
        exit(1);
    }
    rec = (struct record){.name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
                          .steps = 1};
    while (fgets(line, sizeof line, f) != NULL)
        record_line(line);
    fclose(f);
    record_truth();
}

static void
record_free(void)
{
    for (size_t i = 0; i < rec.steps; i++) {
        for (size_t j = 0; j < rec.step[i].outs; j++)
            free(rec.step[i].out[j].data);
        free(rec.step[i].out);
        screen_free(rec.step[i].then);
    }
}

/* ---- the link ---- */

struct state {
    uint64_t at;
    struct screen *screen;
    uint64_t ack;
    struct tty_mode tty;
};

struct sim {
    const struct run *run;
    uint64_t now;
    /* the server */
    struct screen *screen;
    struct emulator *emulator;
    struct tty_mode tty;
    uint64_t arrive[STEPS_MAX]; /* of each key */
    size_t working, out;        /* step and output to come */
    uint64_t began;             /* when it began */
    unsigned pieces, whole;     /* outputs of this step; answers in a row that were one */
    struct rng_seeded luck;
    uint64_t answered[STEPS_MAX];
    uint64_t ack, published_ack;
    bool changed;
    struct state state[STATES_MAX];
    size_t first, states;
    /* the client */
    struct predict *p;
    struct state have;
    struct screen *shown, *plain;
    size_t typed;
};

static uint32_t
dice(struct rng_seeded *seed, uint32_t of)
{
    struct rng r = {rng_seeded_fill, seed};

    return rng_below(&r, of);
}

/* When what leaves now arrives: repeated until it isn't lost. */
static uint64_t
arrival(struct sim *m)
{
    uint64_t at = m->now + m->run->rtt / 2;

    while (m->run->loss > 0 && dice(&m->luck, 100) < m->run->loss)
        at += m->run->rtt + 110;
    return at;
}

/* The program's part: each key takes its time, and as long as when it was recorded. */
static void
program_turn(struct sim *m)
{
    while (m->working < rec.steps && m->working <= m->typed &&
           m->now >= m->arrive[m->working]) {
        struct step *k = &rec.step[m->working];

        if (m->began == NEVER)
            m->began = m->now + (m->working % 20 == 19 ? m->run->stall : 0);
        for (; m->out < k->outs && m->now >= m->began + k->out[m->out].after; m->out++) {
            struct output *o = &k->out[m->out];

            if (o->sets)
                m->tty = o->tty;
            else
                emulator_write(m->emulator, bytes_of(o->data, o->len), NULL);
            m->pieces += !o->sets;
            m->changed = true;
        }
        if (m->out < k->outs || m->now < m->began)
            break;
        m->answered[m->working] = m->now;
        m->began = NEVER;
        m->out = 0;
        m->working++;
        if (m->pieces > 0 && k->key[0] >= ' ')
            m->whole = m->pieces == 1 ? m->whole + 1 : 0;
        m->pieces = 0;
    }
}

/* Whether our server takes what came after key i for all of its echo. */
static bool
echo_whole(const struct sim *m, size_t i)
{
    bool lone = m->ack + 1 == i && rec.step[i].key[0] >= ' ' &&
                (i == m->typed || m->now < m->arrive[i + 1]);

    if (m->run->stock || rec.step[i].outs == 0)
        return false;
    if (m->whole >= 4 && lone && ((i == m->working && m->pieces == 1) || i < m->working))
        return true;
    return i < m->working && m->now >= m->answered[i] + 2;
}

static void
server_turn(struct sim *m)
{
    program_turn(m);
    for (size_t i = m->ack + 1; i <= m->typed && m->now >= m->arrive[i]; i++) {
        if (echo_whole(m, i) || m->now >= m->arrive[i] + 50)
            m->ack = i;
        else
            break;
    }
    if (m->changed || m->ack != m->published_ack) {
        struct state *s = &m->state[m->states++ % STATES_MAX];

        *s = (struct state){
            .at = arrival(m), .screen = screen_copy(m->screen), .ack = m->ack};
        if (!m->run->stock) {
            s->tty = m->tty;
            s->tty.alternate = m->screen->alternate;
        }
        m->changed = false;
        m->published_ack = m->ack;
    }
}

static void
judge(struct sim *m)
{
    struct predict_link link = {m->have.ack, m->run->rtt, m->have.tty};

    predict_judge(m->p, m->have.screen, &link, m->now);
}

static void
draw(struct sim *m)
{
    judge(m);
    screen_free(m->shown);
    m->shown = screen_copy(m->have.screen);
    predict_apply(m->p, m->shown);
}

static void
client_turn(struct sim *m)
{
    size_t newest = m->first; /* one above: it makes those before it, if late, useless */
    bool news;

    for (size_t i = m->first; i < m->states; i++) {
        if (m->now >= m->state[i % STATES_MAX].at)
            newest = i + 1;
    }
    news = newest > m->first;
    while (m->first < newest) {
        screen_free(m->have.screen);
        m->have = m->state[m->first++ % STATES_MAX];
    }
    if (news || m->now >= predict_deadline(m->p))
        draw(m);
}

static void
type(struct sim *m)
{
    struct step *k = &rec.step[m->typed + 1];

    judge(m);
    predict_keys(m->p, bytes_of(k->key, k->key_len), m->have.screen, m->typed, m->now);
    m->typed++;
    m->arrive[m->typed] = arrival(m) + m->run->rtt % 2;
    /* It brings what was lost before it. */
    for (size_t i = m->typed; i-- > 0 && m->arrive[i] > m->arrive[m->typed];)
        m->arrive[i] = m->arrive[m->typed];
    draw(m);
}

/* Whether the cell will look so once one of the unanswered keys has been answered. */
static bool
comes_true(const struct sim *m, int x, int y)
{
    for (size_t i = m->have.ack; i <= m->typed; i++) {
        if (same_cell(m->shown, rec.step[i].then, x, y))
            return true;
    }
    return false;
}

/* Cells that were guessed, and will never be so. */
static bool
shows_wrong(const struct sim *m)
{
    for (int y = 0; y < rec.rows; y++) {
        for (int x = 0; x < rec.cols; x++) {
            if (!same_cell(m->shown, m->have.screen, x, y) && !comes_true(m, x, y))
                return true;
        }
    }
    return false;
}

static bool
shows_key(const struct sim *m, const struct step *k)
{
    return m->shown->x == k->then->x && m->shown->y == k->then->y &&
           same_row(m->shown, k->then, m->shown->y, m->shown->x);
}

static void
show_rows(const struct sim *m, const struct step *k)
{
    const struct screen *s[3] = {m->have.screen, m->shown, k->then};

    for (int i = 0; i < 3; i++) {
        struct buffer b = {.max = 0};

        for (int x = 0; x < rec.cols; x++) {
            if (cell_is_erased(screen_row(s[i], m->shown->y)->cells[x]))
                buffer_put_byte(&b, ' ');
            else
                cell_utf8(screen_row(s[i], m->shown->y), x, &b);
        }
        printf("#   %s %2d,%2d |%s|\n",
               i == 0   ? "have "
               : i == 1 ? "shown"
                        : "truth",
               s[i]->x, s[i]->y, buffer_str(&b));
        buffer_free(&b);
    }
}

static bool
reply_seen(const struct sim *m)
{
    return m->have.ack >= m->typed && m->working > m->typed &&
           m->now >= m->answered[m->typed] + m->run->rtt / 2 + 5;
}

static struct tally
replay(const struct run *run, int verbose)
{
    struct sim *m = xcalloc(1, sizeof *m);
    struct tally t = {0};
    struct rng_seeded seed = {run->rtt + run->ahead};
    uint64_t next, look = NEVER, settled = 0;

    m->run = run;
    m->now = 1000000;
    m->began = NEVER;
    m->luck.state = run->rtt + run->loss;
    m->screen = screen_new(rec.cols, rec.rows);
    m->emulator = emulator_new(m->screen, EMULATOR_SERVER);
    m->p = predict_new(run->mode, false);
    m->have.screen = screen_copy(m->screen);
    m->shown = screen_copy(m->screen);
    next = m->now + 3000;
    for (uint64_t end = m->now + 2000000; m->now < end; m->now++) {
        server_turn(m);
        client_turn(m);
        if (m->now == look) {
            struct step *k = &rec.step[m->typed];
            bool wrong = shows_wrong(m), at_once = shows_key(m, k);

            t.keys++;
            t.typing += k->typing;
            t.at_once += k->typing && at_once;
            t.wrong += wrong;
            t.secrets += k->secret && wrong;
            if (verbose > 1 && (wrong || (k->typing && !at_once))) {
                printf("# %s key %zu '%.*s'\n", wrong ? "wrong" : "not shown", m->typed,
                       (int)k->key_len, (const char *)k->key);
                show_rows(m, k);
            }
        }
        if (m->typed + 1 == rec.steps) {
            if (m->first < m->states || m->ack < m->typed)
                settled = m->now;
            if (m->now >= look + END / 10 && m->now >= settled + 1000)
                break;
            continue;
        }
        /* People look before they go on after Enter, and when keys are commands. */
        if (!run->ahead && m->typed > 0 && !rec.step[m->typed].typing && !reply_seen(m))
            next = MAX(next, m->now + 250 + dice(&seed, 300));
        if (m->now >= next) {
            type(m);
            look = m->now + AT_ONCE;
            next = m->now + (run->ahead ? 60 + dice(&seed, 100) : 90 + dice(&seed, 160));
        }
    }
    if (!screen_equal_but_copies(m->shown, m->screen))
        t.wrong += 1000; /* guesses that stay */
    predict_free(m->p);
    emulator_free(m->emulator);
    screen_free(m->screen);
    screen_free(m->shown);
    while (m->first < m->states)
        screen_free(m->state[m->first++ % STATES_MAX].screen);
    screen_free(m->have.screen);
    free(m);
    return t;
}

/* Where lines are edited, as opposed to editors and pagers. */
static bool
is_lines(const char *name)
{
    return strncmp(name, "vim", 3) != 0 && strncmp(name, "nano", 4) != 0 &&
           strncmp(name, "less", 4) != 0;
}

static void
add(struct tally *sum, const struct tally *t)
{
    if (is_lines(rec.name)) {
        sum->typing += t->typing;
        sum->at_once += t->at_once;
    }
    sum->keys += t->keys;
    sum->wrong += t->wrong;
    sum->secrets += t->secrets;
}

static void
print_tally(const struct run *r, const char *name, const struct tally *t)
{
    static const char *const modes[] = {"adaptive", "always", "never", "experimental"};

    printf("# rtt %u loss %u stall %u %s %s %s %-12s %.1f%% of %u at once, %.2f%% of %u "
           "wrong, %u secrets\n",
           r->rtt, r->loss, r->stall, modes[r->mode], r->stock ? "stock" : "own",
           r->ahead ? "ahead" : "human", name, 100.0 * t->at_once / MAX(t->typing, 1u),
           t->typing, 100.0 * t->wrong / MAX(t->keys, 1u), t->keys, t->secrets);
}

int
main(int argc, char **argv)
{
    static const struct run runs[] = {
        {300, false, false, AWL_PREDICT_ADAPTIVE, 970, 1, 0, 0},
        {100, false, false, AWL_PREDICT_ADAPTIVE, 980, 1, 0, 0},
        {300, false, true, AWL_PREDICT_ADAPTIVE, 850, 1, 0, 0},
        {300, true, false, AWL_PREDICT_ADAPTIVE, 955, 5, 0, 0},
        {300, true, true, AWL_PREDICT_ADAPTIVE, 800, 5, 0, 0},
        {20, false, false, AWL_PREDICT_ADAPTIVE, 0, 5, 0, 0},
        {50, false, false, AWL_PREDICT_ADAPTIVE, 0, 5, 0, 0},
        {80, false, false, AWL_PREDICT_ADAPTIVE, 950, 5, 0, 0},
        {200, true, false, AWL_PREDICT_ADAPTIVE, 950, 5, 0, 0},
        {400, false, false, AWL_PREDICT_ADAPTIVE, 960, 1, 0, 0},
        {400, true, true, AWL_PREDICT_ADAPTIVE, 780, 10, 0, 0},
        {30, false, false, AWL_PREDICT_ALWAYS, 980, 5, 0, 0},
        {1000, true, true, AWL_PREDICT_ALWAYS, 0, 10, 0, 0},
        {300, false, false, AWL_PREDICT_EXPERIMENTAL, 950, 1000, 0, 0},
        {300, false, false, AWL_PREDICT_NEVER, 0, 0, 0, 0},
        {200, false, false, AWL_PREDICT_ADAPTIVE, 900, 5, 5, 0},
        {200, true, false, AWL_PREDICT_ADAPTIVE, 900, 5, 5, 0},
        {100, false, false, AWL_PREDICT_ADAPTIVE, 900, 5, 20, 0},
        {400, false, true, AWL_PREDICT_ADAPTIVE, 700, 10, 20, 0},
        {1000, true, true, AWL_PREDICT_ADAPTIVE, 400, 10, 20, 0},
        {30, false, false, AWL_PREDICT_ADAPTIVE, 0, 5, 0, 300},
        {50, true, false, AWL_PREDICT_ADAPTIVE, 800, 5, 0, 300},
        {30, false, true, AWL_PREDICT_ADAPTIVE, 0, 5, 0, 6000},
        {200, true, false, AWL_PREDICT_ALWAYS, 800, 10, 5, 300},
    };
    int verbose = 0, bad = 0;

    while (argc > 1 && strcmp(argv[1], "-v") == 0) {
        verbose++;
        argc--;
        argv++;
    }
    printf("1..%zu\n", ARRAY_LEN(runs));
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        const struct run *r = &runs[i];
        struct tally sum = {0};
        bool good;

        for (int j = 1; j < argc; j++) {
            struct tally t;

            record_read(argv[j]);
            t = replay(r, verbose);
            add(&sum, &t);
            if (verbose)
                print_tally(r, rec.name, &t);
            record_free();
        }
        print_tally(r, "all", &sum);
        good = sum.at_once * 1000 >= r->at_once * sum.typing &&
               sum.wrong * 1000 <= r->wrong * sum.keys && sum.secrets == 0;
        printf("%sok %zu - what is shown of typing\n", good ? "" : "not ", i + 1);
        bad += !good;
    }
    return bad != 0;
}
