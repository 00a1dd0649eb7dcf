"""How long a start takes: of a program by itself, of a client until it shows something, and of
the wrapper, with something in ssh's place that takes no time."""

import os
import shutil
import subprocess
import sys
import time

from lab import programs
from lab.terminal import environment
from lab.wait import until

from .pair import Loopback, Session, Terminal, place
from .report import Goal
from .workloads import READY, flood

ROUNDS = 10


def spawn(path):
    """Milliseconds from before a process is made until it is gone."""
    path = shutil.which(path)
    out = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in range(3)]
    begun = time.monotonic()
    pid = os.posix_spawn(path, [path, "--version"], environment(), file_actions=out)
    status = os.waitpid(pid, 0)[1]
    took = (time.monotonic() - begun) * 1000
    assert os.waitstatus_to_exitcode(status) == 0, f"{path} --version: {status}"
    return took


# Says what ssh -G says, opens the way as ssh does, and runs the command.
SSH = r"""#!/bin/sh
for word; do
    case $word in
    -G) printf '%s\n' 'hostname 127.0.0.1' 'port 22' 'user root'; exit ;;
    ProxyCommand=*) proxy=${word#*=} ;;
    esac
    last=$word
done
[ -z "$proxy" ] || eval "${proxy%%[%]*} 127.0.0.1 22" </dev/null >/dev/null
exec sh -c "$last"
"""
# In sshd's place, for whoever opens the way himself.
LISTEN = """
import socket
with socket.create_server(("127.0.0.1", 22)) as listener:
    while True:
        listener.accept()[0].close()
"""
SHOW = ["bash", "-c", r"printf '^~^~^'; read -r"]


def wrappers(bench, sheet, where):
    ssh = os.path.join(bench.run.new_folder("ssh"), "ssh")
    with open(ssh, "w") as script:
        script.write(SSH)
    os.chmod(ssh, 0o755)
    listener = bench.run.start(where.inside("s", sys.executable, "-c", LISTEN))
    until(lambda: b"0100007F:0016" in subprocess.run(
        where.inside("s", "cat", "/proc/net/tcp"), capture_output=True, check=True).stdout,
        "somebody at port 22")
    for program in bench.turns():
        wrapper = programs.awl() if program.name == "awl" else "mosh"
        terminal = Terminal(bench.run, where.inside(
            "c", wrapper, f"--ssh={ssh}", f"--server={program.server}", "127.0.0.1", "--", *SHOW),
            24, 80, environment())
        shown = terminal.wait(READY)
        sheet.add(program, "wrapper to first screen", "ms", (shown - terminal.started) * 1000,
                  Goal(10, 25))
        terminal.send(b"\r")
        terminal.process.wait(30)
        terminal.close()
    bench.run.stop(listener)


def bench(bench, sheet):
    for program in bench.turns(bench.runs * 4):
        sheet.add(program, "exec of the server", "ms", spawn(program.server), Goal(4, 6))
        sheet.add(program, "exec of the client", "ms", spawn(program.client), Goal(4, 6))
    for rtt in (0,) if bench.quick else (0, 100):
        with place(bench.run, rtt) as where:
            for program in bench.turns():
                with Session(bench.run, where, program, flood(bench, "none", 0)) as session:
                    shown = session.terminal.wait(READY)
                    sheet.add(program, f"client to first screen beyond RTT {rtt}", "ms",
                              (shown - session.terminal.started) * 1000 - rtt, Goal(10, 40))
    with Loopback(bench.run) as where:
        wrappers(bench, sheet, where)
