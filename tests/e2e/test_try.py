"""./try, the first thing anybody runs: one command through the firewall, without a terminal and
on one, and nothing left behind, also when it is interrupted."""

import os
import re
import signal
import subprocess
import tempfile

import pytest

from lab import programs
from lab.run import netns_list, tmux_folder
from lab.terminal import Pty, environment
from lab.wait import until

TRY = os.path.join(programs.ROOT, "try")


@pytest.fixture
def env():
    return {"AWL_BUILD": programs.build()}


def left(pid):
    """What bears that run's mark."""
    mark = f"awl-lab-{pid}-"
    names = netns_list() + os.listdir(tempfile.gettempdir())
    if os.path.isdir(tmux_folder()):
        names += os.listdir(tmux_folder())
    return [name for name in names if name.startswith(mark)]


def told(text):
    """It names the path that carried the session, and the time of every step."""
    assert re.search(r"^try: carried by udp 203\.0\.113\.20:\d+ ", text, re.M), text
    for step in ("networks and sshd", "ssh login until awl-server's line",
                 "first screen, on ssh's pipe", "UDP through the firewall"):
        assert re.search(rf"^try: {step}: \d+\.\d{{3}} s", text, re.M), text


def test_command_without_terminal(run, env):
    done = subprocess.run([TRY, "sh", "-c", "uname -s; sleep 1; echo; echo 'two  words'; exit 5"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          env={**environment(), **env})
    assert done.returncode == 5, done
    assert done.stdout == "Linux\n\ntwo  words\n", done
    told(done.stderr)


def test_shell_on_a_terminal(run, env):
    with Pty(run, [TRY], env=env) as terminal:
        terminal.wait("[$#]", terminal.wait(r"moves you to another network.*\n")[1])
        terminal.send("echo $((6 * 7)) of them\n")
        terminal.wait("42 of them")
        terminal.send("echo >$ROAM; sleep 1; echo $((6 * 8)) of them\n")
        terminal.wait("48 of them")
        terminal.send("exit 3\n")
        assert terminal.exit_status() == 3
        told(terminal.text())
        assert not left(terminal.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_interrupted(run, env, number):
    # Shells start what runs beside them with SIGINT ignored.
    process = run.start(["env", "--default-signal=INT", TRY, "sleep", "1000"], stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                        env={**environment(), **env})
    until(lambda: any(name.endswith("-tmux") for name in left(process.pid)), "the session begins",
          60)
    os.kill(process.pid, number)
    assert process.wait(60) != 0
    assert not left(process.pid)
