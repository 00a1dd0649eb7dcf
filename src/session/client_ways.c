#include <stdio.h>
#include <string.h>

#include "session/client.h"

/* ---- sockets ---- */

static struct client_socket *
socket_find(struct awl_client *c, int number)
{
    for (size_t i = 0; i < c->socket_count; i++)
        if (c->sockets[i].number == number)
            return &c->sockets[i];
    return NULL;
}

static void
socket_forget(struct awl_client *c, int number)
{
    struct client_socket *s = socket_find(c, number);

    if (s != NULL)
        *s = c->sockets[--c->socket_count];
}

/* It waits for a guess of the server's. */
static bool
searching(const struct awl_client *c, const struct client_socket *s)
{
    return s->number >= PUNCH_SEARCH_SOCKET && s->number < CLIENT_HOP_SOCKET &&
           s->number != punch_socket(c->carrier.punch, s->family);
}

/* Punching decides what is sent to a server that may be its kind, while there is a pipe
 * to agree over. Without one, and to stock servers, the addresses given are all there is.
 */
static bool
servers_are_paths(const struct awl_client *c)
{
    return c->frames == NULL || c->carrier.hello.peer == HELLO_PEER_STOCK;
}

static void
servers_add(struct awl_client *c, uint64_t now)
{
    if (!servers_are_paths(c))
        return;
    for (size_t i = 0; i < c->config.server_count; i++)
        for (size_t j = 0; j < c->socket_count; j++)
            if (c->sockets[j].open && c->sockets[j].family == c->servers[i].family &&
                !searching(c, &c->sockets[j]))
                paths_add(c->carrier.paths, c->sockets[j].number, &c->servers[i], now);
}

void
awl_client_opened(struct awl_client *c, int socket, uint16_t port, uint64_t now)
{
    struct client_socket *s = socket_find(c, socket);

    if (scout_owns(socket) && !c->over)
        scout_opened(c->carrier.scout, socket, port, now);
    if (s == NULL || c->over)
        return;
    s->open = true;
    if (socket < CLIENT_HOP_SOCKET) {
        punch_opened(c->carrier.punch, socket, port, now);
        if (!searching(c, s))
            carrier_socket(&c->carrier, socket, s->family, port, now);
    } else {
        /* The new port takes over; answers to the old one were not coming. */
        for (size_t i = 0; i < c->socket_count; i++)
            if (c->sockets[i].number != socket && c->sockets[i].family == s->family) {
                c->closing = c->sockets[i].number;
                paths_socket_closed(c->carrier.paths, c->closing, now);
            }
        transport_answer_soon(c->carrier.transport, now);
    }
    servers_add(c, now);
}

void
awl_client_open_failed(struct awl_client *c, int socket, const char *error, uint64_t now)
{
    char text[CLIENT_LINE_MAX];

    if (c->over)
        return;
    if (scout_owns(socket)) {
        log_line(&c->log, LOG_INFO, "socket: %s", error);
        scout_open_failed(c->carrier.scout, socket, now);
        return;
    }
    socket_forget(c, socket);
    if (socket < CLIENT_HOP_SOCKET)
        punch_open_failed(c->carrier.punch, socket, now);
    log_line(&c->log, LOG_ERROR, "socket: %s", error);
    if (c->socket_count == 0 && c->frames == NULL) {
        snprintf(text, sizeof(text), "no UDP socket: %s", error);
        notice_say(&c->notice, NOTICE_SEND, text, now);
    }
}

void
awl_client_send_failed(struct awl_client *c, int socket, const char *error, bool too_long,
                       uint64_t now)
{
    struct path_ref ref;

    c->sending = false;
    if (c->over)
        return;
    if (too_long)
        transport_set_limit(c->carrier.transport, TRANSPORT_LIMIT_MIN);
    log_line(&c->log, LOG_DEBUG, "send: %s", error);
    /* What was only tried, or is carried by the pipe as well, is not worth a word. */
    if (paths_current(c->carrier.paths, &ref) && ref.kind == PATH_UDP &&
        ref.socket == socket && c->frames == NULL)
        notice_say(&c->notice, NOTICE_SEND, error, now);
}

/* Another local port after long silence, as stock does it: a NAT may have lost us. Only
 * towards a server that needs no hole, since the hole belongs to the port. */
