/* Cuts a message into fragments and joins them again. A fragment is 8 bytes of id, the
 * final bit with a 15-bit number, and a slice. Knows nothing of encryption or of meaning.
 */
#pragma once
#include "base/bytes.h"

#define FRAGMENT_HEADER_LEN 10u
#define FRAGMENT_COUNT_MAX  32768u
#define JOINER_SLOTS        8u /* messages being joined at once; the oldest gives way */
#define JOINER_BYTES_MAX    4194304u /* of all slots together, book-keeping included */

/* Takes a message apart. Zero-initialised it has nothing; owns `whole`. */
struct cutter {
    uint64_t ids; /* given out so far; the first is 1 */
    uint64_t id;  /* of the message in whole */
    struct buffer whole;
    size_t body; /* bytes of a slice */
    size_t at;   /* what was given out of it */
};

void cutter_free(struct cutter *c);
/* The message is what was put into c->whole (not empty); slices of `body` bytes. A new
 * id. False: it would take more than FRAGMENT_COUNT_MAX, and is forgotten. */
bool cutter_start(struct cutter *c, size_t body);
/* The same message again from the start: the same id, cutting and bytes, so that what
 * arrives of both joins. False: there is none. */
bool cutter_again(struct cutter *c);
bool cutter_pending(const struct cutter *c);
/* Writes a message as a single fragment under an id of its own, beside the one being cut;
 * gives its length. out has room for FRAGMENT_HEADER_LEN more than the message. */
size_t cutter_single(struct cutter *c, struct bytes message, uint8_t *out);
/* How many fragments the message has. */
size_t cutter_count(const struct cutter *c);
/* Writes the next fragment, at most FRAGMENT_HEADER_LEN + body bytes; false: none left.
 */
bool cutter_next(struct cutter *c, uint8_t *out, size_t *len);

struct joiner; /* opaque */

struct joiner *joiner_new(void); /* gives */
void joiner_free(struct joiner *j);

enum joiner_result { JOINER_BAD = -1, JOINER_MORE, JOINER_DONE };

/* Borrows fragment. On JOINER_DONE *whole is a view of j or of fragment, valid until the
 * next call on j or the end of fragment. JOINER_BAD: malformed, in conflict with one that
 * came before, or too much; it is dropped. */
enum joiner_result joiner_add(struct joiner *j, struct bytes fragment,
                              struct bytes *whole);
/* Bytes held for messages not yet whole. */
size_t joiner_held(const struct joiner *j);
