/* `awl doctor`: watches a session that exists only to be watched, for a few seconds and
 * without a screen, and prints what each side sits behind, what was tried, what worked,
 * how long it took, and what would help most. */
#pragma once
#include "programs/driver.h"
#include "programs/settings.h"

#define DOCTOR_MAX_MS    20000u /* then the session is given up whatever it does */
#define DOCTOR_SILENT_MS 8000u  /* no state of the server, or no UDP and no relay */
#define DOCTOR_REST_MS   400u   /* after UDP took over: round trips are measured */
#define DOCTOR_END_MS    1500u  /* for an orderly end */

enum doctor_login { DOCTOR_NO_LOGIN, DOCTOR_NO_SERVER, DOCTOR_SERVER };

/* Zero-initialise; `awl` fills in the upper part as it goes. */
struct doctor {
    const struct settings *s; /* borrowed */
    enum doctor_login login;
    const char *error;    /* what ssh or the server said, or NULL; borrowed */
    uint64_t began, line; /* ssh was started; its start-up line read. 0: not */
    uint16_t port;        /* the session's */
    bool stock, relay, proxied;

    struct driver_ssh ssh; /* the hooks behind ours */
    uint64_t started;      /* the session */
    uint64_t quit_at;      /* NEVER: not asked to end yet; else when it is asked again */
    bool piped;            /* a relay was there at some time */
    bool taken;            /* facts and path are there */
    struct awl_client_facts facts;
    char path[300];
};

/* What the server runs meanwhile: no login shell, and it ends by itself. NULL-terminated.
 */
extern const char *const doctor_command[];

/* Hooks for the driver: those given, and the watching. Borrows d. */
struct driver_ssh doctor_hooks(struct doctor *d, const struct driver_ssh *ssh,
                               uint64_t now);
/* After driver_run, in case the session ended before it was asked to. */
void doctor_look(struct doctor *d, struct awl_client *c, uint64_t now);
/* Prints the report on standard output. Gives the exit status: 0 direct, 1 through ssh
 * alone, 255 no session. */
int doctor_report(const struct doctor *d);
