"""Kinds that an operator brings: handlers in Python and shell, with their limits and profiles, through a real node."""

import hashlib
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from dure_node import BINARY, Node, wait_until

HANDLERS = Path(__file__).resolve().parent / "handlers"

MISBEHAVING = """
import json, os, sys
print(json.dumps({"hello": {"protocol": 1, "kinds": ["test.odd"], "concurrency": 1}}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    job = job[0] if isinstance(job, list) else job
    about = {"job": job["job"], "attempt": job["attempt"]}
    do = job["params"].get("do")
    if do == "crash":
        os._exit(3)
    if do == "garbage":
        print("this is not JSON", flush=True)
    if do == "network":
        import socket
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        except OSError as refused:
            print(json.dumps({**about, "result": {"refused": type(refused).__name__}}), flush=True)
            continue
    if do == "chat":
        import time
        for step in range(300):
            print(json.dumps({**about, "progress": {"done": step, "total": 300}}), flush=True)
            time.sleep(0.2)
    if do == "hang":
        import time
        time.sleep(60)
    print(json.dumps({**about, "result": {"variable": os.environ.get("SHOWN"), "other": os.environ.get("HIDDEN")}}), flush=True)
"""


class UserKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        odd = Path(cls.folder.name, "odd.py")
        odd.write_text(MISBEHAVING)
        config = Path(cls.folder.name, "dure.toml")
        config.write_text(
            f"""
            [kinds."text.count"]
            command = ["python3", "{HANDLERS}/word_count.py"]
            profile = "strict"

            [kinds."file.checksum"]
            command = ["{HANDLERS}/checksum.sh"]
            queue = "files"

            [kinds."test.odd"]
            command = ["python3", "{odd}"]
            profile = "no-network"
            silence_s = 2
            soft_timeout_s = 3
            hard_timeout_s = 4
            environment = ["SHOWN"]
            """
        )
        os.environ.update(SHOWN="seen", HIDDEN="unseen")
        cls.node = Node("--config", str(config)).start()
        cls.addClassCleanup(cls.node.remove)
        wait_until(lambda: "file.checksum" in cls.kinds().get("files", []), 30, "queues list the kinds")

    @classmethod
    def kinds(cls):
        return {q["name"]: q["kinds"] for q in cls.node.ask("GET", "/api/v1/queues").json()["queues"]}

    def dure(self, *arguments):
        environment = {**os.environ, "DURE_URL": f"http://127.0.0.1:{self.node.port}"}
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120, env=environment)

    def text_file(self, text):
        path = Path(self.folder.name, "text.txt")
        path.write_text(text)
        return path

    def odd(self, **params):
        job_id = self.node.submit(kind="test.odd", params=params, max_attempts=1)
        return self.node.job(job_id, wait="30s")

    def test_queues_list_the_kinds(self):
        self.assertLessEqual({"text.count", "test.odd"}, set(self.kinds()["default"]))
        self.assertEqual(self.kinds()["files"], ["file.checksum"])

    def test_a_handler_in_python_counts_and_leaves_an_artifact(self):
        done = self.dure("submit", self.text_file("one two\ntwo\n"), "--kind", "text.count", "--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        job_id = done.stdout.strip()
        result = json.loads(self.dure("result", job_id).stdout)["result"]
        self.assertEqual(result, {"words": 3, "different": 2})
        listed = self.dure("artifacts", job_id)
        self.assertIn("words.txt", listed.stdout, listed.stderr)
        self.assertEqual(self.dure("artifacts", job_id, "words.txt", "-o", "-").stdout, "2 two\n1 one\n")
        self.assertIn("2 lines read", self.dure("logs", job_id).stdout)

    def test_a_handler_in_shell_reads_the_file_that_was_sent(self):
        path = self.text_file("some bytes")
        done = self.dure("submit", path, "--kind", "file.checksum", "--group", "g", "--wait", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = json.loads(done.stdout)
        self.assertEqual((job["queue"], job["group"]), ("files", "g"))
        result = json.loads(self.dure("result", job["job_id"]).stdout)["result"]
        self.assertEqual(result["sha256"], hashlib.sha256(b"some bytes").hexdigest())

    def test_a_handler_sees_only_the_variables_it_is_handed(self):
        job_id = self.node.submit(kind="test.odd")
        self.node.job(job_id, wait="30s")
        result = json.loads(self.dure("result", job_id).stdout)["result"]
        self.assertEqual(result, {"variable": "seen", "other": None})

    def test_a_profile_without_network_refuses_it(self):
        job = self.odd(do="network")
        result = json.loads(self.dure("result", job["job_id"]).stdout)["result"]
        self.assertEqual(result, {"refused": "PermissionError"})

    def test_what_a_handler_does_wrong_has_its_code(self):
        for do, code in [("crash", "handler_exited"), ("garbage", "protocol_error"), ("hang", "silent"), ("chat", "hard_timeout")]:
            with self.subTest(do=do):
                job = self.odd(do=do)
                self.assertEqual(job["attempts"][0]["error"]["code"], code, job)

    def test_a_restart_lists_each_kind_once(self):
        self.assertEqual(self.node.stop(), 0)
        self.node.start()
        self.assertEqual(sorted(self.kinds()["default"]), ["test.odd", "text.count"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
