"""Terminals for programs under test: Screen is tmux, for what people see; Pty is a bare
pseudo-terminal, for bytes and their times."""

import codecs
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time

from .run import tmux_kill
from .wait import CEILING, until

# The terminal that tests show to programs. Latin or UTF-8 must not depend on the machine.
ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
DROPPED = ("TMUX", "TMUX_PANE", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_AUTH_SOCK",
           "DISPLAY", "LANGUAGE", "STY", "COLORTERM", "LINES", "COLUMNS")


def environment(more=None):
    env = {name: value for name, value in os.environ.items()
           if name not in DROPPED and not name.startswith(("MOSH_", "AWL_", "LC_"))}
    return {**env, **ENVIRONMENT, **(more or {})}


TMUX_CONFIG = """
set -g status off
set -g default-terminal xterm-256color
set -g remain-on-exit on
set -g remain-on-exit-format ""
set -s escape-time 0
set -g focus-events off
set -g allow-rename on
set -as terminal-features ",*:RGB:usstyle:overline:strikethrough"
"""


def cells(capture):
    """What `tmux capture-pane -e` gives, as rows of (letter, attributes), as far as anybody sees
    them: plain blanks at the end of a row are dropped."""
    rows, row, state = [], [], {}
    for part in re.findall(r"\x1b\[[0-9;:]*m|\x1b\([0B]|[\x0e\x0f]|\n|[^\x1b\n\x0e\x0f]", capture):
        if part == "\n":
            while row and row[-1] == (" ", ()):
                row.pop()
            rows.append(row)
            row = []
        elif part.startswith("\x1b["):
            attributes(state, part[2:-1])
        elif part in ("\x0e", "\x0f"):
            state["lines"] = "on"
            if part == "\x0f":
                del state["lines"]
        elif not part.startswith("\x1b"):
            row.append((part, look(part, state)))
    return rows


def look(letter, state):
    """The attributes that anybody sees: a blank has no ink, unless a line or inverse shows it."""
    if letter == " " and not state.keys() & {"underlined", "inverse", "struck", "overlined"}:
        state = {name: value for name, value in state.items() if name == "ground"}
    return tuple(sorted(state.items()))


PLAIN = {1: "bold", 2: "faint", 3: "italic", 4: "underlined", 5: "blink", 7: "inverse",
         8: "hidden", 9: "struck", 53: "overlined"}
ENDS = {22: ("bold", "faint"), 23: ("italic",), 24: ("underlined",), 25: ("blink",),
        27: ("inverse",), 28: ("hidden",), 29: ("struck",), 39: ("ink",), 49: ("ground",),
        55: ("overlined",), 59: ("line",)}
COLOURED = {38: "ink", 48: "ground", 58: "line"}


def attributes(state, words):
    """One SGR sequence of tmux's, into state. 38;5;0-7 is the same colour as 30-37."""
    words = words.split(";")
    numbers = [int(word.split(":")[0] or 0) for word in words]
    while numbers:
        word = words[-len(numbers)]
        number = numbers.pop(0)
        if number == 0:
            state.clear()
        elif word.startswith("4:"):
            state["underlined"] = word[2:]
        elif number in PLAIN:
            state[PLAIN[number]] = "on"
        elif number in ENDS:
            for name in ENDS[number]:
                state.pop(name, None)
        elif number in COLOURED:
            take = 2 if numbers[0] == 5 else 4
            colour, numbers = numbers[:take], numbers[take:]
            state[COLOURED[number]] = str(colour[1:])
        elif number // 10 in (3, 4):
            state["ink" if number < 40 else "ground"] = str([number % 10])
        elif number // 10 in (9, 10):
            state["ink" if number < 100 else "ground"] = str([number % 10 + 8])


