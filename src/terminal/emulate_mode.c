/* Modes: SM and RM, DECSET and DECRST, and what DECRQM says of them. */
#include "terminal/emulate_internal.h"

/* Modes that are a flag of the screen and nothing else. */
static const struct {
    uint16_t number;
    uint16_t offset;
} flags[] = {
    {1, offsetof(struct screen, app_cursor)},
    {5, offsetof(struct screen, reverse_video)},
    {7, offsetof(struct screen, autowrap)},
    {25, offsetof(struct screen, cursor_visible)},
    {40, offsetof(struct screen, allow_columns)},
    {45, offsetof(struct screen, reverse_wrap)},
    {66, offsetof(struct screen, app_keypad)},
    {1004, offsetof(struct screen, focus_events)},
    {1007, offsetof(struct screen, alternate_scroll)},
    {1045, offsetof(struct screen, reverse_wrap_any)},
    {2004, offsetof(struct screen, bracketed_paste)},
    {2026, offsetof(struct screen, synchronized)},
    {2027, offsetof(struct screen, clusters)},
};

static bool *
flag_of(struct screen *s, int mode)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].number == mode)
            return (bool *)((char *)s + flags[i].offset);
    }
    return NULL;
}

static void
screen_clear(struct screen *s)
{
    screen_erase_rows(s, 0, s->rows);
    s->pending_wrap = false;
}

/* 47 only switches; 1047 clears when it leaves; 1049 saves the cursor and clears when it
 * enters, and restores when it leaves (xterm). */
static void
alternate_mode(struct screen *s, int mode, bool set)
{
    if (set) {
        if (mode == 1049)
            screen_save_cursor(s);
        screen_show_alternate(s, true);
        if (mode == 1049)
            screen_clear(s);
        return;
    }
    if (mode == 1047 && s->alternate)
        screen_clear(s);
    screen_show_alternate(s, false);
    if (mode == 1049)
        screen_restore_cursor(s);
}

static void
private_mode(struct emulator *e, int mode, bool set)
{
    struct screen *s = e->s;
    bool *flag = flag_of(s, mode);

    if (flag) {
        *flag = set;
        return;
    }
    switch (mode) {
    case 3:
        if (s->allow_columns) {
            screen_erase_rows(s, 0, s->rows);
            emulate_home(s);
        }
        break;
    case 6:
        s->origin = set;
        emulate_home(s);
        break;
    case 69:
        s->margins = set;
        s->left = 0;
        s->right = s->cols - 1;
        s->pending_wrap = s->pending_wrap && s->x == s->right;
        break;
    case 9:
    case 1000:
    case 1001:
    case 1002:
    case 1003: s->mouse_report = set ? (enum mouse_report)mode : MOUSE_REPORT_NONE; break;
    case 1005:
    case 1006:
    case 1015:
        s->mouse_encoding = set ? (enum mouse_encoding)mode : MOUSE_ENCODING_DEFAULT;
        break;
    case 47:
    case 1047:
    case 1049: alternate_mode(s, mode, set); break;
    case 1048:
        if (set)
            screen_save_cursor(s);
        else
            screen_restore_cursor(s);
        break;
    default: emulate_told_mode_set(e, mode, set); break;
    }
}

void
emulate_modes(struct emulator *e, bool set)
{
    for (unsigned i = 0; i < e->parser.count; i++)
        private_mode(e, e->parser.params[i], set);
}

enum mode_state {
    MODE_UNKNOWN,
    MODE_SET,
    MODE_RESET,
    MODE_ALWAYS_SET,
    MODE_ALWAYS_RESET
};

static enum mode_state
mode_state(bool set)
{
    return set ? MODE_SET : MODE_RESET;
}

void
emulate_request_mode(struct emulator *e)
{
    int mode = emulate_param(e, 0, 0);
    enum mode_state state = MODE_UNKNOWN;

    if (mode == 4)
        state = mode_state(e->s->insert);
    else if (mode == 2 || mode == 20) /* KAM, LNM */
        state = MODE_ALWAYS_RESET;
    else if (mode == 12) /* SRM: the terminal itself never echoes */
        state = MODE_ALWAYS_SET;
    emulate_reply(e, "\033[%d;%d$y", mode, (int)state);
}

void
emulate_request_private_mode(struct emulator *e)
{
    struct screen *s = e->s;
    int mode = emulate_param(e, 0, 0);
    const bool *flag = flag_of(s, mode);
    const bool *told = emulate_told_mode(e, mode);
    enum mode_state state = MODE_UNKNOWN;

    if (flag) {
        state = mode_state(*flag);
    } else {
        switch (mode) {
        case 3: state = MODE_RESET; break;
        case 6: state = mode_state(s->origin); break;
        case 69: state = mode_state(s->margins); break;
        case 9:
        case 1000:
        case 1001:
        case 1002:
        case 1003: state = mode_state((int)s->mouse_report == mode); break;
        case 1005:
        case 1006:
        case 1015: state = mode_state((int)s->mouse_encoding == mode); break;
        case 47:
        case 1047:
        case 1049: state = mode_state(s->alternate); break;
        case 1048: state = MODE_RESET; break; /* works, but is no state */
        default: state = told ? mode_state(*told) : MODE_UNKNOWN; break;
        }
    }
    emulate_reply(e, "\033[?%d;%d$y", mode, (int)state);
}
