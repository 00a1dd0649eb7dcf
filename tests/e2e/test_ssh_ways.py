"""The user's own ssh: whatever its configuration holds, awl starts, and overrides only what would
be in the way."""

import os
import re
import subprocess

import pytest

from lab import programs
from lab.session import PROMPT
from lab.wait import until


def works(screen, status=7):
    screen.wait(PROMPT)
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")
    screen.line(f"exit {status}")
    assert screen.exit_status() == status


@pytest.fixture(scope="module")
def server(run):
    from lab.session import Lab
    with Lab(run, "open", delay=1) as lab:
        yield lab


def configured(server, *lines):
    """The --ssh option for the lab's configuration with more lines for the host."""
    folder = server.run.new_folder("config")
    path = os.path.join(folder, "config")
    with open(server.sshd.ssh_config) as before, open(path, "w") as out:
        out.write(before.read() + "".join(f"  {line}\n" for line in lines))
    return f"--ssh=ssh -F {path}"


@pytest.mark.parametrize("lines", [
    ["RemoteCommand echo in the way"],
    ["RequestTTY force"],
    ["RequestTTY yes", "RemoteCommand tmux new -A"],
    ["StdinNull yes"],
    ["ForkAfterAuthentication yes", "StdinNull yes"],
    ["SessionType none"],
    ["LocalForward 127.0.0.1:7001 127.0.0.1:22", "ExitOnForwardFailure yes"],
    ["RemoteForward 7002 127.0.0.1:22", "ExitOnForwardFailure yes"],
    ["ForwardAgent yes", "ForwardX11 yes"],
    ["EscapeChar ~"],
    ["Compression yes", "ServerAliveInterval 1"],
    ["BatchMode yes", "ConnectTimeout 20"],
    ["LogLevel DEBUG"],
], ids=lambda lines: "+".join(line.split()[0] for line in lines))
def test_configuration(server, lines):
    screen = server.awl(configured(server, *lines))
    works(screen)
    assert screen.log.times("session: first state")
    assert "awl-server with relay" in screen.log.first("ssh: line read")[1]


def test_proxy_command(server):
    """Never replaced; and the name is then none of ours to resolve."""
    folder = server.run.new_folder("proxy")
    mark = os.path.join(folder, "used")
    screen = server.awl(configured(
        server, f"ProxyCommand sh -c 'touch {mark}; exec {server.sshd.ssh} -W %h:%p server'"))
    works(screen)
    assert os.path.exists(mark)
    assert "through a proxy" in screen.log.first("ssh: -G")[1]
    assert not screen.log.times("resolver")


def test_proxy_jump(server):
    jump = configured(server, "ProxyJump jump")
    with open(jump.split()[-1], "a") as out:
        out.write(f"\nHost jump\n  HostName {server.net.server}\n"
                  f"  User {server.sshd.user}\n"
                  f"  IdentityFile {server.sshd.folder}/user_key\n  IdentitiesOnly yes\n"
                  f"  UserKnownHostsFile {server.sshd.folder}/known_hosts\n")
    screen = server.awl(jump)
    works(screen)
    assert "through a proxy" in screen.log.first("ssh: -G")[1]


@pytest.mark.parametrize("persist", ["no", "yes"])
def test_shared_connection(server, persist):
    folder = server.run.new_folder("m")
    option = configured(server, "ControlMaster auto", f"ControlPath {folder}/s",
                        f"ControlPersist {persist}")
    try:
        works(server.awl(option))
        works(server.awl(option), status=0)
    finally:
        subprocess.run(server.net.inside("c", *option[6:].split(), "-O", "exit", "server"),
                       capture_output=True)


def test_login_scripts_that_talk(server):
    """What a login script prints goes to the user, also where it leaves a line open."""
    path = os.path.join(server.sshd.folder, "home", ".bashrc")
    with open(path) as file:
        before = file.read()
    try:
        with open(path, "w") as out:
            out.write("echo welcome; printf 'no newline'; echo AWL FUTURE words\n" + before)
        screen = server.awl()
        works(screen)
        screen.wait(r"^welcome\nno newline")
    finally:
        with open(path, "w") as out:
            out.write(before)


def test_command(server):
    """Words, not a shell's line, each as it is."""
    terminal = server.awl_pty("--no-init", command=["printf", "<%s>", "it's", "$HOME", "a b", ""])
    assert terminal.exit_status() == 0
    terminal.reader.join(5)
    assert "<it's><$HOME><a b><>" in terminal.text()


def test_status_of_a_command(server):
    screen = server.awl(command=["sh", "-c", "exit 42"])
    assert screen.exit_status() == 42
    screen = server.awl(command=["sh", "-c", "kill -9 $$"])
    assert screen.exit_status() == 137


def test_names_the_server_itself(server):
    works(server.awl(f"--server=env LESS=x {programs.awl_server()}"))


def test_ssh_pty(server):
    screen = server.awl("--ssh-pty")
    works(screen)
    assert screen.log.first("ssh: line read")[1].endswith("awl-server")


def test_mosh_server(server):
    screen = server.awl("--server=mosh-server")
    works(screen, status=0)
    assert "mosh-server" in screen.log.first("ssh: line read")[1]


def test_falls_back_to_mosh_server(run):
    from lab.session import Lab
    with Lab(run, "open", delay=1, sshd={"path": []}) as lab:
        screen = lab.awl()
        works(screen, status=0)
        assert "mosh-server" in screen.log.first("ssh: line read")[1]
        screen.wait("no awl-server on server, but mosh-server")


def test_another_client(server):
    screen = server.awl("--client=mosh-client")
    works(screen, status=0)
    works(server.awl(f"--client={programs.awl_client()}"))


def test_local(server):
    screen = server.screen(programs.awl(), "--local", f"--server={programs.awl_server()}",
                           "127.0.0.1", "sh", "-c", "echo $((6 * 7)) of them; read x; exit 3")
    screen.wait("^42 of them$")
    screen.key("Enter")
    assert screen.exit_status() == 3


def test_verbose_on_a_terminal(server):
    """Lines that would ruin the screen come when it is given back."""
    terminal = server.pty(programs.awl(), f"--ssh={server.sshd.ssh}", "-v", "server", "true")
    assert terminal.exit_status() == 0
    terminal.reader.join(5)
    text = terminal.text()
    for fact in ("ssh: started, pid", "ssh: line read, port", "session: first state",
                 "path: ", "end: status 0"):
        assert fact in text, text


def test_control_is_shown(server):
    screen = server.awl("--control")
    screen.wait(PROMPT)
    screen.line("exit")
    assert screen.exit_status() == 0
    # Wherever the line is wrapped.
    until(lambda: re.search(r"control FIFO on server: /\S+/control",
                            screen.text().replace("\n", "")), "the FIFO is named",
          detail=screen.text)


def test_client_port(server):
    screen = server.awl("--client-port=40404")
    screen.wait(PROMPT)
    screen.log.first("session: udp")
    done = server.output("ss", "-Huan", "sport = :40404")
    assert "40404" in done.stdout
    screen.line("exit")
    assert screen.exit_status() == 0
