"""What goes wrong before a session: each is one clear line, and a status that is not zero."""

import os
import signal
import socket
import subprocess

import pytest

from lab import programs
from lab.terminal import Pty, environment
from lab.wait import until

# Stands in for ssh: `ssh -G` tells nothing, a login runs $SCRIPT.
FAKE_SSH = """#!/bin/sh
for word; do
    [ "$word" = -G ] && exit 0
    last=$word
done
%s
"""


@pytest.fixture
def fake_ssh(run):
    """fake_ssh(script) gives the --ssh option; the remote command is in $last."""
    def make(script):
        path = os.path.join(run.new_folder("fake"), "ssh")
        with open(path, "w") as out:
            out.write(FAKE_SSH % script)
        os.chmod(path, 0o755)
        return f"--ssh={path}"
    return make


def lines(text):
    return [line for line in text.replace("\r", "").split("\n") if line.strip()]


def awl(run, *argv, env=None):
    """Runs awl on a terminal to its end; gives (status, lines)."""
    with Pty(run, [programs.awl(), *argv], env=env) as terminal:
        status = terminal.exit_status()
        terminal.reader.join(5)
        return status, lines(terminal.text())


def one_line(result, *parts, status=255):
    assert result[0] == status, result
    assert len(result[1]) == 1, result
    assert result[1][0].startswith("awl: "), result
    for part in parts:
        assert part in result[1][0], result


@pytest.mark.parametrize("argv, parts", [
    ([], ["no host given"]),
    ([""], ["names no host"]),
    (["me@"], ["\"me@\"", "names no host"]),
    (["--", "-oProxyCommand=x"], ["-oProxyCommand=x", "'-'"]),
    (["-p", "70000", "host"], ["70000", "65535", "60001"]),
    (["-p", "60010:60001", "host"], ["60010:60001", "low end"]),
    (["-p", "60001:", "host"], ["\"60001:\"", "PORT"]),
    (["--port=0:5", "host"], ["0:5"]),
    (["--client-port=0", "host"], ["client-port", "0"]),
    (["--client-port=x", "host"], ["client-port", "x"]),
    (["--predict=perhaps", "host"], ["perhaps", "adaptive"]),
    (["--family=ipx", "host"], ["ipx", "inet6"]),
    (["--repunch=often", "host"], ["often", "never"]),
    (["--bind-server=eth0", "host"], ["eth0", "numeric"]),
    (["--hole-ttl=9999999", "host"], ["hole-ttl", "9999999"]),
    (["--stun=nowhere", "host"], ["nowhere", "HOST:PORT"]),
    (["--server-candidate=host:1", "host"], ["host:1", "numeric"]),
    (["--ssh=ssh 'x", "host"], ["quote"]),
    (["--ssh=", "host"], ["--ssh"]),
    (["--local", "localhost"], ["localhost", "numeric"]),
    (["--experimental-remote-ip=here", "host"], ["here", "proxy"]),
    (["--nonsense", "host"], ["nonsense"]),
])
def test_options(run, argv, parts):
    one_line(awl(run, *argv), *parts)


@pytest.mark.parametrize("name, value, parts", [
    ("MOSH_CLIENT_PORT", "99999", ["MOSH_CLIENT_PORT", "99999"]),
    ("MOSH_PREDICTION_DISPLAY", "x", ["MOSH_PREDICTION_DISPLAY", "x"]),
    ("AWL_STUN", "x", ["AWL_STUN", "x"]),
    ("TERM", "no-such-terminal", ["no-such-terminal"]),
    ("TERM", "", ["TERM"]),
    ("AWL_LOG", "/nonexistent/log", ["/nonexistent/log"]),
])
def test_environment(run, fake_ssh, name, value, parts):
    one_line(awl(run, fake_ssh("exit 9"), "host", env={name: value}), *parts)


def test_term_unset(run):
    argv = ["env", "-u", "TERM", programs.awl(), "host"]
    with Pty(run, argv) as terminal:
        assert terminal.exit_status() == 255
        terminal.reader.join(5)
        found = lines(terminal.text())
    assert len(found) == 1 and "TERM" in found[0], found


