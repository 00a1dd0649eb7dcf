#include "traversal/gather.h"

bool
gather_is_own(const struct awl_addr *own, size_t count, const struct awl_addr *addr)
{
    for (size_t i = 0; i < count; i++)
        if (own[i].family == addr->family && addr_same_host(&own[i], addr))
            return true;
    return false;
}

static uint16_t
port_of(const struct gather_input *in, uint8_t family)
{
    return family == AWL_IPV6 ? in->port_v6 : in->port_v4;
}

static void
put(const struct gather_input *in, struct gathered *out, struct awl_addr addr,
    enum candidate_kind kind)
{
    struct candidate c = {addr, kind, in->order};

    candidate_set_add(&out->set, &c);
}

/* With the port of our own socket of that family. */
static void
put_at_port(const struct gather_input *in, struct gathered *out, struct awl_addr addr,
            enum candidate_kind kind)
{
    addr.port = port_of(in, addr.family);
    put(in, out, addr, kind);
}

/* Does sshd's view tell anything about the ends of the UDP path? Not behind a jump host,
 * and a loopback or link-local address comes from a tunnel. A private one may be the
 * outside of an inner NAT. */
static bool
ssh_view_usable(const struct gather_input *in, const struct awl_addr *addr)
{
    return addr->family != AWL_NONE && !in->proxied && !addr_is_loopback(addr) &&
           !addr_is_link_local(addr);
}

/* Our address from outside, as a STUN server saw it. */
static const struct awl_addr *
found_seen(const struct gather_input *in, uint8_t family)
{
    for (size_t i = 0; i < in->found_count; i++)
        if (in->found[i].kind == CANDIDATE_SEEN && in->found[i].addr.family == family)
            return &in->found[i].addr;
    return NULL;
}

static enum gather_nat
nat_of(const struct gather_input *in, const struct awl_addr *outside)
{
    return gather_is_own(in->own, in->own_count, outside) ? GATHER_OPEN
                                                          : GATHER_TRANSLATED;
}

static void
client_nat(const struct gather_input *in, struct gathered *out)
{
    for (int v6 = 0; v6 < 2; v6++) {
        uint8_t family = v6 ? AWL_IPV6 : AWL_IPV4;
        enum gather_nat *own = v6 ? &out->own_v6 : &out->own_v4;
        enum gather_nat *peer = v6 ? &out->peer_v6 : &out->peer_v4;
        const struct awl_addr *outside = found_seen(in, family);

        if (in->seen.family == family)
            outside = &in->seen;
        else if (outside == NULL && in->ssh_client.family == family &&
                 ssh_view_usable(in, &in->ssh_client))
            outside = &in->ssh_client;
        if (outside != NULL)
            *own = nat_of(in, outside);
        if (in->proxied || in->ssh_server.family != family)
            continue;
        for (size_t i = 0; i < in->dialled_count; i++)
            if (in->dialled[i].family == family && *peer == GATHER_UNKNOWN)
                *peer = GATHER_TRANSLATED;
        if (gather_is_own(in->dialled, in->dialled_count, &in->ssh_server))
            *peer = GATHER_OPEN;
    }
}

static void
server_nat(const struct gather_input *in, struct gathered *out)
{
    const struct awl_addr *v4 = found_seen(in, AWL_IPV4), *v6 = found_seen(in, AWL_IPV6);

    if (v4 != NULL)
        out->own_v4 = nat_of(in, v4);
    if (v6 != NULL)
        out->own_v6 = nat_of(in, v6);
    for (size_t i = 0; i < in->dialled_count; i++) {
        enum gather_nat *own =
            in->dialled[i].family == AWL_IPV6 ? &out->own_v6 : &out->own_v4;

        if (gather_is_own(in->own, in->own_count, &in->dialled[i]))
            *own = GATHER_OPEN;
        else if (*own == GATHER_UNKNOWN)
            *own = GATHER_TRANSLATED;
    }
}

void
gather(const struct gather_input *in, struct gathered *out)
{
    const struct awl_addr *by_ssh =
        in->role == GATHER_CLIENT ? &in->ssh_client : &in->ssh_server;

    *out = (struct gathered){0};
    if (in->explicit_.family != AWL_NONE)
        put(in, out, in->explicit_, CANDIDATE_USED);
    if (in->seen.family != AWL_NONE && port_of(in, in->seen.family) != 0)
        put(in, out, in->seen, CANDIDATE_SEEN);
    for (size_t i = 0; i < in->found_count; i++)
        candidate_set_add(&out->set, &in->found[i]);
    if (ssh_view_usable(in, by_ssh))
        put_at_port(in, out, *by_ssh, CANDIDATE_SEEN);
    for (size_t i = 0; i < in->own_count && !in->no_host; i++)
        put_at_port(in, out, in->own[i], CANDIDATE_HOST);
    if (in->role == GATHER_CLIENT) {
        for (size_t i = 0; i < in->dialled_count; i++)
            put(in, out, in->dialled[i], CANDIDATE_DIALLED);
        client_nat(in, out);
    } else {
        server_nat(in, out);
    }
}
