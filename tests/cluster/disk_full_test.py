"""A disk that is full: uploads 507, submits 503, acknowledged work stays, and all goes on when there is room again."""

import os
import shutil
import sys
import unittest

from dure_node import Node, form, wait_until
from loop_disk import Disk

DISK_MIB = 320
FILE_BYTES = 2_000_000


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.disk = Disk(DISK_MIB)
        self.addCleanup(self.disk.remove)
        self.node = Node()
        shutil.rmtree(self.node.data)
        self.node.data = self.disk.mount / "data"
        self.addCleanup(self.node.remove)
        self.node.start()

    def upload(self):
        body, headers = form({}, "random.bin", os.urandom(FILE_BYTES))
        return self.node.ask("POST", "/upload", body, headers)

    def state(self, job_id):
        return self.node.ask("GET", f"/api/v1/jobs/{job_id}").json()["status"]

    def test_goes_on_by_itself_when_there_is_room_again(self):
        node = self.node
        process = node.process.pid
        first = self.upload()
        self.assertEqual(first.status, 202)
        running = node.submit(kind="sleep", params={"ms": 8000})
        waiting = [node.submit(kind="sleep", params={"ms": 10}, max_attempts=1) for _ in range(20)]

        self.disk.fill()
        refused = wait_until(lambda: (a := self.upload()).status != 202 and a, 30, "an upload is refused")
        self.assertEqual(refused.status, 507, refused.body)
        self.assertEqual(refused.json()["code"], "insufficient_storage")

        def submit_is_refused():
            self.disk.fill()  # The node has let go of copies that nobody needed.
            return node.post("/api/v1/jobs", {"kind": "noop"}).status == 503

        # What the journal has left of its last block may take a few records.
        wait_until(submit_is_refused, 60, "a submit is refused")
        self.assertEqual(self.upload().status, 507)
        for job_id in [running, *waiting]:
            self.assertNotIn(self.state(job_id), ("failed", "cancelled"))

        self.disk.free()
        wait_until(lambda: self.upload().status == 202, 60, "an upload is taken")
        wait_until(lambda: node.post("/api/v1/jobs", {"kind": "noop"}).status == 202, 60, "a submit is taken")
        for job_id in [running, *waiting]:
            wait_until(lambda: self.state(job_id) == "completed", 60, f"{job_id} is completed")
        wait_until(lambda: node.ask("GET", "/readyz").status == 200, 60, "the node is ready")
        self.assertEqual(node.process.pid, process)
        self.assertIsNone(node.process.poll(), "the node was not restarted")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: needs root, to mount a file system")
        sys.exit(77)
    unittest.main()
