/* Lays what the client has to say on a copy of the server's screen. */
#pragma once
#include "terminal/screen.h"

/* Gives a copy cut or padded to the window, so that what is painted always fits it; the
 * cursor's line is kept. */
struct screen *overlay_fit(const struct screen *replica, int cols, int rows);
/* The status line: in the top right corner, no wider than its text, and elsewhere if it
 * would hide the cursor. text is UTF-8; NULL: nothing. */
void overlay_notice(struct screen *s, const char *text);
/* Puts prefix before the window title, and the icon name where it is the same; not before
 * a program has set one. */
void overlay_title(struct screen *s, const char *prefix);
