#include "transport/instruction.h"
#include "awl.pb-c.h"
#include "base/err.h"

static ProtobufCBinaryData
binary(struct bytes b)
{
    /* protobuf-c wants it writable but only reads. */
    return (ProtobufCBinaryData){b.len, (uint8_t *)(uintptr_t)b.data};
}

/* Present but empty must differ from absent. */
static struct bytes
optional(protobuf_c_boolean has, ProtobufCBinaryData b)
{
    if (!has)
        return BYTES_NONE;
    return b.data ? bytes_of(b.data, b.len) : BYTES_LIT("");
}

void
instruction_pack(const struct instruction *in, struct buffer *out)
{
    Awl__Instruction m = AWL__INSTRUCTION__INIT;
    size_t size;

    m.has_protocol_version = m.has_old_num = m.has_new_num = m.has_ack_num =
        m.has_throwaway_num = m.has_diff = m.has_chaff = true;
    m.protocol_version = in->version;
    m.old_num = in->old_num;
    m.new_num = in->new_num;
    m.ack_num = in->ack_num;
    m.throwaway_num = in->throwaway_num;
    m.diff = binary(in->diff);
    m.chaff = binary(in->chaff);
    m.has_path = in->path.data != NULL;
    m.path = binary(in->path);
    m.has_hello = in->hello.data != NULL;
    m.hello = binary(in->hello);
    size = awl__instruction__get_packed_size(&m);
    if (!buffer_reserve(out, size))
        return;
    out->len += awl__instruction__pack(&m, out->data + out->len);
}

int
instruction_parse(struct arena *arena, struct bytes in, struct instruction *out)
{
    ProtobufCAllocator allocator = {arena_alloc, arena_release, arena};
    const Awl__Instruction *m;

    *out = (struct instruction){0};
    if (in.len > INSTRUCTION_MAX)
        return ERR_FORMAT;
    m = awl__instruction__unpack(&allocator, in.len, in.data);
    if (!m)
        return ERR_FORMAT;
    out->version = m->protocol_version;
    out->old_num = m->old_num;
    out->new_num = m->new_num;
    out->ack_num = m->ack_num;
    out->throwaway_num = m->throwaway_num;
    out->diff = bytes_of(m->diff.data, m->diff.len);
    out->chaff = bytes_of(m->chaff.data, m->chaff.len);
    out->path = optional(m->has_path, m->path);
    out->hello = optional(m->has_hello, m->hello);
    return 0;
}
