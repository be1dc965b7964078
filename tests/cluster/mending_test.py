"""A log whose stream was deleted while nodes were dead: it waits, says which command helps, and goes on by it."""

import subprocess
import unittest

from dure_node import BINARY, wait_until
from jetstream import delete_stream
from local_cluster import NAMES, Cluster, skip_unless_possible

SHARD = "shard default/0"


class Mending(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster()
        self.addCleanup(self.cluster.down)
        self.cluster.up()

    def why(self, name):
        """Returns what a node says of the log; empty while it cannot be asked."""
        try:
            lines = self.cluster.ask(name, "GET", "/readyz?verbose", timeout=5).json().get("components", [])
        except (OSError, ValueError):
            return ""
        return next((line["detail"] for line in lines if line["component"] == SHARD), "")

    def wait_says(self, name, *words):
        try:
            wait_until(lambda: any(word in self.why(name) for word in words), 60, f"{name} says {words}")
        except AssertionError as failure:
            raise AssertionError(f"{failure}; it says: {self.why(name)!r}") from None

    def leader(self):
        for name in NAMES:
            if self.why(name) == "Leads.":
                return name
        return None

    def dure_shard(self, at, *words):
        gateway = self.cluster.gateways[at]
        done = subprocess.run([BINARY, "shard", *words, "--url", f"http://{gateway.host}:{gateway.port}"],
                              capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    def mend(self, at, *words):
        code, said = self.dure_shard(at, *words)
        self.assertEqual(code, 0, said)
        self.assertGreater(len(said), 40, "what is lost is said")

    def lose_log(self):
        delete_stream(self.cluster.gateways["n1"].host, "DURE_DURE_DEFAULT_0")

    def run_job(self, at):
        job_id = self.cluster.gateways[at].submit(kind="noop")
        self.assertEqual(self.cluster.gateways[at].job(job_id, wait="60s")["status"], "completed")
        return job_id

    def knows(self, at, job_id):
        return self.cluster.ask(at, "GET", f"/api/v1/jobs/{job_id}").status == 200

    def set_aside(self):
        return [path for path in self.cluster.folder.rglob("set-aside/log-*") if path.stat().st_size > 0]

    def test_a_loss_is_accepted_and_a_fork_resolved_both_ways(self):
        first = wait_until(self.leader, 60, "somebody leads")
        second, third = [name for name in NAMES if name != first]
        early = self.run_job(first)
        wait_until(lambda: self.knows(second, early) and self.knows(third, early), 60, "all have the job")

        # Whoever led last is dead, and so is the log: the others cannot know what they lack.
        self.cluster.kill(first)
        self.lose_log()
        for name in (second, third):
            self.wait_says(name, "`dure shard recover default 0 --accept-loss`")
        code, said = self.dure_shard(second, "recover", "default", "0")
        self.assertNotEqual(code, 0)
        self.assertIn("lost for ever", said)
        self.mend(second, "recover", "default", "0", "--accept-loss")
        wait_until(self.leader, 60, "the log goes on")
        self.assertTrue(self.knows(third, early))
        later = self.run_job(second)
        wait_until(lambda: self.knows(third, later), 60, "both have the job")

        # The one that knows nothing of that puts its own records into a log that was lost again.
        for name in (second, third):
            self.cluster.kill(name)
        self.lose_log()
        self.cluster.start(first)
        self.wait_says(first, "Leads.")
        other = self.run_job(first)
        self.cluster.start(second)
        self.wait_says(second, "`dure shard resolve default 0 --keep log`")
        self.mend(second, "resolve", "default", "0", "--keep", "log")
        self.wait_says(second, "Follows.", "Leads.")
        wait_until(lambda: self.knows(second, other), 60, "it has what the log has")
        self.assertEqual(self.cluster.ask(second, "GET", f"/api/v1/jobs/{later}").status, 404)
        self.assertEqual(len(self.set_aside()), 1, "what it gave up is in a file")

        # The third still has what was lost, and is chosen.
        self.cluster.start(third)
        self.wait_says(third, f"`dure shard resolve default 0 --keep {third}`")
        self.mend(third, "resolve", "default", "0", "--keep", third)
        self.wait_says(third, "Leads.")
        for name in (first, second):
            self.wait_says(name, "`dure shard resolve default 0 --keep log`")
        self.mend(third, "resolve", "default", "0", "--keep", "log")
        for name in (first, second):
            self.wait_says(name, "Follows.", "Leads.")
        for name in NAMES:
            wait_until(lambda name=name: self.knows(name, early) and self.knows(name, later), 60, f"{name} has both jobs")
            self.assertEqual(self.cluster.ask(name, "GET", f"/api/v1/jobs/{other}").status, 404)
        self.run_job(first)


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
