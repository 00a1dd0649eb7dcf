"""A real sshd for one run: generated keys, its own configuration, no file of the system
touched. It has its own /run (a fresh tmpfs in its mount namespace), so that sessions write no
login records of the machine."""

import os
import pwd
import subprocess

from .wait import until

SSHD = "/usr/sbin/sshd"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS")

# What a test asks for comes first, since sshd takes the first of several.
SERVER = """
{more}
Port {port}
AddressFamily any
HostKey {folder}/host_key
PidFile none
UsePAM no
StrictModes no
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile {folder}/user_key.pub
PrintMotd no
PrintLastLog no
AcceptEnv LANG LC_*
MaxStartups 100
SetEnv {environment}
"""

CLIENT = """
Host {alias}
  HostName {address}
  Port {port}
  User {user}
  IdentityFile {folder}/user_key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  {more}
"""

# As on a machine where the programs are installed, and a prompt that tests recognise.
PROFILE = """
PS1='awl-lab$ '
unset PROMPT_COMMAND
"""


class Sshd:
    """sshd in the network's server host, or in another role's at that address. `path`: folders
    put before the ordinary PATH of the remote side, such as the one with awl-server. `home`: the
    remote user's home folder, empty and made here, unless own_home asks for the real one.
    `ssh_config` is for the client: `ssh -F {ssh_config} server`. `env`: more for the remote
    environment. `name`: of the server's host, for the client to resolve; else it dials the
    address. `files`: {path: text}, files of the system, such as /etc/shadow, that are others
    for this sshd alone."""

    ALIAS = "server"

    def __init__(self, run, net, path=(), user=None, own_home=False, env=None, more_server="",
                 more_client="", port=22, files=None, role="s", address=None, name=None):
        self.run, self.net = run, net
        self.folder = run.new_folder("sshd")
        self.user = user or pwd.getpwuid(os.getuid()).pw_name
        account = pwd.getpwnam(self.user)
        self.home = account.pw_dir if own_home else os.path.join(self.folder, "home")
        tmp = os.path.join(self.folder, "tmp")
        os.mkdir(tmp)
        os.chmod(tmp, 0o1777)
        self.env = {"PATH": ":".join([*path, SYSTEM_PATH]), "TMPDIR": tmp, **(env or {})}
        self.env.update((name, os.environ[name]) for name in SANITIZERS if name in os.environ)
        if not own_home:
            self.env.update(HOME=self.home, SHELL="/bin/bash")
        self.owner = None if own_home else (account.pw_uid, account.pw_gid)
        self.ssh_config = os.path.join(self.folder, "ssh_config")
        self.log = os.path.join(self.folder, "sshd.log")
        self.process = None
        self.more_server, self.more_client = more_server, more_client
        self.port, self.files = port, files or {}
        self.role, self.address = role, address or net.server
        self.name = name or self.address
        if name:
            net.name(name, *net.servers)

    @property
    def ssh(self):
        """For --ssh=."""
        return f"ssh -F {self.ssh_config}"

    def __enter__(self):
        self.write()
        # The server's namespaces for network, mounts; then sshd takes the process's place.
        mounts = ["mount -t tmpfs -o mode=755 lab /run", "mkdir -m 755 /run/sshd"]
        for i, (path, text) in enumerate(self.files.items()):
            self.put(f"file{i}", text)
            mounts.append(f"mount --bind {self.folder}/file{i} {path}")
        script = " && ".join([*mounts, 'exec "$@"'])
        with open(self.log, "wb") as log:
            self.process = self.run.start(
                self.net.inside(self.role, "unshare", "--mount", "sh", "-c", script, "sh", SSHD, "-D",
                                "-e", "-f", os.path.join(self.folder, "sshd_config")),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(lambda: "Server listening" in self.log_text(), "sshd listens",
              detail=self.log_text)
        # The first packets of a new IPv6 network may wait a second for its neighbours.
        reach = f"exec 3<>/dev/tcp/{self.address}/{self.port}"
        until(lambda: subprocess.run(self.net.inside("c", "bash", "-c", reach)).returncode == 0,
              "sshd answers the client", detail=self.log_text)
        return self

    def __exit__(self, *exception):
        if self.process:
            self.run.stop(self.process)

    def log_text(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def logins(self):
        return self.log_text().count("Accepted publickey")

    def write(self):
        f = self.folder
        for name in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "awl-lab", "-f",
                            os.path.join(f, name)], check=True)
        if self.owner:
            os.mkdir(self.home)
            os.chown(self.home, *self.owner)
            for name in (".bashrc", ".bash_profile"):
                self.put(os.path.join("home", name), PROFILE)
            self.put(os.path.join("home", ".hushlogin"), "")
        environment = " ".join(f'"{name}={value}"' for name, value in self.env.items())
        self.put("sshd_config", SERVER.format(folder=f, environment=environment,
                                              port=self.port, more=self.more_server))
        with open(os.path.join(f, "host_key.pub")) as key:
            kind, text = key.read().split()[:2]
        name = self.name if self.port == 22 else f"[{self.name}]:{self.port}"
        self.put("known_hosts", f"{name} {kind} {text}\n")
        self.put("ssh_config", CLIENT.format(alias=self.ALIAS, address=self.name, folder=f,
                                             user=self.user, port=self.port,
                                             more=self.more_client))

    def put(self, name, text):
        with open(os.path.join(self.folder, name), "w") as out:
            out.write(text)

    def login_argv(self, *command):
        return self.net.inside("c", "ssh", "-F", self.ssh_config, "-o", "BatchMode=yes",
                               self.ALIAS, *command)

    def login(self, *command, **how):
        """One ssh login without a terminal, through the network; gives CompletedProcess."""
        return subprocess.run(self.login_argv(*command), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, **how)
