"""A run of the lab: names, folder, processes, and cleaning up after them.

Every namespace, folder and tmux socket has the process id of its run in its name, so runs side
by side never meet, and what a killed run left is known by an id that no longer lives."""

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

MARK = "awl-lab"
NAMED = re.compile(rf"^{MARK}-(\d+)-")


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def netns_list():
    with contextlib.suppress(FileNotFoundError):
        return os.listdir("/run/netns")
    return []


def netns_pids(name):
    """Processes whose network namespace is this one; they are ours, since it is."""
    done = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


def netns_empty(name):
    """Ends every process in the namespace: servers detach from whoever started them."""
    for sig, patience in ((signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0)):
        end = time.monotonic() + patience
        pids = netns_pids(name)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        while pids and time.monotonic() < end:
            time.sleep(0.01)
            pids = netns_pids(name)
        if not pids:
            return


def netns_delete(name):
    netns_empty(name)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def tmux_folder():
    return os.path.join(os.environ.get("TMUX_TMPDIR", "/tmp"), f"tmux-{os.getuid()}")


def tmux_kill(socket):
    subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(tmux_folder(), socket))


def clean(mine):
    """Removes what bears the mark and an id for which mine(pid) is true."""
    def names(folder):
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(folder):
                found = NAMED.match(name)
                if found and mine(int(found.group(1))):
                    yield name

    for name in list(names(tmux_folder())):
        tmux_kill(name)
    for name in list(names("/run/netns")):
        netns_delete(name)
    for name in list(names(tempfile.gettempdir())):
        shutil.rmtree(os.path.join(tempfile.gettempdir(), name), ignore_errors=True)


def clean_leftovers():
    """Of runs that died without a chance to clean up."""
    clean(lambda pid: not alive(pid))


class Run:
    """One per process; `with Run() as run`. Leaving it ends and removes everything."""

    def __init__(self):
        clean_leftovers()
        self.pid = os.getpid()
        self.count = 0
        self.folder = tempfile.mkdtemp(prefix=f"{MARK}-{self.pid}-")
        os.chmod(self.folder, 0o755)
        self.started = []
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def name(self, role):
        self.count += 1
        return f"{MARK}-{self.pid}-{self.count}-{role}"

    def path(self, name):
        return os.path.join(self.folder, name)

    def new_folder(self, role):
        self.count += 1
        path = self.path(f"{self.count}-{role}")
        os.mkdir(path)
        return path

    def start(self, argv, **how):
        """Popen in a group of its own, ended with the run at the latest."""
        process = subprocess.Popen(argv, start_new_session=True, **how)
        self.started.append(process)
        return process

    def stop(self, process, patience=2.0):
        if process in self.started:
            self.started.remove(process)
        for sig in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sig)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)

    def close(self):
        if os.getpid() != self.pid:
            return  # a forked child that leaves through exit(): nothing here is its own
        for process in reversed(self.started[:]):
            self.stop(process)
        clean(lambda pid: pid == self.pid)


def end_on_signals():
    """SIGTERM and SIGHUP unwind the stack like Ctrl-C does, so that `with` cleans up."""
    def handler(number, frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGHUP, handler)