static bool
may_hop(const struct awl_client *c)
{
    return servers_are_paths(c) && c->carrier.hello.peer == HELLO_PEER_STOCK &&
           c->frames == NULL && c->config.client_port == 0 && !c->hop;
}

static uint64_t
hop_time(const struct awl_client *c)
{
    uint64_t quiet = transport_heard(c->carrier.transport);

    return may_hop(c) ? MAX(quiet, c->hopped) + CLIENT_HOP_MS : NEVER;
}

static bool
hop_output(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    struct path_ref ref;
    struct client_socket *s;

    c->hop = false;
    c->hopped = now;
    if (!paths_current(c->carrier.paths, &ref) || ref.kind != PATH_UDP ||
        c->socket_count == CLIENT_SOCKETS_MAX)
        return false;
    s = &c->sockets[c->socket_count++];
    *s = (struct client_socket){.number = CLIENT_HOP_SOCKET + c->hops++,
                                .family = (enum awl_family)ref.to.family};
    *out =
        (struct awl_output){.kind = AWL_OPEN, .socket = s->number, .family = s->family};
    return true;
}

/* ---- the pipe ---- */

static void
way_changed(struct awl_client *c)
{
    notice_way(&c->notice, c->config.server_port, c->frames != NULL);
}

static void
pipe_begin(struct awl_client *c, uint64_t now)
{
    frames_free(c->frames);
    c->frames = frames_new(now);
    paths_pipe_up(c->carrier.paths, now);
    way_changed(c);
}

/* The paths know already. */
static void
pipe_end(struct awl_client *c, uint64_t now)
{
    frames_free(c->frames);
    c->frames = NULL;
    punch_pipe_down(c->carrier.punch, now);
    servers_add(c, now);
    way_changed(c);
}

static void
pipe_want(struct awl_client *c, uint64_t now)
{
    const struct transport *t = c->carrier.transport;
    struct punch_facts f;

    /* The relay goes with the session's end: no login for the last few milliseconds. */
    if (transport_peer_shut_down(t) || transport_shutting_down(t))
        return;
    punch_facts(c->carrier.punch, &f);
    dial_want(&c->dial, f.peer_unsolicited, (uint32_t)transport_rtt(t), now);
}

/* Closes the pipe from this side. */
static void
pipe_drop(struct awl_client *c, bool dead, uint64_t now)
{
    if (c->frames == NULL)
        return;
    c->hang_up = true;
    pipe_end(c, now);
    dial_closed(&c->dial, dead, now);
}

static void
pipe_check(struct awl_client *c, uint64_t now)
{
    if (c->frames == NULL || !frames_bad(c->frames))
        return;
    log_line(&c->log, LOG_ERROR, "pipe: not frames");
    paths_pipe_down(c->carrier.paths, now);
    pipe_drop(c, true, now);
}

void
awl_client_pipe_up(struct awl_client *c, const struct awl_ssh_view *view, uint64_t now)
{
    if (c->over)
        return;
    c->config.ssh = *view;
    pipe_begin(c, now);
    punch_pipe_up(c->carrier.punch, &view->client, &view->server, now);
    dial_up(&c->dial, now);
    transport_answer_soon(c->carrier.transport, now);
}

void
awl_client_pipe_data(struct awl_client *c, const uint8_t *data, size_t len, uint64_t now)
{
    static const struct path_ref ref = {.kind = PATH_PIPE};
    struct bytes datagram;

    if (c->over || c->frames == NULL)
        return;
    frames_input(c->frames, bytes_of(data, len), now);
    while (c->frames != NULL && frames_datagram(c->frames, &datagram))
        client_receive(c, &ref, -1, 0, datagram, now);
    pipe_check(c, now);
}

void
awl_client_gone(struct awl_client *c, uint64_t now)
{
    awl_client_pipe_down(c, "no session has the server's port any more", false, now);
    if (c->over || paths_direct(c->carrier.paths))
        return;
    c->over = true;
    c->end = AWL_END_GONE;
}

void
awl_client_pipe_down(struct awl_client *c, const char *why, bool credentials,
                     uint64_t now)
{
    if (c->over)
        return;
    log_line(&c->log, LOG_INFO, "pipe: %s", why != NULL ? why : "down");
    if (c->frames != NULL) {
        paths_pipe_down(c->carrier.paths, now);
        pipe_end(c, now);
    } else {
        notice_alone(&c->notice);
    }
    dial_down(&c->dial, credentials, now);
}

