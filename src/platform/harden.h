/* Keeping secrets out of files. */
#pragma once
#include <stdbool.h>

/* No core files from now on. False: the system refuses, with errno. */
bool harden_no_core(void);
/* In a child: the limit found by harden_no_core back in force. */
void harden_child(void);
