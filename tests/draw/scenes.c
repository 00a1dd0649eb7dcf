#include "scenes.h"

#include <string.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/rng.h"

enum { COLS = WORKLOAD_COLS, ROWS = WORKLOAD_ROWS };

static unsigned
below(struct scene *s, unsigned n)
{
    struct rng rng = {rng_seeded_fill, &s->seed};

    return rng_below(&rng, n);
}

void
scene_frame(struct scene *s)
{
    s->w.frame = xrealloc(s->w.frame, s->w.count + 1, sizeof s->w.frame[0]);
    s->out = &s->w.frame[s->w.count++];
    *s->out = (struct buffer){.max = 0};
}

/* Appends to the frame. */
#define put(s, ...) buffer_printf((s)->out, __VA_ARGS__)

static const char *const words[] = {
    "connection", "from",    "the",     "cache",  "worker",   "of",
    "accepted",   "request", "to",      "with",   "failed",   "retry",
    "in",         "session", "closed",  "user",   "a",        "build",
    "object",     "library", "warning", "unused", "variable", "at"};

static void
put_words(struct scene *s, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        put(s, "%s%s", i ? " " : "", words[below(s, ARRAY_LEN(words))]);
}

/* ---- output that scrolls ---- */

static void
log_line(struct scene *s, int n)
{
    put(s, "Nov 27 18:%02d:%02d host daemon[%u]: ", n / 60 % 60, n % 60, 800 + n % 7);
    put_words(s, 2 + below(s, 5));
    put(s, "\r\n");
}

static void
scene_log(struct scene *s, int lines)
{
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        for (int k = 0; k < lines; k++)
            log_line(s, i * lines + k);
    }
}

static void
scene_log_slow(struct scene *s)
{
    scene_log(s, 1);
}

static void
scene_log_fast(struct scene *s)
{
    scene_log(s, 7);
}

static void
scene_log_flood(struct scene *s)
{
    scene_log(s, 100);
}

static void
scene_log_colour(struct scene *s)
{
    static const char *const levels[] = {"\033[32mINFO\033[0m ", "\033[33mWARN\033[0m ",
                                         "\033[1;31mERROR\033[0m",
                                         "\033[36mDEBUG\033[0m"};

    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        for (int k = 0; k < 3; k++) {
            put(s,
                "\033[2m2026-11-27T18:%02d:%02d\033[0m %s \033[1mmodule::%u\033[0m: ", i,
                k, levels[below(s, 4)], below(s, 5));
            put_words(s, 3 + below(s, 4));
            put(s, " \033[3mid\033[0m\033[2m=\033[0m%u\r\n", below(s, 100000));
        }
    }
}

static void
scene_yes(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        for (int k = 0; k < 200; k++)
            put(s, "y\r\n");
    }
}

static void
scene_compile(struct scene *s)
{
    for (int i = 0; i < 60; i++) {
        scene_frame(s);
        put(s, "\r[%d/304] Compiling C object src/libawl.a.p/terminal_%s.c.o\033[K",
            i + 1, words[below(s, ARRAY_LEN(words))]);
        if (below(s, 10) == 0) {
            put(s,
                "\r\n\033[1m../src/terminal/draw.c:%u:%u:\033[0m "
                "\033[35;1mwarning:\033[0m ",
                below(s, 900), below(s, 80));
            put_words(s, 5);
            put(s,
                "\r\n  %u |     int value = 0;\r\n      |         "
                "\033[35;1m^~~~~\033[0m\r\n",
                below(s, 900));
        }
    }
}

static void
scene_make(struct scene *s)
{
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s,
            "cc -std=c11 -O2 -g -Wall -Wextra -Iinclude -Isrc -Ibuild/proto "
            "-D_GNU_SOURCE -c "
            "-o build/src/%s_%d.o src/%s/%s_%d.c\r\n",
            words[i % 24], i, words[i % 7], words[i % 24], i);
    }
}

static void
scene_long_lines(struct scene *s)
{
    for (int i = 0; i < 25; i++) {
        scene_frame(s);
        for (int k = 0; k < 300; k++)
            put(s, "%c", 'a' + (int)below(s, 26));
        put(s, "\r\n");
    }
}

static void
scene_hexdump(struct scene *s)
{
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int k = 0; k < 6; k++) {
            put(s, "%08x ", (i * 6 + k) * 16);
            for (int n = 0; n < 16; n++)
                put(s, "%s %02x", n == 8 ? " " : "", below(s, 3) ? 0 : below(s, 256));
            put(s, "  |................|\r\n");
        }
    }
}

