#!/usr/bin/env python3
"""Records how real programs answer keys, for test_typing: one file a session beside this one.

    record.py [NAME]...

Each key is typed when the answer to the one before has come, so that what belongs to which is
known. Lines: `size COLS ROWS`; `key BYTES`; `mode FLAGS PROGRAM` (e: the kernel echoes, c: it
edits lines) as of then; `out MS BYTES`, MS after the key. BYTES with %XX for what isn't plain."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
COLS, ROWS = 80, 24
LEFT, RIGHT, UP, HOME, END, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[H", "\x1b[F", "\x1b[3~"
BACK, ENTER = "\x7f", "\r"
NAMES = {"<left>": LEFT, "<right>": RIGHT, "<up>": UP, "<home>": HOME, "<end>": END,
         "<del>": DELETE, "<bs>": BACK, "<cr>": ENTER, "<esc>": "\x1b", "<c-a>": "\x01",
         "<c-e>": "\x05", "<c-u>": "\x15", "<c-w>": "\x17", "<c-d>": "\x04", "<c-k>": "\x0b",
         "<c-x>": "\x18", "<down>": "\x1b[B",
         "<m-b>": "\x1bb", "<m-f>": "\x1bf", "<tab>": "\t", "<c-right>": "\x1b[1;5C",
         "<c-left>": "\x1b[1;5D", "<c-b>": "\x02", "<c-y>": "\x19", "<f6>": "\x1b[17~"}

SHELL = ("cd src<cr>ls -l<cr>echo the quick brown fox jumps<cr>"
         "grep -n mian main.c<bs><bs><left><left><left><left><right>x<bs><cr>"
         "git comit<left><left>m<end> -m 'first words of it'<cr>"
         "seq 30<cr>echo at the bottom of the screen<cr>true<cr>echo once more<c-u>ls *.c<cr>"
         "echo one two three<c-a><right><right><right><right><right>x<c-e> four<cr>"
         "echo \u00e4\u00f6\u00fc \u65e5\u672c\u8a9e end<cr>"
         "make all the targets that there are<bs><bs><bs>re<cr>"
         "echo a long line that goes on beyond the right edge of the window, and then on<cr>"
         "echo last words<cr>")
SESSIONS = {
    "bash": (["bash", "--norc", "-i"], SHELL),
    "zsh": (["zsh", "-f", "-i"], "source /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh<cr>"
            "clear<cr>" + SHELL + "echo the quick brown dog<cr>git commit -m 'first things'<cr>"),
    "fish": (["fish", "--no-config", "-i"], SHELL.replace("<c-u>", "<bs>" * 14) +
             "echo the quick brown dog<cr>git commit -m 'first things'<cr>"),
    "dash": (["dash", "-i"], "ls -l<cr>echo plain words<cr>cat<cr>some lines that are<cr>"
             "echoed by the kernel<bs><bs><bs><bs><bs><bs>system<cr>with erased words<c-w>lines<cr>"
             "and a line killed<c-u>or not<cr><c-d>echo back in the shell<cr>"),
    "vim": (["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "main.c"],
            "jjjkwwbxxjjjjiint here we are, typing words<cr>and more of them on another line"
            "<esc>kkxddpjjA; // the end<esc>yypyyp/main<cr>nncwother<esc>u:set nu<cr>jjjj0dwhhllxx"
            "Oa line above with several words<esc>:q!<cr>"),
    "nano": (["nano", "main.c"],
             "typing some text at the top<cr>second line of it, with erorr<bs><bs><bs>ror corrected<cr>"
             "<down><down><down>in the middle of things <cr>and so on until the end comes<c-x>n"),
    "less": (["less", "text"], "jjjjkkkk ddu/line 40<cr>nnNggG?words<cr>nbbbq"),
    "python": (["python3", "-q", "-i"], "x = 6 * 7<cr>print(x)<cr>for i in range(3):<cr>"
               "    print(i, x)<cr><cr>words = 'one two three'.split()<cr>len(words)<bs><bs>)<cr>"
               "def f(a, b):<cr>    return a + b<cr><cr>f(1, 2)<cr>"),
    "password": (["bash", "--norc", "-i"],
                 "ls<cr>echo words before it<cr>"
                 "python3 -c 'import getpass; getpass.getpass()'<cr>qzvkxjqw<bs>zq<cr>"
                 "echo words after it<cr>read -s -p 'PIN: ' x<cr>7391zq<cr>"
                 "read -p 'Name: ' n; read -s -p 'Pass: ' p<cr>alice<cr>qkzvxq<cr>echo done<cr>"),
}


def keys(text):
    while text:
        for name, value in NAMES.items():
            if text.startswith(name):
                yield value
                text = text[len(name):]
                break
        else:
            yield text[0]
            text = text[1:]


def plain(data):
    return "".join(chr(b) if 0x20 < b < 0x7f and b != 0x25 else f"%{b:02x}" for b in data)


def mode(master):
    attributes = termios.tcgetattr(master)
    group = os.tcgetpgrp(master)
    try:
        with open(f"/proc/{group}/comm") as comm:
            name = comm.read().strip()
    except OSError:
        name = "-"
    flags = ("e" if attributes[3] & termios.ECHO else "") + (
        "c" if attributes[3] & termios.ICANON else "")
    return f"mode {flags or '-'} {name}"


class Session:
    def __init__(self, argv, home):
        env = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": home,
               "PS1": "user@host:~$ ", "HISTFILE": "", "PYTHONDONTWRITEBYTECODE": "1"}
        self.lines = [f"size {COLS} {ROWS}"]
        self.mode = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))

    def note_mode(self):
        now = mode(self.master)
        if now != self.mode:
            self.mode = now
            self.lines.append(now)

    def answer(self, quiet, patience):
        begun = last = time.monotonic()
        while time.monotonic() < last + quiet and time.monotonic() < begun + patience:
            if select.select([self.master], [], [], 0.005)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                last = time.monotonic()
                self.lines.append(f"out {round((last - begun) * 1000)} {plain(data)}")
                self.note_mode()
        self.note_mode()
        return True

    def run(self, text):
        self.answer(0.5, 5)
        for key in keys(text):
            self.lines.append(f"key {plain(key.encode())}")
            os.write(self.master, key.encode())
            if not self.answer(0.4 if key in "\r" else 0.07, 5):
                break
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def main():
    for name in sys.argv[1:] or SESSIONS:
        argv, text = SESSIONS[name]
        with tempfile.TemporaryDirectory() as home:
            os.mkdir(home + "/src")
            with open(home + "/main.c", "w") as out:
                out.write("".join(f"/* {n} */\nint main{n}(void)\n{{\n    return {n};\n}}\n\n"
                                  for n in range(9)))
            with open(home + "/text", "w") as out:
                out.write("".join(f"line {n} of many words\n" for n in range(200)))
            session = Session(argv, home)
            session.run(text)
        with open(f"{HERE}/{name}.rec", "w") as out:
            out.write("\n".join(session.lines) + "\n")
        print(name, len(session.lines))


if __name__ == "__main__":
    main()