void
client_ways_login(struct awl_client *c, uint64_t now)
{
    if (!c->config.can_dial)
        notice_say(&c->notice, NOTICE_NOTE, "this session has no ssh to log in with",
                   now);
    else if (c->frames != NULL)
        notice_say(&c->notice, NOTICE_NOTE, "ssh is connected", now);
    else
        dial_user(&c->dial, now);
}

/* ---- the network ---- */

static bool
has_network(const struct awl_addr *own, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!addr_is_loopback(&own[i]) && !addr_is_link_local(&own[i]))
            return true;
    return false;
}

void
awl_client_network(struct awl_client *c, const struct awl_addr *own, size_t count,
                   uint64_t now)
{
    bool other;

    if (c->over)
        return;
    count = MIN(count, PUNCH_ADDRS_MAX);
    other = carrier_network(&c->carrier, own, count, now);
    dial_network(&c->dial, has_network(own, count), other, now);
    transport_answer_soon(c->carrier.transport, now);
}

/* The server's name was looked up again: perhaps it has moved. */
static void
servers_found(struct awl_client *c, const struct awl_addr *addr, size_t count,
              uint64_t now)
{
    bool same = count == c->config.server_count;

    if (c->carrier.hello.peer == HELLO_PEER_STOCK)
        return; /* it was at one of them only, and doesn't move */
    for (size_t i = 0; i < count && same; i++)
        same = addr_equal(&addr[i], &c->servers[i]);
    if (count == 0 || same)
        return;
    memcpy(c->servers, addr, count * sizeof(addr[0]));
    c->config.server_count = count;
    log_line(&c->log, LOG_INFO, "session: the server's name has other addresses");
    servers_add(c, now);
    punch_dialled(c->carrier.punch, c->servers, count, now);
}

void
awl_client_news(struct awl_client *c, const struct awl_news *news, uint64_t now)
{
    if (c->over)
        return;
    if (news->kind == AWL_NEWS_SERVERS)
        servers_found(c, news->addr, MIN(news->count, AWL_ADDRS_MAX), now);
    else
        carrier_news(&c->carrier, news, now);
}

void
client_ways_init(struct awl_client *c, uint64_t now)
{
    c->ssh_note = NEVER;
    c->hopped = now;
    if (c->config.pipe) {
        pipe_begin(c, now);
        c->ssh_note = now + CLIENT_SSH_NOTE_MS;
    }
    servers_add(c, now); /* for sockets that are open already */
    way_changed(c);
}

void
client_ways_heard(struct awl_client *c, const struct carrier_heard *heard, uint64_t now)
{
    if (heard->peer_known && c->carrier.hello.peer == HELLO_PEER_STOCK)
        servers_add(c, now);
    if (c->direct_at == NEVER && paths_direct(c->carrier.paths))
        c->direct_at = now;
}

void
client_ways_tick(struct awl_client *c, uint64_t now)
{
    if (c->frames != NULL) {
        frames_tick(c->frames, now);
        pipe_check(c, now);
    }
    if (now >= c->ssh_note) {
        c->ssh_note = NEVER;
        if (!paths_direct(c->carrier.paths) && c->frames != NULL)
            notice_say(&c->notice, NOTICE_NOTE, "via ssh; trying UDP", now);
    }
    if (now >= hop_time(c))
        c->hop = true;
    dial_tick(&c->dial, now);
}

uint64_t
client_ways_deadline(const struct awl_client *c)
{
    uint64_t d = sooner(dial_deadline(&c->dial), c->ssh_note);

    if (c->frames != NULL)
        d = sooner(d, frames_deadline(c->frames));
    return sooner(d, hop_time(c));
}

/* ---- out ---- */

static bool
open_output(struct awl_client *c, const struct carrier_output *o, struct awl_output *out,
            uint64_t now)
{
    *out = (struct awl_output){
        .kind = AWL_OPEN, .socket = o->socket, .family = o->family, .port = o->port};
    if (scout_owns(o->socket)) /* it is not the session's */
        return true;
    if (c->socket_count == CLIENT_SOCKETS_MAX) {
        punch_open_failed(c->carrier.punch, o->socket, now);
        return false;
    }
    c->sockets[c->socket_count++] =
        (struct client_socket){.number = o->socket, .family = o->family};
    return true;
}

