"""One node as its users and operators meet it: real processes, real nats-server, asked over HTTP."""

import os
import signal
import subprocess
import time
import unittest

from dure_node import BINARY, SAMPLE_PDF, Node, is_alive, wait_until


class SingleNode(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.remove)

    def test_a_pdf_goes_in_and_its_text_comes_out(self):
        node = self.node.start()
        taken = node.upload(SAMPLE_PDF)
        self.assertEqual(taken.status, 202, taken.body)
        self.assertEqual(taken.json()["status"], "accepted")
        self.assertEqual(taken.json()["file_type"], "pdf")
        job_id = taken.json()["job_id"]
        ended = node.job(job_id, wait="30s")
        self.assertEqual(ended["status"], "completed", ended)
        self.assertEqual(ended["progress"], 100)
        self.assertEqual(node.ask("GET", f"/jobs/{job_id}").json()["status"], "completed")
        result = node.ask("GET", f"/jobs/{job_id}/result").json()["result"]
        expected = subprocess.run(["pdftotext", SAMPLE_PDF, "-"], capture_output=True, text=True, check=True)
        pages = expected.stdout.split("\f")[:-1]
        self.assertEqual(result["page_count"], len(pages))
        self.assertEqual([page["text"].split() for page in result["pages"]], [page.split() for page in pages])

    def test_a_second_start_on_the_same_folder_is_refused(self):
        self.node.start()
        second = subprocess.run(
            [BINARY, "up", "--data", self.node.data, "--listen", "127.0.0.1:0"],
            capture_output=True, text=True, timeout=30,
        )
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(self.node.process.pid), second.stdout + second.stderr)
        self.assertEqual(self.node.ask("GET", "/readyz").status, 200)

    def test_nothing_is_left_running_after_a_stop(self):
        node = self.node.start()
        node.job(node.submit(kind="noop"), wait="30s")
        family = [pid for pid, _ in node.family()]
        self.assertTrue(family)
        self.assertEqual(node.stop(), 0)
        wait_until(lambda: not any(is_alive(pid) for pid in family), 10, "children are gone")

    def test_nothing_is_left_running_after_a_kill_and_the_next_start_takes_over(self):
        node = self.node.start()
        running = node.submit(kind="sleep", params={"ms": 600_000})
        wait_until(lambda: node.job(running)["status"] == "running", 30, "the sleeper runs")
        handlers = [pid for pid, command in node.family() if "nats-server" not in command]
        os.kill(node.process.pid, signal.SIGKILL)  # the nats-server stays behind as an orphan
        node.process.wait(30)
        wait_until(lambda: not any(is_alive(pid) for pid in handlers), 30, "handlers are gone")
        node.start()
        wait_until(lambda: node.job(running)["attempt"] == 2, 30, "the job runs again")
        self.assertEqual(node.job(running)["attempts"][0]["cause"], "lost")
        self.assertEqual(node.post(f"/api/v1/jobs/{running}/cancel", {}).status, 202)
        self.assertEqual(node.job(running, wait="30s")["status"], "cancelled")

    def test_a_drain_gives_running_jobs_back_and_a_second_signal_ends_at_once(self):
        node = self.node.start()
        running = node.submit(kind="sleep", params={"ms": 600_000})
        wait_until(lambda: node.job(running)["status"] == "running", 30, "the sleeper runs")
        node.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        node.process.send_signal(signal.SIGTERM)
        node.process.wait(15)
        node.output.close()
        node.start()
        wait_until(lambda: node.job(running)["status"] == "running", 30, "the job runs again")

    def test_a_lost_nats_server_answers_503_and_work_goes_on_by_itself(self):
        node = self.node.start()
        sleeping = node.submit(kind="sleep", params={"ms": 1_500})
        nats = node.nats_pid()
        os.kill(nats, signal.SIGSTOP)
        try:
            refused = node.post("/api/v1/jobs", {"kind": "noop"}, timeout=90)
            self.assertEqual(refused.status, 503, refused.body)
            self.assertIn("Retry-After", refused.headers)
            self.assertEqual(refused.headers["Content-Type"], "application/problem+json")
        finally:
            os.kill(nats, signal.SIGCONT)
        os.kill(nats, signal.SIGKILL)
        self.assertEqual(
            wait_until(
                lambda: (job := node.job(sleeping))["status"] == "completed" and job, 90, "work goes on"
            )["attempt"],
            1,
        )
        wait_until(lambda: node.post("/api/v1/jobs", {"kind": "noop"}).status == 202, 60, "submits go on")

    def test_a_repeated_idempotency_key_names_the_same_job_over_a_kill(self):
        node = self.node.start()
        key = {"Idempotency-Key": "order-4711"}
        first = node.post("/api/v1/jobs", {"kind": "noop"}, key)
        self.assertEqual(first.status, 202, first.body)
        node.kill()
        node.start()
        again = node.post("/api/v1/jobs", {"kind": "noop"}, key)
        self.assertEqual((again.status, again.json()["job_id"]), (202, first.json()["job_id"]))
        other = node.post("/api/v1/jobs", {"kind": "noop", "priority": 3}, key)
        self.assertEqual(other.status, 422)

    def test_a_large_upload_does_not_grow_the_node(self):
        megabytes = int(os.environ.get("DURE_LARGE_UPLOAD_MB", "256"))
        node = self.node.start()
        node.upload(SAMPLE_PDF)
        before = resident_bytes(node.process.pid)
        large = node.data.with_suffix(".large")
        self.addCleanup(lambda: large.unlink(missing_ok=True))
        with open(large, "wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        sender = subprocess.Popen(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-F", f"file=@{large}",
             f"http://127.0.0.1:{node.port}/upload"],
            stdout=subprocess.PIPE, text=True,
        )
        peak = before
        while sender.poll() is None:
            peak = max(peak, resident_bytes(node.process.pid))
            time.sleep(0.05)
        self.assertEqual(sender.communicate()[0], "202")
        self.assertLess(peak - before, 64 << 20)


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    unittest.main(verbosity=2)
