"""The terminal cases of tests/term as they arrive at the far end of a session with stock mosh at
one side: the same as in our own emulator, but where stock_differs.txt says what stock does."""

import concurrent.futures
import os
import re
import subprocess

import pytest

from lab import programs
from lab.terminal import Pty
from lab.wait import CEILING

SCRIPTS = os.path.join(programs.ROOT, "tests", "term")
DIFFERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stock_differs.txt")
SERVERS = {"stock server": "mosh-server", "stock client": programs.awl_server()}
CLIENTS = {"stock server": programs.awl_client(), "stock client": "mosh-client"}
QUIET = {"MOSH_PREDICTION_DISPLAY": "never", "MOSH_TITLE_NOPREFIX": "1", "SHELL": "/bin/sh"}
SESSIONS = 4  # beside each other: most of the time they wait for frames

# At each 0x01 typed, which no answer to a query holds, the next case, in one write. It begins
# with a title of its own, since what is before it in that write may come in a frame alone.
PLAYER = r"""
import os, select, sys, tty
tty.setraw(0)
def go():
    while os.read(0, 1) != b"\1":
        pass
def write(data):
    while data:
        data = data[os.write(1, data):]
size = None
write(b"\33]0;ready\7")
for line in open(sys.argv[1]):
    number, cols, rows, data = line.split()[:4]
    go()
    if size != (cols, rows):
        size = cols, rows
        write(b"\33]0;size\7")
        go()
        while os.get_terminal_size(1) != (int(cols), int(rows)):
            select.select([], [], [], 0.005)
    write(b"\33]0;-\7\33c" + bytes.fromhex(data) + b"\33]0;case %s\7" % number.encode())
go()
write(b"\33]0;over\7")
go()
"""


def tool(*words):
    scripts = sorted(os.path.join(SCRIPTS, name) for name in os.listdir(SCRIPTS)
                     if name.endswith(".t"))
    return subprocess.run([os.path.join(programs.build(), "tests", "term", "seen_term"), *words,
                           *scripts], check=True, capture_output=True, text=True).stdout.splitlines()


def play(lab, pair, cases):
    """One session; gives what the client wrote, as seen_term wants it."""
    folder = lab.run.new_folder("cases")
    for name, text in (("player.py", PLAYER), ("cases", "\n".join(cases) + "\n")):
        with open(os.path.join(folder, name), "w") as out:
            out.write(text)
    port, key = lab.server(SERVERS[pair], env=QUIET, command=[
        "python3", os.path.join(folder, "player.py"), os.path.join(folder, "cases")])
    recording, at = [], 0
    with Pty(lab.run, lab.net.inside("c", CLIENTS[pair], lab.net.server, str(port)),
             env={"MOSH_KEY": key, **QUIET}) as terminal:
        def title(text):
            nonlocal at
            _, at = terminal.wait(rb"\033\][02];(\[awl\] |\[mosh\] )?" + text.encode() + rb"\007", at)

        def resize(cols, rows):
            data = terminal.total
            done = sum(len(line) - 6 for line in recording if line.startswith("bytes ")) // 2
            recording.append("bytes " + data[done:].hex())
            recording.append(f"size {cols} {rows}")
            terminal.resize(cols, rows)

        size = None
        title("ready")
        for line in cases:
            number, cols, rows = line.split()[:3]
            terminal.send(b"\1")
            if size != (cols, rows):
                title("size")
                size = cols, rows
                resize(int(cols), int(rows))
                terminal.send(b"\1")
            title(f"case {number}")
        terminal.send(b"\1")
        title("over")
        terminal.send(b"\1")
        terminal.exit_status()
        resize(80, 24)
    path = os.path.join(folder, "recording")
    with open(path, "w") as out:
        out.write("\n".join(recording) + "\n")
    numbers = {line.split()[0] for line in cases}
    names = {line.split(" ", 4)[4] for line in cases}
    assert len(numbers) == len(cases)
    return {name: how for name, how in (line.split("\t") for line in tool("show", path))
            if name in names}


def differences(lab, pair, cases):
    share = -(-len(cases) // SESSIONS)
    with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
        parts = [pool.submit(play, lab, pair, cases[at:at + share])
                 for at in range(0, len(cases), share)]
        return {name: how for part in parts for name, how in part.result().items()}


def corner(how, case):
    """Stock's client moves back from the corner at the bottom right by one column too far. Whether
    it prints there at all depends on how the output came in frames."""
    cols, rows = map(int, case.split()[1:3])
    found = re.fullmatch(r" cursor (\d+),(\d+) not (\d+),(\d+)", how)
    if not found:
        return False
    x, y, want_x, want_y = map(int, found.groups())
    return y == want_y == rows - 1 and cols - 5 <= want_x and x == want_x - 1


def listed(pair):
    """Names under the heading "== PAIR: reason"."""
    names, mine = set(), False
    with open(DIFFERS, encoding="utf-8") as lines:
        for line in map(str.rstrip, lines):
            if line.startswith("== "):
                mine = line.startswith(f"== {pair}: ")
            elif mine and line and not line.startswith("#"):
                assert line not in names, f"{line} twice"
                names.add(line)
    return names


@pytest.mark.parametrize("pair", SERVERS)
def test_cases(lab, pair):
    lab = lab("open")
    cases = tool("list")
    by_name = {line.split(" ", 4)[4]: line for line in cases}

    def differ(some):
        return {name: how for name, how in differences(lab, pair, some).items()
                if pair != "stock client" or not corner(how, by_name[name])}

    found = differ(cases)
    want = listed(pair)
    wrong = want ^ found.keys()
    if wrong:
        # A machine that stands still for seconds puts the notice of a lost link on the screen.
        again = differ([by_name[name] for name in wrong if name in by_name])
        found = {name: how for name, how in found.items() if name not in wrong} | again
    assert not found.keys() - want, "\n".join(
        f"{name}: {found[name]}" for name in sorted(found.keys() - want))
    assert not want - found.keys(), f"no longer different: {sorted(want - found.keys())}"