/* A datagram leaves; one for the pipe waits there for the rest of the turn. */
static bool
send_output(struct awl_client *c, const struct carrier_output *o, struct awl_output *out,
            uint64_t now)
{
    if (o->ref.kind == PATH_PIPE) {
        if (c->frames != NULL && !frames_put(c->frames, o->data, now))
            log_line(&c->log, LOG_DEBUG, "pipe: full, a datagram was dropped");
        return false;
    }
    c->sending = true;
    *out = (struct awl_output){.kind = AWL_SEND,
                               .socket = o->ref.socket,
                               .from = o->ref.from,
                               .to = o->ref.to,
                               .ttl = o->ttl,
                               .ecn = o->ecn,
                               .data = o->data.data,
                               .len = o->data.len};
    return true;
}

static void
moved(struct awl_client *c, const struct path_ref *ref, uint64_t now)
{
    c->path_news = true;
    c->was_carried = true;
    c->carried = *ref;
    if (ref->kind == PATH_UDP) {
        if (c->direct_at == NEVER)
            c->direct_at = now;
        c->ssh_note = NEVER;
        notice_unsay(&c->notice, NOTICE_NOTE);
    }
}

static void
verdict(struct awl_client *c, bool direct, uint64_t now)
{
    if (direct || c->no_udp_said || c->frames == NULL || paths_direct(c->carrier.paths))
        return;
    c->no_udp_said = true;
    notice_say(&c->notice, NOTICE_NOTE, "UDP doesn't get through; going on over ssh",
               now);
}

/* True: *out is for the driver. */
static bool
carrier_act(struct awl_client *c, const struct carrier_output *o, struct awl_output *out,
            uint64_t now)
{
    struct keys *keys;

    switch (o->kind) {
    case CARRIER_SEND: return send_output(c, o, out, now);
    case CARRIER_OPEN: return open_output(c, o, out, now);
    case CARRIER_CLOSE:
        socket_forget(c, o->socket);
        *out = (struct awl_output){.kind = AWL_CLOSE, .socket = o->socket};
        return true;
    case CARRIER_MOVED: moved(c, &o->ref, now); return false;
    case CARRIER_HANGUP: pipe_drop(c, o->dead, now); return false;
    case CARRIER_DIAL: pipe_want(c, now); return false;
    case CARRIER_RECOVERED:
        /* A pipe that is to be kept is wanted still; only the user isn't asked for it. */
        if (!c->config.keep_ssh || c->dial.mode != AWL_REPUNCH_AUTO)
            dial_unwant(&c->dial, now);
        return false;
    case CARRIER_ELICIT:
        /* A stock server answers a new state within milliseconds; the size it has already
         * is the one that does nothing. */
        keys = transport_local(c->carrier.transport);
        if (!c->quitting) {
            keys_resize(keys, c->config.cols, c->config.rows);
            transport_changed(c->carrier.transport, now);
        }
        return false;
    case CARRIER_VERDICT: verdict(c, o->direct, now); return false;
    case CARRIER_MAP:
        *out = (struct awl_output){
            .kind = AWL_MAP, .to = o->ref.to, .from = o->ref.from, .port = o->port};
        return true;
    case CARRIER_UNMAP: *out = (struct awl_output){.kind = AWL_UNMAP}; return true;
    case CARRIER_HOPS:
        *out = (struct awl_output){.kind = AWL_HOPS, .to = o->ref.to};
        return true;
    }
    return false;
}

static bool
dial_act(struct awl_client *c, const struct dial_output *d, struct awl_output *out,
         uint64_t now)
{
    char text[CLIENT_LINE_MAX], name[ESCAPE_NAME_LEN];

    switch (d->kind) {
    case DIAL_START:
        *out = (struct awl_output){.kind = AWL_DIAL, .interactive = d->interactive};
        return true;
    case DIAL_HANGUP: *out = (struct awl_output){.kind = AWL_HANGUP}; return true;
    case DIAL_ASK:
        if (paths_direct(c->carrier.paths)) { /* a kept pipe is not worth a question */
            dial_unwant(&c->dial, now);
            return false;
        }
        escape_name(&c->escape, name);
        snprintf(text, sizeof(text), "UDP is filtered here%s%s%s", name[0] ? " - " : "",
                 name, name[0] ? " r to log in again" : "");
        notice_say(&c->notice, NOTICE_NOTE, text, now);
        return false;
    }
    return false;
}

