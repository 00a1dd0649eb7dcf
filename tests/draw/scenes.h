/* The workloads that are written here. Used by workload.c only. */
#pragma once
#include "base/rng.h"
#include "workload.h"

/* A scene being written. */
struct scene {
    struct workload w;
    struct rng_seeded seed;
    struct buffer *out; /* the frame */
};

struct scene_entry {
    const char *name; /* NULL: behind the last */
    void (*write)(struct scene *s);
};

extern const struct scene_entry scenes[];

/* Begins the next frame. */
void scene_frame(struct scene *s);
