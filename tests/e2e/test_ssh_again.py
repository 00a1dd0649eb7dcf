"""ssh during a session: it is left when UDP carries the session, and brings the pipe back when a
filtered server can't be reached from a new network."""

import os
import subprocess

from lab.session import PROMPT, echoes, leave, udp_since
from lab.wait import until

SECRET = "correct horse"


def up(screen):
    screen.wait(PROMPT)
    screen.log.first("session: udp")


def test_ssh_ends_once_udp_carries_the_session(lab):
    lab = lab("drop")
    screen = lab.awl()
    up(screen)
    assert lab.pids("c", "ssh")
    lab.wait_gone("c", "ssh", 60)
    until(lambda: len(lab.pids("s", "awl-server")) == 1, "only the session is left on the server")
    echoes(screen, 6)
    assert lab.sshd.logins() == 1
    leave(screen)


def test_keep_ssh(lab):
    lab = lab("drop")
    screen = lab.awl("--keep-ssh")
    up(screen)
    screen.line("sleep 40; echo rested")
    screen.wait("^rested$", 90)
    assert lab.pids("c", "ssh")
    leave(screen)


def test_keep_ssh_across_a_roam(lab):
    """The old pipe dies with the old network; another is brought up though UDP went on at once,
    and carries the session when UDP is blocked."""
    lab = lab("open")
    screen = lab.awl("--keep-ssh")
    up(screen)
    lab.net.roam()
    screen.log.first("ssh: relay up", 90)
    echoes(screen, 6)
    lab.net.block_udp()
    echoes(screen, 8)
    lab.net.block_udp(False)
    leave(screen)


def test_new_network(lab):
    lab = lab("drop")
    screen = lab.awl()
    up(screen)
    lines = len(screen.log.lines())
    lab.net.roam()
    echoes(screen, 6)
    assert screen.log.first("ssh: relay up")
    until(lambda: udp_since(screen.log, lines), "UDP again", detail=screen.log.text)
    lab.net.roam()
    echoes(screen, 8)
    leave(screen)
    lab.wait_gone("c", "ssh")


def test_never(lab):
    lab = lab("drop")
    screen = lab.awl("--repunch=never")
    up(screen)
    lab.net.roam()
    screen.wait("(?i)last contact", 60)
    assert lab.sshd.logins() == 1
    lab.net.roam()
    echoes(screen, 6)
    leave(screen)


def with_passphrase(lab):
    """The --ssh option with a key that needs one, and without an agent."""
    folder = lab.run.new_folder("secret")
    key, config = os.path.join(folder, "key"), os.path.join(folder, "config")
    with open(os.path.join(lab.sshd.folder, "user_key"), "rb") as old, open(key, "wb") as new:
        os.fchmod(new.fileno(), 0o600)
        new.write(old.read())
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", SECRET, "-f", key], check=True,
                   capture_output=True)
    with open(lab.sshd.ssh_config) as old, open(config, "w") as new:
        new.write(old.read().replace(f"{lab.sshd.folder}/user_key", key) + "  IdentityAgent none\n")
    return f"--ssh=ssh -F {config}"


def test_passphrase(lab):
    """ssh asks on the terminal, at the start and again after roaming, when the user says so."""
    lab = lab("drop")
    screen = lab.awl(with_passphrase(lab))
    screen.wait("Enter passphrase")
    screen.line(SECRET)
    up(screen)
    echoes(screen, 5)
    lab.net.roam()
    screen.wait("(?i)log in again", 60)
    screen.key("C-^")
    screen.key("r")
    screen.wait(r"gives up(.|\n)*Enter passphrase")
    screen.line(SECRET)
    screen.log.first("ssh: relay up")
    screen.wait(PROMPT)  # until then ssh throws away what is typed
    echoes(screen, 6)
    assert "by hand" in screen.log.text()
    leave(screen)


def test_passphrase_given_up(lab):
    """Ctrl-C at ssh's prompt brings the session's screen back, and ends nothing."""
    lab = lab("drop")
    screen = lab.awl(with_passphrase(lab))
    screen.wait("Enter passphrase")
    screen.line(SECRET)
    up(screen)
    lab.net.roam()
    screen.wait("(?i)log in again", 60)
    screen.key("C-^")
    screen.key("r")
    screen.wait(r"gives up(.|\n)*Enter passphrase")
    screen.key("C-c")
    screen.wait(PROMPT)
    lab.net.roam()
    echoes(screen, 6)
    leave(screen)


def test_forced_command(lab):
    """A second key that may do nothing but carry the session answers without a question."""
    lab = lab("drop")
    option = with_passphrase(lab)
    config = option.split()[-1]
    relay_key = os.path.join(os.path.dirname(config), "relay_key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", relay_key], check=True)
    with open(config, "a") as out:
        out.write(f"  IdentityFile {relay_key}\n")
    with open(relay_key + ".pub") as key, \
            open(os.path.join(lab.sshd.folder, "user_key.pub"), "a") as keys:
        keys.write(f'restrict,command="awl-server relay" {key.read()}')
    screen = lab.awl(option)
    screen.wait("Enter passphrase")
    screen.line(SECRET)
    up(screen)
    lab.net.roam()
    echoes(screen, 6)
    screen.log.first("ssh: relay up")
    leave(screen)


def test_session_gone(lab):
    """The session's process died while nobody typed: the relay says so, and awl ends."""
    lab = lab("drop")
    screen = lab.awl()
    up(screen)
    for pid in lab.pids("s", "awl-server"):
        os.kill(pid, 9)
    screen.wait("the session over there has ended", 60)
    assert screen.exit_status() == 1
