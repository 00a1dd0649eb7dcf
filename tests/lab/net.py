"""Networks to meet in: a client host, middleboxes, routers, the wire of linkem, a server host.

    client (c) eth0 --[c0]--[c1]-- (r) router ==wire== (q) router --[s1]--[s0]-- eth0 server (s)
           eth1 ------------------(r)

Each is a network namespace; addresses are from the documentation ranges, inside of NATs private
ones. c0, c1, s0, s1 are what the network's kind has of boxes: none, plain routers, firewalls,
NATs. eth1 is where the client goes when it roams: another subnet of the same router, past the
boxes. A network speaks IPv4 or IPv6, so that a test knows what it shows, or, where that is the
subject, both: then NATs translate IPv4 only."""

import dataclasses
import ipaddress
import itertools
import json
import os
import subprocess

from . import programs
from .run import ip, netns_delete


@dataclasses.dataclass(frozen=True)
class Box:
    """A router on the way between a host and the wide network. All let out what comes from
    inside, and answers in."""
    forward: str = "accept"   # what comes from outside by itself: accept, drop, reject
    nat: str = ""             # masquerade, with what options; keeps ports unless random
    itself: str = "drop"      # what a NAT does with what is addressed to itself

    @property
    def translates(self):
        return bool(self.nat)


@dataclasses.dataclass(frozen=True)
class Side:
    about: str
    boxes: tuple = ()         # the host's own gateway first
    host: str = "accept"      # the host's firewall, but for tcp/22: accept, drop, reject
    host6: str = ""           # the same for IPv6, where it differs
    udp: bool = True


PLAIN = Box()
WALL = Box(forward="drop")
WALL_REJECTS = Box(forward="reject")
NAT = Box(nat="masquerade")
NAT_ACCEPTS = Box(nat="masquerade", itself="accept")
NAT_SYMMETRIC = Box(nat="masquerade fully-random")

# The two sides of the matrix. Everybody is as far from each other as on real ways, so all have
# as many routers: two at the client, one at the server.
CLIENTS = {
    "open": Side("nothing in the way", (PLAIN, PLAIN)),
    "hostfw": Side("the host drops", (PLAIN, PLAIN), host="drop"),
    "nat": Side("NAT that keeps ports, drops what is for itself", (NAT, PLAIN)),
    "nat-acc": Side("NAT that keeps ports, accepts what is for itself", (NAT_ACCEPTS, PLAIN)),
    "cgn": Side("two NATs, one behind the other", (NAT, NAT)),
    "cgn-acc": Side("two NATs that accept what is for themselves", (NAT_ACCEPTS, NAT_ACCEPTS)),
    "sym": Side("NAT with another port for every destination", (NAT_SYMMETRIC, PLAIN)),
    "udpblock": Side("no UDP at all", (PLAIN, PLAIN), udp=False),
}
SERVERS = {
    "open": Side("nothing in the way", (PLAIN,)),
    "hostdrop": Side("the host drops all but tcp/22", (PLAIN,), host="drop"),
    "hostrej": Side("the host rejects all but tcp/22", (PLAIN,), host="reject"),
    "fwdrop": Side("its router drops all but tcp/22", (WALL,)),
    "fwrej": Side("its router rejects all but tcp/22", (WALL_REJECTS,)),
    "nat22": Side("NAT that forwards tcp/22 only, keeps ports", (NAT,)),
    "nat22-acc": Side("the same, accepts what is for itself", (NAT_ACCEPTS,)),
    "nat22-sym": Side("the same, another port for every destination", (NAT_SYMMETRIC,)),
}

