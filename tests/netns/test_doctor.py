"""`awl doctor`: its report for people, the layers below UDP, and that nothing is left of it. The
causes by network: tests/matrix/test_causes.py."""

import pytest

from lab import programs
from lab.doctor import doctor
from lab.sshd import Sshd


def test_text(lab):
    """For people: plain lines, no screen, no terminal needed; the ports of -p in the rules."""
    lab = lab("drop")
    done = lab.output(programs.awl(), "doctor", f"--ssh={lab.sshd.ssh}", "-p60100:60110",
                      Sshd.ALIAS, env={"TERM": "unheard-of"})
    assert done.returncode == 0, done
    assert "\033" not in done.stdout and done.stderr == "", done
    lines = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert lines["path"].startswith(f"udp {lab.net.server}:601"), done
    assert "punched, client first" in lines["path"], done
    assert lines["cause"].startswith("punched: "), done
    assert lines["ufw"] == "ufw allow 60100:60110/udp", done
    assert lines["nftables"].endswith("udp dport 60100-60110 accept"), done
    assert "FromPort=60100,ToPort=60110," in lines["aws"], done
    assert lines["stun"].startswith("not asked"), done
    lab.wait_gone("s", "awl-server")
    lab.wait_gone("s", "sleep")
    lab.wait_gone("c", "ssh")


def test_layers(lab):
    """What isn't the network's fault: each is named, with what was said."""
    lab = lab("drop")
    status, report = doctor(lab, "--no-punch")
    assert (status, report["cause"]) == (1, "punching-forbidden"), report
    status, report = doctor(lab, "--server=no-such-server")
    assert (status, report["cause"]) == (255, "server-missing"), report
    assert "no-such-server" in report["error"], report
    status, report = doctor(lab, "--ssh-pty")
    assert (status, report["cause"]) == (255, "no-pipe"), report
    lab.run.stop(lab.sshd.process)
    status, report = doctor(lab)
    assert (status, report["cause"], report["carried"]) == (255, "ssh-failed", None), report
    assert "cannot log in" in report["error"], report


@pytest.mark.parametrize("path,status,cause", [
    ([programs.folder()], 1, "mosh-server-filtered"),
    ([], 255, "relay-missing"),
])
def test_mosh_server(lab, path, status, cause):
    """Behind a firewall: with a copy of awl-server beside it, and without."""
    lab = lab("drop", sshd={"path": path})
    got, report = doctor(lab, "--server=mosh-server")
    assert (got, report["cause"], report["server"]) == (status, cause, "mosh-server"), report
    assert report["relay"] == (status == 1), report