static void
scene_git_diff(struct scene *s)
{
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        put(s, "\033[36m@@ -%d,7 +%d,8 @@\033[m \033[mfunction_%d(void)\033[m\r\n", i * 9,
            i * 9 + 2, i);
        for (int k = 0; k < 5; k++) {
            unsigned kind = below(s, 4);

            put(s, "%s", kind == 0 ? "\033[31m-" : kind == 1 ? "\033[32m+" : " ");
            put_words(s, 4);
            put(s, "%s\r\n", kind < 2 ? ";\033[m" : ";");
        }
    }
}

static void
scene_cjk(struct scene *s)
{
    static const char *const parts[] = {"漢字", "日本語", "端末", "の",   "を",
                                        "表示", "한국어", "中文", "です", "、"};

    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int k = 0; k < 3; k++) {
            for (int n = 0; n < 12; n++)
                put(s, "%s", parts[below(s, ARRAY_LEN(parts))]);
            put(s, "\r\n");
        }
    }
}

static void
scene_scripts(struct scene *s)
{
    static const char *const parts[] = {
        "héllo",           "žluťoučký", "кириллица", "Ελληνικά", "café",
        "e\u0301te\u0301", "ｶﾅ",        "—",         "…",        "naïve"};

    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int k = 0; k < 3; k++) {
            for (int n = 0; n < 8; n++)
                put(s, "%s ", parts[below(s, ARRAY_LEN(parts))]);
            put(s, "\r\n");
        }
    }
}

static void
scene_emoji(struct scene *s)
{
    static const char *const parts[] = {"✅ passed",  "❌ failed", "🚀 deployed",
                                        "⚠ careful", "📦 packed", "🔧 built"};

    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "%s ", parts[below(s, ARRAY_LEN(parts))]);
        put_words(s, 4);
        put(s, "\r\n");
    }
}

static void
scene_table(struct scene *s)
{
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int k = 0; k < 2; k++) {
            put(s, "│ %-20s │ %10u │ %-14s │ %8u │\r\n", words[below(s, 24)],
                below(s, 1000000), words[below(s, 24)], below(s, 5000));
            put(s,
                "├──────────────────────┼────────────┼────────────────┼──────────┤\r\n");
        }
    }
}

/* ---- in one line ---- */

static void
scene_progress(struct scene *s)
{
    for (int i = 0; i <= 50; i++) {
        scene_frame(s);
        put(s, "\r%3d%%|", i * 2);
        for (int k = 0; k < 50; k++)
            put(s, "%s", k < i ? "█" : " ");
        put(s, "| %d/1000 [00:%02d<00:%02d, %u.%02uit/s]", i * 20, i, 50 - i,
            20 + below(s, 3), below(s, 100));
    }
}

static void
scene_progress_ascii(struct scene *s)
{
    scene_frame(s);
    put(s, "Downloading\r\n");
    for (int i = 0; i <= 60; i++) {
        scene_frame(s);
        put(s, "\r[");
        for (int k = 0; k < 60; k++)
            put(s, "%c", k < i ? '=' : k == i ? '>' : ' ');
        put(s, "] %3d %%", i * 100 / 60);
    }
}

/* As apt does it: a bar below a scrolling region. */
static void
scene_progress_region(struct scene *s)
{
    scene_frame(s);
    put(s, "\r\n\0337\033[1;23r\0338\033[1A");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "Unpacking lib%s%d (1.%u-%u) ...\r\n", words[i % 24], i, below(s, 9),
            below(s, 9));
        put(s, "\0337\033[24;1f\033[30;42mProgress: [%3d%%]\033[0m [", i * 100 / 40);
        for (int k = 0; k < 58; k++)
            put(s, "%c", k < i * 58 / 40 ? '#' : '.');
        put(s, "] \0338");
    }
}

static void
scene_progress_many(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        for (int k = 0; k < 5; k++) {
            int done = MIN(i * (k + 2) / 3, 40);

            put(s, "\033[%d;1H%08x: Pulling [", k + 3, (unsigned)k * 0x1234567u);
            for (int n = 0; n < 40; n++)
                put(s, "%c", n < done ? '=' : ' ');
            put(s, "] %d.%uMB/41MB\033[K", done, below(s, 10));
        }
    }
}

