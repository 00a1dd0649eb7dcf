#include "programs/client_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define ESCAPE_DEFAULT 0x1e /* Ctrl-^ */

bool
predict_parse(const char *text, enum awl_predict *out)
{
    static const struct {
        const char *word;
        enum awl_predict mode;
    } modes[] = {
        {"adaptive", AWL_PREDICT_ADAPTIVE},
        {"always", AWL_PREDICT_ALWAYS},
        {"never", AWL_PREDICT_NEVER},
        {"experimental", AWL_PREDICT_EXPERIMENTAL},
    };

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (strcmp(text, modes[i].word) == 0) {
            *out = modes[i].mode;
            return true;
        }
    }
    return false;
}

int
escape_parse(const char *text)
{
    int key;

    if (text == NULL)
        return ESCAPE_DEFAULT;
    if (text[0] == '\0')
        return 0;
    key = (unsigned char)text[0];
    /* Keys that a session cannot do without are refused: Ctrl-C, Ctrl-D, LF, Ctrl-L, CR.
     */
    if (text[1] != '\0' || key > 127 || strchr("\003\004\n\014\r", key) != NULL)
        return ESCAPE_DEFAULT;
    return key;
}

bool
client_env_read(struct awl_client_config *c, bool *init, char *error, size_t size)
{
    const char *display = getenv("MOSH_PREDICTION_DISPLAY");
    const char *overwrite = getenv("MOSH_PREDICTION_OVERWRITE");

    c->predict = AWL_PREDICT_ADAPTIVE;
    if (display != NULL && !predict_parse(display, &c->predict)) {
        snprintf(
            error, size,
            "MOSH_PREDICTION_DISPLAY is \"%.40s\"; it must be adaptive, always, never "
            "or experimental",
            display);
        return false;
    }
    c->predict_overwrite = overwrite != NULL && strcmp(overwrite, "yes") == 0;
    c->escape = escape_parse(getenv("MOSH_ESCAPE_KEY"));
    c->title_prefix = getenv("MOSH_TITLE_NOPREFIX") == NULL;
    *init = getenv("MOSH_NO_TERM_INIT") == NULL;
    return true;
}
