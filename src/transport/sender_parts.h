/* What the sender's three files share: sender.c hears of events, sender_when.c knows the
 * deadlines, sender_what.c makes the messages. For nobody else. */
#pragma once
#include "transport/sender.h"

#define SENDER_FRAME 20u  /* ms between frames in the long run */
#define SENDER_LOSS  0.01 /* share of losses from which on small messages go twice */

struct sender_state *sender_newest(struct sender *s);
struct sender_state *sender_find(struct sender *s,
                                 uint64_t num); /* NULL: not in the list */
/* Anything with content that is not acknowledged? */
bool sender_outstanding(const struct sender *s);
void sender_all_lost(struct sender *s);

uint32_t
sender_send_interval(const struct link *link); /* ms; half a round trip, 20 to 250 */
uint64_t sender_retry_due(const struct sender *s, const struct link *link);
uint64_t sender_data_due(const struct sender *s);