class Screen:
    """A program in a tmux of its own (private socket, fixed size)."""

    def __init__(self, run, argv, cols=80, rows=24, env=None, cwd="/"):
        self.run = run
        self.socket = run.name("tmux")
        config = run.path("tmux.conf")
        if not os.path.exists(config):
            with open(config, "w") as out:
                out.write(TMUX_CONFIG)
        # tmux sets TERM itself, whatever the environment says.
        words = ["tmux", "-u", "-L", self.socket, "-f", config, "new-session", "-d", "-x",
                 str(cols), "-y", str(rows), "--", "env", f"TERM={environment(env)['TERM']}",
                 *argv]
        subprocess.run(words, check=True, capture_output=True, env=environment(env), cwd=cwd)
        self.pid = int(self.format("#{pane_pid}"))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        tmux_kill(self.socket)

    def tmux(self, *words, **how):
        return subprocess.run(["tmux", "-u", "-L", self.socket, *words], check=True,
                              capture_output=True, env=environment(), **how).stdout.decode(
                                  errors="replace")

    def format(self, text):
        return self.tmux("display-message", "-p", text).rstrip("\n")

    def rows(self):
        return [row.rstrip() for row in self.tmux("capture-pane", "-p").split("\n")[:-1]]

    def text(self):
        return "\n".join(self.rows()).rstrip("\n")

    def painted(self):
        """The rows as cells with their colours and attributes: see cells()."""
        return cells(self.tmux("capture-pane", "-p", "-e", "-N"))

    def watched(self):
        """A second terminal that this one is drawn on, and that knows no erasing in a colour: so
        what tmux leaves out of captures, cells erased in a colour, are blanks of that colour
        there. Keys and sizes go to this one; what it shows is read from that one."""
        return Screen(self.run, ["tmux", "-u", "-L", self.socket, "attach-session"],
                      *map(int, self.format("#{window_width} #{window_height}").split()),
                      env={"TERM": "tmux-256color"})

    def cursor(self):
        """(column, row, visible)"""
        x, y, flag = self.format("#{cursor_x} #{cursor_y} #{cursor_flag}").split()
        return int(x), int(y), flag == "1"

    def title(self):
        return self.format("#{pane_title}")

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def key(self, *names):
        """tmux's names of keys: Enter, Up, C-c, F1."""
        self.tmux("send-keys", *names)

    def line(self, text):
        self.type(text)
        self.key("Enter")

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def wait(self, pattern, ceiling=CEILING):
        """Until the regular expression is on the screen; gives the match."""
        return until(lambda: re.search(pattern, self.text(), re.M), f"screen shows {pattern!r}",
                     ceiling, detail=self.text)

    def wait_gone(self, pattern, ceiling=CEILING):
        until(lambda: not re.search(pattern, self.text(), re.M),
              f"screen no longer shows {pattern!r}", ceiling, detail=self.text)

    def still(self, quiet=0.4, ceiling=CEILING):
        """Until the screen has not changed for `quiet` seconds; gives its painted rows."""
        last, since = None, time.monotonic()

        def unchanged():
            nonlocal last, since
            now = (self.painted(), self.cursor())
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since >= quiet

        until(unchanged, "the screen comes to rest", ceiling, detail=self.text)
        return last[0]

    def exit_status(self, ceiling=CEILING):
        """Waits for the program's end; 0..255, or minus the signal that killed it."""
        def ended():
            dead, status, number = self.format(
                "#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}").split("|")
            if dead == "1" and not status and not number:
                # tmux 3.3 loses a SIGCHLD that comes while it makes a child of its own.
                os.kill(int(self.format("#{pid}")), signal.SIGCHLD)
            return dead == "1" and (status or f"-{number}").rstrip("-")

        return int(until(ended, "the program ends", ceiling, detail=self.text))


class Pty:
    """A program on a pseudo-terminal whose output is read as it comes, always: a list of
    (time.monotonic(), bytes)."""

    def __init__(self, run, argv, cols=80, rows=24, env=None, cwd="/", stderr=None):
        self.run = run
        self.chunks = []
        self.total = b""
        self.lock = threading.Condition()
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        self.resize(cols, rows)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave,
                                        stderr=stderr if stderr is not None else slave,
                                        env=environment(env), cwd=cwd, preexec_fn=own_terminal)
        os.close(slave)
        run.started.append(self.process)
        self.pid = self.process.pid
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.run.stop(self.process)
        self.reader.join(2)
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def read(self):
        while True:
            try:
                select.select([self.master], [], [])
                data = os.read(self.master, 65536)
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno not in (errno.EIO, errno.EBADF):
                    raise
                data = b""
            with self.lock:
                if data:
                    self.chunks.append((time.monotonic(), data))
                    self.total += data
                self.lock.notify_all()
            if not data:
                return

    def resize(self, cols, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def send(self, data, ceiling=CEILING):
        """All of it, however long the program takes to read it."""
        data = data.encode() if isinstance(data, str) else data
        end = time.monotonic() + ceiling
        while data:
            if time.monotonic() > end:
                raise AssertionError(f"{len(data)} bytes not taken within {ceiling} s")
            data = data[self.send_some(data[:4096], 1.0):]

    def send_some(self, data, patience):
        """What the tty takes of it; 0 when it took nothing for so many seconds."""
        if not select.select([], [self.master], [], patience)[1]:
            return 0
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0

    def wait(self, pattern, start=0, ceiling=CEILING):
        """Until the bytes since offset `start` match; gives (time, offset after the match)."""
        pattern = pattern.encode() if isinstance(pattern, str) else pattern
        end = time.monotonic() + ceiling
        with self.lock:
            while True:
                found = re.search(pattern, self.total[start:])
                if found:
                    return self.time_of(start + found.end()), start + found.end()
                left = end - time.monotonic()
                if left <= 0 or not self.reader.is_alive() and not self.lock.wait(0.1):
                    raise AssertionError(f"output never matched {pattern!r}; it ends with\n"
                                         f"{self.total[-2000:]!r}")
                self.lock.wait(min(left, 1))

    def time_of(self, offset):
        for when, data in self.chunks:
            offset -= len(data)
            if offset <= 0:
                return when
        return time.monotonic()

    def text(self):
        """What came so far without escape sequences: enough for plain lines."""
        text = codecs.decode(self.total, "utf-8", "replace")
        text = re.sub(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[\[(][0-9;?>=!]*[ -/]*[@-~]|\x1b.", "",
                      text)
        return text.replace("\r", "")

    def exit_status(self, ceiling=CEILING):
        try:
            return self.process.wait(ceiling)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {ceiling} s; output ends with\n"
                                 f"{self.total[-2000:]!r}") from None

    def signal(self, number=signal.SIGTERM):
        os.kill(self.pid, number)
