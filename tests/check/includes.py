#!/usr/bin/env python3
"""Keeps the include rules of ARCHITECTURE.md, section 3, true.

Prints TAP. Usage: includes.py SOURCE_ROOT
"""

import pathlib
import re
import sys

# What a layer may include besides itself; the same table stands in ARCHITECTURE.md.
LAYERS = {
    "base": set(),
    "crypto": {"base"},
    "transport": {"base", "crypto"},
    "terminal": {"base"},
    "state": {"base", "terminal", "transport"},
    "predict": {"base", "terminal"},
    "traversal": {"base"},
    "session": {"base", "crypto", "transport", "terminal", "state", "predict", "traversal"},
    "platform": {"base"},
    "programs": {"base", "platform", "session"},
}
EFFECTS = {"platform", "programs"}
# state/ and predict/ know of the layers beside them by one header only.
ONLY = {("state", "transport"): {"transport/sync.h"}}
ISO_C11 = {
    "assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h",
    "limits.h", "locale.h", "math.h", "setjmp.h", "signal.h", "stdalign.h", "stdarg.h",
    "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h",
    "string.h", "tgmath.h", "time.h", "uchar.h", "wchar.h", "wctype.h",
}
# Pure files may use of ISO C only what has no effect and no hidden state.
IMPURE = {"time.h", "signal.h", "locale.h", "threads.h", "wchar.h", "wctype.h", "setjmp.h"}
# The one file that may touch a foreign library.
FOREIGN = {
    "mbedtls/": {"crypto/ocb_aes.c"},
    "openssl/": {"crypto/ocb_openssl.c"},
    "zlib.h": {"transport/compress.c"},
    "protobuf-c/": {"transport/instruction.c", "base/pbuf.c", "base/pbuf.h"},
    ".pb-c.h": {
        "transport/instruction.c", "state/keys.c", "state/display.c", "state/terminal_message.h",
        "session/hello.c",
    },
    "term.h": {"platform/terminfo.c"},
    "curses.h": {"platform/terminfo.c"},
    "miniupnpc/": {"platform/igd.c"},
    "utempter.h": {"platform/utmp_utempter.c"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def foreign(name):
    return next((key for key in FOREIGN if name.startswith(key) or name.endswith(key)), None)


def problems(src):
    for path in sorted(src.rglob("*.[ch]")):
        rel = path.relative_to(src).as_posix()
        layer = rel.split("/")[0]
        if layer not in LAYERS:
            yield f"{rel}: {layer}/ is not a layer"
            continue
        for kind, name in INCLUDE.findall(path.read_text()):
            yield from check(rel, layer, kind, name)


def check(rel, layer, kind, name):
    library = foreign(name)
    if library:
        if rel not in FOREIGN[library]:
            yield f"{rel}: only {', '.join(sorted(FOREIGN[library]))} may include {name}"
    elif name.startswith("awl/"):
        pass
    elif kind == '"':
        other = name.split("/")[0]
        if "/" not in name:
            yield f"{rel}: write \"{name}\" from src/"
        elif other != layer and other not in LAYERS[layer]:
            yield f"{rel}: {layer}/ may not include {name}"
        elif name not in ONLY.get((layer, other), {name}):
            yield f"{rel}: of {other}/, {layer}/ may include only {ONLY[layer, other]}"
    elif layer not in EFFECTS and (name not in ISO_C11 or name in IMPURE):
        yield f"{rel}: {layer}/ is pure and may not include <{name}>"


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(problems(root / "src"))
    text = (root / "ARCHITECTURE.md").read_text()
    for layer in LAYERS:
        if not re.search(rf"^{layer}/\s", text, re.M):
            found.append(f"ARCHITECTURE.md: section 3 does not name {layer}/")
    for line in found:
        print("#", line)
    print("1..1")
    print("not ok" if found else "ok", "1 - include rules")
    return bool(found)


sys.exit(main())
