/* What the environment says to a client: MOSH_ESCAPE_KEY, MOSH_PREDICTION_DISPLAY,
 * MOSH_PREDICTION_OVERWRITE, MOSH_TITLE_NOPREFIX, MOSH_NO_TERM_INIT. */
#pragma once
#include "awl/awl.h"

/* adaptive, always, never, experimental. */
bool predict_parse(const char *text, enum awl_predict *out);
/* The escape key for the value of MOSH_ESCAPE_KEY (NULL: unset); 0: none. */
int escape_parse(const char *text);
/* Fills predict, predict_overwrite, escape, title_prefix and *init (false:
 * MOSH_NO_TERM_INIT). False: error is one line. */
bool client_env_read(struct awl_client_config *c, bool *init, char *error, size_t size);
