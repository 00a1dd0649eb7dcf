"""IPv4 and IPv6 at once: one session, two families, a firewall for each."""

import ipaddress
import time

import pytest

from lab.matrix import Counter
from lab.session import PROMPT, echoes, leave

OTHER = {4: 6, 6: 4}
REDRAWN = b"\x1b[2J"


def family_of(way):
    """Of "203.0.113.20:60001" or "[2001:db8::1]:60001"."""
    return ipaddress.ip_address(way.split()[0].rpartition(":")[0].strip("[]")).version


def moves(log):
    """What carried the session, one after the other: "ssh pipe", 4, 6."""
    start = "session: moved to "
    ways = [text[len(start):] for _, text in log.lines() if text.startswith(start)]
    return [family_of(way[4:]) if way.startswith("udp ") else "ssh pipe" for way in ways]


def works(log):
    """The families of all ways that have worked so far."""
    ways = [text.split() for _, text in log.lines() if text.startswith("path: ")]
    return {family_of(words[1]) for words in ways if words[-1] == "good" and words[1] != "ssh"}


# Behind a NAT the server learns the client's IPv4 address from an ssh over IPv4 only.
@pytest.mark.parametrize("kind,name,blocked", [
    ("dual", "both.lab", 4), ("dual", "both.lab", 6), ("dual", None, 4), ("dual-nat", None, 4),
    ("dual-nat", None, 6), ("dual-open6", "both.lab", 4), ("dual-open6", "both.lab", 6)])
def test_one_family_is_blocked(lab, kind, name, blocked):
    """Direct on the other one, whichever ssh took. Without a name ssh is dialled over IPv4."""
    lab = lab(kind, sshd={"name": name})
    lab.net.block_udp(family=blocked)
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    echoes(screen, 6)
    assert moves(screen.log)[-1] == OTHER[blocked], screen.log.text()
    leave(screen)


@pytest.mark.parametrize("kind,name", [("dual", "both.lab"), ("dual-nat", None)])
def test_a_family_is_blocked_in_mid_session(lab, kind, name):
    """The session moves to the other one, and back when that is blocked instead: typing echoes
    again within 1.5 s, nothing is drawn anew, nothing is lost."""
    lab = lab(kind, sshd={"name": name})
    with lab.awl_pty("--predict=never") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        counter = Counter(lab, terminal)
        counter.type_until(lambda: works(log) == {4, 6}, "a")
        assert REDRAWN in terminal.total
        drawn, waits, blocked = len(terminal.total), [], None
        for letter in "bcde":
            now = moves(log)[-1]
            if blocked:
                lab.net.block_udp(False, family=blocked)
            lab.net.block_udp(family=now)
            began, offset, blocked = time.monotonic(), len(terminal.total), now
            counter.type_until(lambda: letter.encode() in terminal.total[offset:], letter)
            waits.append(terminal.wait(letter, offset)[0] - began)
            counter.type_until(lambda: moves(log)[-1] == OTHER[now], letter)
        assert counter.arrived()
        assert min(waits) <= 1.5, f"echoes came back after {waits} s"
        assert REDRAWN not in terminal.total[drawn:]
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0