# Beyond the matrix.
ALL_CLIENTS = {
    **CLIENTS,
    "fw-nat": Side("a firewall before a NAT", (WALL, NAT)),
    "nat-fw": Side("a NAT before a firewall", (NAT, WALL)),
    "near": Side("no routers of its own"),
    "near-nat": Side("NAT that keeps ports, no other router", (NAT,)),
    "near-nat-acc": Side("the same, accepts what is for itself", (NAT_ACCEPTS,)),
    "near-noudp": Side("no UDP at all, no routers of its own", udp=False),
}
ALL_SERVERS = {
    **SERVERS,
    "nat22-2": Side("two NATs, both forward tcp/22 only", (NAT, NAT)),
    "fw-nat22": Side("a firewall before a NAT", (WALL, NAT)),
    "near": Side("no routers of its own"),
    "near-nat22-acc": Side("NAT that forwards tcp/22 only, accepts what is for itself",
                           (NAT_ACCEPTS,)),
    "near-drop": Side("the host drops all but tcp/22", host="drop"),
    "near-reject": Side("the host rejects all but tcp/22", host="reject"),
    "near-router": Side("its router drops all but tcp/22", (WALL,)),
    "near-drop4": Side("the host drops all of IPv4 but tcp/22", host="drop", host6="accept"),
}


@dataclasses.dataclass(frozen=True)
class Kind:
    client: Side
    server: Side
    family: int = 4           # 46: both

    @property
    def families(self):
        return (4, 6) if self.family == 46 else (self.family,)

    @property
    def udp(self):
        return self.client.udp and self.server.udp

    @property
    def open(self):
        """A server whose UDP ports anybody reaches: where stock mosh works."""
        return (self.udp and self.server.host == "accept"
                and all(box == PLAIN for box in self.server.boxes))


def cell(name, family=4):
    """"CLIENT/SERVER" """
    client, server = name.split("/")
    return Kind(ALL_CLIENTS[client], ALL_SERVERS[server], family)


# What most tests use: short names, as few namespaces as possible.
KINDS = {
    "open": cell("near/near"),
    "drop": cell("near/near-drop"),
    "reject": cell("near/near-reject"),
    "router": cell("near/near-router"),
    "nat": cell("near-nat/near-drop"),
    "six": cell("near/near-drop", 6),
    "udpblock": cell("near-noudp/near-drop"),
    "open6": cell("near/near", 6),
    "dual": cell("near/near-drop", 46),
    "dual-nat": cell("near-nat/near-drop", 46),
    "dual-open6": cell("near/near-drop4", 46),
}


def kind_of(name):
    return KINDS[name] if name in KINDS else cell(name)


def host_rules(policy, policy6):
    return f"""
table inet fw {{
  chain input {{
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iif lo accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
    tcp dport 22 accept
    meta nfproto ipv6 {policy6}
    {policy}
  }}
}}
"""


def forward_rules(policy):
    return f"""
table inet fw {{
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname lan0 accept
    tcp dport 22 accept
    {"reject" if policy == "reject" else ""}
  }}
}}
"""


def nat_rules(box, inside):
    """inside: where tcp/22 is forwarded to, if anywhere."""
    dnat = f"iifname wan0 tcp dport 22 dnat ip to {inside}" if inside else ""
    return f"""
table inet nat {{
  chain prerouting {{
    type nat hook prerouting priority -100;
    {dnat}
  }}
  chain postrouting {{
    type nat hook postrouting priority 100;
    meta nfproto ipv4 oifname wan0 {box.nat}
  }}
  chain input {{
    type filter hook input priority 0; policy {box.itself};
    ct state established,related accept
    iif lo accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
  }}
}}
"""


NO_UDP = """
table {table} noudp {{
  chain forward {{
    type filter hook forward priority 0; policy accept;
    {which} meta l4proto udp drop
  }}
}}
"""
TABLES = {None: "inet", 4: "ip", 6: "ip6"}
NO_UDP_WHICH = {"both": "", "up": "oifname wire0", "down": "iifname wire0"}

