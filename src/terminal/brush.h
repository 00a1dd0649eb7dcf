/* A model of the receiver while it is drawn on: where its cursor is, what its pen is.
 * Each function appends the bytes that do one thing and keeps the model true. Used by
 * draw.c only. */
#pragma once
#include "terminal/caps.h"
#include "terminal/screen.h"

enum brush_at {
    BRUSH_AT,     /* the cursor is at x, y */
    BRUSH_EDGE,   /* the last column of row y was printed, a wrap is pending */
    BRUSH_NOWHERE /* anywhere */
};

struct brush {
    struct buffer *out; /* borrowed */
    const struct caps *caps;
    int cols, rows;
    enum brush_at at;
    int x, y;
    struct pen pen;
    bool pen_known;
    const struct hyperlink *link; /* the receiver prints with; NULL at both ends */
    int effort; /* cells that may still be looked at for something shorter */
};

/* CSI n FINAL, without n when it is 1. */
void brush_csi(struct brush *b, int n, char final);
void brush_move(struct brush *b, int x, int y);
/* As far as the move costs: bytes. */
unsigned brush_move_cost(const struct brush *b, int x, int y);
void brush_pen(struct brush *b, struct pen pen);
/* A pen with which erasing leaves this background. */
void brush_background(struct brush *b, uint32_t bg);
/* Prints the cell at r[x] where the cursor is; at the edge the receiver wraps first. */
void brush_print(struct brush *b, const struct row *r, int x);
/* The receiver prints with this hyperlink, NULL: none, from now on. */
void brush_link(struct brush *b, const struct hyperlink *link);
/* Prints the character just printed, of width 1, n times more by REP, before the edge;
 * false, and nothing is done, where the character itself n times is as short. */
bool brush_again(struct brush *b, uint32_t c, int n);
/* Prints n spaces that show nothing but the background. */
void brush_spaces(struct brush *b, int n, uint32_t bg);
