/* CSI sequences but for SGR and modes. */
#include "awl/awl.h"
#include "terminal/emulate_internal.h"

/* ---- movement ---- */

static void
csi_cuu(struct emulator *e)
{
    emulate_up(e->s, emulate_param(e, 0, 1));
}

static void
csi_cud(struct emulator *e)
{
    emulate_down(e->s, emulate_param(e, 0, 1));
}

static void
csi_cuf(struct emulator *e)
{
    emulate_right(e->s, emulate_param(e, 0, 1));
}

static void
csi_hpr(struct emulator *e)
{
    int limit = e->s->origin ? e->s->right : e->s->cols - 1;

    emulate_move(e->s, MIN(e->s->x + emulate_param(e, 0, 1), limit), e->s->y);
}

static void
csi_cub(struct emulator *e)
{
    emulate_left(e->s, emulate_param(e, 0, 1));
}

static void
csi_cnl(struct emulator *e)
{
    csi_cud(e);
    emulate_carriage_return(e->s);
}

static void
csi_cpl(struct emulator *e)
{
    csi_cuu(e);
    emulate_carriage_return(e->s);
}

static void
csi_cha(struct emulator *e)
{
    emulate_column(e->s, emulate_param(e, 0, 1) - 1);
}

static void
csi_cup(struct emulator *e)
{
    emulate_column(e->s, emulate_param(e, 1, 1) - 1);
    emulate_row(e->s, emulate_param(e, 0, 1) - 1);
}

static void
csi_vpa(struct emulator *e)
{
    emulate_row(e->s, emulate_param(e, 0, 1) - 1);
}

static void
csi_vpr(struct emulator *e)
{
    int limit = e->s->origin ? e->s->bottom : e->s->rows - 1;

    emulate_move(e->s, e->s->x, MIN(e->s->y + emulate_param(e, 0, 1), limit));
}

static bool
tab_at(const struct screen *s, int x)
{
    return s->tabs[x / 64] >> (x % 64) & 1;
}

/* Forward the last column is the end, so a pending wrap stays. */
static void
csi_cht(struct emulator *e)
{
    struct screen *s = e->s;
    int last = screen_edge(s) - 1;

    for (int n = emulate_param(e, 0, 1); n > 0 && s->x < last; n--) {
        do
            s->x++;
        while (s->x < last && !tab_at(s, s->x));
    }
}

static void
csi_cbt(struct emulator *e)
{
    struct screen *s = e->s;

    s->pending_wrap = false;
    for (int n = emulate_param(e, 0, 1); n > 0 && s->x > 0; n--) {
        do
            s->x--;
        while (s->x > 0 && !tab_at(s, s->x));
    }
}

static void
csi_tbc(struct emulator *e)
{
    struct screen *s = e->s;

    switch (emulate_param(e, 0, 0)) {
    case 0: s->tabs[s->x / 64] &= ~((uint64_t)1 << (s->x % 64)); break;
    case 3: memset(s->tabs, 0, sizeof s->tabs); break;
    default: break;
    }
}

/* ---- erasing and editing ---- */

static void
erase_rows(struct screen *s, int from, int to, bool selective)
{
    if (!selective)
        screen_erase_rows(s, from, to);
    for (int y = from; selective && y < to; y++)
        emulate_erase(s, y, 0, s->cols, true);
}

static void
erase_display(struct emulator *e, bool selective)
{
    struct screen *s = e->s;

    switch (emulate_param(e, 0, 0)) {
    case 0:
        emulate_erase(s, s->y, s->x, s->cols, selective);
        erase_rows(s, s->y + 1, s->rows, selective);
        break;
    case 1:
        erase_rows(s, 0, s->y, selective);
        emulate_erase(s, s->y, 0, s->x + 1, selective);
        break;
    case 2: erase_rows(s, 0, s->rows, selective); break;
    default: return;
    }
    s->pending_wrap = false;
}

static void
erase_line(struct emulator *e, bool selective)
{
    struct screen *s = e->s;

    switch (emulate_param(e, 0, 0)) {
    case 0: emulate_erase(s, s->y, s->x, s->cols, selective); break;
    case 1: emulate_erase(s, s->y, 0, s->x + 1, selective); break;
    case 2: emulate_erase(s, s->y, 0, s->cols, selective); break;
    default: return;
    }
    s->pending_wrap = false;
}

static void
csi_ed(struct emulator *e)
{
    erase_display(e, false);
}

static void
csi_decsed(struct emulator *e)
{
    erase_display(e, true);
}

static void
csi_el(struct emulator *e)
{
    erase_line(e, false);
}

static void
csi_decsel(struct emulator *e)
{
    erase_line(e, true);
}

static void
csi_ech(struct emulator *e)
{
    struct screen *s = e->s;
    int n = MIN(emulate_param(e, 0, 1), s->cols - s->x);

    screen_erase(s, s->y, s->x, s->x + n);
    s->pending_wrap = false;
}

