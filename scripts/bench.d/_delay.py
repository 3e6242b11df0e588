"""Two network namespaces and a slow link between them: a pair of TUN devices, and a process that hands packets from one to the
other after half the round trip. For kernels without netem; needs root."""
import collections
import ctypes
import fcntl
import os
import select
import signal
import struct
import subprocess
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
SERVER, CLIENT = "10.77.0.1", "10.77.0.2"


def ip(*words):
    subprocess.run(["ip", *words], check=True, stderr=subprocess.PIPE)


def tun(namespace):
    """A TUN device made in a namespace; its descriptor works from anywhere."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"slow0", IFF_TUN | IFF_NO_PI))
    return device


def forward(devices, seconds):
    """Packets of each go to the other one after so many seconds."""
    waiting = {device: collections.deque() for device in devices}
    other = {devices[0]: devices[1], devices[1]: devices[0]}
    while True:
        due = [queue[0][0] for queue in waiting.values() if queue]
        patience = max(0.0, min(due) - time.monotonic()) if due else None
        for device in select.select(devices, [], [], patience)[0]:
            try:
                while True:
                    waiting[other[device]].append((time.monotonic() + seconds, os.read(device, 65536)))
            except BlockingIOError:
                pass
        now = time.monotonic()
        for device, queue in waiting.items():
            while queue and queue[0][0] <= now:
                try:
                    os.write(device, queue.popleft()[1])
                except OSError:
                    pass


class Link:
    """`with Link(0.050) as link`: programs run behind `link.server` or `link.client` (words before their own) are that far apart."""

    def __init__(self, round_trip):
        self.seconds = round_trip / 2
        self.names = [f"wirepost-{side}-{os.getpid()}" for side in ("server", "client")]
        self.server, self.client = (["ip", "netns", "exec", name] for name in self.names)
        self.address = SERVER
        self.child = None

    def __enter__(self):
        try:
            # `localhost` is the far end there, so that the server's certificate is for the right name.
            for name in self.names:
                ip("netns", "add", name)
                os.makedirs(f"/etc/netns/{name}", exist_ok=True)
                with open(f"/etc/netns/{name}/hosts", "w") as hosts:
                    hosts.write(f"{SERVER} localhost\n")
            ready, tell = os.pipe()
            self.child = os.fork()
            if self.child == 0:
                try:
                    devices = [tun(name) for name in self.names]
                    # A link does not wait for its turn on a busy machine.
                    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))
                    os.write(tell, b"!")
                    forward(devices, self.seconds)
                finally:
                    os._exit(1)
            os.close(tell)
            if os.read(ready, 1) != b"!":
                raise OSError("no TUN device")
            for name, mine, peer in zip(self.names, (SERVER, CLIENT), (CLIENT, SERVER)):
                ip("-n", name, "link", "set", "lo", "up")
                ip("-n", name, "addr", "add", mine, "peer", peer, "dev", "slow0")
                ip("-n", name, "link", "set", "slow0", "up")
            return self
        except (OSError, subprocess.CalledProcessError):
            self.__exit__()
            return None

    def __exit__(self, *_):
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)
            subprocess.run(["rm", "-rf", f"/etc/netns/{name}"])
