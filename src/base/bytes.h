/* Views of bytes, growing buffers with a cap, and a reader that cannot run over its end.
 */
#pragma once
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed view. data may be NULL when len is 0. */
struct bytes {
    const uint8_t *data;
    size_t len;
};

#define BYTES_NONE ((struct bytes){NULL, 0})
/* Of a string literal, without its NUL. */
#define BYTES_LIT(s) ((struct bytes){(const uint8_t *)("" s), sizeof(s) - 1})

struct bytes bytes_of(const void *data, size_t len);
struct bytes bytes_str(const char *s);
bool bytes_equal(struct bytes a, struct bytes b);
/* The part from `at`, at most len long; positions past the end give an empty view. */
struct bytes bytes_slice(struct bytes b, size_t at, size_t len);
/* Of one hexadecimal digit; -1: it is none. */
int hex_value(uint8_t c);
/* In time that depends on len alone; for secrets. */
bool bytes_equal_secret(const void *a, const void *b, size_t len);

/* A growing buffer. Zero-initialised with `max` set is ready for use; max 0 means no cap,
 * which is for sizes that only we ourselves decide. Owns data. */
struct buffer {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t max;
    bool overflow; /* something did not fit under max and was left out whole; sticky until
                      clear */
};

void buffer_free(struct buffer *b); /* also makes it empty and usable again */
void buffer_wipe(struct buffer *b); /* the same, and nothing can be read there: secrets */
void buffer_clear(struct buffer *b);                 /* keeps the memory */
bool buffer_reserve(struct buffer *b, size_t extra); /* false: over max, overflow set */
bool buffer_put(struct buffer *b, const void *data, size_t len); /* all or nothing */
bool buffer_put_bytes(struct buffer *b, struct bytes v);
bool buffer_put_byte(struct buffer *b, uint8_t v);
bool buffer_put_str(struct buffer *b, const char *s);
bool buffer_printf(struct buffer *b, const char *fmt, ...) ATTR_PRINTF(2, 3);
bool buffer_put_u16(struct buffer *b, uint16_t v); /* big-endian */
bool buffer_put_u64(struct buffer *b, uint64_t v);
void buffer_drop(struct buffer *b, size_t n); /* the first n bytes, n <= len */
struct bytes buffer_bytes(const struct buffer *b);
/* Adds a NUL behind the content (not counted) and gives it as a string, borrowed. */
const char *buffer_str(struct buffer *b);

/* Reads forward; after the first failure `bad` stays set and everything read is zero. */
struct reader {
    struct bytes rest;
    bool bad;
};

struct reader reader_of(struct bytes b);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r); /* big-endian */
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
struct bytes reader_take(struct reader *r, size_t n);

uint16_t be16_get(const uint8_t *p);
uint32_t be32_get(const uint8_t *p);
uint64_t be64_get(const uint8_t *p);
void be16_put(uint8_t *p, uint16_t v);
void be32_put(uint8_t *p, uint32_t v);
void be64_put(uint8_t *p, uint64_t v);
