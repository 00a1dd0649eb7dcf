#include "terminal/tty_mode.h"

#include "base/bytes.h"

#include <string.h>

bool
tty_mode_equal(const struct tty_mode *a, const struct tty_mode *b)
{
    return a->known == b->known && a->echo == b->echo && a->canonical == b->canonical &&
           a->alternate == b->alternate && a->erase == b->erase && a->kill == b->kill &&
           a->word_erase == b->word_erase && a->program == b->program;
}

enum tty_program
tty_program_of(const char *name)
{
    static const struct {
        const char *name;
        enum tty_program program;
    } known[] = {
        {"ash", TTY_PROGRAM_SHELL},      {"bash", TTY_PROGRAM_SHELL},
        {"dash", TTY_PROGRAM_SHELL},     {"fish", TTY_PROGRAM_SHELL},
        {"ksh", TTY_PROGRAM_SHELL},      {"mksh", TTY_PROGRAM_SHELL},
        {"nu", TTY_PROGRAM_SHELL},       {"sh", TTY_PROGRAM_SHELL},
        {"tcsh", TTY_PROGRAM_SHELL},     {"xonsh", TTY_PROGRAM_SHELL},
        {"zsh", TTY_PROGRAM_SHELL},      {"bc", TTY_PROGRAM_LINES},
        {"gdb", TTY_PROGRAM_LINES},      {"ghci", TTY_PROGRAM_LINES},
        {"ipython", TTY_PROGRAM_LINES},  {"ipython3", TTY_PROGRAM_LINES},
        {"irb", TTY_PROGRAM_LINES},      {"julia", TTY_PROGRAM_LINES},
        {"lua", TTY_PROGRAM_LINES},      {"mariadb", TTY_PROGRAM_LINES},
        {"mysql", TTY_PROGRAM_LINES},    {"node", TTY_PROGRAM_LINES},
        {"octave", TTY_PROGRAM_LINES},   {"psql", TTY_PROGRAM_LINES},
        {"python", TTY_PROGRAM_LINES},   {"python3", TTY_PROGRAM_LINES},
        {"R", TTY_PROGRAM_LINES},        {"sftp", TTY_PROGRAM_LINES},
        {"sqlite3", TTY_PROGRAM_LINES},  {"emacs", TTY_PROGRAM_EDITOR},
        {"helix", TTY_PROGRAM_EDITOR},   {"hx", TTY_PROGRAM_EDITOR},
        {"joe", TTY_PROGRAM_EDITOR},     {"kak", TTY_PROGRAM_EDITOR},
        {"mcedit", TTY_PROGRAM_EDITOR},  {"micro", TTY_PROGRAM_EDITOR},
        {"nano", TTY_PROGRAM_EDITOR},    {"nvi", TTY_PROGRAM_EDITOR},
        {"nvim", TTY_PROGRAM_EDITOR},    {"vi", TTY_PROGRAM_EDITOR},
        {"view", TTY_PROGRAM_EDITOR},    {"vim", TTY_PROGRAM_EDITOR},
        {"bat", TTY_PROGRAM_PAGER},      {"less", TTY_PROGRAM_PAGER},
        {"man", TTY_PROGRAM_PAGER},      {"more", TTY_PROGRAM_PAGER},
        {"most", TTY_PROGRAM_PAGER},     {"pager", TTY_PROGRAM_PAGER},
        {"mosh", TTY_PROGRAM_WINDOW},    {"screen", TTY_PROGRAM_WINDOW},
        {"ssh", TTY_PROGRAM_WINDOW},     {"telnet", TTY_PROGRAM_WINDOW},
        {"tmux", TTY_PROGRAM_WINDOW},    {"zellij", TTY_PROGRAM_WINDOW},
        {"chsh", TTY_PROGRAM_SECRET},    {"cryptsetup", TTY_PROGRAM_SECRET},
        {"doas", TTY_PROGRAM_SECRET},    {"git", TTY_PROGRAM_SECRET},
        {"gpg", TTY_PROGRAM_SECRET},     {"gpg2", TTY_PROGRAM_SECRET},
        {"login", TTY_PROGRAM_SECRET},   {"openssl", TTY_PROGRAM_SECRET},
        {"passwd", TTY_PROGRAM_SECRET},  {"pass", TTY_PROGRAM_SECRET},
        {"ssh-add", TTY_PROGRAM_SECRET}, {"ssh-keygen", TTY_PROGRAM_SECRET},
        {"su", TTY_PROGRAM_SECRET},      {"sudo", TTY_PROGRAM_SECRET},
    };
    const char *slash = strrchr(name, '/');

    if (slash != NULL)
        name = slash + 1;
    name += *name == '-';
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].program;
    }
    return TTY_PROGRAM_OTHER;
}
