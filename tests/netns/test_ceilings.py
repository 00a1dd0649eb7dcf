"""Nothing above the ceilings of awl-protocol(7) ever leaves, counted by the kernel, whatever a
peer that holds the key asks for. The peer is tests/lab/greedy.c."""

import contextlib
import dataclasses
import json
import re
import subprocess
import time

from lab import programs
from lab.sshd import Sshd
from lab.wait import until, wait_out

SECONDS = 4               # that the peer asks for
PROBES_MAX = 6            # full-TTL datagrams to one address in a generation
OPENERS_MAX = 3           # as the timeline has them
CANDIDATES_MAX = 8
GUESSES_MAX = 1024        # in 60 s
GUESSES_A_SECOND = 500
SOCKETS_MAX = 256
FIFO_A_SECOND = 48
TIMES_MAX = 3             # bytes to an address that hasn't answered, against those from there
OPENER_TTL_MAX = 4
HEADERS = 28              # of IPv4 and UDP

# Nobody is there: on the client's other network, and on the server's.
NOBODY = [f"198.51.100.{host}" for host in range(201, 209)]
NOBODY_THERE = [f"203.0.113.{host}" for host in range(201, 209)]

RULES = """
table inet {name} {{
  set each {{
    type inet_service . ipv4_addr . inet_service; size 65535; flags dynamic; counter;
  }}
  counter openers {{ }}
  counter loud_openers {{ }}
  counter guesses {{ }}
  counter real {{ }}
  counter out {{ }}
  counter in {{ }}
  chain out {{
    type filter hook output priority -300;
    meta l4proto != udp accept
    ip daddr != {{ {whom} }} accept
    counter name out
    ip ttl <= {ttl} udp length 8 counter name openers accept
    ip ttl <= {ttl} counter name loud_openers accept
    udp length 8 counter name guesses accept
    counter name real
    update @each {{ udp sport . ip daddr . udp dport counter }}
  }}
  chain in {{
    type filter hook prerouting priority -300;
    meta l4proto udp ip saddr {{ {whom} }} counter name in
  }}
}}
"""

# At the client's edge, of what came over the wire.
EDGE = """
table inet {name} {{
  counter openers {{ }}
  chain pre {{
    type filter hook prerouting priority -300;
    iifname wire0 udp length 8 ip daddr {{ {whom} }} counter name openers
  }}
}}
"""


@dataclasses.dataclass
class Count:
    packets: int
    bytes: int

    @property
    def payload(self):
        return self.bytes - HEADERS * self.packets


class Meter:
    """Counts what a host sends to some addresses, and gets from there."""

    def __init__(self, net, role, whom, rules=RULES, name="ceilings"):
        self.net, self.role, self.name = net, role, name
        net.nft(role, rules.format(name=name, whom=", ".join(whom), ttl=OPENER_TTL_MAX))

    def list(self, *what):
        done = subprocess.run(self.net.inside(self.role, "nft", "-j", "list", *what), check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)["nftables"]

    def read(self):
        """{name: Count}"""
        return {item["counter"]["name"]: Count(item["counter"]["packets"],
                                               item["counter"]["bytes"])
                for item in self.list("counters") if "counter" in item
                and item["counter"]["table"] == self.name}

    def most(self):
        """The most real datagrams that went from one port to one other."""
        found = [item["set"].get("elem", []) for item in
                 self.list("set", "inet", self.name, "each") if "set" in item]
        return max((elem["elem"]["counter"]["packets"] for elems in found for elem in elems),
                   default=0)

    def settled(self):
        """What it counts once nothing more leaves."""
        def still():
            before = self.read()
            wait_out(1.1)  # longer than any pause in an attempt
            return before if self.read() == before else None
        return until(still, "nothing more leaves", detail=lambda: str(self.read()))


