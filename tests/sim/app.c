#include "app.h"

#include <string.h>

#include "base/deadline.h"

enum { PAINT_EVERY = 400, OUTPUT_MAX = 1 << 20 };

void
app_init(struct app *a, enum app_kind kind, uint64_t seed, uint64_t now)
{
    *a = (struct app){.kind = kind, .chance = {seed}, .paints = NEVER, .ready = NEVER};
    a->output.max = OUTPUT_MAX;
    a->delay = (int)(seed % 7);
    if (kind == APP_BUSY)
        a->paints = now;
    a->until = NEVER;
}

void
app_free(struct app *a)
{
    buffer_free(&a->input);
    buffer_free(&a->output);
}

static uint32_t
dice(struct rng_seeded *chance, uint32_t of)
{
    struct rng r = {rng_seeded_fill, chance};

    return rng_below(&r, of);
}

static void
words(struct rng_seeded *chance, struct buffer *out, uint32_t count)
{
    static const char *const word[] = {
        "drwxr-xr-x",
        "README",
        "\xc3\xa4\xc3\xb6\xc3\xbc",
        "0",
        "main.c",
        "\t",
        "  ",
        "\xe6\xbc\xa2\xe5\xad\x97",
        "e\xcc\x81",
        "-",
        "\033[1;34mdir\033[0m",
        "warning:",
        "\xf0\x9f\x98\x80",
        "the quick brown fox",
        "|",
        "\033[42m \033[K\033[m",
        "\b\b",
    };

    while (count-- > 0) {
        buffer_put_str(out, word[dice(chance, ARRAY_LEN(word))]);
        buffer_put_byte(out, ' ');
    }
}

void
app_paint(struct rng_seeded *chance, struct buffer *out, bool asks)
{
    static const char *const fixed[] = {
        "\033[2J",
        "\033[H",
        "\033[K",
        "\033[1K",
        "\033[J",
        "\033[?25l",
        "\033[?25h",
        "\033[?1049h",
        "\033[?1049l",
        "\033[r",
        "\033[L",
        "\033[M",
        "\033[3P",
        "\033[2@",
        "\033[4X",
        "\033[S",
        "\033[T",
        "\033M",
        "\033D",
        "\0337",
        "\0338",
        "\033[?2004h",
        "\033[?2004l",
        "\033[?1000h",
        "\033[?1000l",
        "\033[?1006h",
        "\033[?1h",
        "\033[?1l",
        "\007",
        "\033[38;5;208m",
        "\033[48;2;1;2;3m",
        "\033[0m",
        "\033[7m",
        "\033[4m",
        "\033]0;title\007",
        "\033]2;t\xc3\xaft\033\\",
        "\033[?5h",
        "\033[?5l",
        "\033(0qqx\033(B",
        "\033[?7l",
        "\033[?7h",
        "\033[4h",
        "\033[4l",
        "\033[?6h",
        "\033[?6l",
        "\033[!p",
        "\033c",
        "\033[3g",
        "\033H",
        "\033[I",
        "\033]52;c;YWJj\007",
        "\033[b",
        "\xff\xfe",
        "\033[999;999H",
        "\033[?1004h",
    };
    static const char *const queries[] = {"\033[c", "\033[>c", "\033[5n", "\033[6n"};
    uint32_t parts = 1 + dice(chance, 12);

    while (parts-- > 0) {
        switch (dice(chance, 8)) {
        case 0:
            buffer_printf(out, "\033[%u;%uH", 1 + dice(chance, 40),
                          1 + dice(chance, 130));
            break;
        case 1: buffer_put_str(out, fixed[dice(chance, ARRAY_LEN(fixed))]); break;
        case 2:
            buffer_printf(out, "\033[%u;%ur", 1 + dice(chance, 10),
                          11 + dice(chance, 20));
            break;
        case 3:
            for (uint32_t i = dice(chance, 150); i > 0; i--)
                buffer_put_byte(out, (uint8_t)(' ' + dice(chance, 95)));
            break;
        case 4:
            for (uint32_t i = dice(chance, 30); i > 0; i--) {
                words(chance, out, 1 + dice(chance, 8));
                buffer_put_str(out, "\r\n");
            }
            break;
        case 5:
            if (asks)
                buffer_put_str(out, queries[dice(chance, ARRAY_LEN(queries))]);
            break;
        default: words(chance, out, dice(chance, 6)); break;
        }
    }
}

static void
echo(struct app *a, uint8_t byte)
{
    if (byte == '\r') {
        buffer_put_str(&a->output, "\r\n");
        if (dice(&a->chance, 3) == 0)
            app_paint(&a->chance, &a->output, a->asks);
        buffer_put_str(&a->output, "$ ");
    } else if (byte == 0x7f) {
        buffer_put_str(&a->output, "\b \b");
    } else if (byte < ' ') {
        buffer_printf(&a->output, "^%c", byte + '@');
    } else {
        buffer_put_byte(&a->output, byte);
    }
}

/* Byte `at` of the input. */
static void
login(struct app *a, size_t at)
{
    uint8_t byte = a->input.data[at];

    if (byte == '\r') {
        struct bytes line = bytes_of(a->input.data + a->line, at - a->line);

        a->secret = !a->secret && bytes_equal(line, bytes_str("su"));
        a->line = at + 1;
        buffer_put_str(&a->output, a->secret ? "\r\nPassword: " : "\r\n$ ");
    } else if (a->secret) {
        return;
    } else if (byte == 0x7f) {
        buffer_put_str(&a->output, "\b \b");
    } else {
        buffer_put_byte(&a->output, byte);
    }
}

void
app_input(struct app *a, struct bytes data, uint64_t now)
{
    buffer_put_bytes(&a->input, data);
    if (a->kind == APP_QUIET)
        return;
    for (size_t i = 0; i < data.len; i++) {
        if (a->kind == APP_LOGIN)
            login(a, a->input.len - data.len + i);
        else
            echo(a, data.data[i]);
    }
    if (a->ready == NEVER && a->output.len > 0)
        a->ready = now + (uint64_t)a->delay;
}

void
app_tick(struct app *a, uint64_t now)
{
    if (now < a->paints)
        return;
    if (now >= a->until) {
        a->paints = NEVER;
        return;
    }
    app_paint(&a->chance, &a->output, a->asks);
    a->paints = now + 1 + dice(&a->chance, PAINT_EVERY);
    if (a->ready == NEVER && a->output.len > 0)
        a->ready = now;
}

size_t
app_take(struct app *a, uint8_t *out, size_t size, uint64_t now)
{
    size_t n = now < a->ready ? 0 : MIN(size, a->output.len);

    if (n == 0)
        return 0;
    memcpy(out, a->output.data, n);
    buffer_drop(&a->output, n);
    if (a->output.len == 0)
        a->ready = NEVER;
    return n;
}

uint64_t
app_deadline(const struct app *a)
{
    return sooner(a->paints, a->ready);
}
