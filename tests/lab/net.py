"""Networks to meet in: a client host, routers, the wire of linkem, firewalls, a server host.

    client (c) eth0 --[n: NAT]-- (r) router ==wire== (q) router -- eth0 server (s)
           eth1 ------------------(r)

Each is a network namespace; addresses are from the documentation ranges. eth1 is where the
client goes when it roams: another subnet of the same router, past the NAT. A network speaks
IPv4 or IPv6, not both, so that a test knows what it shows."""

import dataclasses
import json
import subprocess

from . import programs
from .run import ip, netns_delete


@dataclasses.dataclass(frozen=True)
class Kind:
    about: str
    family: int = 4
    server: str = ""          # firewall on the server's host: drop or reject
    router: bool = False      # firewall on the router before the server
    nat: bool = False         # the client is behind a NAT that keeps ports
    udp: bool = True          # the client's network lets UDP through

    @property
    def open(self):
        """A server whose UDP ports anybody reaches: where stock mosh works."""
        return self.udp and not self.server and not self.router


KINDS = {
    "open": Kind("nothing in the way"),
    "drop": Kind("server host drops all but tcp/22", server="drop"),
    "reject": Kind("server host rejects all but tcp/22", server="reject"),
    "router": Kind("a router before the server drops all but tcp/22", router=True),
    "nat": Kind("client behind a NAT that keeps ports, server host drops", server="drop",
                nat=True),
    "six": Kind("IPv6, server host drops all but tcp/22", family=6, server="drop"),
    "udpblock": Kind("the client's network blocks UDP", server="drop", udp=False),
    "open6": Kind("IPv6, nothing in the way", family=6),
}

HOST_FIREWALL = """
table inet fw {{
  chain input {{
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iif lo accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
    tcp dport 22 accept
    {last}
  }}
}}
"""

ROUTER_FIREWALL = """
table inet fw {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname lan0 accept
    tcp dport 22 accept
  }
}
"""

NAT = """
table inet nat {
  chain postrouting {
    type nat hook postrouting priority 100;
    oifname wan0 masquerade
  }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iif lo accept
  }
}
"""

NO_UDP = """
table inet fw {
  chain forward {
    type filter hook forward priority 0; policy accept;
    meta l4proto udp drop
  }
}
"""

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
    """The addresses of one family."""
    length: int
    client_length: int
    wire: tuple
    site: str                 # the server's network
    client_nets: tuple
    server: str
    server_gate: str
    client: str
    client_gate: str
    second: str
    second_gate: str
    nat_inner: str
    nat_outer: str
    client_inner: str


PLANS = {
    4: Plan(24, 25, ("192.0.2.1", "192.0.2.2"), "203.0.113.0/24", ("198.51.100.0/24",), "203.0.113.20", "203.0.113.1",
            "198.51.100.10", "198.51.100.1", "198.51.100.140", "198.51.100.129",
            "10.77.1.1", "198.51.100.2", "10.77.1.2"),
    6: Plan(64, 64, ("2001:db8:ff::1", "2001:db8:ff::2"), "2001:db8:5::/64",
            ("2001:db8:1::/64", "2001:db8:2::/64"), "2001:db8:5::20", "2001:db8:5::1",
            "2001:db8:1::10", "2001:db8:1::1", "2001:db8:2::10", "2001:db8:2::1",
            "", "", ""),
}


