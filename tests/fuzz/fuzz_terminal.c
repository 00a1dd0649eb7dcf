/* Bytes into an emulator. The first byte chooses role and size; 0xFF resizes by the two
 * bytes behind it. The screen must keep its own rules, and a snapshot must not change. */
#include <stdlib.h>

#include "terminal/emulate.h"
#include "terminal/screen.h"

#define CHECK(what)                                                                      \
    do {                                                                                 \
        if (!(what))                                                                     \
            abort();                                                                     \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
grid_check(const struct screen *s, struct row *const *grid)
{
    for (int y = 0; y < s->rows; y++) {
        const struct row *r = grid[y];

        CHECK(r->refs > 0 && r->cols == s->cols);
        for (int x = 0; x < s->cols; x++) {
            struct cell c = r->cells[x];

            CHECK(c.link <= r->link_count);
            if (cell_is_erased(c))
                CHECK(!c.link);
            if (c.wide)
                CHECK(x + 1 < s->cols && cell_is_erased(r->cells[x + 1]));
            if (c.cluster) {
                CHECK(c.text < r->marks_len);
                CHECK(r->marks[c.text] >= 2 && r->marks[c.text] <= CELL_TEXT_MAX);
                CHECK(c.text + r->marks[c.text] < r->marks_len);
            } else {
                CHECK(c.text == 0 || c.text >= 0x20);
            }
        }
    }
}

static void
screen_check(const struct screen *s)
{
    CHECK(s->x >= 0 && s->x < s->cols && s->y >= 0 && s->y < s->rows);
    CHECK(s->top >= 0 && s->top <= s->bottom && s->bottom < s->rows);
    CHECK(s->left >= 0 && s->left <= s->right && s->right < s->cols);
    CHECK(!s->pending_wrap || s->x == s->cols - 1 || s->x == s->right);
    grid_check(s, s->grid);
    if (s->other)
        grid_check(s, s->other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer reply = {.max = 4096};
    struct screen *s, *snapshot = NULL, *before = NULL;
    struct emulator *e;
    size_t at = 1;

    if (size < 1)
        return 0;
    s = screen_new(1 + data[0] % 24, 1 + data[0] / 24);
    e = emulator_new(s, data[0] & 1 ? EMULATOR_REPLICA : EMULATOR_SERVER);
    while (at < size) {
        size_t start = at;

        while (at < size && data[at] != 0xff)
            at++;
        emulator_write(e, bytes_of(data + start, at - start), &reply);
        screen_check(s);
        if (at + 2 < size) {
            screen_free(snapshot);
            screen_free(before);
            snapshot = screen_copy(s);
            before = screen_copy(s);
            for (int y = 0; y < before->rows; y++)
                screen_row_mut(before, y); /* its own rows */
            if (data[at + 1] & 1)
                screen_resize_plain(s, data[at + 1] % 48, data[at + 2] % 16);
            else
                screen_resize(s, data[at + 1] % 48, data[at + 2] % 16);
            screen_check(s);
        }
        at += 3;
    }
    if (snapshot)
        CHECK(screen_equal(snapshot, before));
    emulator_free(e);
    screen_free(s);
    screen_free(snapshot);
    screen_free(before);
    buffer_free(&reply);
    return 0;
}
