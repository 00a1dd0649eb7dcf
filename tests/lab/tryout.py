"""What ./try does once everything is built: a server host behind a firewall that lets in
nothing but tcp/22, a client host 20 ms away, a real sshd, and a real awl session.

    tryout.py [COMMAND [ARGUMENT]...]"""

import os
import signal
import subprocess
import sys
import threading
import time

from . import programs
from .run import Run, end_on_signals
from .session import Lab
from .terminal import Screen, environment

COLS, ROWS = 250, 60  # of the lent terminal: long lines stay whole
PATIENCE = 24 * 3600.0


def say(text):
    print(f"try: {text}", file=sys.stderr, flush=True)


class Mover(threading.Thread):
    """Moves the client to its other network whenever somebody writes to the FIFO."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.net = None
        os.mkfifo(path)
        os.chmod(path, 0o622)

    def run(self):
        while True:
            with open(self.path) as fifo:
                fifo.read()
            self.net.roam()


def lent_terminal(run, lab, argv):
    """Runs it in a terminal of its own; prints what the last screen showed."""
    screen = lab.enter_context(Screen(run, lab.net.inside("c", *argv), COLS, ROWS))
    status = screen.exit_status(PATIENCE)
    rows = screen.rows()
    while rows and (not rows[-1] or rows[-1] == "[awl is exiting.]"):
        rows.pop()
    while rows and not rows[0]:
        rows.pop(0)
    print("\n".join(rows), flush=True)
    return status


def own_terminal(lab, argv):
    """On the terminal we are on. Ctrl-C is the session's business."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = subprocess.run(
            lab.net.inside("c", *argv), env=environment({"TERM": os.environ.get("TERM", "")}),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)).returncode
    finally:
        signal.signal(signal.SIGINT, previous)
    return status if status >= 0 else 128 - status


def report(log, status):
    """How long each step took, from awl's own log."""
    start = next(iter(log.times("ssh: line read")), None)
    if start is not None:
        say(f"ssh login until awl-server's line: {start:.3f} s")
        for what, line in (("first screen, on ssh's pipe", "session: first state"),
                           ("UDP through the firewall", "session: udp")):
            when = next(iter(log.times(line)), None)
            say(f"{what}: " + (f"{when - start:.3f} s later" if when else "never"))
    if start is None:
        say("there was no session")
    else:
        say(f"carried by {log.path_line()}")
    say(f"status {status}")


def main(command):
    end_on_signals()
    terminal = os.isatty(0) and os.isatty(1)
    if not terminal and not command:
        say("without a terminal a command is needed: ./try uname -a")
        return 2
    user = os.environ.get("SUDO_USER") or None
    started = time.monotonic()
    with Run() as run:
        mover = Mover(run.path("roam"))
        sshd = {"user": user, "own_home": True, "env": {"ROAM": mover.path}}
        with Lab(run, "drop", sshd=sshd) as lab:
            mover.net = lab.net
            mover.start()
            say(f"networks and sshd: {time.monotonic() - started:.3f} s")
            options = [f"--server={programs.awl_server()}"]
            if command:
                options.append("--no-init")
            argv, log = lab.awl_argv(*options, command=command)
            if not terminal:
                status = lent_terminal(run, lab, argv)
            else:
                say(f"{lab.net.server} drops everything but tcp/22. Ctrl-^ p shows the path; "
                    "echo >$ROAM moves you to another network.")
                status = own_terminal(lab, argv)
            report(log, status)
            return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
