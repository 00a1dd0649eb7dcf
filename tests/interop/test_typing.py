"""Typing shows before the server has answered, with any server; passwords never do."""

import time

import pytest

from lab import programs
from lab.session import PROMPT
from lab.terminal import Pty

SERVERS = {"mosh": "mosh-server", "awl": programs.awl_server()}
DELAY = 150  # ms one way
PASSWORD = "qzqzvkvk"

servers = pytest.mark.parametrize("server", SERVERS)


def connect(lab, server, mode):
    port, key = lab.server(SERVERS[server], env={"HOME": lab.home, "SHELL": "/bin/bash"})
    terminal = lab.enter_context(Pty(
        lab.run, lab.net.inside("c", programs.awl_client(), lab.net.server, str(port)),
        env={"MOSH_KEY": key, "MOSH_PREDICTION_DISPLAY": mode}))
    terminal.wait(r"awl-lab\$")
    return terminal


def first_output(terminal, key):
    """Milliseconds until a key changed the terminal."""
    start, begun = len(terminal.total), time.monotonic()
    terminal.send(key)
    when, _ = terminal.wait(".", start=start)
    time.sleep(max(0.0, begun + 0.2 - time.monotonic()))
    return (when - begun) * 1000


@pytest.mark.parametrize("mode", ["adaptive", "always", "never"])
@servers
def test_typing(lab, server, mode):
    lab = lab("open", delay=DELAY)
    terminal = connect(lab, server, mode)
    times = [first_output(terminal, key) for key in "echo riverbank"]
    quick = sum(t < DELAY for t in times)
    # The first have to prove that the shell echoes.
    assert quick == 0 if mode == "never" else quick >= len(times) - 5, times
    start = len(terminal.total)
    terminal.send("\r")
    terminal.wait("riverbank", start=start)
    terminal.wait(r"awl-lab\$", start=start)


@servers
def test_password(lab, server):
    lab = lab("open", delay=DELAY)
    terminal = connect(lab, server, "always")
    start = len(terminal.total)
    for key in "read -s -p 'Secret: ' x\r":
        first_output(terminal, key)
    terminal.wait("Secret:", start=start)
    start = len(terminal.total)
    for key in PASSWORD:
        terminal.send(key)
        time.sleep(0.1)
    time.sleep(3 * DELAY / 1000)
    assert not set(PASSWORD.encode()) & set(terminal.total[start:]), terminal.total[start:]
    terminal.send("\r")
    terminal.wait(r"awl-lab\$", start=start)
    start = len(terminal.total)
    terminal.send("echo ${#x} long\r")
    terminal.wait(f"{len(PASSWORD)} long", start=start)


@servers
def test_screens(lab, server):
    """In the end the screen is the server's: editing in mid-line, a full line, an editor."""
    lab = lab("open", delay=50)
    port, key = lab.server(SERVERS[server], env={"HOME": lab.home, "SHELL": "/bin/bash"})
    screen = lab.client(programs.awl_client(), port, key)
    screen.wait(PROMPT)
    screen.type("echo beginning of the line")
    screen.key("Left", "Left", "Left", "Left", "BSpace", "BSpace")
    screen.type("ny ")
    screen.wait(r"\$ echo beginning of thny line$")
    screen.key("C-u")
    screen.line("echo " + 3 * "as long as the window is wide, and beyond ")
    screen.wait(PROMPT)
    screen.line("clear; echo go on; cat >lines")
    screen.wait("^go on$")  # what is typed before would meet the shell's terminal settings
    screen.line("one")
    screen.line("two")
    screen.key("C-d")
    screen.line("clear; cat lines; echo $?")
    screen.wait(r"^one\ntwo\n0\nawl-lab")
