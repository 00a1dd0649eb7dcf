/* Shared by predict.c (the keys, and what is shown), place.c (guesses are made) and
 * judge.c (and answered). */
#pragma once
#include "predict/guess.h"
#include "predict/learn.h"
#include "predict/predict.h"
#include "predict/stroke.h"

struct stroke {
    enum stroke_kind kind;
    uint32_t c;
    uint64_t due, made;
    uint64_t epoch;
    bool placed; /* the cursor is at x, y then; else nothing is foreseen */
    int x, y;
};

/* The line that is being typed: where it begins, and what stands before it. */
struct predict_line {
    bool known, trusted;
    int x, y;
    int end; /* of what the user typed; -1: not known. What follows is a suggestion, a
                right prompt, another pane: typing doesn't push it */
    uint64_t text, look;
};

/* What an edit should lead to, while nobody knows whether it does. */
struct predict_hope {
    uint32_t edit; /* 0: none */
    uint64_t due;
    int x, y;
};

struct predict {
    enum awl_predict mode;
    bool overwrite;
    struct stroke_reader reader;
    struct learn learn;
    struct predict_link link;
    uint64_t mode_since; /* of link.tty */

    int cols, rows;
    struct guess **grid; /* rows of cols guesses, each NULL until needed */
    struct stroke strokes[PREDICT_STROKES_MAX];
    unsigned stroke_count;
    uint64_t epoch, confirmed; /* guesses of later epochs than confirmed are tentative */
    struct predict_line line;
    bool blocked; /* by a stroke whose effect isn't known, until */
    uint64_t block_due;
    bool ended;    /* it ends the line */
    bool edited;   /* something unforeseen was done to the line */
    bool suggests; /* text was seen behind what was typed */
    struct predict_hope hope;
    unsigned edits[STROKE_EDITS]; /* how often each did what was expected */
    bool distrust;                /* until then: keys may mean something else */
    uint64_t cursor_off; /* since when the cursor isn't where it should be; 0: it is */

    bool display, marking;
    unsigned glitch;
    uint64_t healed;
    uint64_t deadline;
    struct predict_counts counts;
};

/* ---- predict.c ---- */

void predict_new_epoch(struct predict *p);
void predict_clear_cells(struct predict *p);
void predict_fit(struct predict *p, const struct screen *s);
bool predict_is_shown(const struct predict *p);
uint64_t predict_patience(const struct predict *p);

/* ---- place.c ---- */

/* Appends the stroke and guesses what it does. */
void predict_place(struct predict *p, struct stroke s, const struct screen *replica);
/* Forgets all guesses and makes those of unanswered strokes anew. */
void predict_replay(struct predict *p, const struct screen *replica, uint64_t now);
/* A typed character of the line came true. */
void predict_learn(struct predict *p, int y);

/* ---- edit.c ---- */

/* Where the cursor will be after STROKE_EDIT; -1: nobody knows. */
int predict_edit(struct predict *p, const struct stroke *s, const struct screen *replica);
/* Learns from what such a stroke led to. True: to what was expected. */
bool predict_edit_seen(struct predict *p, const struct screen *replica);

/* How long a guess may be outstanding before that changes what is shown. */
#define GLITCH_MS      250u
#define GLITCH_LONG_MS 5000u
#define GLITCH_SHOW    10u
#define GLITCH_MARK    20u