static void
scene_spinner(struct scene *s)
{
    static const char *const dots[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"};

    for (int i = 0; i < 60; i++) {
        scene_frame(s);
        put(s, "\r\033[36m%s\033[0m installing packages (%d s)\033[K", dots[i % 8],
            i / 10);
    }
}

static void
scene_typing(struct scene *s)
{
    static const char text[] =
        "$ for i in $(seq 100); do echo line $i of many; done | tee out";

    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; text[i]; i++) {
            scene_frame(s);
            put(s, "%c", text[i]);
        }
        scene_frame(s);
        put(s, "\r\nsome output\r\n");
    }
}

static void
scene_typing_at_edge(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[24;60H");
    for (int i = 0; i < 60; i++) {
        scene_frame(s);
        put(s, "%c", 'a' + i % 26);
    }
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        put(s, "\b \b");
    }
}

/* A line editor that inserts and erases within a line, by both kinds of programs. */
static void
scene_insert_chars(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J$ git commit -m 'the first words of it' "
           "--author=somebody\r\033[17C");
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        put(s, "\033[@%c", 'a' + i % 26);
    }
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "\b\033[P");
    }
    for (int i = 0; i < 10; i++) {
        scene_frame(s);
        put(s, "\033[4h%s \033[4l", words[i]);
    }
}

/* ---- full screens ---- */

static void
put_text_row(struct scene *s, int y, int n)
{
    put(s, "\033[%d;1H", y);
    put(s, "%4d ", n);
    s->seed.state = (uint64_t)n * 7919;
    put_words(s, 3 + below(s, 6));
    put(s, "\033[K");
}

static void
scene_pager_down(struct scene *s)
{
    scene_frame(s);
    for (int y = 1; y < ROWS; y++)
        put_text_row(s, y, y);
    put(s, "\033[24;1H\033[7mtext\033[m");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "\r\033[K");
        put(s, "%4d ", 24 + i);
        put_words(s, 6);
        put(s, "\r\n\033[7m:\033[m");
    }
}

static void
scene_pager_up(struct scene *s)
{
    scene_frame(s);
    for (int y = 1; y < ROWS; y++)
        put_text_row(s, y, 100 + y);
    put(s, "\033[24;1H:");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "\033[1;1H\033[L");
        put_text_row(s, 1, 100 - i);
        put(s, "\033[24;1H\033[K:");
    }
}

static void
scene_pages(struct scene *s)
{
    for (int i = 0; i < 25; i++) {
        scene_frame(s);
        put(s, "\033[H\033[2J");
        for (int y = 1; y < ROWS; y++)
            put_text_row(s, y, i * 23 + y);
        put(s, "\033[24;1H\033[7m lines %d-%d \033[m", i * 23 + 1, i * 23 + 23);
    }
}

static void
scene_manual(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "\033[H\033[2J");
        for (int y = 1; y < ROWS; y++) {
            if (y % 6 == 1) {
                put(s, "\033[%d;1H\033[1m", y);
                put_words(s, 2);
                put(s, "\033[0m");
            } else if (y % 6) {
                put(s, "\033[%d;8H", y);
                put_words(s, 2);
                put(s, " \033[4m%s\033[24m ", words[below(s, 24)]);
                put_words(s, 3);
                put(s, " \033[1m--%s\033[0m", words[below(s, 24)]);
            }
        }
        put(s, "\033[24;1H\033[7m Manual page awl(1) line %d \033[27m", i * 23);
    }
}

/* A line above, a line below, text scrolling between. */
static void
scene_region(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J\033[44;37m header%73s\033[m\033[24;1H\033[7m status%73s\033[m",
        "", "");
    put(s, "\033[2;23r");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "\033[23;1H\n");
        put_words(s, 7);
        if (i % 5 == 0)
            put(s, "\033[24;60H\033[7m%d lines\033[m", i);
    }
}

static void
scene_insert_lines(struct scene *s)
{
    scene_frame(s);
    for (int y = 1; y < ROWS; y++)
        put_text_row(s, y, y);
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "\033[%u;1H\033[L", 3 + below(s, 15));
        put_words(s, 4);
    }
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "\033[%u;1H\033[M", 3 + below(s, 15));
    }
}

/* Two panes side by side; the left one scrolls. */
static void
scene_panes(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J");
    for (int y = 1; y <= ROWS; y++)
        put(s, "\033[%d;41H│ right %d stays", y, y);
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int y = 1; y <= ROWS; y++)
            put(s, "\033[%d;1H%-40.40s", y, words[(i + y) % 24]);
    }
}

