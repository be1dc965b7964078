"""Three machines under test, by deploy/local-cluster.sh: started in a fresh folder, broken, mended, asked."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

from dure_node import BINARY, ROOT, Gateway, wait_until
from loop_disk import Disk

SCRIPT = ROOT / "deploy" / "local-cluster.sh"
NAMES = ("n1", "n2", "n3")
GATEWAY_PORT = 8080

Line = namedtuple("Line", "pid state gateway nats has_nats")


def skip_unless_possible():
    """Ends the program as skipped (77) where no network namespace can be made."""
    if os.geteuid() != 0:
        reason = "needs root"
    elif subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode != 0:
        reason = "this kernel or container lets nobody make one"
    elif not shutil.which("ip"):
        reason = "needs iproute2: deploy/install-deps.sh --tests"
    else:
        return
    print(f"skipped: cannot make network namespaces: {reason}")
    sys.exit(77)


class Cluster:
    """Machines n1, n2 and n3. `down` ends all and is safe to call again; `gateways` are there after `up`."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dure-cluster-"))
        self.gateways = {}
        self.disks = {}  # (name, "data" or "nats") -> Disk

    def run(self, *words, check=True, timeout=120):
        """Runs the script; returns what it did, with its output."""
        done = subprocess.run(
            [SCRIPT, *words, "--dir", self.folder],
            capture_output=True, text=True, timeout=timeout, check=False,
            env={**os.environ, "DURE_BINARY": str(BINARY)},
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def up(self, wait=60):
        """Starts all; waits until all are ready at once, unless `wait` is 0."""
        done = self.run("up", "--wait", str(wait), check=False, timeout=wait + 60)
        if done.returncode != 0:
            raise AssertionError("\n".join([done.stdout + done.stderr, *map(self.printed, NAMES)]))
        for name, line in self.status().items():
            self.gateways[name] = Gateway(line.gateway.split("//")[1].split(":")[0], GATEWAY_PORT)
        return self

    def status(self):
        """Returns a Line for each machine's name; its pid is 0 when the node does not run."""
        found = {}
        for line in self.run("status").stdout.splitlines():
            name, pid, state, gateway, nats, *rest = line.split()
            found[name] = Line(0 if pid == "-" else int(pid), state, gateway, nats, not rest)
        return found

    def give_disks(self, mebibytes):
        """Before `up`: every machine's data and its nats-server's each get a small file system of their own."""
        for name in NAMES:
            for what in ("data", "nats"):
                self.disks[name, what] = Disk(mebibytes, self.folder / name / what)

    def ask(self, name, method, path, body=None, headers=None, timeout=60):
        return self.gateways[name].ask(method, path, body, headers, timeout)

    def is_alive(self, name):
        try:
            return self.ask(name, "GET", "/livez", timeout=2).status == 200
        except OSError:
            return False

    def wait_alive(self, *names, seconds=60):
        for name in names or NAMES:
            try:
                wait_until(lambda name=name: self.is_alive(name), seconds, f"{name} answers")
            except AssertionError as failure:
                raise AssertionError(f"{failure}\n{self.printed(name)}") from None

    def kill(self, name):
        self.run("kill", name)

    def kill_machine(self, name):
        self.run("kill-machine", name)

    def start(self, name):
        self.run("start", name)

    def pause(self, name):
        self.run("pause", name)

    def resume(self, name):
        self.run("resume", name)

    def signal_nats(self, name, number):
        """Sends a signal to a machine's nats-server."""
        os.kill(int((self.folder / "run" / f"{name}.nats").read_text().split()[0]), number)

    def partition(self, name, one_way=False):
        self.run("partition", name, *(["--one-way"] if one_way else []))

    def heal(self):
        self.run("heal")

    def keep(self, folder):
        """Ends all machines and copies what they have on disk to another folder, for a look after `down`."""
        for name in NAMES:
            self.kill_machine(name)
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("filler-*", "lost+found"))

    def down(self):
        for disk in self.disks.values():
            disk.remove()
        self.disks = {}
        if self.folder.exists():
            if (self.folder / "run").exists():
                self.run("down")
            shutil.rmtree(self.folder, ignore_errors=True)

    def printed(self, name):
        return self.run("logs", name, check=False).stdout[-6000:]

    def holders(self):
        """Returns the pids that hold the namespaces: of the machines by name, and of the router."""
        files = (self.folder / "run").glob("*.net")
        return {file.stem: int(file.read_text().split()[0]) for file in files}

    def link(self):
        """Returns the device by which the machines are reached from here."""
        return (self.folder / "run" / "link").read_text()

    def inside(self, name, *command):
        """Runs a command on a machine; returns its exit code and output."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.holders()[name]), "--net", "--", *command],
            capture_output=True, text=True, timeout=60, check=False,
        )
        return done.returncode, done.stdout
