"""A session as its user and its host live with it: the terminal is given back whatever ends it,
floods in either direction freeze nothing, and a server that nobody hears ends when told so."""

import hashlib
import os
import signal
import termios
import time

import pytest

from lab import programs
from lab.session import PROMPT, kill, udp_since
from lab.wait import until

PASTE = 10 << 20


def settings(terminal):
    """Of the tty, with the characters of control as they are."""
    return termios.tcgetattr(terminal.master)


def begin(lab, *options, **how):
    """awl in a shell of its own, so that the tty outlives it."""
    argv, log = lab.awl_argv(*options, **how)
    terminal = lab.pty("sh", "-c", '"$@"; echo "status $?"; exec cat', "sh", *argv)
    terminal.log = log
    return terminal


def given_back(terminal, before, status):
    _, end = terminal.wait(rf"status {status}\r\n")
    assert settings(terminal) == before
    text = terminal.total[:end]
    assert text.rfind(b"\033[?1049l") > text.rfind(b"\033[?1049h") >= 0, "alternate screen"
    for mode in (b"1000", b"1002", b"1003", b"1004", b"1006", b"2004"):
        last_set = text.rfind(b"\033[?" + mode + b"h")
        assert text.rfind(b"\033[?" + mode + b"l") > last_set, f"mode {mode} left on"
    last_hidden = text.rfind(b"\033[?25l")
    assert last_hidden < 0 or text.rfind(b"\033[?25h") > last_hidden, "cursor left hidden"


@pytest.mark.parametrize("how", ["exit", "escape", "SIGTERM", "SIGHUP", "SIGINT", "server killed"])
def test_terminal_is_given_back(lab, how):
    lab = lab("drop")
    terminal = begin(lab)
    before = settings(terminal)
    terminal.wait(r"awl-lab\$")
    terminal.log.first("session: udp")
    assert settings(terminal) != before
    # The program on the far side leaves its modes on.
    terminal.send(r"printf '\033[?1002h\033[?1006h\033[?25lmodes\n'; cat" "\n")
    terminal.wait(r"modes\r?\n")
    status = "0"
    if how == "exit":
        terminal.send("\x04exit\n")
        status = r"\d+"
    elif how == "escape":
        terminal.send("\x1e.")
    elif how.startswith("SIG"):
        kill(lab.pids("c", "awl")[0], getattr(signal, how))
    else:
        for pid in lab.pids("s", "awl-server"):
            kill(pid, signal.SIGKILL)
        terminal.send("\x1e.")
        status = "1"
    given_back(terminal, before, status)


def test_a_server_that_died_is_noticed(lab):
    """The login that would bring the pipe back learns that nobody has the session's port."""
    lab = lab("drop")
    terminal = begin(lab)
    before = settings(terminal)
    terminal.wait(r"awl-lab\$")
    terminal.log.first("session: udp")
    for pid in lab.pids("s", "awl-server"):
        kill(pid, signal.SIGKILL)
    terminal.send("x")
    terminal.wait("the session over there has ended")
    given_back(terminal, before, "1")


def test_server_outlives_the_link_for_the_quit(lab):
    """Quitting while nothing passes ends soon, and says that the server may still run."""
    lab = lab("drop")
    terminal = begin(lab)
    before = settings(terminal)
    terminal.wait(r"awl-lab\$")
    terminal.log.first("session: udp")
    lab.net.set_wire(up=0)
    terminal.send("\x1e.")
    given_back(terminal, before, "1")


def pasted(seed):
    """PASTE bytes in lines as a person might paste them."""
    lines, size, number = [], 0, 0
    while size < PASTE:
        lines.append(f"{seed} {number:08d} {'x' * (number % 900)}\n".encode())
        size += len(lines[-1])
        number += 1
    return b"".join(lines)


@pytest.mark.parametrize("reader", ["cat >/dev/null", "cat >pasted"])
def test_paste(lab, reader):
    """10 MB typed at once into a program that reads: nothing is lost, and the session lives."""
    lab = lab("open", delay=1)
    terminal = lab.awl_pty("--predict=never")
    terminal.wait(r"awl-lab\$")
    terminal.send(f"cd {lab.home}; stty -echo; {reader}\n")
    text = pasted("line")
    terminal.send(text, ceiling=300)
    terminal.send("\x04")
    offset = len(terminal.total)
    terminal.send("stty echo; echo $((6 * 7)) of them\n")
    terminal.wait("42 of them", offset, ceiling=300)
    if "pasted" in reader:
        with open(os.path.join(lab.home, "pasted"), "rb") as got:
            assert hashlib.sha1(got.read()).digest() == hashlib.sha1(text).digest()


