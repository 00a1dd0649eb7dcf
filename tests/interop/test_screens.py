"""The programs people use all day look the same in awl and in plain ssh: screens captured after
each step and compared, cell by cell, colours, backgrounds and cursor included."""

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
# Every bar moves as bars do: back to the left, over what was there.
PROGRESS = """import sys
for percent in range(101):
    done = "#" * (percent * 40 // 100)
    print(f"\\r\\033[32m{done:40}\\033[m {percent:3}% \\033[2m{'/-|'[percent % 3]}\\033[m", end="")
    if percent in (37, 80):
        sys.stdin.readline()
        print("\\033[A", end="")
for name in ("one", "two", "three"):
    print(f"\\n\\033[44m{name}\\033[K\\033[m", end="")
print("\\033[3A\\r\\033[2K\\033[7mover\\033[27m it\\033[3B\\r\\033[Klast line", flush=True)
sys.stdin.readline()
"""
TEXTS = """Chinese   你好，世界。中文字符测试 — 全角ＡＢＣ
Japanese  日本語のテキスト ｶﾅ ﾊﾝｶｸ
Korean    한국어 텍스트
Hindi     नमस्ते दुनिया, क्षत्रिय की हिन्दी
Arabic    مرحبا بالعالم مُحَمَّد لا إلٰه
Hebrew    שָׁלוֹם עולם
Thai      สวัสดีชาวโลก กี่ปุ่ม
Emoji     😀🚀👩🌍 x ✅ y ⭐ z 🧑 end
Marks     é ạ̈ ñ ố ü Z͑ͫ̓
Symbols   ─│┌┐└┘ █░ → ∞ ∑  ±§
"""
EMACS = ("(progn (setq create-lockfiles nil make-backup-files nil auto-save-default nil "
         "inhibit-startup-screen t) (global-display-line-numbers-mode))")
MC = """[Midnight-Commander]
auto_save_setup=false
skin=default
[Layout]
free_space=false
message_visible=true
keybar_visible=true
[Panels]
mini_status_format=name
"""
TERM = "xterm-256color"
PROMPT_COLOURED = (r"PS1='\[\e[1;32m\]user\[\e[0m\]:\[\e[38;5;27m\]\W\[\e[0m\]"
                   r"\[\e[48;2;40;40;90m\] ok \[\e[0m\] awl-lab$ '")

# Name: command, what shows that it runs, the keys of each step (tmux's names; a text in a list
# is typed), the keys that end it. Nothing follows emacs's C-g in one step: to the kernel it is the
# interrupt, which throws away what was typed and not yet read.
PROGRAMS = {
    "bash": (PROMPT_COLOURED, r"ok  awl-lab\$", [
        [["ls --color=always -l /etc/ssh /bin/sh"], "Enter"],
        [["echo a long line that goes on and on beyond the right edge of the window, and more"]],
        ["C-a", "M-f", ["ü"], "C-e", "Enter"], [["for i in $(seq 60); do echo $i; done"], "Enter"],
        ["C-l"], [["printf '\\e[4mx\\e[24;7my\\e[3;1mz\\e[m %s\\n' äöü 日本"], "Enter"]], []),
    "vim": ("vim -N -u NONE -i NONE -n +'syntax on' +'set nu hls ruler ttimeoutlen=5' file.c", "All$|Top$", [
        [], [["20Gzz"]], [["/text"], "Enter"], [["nn"]], [["dd5pO/* neu: äöü */"], "Escape"],
        [[":vsplit"], "Enter"], [["10jzt"]], ["C-w", ["w"], "C-f"], ["C-y", "C-y"],
        [[":q!"], "Enter"], [["Vjj"]], ["Escape", [":%s/x/日/g"], "Enter"]], ["Escape", [":qa!"], "Enter"]),
    "less": ("LESSHISTFILE=- less -R colours", "part 3", [
        [], ["Space"], ["Space"], [["b"]], [["/part 20"], "Enter"], [["jjj"]], [["G"]], [["kkkk"]],
        [["g"]]], [["q"]]),
    "man": ("MANPAGER=less LESSHISTFILE=- man -l ./lab.1", "DESCRIPTION", [
        [], ["Space"], [["/wrapped"], "Enter"], [["n"]], [["G"]], ["PPage"]], [["q"]]),
    "git": ("LESSHISTFILE=- LESS=R git -C repo log --graph --color --stat", "change 30", [
        [], ["Space"], [["jjjj"]], [["/change 12"], "Enter"], [["G"]]], [["q"]]),
    "tmux": ("tmux -u -L $NAME -f tmux.conf new-session -s inner -n one 'PS1=\"in$ \" sh'", "inner. 0:one", [
        [], [["seq 40"], "Enter"], ["C-b", ['"']], [["echo lower"], "Enter"], ["C-b", ["%"]],
        [["seq 30"], "Enter"], ["C-b", "Up", "C-b", ["["], "PPage"], [["q"]],
        ["C-b", ["z"]], ["C-b", ["c"]], ["C-b", ["p"]]], [["tmux -L $NAME kill-server"], "Enter"]),
    "htop": ("HTOPRC=$PWD/htoprc htop -d 1000 -p $(cat pid)", "F1Help", [
        [], ["Down"], ["F1"], ["Escape"], ["F6"], ["Down"], ["Escape"]], [["q"]]),
    "nvim": ("nvim -u NONE -i NONE -n +'set termguicolors nu hls ttimeoutlen=5' +'colorscheme desert' "
             "+'syntax on' file.c", "All$|Top$", [
        [], [["30Gzz"]], [[":vsplit"], "Enter"], [[":split"], "Enter"], [["/text"], "Enter"],
        ["C-w", ["l"], "C-f"], [["ddpO/* neu: äöü 日本 */"], "Escape"], [["Vjjj"]],
        ["Escape", [":set cursorline cursorcolumn"], "Enter"], [["10k5l"]]],
        ["Escape", [":qa!"], "Enter"]),
    "nano": ("nano --ignorercfiles --linenumbers --syntax=c file.c", "Read File", [
        [], ["PageDown"], ["C-w", ["part 20"], "Enter"], ["C-k", "C-k", "Down", "C-u"],
        ["C-a", ["/* äöü 日本 */"]], ["C-_", ["1"], "Enter"], ["M-A", "Down", "Down", "Down"]],
        ["C-x", ["n"]]),
    "emacs": (f"emacs -nw -Q --eval '{EMACS}' file.c", r"file.c +Top", [
        [], ["C-v"], ["C-s", ["text"]], ["C-g"], ["C-x", ["2"]], ["C-x", ["3"]], ["C-x", ["o"], "M->"],
        ["Enter", ["/* ü 日 */"]], ["C-x", ["1"]], ["C-Space", "M-v"], ["C-g"], ["M-x", ["tetr"]],
        ["C-g"]],
        ["C-x", "C-c", ["n"], ["yes"], "Enter"]),
    "mc": ("XDG_CONFIG_HOME=$PWD/conf mc --nosubshell --nomouse $PWD/repo /etc/ssh", "1Help", [
        [], ["Down", "Down"], ["Tab"], ["End"], ["F9"], ["Right"], ["Escape", "Escape"],
        ["Tab", "End", "F3"], ["F10"], ["F7", ["neu"]], ["Escape", "Escape"]], ["F10"]),
    "fzf": ("seq -f 'line %g of many ü日' 500 | fzf --layout=reverse --border --info=inline --multi "
            "--preview='echo {}; seq 5'", "500/500", [
        [], [["12"]], ["Down", "Tab", "Tab"], ["BSpace"], ["C-u", "Up", "Up"], ["PageDown"]],
        ["Escape"]),
    "progress": ("python3 progress.py", " 37%", [[], ["Enter"], ["Enter"]], []),
    "texts": ("clear; cat texts", "Symbols", [
        [], [["LESSHISTFILE=- less texts"], "Enter"], [["/o"], "Enter"], [["q"]],
        [["vim -N -u NONE -i NONE -n +'set nu ttimeoutlen=5' texts"], "Enter"], [["yyP3ll"]],
        [[":%s/ /_/g"], "Enter"], [["gg2lx2lx4jxxx"]], [[":vsplit"], "Enter"], [["G$i日ü"], "Escape"],
        [[":qa!"], "Enter"]], []),
}
# In one session, one after the other; what ends at a shell's prompt comes last.
SESSIONS = [("vim", "fzf"), ("less", "man", "mc"), ("git", "htop", "nano"), ("tmux", "progress"),
            ("nvim", "texts"), ("emacs", "bash")]
