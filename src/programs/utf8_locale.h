/* A UTF-8 locale for the session's programs, in the environment. awl itself needs none.
 */
#pragma once
#include <stddef.h>

/* Keeps the environment's locale if it is a usable UTF-8 one. Else takes the client's
 * assignments (NAME=VALUE; NAME alone removes), those that this system has, and else
 * C.UTF-8. Gives the name that was fallen back to, NULL if none was needed. */
const char *locale_choose(const char *const assign[], size_t count);
