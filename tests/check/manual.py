#!/usr/bin/env python3
"""The manual pages and completions against the programs: every option, every variable read from
the environment, every number of the protocol stands in both, and nothing else does.

Prints TAP. Usage: manual.py SOURCE_ROOT
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
# Where each program's option tables stand; awl-server's `relay` reads its one option by itself.
TABLES = {
    "awl": ["settings.c"],
    "awl-client": ["awl-client.c"],
    "awl-server": ["awl-server.c", "server_args.c"],
}
ROW = re.compile(r"\{\s*('(?P<letter>.)'|KEY_\w+),\s*(NULL|\"(?P<name>[a-z-]+)\"),\s*OPTION_")
# Read for what the system or a login means by them, not as settings of awl.
ORDINARY = {"HOME", "PATH", "DISPLAY", "SSH_AUTH_SOCK", "MOSH_CLIENT_PID"}


def read(name):
    path = ROOT / name
    return path.read_text() if path.exists() else ""


def section(page, title):
    found = re.search(rf"^# {title}$(.*?)(?=^# |\Z)", page, re.M | re.S)
    return found.group(1) if found else ""


def table_options(program):
    found = set()
    for name in TABLES[program]:
        for row in ROW.finditer(read(f"src/programs/{name}")):
            if row["letter"]:
                found.add("-" + row["letter"])
            if row["name"]:
                found.add("--" + row["name"])
    return found


def page_options(program):
    """Bold words at the head of an entry: lines that are not indented."""
    found = set()
    for line in section(read(f"doc/{program}.1.scd"), "OPTIONS").splitlines():
        if line.startswith("*-"):
            found.update(re.findall(r"\*(--?[a-zA-Z0-9#@-]+)\*", line))
    return found


def same(what, one, other):
    if one == other:
        return []
    return [f"{what}: only in the first {sorted(one - other)}, only in the second "
            f"{sorted(other - one)}"]


def check_options():
    for program in TABLES:
        table = table_options(program)
        if program == "awl-server":
            table |= {"-a"}
        if len(table) > 1:
            yield from same(f"{program}: table and manual", table, page_options(program))


def check_completions():
    table = table_options("awl")
    texts = {name: read(f"completions/{name}") for name in ("awl.bash", "_awl", "awl.fish")}
    for name, text in texts.items():
        if name == "awl.fish":
            found = {"--" + w for w in re.findall(r" -l ([a-z-]+)", text)}
            found |= {"-" + w for w in re.findall(r" -s (\w)", text)}
        else:
            found = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
            found |= {w for w in re.findall(r"(?<![\w-])-[0-9a-z](?![\w-])", text) if w in table}
        yield from same(f"completions/{name}: table and completion", table, found & table | {
            w for w in found if w.startswith("--")})


def check_environment():
    pages = "".join(read(f"doc/{p}.scd") for p in ("awl.1", "awl-client.1", "awl-server.1"))
    named = set(re.findall(r"\*((?:MOSH|AWL)_[A-Z_]+)\*", pages))
    used = set()
    for path in (ROOT / "src").rglob("*.c"):
        used |= set(re.findall(r"getenv\(\"(\w+)\"\)", path.read_text()))
        used |= set(re.findall(r"\"((?:MOSH|AWL)_[A-Z_]+)\"", path.read_text()))
    used -= ORDINARY
    missing = {name for name in used if name not in pages}
    if missing:
        yield f"read from the environment, not in any manual: {sorted(missing)}"
    if read("src/programs/awl-server.c") and named - used:
        yield f"in a manual, not read: {sorted(named - used)}"


def fields(text):
    """{(message, field, type): number}"""
    found = {}
    for message, body in re.findall(r"^message (\w+) \{(.*?)^\}", text, re.M | re.S):
        for kind, name, number in re.findall(
                r"^  (?:optional|repeated) (\w+) (\w+) = (\d+);", body, re.M):
            found[message, name, kind] = number
    return found


def check_messages():
    yield from same("awl.proto and awl-protocol(7)", set(fields(read("proto/awl.proto")).items()),
                    set(fields(read("doc/awl-protocol.7.scd")).items()))


def check_bits():
    code = {(n.lower(), bit) for n, bit in re.findall(
        r"#define HELLO_(\w+)\s+\(UINT64_C\(1\) << (\d+)\)", read("src/session/hello.h"))}
    page = {(name, bit) for bit, name in re.findall(
        r"^\|  (\d+)\n:  (\w+)\n", section(read("doc/awl-protocol.7.scd"), "MESSAGES"), re.M)}
    yield from same("hello.h and awl-protocol(7): feature bits", code, page)


def constant(header, name):
    found = re.search(rf"#define {name}[\s\\]+(\d+)", read(f"src/{header}"))
    return int(found.group(1)) if found else None


def check_constants():
    page = read("doc/awl-protocol.7.scd")
    flat = " ".join(page.split())
    for header, name, sentence in (
        ("session/hello.h", "HELLO_MAX", "## Hello At most {} bytes"),
        ("session/hello.h", "PATH_MESSAGE_MAX", "## Path At most {} bytes"),
        ("session/hello.h", "HELLO_AGENT_MAX", "for logs only, at most {} bytes"),
        ("session/hello.h", "HELLO_FIELD", "optional bytes hello = {};"),
        ("session/hello.h", "PATH_MESSAGE_FIELD", "optional bytes path = {};"),
        ("session/connect.h", "CONNECT_LINE_MAX", "printable ASCII, at most {} bytes"),
        ("session/frame.h", "FRAME_WINDOW", "A writer with {} bytes"),
        ("session/frame.h", "FRAME_DATAGRAM_MAX", "follows ({} at most)"),
        ("session/control.h", "CONTROL_LINE_MAX", "from 1 to 65535, at most {} bytes"),
        ("traversal/stun.h", "STUN_ANSWER_MS", "An answer counts for {} ms"),
        ("traversal/pmp.h", "PMP_NOTHING_MS", "After {} ms of silence"),
        ("traversal/pmp.h", "PMP_LEASE_S", "Leases of {} s are asked for"),
        ("traversal/pmp.h", "PMP_LEASE_MIN_S", "{} s is the least"),
        ("traversal/pmp.h", "PMP_LEASE_MAX_S", "and {} s the most"),
        ("session/control.h", "CONTROL_PER_SECOND", "at most {} a second, the rest"),
    ):
        value = constant(header, name)
        if value is None:
            yield f"{header}: {name} is not there"
        elif sentence.format(value) not in flat:
            yield f"awl-protocol(7) doesn't say \"{sentence.format(value)}\" ({name})"
    for header, name, unit, sentence in (
        ("session/frame.h", "FRAME_KEEPALIVE_MS", 1000, "after {} s without another frame"),
        ("session/frame.h", "FRAME_RELAY_IDLE_MS", 1000, "after {} s without a frame"),
        ("session/dial.h", "DIAL_LOGIN_MAX_MS", 1000, "that takes {} s waits for somebody"),
    ):
        value = (constant(header, name) or 0) // unit
        if sentence.format(value) not in flat:
            yield f"awl-protocol(7) doesn't say \"{sentence.format(value)}\" ({name})"


def main():
    checks = (check_options, check_completions, check_environment, check_messages, check_bits,
              check_constants)
    failed = False
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        problems = list(check())
        failed |= bool(problems)
        for line in problems:
            print("#", line)
        print("not ok" if problems else "ok", number, "-", check.__name__)
    return failed


sys.exit(main())
