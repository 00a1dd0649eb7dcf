"""The flow of 2012 as awl(1) shows it: the manual's own script, with nothing but ssh, sed, echo
and awl-client."""

import os
import re

from lab import programs
from lab.session import PROMPT
from lab.wait import until


def manual_script():
    with open(os.path.join(programs.ROOT, "doc", "awl.1.scd")) as page:
        text = page.read()
    found = re.search(r"^```\n(#!/bin/sh\n# usage: punch.*?)^```$", text, re.M | re.S)
    assert found, "awl(1) shows the script"
    return found.group(1).replace("\\\\", "\\")  # as scdoc prints it


def test_flow(run, lab):
    lab = lab("drop", sshd={"env": {"TMPDIR": run.new_folder("tmp")}})
    folder = lab.run.new_folder("punch")
    for name, text in (("punch", manual_script()),
                       ("ssh", f'#!/bin/sh\nexec /usr/bin/ssh -F {lab.sshd.ssh_config} "$@"\n')):
        with open(os.path.join(folder, name), "w") as out:
            out.write(text)
        os.chmod(os.path.join(folder, name), 0o755)
    path = f"{folder}:{programs.folder()}:{os.environ['PATH']}"
    screen = lab.screen(os.path.join(folder, "punch"), lab.sshd.ALIAS, env={"PATH": path})
    screen.wait(PROMPT)
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")

    # After a change of network the same line with the new address is all it takes.
    lab.net.roam()
    fifo = lab.sshd.login("ls -d $TMPDIR/*/control").stdout.strip()
    lab.sshd.login(f"echo {lab.net.place()[0]} 50001 >{fifo}")
    screen.line("echo $((6 * 8)) of them")
    screen.wait("^48 of them$")
    screen.line("exit")
    assert screen.exit_status() == 0
    until(lambda: lab.sshd.login("ls $TMPDIR").stdout == "", "the FIFO is removed")
