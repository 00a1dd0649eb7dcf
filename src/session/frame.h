/* Datagrams in a byte pipe, both ways: the relay's framing (awl-protocol(7)). Used by the
 * client's engine and by `awl-server relay`. Drops, never queues: a writer with 64 KiB
 * unacknowledged refuses the next datagram, as a full router would, because ssh takes
 * 2 MB before a write blocks, which on a slow link is a minute of stale screens. */
#pragma once
#include "base/bytes.h"
#include "base/deadline.h"

#define FRAME_DATAGRAM_MAX  2048u
#define FRAME_WINDOW        65536u /* bytes of datagrams unacknowledged */
#define FRAME_UNACKED_MAX   2048u  /* datagrams unacknowledged */
#define FRAME_KEEPALIVE_MS  30000u
#define FRAME_RELAY_IDLE_MS 3600000u /* a relay leaves after an hour without a frame */

struct frames; /* about 4 KiB, and up to 130 KiB for what waits to be written */

struct frames *frames_new(uint64_t now); /* gives */
void frames_free(struct frames *f);      /* takes; NULL is fine */

/* Bytes from the pipe, in any portions. Borrowed until the calls to frames_datagram that
 * follow have said false: take all datagrams before the next input. */
void frames_input(struct frames *f, struct bytes in, uint64_t now);
/* Takes the next datagram that came; *out is valid until the next call on f. */
bool frames_datagram(struct frames *f, struct bytes *out);
/* The peer broke the framing: close the pipe. Sticky. */
bool frames_bad(const struct frames *f);

/* Writes a datagram. False: dropped, because too much is under way, or of bad size. */
bool frames_put(struct frames *f, struct bytes datagram, uint64_t now);
/* A keepalive if 30 s have passed since the last frame; acknowledgements. */
void frames_tick(struct frames *f, uint64_t now);
uint64_t frames_deadline(const struct frames *f);
/* What is to be written to the pipe; valid until the next call on f. Then say how much
 * was taken. */
struct bytes frames_output(struct frames *f);
void frames_wrote(struct frames *f, size_t n);
/* Last frame that came; for the relay's own end. */
uint64_t frames_heard(const struct frames *f);
