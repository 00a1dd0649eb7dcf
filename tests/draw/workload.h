/* What programs write, frame by frame: what comes at once in answer to one key, or
 * between two pauses. For whatever measures drawing. The same on every machine:
 * recordings of real programs, and scenes written here. */
#pragma once
#include "base/bytes.h"

#define WORKLOAD_COLS 80
#define WORKLOAD_ROWS 24

struct workload {
    size_t count;
    struct buffer *frame;
};

/* The n-th workload's name, or NULL behind the last. */
const char *workload_name(size_t n);
/* Gives. folder: where the recordings lie. Ends the program when one can't be read. */
struct workload workload_new(const char *name, const char *folder);
void workload_free(struct workload *w);
