/* One wait for descriptors, signals and a deadline. Nothing stays registered: before each
 * wait the caller says what it wants, afterwards it asks what it got. One loop a process,
 * since signals belong to the process. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define LOOP_READ  1u
#define LOOP_WRITE 2u

struct loop;

struct loop *loop_new(void); /* gives; SIGPIPE is ignored from now on */
void loop_free(struct loop *l);

/* From now on the signal is blocked except during loop_wait, which it ends. */
void loop_catch(struct loop *l, int signo);
/* True once for each time (or several together) the signal has come. */
bool loop_signalled(struct loop *l, int signo);
/* As if a caught signal had not come up to now, also if it still waits: a wait that finds
 * descriptors ready may leave signals for the next one. */
void loop_forget(struct loop *l, int signo);

/* For the next wait only. what: LOOP_READ, LOOP_WRITE or both; may be said again for the
 * same descriptor, the wishes add up. A descriptor below 0 is passed over. */
void loop_want(struct loop *l, int fd, unsigned what);
/* Until a descriptor or a signal has something, or clock_now() reaches the deadline;
 * NEVER: no deadline. */
void loop_wait(struct loop *l, uint64_t deadline);
/* What the last wait found, of what was wanted. End of file and errors count as both. */
unsigned loop_got(const struct loop *l, int fd);

/* In a fresh child, before it does anything else: signal mask and handlers as they were
 * before loop_new, so that what it executes gets ordinary signals. */
void loop_forked(void);
