"""Where the programs under test are. AWL_BUILD names meson's build folder (default: build in
the root of the source)."""

import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build():
    return os.path.abspath(os.environ.get("AWL_BUILD", os.path.join(ROOT, "build")))


def folder():
    return os.path.join(build(), "src", "programs")


def awl():
    return os.path.join(folder(), "awl")


def awl_client():
    return os.path.join(folder(), "awl-client")


def awl_server():
    return os.path.join(folder(), "awl-server")


def sanitized():
    """Built with sanitizers, which cost times of their own: a fork alone takes 100 ms."""
    path = os.path.join(build(), "meson-info", "intro-buildoptions.json")
    with open(path, encoding="utf-8") as options:
        return any(option["name"] == "b_sanitize" and option["value"] != "none"
                   for option in json.load(options))


def linkem():
    return os.path.join(build(), "tests", "lab", "linkem")


def greedy():
    return os.path.join(build(), "tests", "lab", "greedy")
