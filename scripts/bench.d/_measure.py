"""What the parts of scripts/bench share: running programs side by side and printing ratios."""
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.environ["WIREPOST_BIN"]


# Whether `once` looks at the memory of what it runs. Each look costs the program time, so it is not measured meanwhile.
looking = True


def once(argv, stdout=None, stdin=None, env=None):
    """Runs a program: wall seconds, CPU seconds, peak KiB (0 unless looking). A failure ends the part."""
    with open(os.devnull) as null, tempfile.TemporaryFile() as words:
        began = time.monotonic()
        child = subprocess.Popen(argv, stdin=stdin or null, stdout=stdout or subprocess.DEVNULL,
                                 stderr=words, env={**os.environ, **(env or {})})
        # The high-water mark that wait4 gives begins with this interpreter's own; /proc tells the program's.
        peak, done = 0, 0
        while looking and not done:
            try:
                with open(f"/proc/{child.pid}/status") as status:
                    text = status.read()
                if not os.readlink(f"/proc/{child.pid}/exe").split("/")[-1].startswith("python"):
                    peak = max(peak, *(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0)
            except (OSError, TypeError):
                pass
            done, status, used = os.wait4(child.pid, os.WNOHANG)
            if not done:
                time.sleep(0.002 if time.monotonic() - began < 0.05 else 0.05)
        if not looking:
            _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            words.seek(0)
            sys.exit(f"{argv[0]} failed ({child.returncode}): {words.read().decode(errors='replace')[:500]}")
    return wall, used.ru_utime + used.ru_stime, peak


def side_by_side(title, runs, rounds=3, before=None):
    """Runs each of {name: argv or callable} in interleaved rounds; prints medians and ratios to the first.

    A round before them warms the caches and looks at the memory."""
    global looking
    figures = {name: [] for name in runs}
    peaks = {}
    for looking in [True] + [False] * rounds:
        for name, argv in runs.items():
            if before:
                before()
            figure = argv() if callable(argv) else once(argv)
            if looking:
                peaks[name] = figure[2]
            else:
                figures[name].append((*figure[:2], peaks[name]))
    looking = True
    middle = lambda rows, i: sorted(row[i] for row in rows)[len(rows) // 2]
    first = next(iter(figures.values()))
    print(f"{title} (medians of {rounds}; ratios to the first line)")
    for name, rows in figures.items():
        wall, cpu, peak = (middle(rows, i) for i in range(3))
        w0, c0 = middle(first, 0), middle(first, 1)
        print(f"  {name:28} wall {wall:8.3f} s x{wall / w0:5.2f}   cpu {cpu:7.3f} s x{cpu / max(c0, 1e-4):5.2f}"
              f"   peak {peak / 1024:6.1f} MiB")
    return {name: tuple(middle(rows, i) for i in range(3)) for name, rows in figures.items()}


def fresh(work):
    """An empty directory for the next run, and nothing left to be written during it.

    On a disk what a run left is moved aside and removed at the end: ext4 shuns an inode for half a minute after its file was
    removed, and whoever creates ten thousand files then looks for others longer than for anything else."""
    if os.path.isdir(work):
        if work.startswith("/dev/shm"):
            shutil.rmtree(work)
        else:
            os.rename(work, f"{work}.{time.monotonic_ns()}")
    os.makedirs(work)
    os.sync()


class Live:
    """A real server of the tests' fixtures, as a context."""

    def __init__(self, name, *args, before=()):
        self.argv = [*before, os.environ["WIREPOST_LIVE"], name, *args]

    def __enter__(self):
        # In memory where there is such a place: it is not the disk that is measured.
        room = {**os.environ, "TMPDIR": "/dev/shm"} if os.path.isdir("/dev/shm") else None
        self.child = subprocess.Popen(self.argv, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, env=room)
        line = self.child.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.argv)} does not start")
        return json.loads(line)

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()


def have(program):
    if shutil.which(program):
        return True
    print(f"  ({program} is missing: left out)")
    return False


class Slow:
    """A proxy that holds every byte back, each way."""

    def __init__(self, port, seconds):
        self.to, self.delay = port, seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
            for a, b in ((client, server), (server, client)):
                a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def pump(self, a, b):
        line = queue.SimpleQueue()

        def deliver():
            while True:
                due, data = line.get()
                time.sleep(max(0, due - time.monotonic()))
                try:
                    if not data:
                        b.shutdown(socket.SHUT_WR)
                        return
                    b.sendall(data)
                except OSError:
                    return

        threading.Thread(target=deliver, daemon=True).start()
        while True:
            try:
                data = a.recv(65536)
            except OSError:
                data = b""
            line.put((time.monotonic() + self.delay, data))
            if not data:
                return
