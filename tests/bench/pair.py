"""The two that are compared, where they meet, and a session of either.

A server is started by hand and a client on a pseudo-terminal, without ssh, so both do the same
work on the same ways. Terminal is read by whoever waits for it: no thread takes turns with what
is measured."""

import contextlib
import dataclasses
import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from lab import programs
from lab.net import Net
from lab.run import ip, netns_delete, netns_pids
from lab.terminal import environment
from lab.wait import CEILING, TooLong, until

KEPT = 1 << 16  # bytes of output that a pattern may look back on


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    server: str
    client: str


def pair():
    """awl, and what it is compared with."""
    return (Program("awl", programs.awl_server(), programs.awl_client()),
            Program("mosh", "mosh-server", "mosh-client"))


class Loopback:
    """Both ends on one host: no wire, no delay. Has what Session needs of Net."""

    def __init__(self, run):
        self.server = "127.0.0.1"
        self.round_trip = 0.0
        name = run.name("b")
        ip("netns", "add", name)
        self.roles = {"c": name, "s": name}

    def __enter__(self):
        ip("-n", self.roles["s"], "link", "set", "lo", "up")
        return self

    def __exit__(self, *exception):
        netns_delete(self.roles["s"])

    def inside(self, role, *argv):
        return ["ip", "netns", "exec", self.roles[role], *argv]


def place(run, rtt, **wire):
    """rtt in milliseconds."""
    return Net(run, "open", delay=rtt / 2, **wire) if rtt or wire else Loopback(run)


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, run, argv, rows, cols, env):
        self.run = run
        self.tail = b""
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.started = time.monotonic()
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env,
                                        preexec_fn=own_terminal)
        os.close(slave)
        run.started.append(self.process)

    def close(self):
        self.run.stop(self.process)
        os.close(self.master)

    def send(self, keys):
        """A few: the line is never full."""
        os.write(self.master, keys)

    def read(self):
        """What is there now. b"" at the program's end."""
        try:
            data = os.read(self.master, 1 << 16)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return b""
        self.tail = (self.tail + data)[-KEPT:]
        return data

    def forget(self):
        self.drain(0)
        self.tail = b""

    def drain(self, seconds):
        """Reads, whatever comes, for so long."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            if select.select([self.master], [], [], left)[0]:
                if self.read() == b"":
                    raise AssertionError(f"the client ended:\n{self.tail[-2000:]!r}")
            elif left == 0:
                return

    def wait(self, pattern, ceiling=CEILING):
        """Reads until the output since forget() matches; gives when."""
        pattern = re.compile(pattern)
        end = time.monotonic() + ceiling
        while not pattern.search(self.tail):
            left = end - time.monotonic()
            if left <= 0:
                raise TooLong(f"{pattern.pattern!r} not within {ceiling:.0f} s:\n"
                              f"{self.tail[-2000:]!r}")
            if select.select([self.master], [], [], left)[0] and self.read() == b"":
                raise AssertionError(f"the client ended:\n{self.tail[-2000:]!r}")
        return time.monotonic()


class Session(contextlib.ExitStack):
    """with Session(run, place, program, ["bash", "-c", ...]) as session. under: "server" or
    "client", and what that one runs under, as a whole command's beginning."""

    def __init__(self, run, where, program, command, rows=24, cols=80, predict="never",
                 under=("", ())):
        super().__init__()
        self.run, self.where, self.program = run, where, program
        before = {under[0]: under[1]}
        known = self.servers()
        done = subprocess.run(
            where.inside("s", *before.get("server", ()), program.server, "new", "-i",
                         where.server, "--", *command),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
            env=environment({"PS1": "$ "}))
        found = re.search(r"^MOSH CONNECT (\d+) (\S{22})\s*$", done.stdout, re.M)
        assert found, f"{program.server}: {done}"
        self.terminal = Terminal(
            run, where.inside("c", *before.get("client", ()), program.client, where.server,
                              found.group(1)), rows, cols,
            environment({"MOSH_KEY": found.group(2), "MOSH_PREDICTION_DISPLAY": predict}))
        self.callback(self.end, self.servers() - known)
        self.callback(self.terminal.close)
        self.known, self.found = known, None

    def end(self, servers):
        for pid in servers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        until(lambda: not servers & self.servers(), f"{self.program.server} is gone")

    def servers(self):
        """Process ids of this program's servers in the place."""
        name = os.path.basename(self.program.server)[:15]
        found = set()
        for pid in netns_pids(self.where.roles["s"]):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/comm") as comm:
                if comm.read().strip() == name:
                    found.add(pid)
        return found

    def server(self):
        """The process id of this session's server, once its child is another program. To be
        asked first before another session is started in the place."""
        def one():
            own = self.servers() - self.known
            return own if len(own) == 1 else None

        self.found = self.found or until(one, f"one {self.program.server}")
        return next(iter(self.found))
