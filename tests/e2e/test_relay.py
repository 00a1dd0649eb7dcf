"""awl-server relay by itself: frames on pipes to and from a UDP port."""

import contextlib
import os
import re
import socket
import struct
import subprocess

import pytest

from lab import programs
from lab.terminal import environment

LINE = re.compile(r"^AWL RELAY 1 (\S+) (\S+) (\S+) (\S+) ([0-9a-f]{16}) (open|closed) (\S+)\n$")


@contextlib.contextmanager
def session(address="127.0.0.1"):
    """A UDP socket in the place of a session."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                       socket.SOCK_DGRAM) as s:
        s.bind((address, 0))
        s.settimeout(20)
        yield s, s.getsockname()[1]


@contextlib.contextmanager
def relay(run, *argv, env=None):
    process = run.start([programs.awl_server(), "relay", *map(str, argv)],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                        env=environment(env))
    try:
        yield process
    finally:
        run.stop(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def read_line(process):
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(process.stdout.fileno(), 1)
        assert byte, process.stderr.read()
        line += byte
    return line.decode()


def read_frame(process):
    """The next datagram; acknowledgements are counted on the way. (data, acknowledged)"""
    acknowledged = 0
    while True:
        head = process.stdout.read(2)
        assert len(head) == 2
        value = struct.unpack(">H", head)[0]
        if value > 0x8000:
            acknowledged += value - 0x8000
        elif value > 0:
            return process.stdout.read(value), acknowledged


def frame(data):
    return struct.pack(">H", len(data)) + data


def test_both_ways(run):
    with session() as (server, port), relay(run, port, env={
            "SSH_CONNECTION": "192.0.2.7 50000 203.0.113.20 22"}) as process:
        found = LINE.match(read_line(process))
        assert found, "the start-up line"
        assert found.group(1, 2, 3, 4) == ("192.0.2.7", "50000", "203.0.113.20", "22")
        assert found.group(6, 7) == ("open", "127.0.0.1")
        process.stdin.write(frame(b"one") + frame(b"x" * 2048) + b"\0\0" + frame(b"three"))
        process.stdin.flush()
        data, peer = server.recvfrom(4096)
        assert data == b"one"
        assert [len(server.recv(4096)) for _ in range(2)] == [2048, 5]
        server.sendto(b"answer", peer)
        assert read_frame(process) == (b"answer", 3)
        process.stdin.close()
        assert process.wait(20) == 0


def test_other_address(run):
    with session("::1") as (server, port), relay(run, "-a", "::1", port) as process:
        assert LINE.match(read_line(process)).group(6, 7) == ("open", "::1")
        process.stdin.write(frame(b"six"))
        process.stdin.flush()
        assert server.recv(100) == b"six"


def test_told_the_port(run):
    """`-`: the words come as a line, and frames right behind it."""
    with session() as (server, port), relay(run, "-") as process:
        process.stdin.write(f"-a 127.0.0.1 {port}\n".encode() + frame(b"one"))
        process.stdin.flush()
        assert LINE.match(read_line(process)).group(6, 7) == ("open", "127.0.0.1")
        assert server.recv(100) == b"one"


@pytest.mark.parametrize("text", ["", "60001", "x\n", "-a host 60001\n", "0\n", "1 " * 100])
def test_told_nonsense(run, text):
    with relay(run, "-") as process:
        process.stdin.write(text.encode())
        process.stdin.close()
        assert process.wait(20) == 1
        said = process.stderr.read().decode()
        assert said.startswith("awl-server relay: ") and said.count("\n") == 1, said
        assert "[-a ADDRESS] PORT" in said and process.stdout.read() == b"", said


def test_strangers_are_not_heard(run):
    with session() as (server, port), session() as (stranger, _), relay(run, port) as process:
        read_line(process)
        process.stdin.write(frame(b"x"))
        process.stdin.flush()
        _, peer = server.recvfrom(100)
        stranger.sendto(b"stranger", peer)
        server.sendto(b"server", peer)
        assert read_frame(process)[0] == b"server"


def test_slow_reader_loses_the_newest(run):
    """A reader that takes nothing costs at most the window: the rest is dropped, not kept."""
    with session() as (server, port), relay(run, port) as process:
        read_line(process)
        process.stdin.write(frame(b"x"))
        process.stdin.flush()
        _, peer = server.recvfrom(100)
        for number in range(2000):
            server.sendto(struct.pack(">I", number) + b"y" * 996, peer)
        server.settimeout(0.2)
        process.stdin.write(frame(b"still there"))
        process.stdin.flush()
        server.settimeout(20)
        assert server.recv(100) == b"still there"
        process.stdin.close()
        process.wait(20)
        assert len(process.stdout.read()) <= 2 * 65536 + 8192


def test_session_ends(run):
    with session() as (server, port), relay(run, port) as process:
        read_line(process)
        server.close()
        process.stdin.write(frame(b"x"))
        process.stdin.flush()
        assert process.wait(20) == 1


def test_framing_error(run):
    with session() as (_, port), relay(run, port) as process:
        read_line(process)
        process.stdin.write(b"\x08\x01")
        process.stdin.flush()
        assert process.wait(20) == 1


def test_closed_port(run):
    with session() as (server, port):
        server.close()
        with relay(run, port) as process:
            assert LINE.match(read_line(process)).group(6) == "closed"
            assert process.wait(20) == 1
            error = process.stderr.read().decode().splitlines()
    assert len(error) == 1 and str(port) in error[0], error


@pytest.mark.parametrize("argv", [
    [], ["0"], ["65536"], ["60001", "x"], ["-a", "host", "60001"], ["-a", "0.0.0.0", "60001"],
    ["-a", "224.0.0.1", "60001"], ["-x", "60001"],
])
def test_bad_arguments(run, argv):
    with relay(run, *argv) as process:
        assert process.wait(20) == 1
        assert process.stdout.read() == b""
        assert len(process.stderr.read().splitlines()) == 1


def forced(run, command):
    return relay(run, env={"SSH_ORIGINAL_COMMAND": command})


def test_forced_command(run):
    with session() as (server, port):
        with forced(run, f"awl-server relay -a 127.0.0.1 {port}") as process:
            assert LINE.match(read_line(process)).group(6) == "open"
            process.stdin.write(frame(b"x"))
            process.stdin.flush()
            assert server.recv(100) == b"x"


@pytest.mark.parametrize("command", [
    "awl-server new",
    "awl-server relay",
    "awl-server relay PORT; id",
    "sh -c 'awl-server relay PORT'",
    "X=1 awl-server relay PORT",
    "awl-server relay -a 192.0.2.1 PORT",
    "awl-server relay -a 0.0.0.0 PORT",
    "mosh-server relay PORT",
    "'awl-server relay PORT",
    "",
])
def test_forced_command_refuses(run, command):
    with session() as (_, port), forced(run, command.replace("PORT", str(port))) as process:
        assert process.wait(20) == 1
        assert process.stdout.read() == b""
        assert len(process.stderr.read().splitlines()) == 1


def test_forced_command_refuses_free_port(run):
    with session() as (server, port):
        server.close()
        with forced(run, f"awl-server relay {port}") as process:
            assert process.wait(20) == 1
            assert str(port) in process.stderr.read().decode()


def test_forced_command_refuses_anothers_port(run):
    """A UDP port of another user's is not this user's session."""
    os.seteuid(65534)  # a socket belongs to whoever makes it
    try:
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        os.seteuid(0)
    with other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with forced(run, f"awl-server relay {port}") as process:
            assert process.wait(20) == 1
            assert str(port) in process.stderr.read().decode()


def test_session_ends_unheard(run):
    """A relay that was left behind, as by a client that roamed, doesn't outlive its session: by
    itself it finds that nobody has the port."""
    with session() as (s, port), relay(run, port) as process:
        assert LINE.match(read_line(process))
        s.close()
        assert process.wait(120) == 1