static void
scene_stacked_panes(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J\033[12;1H");
    for (int x = 0; x < COLS; x++)
        put(s, "─");
    put(s, "\033[24;1H\033[30;42m[0] 0:bash* 1:vim%47s\"host\" 18:05 27-Nov-26\033[m",
        "");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        put(s, "\033[1;11r\033[11;1H\n");
        put_words(s, 5);
        if (i % 3 == 0) {
            put(s, "\033[13;23r\033[23;1H\n$ ");
            put_words(s, 3);
        }
        put(s, "\033[r\033[%d;1H", i % 3 ? 11 : 23);
    }
}

static void
scene_monitor(struct scene *s)
{
    for (int i = 0; i < 25; i++) {
        scene_frame(s);
        put(s,
            "\033[H\033[Jtop - 18:%02d:%02d up 1 day, load average: 0.%02u, 0.%02u, "
            "0.15\r\n",
            i, i, below(s, 100), below(s, 100));
        put(s,
            "%%Cpu(s): %2u.%u us, %2u.%u sy\r\n\r\n\033[7m  PID USER      PR  NI    VIRT "
            "   RES  %%CPU "
            "%%MEM     TIME+ COMMAND%*s\033[m\r\n",
            below(s, 90), below(s, 10), below(s, 10), below(s, 10), 18, "");
        for (int y = 0; y < 18; y++)
            put(s, "%5d %-8s  20   0 %7d %6d %5u.%u  0.%d %6d:%02u.%02u %s\r\n",
                1000 + y * 37, y % 3 ? "root" : "www-data", 100000 + y * 991,
                4000 + y * 17, y < 6 ? below(s, 50) : 0, y < 6 ? below(s, 10) : 0, y, y,
                below(s, 60), below(s, 100), words[y]);
    }
}

static void
scene_menu(struct scene *s)
{
    scene_frame(s);
    put(s, "\033[H\033[2J");
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        for (int y = 0; y < 20; y++)
            put(s, "\033[%d;10H%s %-40s\033[m", y + 2, y == i % 20 ? "\033[7m" : "",
                words[y]);
    }
}

static void
scene_dialog(struct scene *s)
{
    scene_frame(s);
    for (int y = 1; y <= ROWS; y++)
        put_text_row(s, y, y);
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        if (i % 2 == 0) {
            put(s, "\033[%d;20H\033[30;47m┌──────────────────────────────┐", 6 + i / 4);
            for (int y = 1; y < 6; y++)
                put(s, "\033[%d;20H│ %-28s │", 6 + i / 4 + y,
                    y == 2 ? "Save the changes?" : "");
            put(s, "\033[%d;20H└──────────────────────────────┘\033[m", 12 + i / 4);
        } else {
            for (int y = 1; y <= ROWS; y++)
                put_text_row(s, y, y);
        }
    }
}

static void
scene_clear(struct scene *s)
{
    for (int i = 0; i < 15; i++) {
        scene_frame(s);
        for (int y = 1; y <= ROWS; y++)
            put_text_row(s, y, i * 5 + y);
        scene_frame(s);
        put(s, "\033[H\033[2J$ ");
    }
}

static void
scene_sparse(struct scene *s)
{
    for (int i = 0; i < 40; i++) {
        scene_frame(s);
        for (int k = 0; k < 20; k++)
            put(s, "\033[%u;%uH%c", 1 + below(s, ROWS), 1 + below(s, COLS),
                '!' + (int)below(s, 90));
    }
}

static void
scene_life(struct scene *s)
{
    static bool now[ROWS][COLS], next[ROWS][COLS];

    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++)
            now[y][x] = below(s, 4) == 0;
    for (int i = 0; i < 25; i++) {
        scene_frame(s);
        for (int y = 0; y < ROWS; y++) {
            put(s, "\033[%d;1H", y + 1);
            for (int x = 0; x < COLS; x++) {
                int n = -now[y][x];

                for (int d = 0; d < 9; d++)
                    n +=
                        now[(y + d / 3 + ROWS - 1) % ROWS][(x + d % 3 + COLS - 1) % COLS];
                next[y][x] = n == 3 || (n == 2 && now[y][x]);
                put(s, "%c", now[y][x] ? 'O' : ' ');
            }
        }
        memcpy(now, next, sizeof(now));
    }
}

static void
scene_clock(struct scene *s)
{
    for (int i = 0; i < 60; i++) {
        scene_frame(s);
        put(s, "\0337\033[1;70H\033[7m 18:%02d:%02d \033[m\0338", i / 60, i % 60);
    }
}

static void
scene_cursor(struct scene *s)
{
    scene_frame(s);
    for (int y = 1; y <= ROWS; y++)
        put_text_row(s, y, y);
    for (int i = 0; i < 60; i++) {
        scene_frame(s);
        put(s, "\033[%u;%uH", 1 + below(s, ROWS), 1 + below(s, COLS));
    }
}

