"""A minute of soak.sh for every build: nats-servers that stop, die, lose bytes or have no room, under load."""

import unittest

from clients import MIXED, Clients
from faults import Fault
from local_cluster import Cluster, skip_unless_possible
from soak import Storm, verdict

DISK_MIB = 512
SEED = 1
# What failover_test.py does not do. Each lasts until work goes on, and no longer. Those of bytes on disk begin with kill -9.
FAULTS = [
    Fault("pause-nats", "leader", 0, SEED),
    Fault("cut-log", "other", 0, SEED),
    Fault("flip-log", "leader", 0, SEED),
    Fault("pause-nats", "other", 0, SEED),
    Fault("full-disk", "other", 0, SEED),
]


class StormTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_whatever_befalls_one_nats_server(self):
        cluster = Cluster()
        self.addCleanup(cluster.down)
        cluster.give_disks(DISK_MIB)
        cluster.up()
        with Clients(cluster, SEED, mix=MIXED, patience=5) as clients:
            storm = Storm(cluster, clients)
            storm.work_on()
            for fault in FAULTS:
                storm.strike(fault)
        self.assertEqual(verdict(cluster, clients), [])
        self.assertEqual({row.status for row in clients.history.jobs()}, {"completed", "failed", "cancelled"})


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
