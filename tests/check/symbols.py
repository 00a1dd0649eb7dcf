#!/usr/bin/env python3
"""The pure library asks nothing of the system: no clock, descriptor, environment or locale, and
has no mutable globals of its own; of the shared library only awl_* can be seen.

Prints TAP. Usage: symbols.py ARCHIVE SHARED_LIBRARY
"""

import re
import subprocess
import sys

# Undefined symbols that a pure archive may have: memory, strings, text into memory, the compiler's
# own helpers, and the three foreign libraries.
ALLOWED = re.compile(
    r"""^(
    (malloc|calloc|realloc|free|abort|qsort|bsearch|strtoul|strtoull|strtol)
    | (mem|str)\w+ | v?snprintf | __v?snprintf_chk | __(mem|str)\w+_chk
    | __stack_chk_fail | __assert_fail | _GLOBAL_OFFSET_TABLE_
    | fputs | fwrite | stderr        # the last words when memory has run out
    | floor | ceil | fabs | log | exp | pow | sqrt | lround
    | mbedtls_aes_\w+ | EVP_\w+ | OPENSSL_cleanse | ERR_clear_error
    | deflate\w* | inflate\w* | adler32 | protobuf_c_\w+
    | __(asan|ubsan|sanitizer)\w*
    )$""",
    re.X,
)


def nm(archive, *flags):
    out = subprocess.run(["nm", *flags, archive], check=True, capture_output=True, text=True)
    return [line.split() for line in out.stdout.splitlines()]


def main():
    archive, shared = sys.argv[1:]
    rows = nm(archive)
    defined = {r[-1] for r in rows if len(r) == 3}
    undefined = {r[1] for r in rows if len(r) == 2 and r[0] == "U"}
    outside = sorted(s for s in undefined - defined if not ALLOWED.match(s))
    mutable = sorted(
        r[2]
        for r in rows
        if len(r) == 3 and r[1] in "bBdDC" and not r[2].startswith(("__", ".", "_ZZ"))
        # relocated tables of constants live in .data.rel.ro, which nm also calls d
    )
    constant = relocated_constants(archive)
    mutable = [s for s in mutable if s not in constant]
    for s in outside:
        print(f"# the pure library asks the system for {s}")
    for s in mutable:
        print(f"# the pure library has a mutable global: {s}")
    exported = sorted(r[-1] for r in nm(shared, "-D", "--defined-only"))
    foreign = [s for s in exported if not s.startswith("awl_")]
    for s in foreign:
        print(f"# the shared library exports {s}")
    print("1..3")
    print("not ok" if outside else "ok", "1 - no system calls")
    print("not ok" if mutable else "ok", "2 - no mutable globals")
    print("not ok" if foreign or not exported else "ok", "3 - exports awl_* only")
    return bool(outside or mutable or foreign or not exported)


def relocated_constants(archive):
    out = subprocess.run(["objdump", "-t", archive], check=True, capture_output=True, text=True)
    return {
        line.split()[-1] for line in out.stdout.splitlines() if ".data.rel.ro" in line
    }


sys.exit(main())
