"""Bad input: one clear line each, and a status that says so."""

import os
import re
import socket

import pytest

from lab import programs
from lab.session import PROMPT
from lab.terminal import Pty
from lab.wait import until

KEY = "A" * 22


def said(text):
    """The lines that are ours, and all of them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line in lines if re.match(r"awl(-client|-server)?: ", line)], lines


def run_in_terminal(run, argv, env=None):
    with Pty(run, argv, env=env) as terminal:
        status = terminal.exit_status()
        terminal.reader.join(5)
        return status, terminal.text(), terminal.total


def check(status, text, raw, pattern, many=False):
    ours, lines = said(text)
    assert status not in (0, None) and status > 0, (status, text)
    assert any(re.search(pattern, line) for line in ours), text
    assert many or len(ours) == 1, ours
    assert b"\033[?1049h" not in raw, "the screen was taken before the mistake was found"


CLIENT_CASES = {
    "malformed key": (["203.0.113.20", "60001"], {"MOSH_KEY": "short"}, "key|KEY"),
    "no key": (["203.0.113.20", "60001"], {}, "MOSH_KEY"),
    "key of the wrong letters": (["203.0.113.20", "60001"], {"MOSH_KEY": "?" * 22}, "key|KEY"),
    "port too high": (["203.0.113.20", "70000"], {"MOSH_KEY": KEY}, "70000"),
    "port is no number": (["203.0.113.20", "60001x"], {"MOSH_KEY": KEY}, "60001x"),
    "address is a name": (["server", "60001"], {"MOSH_KEY": KEY}, "server"),
    "client port out of range": (["--client-port=0", "203.0.113.20", "60001"],
                                 {"MOSH_KEY": KEY}, "client-port"),
    "client port in the environment": (["203.0.113.20", "60001"],
                                       {"MOSH_KEY": KEY, "MOSH_CLIENT_PORT": "x"},
                                       "MOSH_CLIENT_PORT"),
    "terminal unknown": (["203.0.113.20", "60001"], {"MOSH_KEY": KEY, "TERM": "no-such"},
                         "no-such"),
    "terminal unset": (["203.0.113.20", "60001"], {"MOSH_KEY": KEY, "TERM": ""}, "TERM"),
    "prediction mode": (["203.0.113.20", "60001"],
                        {"MOSH_KEY": KEY, "MOSH_PREDICTION_DISPLAY": "often"}, "often"),
    "unknown option": (["--no-such-option"], {"MOSH_KEY": KEY}, "no-such-option"),
}


@pytest.mark.parametrize("name", CLIENT_CASES)
def test_client(run, name):
    words, env, pattern = CLIENT_CASES[name]
    check(*run_in_terminal(run, [programs.awl_client(), *words], env), pattern)


def test_client_port_taken(run):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as taken:
        taken.bind(("::", 0))
        port = taken.getsockname()[1]
        check(*run_in_terminal(run, [programs.awl_client(), f"--client-port={port}", "127.0.0.1",
                                     "60001"], {"MOSH_KEY": KEY}), str(port))


def test_client_without_terminal(run):
    import subprocess

    for words in ([programs.awl_client(), "127.0.0.1", "60001"], [programs.awl(), "server"]):
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={**os.environ, "MOSH_KEY": KEY, "TERM": "xterm"}, timeout=40)
        assert done.returncode != 0
        ours, _ = said(done.stderr)
        assert len(ours) == 1 and "terminal" in ours[0], done


AWL_CASES = {
    "port too high": (["-p", "70000", "server"], {}, "70000"),
    "range upside down": (["-p", "60009:60001", "server"], {}, "60009:60001"),
    "family": (["--family=ipx", "server"], {}, "ipx"),
    "prediction mode": (["--predict=often", "server"], {}, "often"),
    "no host": ([], {}, "host|usage"),
    "host like an option": (["--", "-oProxyCommand=touch /tmp/never"], {}, "host|-o"),
    "terminal unknown": (["server"], {"TERM": "no-such"}, "no-such"),
    "terminal unset": (["server"], {"TERM": ""}, "TERM"),
    "ssh missing": (["--ssh=/no/such/ssh", "server"], {}, "/no/such/ssh"),
}


@pytest.mark.parametrize("name", AWL_CASES)
def test_awl(run, name):
    words, env, pattern = AWL_CASES[name]
    check(*run_in_terminal(run, [programs.awl(), *words], env), pattern,
          many=name in ("no host", "ssh missing"))


def test_unknown_host(lab):
    """ssh's own words, and whose they are."""
    lab = lab("open")
    with lab.pty(programs.awl(), f"--ssh={lab.sshd.ssh}", "no-such-host.invalid") as terminal:
        assert terminal.exit_status() not in (0, None)
        until(lambda: "awl: " in terminal.text(), "awl says something", detail=terminal.text)
        text = terminal.text()
    assert "no-such-host.invalid" in text and b"\033[?1049h" not in terminal.total, text
    assert re.search("^awl: .*ssh", text, re.M), text


