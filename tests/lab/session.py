"""A network with an sshd, and the programs in it: what most tests begin with."""

import contextlib
import os
import re
import signal
import subprocess

from . import programs
from .log import Log
from .net import Net
from .run import netns_pids
from .sshd import Sshd
from .terminal import Pty, Screen, environment
from .wait import until

PROMPT = r"awl-lab\$ *$"


def echoes(screen, number):
    """The shell answers: each number once in a session, since its answer stays on the screen."""
    screen.line(f"echo $(({number} * 7)) of them")
    screen.wait(f"^{number * 7} of them$")


def udp_since(log, lines):
    """Since its first so many lines the log has told of UDP that carries the session: as news, or
    as the old way that answered again before anybody gave it up."""
    return any(text.startswith("session: moved to udp")
               or re.search(r"^path: \S+ suspect -> good$", text)
               for _, text in log.lines()[lines:])


def leave(screen, status=0):
    screen.line(f"exit {status}")
    assert screen.exit_status() == status


class Lab(contextlib.ExitStack):
    """with Lab(run, "drop") as lab: screen = lab.awl()"""

    def __init__(self, run, kind, sshd=None, **wire):
        """sshd: a dict of arguments for Sshd; the others are for Net."""
        super().__init__()
        self.run = run
        try:
            self.net = self.enter_context(Net(run, kind, **wire))
            self.sshd = self.enter_context(
                Sshd(run, self.net, **{"path": [programs.folder()], **(sshd or {})}))
        except BaseException:
            self.close()
            raise

    @property
    def home(self):
        """The remote user's home folder; both hosts see the same files."""
        return self.sshd.home

    def screen(self, *argv, role="c", **how):
        return self.enter_context(Screen(self.run, self.net.inside(role, *argv), **how))

    def pty(self, *argv, role="c", **how):
        return self.enter_context(Pty(self.run, self.net.inside(role, *argv), **how))

    def output(self, *argv, role="c", env=None, **how):
        """Runs to its end without a terminal."""
        return subprocess.run(self.net.inside(role, *argv), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=environment(env), timeout=120,
                              **how)

    def family(self):
        return ["-6"] if self.net.kind.family == 6 else []

    def ssh_screen(self, *command, **how):
        return self.screen("ssh", "-F", self.sshd.ssh_config, "-t", Sshd.ALIAS, *command, **how)

    def mosh_argv(self, *options, command=()):
        return ["mosh", f"--ssh={self.sshd.ssh}", *self.family(), *options, Sshd.ALIAS,
                *(["--", *command] if command else [])]

    def mosh(self, *options, command=(), **how):
        return self.screen(*self.mosh_argv(*options, command=command), **how)

    def awl_argv(self, *options, command=()):
        """The command line, and the Log it will write."""
        log = Log(os.path.join(self.run.new_folder("awl"), "log"))
        argv = [programs.awl(), f"--ssh={self.sshd.ssh}", f"--log={log.file}", *self.family(),
                *options, Sshd.ALIAS, *command]
        return argv, log

    def awl(self, *options, command=(), **how):
        argv, log = self.awl_argv(*options, command=command)
        screen = self.screen(*argv, **how)
        screen.log = log
        return screen

    def awl_pty(self, *options, command=(), **how):
        argv, log = self.awl_argv(*options, command=command)
        terminal = self.pty(*argv, **how)
        terminal.log = log
        return terminal

    def server(self, program, *options, command=(), env=None):
        """A server started by hand on the server's host; gives (port, key)."""
        done = self.output(program, "new", "-i", self.net.server, *options,
                           *(["--", *command] if command else []), role="s", env=env)
        found = re.search(r"^MOSH CONNECT (\d+) (\S{22})\s*$", done.stdout, re.M)
        assert found, f"{program}: {done}"
        return int(found.group(1)), found.group(2)

    def client(self, program, port, key, env=None, **how):
        return self.screen(program, self.net.server, str(port),
                           env={"MOSH_KEY": key, **(env or {})}, **how)

    def pids(self, role, name=None):
        """Processes on that host, of that program if named (as /proc's comm, 15 letters)."""
        found = []
        for pid in netns_pids(self.net.roles[role]):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/comm") as comm:
                    if name is None or comm.read().strip() == name[:15]:
                        found.append(pid)
        return found

    def wait_gone(self, role, name, ceiling=40.0):
        until(lambda: not self.pids(role, name), f"no {name} left on host {role}", ceiling,
              detail=lambda: str(self.pids(role, name)))


def kill(pid, sig=signal.SIGTERM):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sig)
