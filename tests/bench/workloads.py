"""What floods a terminal: files of the kinds that programs write, from a fixed seed, and the
child that writes one when a key is pressed."""

import os
import random

# Of letters that no workload has, so that a cell that shows one has changed: clients paint
# changed cells only.
READY = rb"\^~\^~\^"
END = rb"~\^\^~~\^"

WORDS = """the of request session worker timeout cache miss accepted from user status queue
connection closed by peer reading block index table page flushed in started finished""".split()
GLYPHS = "äöüßéèñçøåłžαβγδжщюя中文字符日本語한국어—…→✓€"


def words(chance, count):
    return " ".join(chance.choice(WORDS) for _ in range(count))


def ascii_log(chance):
    return (f"2024-05-{chance.randint(1, 28):02} 12:{chance.randint(0, 59):02} "
            f"INFO {words(chance, 7)} {chance.randint(0, 99999)}\r\n")


def long_lines(chance):
    return words(chance, 200) + "\r\n"


def light_cells(chance):
    return words(chance, 12).ljust(79)[:79] + "\r"


def unicode(chance):
    return "".join(chance.choice(GLYPHS) for _ in range(24)) + " " + words(chance, 3) + "\r\n"


def colour_log(chance):
    return (f"\x1b[2m12:00:{chance.randint(0, 59):02}\x1b[0m \x1b[1;3{chance.randint(1, 6)}m"
            f"{chance.choice(WORDS)}\x1b[0m {words(chance, 5)} \x1b[36m"
            f"{chance.randint(0, 9999)}\x1b[0m\r\n")


def sgr_dense(chance):
    row = "".join(f"\x1b[38;5;{chance.randint(0, 255)};48;5;{chance.randint(0, 255)}m"
                  f"{chance.choice('abcdefgh')}" for _ in range(40))
    return f"\x1b[{chance.randint(1, 24)};{chance.randint(1, 40)}H{row}"


def full_screen(chance):
    rows = "".join(f"\x1b[{row};1H\x1b[3{row % 8}m{words(chance, 11)[:78]}\x1b[K"
                   for row in range(1, 25))
    return f"\x1b[H{rows}\x1b[m"


def region_scroll(chance):
    return f"\x1b[3;20r\x1b[20;1H\n{words(chance, 9)[:78]}\x1b[3;1H\x1bM{words(chance, 5)}"


def cursor_motion(chance):
    return (f"\x1b[{chance.randint(1, 24)};{chance.randint(1, 70)}H{chance.choice(WORDS)}"
            f"\x1b[{chance.randint(1, 5)}C{chance.randint(0, 9)}\x1b[A\x1b[3D{chance.choice('xyz')}")


def short_lines(chance):
    return "y\r\n"


ALL = {made.__name__: made for made in (
    ascii_log, long_lines, light_cells, unicode, colour_log, sgr_dense, full_screen,
    region_scroll, cursor_motion, short_lines)}


def write(bench, name, megabytes):
    """The file of that workload; made once."""
    path = bench.run.path(f"{name}-{megabytes}")
    if not os.path.exists(path):
        chance = random.Random(name)
        # A pool of pieces that are all different, again and again: quick to make.
        pool = "".join(ALL[name](chance) for _ in range(2000)).encode()
        size = int(megabytes * (1 << 20))
        with open(path, "wb") as out:
            out.write((pool * (size // len(pool) + 1))[:size])
    return path


# $1: the file, $2: how often, $3: where the times of its first and last byte are put.
CHILD = r"""
stty -echo -opost
printf '\033[2J\033[H^~^~^'
read -r
from=$EPOCHREALTIME
i=0
while ((i++ < $2)); do cat "$1"; done
to=$EPOCHREALTIME
echo "$from $to" >"$3"
printf '\030\033[r\033[m\033[2J\033[2H~^^~~^'
read -r
"""


def flood(bench, path, count):
    return ["bash", "-c", CHILD, "flood", path, str(count), times_path(bench)]


def times_path(bench):
    return bench.run.path("times")


def taken(bench):
    """Seconds from the first byte written to the last byte taken."""
    with open(times_path(bench)) as times:
        start, end = map(float, times.read().split())
    return end - start
