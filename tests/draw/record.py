#!/usr/bin/env python3
"""Records what programs draw, for workload.c: one file a session beside this one.

    record.py [NAME]...

Written as by tests/predict/record.py, whose sessions are used as well."""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "predict"))
sys.dont_write_bytecode = True

from record import Session  # noqa: E402

# On a host with a name of its own and few processes: what runs here is nobody's business.
ALONE = ["unshare", "--pid", "--fork", "--mount-proc", "--uts", "sh", "-c",
         "hostname host; for n in 1 2 3 4 5 6; do sleep 60$n & done; "
         "sh -c 'while :; do :; done' & exec \"$@\"", "sh"]
TMUX = ["tmux", "-L", "record", "-f", "/dev/null"]
SESSIONS = {
    "htop": ([*ALONE, "htop", "-d", "20"], "<down><down><down><up>    <f6><esc>tt<down><down>q"),
    "top": ([*ALONE, "top", "-d", "1"], "  c  <down><down>  q"),
    "man": (["man", "tar"], "jjjjj   bb/verbose<cr>nnnkkkkGgq"),
    "tmux": ([*ALONE, *TMUX, "new-session", "bash --norc"],
             "seq 40<cr><c-b>%ls /etc<cr>seq 30<cr><c-b>\"echo below<cr>ls /usr<cr>"
             "<c-b>oecho back<cr>seq 12<cr><c-b>zclear<cr>seq 30<cr><c-b>zexit<cr>exit<cr>exit<cr>"),
    "vim_code": (["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "--cmd", "syntax on",
                  "--cmd", "set number hlsearch ruler", "main.c"],
                 "<c-d><c-d><c-u>jjjjjjjjjjjj<c-e><c-e><c-e><c-y>GgggOint added(void)<cr>{<cr>"
                 "return 1;<cr>}<esc>uddddp:%s/main/other/g<cr>u/return<cr>nnn:vsplit<cr>"
                 "<c-d><c-e><c-e>:q<cr>:split<cr>jjjjjjjj<c-d>:q!<cr>:q!<cr>"),
}


def main():
    for name in sys.argv[1:] or SESSIONS:
        argv, text = SESSIONS[name]
        with tempfile.TemporaryDirectory() as home:
            with open(home + "/main.c", "w") as out:
                out.write("".join(f"/* {n} */\nint\nmain{n}(int count)\n{{\n    char *s = \"{n}\";\n\n"
                                  f"    if (count > {n})\n        return {n};\n    return s[0];\n}}\n\n"
                                  for n in range(30)))
            session = Session(argv, home)
            session.run(text)
        with open(f"{HERE}/{name}.rec", "w") as out:
            out.write("\n".join(session.lines) + "\n")
        print(name, len(session.lines))


if __name__ == "__main__":
    main()
