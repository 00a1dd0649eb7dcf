/* An Instruction, as it is and inside of zlib; what parses must come out of its own
 * packing the same. */
#include "transport/compress.h"
#include "transport/instruction.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
parse(struct bytes in)
{
    struct arena arena = {.max = INSTRUCTION_MEMORY_MAX};
    struct instruction a, b;
    struct buffer packed = {.max = 0};

    if (instruction_parse(&arena, in, &a) == 0) {
        instruction_pack(&a, &packed);
        if (instruction_parse(&arena, buffer_bytes(&packed), &b) != 0 ||
            a.version != b.version || a.old_num != b.old_num || a.new_num != b.new_num ||
            a.ack_num != b.ack_num || a.throwaway_num != b.throwaway_num ||
            !bytes_equal(a.diff, b.diff) || !bytes_equal(a.chaff, b.chaff) ||
            !bytes_equal(a.path, b.path) || !bytes_equal(a.hello, b.hello))
            abort();
    }
    buffer_free(&packed);
    arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct compress *c = compress_new();
    struct bytes plain;

    parse(bytes_of(data, size));
    if (compress_unpack(c, bytes_of(data, size), &plain) == 0)
        parse(plain);
    compress_free(c);
    return 0;
}
