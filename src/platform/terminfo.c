#include "platform/terminfo.h"

#include <stdio.h>
#include <string.h>

#include <curses.h>
/* after curses.h */
#include <term.h>

#include "base/attr.h"

#define REMEDY "set TERM to what the terminal is, for instance TERM=xterm-256color"

/* Terminals that show the text of a title, or worse; every other kind takes it. */
static const char *const untitled[] = {"linux", "dumb", "vt",          "ansi",   "cons",
                                       "sun",   "wsvt", "eterm-color", "hpterm", "wy"};

static bool
takes_titles(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(untitled); i++)
        if (strncmp(name, untitled[i], strlen(untitled[i])) == 0)
            return false;
    return true;
}

/* Copies a capability without its padding ("$<5>"); what is too long is left out. */
static void
copy_string(const char *capability, char out[TERMINFO_STRING_MAX])
{
    const char *p = tigetstr(capability);
    size_t n = 0;

    out[0] = '\0';
    if (p == NULL || p == (char *)-1)
        return;
    while (*p != '\0' && n < TERMINFO_STRING_MAX - 1) {
        const char *end = strncmp(p, "$<", 2) == 0 ? strchr(p, '>') : NULL;

        if (end != NULL)
            p = end + 1;
        else
            out[n++] = *p++;
    }
    out[*p == '\0' ? n : 0] = '\0';
}

bool
terminfo_read(const char *name, struct terminfo *out, char *error, size_t size)
{
    int why = 0;

    *out = (struct terminfo){.colors = -1};
    if (name == NULL || name[0] == '\0') {
        snprintf(error, size, "TERM is not set; " REMEDY);
        return false;
    }
    if (setupterm(name, 1, &why) != OK) {
        if (why < 0)
            snprintf(error, size,
                     "no terminfo database was found; install ncurses-base, or set "
                     "TERMINFO to where it is");
        else if (why == 1)
            snprintf(error, size, "the terminal \"%.80s\" prints on paper; " REMEDY,
                     name);
        else
            snprintf(error, size,
                     "the terminal \"%.80s\" (from TERM) is unknown here; install "
                     "ncurses-term or " REMEDY,
                     name);
        return false;
    }
    out->colors = tigetnum("colors");
    if (out->colors < 0)
        out->colors = -1;
    {
        const char *ech = tigetstr("ech");

        out->ech = ech != NULL && ech != (char *)-1;
    }
    out->bce = tigetflag("bce") == 1;
    out->title = takes_titles(name);
    copy_string("smcup", out->smcup);
    copy_string("rmcup", out->rmcup);
    del_curterm(cur_term);
    return true;
}

struct awl_caps
terminfo_caps(const struct terminfo *t, bool init)
{
    return (struct awl_caps){
        .ech = t->ech,
        .bce = t->bce,
        .title = t->title,
        .sync = t->title,
        .answers = t->title,
        .smcup = init ? t->smcup : NULL,
        .rmcup = init ? t->rmcup : NULL,
    };
}
