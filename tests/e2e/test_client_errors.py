"""Bad input to awl-client and awl-server: one clear line each, and a status that says so. The
mistakes that awl itself finds are in test_start_errors.py."""

import os
import re
import socket
import subprocess

import pytest

from lab import programs
from lab.session import PROMPT
from lab.terminal import Pty, environment

KEY = "A" * 22
HERE = ["203.0.113.20", "60001"]


def client(run, words, env):
    """Its exit status and its lines; it must not have touched the screen."""
    with Pty(run, [programs.awl_client(), *words], env=env) as terminal:
        status = terminal.exit_status()
        terminal.reader.join(5)
        assert b"\033[?1049h" not in terminal.total
        return status, [line for line in terminal.text().splitlines() if line.strip()]


@pytest.mark.parametrize("words, env, pattern", [
    (HERE, {"MOSH_KEY": "short"}, "key|KEY"),
    (HERE, {}, "MOSH_KEY"),
    (HERE, {"MOSH_KEY": "?" * 22}, "key|KEY"),
    (["203.0.113.20", "70000"], {"MOSH_KEY": KEY}, "70000"),
    (["203.0.113.20", "60001x"], {"MOSH_KEY": KEY}, "60001x"),
    (["server", "60001"], {"MOSH_KEY": KEY}, "server"),
    (["--client-port=0", *HERE], {"MOSH_KEY": KEY}, "client-port"),
    (HERE, {"MOSH_KEY": KEY, "MOSH_CLIENT_PORT": "x"}, "MOSH_CLIENT_PORT"),
    (HERE, {"MOSH_KEY": KEY, "TERM": "no-such"}, "no-such"),
    (HERE, {"MOSH_KEY": KEY, "TERM": ""}, "TERM"),
    (HERE, {"MOSH_KEY": KEY, "MOSH_PREDICTION_DISPLAY": "often"}, "often"),
    (["--no-such-option"], {"MOSH_KEY": KEY}, "no-such-option"),
])
def test_client(run, words, env, pattern):
    status, lines = client(run, words, env)
    assert status > 0 and len(lines) == 1, (status, lines)
    assert re.search(f"^awl-client: .*({pattern})", lines[0]), lines


def test_client_port_taken(run):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as taken:
        taken.bind(("::", 0))
        port = taken.getsockname()[1]
        status, lines = client(run, [f"--client-port={port}", "127.0.0.1", "60001"],
                               {"MOSH_KEY": KEY})
    assert status > 0 and len(lines) == 1 and str(port) in lines[0], (status, lines)


def test_client_without_terminal(run):
    done = subprocess.run([programs.awl_client(), "127.0.0.1", "60001"], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=40,
                          env=environment({"MOSH_KEY": KEY}))
    assert done.returncode > 0 and done.stdout == "", done
    assert re.match(r"awl-client: .*terminal.*\n\Z", done.stderr), done


def test_server_port_taken(lab):
    lab = lab("open")
    port, _ = lab.server(programs.awl_server())
    done = lab.output(programs.awl_server(), "new", "-p", str(port), role="s")
    assert done.returncode > 0 and "MOSH CONNECT" not in done.stdout, done
    assert str(port) in done.stderr, done


@pytest.mark.parametrize("port", ["70000", "60009:60001", "x"])
def test_server_port_nonsense(run, port):
    """A stock wrapper looks for these words."""
    done = subprocess.run([programs.awl_server(), "new", "-p", port], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=40, env=environment())
    assert done.returncode > 0 and "MOSH CONNECT" not in done.stdout, done
    assert re.search("[Bb]ad UDP port", done.stderr) and port in done.stderr, done


def test_noise_before_the_line(lab):
    """A login script that talks does no harm."""
    lab = lab("drop")
    with open(os.path.join(lab.home, ".bashrc"), "a") as rc:
        rc.write("echo 'MOSH is what I use'; echo; echo AWL; printf '\\033[31mred\\n'\n")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.line("exit")
    assert screen.exit_status() == 0


def test_wrong_key(lab):
    """No answer: it may be the network, and it may be the key."""
    lab = lab("open")
    port, key = lab.server(programs.awl_server(), command=("sleep", "100"))
    assert key != KEY
    screen = lab.client(programs.awl_client(), port, KEY)
    screen.wait("Nothing received from server yet")
    screen.key("C-^")
    screen.key(".")
    assert screen.exit_status() == 1
    screen.wait("no answer came from")
    screen.wait("or MOSH_KEY is another server's")


def test_filtered_without_relay(lab):
    """A terminal for ssh leaves UDP alone: what to do is said when the user gives up."""
    lab = lab("drop")
    screen = lab.awl("--ssh-pty")
    screen.wait("Nothing received from server yet on UDP port")
    screen.key("C-^")
    screen.key(".")
    assert screen.exit_status() == 255
    screen.wait("no relay, since ssh was given a terminal")
    screen.wait("to see what is in the way: awl doctor server")
