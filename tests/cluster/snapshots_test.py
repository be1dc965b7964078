"""Logs are trimmed behind snapshots: a machine that lost all it had, or whose database is damaged, starts from one.

At the end all nodes are stopped and `dure verify` must find equal states at equal indices. DURE_SNAPSHOT_MIB=64 takes
snapshots as seldom as a node does by default."""

import os
import re
import shutil
import subprocess
import time
import unittest

from clients import Clients
from dure_node import BINARY, wait_until
from local_cluster import NAMES, Cluster, skip_unless_possible

BULK = "x" * 12_000
STATE = re.compile(r"log (\d+): .*, (sound|BROKEN), state (\w+) at (\d+)")


class Snapshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ.setdefault("DURE_SNAPSHOT_MIB", "1")
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.down)
        cls.cluster.up()

    def log_of(self, name):
        return (self.cluster.folder / name / "data" / "dure.log").read_text(errors="replace")

    def leader(self):
        def named():
            for name in NAMES:
                try:
                    shards = self.cluster.ask(name, "GET", "/api/v1/shards", timeout=5).json()["shards"]
                except OSError:
                    continue
                return next((shard["leader"] for shard in shards if shard["queue"] == "default"), None)
            return None

        return wait_until(named, 60, "somebody leads")

    def follower(self):
        return next(name for name in NAMES if name != self.leader())

    def fill_until_trimmed(self):
        """Submits bulky jobs until the log of their queue is trimmed; returns their ids."""
        before = sum(self.log_of(name).count("log-trimmed") for name in NAMES)
        ids = []

        def trimmed():
            ids.extend(self.cluster.gateways["n1"].submit(kind="noop", params={"bulk": BULK}) for _ in range(20))
            return sum(self.log_of(name).count("log-trimmed") for name in NAMES) > before

        wait_until(trimmed, 600, "a log is trimmed")
        return ids

    def ready(self, name):
        try:
            return self.cluster.ask(name, "GET", "/readyz", timeout=5).status == 200
        except OSError:
            return False

    def break_and_mend(self, harm):
        ids = self.fill_until_trimmed()
        victim = self.follower()
        with Clients(self.cluster) as clients:
            self.cluster.kill_machine(victim)
            harm(self.cluster.folder / victim)
            started = time.time()
            self.cluster.start(victim)
            wait_until(lambda: self.ready(victim), 120, f"{victim} is ready")
            print(f"\n{victim} was ready {time.time() - started:.1f} s after its start", flush=True)
        self.assertEqual(clients.history.settle(self.cluster.gateways), set())
        self.assertEqual(clients.history.broken, [])
        for one in ids[::7]:
            self.assertEqual(self.cluster.ask(victim, "GET", f"/api/v1/jobs/{one}").status, 200)
        return victim

    def states(self):
        """Stops all nodes; returns {log: {index: {node: digest}}}, and asserts that all are sound."""
        self.cluster.run("down", "--keep")
        found = {}
        for name in NAMES:
            done = subprocess.run([BINARY, "verify", self.cluster.folder / name / "data"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            for log, _, digest, index in STATE.findall(done.stdout):
                found.setdefault(log, {}).setdefault(index, {})[name] = digest
        return found

    def test_nodes_start_from_snapshots_and_agree(self):
        def wipe(folder):
            for all_it_had in ("data", "nats"):
                shutil.rmtree(folder / all_it_had)

        wiped = self.break_and_mend(wipe)
        self.assertIn("snapshot-install", self.log_of(wiped))

        def damage(folder):
            for table in (folder / "data" / "rocksdb").glob("MANIFEST-*"):
                table.write_bytes(bytes(byte ^ 0x55 for byte in table.read_bytes()))

        installs = {name: self.log_of(name).count("snapshot-install") for name in NAMES}
        damaged = self.break_and_mend(damage)
        self.assertGreater(self.log_of(damaged).count("snapshot-install"), installs[damaged])
        self.assertIn("store-quarantined", self.log_of(damaged))
        self.assertTrue((self.cluster.folder / damaged / "data" / "rocksdb.damaged-1").is_dir())

        compared = set()
        for log, indices in self.states().items():
            for index, digests in indices.items():
                self.assertEqual(len(set(digests.values())), 1, f"log {log} at {index}: {digests}")
                if len(digests) > 1:
                    compared.add(log)
        self.assertNotEqual(compared, set(), "no two nodes stood at one index")


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
