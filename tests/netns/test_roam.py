"""The client changes networks in mid-session and nobody does anything about it."""

import os
import re
import time

import pytest

from lab.session import PROMPT
from lab.wait import until

LINES = 120


def login_time(lab):
    """Seconds one ssh login takes in this network, now."""
    started = time.monotonic()
    done = lab.sshd.login("true")
    assert done.returncode == 0, done
    return time.monotonic() - started


def counted(lab):
    """Lines that have reached the program on the server."""
    try:
        with open(os.path.join(lab.home, "counted")) as lines:
            return lines.read()
    except FileNotFoundError:
        return ""


def count(lab, terminal):
    """Types numbered lines across a roam, whatever the answer; gives the seconds from the roam
    until something that was typed after it was back on the screen."""
    terminal.wait(r"awl-lab\$")
    if lab.net.kind.udp:
        terminal.log.first("session: udp")
    terminal.send("cat >counted\n")
    until(lambda: os.path.exists(os.path.join(lab.home, "counted")), "cat has begun")
    typed, moved, offset = [], None, 0
    for number in range(LINES):
        if number == LINES // 4:
            lab.net.roam()
            moved, offset = time.monotonic(), len(terminal.total)
        typed.append(f"{'z' if moved else 'y'}{number:05d}\n")
        terminal.send(typed[-1])
        time.sleep(0.02)  # a typist's pace, not a wait
    back, _ = terminal.wait("z", offset)
    until(lambda: counted(lab).endswith(typed[-1]), "the last line has arrived",
          detail=lambda: counted(lab))
    assert counted(lab) == "".join(typed)
    return back - moved


@pytest.mark.parametrize("kind", ["open", "drop", "router", "nat", "six", "udpblock"])
def test_awl_roams(lab, kind):
    """Typing echoes again within one ssh login and a second, also where the server's firewall is
    closed to the new address; what was typed meanwhile arrives complete and in order."""
    lab = lab(kind)
    tries = []
    for _ in range(3):
        limit = login_time(lab) + 1.0
        with lab.awl_pty("--predict=never") as terminal:
            tries.append(count(lab, terminal))
            terminal.send("\x04exit\n")
            terminal.exit_status()
        if tries[-1] <= limit:
            return
        os.unlink(os.path.join(lab.home, "counted"))
        lab.net.roam()
    raise AssertionError(f"echoes came back after {tries} s; one login takes {limit - 1} s")


def test_stock_roams_where_the_server_is_open(lab):
    """So the lab's way of roaming is one that mosh knows."""
    lab = lab("open")
    screen = lab.mosh()
    screen.wait(PROMPT)
    lab.net.roam()
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")


def test_screens_survive(lab):
    """What the screen showed before the roam it shows after, and the session goes on."""
    lab = lab("drop")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    screen.line("echo before")
    screen.wait("^before$")
    for _ in range(2):
        lab.net.roam()
        screen.line("echo $((6 * 7)) of them")
        screen.wait("^42 of them$")
        assert re.search("^before$", screen.text(), re.M)
        screen.line("clear; echo before")
        screen.wait_gone("of them")
    screen.line("exit")
    assert screen.exit_status() == 0
