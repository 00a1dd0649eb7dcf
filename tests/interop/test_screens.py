"""The programs people use all day look the same in awl and in plain ssh: screens captured after
each step and compared, cell by cell, colours and cursor included."""

import os
import subprocess
import time

import pytest

from lab.session import PROMPT
from lab.wait import TooLong, until

C_FILE = "".join(f"/* part {n} */\nint\nf{n}(const char *text, int x)\n{{\n    return x == {n} "
                 f'? text[{n}] : g("ü\\n", 0x{n:x});\n}}\n\n' for n in range(40))
MANUAL = """.TH LAB 1
.SH NAME
lab \\- a page with \\fBbold\\fP and \\fIunderlined\\fP words
.SH DESCRIPTION
""" + "".join(f"Paragraph {n} of \\fBthis\\fP page, long enough to be \\fIwrapped\\fP at the end "
              f"of a line or two.\n.PP\n" for n in range(30))
HTOP = """htop_version=3.2.2
config_reader_min_version=3
fields=0 48 1
hide_kernel_threads=1
tree_view=1
header_layout=two_50_50
column_meters_0=Hostname
column_meter_modes_0=2
column_meters_1=Blank
column_meter_modes_1=2
"""
# A terminal without bce is sent blanks where others are told to erase: tmux draws cells erased in
# a colour, but leaves them out of its captures.
PLAIN_TERM = "screen-256color"
PROMPT_COLOURED = (r"PS1='\[\e[1;32m\]user\[\e[0m\]:\[\e[38;5;27m\]\W\[\e[0m\]"
                   r"\[\e[48;2;40;40;90m\] ok \[\e[0m\] awl-lab$ '")

# Name: command, what shows that it runs, the keys of each step (tmux's names; a text in a list
# is typed).
PROGRAMS = {
    "bash": (PROMPT_COLOURED, r"ok  awl-lab\$", [
        [["ls --color=always -l /etc/ssh /bin/sh"], "Enter"],
        [["echo a long line that goes on and on beyond the right edge of the window, and more"]],
        ["C-a", "M-f", ["ü"], "C-e", "Enter"], [["for i in $(seq 60); do echo $i; done"], "Enter"],
        ["C-l"], [["printf '\\e[4mx\\e[24;7my\\e[3;1mz\\e[m %s\\n' äöü 日本"], "Enter"]]),
    "vim": ("vim -N -u NONE -i NONE -n +'syntax on' +'set nu hls ruler ttimeoutlen=5' file.c", "All$|Top$", [
        [], [["20Gzz"]], [["/text"], "Enter"], [["nn"]], [["dd5pO/* neu: äöü */"], "Escape"],
        [[":vsplit"], "Enter"], [["10jzt"]], ["C-w", ["w"], "C-f"], ["C-y", "C-y"],
        [[":q!"], "Enter"], [["Vjj"]], ["Escape", [":%s/x/日/g"], "Enter"]]),
    "less": ("LESSHISTFILE=- less -R colours", "part 3", [
        [], ["Space"], ["Space"], [["b"]], [["/part 20"], "Enter"], [["jjj"]], [["G"]], [["kkkk"]],
        [["g"]]]),
    "man": ("MANPAGER=less LESSHISTFILE=- man -l ./lab.1", "DESCRIPTION", [
        [], ["Space"], [["/wrapped"], "Enter"], [["n"]], [["G"]], ["PPage"]]),
    "git": ("LESSHISTFILE=- LESS=R git -C repo log --graph --color --stat", "change 30", [
        [], ["Space"], [["jjjj"]], [["/change 12"], "Enter"], [["G"]]]),
    "tmux": ("tmux -u -L $NAME -f tmux.conf new-session -s inner -n one 'PS1=\"in$ \" sh'", "inner. 0:one", [
        [], [["seq 40"], "Enter"], ["C-b", ['"']], [["echo lower"], "Enter"], ["C-b", ["%"]],
        [["seq 30"], "Enter"], ["C-b", "Up", "C-b", ["["], "PPage"], [["q"]],
        ["C-b", ["z"]], ["C-b", ["c"]], ["C-b", ["p"]]]),
    "htop": ("HTOPRC=$PWD/htoprc htop -d 1000 -p $(cat pid)", "F1Help", [
        [], ["Down"], ["F1"], ["Escape"], ["F6"], ["Down"], ["Escape"]]),
}


