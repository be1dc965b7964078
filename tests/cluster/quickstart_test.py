"""deploy/quickstart.sh from somewhere else, with port 8080 taken: shows everything, leaves nothing."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from dure_node import ROOT, SAMPLE_PDF, is_alive, processes, wait_until

SCRIPT = ROOT / "deploy" / "quickstart.sh"


def nodes_with(text):
    return [pid for pid, _, command in processes() if "quickstart" not in command and text in command]


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.taken = socket.socket()
        self.taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.addCleanup(self.taken.close)
        try:
            self.taken.bind(("127.0.0.1", 8080))
            self.taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_script(self, *arguments):
        environment = {**os.environ, "TMPDIR": self.folder.name}
        done = subprocess.run(
            [SCRIPT, *arguments], cwd=self.folder.name, capture_output=True, text=True, timeout=1800, env=environment
        )
        return done.returncode, done.stdout + done.stderr

    def test_the_text_of_the_sample_comes_out_and_nothing_is_left(self):
        code, printed = self.run_script()
        self.assertEqual(code, 0, printed)
        self.assertRegex(printed, r'"job_id"')
        self.assertRegex(printed, r"completed +100 %")
        text = subprocess.run(["pdftotext", SAMPLE_PDF, "-"], capture_output=True, text=True, check=True).stdout
        first_line = next(line.strip() for line in text.splitlines() if line.strip())
        self.assertIn(first_line, printed)
        self.assertNotIn("127.0.0.1:8080/upload", printed, "the port is taken")
        self.assertEqual(os.listdir(self.folder.name), [])
        self.assertEqual(nodes_with(self.folder.name), [])

    def test_a_relative_file_is_found_from_where_one_stands(self):
        name = os.path.join(self.folder.name, "mine.pdf")
        with open(name, "wb") as file:
            file.write(SAMPLE_PDF.read_bytes())
        code, printed = self.run_script("mine.pdf")
        self.assertEqual(code, 0, printed)
        self.assertIn("mine.pdf", printed)

    def test_what_fails_ends_what_was_started(self):
        with open(os.path.join(self.folder.name, "damaged.pdf"), "wb") as file:
            file.write(b"%PDF-1.7\nnothing follows\n")
        code, printed = self.run_script("damaged.pdf")
        self.assertEqual(code, 1, printed)
        self.assertEqual(nodes_with(self.folder.name), [])
        self.assertEqual(os.listdir(self.folder.name), ["damaged.pdf"])

    @unittest.skipIf((ROOT / "dure-data").exists(), "dure-data exists here and is not ours to use")
    def test_keep_leaves_the_node_running(self):
        code, printed = self.run_script("--keep")
        self.addCleanup(subprocess.run, ["rm", "-rf", ROOT / "dure-data"])
        self.assertEqual(code, 0, printed)
        said = re.search(r"The node runs at (\S+) \(process (\d+)", printed)
        try:
            with urllib.request.urlopen(said[1] + "/readyz", timeout=30) as answer:
                self.assertEqual(answer.status, 200)
        finally:
            os.kill(int(said[2]), signal.SIGTERM)
        wait_until(lambda: not is_alive(int(said[2])), 60, "the node has stopped")


if __name__ == "__main__":
    unittest.main(verbosity=2)