# Of what goes over the host's own wires; the relay's loopback datagrams are not counted.
COUNTERS = """
table inet count {
  counter udp_in { }
  counter udp_out { }
  chain pre {
    type filter hook prerouting priority -400;
    iifname != lo meta l4proto udp counter name udp_in
  }
  chain out {
    type filter hook output priority -400;
    oifname != lo meta l4proto udp counter name udp_out
  }
}
"""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The networks of one family. Those of a side are counted from the host; public ones are
    cut from the side's own, from the edge router's on."""
    wire: tuple               # the two ends, without a network
    client: str
    server: str
    cut: int                  # length of the pieces
    second: str               # the client's other network
    inner_client: tuple = ()
    inner_server: tuple = ()


PLANS = {
    4: Plan(("192.0.2.1", "192.0.2.2"), "198.51.100.0/25", "203.0.113.0/24", 27,
            "198.51.100.128/25", ("10.77.1.0/24", "100.64.0.0/24"),
            ("10.88.1.0/24", "10.99.0.0/24")),
    6: Plan(("2001:db8:ff::1", "2001:db8:ff::2"), "2001:db8:1::/48", "2001:db8:5::/48", 64,
            "2001:db8:2::/64"),
}
CLIENT_NUMBER, SERVER_NUMBER = 10, 20  # of hosts, and of boxes on their outer side


class Link:
    """In one family, between a host or box (inner) and the next one outwards (outer)."""

    def __init__(self, net, number):
        self.net = ipaddress.ip_network(net)
        self.inner, self.outer = str(self.net[number]), str(self.net[1])
        self.length = self.net.prefixlen


class Layout:
    """All addresses of one family."""

    def __init__(self, family, kind, plan):
        self.family, self.plan, self.kind = family, plan, kind
        self.translates = bool(plan.inner_client)
        self.client = self.links(kind.client, plan.client, plan.inner_client, CLIENT_NUMBER)
        self.servers = self.links(kind.server, plan.server, plan.inner_server, SERVER_NUMBER)
        self.second = Link(plan.second, CLIENT_NUMBER)

    def hides(self, box):
        """Whether it is a NAT for this family."""
        return box.translates and self.translates

    def links(self, side, outside, insides, number):
        """The host's first."""
        count = len(side.boxes) + 1
        public = list(itertools.islice(
            ipaddress.ip_network(outside).subnets(new_prefix=self.plan.cut), count))
        return [Link(insides[i] if any(map(self.hides, side.boxes[i:]))
                     else public[count - 1 - i], number) for i in range(count)]

    @property
    def server(self):
        """Where the server is dialled: the outside of its outermost NAT, else itself."""
        nat = any(map(self.hides, self.kind.server.boxes))
        return self.servers[-1 if nat else 0].inner