/* What is small and waits in a flag. */
static bool
flags_next(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    if (c->closing != 0) {
        *out = (struct awl_output){.kind = AWL_CLOSE, .socket = c->closing};
        socket_forget(c, c->closing);
        c->closing = 0;
        return true;
    }
    if (c->hang_up) {
        c->hang_up = false;
        *out = (struct awl_output){.kind = AWL_HANGUP};
        return true;
    }
    if (c->path_news) {
        c->path_news = false;
        *out =
            (struct awl_output){.kind = AWL_PATH, .text = awl_client_path_line(c, now)};
        return true;
    }
    return c->hop && hop_output(c, out, now);
}

bool
client_ways_next(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    struct carrier_output o;
    struct dial_output d;
    struct bytes b;

    for (;;) {
        if (flags_next(c, out, now))
            return true;
        dial_tick(&c->dial, now); /* what was wanted a moment ago may be due */
        if (dial_next(&c->dial, &d, now)) {
            if (dial_act(c, &d, out, now))
                return true;
        } else if (carrier_next(&c->carrier, &o, now)) {
            if (carrier_act(c, &o, out, now))
                return true;
        } else if (!c->hang_up && !c->path_news && !c->hop) {
            break;
        }
    }
    if (c->frames == NULL || (b = frames_output(c->frames)).len == 0)
        return false;
    buffer_clear(&c->out);
    buffer_put_bytes(&c->out, b);
    frames_wrote(c->frames, b.len);
    *out = (struct awl_output){.kind = AWL_PIPE, .data = c->out.data, .len = c->out.len};
    return true;
}

bool
client_ways_end(struct awl_client *c, struct awl_output *out, uint64_t now)
{
    struct carrier_output o;

    if (c->done)
        return false;
    carrier_end(&c->carrier);
    while (carrier_end_next(&c->carrier, &o, now))
        if (carrier_act(c, &o, out, now))
            return true;
    return false;
}

/* ---- the path line ---- */

static enum awl_nat
nat_kind(enum gather_nat nat, uint16_t inside, uint16_t outside)
{
    switch (nat) {
    case GATHER_UNKNOWN: break;
    case GATHER_OPEN: return AWL_NAT_NONE;
    case GATHER_TRANSLATED:
        if (inside == 0 || outside == 0)
            return AWL_NAT_SOME;
        return inside == outside ? AWL_NAT_KEEPS : AWL_NAT_CHANGES;
    }
    return AWL_NAT_UNKNOWN;
}

/* What STUN servers say beats what one peer saw. */
static enum awl_nat
nat_by_stun(const struct awl_client *c, bool *answered)
{
    static const enum awl_family families[] = {AWL_IPV4, AWL_IPV6};
    enum awl_nat nat = AWL_NAT_UNKNOWN;

    for (size_t i = 0; i < ARRAY_LEN(families) && nat == AWL_NAT_UNKNOWN; i++)
        switch (scout_nat(c->carrier.scout, families[i])) {
        case SCOUT_NAT_UNKNOWN: break;
        case SCOUT_NAT_PORT_KEPT: nat = AWL_NAT_KEEPS; break;
        case SCOUT_NAT_PORT_CHANGED: nat = AWL_NAT_CHANGES; break;
        case SCOUT_NAT_VARIES: nat = AWL_NAT_VARIES; break;
        }
    *answered = nat != AWL_NAT_UNKNOWN;
    return nat;
}

