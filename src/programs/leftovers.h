/* Folders of control FIFOs whose server was killed and so removed nothing. */
#pragma once
#define LEFTOVERS_PREFIX "awl-" /* of such a folder's name; six letters follow */
#define LEFTOVERS_FIFO   "control"
#define LEFTOVERS_AGE_S  60   /* a younger one may still be in the making */
#define LEFTOVERS_LOOKS  1000 /* entries of the folder that are looked at, at most */

/* Removes those in `tmp` that are this user's own, private, have a FIFO that nobody
 * reads, and are older than LEFTOVERS_AGE_S; a folder with more in it stays. Follows no
 * link, never waits, and says nothing. */
void leftovers_remove(const char *tmp);
