"""ssh that asks a person: agents that want a confirmation, a second factor. And ssh that isn't what
it was: a shared connection that dies, a name that leads to another machine."""

import os
import shutil
import subprocess

from lab.session import PROMPT, echoes, leave
from lab.sshd import Sshd
from lab.wait import until

PASSWORD = "271828"
HASH = ("$6$awl$NgrvCnVUic2A7kcCJeclZaLj4JaQpIwtWb2VAVYfq09"
        "r1LxzfN4juo2q/E2OQ1./0sO9othQhSUMqa55vzxWD.")  # crypt(3)


def dials(screen):
    return len(screen.log.times("ssh: dial"))


def roams_unheard(lab, screen):
    """To where only a person can log in: the bar says so, and how."""
    screen.log.first("session: udp")
    lab.net.roam()
    screen.wait("(?i)Ctrl-\\^ r to log in again", 60)


def back(screen):
    """ssh has the terminal until its relay is up, and throws away what was typed too early."""
    screen.log.first("ssh: relay up")
    screen.wait(PROMPT)


class Agent:
    """ssh-agent with the lab's key, which asks `askpass` before each use: a line in `asked` for
    each question, answered with yes as long as there is the file `yes`."""

    def __init__(self, lab):
        self.folder = lab.run.new_folder("agent")
        self.socket = os.path.join(self.folder, "s")
        self.asked, self.yes = (os.path.join(self.folder, name) for name in ("asked", "yes"))
        askpass = os.path.join(self.folder, "askpass")
        with open(askpass, "w") as out:
            out.write(f"#!/bin/sh\necho >>{self.asked}\ntest -e {self.yes}\n")
        os.chmod(askpass, 0o755)
        lab.run.start(["ssh-agent", "-D", "-a", self.socket], stdout=subprocess.DEVNULL,
                      env={**os.environ, "SSH_ASKPASS": askpass, "SSH_ASKPASS_REQUIRE": "force"})
        until(lambda: os.path.exists(self.socket), "the agent listens")
        subprocess.run(["ssh-add", "-q", "-c", os.path.join(lab.sshd.folder, "user_key")],
                       check=True, env={**os.environ, "SSH_AUTH_SOCK": self.socket},
                       capture_output=True)
        # Only the public half is where ssh looks: the agent has the other.
        key, config = (os.path.join(self.folder, name) for name in ("key", "config"))
        shutil.copy(os.path.join(lab.sshd.folder, "user_key.pub"), key + ".pub")
        with open(lab.sshd.ssh_config) as old, open(config, "w") as new:
            new.write(old.read().replace(f"{lab.sshd.folder}/user_key", key))
        self.option = f"--ssh=ssh -F {config}"

    def questions(self):
        try:
            return os.path.getsize(self.asked)
        except FileNotFoundError:
            return 0

    def allow(self, allowed):
        if allowed:
            with open(self.yes, "w"):
                pass
        else:
            os.unlink(self.yes)


def test_agent_that_asks(lab):
    """Refused once in the background, it isn't asked again unless the user says so."""
    lab = lab("drop")
    agent = Agent(lab)
    agent.allow(True)
    screen = lab.awl(agent.option, env={"SSH_AUTH_SOCK": agent.socket})
    screen.wait(PROMPT)
    assert agent.questions() == 1
    agent.allow(False)
    roams_unheard(lab, screen)
    asked, dialled = agent.questions(), dials(screen)
    assert asked == 1 + dialled >= 2
    agent.allow(True)
    screen.key("C-^")
    screen.key("r")
    back(screen)
    echoes(screen, 6)
    assert agent.questions() == asked + 1 and dials(screen) == dialled + 1, screen.log.text()
    leave(screen)


def test_two_factors(lab):
    """A key, and then a password: at the start, and again only when the user says so."""
    lab = lab("drop", sshd={
        "files": {"/etc/shadow": f"root:{HASH}:19000:0:99999:7:::\n"},
        "more_server": "PasswordAuthentication yes\nPermitRootLogin yes\n"
                       "AuthenticationMethods publickey,password"})
    screen = lab.awl()
    screen.wait("password:")
    screen.line(PASSWORD)
    screen.wait(PROMPT)
    roams_unheard(lab, screen)
    dialled = dials(screen)
    screen.key("C-^")
    screen.key("r")
    screen.wait(r"gives up(.|\n)*password:")
    screen.line(PASSWORD)
    back(screen)
    echoes(screen, 6)
    assert dials(screen) == dialled + 1, screen.log.text()
    leave(screen)


def test_ask_starts_nothing(lab):
    """--repunch=ask: not one login by itself, also where none would ask anything."""
    lab = lab("drop")
    screen = lab.awl("--repunch=ask")
    screen.wait(PROMPT)
    roams_unheard(lab, screen)
    assert lab.sshd.logins() == 1 and dials(screen) == 0
    screen.key("C-^")
    screen.key("r")
    back(screen)
    echoes(screen, 6)
    assert lab.sshd.logins() == 2
    leave(screen)


def test_master_dies(lab):
    """The session's pipe goes through a connection that was there before; when that dies, the
    next one is a connection of its own."""
    lab = lab("udpblock")
    folder = lab.run.new_folder("m")
    words = lab.net.inside("c", "ssh", "-F", lab.sshd.ssh_config, "-S", f"{folder}/s")
    master = lab.run.start([*words, "-M", "-N", Sshd.ALIAS], stdin=subprocess.DEVNULL)
    until(lambda: os.path.exists(f"{folder}/s"), "the master is there")
    screen = lab.awl(f"--ssh={lab.sshd.ssh} -S {folder}/s")
    screen.wait(PROMPT)
    echoes(screen, 5)
    assert lab.sshd.logins() == 1
    lab.run.stop(master)
    echoes(screen, 6)
    screen.log.first("ssh: relay up")
    assert lab.sshd.logins() >= 2
    leave(screen)


def test_another_machine(lab):
    """The name leads elsewhere the second time: that machine's relay sends on to the first."""
    lab = lab("near-noudp/near")
    other = lab.enter_context(Sshd(lab.run, lab.net, path=lab.sshd.env["PATH"].split(":"),
                                   port=2222, files={"/etc/machine-id": f"{'0' * 31}1\n"}))
    config = os.path.join(lab.run.new_folder("config"), "config")
    shutil.copy(lab.sshd.ssh_config, config)
    screen = lab.awl(f"--ssh=ssh -F {config}")
    screen.wait(PROMPT)
    shutil.copy(other.ssh_config, config)
    for pid in lab.pids("c", "ssh"):
        os.kill(pid, 9)
    echoes(screen, 6)
    screen.log.first("ssh: another machine answered")
    screen.log.first("ssh: relay up")
    assert other.logins() >= 2 and lab.sshd.logins() == 1
    leave(screen)
