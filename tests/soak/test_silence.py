"""Minutes of silence, and the hole is still there."""

import os
import signal
import time

from lab.wait import MINUTE, until, wait_out


def test_silence(lab):
    """A client that sleeps 300 s comes back through the hole, which the server kept open: the
    first datagram passes, without any ssh."""
    lab = lab("drop")
    terminal = lab.awl_pty()
    terminal.wait(r"awl-lab\$")
    terminal.log.first("session: udp")
    until(lambda: not lab.pids("c", "ssh"), "the pipe is closed", 90)
    os.kill(terminal.pid, signal.SIGSTOP)
    wait_out(5 * MINUTE)
    logins = lab.sshd.logins()
    heard = lab.net.wire_stats()["b2a"]["udp"]
    offset = len(terminal.total)
    os.write(terminal.master, b"echo $((6 * 7)) of them\n")
    os.kill(terminal.pid, signal.SIGCONT)
    woken = time.monotonic()
    until(lambda: lab.net.wire_stats()["b2a"]["udp"] > heard, "the server answers", pause=0.005)
    answered = time.monotonic() - woken
    when, _ = terminal.wait("42 of them", offset)
    assert lab.sshd.logins() == logins, "an ssh login had finished before the answer came"
    assert answered < 1.0 and when - woken < 5.0, (answered, when - woken)
