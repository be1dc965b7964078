"""The command line as people and scripts meet it: what goes where, and with which exit code."""

import json
import os
import subprocess
import tempfile
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from dure_node import BINARY, SAMPLE_PDF, Node, free_port

DONE, FAILED, USAGE, NOT_FOUND, CONFLICT, UNAVAILABLE = range(6)


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.addClassCleanup(cls.node.remove)

    def dure(self, *arguments, url=None):
        environment = {**os.environ, "DURE_URL": url or f"http://127.0.0.1:{self.node.port}"}
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120, env=environment)

    def submit(self, path):
        done = self.dure("submit", path, "--wait")
        self.assertEqual(done.returncode, DONE, done.stderr)
        return done

    def test_submit_prints_the_id_alone_and_talks_beside_it(self):
        done = self.submit(SAMPLE_PDF)
        uuid.UUID(done.stdout.removesuffix("\n"))
        self.assertIn(SAMPLE_PDF.name, done.stderr)
        self.assertNotIn("\x1b", done.stdout + done.stderr, "colours go to terminals only")

    def test_job_and_result_show_what_was_submitted(self):
        job_id = self.submit(SAMPLE_PDF).stdout.strip()
        shown = self.dure("job", job_id)
        self.assertEqual(shown.returncode, DONE, shown.stderr)
        self.assertRegex(shown.stdout, r"(?m)^status +completed$")
        result = self.dure("result", job_id)
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertGreater(json.loads(result.stdout)["result"]["page_count"], 0)

    def test_a_file_that_is_no_pdf_fails_and_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            damaged = Path(folder, "damaged.pdf")
            damaged.write_bytes(b"%PDF-1.7\nnothing follows\n")
            done = self.dure("submit", damaged, "--wait")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("failed", done.stderr)

    def test_every_kind_of_failure_has_its_exit_code(self):
        unknown = str(uuid.uuid4())
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        waiting = self.node.submit(kind="noop", run_at=tomorrow.isoformat(timespec="milliseconds"))
        nowhere = f"http://127.0.0.1:{free_port()}"
        for expected, done in [
            (USAGE, self.dure()),
            (USAGE, self.dure("fly")),
            (USAGE, self.dure("job", "4711")),
            (USAGE, self.dure("submit", "/no/such/file")),
            (USAGE, self.dure("verify", "/no/such/folder")),
            (NOT_FOUND, self.dure("job", unknown)),
            (NOT_FOUND, self.dure("result", unknown)),
            (CONFLICT, self.dure("result", waiting)),
            (UNAVAILABLE, self.dure("job", unknown, url=nowhere)),
        ]:
            with self.subTest(arguments=done.args[1:]):
                self.assertEqual(done.returncode, expected, done.stderr)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")

    def test_verify_finds_a_stopped_node_sound_and_damage_broken(self):
        node = Node().start()
        self.addCleanup(node.remove)
        node.job(node.submit(kind="noop"), wait="30s")
        self.assertEqual(self.dure("verify", node.data).returncode in (FAILED, CONFLICT), True, "it still runs")
        self.assertEqual(node.stop(), 0)
        code, printed = node.verify()
        self.assertEqual(code, DONE, printed)
        self.assertRegex(printed, r"1 jobs?, ")
        tables = sorted(node.data.glob("rocksdb/*.sst"), key=lambda table: table.stat().st_size)
        logs = sorted(node.data.glob("rocksdb/*.log"), key=lambda log: log.stat().st_size)
        damaged = (tables or logs)[-1]
        damaged.write_bytes(bytes(byte ^ 0xFF for byte in damaged.read_bytes()))
        code, printed = node.verify()
        self.assertEqual(code, FAILED, printed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