class Net:
    """Use as a context. `delay` is one way, in milliseconds. `plan`: other addresses."""

    def __init__(self, run, kind, delay=20, plan=None, **wire):
        self.run = run
        self.kind = kind_of(kind)
        self.layouts = {family: Layout(family, self.kind, plan or PLANS[family])
                        for family in self.kind.families}
        self.first = self.layouts[self.kind.families[0]]
        self.hosts = None
        self.delay = delay
        self.wire_settings = {"delay": delay, "seed": 1, **wire}
        self.roles = {}
        self.wire = None
        self.second = False

    @property
    def plan(self):
        return self.first.plan

    @property
    def client_links(self):
        return self.first.client

    @property
    def server(self):
        """Where the server is dialled, over IPv4 where it has both."""
        return self.first.server

    @property
    def servers(self):
        """The same over each family."""
        return [layout.server for layout in self.layouts.values()]

    @property
    def round_trip(self):
        return 2 * self.delay / 1000

    def __enter__(self):
        try:
            self.build()
        except BaseException as error:
            self.close()
            if isinstance(error, subprocess.CalledProcessError):
                raise RuntimeError(f"{error.cmd}: {error.stderr}") from error
            raise
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        for name in self.roles.values():
            netns_delete(name)
        self.roles = {}
        if self.wire:
            self.run.stop(self.wire)
            self.wire.stdin.close()
            self.wire.stdout.close()
            self.wire = None

    def inside(self, role, *argv):
        """The command line that runs argv in the namespace of that role; ip becomes argv, so
        the process id is the program's own."""
        words = ["ip", "netns", "exec", self.roles[role]]
        if role == "c" and self.hosts:
            words += ["unshare", "--mount", "sh", "-c",
                      f"mount --bind {self.hosts} /etc/hosts && exec \"$@\"", "sh"]
        return [*words, *argv]

    def name(self, host, *addresses):
        """From now on programs started on the client's host find that name to have these
        addresses; again: also those that run already."""
        if not self.hosts:
            self.hosts = os.path.join(self.run.new_folder("hosts"), "hosts")
        with open(self.hosts, "w") as hosts:
            hosts.write("127.0.0.1 localhost\n")
            hosts.writelines(f"{address} {host}\n" for address in addresses)

    def ip(self, role, *lines, family=None):
        batch = "\n".join(lines) + "\n"
        words = ["ip", f"-{family or self.first.family}", "-n", self.roles[role], "-batch", "-"]
        subprocess.run(words, input=batch, check=True, capture_output=True, text=True)

    def nft(self, role, rules):
        subprocess.run(self.inside(role, "nft", "-f", "-"), input=rules, check=True,
                       capture_output=True, text=True)

    def write(self, role, *settings):
        script = "; ".join(f"echo {value} > /proc/sys/net/{path}" for path, value in settings)
        subprocess.run(self.inside(role, "sh", "-c", script), check=True, capture_output=True)

    def build(self):
        chains = (["c", *(f"c{i}" for i in range(len(self.kind.client.boxes))), "r"],
                  ["s", *(f"s{i}" for i in range(len(self.kind.server.boxes))), "q"])
        six = 6 in self.layouts
        forward = [("ipv4/ip_forward", 1)] if 4 in self.layouts else []
        forward += [("ipv6/conf/all/forwarding", 1)] if six else []
        for role in itertools.chain(*chains):
            name = self.run.name(role)
            ip("netns", "add", name)
            self.roles[role] = name
            settings = [("ipv6/conf/default/accept_dad", 0), ("ipv6/conf/all/accept_dad", 0)]
            self.write(role, *settings[:2 if six else 0], *([] if role in "cs" else forward))
        self.veth("c", "eth1", "r", "lan1")
        for chain in chains:
            for inner, outer in itertools.pairwise(chain):
                self.veth(inner, outside(inner), outer, "lan0")
        self.start_wire()
        for layout in self.layouts.values():
            self.address_side(layout, chains[0], layout.client, self.kind.client)
            self.address_side(layout, chains[1], layout.servers, self.kind.server)
            self.address_edges(layout)
        self.filter_side(chains[0], self.first.client, self.kind.client)
        self.filter_side(chains[1], self.first.servers, self.kind.server)
        if not self.kind.udp:
            self.block_udp()
        for role in "cs":
            self.nft(role, COUNTERS)

    def veth(self, role_a, dev_a, role_b, dev_b):
        ip("link", "add", dev_a, "netns", self.roles[role_a], "type", "veth", "peer", "name",
           dev_b, "netns", self.roles[role_b])

    def start_wire(self):
        settings = [str(word) for pair in self.wire_settings.items() for word in pair]
        self.wire = self.run.start(
            [programs.linkem(), self.roles["r"], "wire0", self.roles["q"], "wire0", *settings],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.wire.stdout.readline()
        if line != "ready\n":
            raise RuntimeError(f"linkem said {line!r}")

    def address_side(self, layout, chain, side_links, side):
        for i, role in enumerate(chain[:-1]):
            link, dev = side_links[i], outside(role)
            lines = ["link set lo up", f"addr add {link.inner}/{link.length} dev {dev}",
                     f"link set {dev} up", f"route add default via {link.outer}"]
            if i > 0:
                lines += self.inner_lines(layout, i, side_links, side)
            self.ip(role, *lines, family=layout.family)
        self.ip(chain[-1], "link set lo up",
                *self.inner_lines(layout, len(chain) - 1, side_links, side), family=layout.family)

    def inner_lines(self, layout, i, side_links, side):
        """Of the i-th on the chain: its inner side, and the ways to what lies further in as far
        as no NAT hides it."""
        inner = side_links[i - 1]
        lines = [f"addr add {inner.outer}/{inner.length} dev lan0", "link set lan0 up"]
        for k in range(i - 2, -1, -1):
            if layout.hides(side.boxes[k]):
                break
            lines.append(f"route add {side_links[k].net} via {inner.inner}")
        return lines

    def address_edges(self, layout):
        p, (near, far), second = layout.plan, layout.plan.wire, layout.second
        host = 128 if layout.family == 6 else 32
        self.ip("r", f"addr add {second.outer}/{second.length} dev lan1",
                f"addr add {near}/{host} dev wire0", "link set lan1 up", "link set wire0 up",
                f"route add {far}/{host} dev wire0", f"route add {p.server} dev wire0",
                family=layout.family)
        self.ip("q", f"addr add {far}/{host} dev wire0", "link set wire0 up",
                f"route add {near}/{host} dev wire0",
                *(f"route add {net} dev wire0" for net in (p.client, p.second)),
                family=layout.family)

    def filter_side(self, chain, side_links, side):
        if side.host != "accept":
            self.nft(chain[0], host_rules(side.host, side.host6 or side.host))
        for i, box in enumerate(side.boxes):
            rules = ""
            if box.forward != "accept":
                rules += forward_rules(box.forward)
            if box.translates:
                within = max((k for k in range(i) if side.boxes[k].translates), default=-1) + 1
                rules += nat_rules(box, side_links[within].inner if chain[0] == "s" else None)
            if rules:
                self.nft(chain[i + 1], rules)

    def block_udp(self, blocked=True, family=None, which="both"):
        """From now on (not) at the client's edge router, of one family or of all. which: up is
        towards the server, down towards the client, or both."""
        table = TABLES[family]
        self.nft("r", NO_UDP.format(table=table, which=NO_UDP_WHICH[which]) if blocked
                 else f"delete table {table} noudp")

    def forget(self, role):
        """That box loses its table of UDP flows."""
        subprocess.run(self.inside(role, "conntrack", "-D", "-p", "udp"), check=True,
                       capture_output=True)

    def set_wire(self, which="both", **settings):
        """which: both, a2b (towards the server) or b2a."""
        words = " ".join(f"{word} {value}" for word, value in settings.items())
        answer = self.ask_wire(f"{which} {words}")
        if answer != "ok":
            raise RuntimeError(f"linkem: {answer}: {words}")

    def ask_wire(self, text):
        self.wire.stdin.write(text + "\n")
        self.wire.stdin.flush()
        return self.wire.stdout.readline().rstrip("\n")

    def wire_stats(self):
        """{"a2b": {"packets": ...}, "b2a": {...}}"""
        stats, now = {}, {}
        for word in self.ask_wire("stats").split()[1:]:
            name, _, value = word.partition("=")
            if value:
                now[name] = int(value)
            else:
                now = stats[name] = {}
        return stats

    def udp_counts(self, role):
        """UDP datagrams that came in and went out over the host's interfaces so far."""
        done = subprocess.run(self.inside(role, "nft", "-j", "list", "counters"), check=True,
                              capture_output=True, text=True)
        found = {}
        for item in json.loads(done.stdout)["nftables"]:
            if "counter" in item:
                found[item["counter"]["name"]] = item["counter"]["packets"]
        return found["udp_in"], found["udp_out"]

    def roam(self):
        """The client leaves its network and appears in the other one; again: and back."""
        self.second = not self.second
        old, new = ("eth0", "eth1") if self.second else ("eth1", "eth0")
        for layout in self.layouts.values():
            link = self.link(layout)
            self.ip("c", f"addr flush dev {old} scope global", f"link set {old} down",
                    f"link set {new} up", f"addr replace {link.inner}/{link.length} dev {new}",
                    f"route replace default via {link.outer}", family=layout.family)

    def link(self, layout):
        """The client's, of that family, where it is now."""
        return layout.second if self.second else layout.client[0]

    def move_server(self):
        """Where the server is dialled has another address from now on; a NAT there knows nothing
        any more, of TCP neither."""
        at = len(self.first.servers) - 1 if self.server != self.first.servers[0].inner else 0
        link, role = self.first.servers[at], f"s{at - 1}" if at else "s"
        link.inner, dev = str(link.net[SERVER_NUMBER + 1]), outside(role)
        self.ip(role, f"addr flush dev {dev} scope global",
                f"addr add {link.inner}/{link.length} dev {dev}",
                f"route replace default via {link.outer}", family=self.first.family)
        if at:
            subprocess.run(self.inside(role, "conntrack", "-F"), check=True, capture_output=True)

    def place(self):
        """The client's address, prefix length and gateway where it is now."""
        link = self.link(self.first)
        return link.inner, link.length, link.outer


def outside(role):
    """The name of that role's device outwards."""
    return "eth0" if role in "cs" else "wan0"