class Net:
    """Use as a context. `delay` is one way, in milliseconds."""

    def __init__(self, run, kind, delay=20, **wire):
        self.run = run
        self.kind = KINDS[kind]
        self.plan = PLANS[self.kind.family]
        self.delay = delay
        self.wire_settings = {"delay": delay, "seed": 1, **wire}
        self.roles = {}
        self.wire = None
        self.second = False

    @property
    def server(self):
        return self.plan.server

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
        return ["ip", "netns", "exec", self.roles[role], *argv]

    def ip(self, role, *lines):
        batch = "\n".join(lines) + "\n"
        words = ["ip", f"-{self.kind.family}", "-n", self.roles[role], "-batch", "-"]
        subprocess.run(words, input=batch, check=True, capture_output=True, text=True)

    def nft(self, role, rules):
        subprocess.run(self.inside(role, "nft", "-f", "-"), input=rules, check=True,
                       capture_output=True, text=True)

    def write(self, role, *settings):
        script = "; ".join(f"echo {value} > /proc/sys/net/{path}" for path, value in settings)
        subprocess.run(self.inside(role, "sh", "-c", script), check=True, capture_output=True)

    def build(self):
        roles = ["c", "r", "q", "s"] + (["n"] if self.kind.nat else [])
        for role in roles:
            name = self.run.name(role)
            ip("netns", "add", name)
            self.roles[role] = name
        forward = ("ipv6/conf/all/forwarding" if self.kind.family == 6 else "ipv4/ip_forward", 1)
        for role in roles:
            settings = [("ipv6/conf/default/accept_dad", 0), ("ipv6/conf/all/accept_dad", 0)]
            self.write(role, *settings, *([forward] if role in "rqn" else []))
        self.veth("c", "eth1", "r", "lan1")
        self.veth("s", "eth0", "q", "lan0")
        if self.kind.nat:
            self.veth("c", "eth0", "n", "lan0")
            self.veth("n", "wan0", "r", "lan0")
        else:
            self.veth("c", "eth0", "r", "lan0")
        self.start_wire()
        self.address()
        self.firewalls()

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

    def address(self):
        p = self.plan
        host = 128 if self.kind.family == 6 else 32
        address, length, gate = self.place()
        self.ip("c", "link set lo up", f"addr add {address}/{length} dev eth0",
                "link set eth0 up", f"route add default via {gate}")
        if self.kind.nat:
            self.ip("n", "link set lo up", f"addr add {p.nat_inner}/24 dev lan0",
                    f"addr add {p.nat_outer}/25 dev wan0", "link set lan0 up",
                    "link set wan0 up", f"route add default via {p.client_gate}")
        self.ip("r", "link set lo up",
                f"addr add {p.client_gate}/{p.client_length} dev lan0",
                f"addr add {p.second_gate}/{p.client_length} dev lan1",
                f"addr add {p.wire[0]}/{host} dev wire0",
                "link set lan0 up", "link set lan1 up", "link set wire0 up",
                f"route add {p.wire[1]}/{host} dev wire0", f"route add {p.site} dev wire0")
        self.ip("q", "link set lo up", f"addr add {p.server_gate}/{p.length} dev lan0",
                f"addr add {p.wire[1]}/{host} dev wire0",
                "link set lan0 up", "link set wire0 up",
                f"route add {p.wire[0]}/{host} dev wire0",
                *(f"route add {net} dev wire0" for net in p.client_nets))
        self.ip("s", "link set lo up", f"addr add {p.server}/{p.length} dev eth0",
                "link set eth0 up", f"route add default via {p.server_gate}")

    def firewalls(self):
        self.nft("c", COUNTERS)
        self.nft("s", COUNTERS)
        if self.kind.server:
            last = "reject" if self.kind.server == "reject" else ""
            self.nft("s", HOST_FIREWALL.format(last=last))
        if self.kind.router:
            self.nft("q", ROUTER_FIREWALL)
        if self.kind.nat:
            self.nft("n", NAT)
        if not self.kind.udp:
            self.nft("r", NO_UDP)

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
        address, length, gate = self.place()
        self.ip("c", f"addr flush dev {old} scope global", f"link set {old} down",
                f"link set {new} up", f"addr replace {address}/{length} dev {new}",
                f"route replace default via {gate}")

    def place(self):
        """The client's address, prefix length and gateway where it is now."""
        p = self.plan
        if self.second:
            return p.second, p.client_length, p.second_gate
        if self.kind.nat:
            return p.client_inner, 24, p.nat_inner
        return p.client, p.client_length, p.client_gate