/* ---- colour ---- */

static void
scene_colour_flood(struct scene *s)
{
    for (int i = 0; i < 12; i++) {
        scene_frame(s);
        put(s, "\033[H");
        for (int k = 0; k < COLS * ROWS - 1; k++)
            put(s, "\033[38;5;%u;48;5;%um%c", below(s, 256), below(s, 256),
                'a' + (int)below(s, 26));
    }
}

static void
scene_sgr_dense(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        for (int k = 0; k < 240; k++)
            put(s, "\033[%u;%um%s", below(s, 9), 30 + below(s, 8), words[below(s, 24)]);
        put(s, "\033[m\r\n");
    }
}

static void
scene_gradient(struct scene *s)
{
    for (int i = 0; i < 12; i++) {
        scene_frame(s);
        put(s, "\033[H");
        for (int y = 0; y < ROWS; y++) {
            put(s, "\033[%d;1H", y + 1);
            for (int x = 0; x < COLS; x++)
                put(s, "\033[48;2;%d;%d;%dm ", x * 3, y * 10, i * 20);
        }
        put(s, "\033[m");
    }
}

static void
scene_highlight(struct scene *s)
{
    for (int i = 0; i < 30; i++) {
        scene_frame(s);
        for (int k = 0; k < 4; k++)
            put(s,
                "    \033[38;5;166mif\033[m (\033[38;5;33mcount\033[m == "
                "\033[38;5;125m%u\033[m) "
                "\033[38;5;166mreturn\033[m %s; \033[38;5;245m/* %s */\033[m\r\n",
                below(s, 100), words[below(s, 24)], words[below(s, 24)]);
    }
}

static void
scene_ls(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "$ ls\r\n");
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                const char *name = words[below(s, 24)];
                static const char *const kinds[] = {"\033[0m\033[01;34m", "\033[01;32m",
                                                    "\033[01;31m", ""};
                unsigned kind = below(s, 4);

                put(s, "%s%s%s%*s", kinds[kind], name, kind < 3 ? "\033[0m" : "",
                    18 - (int)strlen(name), "");
            }
            put(s, "\r\n");
        }
    }
}

static void
scene_background(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        scene_frame(s);
        put(s, "\033[44m\033[H\033[2J\033[37m");
        for (int y = 2; y < 22; y += 2) {
            put(s, "\033[%d;5H\033[1;33m%-12s\033[22;37m", y, words[(i + y) % 24]);
            put_words(s, 3);
        }
        put(s, "\033[24;1H\033[30;46m F1 Help  F10 Quit\033[K\033[m");
    }
}

const struct scene_entry scenes[] = {
    {"log_slow", scene_log_slow},
    {"log_fast", scene_log_fast},
    {"log_flood", scene_log_flood},
    {"log_colour", scene_log_colour},
    {"yes", scene_yes},
    {"compile", scene_compile},
    {"make", scene_make},
    {"long_lines", scene_long_lines},
    {"hexdump", scene_hexdump},
    {"git_diff", scene_git_diff},
    {"cjk", scene_cjk},
    {"scripts", scene_scripts},
    {"emoji", scene_emoji},
    {"table", scene_table},
    {"progress", scene_progress},
    {"progress_ascii", scene_progress_ascii},
    {"progress_region", scene_progress_region},
    {"progress_many", scene_progress_many},
    {"spinner", scene_spinner},
    {"typing", scene_typing},
    {"typing_at_edge", scene_typing_at_edge},
    {"insert_chars", scene_insert_chars},
    {"pager_down", scene_pager_down},
    {"pager_up", scene_pager_up},
    {"pages", scene_pages},
    {"manual", scene_manual},
    {"region", scene_region},
    {"insert_lines", scene_insert_lines},
    {"panes", scene_panes},
    {"stacked_panes", scene_stacked_panes},
    {"monitor", scene_monitor},
    {"menu", scene_menu},
    {"dialog", scene_dialog},
    {"clear", scene_clear},
    {"sparse", scene_sparse},
    {"life", scene_life},
    {"clock", scene_clock},
    {"cursor", scene_cursor},
    {"colour_flood", scene_colour_flood},
    {"sgr_dense", scene_sgr_dense},
    {"gradient", scene_gradient},
    {"highlight", scene_highlight},
    {"ls", scene_ls},
    {"background", scene_background},
    {NULL, NULL},
};