static void
csi_ich(struct emulator *e)
{
    if (emulate_in_columns(e->s))
        screen_insert_cells(e->s, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

static void
csi_dch(struct emulator *e)
{
    if (emulate_in_columns(e->s))
        screen_delete_cells(e->s, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

static void
lines(struct emulator *e, int n)
{
    struct screen *s = e->s;

    if (emulate_in_rows(s)) {
        if (!emulate_in_columns(s))
            return;
        emulate_scroll(s, s->y, n);
    }
    emulate_move(s, s->left, s->y);
}

static void
csi_il(struct emulator *e)
{
    lines(e, -emulate_param(e, 0, 1));
}

static void
csi_dl(struct emulator *e)
{
    lines(e, emulate_param(e, 0, 1));
}

static void
csi_su(struct emulator *e)
{
    emulate_scroll(e->s, e->s->top, emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

static void
csi_sd(struct emulator *e)
{
    if (e->parser.count > 1) /* xterm's highlight tracking has five */
        return;
    emulate_scroll(e->s, e->s->top, -emulate_param(e, 0, 1));
    e->s->pending_wrap = false;
}

static void
csi_rep(struct emulator *e)
{
    emulate_repeat(e, emulate_param(e, 0, 1));
}

static void
csi_decstbm(struct emulator *e)
{
    struct screen *s = e->s;
    int top = emulate_param(e, 0, 1), bottom = emulate_param(e, 1, s->rows);

    if (top >= bottom || top > s->rows)
        return;
    s->top = top - 1;
    s->bottom = MIN(bottom, s->rows) - 1;
    emulate_home(s);
}

/* ---- modes, pen, saved cursor ---- */

static void
csi_sgr(struct emulator *e)
{
    emulate_sgr(&e->parser, &e->s->pen);
}

static void
ansi_mode(struct emulator *e, bool set)
{
    for (unsigned i = 0; i < e->parser.count; i++) {
        if (e->parser.params[i] == 4)
            e->s->insert = set;
    }
}

static void
csi_sm(struct emulator *e)
{
    ansi_mode(e, true);
}

static void
csi_rm(struct emulator *e)
{
    ansi_mode(e, false);
}

static void
csi_decset(struct emulator *e)
{
    emulate_modes(e, true);
}

static void
csi_decrst(struct emulator *e)
{
    emulate_modes(e, false);
}

static void
decslrm(struct emulator *e)
{
    struct screen *s = e->s;
    int left = emulate_param(e, 0, 1), right = emulate_param(e, 1, s->cols);

    right = MIN(right, s->cols);
    if (left >= right)
        return;
    s->left = left - 1;
    s->right = right - 1;
    emulate_home(s);
}

/* SCOSC, and DECSLRM where margins can be set. */
static void
csi_s(struct emulator *e)
{
    if (e->s->margins)
        decslrm(e);
    else if (e->parser.count == 1 && e->parser.params[0] < 0)
        screen_save_cursor(e->s);
}

static void
csi_scorc(struct emulator *e)
{
    screen_restore_cursor(e->s);
}

static void
csi_decstr(struct emulator *e)
{
    screen_soft_reset(e->s);
    e->extent_rect = false;
}

static void
csi_decsca(struct emulator *e)
{
    int what = emulate_param(e, 0, 0);

    if (what <= 2)
        e->s->protect = what == 1;
}

static void
csi_decscusr(struct emulator *e)
{
    int style = emulate_param(e, 0, 0);

    if (style <= 6)
        e->s->cursor_style = (uint8_t)style;
}

/* ---- answers ---- */

/* VT200 family, ANSI colour, clipboard access. */
static void
csi_da1(struct emulator *e)
{
    emulate_reply(e, "\033[?62;22;52c");
}

static void
csi_da2(struct emulator *e)
{
    emulate_reply(e, "\033[>1;10;0c");
}

static void
csi_da3(struct emulator *e)
{
    emulate_reply(e, "\033P!|00000000\033\\");
}

static void
cursor_report(struct emulator *e, const char *marker)
{
    const struct screen *s = e->s;

    emulate_reply(e, "\033[%s%d;%dR", marker, s->y - (s->origin ? s->top : 0) + 1,
                  s->x - (s->origin ? s->left : 0) + 1);
}

static void
csi_dsr(struct emulator *e)
{
    int what = emulate_param(e, 0, 0);

    if (what == 5)
        emulate_reply(e, "\033[0n");
    else if (what == 6)
        cursor_report(e, "");
}

static void
csi_decdsr(struct emulator *e)
{
    if (emulate_param(e, 0, 0) == 6)
        cursor_report(e, "?");
    else if (emulate_param(e, 0, 0) == 996)
        emulate_scheme_report(e);
}

static void
csi_xtversion(struct emulator *e)
{
    if (emulate_param(e, 0, 0) == 0)
        emulate_reply(e, "\033P>|awl %s\033\\", AWL_VERSION);
}

static void
csi_window(struct emulator *e)
{
    switch (emulate_param(e, 0, 0)) {
    case 14:
    case 16: emulate_pixels_report(e, emulate_param(e, 0, 0)); break;
    case 18: emulate_reply(e, "\033[8;%d;%dt", e->s->rows, e->s->cols); break;
    case 22: emulate_title_push(e); break;
    case 23: emulate_title_pop(e); break;
    default: break;
    }
}

/* ---- the tables ---- */

static void (*const plain[])(struct emulator *) = {
    ['@'] = csi_ich, ['A'] = csi_cuu,    ['B'] = csi_cud,   ['C'] = csi_cuf,
    ['D'] = csi_cub, ['E'] = csi_cnl,    ['F'] = csi_cpl,   ['G'] = csi_cha,
    ['H'] = csi_cup, ['I'] = csi_cht,    ['J'] = csi_ed,    ['K'] = csi_el,
    ['L'] = csi_il,  ['M'] = csi_dl,     ['P'] = csi_dch,   ['S'] = csi_su,
    ['T'] = csi_sd,  ['X'] = csi_ech,    ['Z'] = csi_cbt,   ['`'] = csi_cha,
    ['a'] = csi_hpr, ['b'] = csi_rep,    ['c'] = csi_da1,   ['d'] = csi_vpa,
    ['e'] = csi_vpr, ['f'] = csi_cup,    ['g'] = csi_tbc,   ['h'] = csi_sm,
    ['l'] = csi_rm,  ['m'] = csi_sgr,    ['n'] = csi_dsr,   ['r'] = csi_decstbm,
    ['s'] = csi_s,   ['t'] = csi_window, ['u'] = csi_scorc,
};

static const struct {
    uint32_t key;
    void (*run)(struct emulator *);
} marked[] = {
    {PARSER_KEY('?', 0, 0, 'h'), csi_decset},
    {PARSER_KEY('?', 0, 0, 'l'), csi_decrst},
    {PARSER_KEY('?', 0, 0, 'J'), csi_decsed},
    {PARSER_KEY('?', 0, 0, 'K'), csi_decsel},
    {PARSER_KEY('?', 0, 0, 'n'), csi_decdsr},
    {PARSER_KEY('?', '$', 0, 'p'), emulate_request_private_mode},
    {PARSER_KEY(0, '$', 0, 'p'), emulate_request_mode},
    {PARSER_KEY(0, ' ', 0, 'q'), csi_decscusr},
    {PARSER_KEY(0, '"', 0, 'q'), csi_decsca},
    {PARSER_KEY(0, '!', 0, 'p'), csi_decstr},
    {PARSER_KEY(0, ' ', 0, '@'), emulate_scroll_left},
    {PARSER_KEY(0, ' ', 0, 'A'), emulate_scroll_right},
    {PARSER_KEY(0, '\'', 0, '}'), emulate_insert_columns},
    {PARSER_KEY(0, '\'', 0, '~'), emulate_delete_columns},
    {PARSER_KEY(0, '$', 0, 'r'), emulate_change_rect},
    {PARSER_KEY(0, '$', 0, 't'), emulate_reverse_rect},
    {PARSER_KEY(0, '*', 0, 'x'), emulate_extent},
    {PARSER_KEY(0, '$', 0, 'v'), emulate_copy_rect},
    {PARSER_KEY(0, '$', 0, 'x'), emulate_fill_rect},
    {PARSER_KEY(0, '$', 0, 'z'), emulate_erase_rect},
    {PARSER_KEY(0, '$', 0, '{'), emulate_erase_rect_selective},
    {PARSER_KEY('>', 0, 0, 'c'), csi_da2},
    {PARSER_KEY('=', 0, 0, 'c'), csi_da3},
    {PARSER_KEY('>', 0, 0, 'q'), csi_xtversion},
    {PARSER_KEY('>', 0, 0, 'u'), emulate_keyboard_push},
    {PARSER_KEY('<', 0, 0, 'u'), emulate_keyboard_pop},
    {PARSER_KEY('=', 0, 0, 'u'), emulate_keyboard_set},
    {PARSER_KEY('?', 0, 0, 'u'), emulate_keyboard_report},
    {PARSER_KEY('>', 0, 0, 'm'), emulate_modify_keys},
    {PARSER_KEY('?', 0, 0, 'm'), emulate_modify_keys_report},
};

void
emulate_csi(struct emulator *e)
{
    uint32_t key = e->parser.key;

    if (key < ARRAY_LEN(plain)) {
        /* Colons stand for parts only in SGR; elsewhere the sequence means something
         * newer. */
        if (plain[key] && (key == 'm' || !e->parser.joined))
            plain[key](e);
        return;
    }
    if (e->parser.joined)
        return;
    for (size_t i = 0; i < ARRAY_LEN(marked); i++) {
        if (marked[i].key == key) {
            marked[i].run(e);
            return;
        }
    }
}
