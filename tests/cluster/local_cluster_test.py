"""deploy/local-cluster.sh: what it starts, breaks and mends, and that it leaves nothing behind."""

import os
import unittest
from pathlib import Path

from dure_node import processes, wait_until
from local_cluster import NAMES, Cluster, skip_unless_possible


def namespace_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def pids_in(namespaces):
    return [pid for pid, _, _ in processes() if namespace_of(pid) in namespaces]


class LocalCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.down)
        cls.cluster.up(wait=0)
        cls.cluster.wait_alive()

    def states(self):
        return [self.cluster.status()[name].state for name in NAMES]

    def reaches(self, here, there):
        """Returns whether one machine reaches the gateway of another."""
        url = self.cluster.status()[there].gateway + "/livez"
        return self.cluster.inside(here, "curl", "-s", "-m", "1", "-o", "/dev/null", url)[0] == 0

    def test_status_has_a_line_for_each_machine(self):
        status = self.cluster.status()
        self.assertEqual(tuple(status), NAMES)
        self.assertEqual(self.states(), ["running"] * 3)
        self.assertEqual(len({line.pid for line in status.values()}), 3)
        for name, line in status.items():
            self.assertEqual(namespace_of(line.pid), namespace_of(self.cluster.holders()[name]))
            self.assertNotEqual(namespace_of(line.pid), namespace_of(os.getpid()))
            self.assertTrue(line.has_nats)
            host = self.cluster.gateways[name].host
            self.assertEqual((line.gateway, line.nats), (f"http://{host}:8080", f"nats://{host}:4222"))

    def test_a_second_up_in_the_same_folder_is_refused(self):
        done = self.cluster.run("up", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("already", done.stderr)
        self.assertEqual(self.states(), ["running"] * 3)

    def test_unknown_names_and_commands_are_refused(self):
        for words in (("kill", "n4"), ("kill",), ("burn", "n1"), ("partition", "n1", "--both-ways")):
            done = self.cluster.run(*words, check=False)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("--help", done.stderr)

    def test_a_killed_node_leaves_its_nats_server_and_starts_again(self):
        before = self.cluster.status()["n1"]
        self.cluster.kill("n1")
        killed = self.cluster.status()["n1"]
        self.assertEqual((killed.pid, killed.state, killed.has_nats), (0, "killed", True))
        self.assertFalse(self.cluster.is_alive("n1"))
        self.cluster.start("n1")
        self.cluster.wait_alive("n1")
        self.assertNotIn(self.cluster.status()["n1"].pid, (0, before.pid))
        self.assertEqual(self.cluster.run("start", "n1", check=False).returncode, 1)

    def test_a_killed_machine_starts_again_with_its_nats_server(self):
        self.cluster.kill_machine("n2")
        killed = self.cluster.status()["n2"]
        self.assertEqual((killed.state, killed.has_nats), ("killed", False))
        self.cluster.start("n2")
        self.cluster.wait_alive("n2")
        self.assertTrue(self.cluster.status()["n2"].has_nats)

    def test_a_paused_node_answers_again_when_it_is_resumed(self):
        self.cluster.pause("n3")
        wait_until(lambda: self.cluster.status()["n3"].state == "paused", 10, "n3 is paused")
        self.assertFalse(self.cluster.is_alive("n3"))
        self.cluster.resume("n3")
        self.cluster.wait_alive("n3")
        self.assertEqual(self.states(), ["running"] * 3)

    def test_a_partition_cuts_one_machine_off_from_the_others_until_it_is_healed(self):
        self.cluster.partition("n1")
        self.addCleanup(self.cluster.heal)
        self.assertEqual(self.states(), ["partitioned", "running", "running"])
        self.assertFalse(self.reaches("n1", "n2"))
        self.assertFalse(self.reaches("n3", "n1"))
        self.assertTrue(self.reaches("n2", "n3"))
        self.assertTrue(self.cluster.is_alive("n1"), "the caller still reaches it")
        self.cluster.heal()
        self.assertEqual(self.states(), ["running"] * 3)
        self.assertTrue(self.reaches("n1", "n2"))
        self.assertTrue(self.reaches("n3", "n1"))

    def test_a_one_way_partition_drops_only_what_the_machine_sends(self):
        self.cluster.partition("n1", one_way=True)
        self.addCleanup(self.cluster.heal)
        self.assertEqual(self.dropped(), {("n1", "n2"), ("n1", "n3")})
        self.assertFalse(self.reaches("n1", "n2"), "no packet goes there")
        self.cluster.heal()
        self.assertEqual(self.dropped(), set())

    def dropped(self):
        """Returns the pairs (from, to) of machines whose packets are dropped."""
        names = {gateway.host: name for name, gateway in self.cluster.gateways.items()}
        rules = self.cluster.inside("router", "ip", "rule")[1].splitlines()
        words = [rule.split() for rule in rules if rule.endswith("blackhole")]
        return {(names[rule[2]], names[rule[4]]) for rule in words}

    def test_two_run_side_by_side_and_down_leaves_nothing_behind(self):
        second = Cluster()
        self.addCleanup(second.down)
        second.up(wait=0)
        second.wait_alive()
        second.partition("n1")
        second.pause("n2")
        second.kill("n3")
        namespaces = {namespace_of(pid) for pid in second.holders().values()}
        link = Path("/sys/class/net") / second.link()
        self.assertEqual(len(namespaces), 4)
        self.assertTrue(link.exists())
        self.assertGreaterEqual(len(pids_in(namespaces)), 4 + 3 + 2)

        second.run("down", "--keep")
        self.assertEqual(pids_in(namespaces), [])
        self.assertFalse(link.exists())
        self.assertEqual(second.run("status", check=False).returncode, 1)
        self.assertTrue((second.folder / "n1" / "data" / "dure.log").exists())
        self.assertEqual(self.states(), ["running"] * 3, "the other one is left alone")
        second.run("down")
        self.assertFalse(second.folder.exists())


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
