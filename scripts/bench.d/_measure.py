"""What the parts of scripts/bench share: running programs side by side and printing ratios."""
import json
import os
import resource
import shutil
import subprocess
import sys
import time

BIN = os.environ["WIREPOST_BIN"]


def once(argv, stdout=None, stdin=None, env=None):
    """Runs a program: wall seconds, CPU seconds, peak KiB. A failure ends the part."""
    began = time.monotonic()
    with open(os.devnull) as null:
        child = subprocess.Popen(argv, stdin=stdin or null, stdout=stdout or subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        words = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{argv[0]} failed ({child.returncode}): {words.decode(errors='replace')[:500]}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss


def side_by_side(title, runs, rounds=3, before=None):
    """Runs each of {name: argv or callable} in interleaved rounds; prints medians and ratios to the first."""
    figures = {name: [] for name in runs}
    for _ in range(rounds):
        for name, argv in runs.items():
            if before:
                before()
            figures[name].append(argv() if callable(argv) else once(argv))
    middle = lambda rows, i: sorted(row[i] for row in rows)[len(rows) // 2]
    first = next(iter(figures.values()))
    print(f"{title} (medians of {rounds}; ratios to the first line)")
    for name, rows in figures.items():
        wall, cpu, peak = (middle(rows, i) for i in range(3))
        w0, c0 = middle(first, 0), middle(first, 1)
        print(f"  {name:28} wall {wall:8.3f} s x{wall / w0:5.2f}   cpu {cpu:7.3f} s x{cpu / max(c0, 1e-4):5.2f}"
              f"   peak {peak / 1024:6.1f} MiB")
    return {name: tuple(middle(rows, i) for i in range(3)) for name, rows in figures.items()}


class Live:
    """A real server of the tests' fixtures, as a context."""

    def __init__(self, name, *args):
        self.argv = [os.environ["WIREPOST_LIVE"], name, *args]

    def __enter__(self):
        self.child = subprocess.Popen(self.argv, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line:
            sys.exit(f"{self.argv[1]} does not start")
        return json.loads(line)

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()


def have(program):
    if shutil.which(program):
        return True
    print(f"  ({program} is missing: left out)")
    return False