def test_paste_nobody_reads(lab):
    """Into a program that does not read: its output still comes, and once it reads it gets every
    byte that was taken."""
    lab = lab("open", delay=1)
    terminal = lab.awl_pty("--predict=never")
    terminal.wait(r"awl-lab\$")
    script = (r"stty -echo; n=0; while [ ! -e go ]; do n=$((n+1)); printf 'tick%05d ' $n; sleep 0.2; "
              "done; cat >pasted")
    terminal.send(f"cd {lab.home}; {script}\n")
    _, offset = terminal.wait("tick00003")
    text = pasted("line")
    taken = 0
    end = time.monotonic() + 10
    while time.monotonic() < end and taken < len(text):
        taken += terminal.send_some(text[taken:taken + 4096], 0.1)
    terminal.wait("tick", len(terminal.total))
    with open(os.path.join(lab.home, "go"), "w"):
        pass
    terminal.send(text[taken:], ceiling=300)
    path = os.path.join(lab.home, "pasted")
    until(lambda: os.path.exists(path) and os.path.getsize(path) >= len(text), "all of it arrives",
          300, detail=lambda: f"{os.path.getsize(path)} of {len(text)}, {taken} taken at first")
    with open(path, "rb") as got:
        assert hashlib.sha1(got.read()).digest() == hashlib.sha1(text).digest()


def test_flood_can_be_stopped(lab):
    """Ctrl-C gets through any amount of output."""
    lab = lab("open")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.line("yes 'a line of a flood'")
    screen.wait("(a line of a flood\n){10}")
    screen.key("C-c")
    screen.line("clear; echo $((6 * 7)) of them")
    screen.wait("^42 of them$")


def test_udp_dies_and_comes_back(lab):
    """A network that lets the first datagrams through and then no more."""
    lab = lab("drop")
    screen = lab.awl("--predict=never")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    lab.net.set_wire(noudp=1)
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")
    lines = len(screen.log.lines())
    lab.net.set_wire(noudp=0)
    lab.net.roam()
    until(lambda: udp_since(screen.log, lines), "UDP again", detail=screen.log.text)
    screen.line("exit")
    assert screen.exit_status() == 0
    assert screen.log.path_line().startswith("udp ")


def abandoned(lab, **env):
    """A server whose client was killed without a word; gives its process id."""
    port, key = lab.server(programs.awl_server(), command=["sh", "-c", "echo here; exec cat"],
                           env=env)
    screen = lab.client(programs.awl_client(), port, key)
    screen.wait("^here$")
    kill(screen.pid, signal.SIGKILL)
    return lab.pids("s", "awl-server")[0]


def test_network_timeout(lab):
    """MOSH_SERVER_NETWORK_TMOUT: gone within some seconds of it, its program hung up."""
    lab = lab("open")
    abandoned(lab, MOSH_SERVER_NETWORK_TMOUT="5")
    lab.wait_gone("s", "awl-server", 20)
    lab.wait_gone("s", "cat")


def test_signal_timeout(lab):
    """MOSH_SERVER_SIGNAL_TMOUT: SIGUSR1 ends a server that has heard nothing for that long, and
    no other."""
    lab = lab("open")
    pid = abandoned(lab, MOSH_SERVER_SIGNAL_TMOUT="4")
    kill(pid, signal.SIGUSR1)
    time.sleep(0.5)
    assert lab.pids("s", "awl-server") == [pid], "it had just been heard"

    def over():
        kill(pid, signal.SIGUSR1)
        return not lab.pids("s", "awl-server")

    until(over, "the signal ends it", 20, pause=0.5)
    lab.wait_gone("s", "cat")


def test_nobody_comes(lab):
    """A server that no client ever speaks to starts nothing, and goes."""
    lab = lab("open")
    lab.server(programs.awl_server(), command=["touch", os.path.join(lab.home, "started")],
               env={"MOSH_SERVER_NETWORK_TMOUT": "3"})
    lab.wait_gone("s", "awl-server", 20)
    assert not os.path.exists(os.path.join(lab.home, "started"))
