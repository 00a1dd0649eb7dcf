/* A program on the simulated pty: it remembers all that it was given, echoes it, and
 * writes the kind of output that programs write. */
#pragma once
#include "base/bytes.h"
#include "base/rng.h"

enum app_kind {
    APP_ECHO,  /* a shell's line: echo, now and then a listing */
    APP_BUSY,  /* paints without being asked as well */
    APP_QUIET, /* reads and says nothing */
    APP_KINDS,
    APP_LOGIN = APP_KINDS /* plain lines; after "su" comes one that isn't echoed */
};

struct app {
    enum app_kind kind;
    struct rng_seeded chance;
    struct buffer input; /* everything ever written to the pty */
    struct buffer output;
    uint64_t ready;  /* when output may be read */
    uint64_t paints; /* next unasked output */
    uint64_t until;  /* no unasked output after this */
    size_t line;     /* APP_LOGIN: where in input the line began */
    bool secret;     /* and it is a password */
    bool asks;       /* also sends queries, whose answers come as input */
    int delay;
};

void app_init(struct app *a, enum app_kind kind, uint64_t seed, uint64_t now);
void app_free(struct app *a);
void app_input(struct app *a, struct bytes data, uint64_t now);
void app_tick(struct app *a, uint64_t now);
/* At most size bytes of output that can be read now. */
size_t app_take(struct app *a, uint8_t *out, size_t size, uint64_t now);
uint64_t app_deadline(const struct app *a);
/* A piece of plausible output, also useful as a hostile one. */
void app_paint(struct rng_seeded *chance, struct buffer *out, bool asks);
