/* What can go wrong because of a peer, a user or the network. Functions return 0 or one
 * of these, all negative. Our own mistakes are assertions; lack of memory ends the
 * program. */
#pragma once

enum err {
    ERR_OK = 0,
    ERR_FORMAT = -1,  /* malformed */
    ERR_RANGE = -2,   /* a number or size outside its limits */
    ERR_AUTH = -3,    /* authentication failed, or the wrong direction */
    ERR_VERSION = -4, /* another protocol version */
    ERR_FULL = -5,    /* a cap was reached */
    ERR_LIMIT = -6,   /* the key has sealed as much as it may: the session must end */
};

/* A short English text for an enum err; never NULL. */
const char *err_text(int err);
