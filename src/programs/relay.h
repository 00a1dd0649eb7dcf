/* awl-server's relay: datagrams in frames on a byte pipe (awl-protocol(7)), to and from
 * one UDP port of this host. Knows no key and understands nothing of what it carries.
 * What does not fit is dropped, never queued. */
#pragma once
#include "base/addr.h"
#include "base/bytes.h"

/* Where the relay of a server that is bound to `bound` sends: the loopback address for a
 * server on any address (AWL_NONE as family: of both), else the bound one. */
struct awl_addr relay_target(const struct awl_addr *bound);
/* Adds the start-up line for that target, with its newline. Gives whether a UDP socket is
 * bound there. Reads SSH_CONNECTION. */
bool relay_line(const struct awl_addr *target, struct buffer *out);

/* Carries frames between the two descriptors and target until end of file, a framing
 * error, the end of the session (the port refuses) or an hour without a frame. Gives the
 * exit status. Both descriptors become non-blocking. */
int relay_run(int in, int out, const struct awl_addr *target);

/* `awl-server relay [-a ADDR] PORT`, or `relay -`, which reads these words as a line of
 * standard input first; argv[0] is the word "relay". With SSH_ORIGINAL_COMMAND set it is
 * a forced command and takes its arguments from there. Gives the exit status. */
int relay_main(int argc, char **argv);
