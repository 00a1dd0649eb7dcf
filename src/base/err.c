#include "base/err.h"

const char *
err_text(int err)
{
    switch ((enum err)err) {
    case ERR_OK: return "no error";
    case ERR_FORMAT: return "malformed";
    case ERR_RANGE: return "out of range";
    case ERR_AUTH: return "not authentic";
    case ERR_VERSION: return "another protocol version";
    case ERR_FULL: return "too much";
    case ERR_LIMIT: return "the key is used up";
    }
    return "unknown error";
}
