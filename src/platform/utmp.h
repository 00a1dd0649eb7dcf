/* The record of who is logged in where. Built as utmp_utempter.c or, where the system has
 * no libutempter, as utmp_none.c, which does nothing. */
#pragma once

/* Replaces the pty's record. host: what stands in its host field. */
void utmp_record(int master, const char *host);
void utmp_remove(int master);
