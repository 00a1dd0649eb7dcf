#include <stdlib.h>

#include "base/alloc.h"
#include "predict/overlay.h"
#include "predict/predict.h"
#include "session/client.h"
#include "terminal/draw.h"

#define TITLE_PREFIX "[awl] "

struct client_view {
    struct caps caps;
    char *smcup, *rmcup;
    struct screen *shown; /* what the terminal shows; NULL: unknown */
    bool touched;         /* it may not be what it should show */
    struct predict *predict;
    struct buffer out; /* what was lent last */
};

struct client_view *
client_view_new(const struct awl_client_config *config)
{
    const struct awl_caps *caps = &config->caps;
    struct client_view *v = xcalloc(1, sizeof(*v));

    v->caps = (struct caps){.ech = caps->ech,
                            .bce = caps->bce,
                            .title = caps->title,
                            .sync = caps->sync,
                            .links = caps->title,
                            .copies = true};
    v->smcup = caps->smcup != NULL ? xstrdup(caps->smcup) : NULL;
    v->rmcup = caps->rmcup != NULL ? xstrdup(caps->rmcup) : NULL;
    v->touched = true;
    v->predict = predict_new(config->predict, config->predict_overwrite);
    return v;
}

void
client_view_free(struct client_view *v)
{
    if (v == NULL)
        return;
    screen_free(v->shown);
    predict_free(v->predict);
    free(v->smcup);
    free(v->rmcup);
    buffer_free(&v->out);
    free(v);
}

void
client_view_touch(struct awl_client *c)
{
    c->view->touched = true;
}

void
client_view_sync(struct awl_client *c, bool sync)
{
    c->view->caps.sync = sync;
}

void
client_view_clusters(struct awl_client *c, enum caps_clusters clusters)
{
    if (c->view->caps.clusters != clusters)
        awl_client_redraw(c);
    c->view->caps.clusters = clusters;
}

static const struct screen *
replica(const struct awl_client *c)
{
    const struct display *d = transport_remote(c->carrier.transport);

    return d->screen;
}

/* ---- guesses ---- */

static void
judge(struct awl_client *c, uint64_t now)
{
    const struct display *d = transport_remote(c->carrier.transport);
    double rtt = transport_rtt(c->carrier.transport);
    struct predict_link link = {.late_ack = d->echo_ack,
                                .rtt_ms = rtt > 60000 ? 60000 : (uint32_t)(rtt + 0.999),
                                .tty = d->tty};

    predict_judge(c->view->predict, d->screen, &link, now);
}

void
client_view_keys(struct awl_client *c, struct bytes keys, uint64_t now)
{
    struct client_view *v = c->view;
    uint64_t sent = transport_sent_num(c->carrier.transport);

    judge(c, now);
    predict_keys(v->predict, keys, replica(c), sent, now);
    v->touched = true;
}

void
client_view_tick(struct awl_client *c, uint64_t now)
{
    if (now < predict_deadline(c->view->predict))
        return;
    judge(c, now);
    c->view->touched = true;
}

uint64_t
client_view_deadline(const struct awl_client *c)
{
    return predict_deadline(c->view->predict);
}

void
client_view_report(struct awl_client *c)
{
    struct predict_counts n = predict_counts(c->view->predict);

    if (n.keys == 0)
        return;
    log_line(&c->log, LOG_INFO,
             "typing: %llu keys guessed, %llu shown, %llu of them wrong, %llu ms sooner",
             (unsigned long long)n.keys, (unsigned long long)n.shown,
             (unsigned long long)n.wrong,
             (unsigned long long)(n.right > 0 ? n.saved_ms / n.right : 0));
}

void
client_view_resize(struct awl_client *c)
{
    predict_reset(c->view->predict);
    c->view->touched = true;
}

/* ---- the terminal ---- */

/* Brings the terminal from what it shows to `target`, which is taken. */
static void
show(struct client_view *v, struct screen *target)
{
    draw_diff(&v->out, v->shown, target, &v->caps);
    screen_free(v->shown);
    v->shown = target;
    v->touched = false;
}

static void
lend(const struct client_view *v, const uint8_t **data, size_t *len)
{
    *data = v->out.data;
    *len = v->out.len;
}

void
awl_client_enter(struct awl_client *c, const uint8_t **data, size_t *len)
{
    struct client_view *v = c->view;

    buffer_clear(&v->out);
    draw_enter(&v->out, v->smcup);
    client_terminal_enter(c, &v->out);
    awl_client_redraw(c);
    lend(v, data, len);
}

void
awl_client_redraw(struct awl_client *c)
{
    screen_free(c->view->shown);
    c->view->shown = NULL;
    c->view->touched = true;
}

void
awl_client_draw(struct awl_client *c, const uint8_t **data, size_t *len, uint64_t now)
{
    struct client_view *v = c->view;
    struct screen *target;

    buffer_clear(&v->out);
    if (v->touched) {
        judge(c, now);
        target = overlay_fit(replica(c), c->config.cols, c->config.rows);
        predict_apply(v->predict, target);
        overlay_notice(target, notice_text(&c->notice, c->config.cols));
        if (c->config.title_prefix)
            overlay_title(target, TITLE_PREFIX);
        show(v, target);
        client_terminal_draw(c, &v->out);
    }
    lend(v, data, len);
}

void
awl_client_leave(struct awl_client *c, const uint8_t **data, size_t *len)
{
    struct client_view *v = c->view;

    /* The last frame is the server's alone: no bar, no prefix. */
    buffer_clear(&v->out);
    show(v, overlay_fit(replica(c), c->config.cols, c->config.rows));
    client_terminal_leave(c, &v->out);
    draw_leave(&v->out, v->shown, v->rmcup);
    awl_client_redraw(c);
    lend(v, data, len);
}

/* Columns up to the last that holds more than a blank. */
static int
row_text_cols(const struct row *r)
{
    int n = r->cols;

    while (n > 0 && (cell_is_erased(r->cells[n - 1]) ||
                     (!r->cells[n - 1].cluster && r->cells[n - 1].text == ' ')))
        n--;
    /* The right half of a wide character is an erased cell; it was cut with them. */
    return n;
}

void
awl_client_text(struct awl_client *c, const uint8_t **data, size_t *len)
{
    const struct screen *s = replica(c);
    struct client_view *v = c->view;
    int rows = s->rows;

    buffer_clear(&v->out);
    while (rows > 0 && row_text_cols(screen_row(s, rows - 1)) == 0)
        rows--;
    for (int y = 0; y < rows; y++) {
        const struct row *r = screen_row(s, y);
        int cols = row_text_cols(r);

        for (int x = 0; x < cols; x++) {
            if (cell_is_erased(r->cells[x]))
                buffer_put_byte(&v->out, ' ');
            else
                cell_utf8(r, x, &v->out);
            x += r->cells[x].wide;
        }
        buffer_put_byte(&v->out, '\n');
    }
    lend(v, data, len);
}
