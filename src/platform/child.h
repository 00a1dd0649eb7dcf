/* Helper processes: started with pipes, watched, reaped, ended when late. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_IN      1u /* a pipe to its standard input, else /dev/null */
#define CHILD_OUT     2u /* a pipe from its standard output, else ours */
#define CHILD_ERR     4u /* a pipe from its standard error, else ours */
#define CHILD_SESSION 8u /* its own session, so without the terminal and its signals */

struct child {
    pid_t pid;        /* 0: not running */
    int in, out, err; /* our ends, non-blocking, close-on-exec; -1: none or closed */
    int status;       /* exit status, when ended */
    int signal;       /* or the signal that ended it; 0: none */
};

/* Forks. 0 in the child, with its standard descriptors in place and ordinary signals;
 * the pid in the parent; -1 with errno. */
pid_t child_fork(struct child *c, unsigned flags);
/* Executes argv[0], looked up in PATH. 0, or errno, also that of the exec. */
int child_start(struct child *c, char *const argv[], unsigned flags);
/* True: it has ended, status and signal are set, pid is 0. Never waits. */
bool child_ended(struct child *c);
/* Closes the pipes; a child still running gets SIGTERM, and SIGKILL after wait_ms, and is
 * reaped. */
void child_end(struct child *c, int wait_ms);

/* Closes every descriptor above 2 but those in keep: what was inherited holds somebody
 * else's pipe open. */
void child_close_others(const int keep[], size_t count);
