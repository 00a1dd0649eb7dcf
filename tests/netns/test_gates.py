"""NATs that change ports, with what gets through them: port mappings (PCP, NAT-PMP, UPnP from
miniupnpd) and STUN (from coturn)."""

import pytest

from lab.gate import PUBLIC, Gate, Stun, read, shift_ports
from lab.session import PROMPT
from lab.wait import until


def used(screen):
    """A session with a command in it, to its end; gives the path line."""
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")
    screen.line("exit 7")
    assert screen.exit_status() == 7
    return screen.log.path_line()


@pytest.mark.parametrize("speaks", ["pcp", "nat-pmp", "upnp"])
def test_mapped_client(lab, run, speaks):
    """Behind a NAT with another port for every destination, a client with a mapping goes direct
    without a search, and gives its port back at the end."""
    lab = lab("sym/hostdrop", plan=PUBLIC)
    gate = Gate(run, lab.net, "c0", speaks)
    screen = lab.awl("--no-spray")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    assert gate.mappings() == 1, screen.log.text()
    assert "mapped port" in used(screen), screen.log.text()
    until(lambda: gate.mappings() == 0, "the port is given back")


def test_no_punch_asks_no_router(lab, run):
    lab = lab("sym/hostdrop", plan=PUBLIC)
    gate = Gate(run, lab.net, "c0", "pcp")
    screen = lab.awl("--no-punch")
    screen.wait(PROMPT)
    assert gate.mappings() == 0
    assert used(screen).startswith("ssh pipe"), screen.log.text()


@pytest.mark.parametrize("client", ["nat", "hostfw"])
def test_mapped_server(lab, run, client):
    """The same with the server behind such a NAT."""
    lab = lab(f"{client}/nat22-sym", plan=PUBLIC)
    gate = Gate(run, lab.net, "s0", "pcp")
    screen = lab.awl("--no-spray")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    assert gate.mappings() == 1
    assert used(screen).startswith("udp "), screen.log.text()
    until(lambda: gate.mappings() == 0, "the port is given back")


def test_both_mapped(lab, run):
    """Such NATs on both sides, where no search could find a way."""
    lab = lab("sym/nat22-sym", plan=PUBLIC)
    Gate(run, lab.net, "c0", "pcp")
    Gate(run, lab.net, "s0", "pcp")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    assert used(screen).startswith("udp "), screen.log.text()


def test_stun(lab, run):
    """A NAT that only changes ports is no obstacle where a STUN server tells which; and the two
    servers tell that it is one of that kind."""
    lab = lab("nat/hostdrop")
    shift_ports(lab.net, "c0")
    stun = Stun(run, lab.net)
    screen = lab.awl("--no-spray")
    screen.wait(PROMPT)
    until(lambda: "no answer over UDP" in screen.log.text(), "UDP is given up")
    assert used(screen).startswith("ssh pipe"), screen.log.text()

    screen = lab.awl("--no-spray", f"--stun={','.join(stun.servers)}")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    path = used(screen)
    assert "punched, client first" in path and "nat: port changed" in path, screen.log.text()


def test_stun_server(lab, run):
    """The word reaches the server, which asks as well."""
    lab = lab("nat/nat22")
    stun = Stun(run, lab.net)
    screen = lab.awl(f"--stun={stun.servers[0]}", 
                     """--server=sh -c 'exec awl-server "$@" -v 2>"$HOME/server.log"' sh""")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    log = f"{lab.home}/server.log"
    until(lambda: "stun: " in read(log), "the server has asked", detail=lambda: read(log))
    used(screen)


def test_mapped_client_roams(lab, run):
    """The mapping is the old network's; in the next one, and back again, things begin anew."""
    lab = lab("sym/hostdrop", plan=PUBLIC)
    gate = Gate(run, lab.net, "c0", "pcp")
    screen = lab.awl("--no-spray")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    for number, way in enumerate(("punched", "mapped port")):
        before = len(moved(screen))
        lab.net.roam()
        screen.line(f"echo $((6 * 7)) of {number}")
        screen.wait(f"^42 of {number}$")
        until(lambda: any(line.startswith("udp ") and way in line
                          for line in moved(screen)[before:]),
              "UDP carries it again", detail=screen.log.text)
    assert "mapped port" in used(screen), screen.log.text()
    until(lambda: gate.mappings() == 1, "the old port is left to its lease, the new one is not")


def moved(screen):
    """What carried the session, one after the other."""
    start = "session: moved to "
    return [text[len(start):] for _, text in screen.log.lines() if text.startswith(start)]


@pytest.mark.parametrize("client,ttl", [("open", 1), ("nat", 2), ("cgn", 3)])
def test_hops(lab, client, ttl):
    """Openers die at the first router past all of the client's NATs."""
    lab = lab(f"{client}/hostdrop")
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    assert used(screen).count(f", ttl {ttl}") == 1, screen.log.text()