def test_ssh_refused(lab):
    lab = lab("open")
    with lab.pty(programs.awl(), f"--ssh={lab.sshd.ssh} -p 2222", "server") as terminal:
        assert terminal.exit_status() not in (0, None)
        until(lambda: "awl: " in terminal.text(), "awl says something", detail=terminal.text)
        text = terminal.text()
    assert re.search("refused", text) and re.search("^awl: .*ssh", text, re.M), text


def test_no_server_there(lab):
    """It says what was looked for, and how to install it."""
    lab = lab("open")
    with lab.pty(*lab.awl_argv("--server=no-such-server")[0]) as terminal:
        assert terminal.exit_status() not in (0, None)
        until(lambda: "awl: " in terminal.text(), "awl says something", detail=terminal.text)
        text = terminal.text()
    assert "no-such-server" in text and re.search("install", text), text


def test_noise_before_the_line(lab):
    """A login script that talks is shown, and does no harm."""
    lab = lab("drop")
    with open(os.path.join(lab.home, ".bashrc"), "a") as rc:
        rc.write("echo 'MOSH is what I use'; echo; echo AWL; printf 'no newline'\n")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.line("exit")
    assert screen.exit_status() == 0


@pytest.mark.parametrize("line", ["MOSH CONNECT junk", "MOSH CONNECT 60001 short",
                                  "MOSH CONNECT 99999 " + KEY])
def test_malformed_line(lab, line):
    lab = lab("open")
    with lab.pty(*lab.awl_argv(f"--server=echo '{line}' #")[0]) as terminal:
        assert terminal.exit_status() not in (0, None)
        until(lambda: "awl: " in terminal.text(), "awl says something", detail=terminal.text)
    assert re.search("^awl: .*MOSH CONNECT", terminal.text(), re.M), terminal.text()


def test_server_port_taken(lab):
    lab = lab("open")
    port, _ = lab.server(programs.awl_server())
    done = lab.output(programs.awl_server(), "new", "-p", str(port), role="s")
    assert done.returncode != 0 and "MOSH CONNECT" not in done.stdout
    assert str(port) in done.stderr, done


@pytest.mark.parametrize("port", ["70000", "60009:60001", "x"])
def test_server_port_nonsense(lab, port):
    """A stock wrapper looks for these words."""
    done = lab("open").output(programs.awl_server(), "new", "-p", port, role="s")
    assert done.returncode != 0 and "MOSH CONNECT" not in done.stdout
    assert "Bad UDP port" in done.stdout + done.stderr or "bad UDP port" in done.stderr, done
    assert port in done.stderr


def test_relay_to_a_closed_port(lab):
    done = lab("open").output(programs.awl_server(), "relay", "60999", role="s")
    assert done.returncode == 1
    assert re.match(r"AWL RELAY 1 - - - - \S+ closed \S+", done.stdout), done