@contextlib.contextmanager
def greedy(lab, role, *words, key):
    """Runs meanwhile."""
    process = lab.run.start(lab.net.inside(role, programs.greedy(), *map(str, words)),
                            env={"MOSH_KEY": key}, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        lab.run.stop(process)
        process.stdout.close()


class Ssh:
    """A remote command whose lines are read, and whose input stays open."""

    def __init__(self, lab, command):
        argv = lab.net.inside("c", "ssh", "-F", lab.sshd.ssh_config, "-T", Sshd.ALIAS, command)
        self.run = lab.run
        self.process = lab.run.start(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def line(self, pattern):
        for line in self.process.stdout:
            found = re.match(pattern, line.decode(errors="replace"))
            if found:
                return found.groups()
        raise AssertionError("ssh has ended")

    def close(self):
        self.run.stop(self.process)
        self.process.stdin.close()
        self.process.stdout.close()


def victim(lab, command="sleep 100", before=""):
    """A server as awl starts it, with a relay that nobody speaks to; gives (port, key)."""
    ssh = Ssh(lab, f"{before} awl-server new -@ awl1 -s -- {command}")
    lab.enter_context(contextlib.closing(ssh))
    return ssh.line(r"MOSH CONNECT (\d+) (\S{22})")


def ask(lab, server, *words, seconds=SECONDS):
    """The client asks for all it can; seconds it took."""
    port, key = server
    began = time.monotonic()
    with greedy(lab, "c", "client", lab.net.server, port, "seconds", seconds, "dialled",
                lab.net.server, *words, key=key) as process:
        assert process.wait(60) == 0
    return time.monotonic() - began


def wants(addresses):
    return [word for address in addresses for word in ("cand", address)]


def generations(seconds):
    """One a second, the first at once, and the one asked for last."""
    return int(seconds) + 2


def second_address(lab):
    """The client's host has it, and sshd has not seen it."""
    link = lab.net.client_links[0]
    address = str(link.net[11])
    lab.net.ip("c", f"addr add {address}/{link.length} dev eth0")
    return address


def test_candidates(lab):
    """Eight addresses at which nobody is, others in each datagram, a hundred times a second."""
    lab = lab("open/open")
    meter, edge = Meter(lab.net, "s", NOBODY), Meter(lab.net, "r", NOBODY, EDGE)
    took = ask(lab, victim(lab), *wants(NOBODY))
    sent, most = meter.settled(), generations(took) * CANDIDATES_MAX
    assert 0 < sent["openers"].packets <= most * OPENERS_MAX, (sent, took)
    assert sent["loud_openers"].packets == sent["guesses"].packets == 0, sent
    assert 0 < sent["real"].packets <= most * PROBES_MAX, (sent, took)
    assert meter.most() <= PROBES_MAX
    assert edge.read()["openers"].packets == 0, "an opener got to the client's side"


def test_forbidden(lab):
    """AWL_NO_PUNCH=1: nothing at all but answers, whatever is asked."""
    lab = lab("open/open")
    server = victim(lab, before="AWL_NO_PUNCH=1")
    own, me = lab.net.place()[0], second_address(lab)
    meter = Meter(lab.net, "s", [*NOBODY, own])
    answers = Meter(lab.net, "s", [me], name="answers")
    ask(lab, server, "from", me, "search", own, *wants(NOBODY))
    assert answers.read()["real"].packets > 0
    assert meter.settled()["out"].packets == 0, meter.read()


def test_amplification(lab):
    """Somebody else's address, from which the newest datagrams seem to come, and which answers
    no challenge: no more than three times of what came from there, in a flood of output."""
    lab = lab("open/open")
    server = victim(lab, command="sh -c 'while :; do cat /proc/self/stat /proc/stat; done'")
    me, spoofed = lab.net.place()[0], second_address(lab)
    mine = Meter(lab.net, "s", [me], name="mine")
    meter = Meter(lab.net, "s", [spoofed])
    ask(lab, server, "from", me, "then", spoofed, "period", 100)
    count, own = meter.read(), mine.read()
    assert 0 < count["out"].payload <= TIMES_MAX * count["in"].payload, count
    # The session's own address has no such limit; else this would show nothing.
    assert own["out"].payload > TIMES_MAX * own["in"].payload, own


def test_search(lab):
    """Guesses: only where sshd saw the client, so many a second, so many at all."""
    lab = lab("open/open")
    port, key = server = victim(lab)
    own, me = lab.net.place()[0], second_address(lab)
    meter, others = Meter(lab.net, "s", [own]), Meter(lab.net, "s", NOBODY, name="others")
    ask(lab, server, "from", me, "search", NOBODY[0], seconds=1)
    with greedy(lab, "c", "client", lab.net.server, port, "from", me, "dialled", lab.net.server,
                "search", own, "seconds", SECONDS, key=key) as process:
        began = time.monotonic()
        while process.poll() is None:
            guesses = meter.read()["guesses"].packets
            took = time.monotonic() - began
            assert guesses <= GUESSES_A_SECOND * took + 5, took
    sent = meter.settled()
    assert GUESSES_MAX / 2 < sent["guesses"].packets <= GUESSES_MAX, sent
    assert others.read()["guesses"].packets == 0, others.read()


OTHERS = 6                # sockets of that host: the server's, the relay's, the peer's


def open_sockets(lab, role):
    done = subprocess.run(lab.net.inside(role, "ss", "-uanH"), check=True, capture_output=True,
                          text=True)
    return done.stdout.count("\n")


def test_sockets(lab):
    """Asked to search its own NAT, whose address the client names: so many sockets, each with
    one opener, and closed in time though it is asked on and on. The client speaks through the
    relay, since UDP from elsewhere ends a search."""
    lab = lab("open/open")
    port, key = victim(lab)
    meter, most = Meter(lab.net, "s", NOBODY), 0
    until(lambda: open_sockets(lab, "s") >= 2, "server and relay have theirs")
    with greedy(lab, "s", "client", lab.net.server, port, "dialled", NOBODY[1], "search",
                NOBODY[1], "cand", NOBODY[0], "seconds", 60, key=key) as process:
        began = time.monotonic()
        until(lambda: open_sockets(lab, "s") > SOCKETS_MAX / 2, "there are many sockets")

        def closed():
            nonlocal most
            now = open_sockets(lab, "s")
            most = max(most, now)
            return now < SOCKETS_MAX / 8
        until(closed, "they are closed", detail=lambda: str(open_sockets(lab, "s")))
        took = time.monotonic() - began
        assert process.poll() is None
    assert most <= SOCKETS_MAX + OTHERS
    sent = meter.settled()
    asked = generations(took) * OPENERS_MAX * CANDIDATES_MAX
    assert SOCKETS_MAX / 2 < sent["openers"].packets <= SOCKETS_MAX + asked, sent
    assert sent["guesses"].packets == sent["loud_openers"].packets == 0, sent


def test_client(lab):
    """The same from a server, against a client."""
    lab = lab("open/open")
    key = "AAAAAAAAAAAAAAAAAAAAAA"
    meter, edge = Meter(lab.net, "c", NOBODY_THERE), Meter(lab.net, "q", NOBODY_THERE, EDGE)
    with greedy(lab, "s", "server", 60001, "seconds", SECONDS, "search", lab.net.place()[0],
                *wants(NOBODY_THERE), key=key) as process:
        began = time.monotonic()
        screen = lab.client(programs.awl_client(), 60001, key)
        assert process.wait(60) == 0
        took = time.monotonic() - began
    sent, most = meter.settled(), generations(took) * CANDIDATES_MAX
    screen.key("C-^")
    screen.key(".")
    screen.exit_status()
    assert sent["guesses"].packets == sent["loud_openers"].packets == 0, sent
    assert 0 < sent["real"].packets <= most * PROBES_MAX, (sent, took)
    assert meter.most() <= PROBES_MAX
    assert edge.read()["openers"].packets == 0, "an opener got to the server's side"


def test_fifo(lab):
    """Lines on the control FIFO: each an empty datagram of full TTL, so many a second."""
    lab = lab("open/open")
    ssh = Ssh(lab, "awl-server new -@ awl1,norelay,control -s -- sleep 100")
    lab.enter_context(contextlib.closing(ssh))
    path, = ssh.line(r"AWL CONTROL (\S+)")
    meter = Meter(lab.net, "s", NOBODY)
    began = time.monotonic()
    with open(path, "w", encoding="ascii") as fifo:
        for port in range(10000, 13000):
            fifo.write(f"{NOBODY[port % len(NOBODY)]} {port}\n")
            fifo.flush()
    sent = meter.settled()
    took = time.monotonic() - began
    assert FIFO_A_SECOND / 2 < sent["out"].packets <= FIFO_A_SECOND * (took + 1), (sent, took)
    assert sent["guesses"] == sent["out"], sent
