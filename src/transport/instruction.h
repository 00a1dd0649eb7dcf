/* The transport's message, between its bytes (protobuf, after zlib) and a struct. */
#pragma once
#include "base/arena.h"
#include "base/bytes.h"

#define INSTRUCTION_VERSION 2u
#define INSTRUCTION_MAX     4194304u /* bytes, as mosh's buffers have it */
#define INSTRUCTION_MEMORY_MAX                                                           \
    8388608u                      /* what unpacking one may take: `max` of the arena */
#define INSTRUCTION_CHAFF_MAX 16u /* that we send */

struct instruction {
    uint32_t version;
    uint64_t old_num, new_num, ack_num, throwaway_num;
    struct bytes diff, chaff;
    struct bytes path, hello; /* awl's own; data NULL: absent */
};

/* Appends; the same bytes as mosh's: all seven fields, ascending, also when zero or
 * empty. */
void instruction_pack(const struct instruction *in, struct buffer *out);
/* 0 or ERR_FORMAT. The views point into the arena. Any order, absent is zero or empty,
 * unknown fields are skipped; the version is not judged. */
int instruction_parse(struct arena *arena, struct bytes in, struct instruction *out);