def prepare(lab, name):
    """The files that the programs look at; the same for both runs."""
    home = lab.home

    def put(path, text):
        with open(os.path.join(home, path), "w", encoding="utf-8") as out:
            out.write(text)

    put("file.c", C_FILE)
    put("colours", "".join(f"\033[3{n % 8};{n % 2}mpart {n}\033[0m \033[4{n % 8}m{n * n:9}\033[m "
                           f"ü日 {'long ' * (n % 23)}\n" for n in range(120)))
    put("lab.1", MANUAL)
    put("htoprc", HTOP)
    put("tmux.conf", "set -g status-right ''\nset -g default-terminal screen-256color\n"
                     "set -s escape-time 100\nset -g repeat-time 0\nset -g assume-paste-time 0\n")
    if name == "git":
        repo = os.path.join(home, "repo")
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"),
                                   ("DATE", "2026-01-02T03:04:05Z"))}
        script = ("git init -q -b main . && for i in $(seq 30); do echo $i >f$i; git add .; "
                  "git commit -qm \"change $i: mit Ümläuten\"; done && git checkout -q -b side "
                  "HEAD~3 && echo s >s && git add . && git commit -qm side && git checkout -q main "
                  "&& git merge -q -m merge side")
        os.mkdir(repo)
        subprocess.run(["sh", "-c", script], cwd=repo, check=True, env={**os.environ, **who})


def runs(row):
    """Cells as text with their attributes where those change, for people."""
    text, last = "", ()
    for letter, look in row:
        text += (f"{{{' '.join('='.join(pair) for pair in look)}}}" if look != last else "") + letter
        last = look
    return text


def same(ours, theirs, step):
    """Until both terminals show the same; programs take their time."""
    def shown(screen):
        x, y, visible = screen.cursor()
        return screen.painted(), (x, y) if visible else "hidden"

    def difference():
        mine, yours = shown(ours), shown(theirs)
        return None if mine == yours else (mine, yours)

    since, seen = time.monotonic(), None

    def rest():
        """The same, and for a while."""
        nonlocal since, seen
        both = shown(ours), shown(theirs)
        if both[0] != both[1] or both != seen:
            since, seen = time.monotonic(), both
        return time.monotonic() - since > 0.4

    try:
        until(rest, f"step {step}: same screens", 20)
    except TooLong:
        (mine, at), (yours, there) = difference() or ((None, None), (None, None))
        if mine is None:
            return
        lines = [f"cursor: awl {at}, ssh {there}"]
        for number, (a, b) in enumerate(zip(mine, yours)):
            if a != b:
                lines += [f"row {number}: awl {runs(a)}", f"row {number}: ssh {runs(b)}"]
        raise AssertionError(f"step {step}\n" + "\n".join(lines) + f"\nawl:\n{ours.text()}\n"
                             f"ssh:\n{theirs.text()}") from None


@pytest.mark.parametrize("name", PROGRAMS)
def test_looks_the_same(lab, name):
    lab = lab("open")
    prepare(lab, name)
    start, running, steps = PROGRAMS[name]
    ours, theirs = lab.awl(env={"TERM": PLAIN_TERM}), lab.ssh_screen(env={"TERM": PLAIN_TERM})
    sleeper = lab.run.start(lab.net.inside("s", "sleep", "1000"))
    with open(os.path.join(lab.home, "pid"), "w") as out:
        out.write(str(sleeper.pid))
    names = []
    for screen in (ours, theirs):
        names.append(lab.run.name("inner"))
        screen.wait(PROMPT)
        screen.line(f"cd {lab.home}; export LANG=C.UTF-8 TERM={PLAIN_TERM} NAME={names[-1]}; clear; echo begin")
        screen.wait(r"\Abegin\n" + PROMPT)
        screen.line(start)
        screen.wait(running)
    try:
        for number, keys in enumerate(steps):
            for screen in (ours, theirs):
                for key in keys:
                    if isinstance(key, list):
                        screen.type(key[0])
                    else:
                        screen.key(key)
            same(ours, theirs, f"{number} {keys}")
        for screen in (ours, theirs):
            screen.resize(97, 31)
        same(ours, theirs, "wider")
        for screen in (ours, theirs):
            screen.resize(61, 20)
        if name not in ("bash",):  # what a shell's old lines do when narrowed is the terminal's
            same(ours, theirs, "narrower")
    finally:
        lab.run.stop(sleeper)
