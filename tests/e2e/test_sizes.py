"""Windows of every size, and sizes that change faster than anybody can draw."""

import os

from lab.wait import until

# Notes the size of its terminal at each change; writes lines without end, if told to.
PROGRAM = """import os, signal, sys

def note(*_):
    with open("size.new", "w") as out:
        out.write("%dx%d" % os.get_terminal_size())
    os.rename("size.new", "size")

signal.signal(signal.SIGWINCH, note)
note()
number = 0
while True:
    if sys.argv[1:]:
        os.write(1, b"%d and a line of \\xe6\\x97\\xa5 text\\r\\n" % number)
        number += 1
    else:
        signal.pause()
"""


def begin(lab, *words):
    lab = lab("open")
    with open(os.path.join(lab.home, "sizes.py"), "w") as out:
        out.write(PROGRAM)
    terminal = lab.awl_pty()
    terminal.wait(r"awl-lab\$")
    terminal.send(" ".join(["python3", "sizes.py", *words]) + "\r")
    noted = os.path.join(lab.home, "size")

    def wait(cols, rows):
        def arrived():
            with open(noted) as size:
                return size.read() == f"{cols}x{rows}"
        until(lambda: os.path.exists(noted) and arrived(), f"the program sees {cols}x{rows}")

    wait(80, 24)
    return terminal, wait


def end(terminal):
    """The program stops at Ctrl-C, the shell answers, and all ends well."""
    start = len(terminal.total)
    terminal.send("\x03")
    terminal.wait(r"awl-lab\$", start=start)
    start = len(terminal.total)
    terminal.send("exit 3\r")
    assert terminal.exit_status() == 3
    assert b"\033[?1049l" in terminal.total[start:]


def test_any_size(lab):
    terminal, wait = begin(lab)
    for cols, rows in ((1, 1), (4000, 2000), (1, 500), (2, 1), (80, 24)):
        terminal.resize(cols, rows)
        wait(cols, rows)
    end(terminal)


def test_resizes_during_output(lab):
    terminal, wait = begin(lab, "flood")
    for number in range(1000):
        terminal.resize(1 + number * 7 % 150, 1 + number * 11 % 60)
        if number % 100 == 0:
            terminal.wait(b".", start=len(terminal.total))
    terminal.resize(91, 33)
    wait(91, 33)
    end(terminal)
