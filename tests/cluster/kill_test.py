"""kill -9 of node and nats-server under load, again and again: what was acknowledged is there and ends once."""

import os
import random
import re
import shutil
import threading
import time
import unittest

from dure_node import SAMPLE_PDF, Node, form, wait_until

ROUNDS = int(os.environ.get("DURE_KILL_ROUNDS", "5"))
SEED = int(os.environ.get("DURE_KILL_SEED", "1"))


class Client(threading.Thread):
    """Submits batches for as long as it may and remembers what was acknowledged."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.acknowledged, self.go_on = node, [], True

    def run(self):
        while self.go_on:
            batch = [{"kind": "noop"}] * 50 + [{"kind": "sleep", "params": {"ms": 30}}] * 5
            try:
                answer = self.node.post("/api/v1/jobs", batch, timeout=20)
            except Exception:  # a killed server breaks off in many ways
                time.sleep(0.05)
                continue
            if answer.status == 202:
                self.acknowledged += [job["job_id"] for job in answer.json()["jobs"] if "job_id" in job]
            else:
                time.sleep(0.05)


class Kills(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.remove)

    def check(self, acknowledged):
        node = self.node
        for job_id in acknowledged:
            job = node.job(job_id, wait="60s")
            self.assertEqual(job["status"], "completed", job)
            ends = [a for a in job["attempts"] if a["cause"] == "completed"]
            self.assertEqual(len(ends), 1, job)
        self.assertEqual(node.stop(), 0)
        code, printed = node.verify()
        self.assertEqual(code, 0, printed)

    def delete_jetstream(self):
        stores = [path for path in self.node.data.rglob("jetstream") if path.is_dir()]
        self.assertTrue(stores, "the JetStream folder is below the data folder")
        for path in stores:
            shutil.rmtree(path)

    def test_no_kill_loses_or_doubles_an_acknowledged_job(self):
        dice = random.Random(SEED)
        node = self.node.start()
        client = Client(node)
        client.start()
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0.3, 1.5))
            node.kill()
            node.start()
        count = len(client.acknowledged)
        wait_until(lambda: len(client.acknowledged) > count, 60, "submits go on after the last kill")
        client.go_on = False
        client.join(60)
        print(f"{len(client.acknowledged)} acknowledged over {ROUNDS} kills, seed {SEED}", flush=True)
        self.check(client.acknowledged)

    def test_a_deleted_jetstream_folder_loses_no_job(self):
        node = self.node.start()
        done = [node.submit(kind="noop") for _ in range(20)]
        for job_id in done:
            node.job(job_id, wait="30s")
        self.assertEqual(node.post("/api/v1/queues/default/pause", {}).status, 200)
        waiting = [node.submit(kind="noop") for _ in range(20)]
        self.assertEqual(node.stop(), 0)
        self.delete_jetstream()
        node.start()
        self.assertEqual({node.job(job_id)["status"] for job_id in done}, {"completed"})
        self.assertEqual({node.job(job_id)["status"] for job_id in waiting}, {"pending"})
        self.assertEqual(node.post("/api/v1/queues/default/resume", {}).status, 200)
        self.check(done + waiting)

    def test_a_lost_bucket_is_filled_again_with_what_live_jobs_need(self):
        node = self.node.start()
        content = SAMPLE_PDF.read_bytes()

        def upload():
            body, headers = form({}, SAMPLE_PDF.name, content)
            return node.ask("POST", "/upload", body, headers).json()["job_id"]

        self.assertEqual(node.job(upload(), wait="60s")["status"], "completed")
        self.assertEqual(node.post("/api/v1/queues/documents/pause", {}).status, 200)
        waiting = upload()
        self.assertEqual(node.stop(), 0)
        self.delete_jetstream()
        node.start()

        def stored_bytes():
            found = re.search(r"^dure_blob_bytes (\S+)", node.ask("GET", "/metrics").body.decode(), re.M)
            return float(found[1]) if found else 0

        wait_until(lambda: stored_bytes() > len(content), 60, "the file is in the bucket again")
        self.assertEqual(node.post("/api/v1/queues/documents/resume", {}).status, 200)
        self.check([waiting])


if __name__ == "__main__":
    unittest.main(verbosity=2)
