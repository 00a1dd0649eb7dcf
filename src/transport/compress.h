/* zlib streams (RFC 1950), one for each message, nothing kept between them but memory:
 * the two contexts are set up once and reset, since setting one up costs far more than
 * packing forty bytes. Small tables: messages are small, and there are two contexts a
 * session. */
#pragma once
#include "base/bytes.h"

#define COMPRESS_MAX 4194304u /* of either form, as mosh's buffers have it */

struct compress;

struct compress *compress_new(void); /* gives */
void compress_free(struct compress *c);

/* Appends the stream of in (at most COMPRESS_MAX). */
void compress_pack(struct compress *c, struct bytes in, struct buffer *out);
/* *out is c's, valid until the next call. 0; ERR_FORMAT: not one whole stream and nothing
 * else; ERR_FULL: it holds more than COMPRESS_MAX. */
int compress_unpack(struct compress *c, struct bytes in, struct bytes *out);
