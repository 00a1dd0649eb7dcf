"""Any client with any server: awl's with Debian's mosh, both ways, and as a check on the lab,
mosh with itself."""

import os
import re

import pytest

from lab import programs
from lab.session import PROMPT
from lab.wait import until

SERVERS = {"mosh": "mosh-server", "awl": programs.awl_server()}
CLIENTS = {"mosh": "mosh-client", "awl": programs.awl_client()}
PAIRS = [("mosh", "mosh"), ("mosh", "awl"), ("awl", "mosh"), ("awl", "awl")]
UTF8 = "ünïcødé 日本語 ｶﾅ e\u0301 Ω"

pairs = pytest.mark.parametrize("client,server", PAIRS)


def by_hand(lab, client, server):
    """A server started by hand and a client told where."""
    port, key = lab.server(SERVERS[server], env={"HOME": lab.home, "SHELL": "/bin/bash"})
    screen = lab.client(CLIENTS[client], port, key)
    screen.wait(PROMPT)
    return screen


def over(lab, screen, server):
    assert screen.exit_status() == 0
    lab.wait_gone("s", os.path.basename(SERVERS[server]))


@pytest.mark.parametrize("kind", ["open", "open6"])
@pairs
def test_by_hand(lab, client, server, kind):
    lab = lab(kind)
    screen = by_hand(lab, client, server)
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")
    screen.line("exit")
    over(lab, screen, server)


@pairs
def test_what_users_do(lab, client, server):
    """UTF-8 typed and shown, a resize, a title, a screen of colours; the client ends it."""
    lab = lab("open")
    screen = by_hand(lab, client, server)
    screen.line(f"echo '{UTF8}' | tee typed")
    screen.wait("^" + re.escape(UTF8) + "$")
    typed = os.path.join(lab.home, "typed")
    until(lambda: open(typed, encoding="utf-8").read() == UTF8 + "\n", "tee has written")
    for cols, rows in ((101, 31), (40, 12)):
        # tmux tells its panes of a new size when it likes, so keys may overtake it.
        screen.resize(cols, rows)
        screen.line(f"clear; until stty size | grep -x '{rows} {cols}'; do sleep 0.1; done")
        screen.wait(f"^{rows} {cols}$")
    screen.line(r"printf '\033]0;a title\007\033[31mred\033[0m\n'")
    screen.wait("^red$")
    assert screen.title() in ("[mosh] a title", "[awl] a title")
    screen.key("C-^")
    screen.type(".")
    over(lab, screen, server)


@pytest.mark.parametrize("loss", [2, 20])
@pairs
def test_loss(lab, client, server, loss):
    """Packets are lost, doubled and overtake each other; what is typed arrives all the same,
    and the screens agree in the end."""
    lab = lab("open", loss=loss, dup=loss, reorder=loss, jitter=5)
    screen = by_hand(lab, client, server)
    lines = [f"{number} of 12 and some more of them" for number in range(1, 13)]
    typed = os.path.join(lab.home, "typed")
    screen.line("cat >typed")
    # Until the shell has left raw mode, its tty doesn't make line ends of Enter.
    until(lambda: os.path.exists(typed), "the shell has started cat")
    for line in lines:
        screen.line(line)
    screen.key("C-d")
    screen.line("clear; seq -f 'line %g of many' 300; wc -l <typed")
    screen.wait(r"^line 299 of many\nline 300 of many\n12\nawl-lab")
    with open(typed) as file:
        assert file.read().splitlines() == lines
    screen.line("exit")
    over(lab, screen, server)


@pytest.mark.parametrize("kind", ["open", "open6"])
def test_mosh_starts_our_server(lab, kind):
    lab = lab(kind)
    screen = lab.mosh(f"--server={programs.awl_server()}")
    screen.wait(PROMPT)
    screen.line("echo $((6 * 7)) of them; ps -o comm= $PPID")
    screen.wait("^42 of them\nawl-server$")
    screen.line("exit 3")
    assert screen.exit_status() == 0
    lab.wait_gone("s", "awl-server")


@pytest.mark.parametrize("kind", ["open", "open6"])
def test_awl_starts_stock_server(lab, kind):
    lab = lab(kind)
    screen = lab.awl("--server=mosh-server")
    screen.wait(PROMPT)
    screen.line("echo $((6 * 7)) of them; ps -o comm= $PPID")
    screen.wait("^42 of them\nmosh-server$")
    screen.line("exit 3")
    assert screen.exit_status() == 0
    lab.wait_gone("s", "mosh-server")


def test_awl_starts_stock_client(lab):
    lab = lab("open")
    screen = lab.awl("--client=mosh-client")
    screen.wait(PROMPT)
    assert lab.pids("c", "mosh-client") and lab.pids("s", "awl-server")
    screen.line("exit 3")
    assert screen.exit_status() == 0
    lab.wait_gone("s", "awl-server")


def test_awl_finds_a_stock_server(lab):
    """Where awl-server isn't installed, mosh-server serves."""
    lab = lab("open", sshd={"path": []})
    screen = lab.awl()
    screen.wait(PROMPT)
    assert lab.pids("s", "mosh-server")
    screen.line("exit")
    assert screen.exit_status() == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_command_with_words(lab, client):
    """Words after the host are a command, word by word, without a shell."""
    lab = lab("open")
    command = ["sh", "-c", 'echo "$1" "$#"; read x', "sh", "two  words", "it's"]
    screen = (lab.mosh(f"--server={programs.awl_server()}", command=command)
              if client == "mosh" else lab.awl(command=command))
    screen.wait("^two  words 2$")
    screen.key("Enter")
    assert screen.exit_status() == 0
