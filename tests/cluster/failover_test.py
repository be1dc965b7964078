"""Three machines, any of which may die: nothing acknowledged is lost, nothing ends twice, every gateway knows every job.

DURE_FAILOVER_KILLS=N kills the leading node and then its machine N times each (default 1) and prints how long it took."""

import os
import statistics
import time
import unittest

from clients import Clients
from cluster_health import leader, wait_well, wait_work_goes_on
from dure_node import wait_until
from local_cluster import NAMES, Cluster, skip_unless_possible

KILLS = int(os.environ.get("DURE_FAILOVER_KILLS", "1"))


class Failover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.down)
        cls.cluster.up()

    def setUp(self):
        wait_until(lambda: len(self.states()) == 3 and set(self.states().values()) == {"ready"}, 90, "all nodes are ready")

    def states(self):
        for name in NAMES:
            try:
                nodes = self.cluster.ask(name, "GET", "/api/v1/nodes", timeout=5).json()["nodes"]
                return {node["name"]: node["state"] for node in nodes}
            except OSError:
                continue
        return {}

    def leader(self):
        return leader(self.cluster)

    def others(self, name):
        return [other for other in NAMES if other != name]

    def check(self, clients):
        left = clients.history.settle(self.cluster.gateways)
        self.assertEqual(clients.history.broken, [])
        self.assertEqual(left, set(), "every job ends")
        self.assertGreater(len(clients.history.acknowledged), 0)

    def break_under_load(self, harm, mend, victim, watched=8):
        """Returns for how long no job completed."""
        with Clients(self.cluster) as clients:
            time.sleep(1.5)
            moment = time.time()
            harm(victim)
            time.sleep(watched)
            wait_work_goes_on(self.cluster, moment, victim, "one of three is gone")
            watched = max(watched, time.time() - moment)
        mend(victim)
        wait_well(self.cluster)  # Another may be harmed next.
        self.check(clients)
        return clients.history.longest_gap_after(moment, watched)

    def sleep_on_all_nodes(self, milliseconds):
        """Submits jobs that sleep, as many as it takes until every node runs some; returns who ran which of them."""
        gateway, ids = self.cluster.gateways["n1"], []

        def runners():
            ids.append(gateway.submit(kind="sleep", params={"ms": milliseconds}))
            found = {one: (gateway.job(one)["worker"] or {}).get("node") for one in ids}
            return found if set(NAMES) <= set(found.values()) else None

        return wait_until(runners, 60, "every node runs some of the jobs")

    def test_every_gateway_answers_for_every_job(self):
        for name in NAMES:
            job_id = self.cluster.gateways[name].submit(kind="noop")
            for other in NAMES:
                self.assertEqual(self.cluster.ask(other, "GET", f"/api/v1/jobs/{job_id}").status, 200, f"{name} {other}")
            self.assertEqual(self.cluster.gateways[name].job(job_id, wait="30s")["status"], "completed")

    def test_jobs_run_on_all_nodes_and_a_cancel_finds_them(self):
        ids = self.sleep_on_all_nodes(120_000)
        reader = self.cluster.gateways["n2"]
        for one in ids:
            self.cluster.ask("n3", "POST", f"/api/v1/jobs/{one}/cancel", "{}", {"Content-Type": "application/json"})
        wait_until(lambda: all(reader.job(one)["status"] == "cancelled" for one in ids), 60, "all are cancelled")

    def test_the_leading_node_is_killed(self):
        gaps = [self.break_under_load(self.cluster.kill, self.cluster.start, self.leader()) for _ in range(KILLS)]
        self.tell("leading node killed", gaps)

    def test_the_leading_machine_is_killed(self):
        gaps = [self.break_under_load(self.cluster.kill_machine, self.cluster.start, self.leader(), watched=12)
                for _ in range(KILLS)]
        self.tell("leading machine killed", gaps)

    def test_jobs_of_a_dead_node_run_elsewhere(self):
        gateway = self.cluster.gateways["n1"]
        victims = [one for one, node in self.sleep_on_all_nodes(10_000).items() if node == "n3"]
        self.cluster.kill("n3")
        for one in victims:
            self.assertEqual(gateway.job(one, wait="60s")["status"], "completed")
            attempts = gateway.job(one)["attempts"]
            self.assertEqual(attempts[0]["cause"], "lost")
            self.assertNotEqual(attempts[-1]["node"], "n3")
        self.cluster.start("n3")
        self.cluster.wait_alive("n3")

    def test_a_stopped_leader_finds_itself_deposed(self):
        victim = self.leader()
        self.break_under_load(self.cluster.pause, self.cluster.resume, victim)

    def test_a_cut_off_leader_finds_itself_deposed(self):
        victim = self.leader()
        self.break_under_load(self.cluster.partition, lambda _: self.cluster.heal(), victim, watched=15)

    def test_a_rolling_restart_fails_no_request_of_the_other_gateways(self):
        for name in NAMES:
            pid = self.cluster.status()[name].pid
            with Clients(self.cluster) as clients:
                time.sleep(0.5)
                asker = self.others(name)[0]
                self.assertEqual(self.cluster.ask(asker, "POST", f"/api/v1/nodes/{name}/drain", "{}").status, 202)
                wait_until(lambda: self.cluster.status()[name].pid != pid, 60, "the drained node ends")
                self.cluster.start(name)
                self.cluster.wait_alive(name)
            self.check(clients)
            refused = {who: count for who, count in clients.history.errors.items() if who[0] != name}
            self.assertEqual(refused, {}, f"while {name} was restarted")
            self.setUp()

    def tell(self, what, gaps):
        print(f"\n{what} {len(gaps)} times, no job completed for (s): {' '.join(f'{gap:.1f}' for gap in sorted(gaps))}; "
              f"median {statistics.median(gaps):.1f}", flush=True)


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
