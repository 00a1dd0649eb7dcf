"""Minutes in which nobody types: what they cost."""

import os
import time

from lab.session import PROMPT
from lab.wait import MINUTE, wait_out


def switches(pid):
    """How often the process has gone to sleep, so how often it woke."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("voluntary_ctxt_switches"):
                return int(line.split()[1])
    raise AssertionError("no context switches in /proc")


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as listed:
            found += listed.read().split()
    return found


def test_idle_costs(lab):
    """From 60 s after UDP took over: at most 25 datagrams a minute each way, one wake-up a
    second and process, and no ssh, no relay, no helper left."""
    lab = lab("drop")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    wait_out(MINUTE)
    clients, servers = lab.pids("c", "awl"), lab.pids("s", "awl-server")
    assert len(clients) == 1, clients
    assert len(servers) == 1, f"relay still there? {servers}"
    assert not lab.pids("c", "ssh")
    assert not children(clients[0])
    assert len(children(servers[0])) == 1, "the shell and nothing else"
    before = lab.net.udp_counts("c"), lab.net.udp_counts("s")
    woken = switches(clients[0]), switches(servers[0])
    started = time.monotonic()
    wait_out(MINUTE)
    minutes = (time.monotonic() - started) / 60
    after = lab.net.udp_counts("c"), lab.net.udp_counts("s")
    woken = [switches(pid) - was for pid, was in zip((clients[0], servers[0]), woken)]
    sent = [(after[host][way] - before[host][way]) / minutes for host in (0, 1)
            for way in (0, 1)]
    assert max(sent) <= 25, f"datagrams a minute, client in/out, server in/out: {sent}"
    assert max(woken) / minutes <= 60, f"wake-ups, client and server: {woken}"
    screen.line("exit")
    assert screen.exit_status() == 0