assert sorted(sum(SESSIONS, ())) == sorted(PROGRAMS)


def prepare(lab):
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
    put("progress.py", PROGRESS)
    put("texts", TEXTS)
    os.makedirs(os.path.join(home, "conf", "mc"))
    put("conf/mc/ini", MC)
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


class Both:
    """The same program in awl and in plain ssh, each with the terminal it is seen on."""

    def __init__(self, lab):
        self.home = lab.home
        self.screens = lab.awl(env={"TERM": TERM}), lab.ssh_screen(env={"TERM": TERM})
        self.names = [lab.run.name("inner") for _ in self.screens]
        for screen, name in zip(self.screens, self.names):
            screen.wait(PROMPT)
            screen.line(f"cd {lab.home}; export LANG=C.UTF-8 TERM={TERM} COLORTERM=truecolor NAME={name}")
        self.seen = [lab.enter_context(screen.watched()) for screen in self.screens]

    def run(self, start, running):
        for screen in self.screens:
            screen.line("clear; echo begin")
            screen.wait(r"\Abegin\n" + PROMPT)
            screen.line(start)
            screen.wait(running)

    def keys(self, keys):
        for screen in self.screens:
            for key in keys:
                if isinstance(key, list):
                    screen.type(key[0])
                else:
                    screen.key(key)

    def resize(self, cols, rows):
        for screen in (*self.seen, *self.screens):
            screen.resize(cols, rows)

    def same(self, step):
        same(*self.seen, step)

    def end(self, keys):
        self.keys(keys)
        for screen in self.screens:
            screen.wait(PROMPT)


@pytest.mark.parametrize("names", SESSIONS, ids="-".join)
def test_looks_the_same(lab, names):
    lab = lab("open")
    prepare(lab)
    both = Both(lab)
    sleeper = lab.run.start(lab.net.inside("s", "sleep", "1000"))
    with open(os.path.join(lab.home, "pid"), "w") as out:
        out.write(str(sleeper.pid))
    try:
        for name in names:
            start, running, steps, end = PROGRAMS[name]
            both.run(start, running)
            for number, keys in enumerate(steps):
                both.keys(keys)
                both.same(f"{name} {number} {keys}")
            if name in ("texts", "progress", "bash"):
                break  # what a shell's old lines do when narrowed is the terminal's
            for cols, rows in ((97, 31), (61, 20), (80, 24)):
                both.resize(cols, rows)
                both.same(f"{name} at {cols}x{rows}")
            both.end(end)
    finally:
        lab.run.stop(sleeper)
