"""The user's terminal is given back as it was, however a session ends or pauses: its modes are read
off what was written to it, by our own emulator."""

import os
import signal
import subprocess
import termios

from lab import programs
from lab.terminal import Pty
from lab.wait import until

from test_terminal import ANSWERS

# All that a program may set which reaches the terminal, a link and a pen left in force.
SETS = (r"\033[?1003;1006;1004;2004;5;1007;1h\033[?25l\033[4 q\033[>1u\033[>4;2m\033="
        r"\033]11;#ffffff\a\033]4;1;#123456\a\033]22;wait\a\033]9;4;1;50\a"
        r"\033[1;31;44m\033]8;;http://x/\alink\033]2;all set\a")
SET = {"visible": "0", "reverse": "1", "paste": "1", "focus": "1", "mouse": "1003",
       "encoding": "1006", "cursor_keys": "1", "keypad": "1", "style": "4", "keyboard": "1",
       "other_keys": "2", "scroll": "2", "pointer": "4", "progress": "6", "alternate": "1"}
UNSET = {"visible": "1", "reverse": "0", "paste": "0", "focus": "0", "mouse": "0",
         "encoding": "0", "cursor_keys": "0", "keypad": "0", "alternate": "0", "origin": "0",
         "autowrap": "1", "insert": "0", "synchronized": "0", "region": "0,23", "link": "0",
         "set": "0", "pen": "^[m", "style": "0", "keyboard": "0", "other_keys": "0", "pointer": "0"}


class Terminal(Pty):
    """A client that a shell has started, and its session with a program that sets everything."""

    def __init__(self, lab):
        port, key = lab.server(programs.awl_server(),
                               command=["sh", "-c", f"printf '{SETS}'; stty raw -echo; exec cat"])
        super().__init__(lab.run, lab.net.inside(
            "c", "sh", "-c", 'ulimit -c 0; "$@"; echo "status $?"; exec cat', "sh",
            programs.awl_client(), lab.net.server, str(port)), env={"MOSH_KEY": key})
        self.at = 0

    def all_set(self):
        # The titles come before what else there is in the frame.
        _, self.at = self.wait(rb"\033\][02];\[awl\] all set\007", self.at)
        until(lambda: SET.items() <= self.modes().items(), "all is set",
              detail=lambda: str(self.modes()))

    def modes(self):
        path = os.path.join(self.run.new_folder("modes"), "recording")
        with open(path, "w") as out:
            out.write(f"size 80 24\nbytes {self.total.hex()}\n")
        said = subprocess.run([os.path.join(programs.build(), "tests", "term", "seen_term"),
                               "modes", path], check=True, capture_output=True, text=True).stdout
        return dict(word.split("=", 1) for word in said.split())

    def client(self):
        """Its process id: the shell has no other child."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children") as children:
            return int(children.read().split()[0])

    def given_back(self):
        modes = self.modes()
        assert modes | UNSET == modes, {name: modes[name] for name in UNSET
                                        if modes[name] != UNSET[name]}
        # As it was, where the terminal had told, or what it is without a program.
        assert modes["background"] in ("0", "1102030"), modes
        assert modes["palette1"] in ("0", "1cc0000"), modes
        assert modes["scroll"] in ("0", "1") and modes["progress"] in ("0", "3"), modes
        assert termios.tcgetattr(self.master) == fresh()


def fresh():
    """Settings of a terminal that nobody has used."""
    master, slave = os.openpty()
    try:
        return termios.tcgetattr(master)
    finally:
        os.close(master)
        os.close(slave)


def stopped(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


def test_given_back(lab):
    lab = lab("open")
    quits = b"\033[54;6u."  # Ctrl-^ as the program wants keys
    ways = {"quit": lambda t: t.send(quits), "SIGTERM": lambda t: os.kill(t.client(), signal.SIGTERM),
            "SIGHUP": lambda t: os.kill(t.client(), signal.SIGHUP),
            "crash": lambda t: os.kill(t.client(), signal.SIGSEGV),
            "abort": lambda t: os.kill(t.client(), signal.SIGABRT), "suspend": None}
    terminals = {}
    try:
        for how in ways:
            terminals[how] = Terminal(lab)
        for terminal in terminals.values():
            terminal.wait(r"\x1b\[c")
            terminal.send(ANSWERS)
        for terminal in terminals.values():
            terminal.all_set()
        terminal = terminals["suspend"]
        for again in (False, True):
            client = terminal.client()
            os.kill(client, signal.SIGTSTP)
            until(lambda: stopped(client), "the client has stopped")
            terminal.wait(r"awl is suspended", terminal.at)
            terminal.given_back()
            os.killpg(terminal.pid, signal.SIGCONT)
            terminal.all_set()
        ways["suspend"] = ways["quit"]
        for how, terminal in terminals.items():
            ways[how](terminal)
        for how, terminal in terminals.items():
            terminal.wait(r"status \d+\r\n")
            terminal.given_back()
    finally:
        for terminal in terminals.values():
            terminal.close()
