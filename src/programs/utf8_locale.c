#include "programs/utf8_locale.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"

#define NAME_MAX_LEN 64u

static const char *const variables[] = {
    "LANG",       "LANGUAGE",     "LC_CTYPE",       "LC_NUMERIC",        "LC_TIME",
    "LC_COLLATE", "LC_MONETARY",  "LC_MESSAGES",    "LC_PAPER",          "LC_NAME",
    "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION", "LC_ALL",
};

/* Installed here; utf8: and its characters are UTF-8. */
static bool
usable(const char *name, bool utf8)
{
    locale_t l = newlocale(LC_ALL_MASK, name, (locale_t)0);
    bool ok = l != (locale_t)0;

    if (ok && utf8)
        ok = strcasecmp(nl_langinfo_l(CODESET, l), "UTF-8") == 0;
    if (l != (locale_t)0)
        freelocale(l);
    return ok;
}

static bool
environment_is_utf8(void)
{
    static const char *const order[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        const char *value = getenv(order[i]);

        if (value != NULL && value[0] != '\0')
            return usable(value, true);
    }
    return false;
}

static void
assign_one(const char *text)
{
    const char *equals = strchr(text, '=');
    char name[NAME_MAX_LEN];
    size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
    bool is_locale;

    if (len == 0 || len >= sizeof(name))
        return;
    memcpy(name, text, len);
    name[len] = '\0';
    is_locale = strcmp(name, "LANG") == 0 || strncmp(name, "LC_", 3) == 0;
    if (equals == NULL)
        unsetenv(name);
    /* One that isn't installed would only make every program complain. */
    else if (!is_locale || equals[1] == '\0' || usable(equals + 1, false))
        setenv(name, equals + 1, 1);
}

const char *
locale_choose(const char *const assign[], size_t count)
{
    static const char *const fallback[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};

    if (environment_is_utf8())
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(variables); i++)
        unsetenv(variables[i]);
    for (size_t i = 0; i < count; i++)
        assign_one(assign[i]);
    if (environment_is_utf8())
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(fallback); i++) {
        if (!usable(fallback[i], true))
            continue;
        unsetenv("LC_ALL");
        setenv("LC_CTYPE", fallback[i], 1);
        if (getenv("LANG") == NULL)
            setenv("LANG", fallback[i], 1);
        return fallback[i];
    }
    return NULL; /* a system without UTF-8: its programs must cope */
}
