"""The user's terminal beside the picture: what it says of itself answers programs over there, what
they set reaches it, and all of it is taken back."""

import os
import signal
import termios

import pytest

from lab.session import kill
from lab.wait import until

ANSWERS = ("\033]10;rgb:dddd/dddd/dddd\033\\\033]11;rgb:1010/2020/3030\033\\"
           "\033]4;1;rgb:cccc/0000/0000\033\\\033[?0u\033P>|term 1\033\\\033[?2026;2$y"
           "\033[6;18;9t\033[?62;22c")

# A program that asks once the link is dead, sets things, and notes what it reads.
PROGRAM = r"""
import os, time, tty
tty.setraw(0)
def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.01)
def note(name, data):
    with open(name + ".part", "wb") as out:
        out.write(data)
    os.rename(name + ".part", name)
def read_to(end):
    data = b""
    while not data.endswith(end):
        data += os.read(0, 1)
    return data
note("ready", b"")
wait_for("go")
os.write(1, b"\033]11;?\a\033]4;1;?\a\033[16t\033[?u\033[5n")
note("answers", read_to(b"\033[0n"))
wait_for("alive")
os.write(1, b"\033[>1u\033[4 q\033]11;#ffffff\a\033]52;p;YQ==\a\033]9;done\a\a")
note("key", read_to(b"u"))
time.sleep(600)
"""


def program(lab, terminal):
    with open(os.path.join(lab.home, "program.py"), "w") as out:
        out.write(PROGRAM)
    terminal.send(f"cd {lab.home}; exec python3 program.py\n")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def touch(path):
    with open(path, "w"):
        pass


@pytest.mark.parametrize("how", ["escape", "crash"])
def test_a_terminal_that_answers(lab, how):
    lab = lab("open", delay=1)
    argv, log = lab.awl_argv("--predict=never")
    terminal = lab.pty("sh", "-c", 'ulimit -c 0; "$@"; echo "status $?"; exec cat', "sh", *argv)
    before = termios.tcgetattr(terminal.master)
    terminal.wait(r"\x1b\[c")
    # Keys before, between and behind the answers are keys.
    terminal.send("echo $((6 * 7))" + ANSWERS + "kept\n")
    terminal.wait("42kept")
    log.first("session: udp")

    def at_home(name):
        return os.path.join(lab.home, name)

    program(lab, terminal)
    until(lambda: os.path.exists(at_home("ready")), "ready")
    lab.net.set_wire(up=0)
    touch(at_home("go"))
    until(lambda: os.path.exists(at_home("answers")), "answers")
    assert read(at_home("answers")) == (
        b"\033]11;rgb:1010/2020/3030\033\\\033]4;1;rgb:cccc/0000/0000\033\\\033[6;18;9t\033[?0u"
        b"\033[0n")
    lab.net.set_wire(up=1)
    touch(at_home("alive"))
    for drawn in (r"\x1b\[>1u", r"\x1b\[4 q", r"\x1b\]11;rgb:ffff/ffff/ffff\x07",
                  r"\x1b\]52;p;YQ==\x07", r"\x1b\]9;done\x07"):
        terminal.wait(drawn)
    # A late answer is no key; a key comes as the program wants it.
    terminal.send("\033[?62;22c\033]11;rgb:1010/2020/3030\a\033[97;5u")
    until(lambda: os.path.exists(at_home("key")), "key")
    assert read(at_home("key")) == b"\033[97;5u"
    if how == "escape":
        terminal.send("\033[54;6u.")
    else:
        kill(lab.pids("c", "awl")[0], signal.SIGSEGV)
    _, end = terminal.wait(r"status \d+\r\n")
    text = terminal.total[:end]
    assert termios.tcgetattr(terminal.master) == before
    assert text.count(b"\033]52;p;YQ==\a") == text.count(b"\033]9;done\a") == 1
    rmcup = text.rfind(b"\033[?1049l")
    undone = [b"\033[<u", b"\033[0 q", b"\033[23;0t"]
    undone += [b"\033]11;rgb:1010/2020/3030\a" if how == "escape" else b"\033]111\a"]
    for sequence in undone:
        assert 0 < text.rfind(sequence) < rmcup, sequence