void
client_ways_facts(const struct awl_client *c, struct awl_client_facts *out)
{
    struct path_ref ref;
    struct punch_facts f;
    enum awl_nat by_stun;
    bool carried = paths_current(c->carrier.paths, &ref);

    punch_facts(c->carrier.punch, &f);
    if (carried && ref.kind == PATH_UDP)
        out->path = ref.to;
    if (carried)
        out->rtt_ms = paths_rtt(c->carrier.paths, &ref);
    if (carried && out->rtt_ms == 0)
        out->rtt_ms = (uint32_t)transport_rtt(c->carrier.transport);
    out->mapped = carried && ref.kind == PATH_UDP && scout_owns(ref.socket);
    /* What the server sees of a mapped port tells nothing of the others. */
    out->own_nat = nat_kind(f.own, out->mapped ? 0 : f.local_port, f.seen.port);
    by_stun = nat_by_stun(c, &out->stun_answered);
    if (out->own_nat > AWL_NAT_NONE && out->stun_answered)
        out->own_nat = by_stun;
    out->stun_silent = scout_silent(c->carrier.scout);
    out->peer_nat = nat_kind(f.peer, c->config.server_port, out->path.port);
    if (out->peer_nat > AWL_NAT_NONE && f.peer_varies)
        out->peer_nat = AWL_NAT_VARIES;
    out->peer_open = f.peer_unsolicited;
    out->udp_heard = f.heard;
    out->udp_reached = f.seen.family != AWL_NONE;
    out->punch_allowed = f.both_punch;
    out->searches = (carrier_features(&c->carrier) & HELLO_SPRAY) != 0;
    out->trying = f.trying;
    out->attempts = f.gen;
    out->own_candidates = (unsigned)f.own_cands;
    out->peer_candidates = (unsigned)f.peer_cands;
    out->server_first = f.order == CANDIDATE_SERVER_FIRST;
    out->searched = f.searched;
    out->opener_ttl = f.opener_ttl;
}

static void
way_put(struct buffer *b, const struct path_ref *ref)
{
    char addr[ADDR_TEXT_LEN];

    if (ref->kind == PATH_PIPE)
        buffer_put_str(b, "ssh pipe");
    else
        buffer_printf(b, "udp %s", addr_port_text(&ref->to, addr));
}

/* How UDP got through, and the state of the way unless it is good. */
static void
way_put_how(struct buffer *b, const struct awl_client *c, const struct path_ref *ref,
            const struct awl_client_facts *f)
{
    enum path_state state = paths_state(c->carrier.paths, ref);
    const char *before = " (";

    if (state != PATH_GOOD) {
        buffer_printf(b, "%s%s", before, path_state_name(state));
        before = ", ";
    }
    if (ref->kind == PATH_UDP && f->peer_awl) {
        if (f->mapped)
            buffer_printf(b, "%smapped port", before);
        else if (f->peer_open)
            buffer_printf(b, "%sserver open", before);
        else
            buffer_printf(b, "%spunched, %s, ttl %u", before,
                          f->searched       ? "ports searched"
                          : f->server_first ? "server first"
                                            : "client first",
                          f->opener_ttl);
        before = ", ";
    }
    if (before[0] == ',')
        buffer_put_str(b, ")");
}

const char *
awl_client_path_line(struct awl_client *c, uint64_t now)
{
    static const char *const nats[] = {
        [AWL_NAT_UNKNOWN] = "",
        [AWL_NAT_NONE] = "; no nat",
        [AWL_NAT_SOME] = "; nat",
        [AWL_NAT_KEEPS] = "; nat: port kept",
        [AWL_NAT_CHANGES] = "; nat: port changed",
        [AWL_NAT_VARIES] = "; nat: port varies",
    };
    static_assert(ARRAY_LEN(nats) == AWL_NATS, "a word for every kind of NAT");
    struct buffer b = {.max = CLIENT_LINE_MAX - 1};
    struct path_ref ref;
    struct awl_client_facts f;

    (void)now;
    awl_client_facts(c, &f);
    if (!paths_current(c->carrier.paths, &ref)) {
        if (!c->was_carried) {
            buffer_put_str(&b, "no path yet");
        } else {
            way_put(&b, &c->carried);
            buffer_put_str(&b, " (closed)");
        }
    } else {
        way_put(&b, &ref);
        if (f.rtt_ms != 0)
            buffer_printf(&b, " rtt %u ms", (unsigned)f.rtt_ms);
        way_put_how(&b, c, &ref, &f);
        if (ref.kind == PATH_UDP)
            buffer_put_str(&b, c->frames != NULL ? "; ssh pipe idle" : "; no ssh pipe");
        else if (f.trying)
            buffer_put_str(&b, "; trying udp");
    }
    if (c->carrier.hello.peer == HELLO_PEER_STOCK)
        buffer_put_str(&b, "; stock server");
    buffer_put_str(&b, nats[f.own_nat]);
    snprintf(c->line, sizeof(c->line), "%s", buffer_str(&b));
    buffer_free(&b);
    return c->line;
}