def test_not_a_terminal(run, fake_ssh):
    done = subprocess.run([programs.awl(), fake_ssh("exit 9"), "host"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 255
    assert len(lines(done.stderr)) == 1 and "terminal" in done.stderr, done
    assert done.stdout == ""


def test_help_and_version(run):
    for option, part in (("--help", "--no-host-candidates"), ("--version", "awl 0.")):
        done = subprocess.run([programs.awl(), option], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert part in done.stdout


def test_client_port_taken(run, fake_ssh):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        one_line(awl(run, f"--client-port={port}", fake_ssh("exit 9"), "host"), str(port), "use")


@pytest.mark.parametrize("key, words, parts", [
    (None, ["127.0.0.1", "60001"], ["MOSH_KEY"]),
    ("tooshort", ["127.0.0.1", "60001"], ["MOSH_KEY"]),
    ("A" * 21 + "B", ["127.0.0.1", "60001"], ["MOSH_KEY"]),
    ("A" * 22, ["localhost", "60001"], ["localhost", "numeric"]),
    ("A" * 22, ["127.0.0.1", "70000"], ["70000"]),
    ("A" * 22, ["127.0.0.1"], ["two words"]),
])
def test_client(run, key, words, parts):
    with Pty(run, [programs.awl_client(), *words], env={"MOSH_KEY": key} if key else None) as pty:
        assert pty.exit_status() == 1
        pty.reader.join(5)
        found = lines(pty.text())
    assert len(found) == 1 and found[0].startswith("awl-client: "), found
    assert all(part in found[0] for part in parts), found


def test_no_ssh(run):
    one_line(awl(run, "--ssh=/nonexistent/ssh", "host"), "/nonexistent/ssh", "--ssh=")


def test_ssh_says_why(run, fake_ssh):
    one_line(awl(run, fake_ssh("echo 'ssh: Could not resolve hostname x: no' >&2; exit 255"), "x"),
             "cannot log in to x", "Could not resolve hostname x: no")


def test_ssh_dies(run, fake_ssh):
    one_line(awl(run, fake_ssh("kill -9 $$"), "host"), "signal 9")


def test_ended_while_ssh_asks(run, fake_ssh):
    """Whoever ends awl ends the ssh that waits for a password."""
    mark = os.path.join(run.new_folder("pid"), "pid")
    with Pty(run, [programs.awl(), fake_ssh(f"echo $$ >{mark}; exec sleep 600"), "host"]) as pty:
        pid = until(lambda: os.path.exists(mark) and open(mark).read().strip(), "ssh runs")
        pty.signal(signal.SIGTERM)
        assert pty.exit_status() == 128 + signal.SIGTERM
    until(lambda: not os.path.exists(f"/proc/{pid}"), "ssh has ended")


def test_no_server_named(run, fake_ssh):
    one_line(awl(run, "--server=nonesuch", fake_ssh("""exec sh -c "$last" """), "host"),
             "nonesuch", "--server=")


@pytest.mark.skipif(os.path.exists("/usr/local/bin/awl-server"), reason="awl is installed here")
def test_no_server_found(run, fake_ssh):
    folder = run.new_folder("bin")
    os.symlink("/bin/sh", os.path.join(folder, "sh"))
    script = f"""HOME=/nonexistent PATH={folder}; export HOME PATH; exec sh -c "$last" """
    one_line(awl(run, fake_ssh(script), "host"), "awl-server", folder, "~/.local/bin", "install")


@pytest.mark.parametrize("line", [
    "MOSH CONNECT 60001 tooshort",
    "MOSH CONNECT 60001 AAAAAAAAAAAAAAAAAAAAA=",
    "MOSH CONNECT 70000 AAAAAAAAAAAAAAAAAAAAAA",
    "MOSH CONNECT junk",
])
def test_malformed_line(run, fake_ssh, line):
    one_line(awl(run, fake_ssh(f"echo '{line}'; sleep 60"), "host"), "host", "MOSH CONNECT")


def test_no_line(run, fake_ssh):
    status, found = awl(run, fake_ssh("echo hello; exit 3"), "host")
    assert status == 255
    assert found[0] == "hello" and len(found) == 2, found
    assert "no start-up line" in found[1] and "status 3" in found[1]


def test_endless_garbage(run, fake_ssh):
    status, found = awl(run, fake_ssh("exec yes garbage"), "host")
    assert status == 255
    assert found[-1].startswith("awl: host printed more than"), found[-1]


def test_server_says_why(run, fake_ssh):
    one_line(awl(run, fake_ssh("echo 'awl-server: UDP port 60001 is taken' >&2; exit 1"), "host"),
             "host", "UDP port 60001 is taken")


# ---- with a real sshd ----

@pytest.fixture(scope="module")
def server(run):
    from lab.session import Lab
    with Lab(run, "open", delay=1) as lab:
        yield lab


def ended(server, argv):
    terminal = server.pty(*argv)
    status = terminal.exit_status(90)
    terminal.reader.join(5)
    return status, lines(terminal.text())


def in_lab(server, *options, command=()):
    return ended(server, server.awl_argv(*options, command=command)[0])


def test_unknown_host(server):
    argv = [programs.awl(), f"--ssh={server.sshd.ssh}", "nosuch.invalid"]
    one_line(ended(server, argv), "nosuch.invalid", "resolve")


def test_ssh_refused(server):
    one_line(in_lab(server, f"--ssh={server.sshd.ssh} -p 1"), "port 1", "refused")


def test_no_permission(server):
    one_line(in_lab(server, f"--ssh={server.sshd.ssh} -o PubkeyAuthentication=no"),
             "cannot log in", "Permission denied")


def test_no_such_server(server):
    one_line(in_lab(server, "--server=nonesuch-server"), "nonesuch-server", "install")


def test_server_port_taken(server):
    taken = server.run.start(
        server.net.inside("s", "python3", "-c",
                          "import socket, sys\n"
                          "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
                          "s.bind(('::', 61500)); print('ready', flush=True)\n"
                          "sys.stdin.read()"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert taken.stdout.readline() == "ready\n"
        one_line(in_lab(server, "-p", "61500"), "61500")
    finally:
        server.run.stop(taken)
        taken.stdin.close()
        taken.stdout.close()
