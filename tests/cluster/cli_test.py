"""The command line as people and scripts meet it: what goes where, and with which exit code."""

import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from dure_node import BINARY, SAMPLE_PDF, Node, free_port, wait_until

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
            (USAGE, self.dure("submit", SAMPLE_PDF, "--wiat")),
            (USAGE, self.dure("completion", "csh")),
            (USAGE, self.dure("submit", "--kind", "noop", "--params", "[1]")),
            (NOT_FOUND, self.dure("cancel", unknown)),
            (NOT_FOUND, self.dure("logs", unknown)),
            (NOT_FOUND, self.dure("artifacts", unknown)),
            (NOT_FOUND, self.dure("pause", "no-such-queue")),
            (CONFLICT, self.dure("retry", waiting)),
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

    def test_a_wrong_word_suggests_the_right_one(self):
        self.assertIn("did you mean 'submit'?", self.dure("sumbit").stderr)
        self.assertIn("did you mean '--wait'?", self.dure("submit", SAMPLE_PDF, "--wiat").stderr)

    def test_lists_changes_and_queues_speak_tables_and_json(self):
        group = uuid.uuid4().hex
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        job_id = self.node.submit(kind="noop", group=group, run_at=tomorrow.isoformat(timespec="milliseconds"))
        self.assertRegex(self.dure("jobs", "--group", group).stdout, rf"(?m)^{job_id}  scheduled ")
        cancelled = self.dure("cancel", job_id)
        self.assertEqual((cancelled.returncode, cancelled.stdout), (DONE, f"{job_id}  cancelled\n"), cancelled.stderr)
        self.assertEqual(self.dure("retry", job_id).returncode, DONE)
        self.node.job(job_id, wait="30s")
        listed = json.loads(self.dure("jobs", "--group", group, "--json").stdout)
        self.assertEqual([job["status"] for job in listed["jobs"]], ["completed"])
        paused = self.dure("pause", "questions", "--reason", "rain")
        self.assertEqual((paused.returncode, paused.stdout), (DONE, "questions  paused: rain\n"), paused.stderr)
        self.assertRegex(self.dure("queues").stdout, r"(?m)^questions +paused ")
        self.assertRegex(self.dure("nodes").stdout, r"(?m)^node-1 +ready ")
        self.assertRegex(self.dure("shards").stdout, r"(?m)^control +0 +node-1 ")
        self.assertEqual(self.dure("drain", "nobody").returncode, 3)
        self.assertEqual(self.dure("resume", "questions").stdout, "questions  open\n")

    def test_several_files_and_a_bare_kind_wait_together(self):
        done = self.dure("submit", SAMPLE_PDF, SAMPLE_PDF, "--group", "two", "--wait")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(len(done.stdout.split()), 2)
        slept = self.dure("submit", "--kind", "sleep", "--params", '{"ms": 50}', "--wait", "--json")
        self.assertEqual(json.loads(slept.stdout)["status"], "completed", slept.stderr)

    def test_an_interrupt_leaves_the_job_running_and_says_so(self):
        environment = {**os.environ, "DURE_URL": f"http://127.0.0.1:{self.node.port}"}
        command = [BINARY, "submit", "--kind", "sleep", "--params", '{"ms": 20000}', "--wait"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
            job_id = run.stdout.readline().strip()
            wait_until(lambda: self.node.job(job_id)["status"] == "running", 30, "the job runs")
            run.send_signal(signal.SIGINT)
            _, talk = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130, talk)
        self.assertIn("left 1 running", talk)
        self.assertIn(job_id, talk)
        self.assertEqual(self.node.job(job_id)["status"], "running")
        self.assertEqual(self.dure("cancel", job_id).returncode, DONE)

    def stranger(self, answer):
        """Returns the address of a server that answers every request by `answer(handler)`."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer(self)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer(self)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    @staticmethod
    def reply(handler, status, body):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def test_an_interrupt_is_heard_while_the_gateway_hangs(self):
        job_id, over = str(uuid.uuid4()), threading.Event()
        self.addCleanup(over.set)

        def answer(handler):
            if handler.command == "GET":
                over.wait(60)
                return
            self.reply(handler, 202, json.dumps({"job_id": job_id}).encode())

        command = [BINARY, "submit", "--kind", "noop", "--wait", "--json", "--url", self.stranger(answer)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            time.sleep(2)
            run.send_signal(signal.SIGINT)
            printed, talk = run.communicate(timeout=10)
        self.assertEqual(run.returncode, 130, talk)
        self.assertEqual(json.loads(printed)["job_id"], job_id, "a program is told what it left")

    def test_what_is_no_gateway_is_called_so(self):
        url = self.stranger(lambda handler: self.reply(handler, 200, b"<html>It works!</html>"))
        for arguments in (["jobs"], ["submit", "--kind", "noop"], ["questions", "status", "--set", "a"]):
            done = self.dure(*arguments, url=url)
            self.assertEqual((done.returncode, done.stdout), (FAILED, ""), arguments)
            self.assertIn("no Dure gateway", done.stderr)

    def test_questions_speak_json_and_the_same_exit_codes(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder, "questions.csv")
            table.write_text("questionText,option1,option2,correctAnswer\nWhy?,a,b,1\n,a,b,1\n", encoding="utf-8")
            taken = self.dure("questions", "upload", table, "--set", "small set", "--json")
            self.assertEqual(taken.returncode, DONE, taken.stderr)
            self.assertEqual(len(json.loads(taken.stdout)["data"]), 1)
            self.assertIn("line 3: questionText is missing", taken.stderr)
        shown = self.dure("questions", "status", "--set", "small set", "--json")
        self.assertEqual(json.loads(shown.stdout)["total"], 1, shown.stderr)
        self.assertEqual(self.dure("questions", "retry", "--set", "small set").stdout, "0\n")
        nowhere = f"http://127.0.0.1:{free_port()}"
        self.assertEqual(self.dure("questions", "status", "--set", "a", url=nowhere).returncode, UNAVAILABLE)

    def test_artifacts_make_their_folder(self):
        submitted = self.dure("submit", SAMPLE_PDF, "--params", '{"use_multimodal": true}', "--wait")
        job_id = submitted.stdout.strip()
        with tempfile.TemporaryDirectory() as folder:
            into = Path(folder, "a", "b")
            saved = self.dure("artifacts", job_id, "thumbnail-1.png", "--dir", into)
            self.assertEqual(saved.returncode, DONE, saved.stderr)
            self.assertTrue(Path(into, "thumbnail-1.png").read_bytes())
            blocked = Path(folder, "file")
            blocked.touch()
            self.assertEqual(self.dure("artifacts", job_id, "thumbnail-1.png", "--dir", blocked).returncode, FAILED)

    def test_completion_works_in_a_real_bash(self):
        def completed(*words):
            line = " ".join(f"'{word}'" for word in words)
            script = (
                f"source <('{BINARY}' completion bash); COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
                "_dure; printf '%s\\n' \"${COMPREPLY[@]}\""
            )
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return done.stdout.split()

        self.assertEqual(completed("dure", "re"), ["result", "retry", "resume"])
        self.assertEqual(completed("dure", "submit", "--wa"), ["--wait"])
        self.assertEqual(completed("dure", "up", "--sl"), ["--slots"])
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a file.pdf").touch()
            self.assertEqual(" ".join(completed("dure", "submit", f"{folder}/a")), f"{folder}/a file.pdf")

    def test_config_names_where_each_value_comes_from(self):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder, "dure.toml")
            config.write_text('slots = 3\nnats = "nats://user:secret@host:4222"\n')
            shown = self.dure("config", "--config", config, "--name", "a")
            self.assertEqual(shown.returncode, DONE, shown.stderr)
            self.assertRegex(shown.stdout, r"(?m)^slots = 3 +# .*dure.toml line 1$")
            self.assertRegex(shown.stdout, r"(?m)^name = .a. +# --name$")
            self.assertNotIn("secret", shown.stdout)
            origins = json.loads(self.dure("config", "--config", config, "--json").stdout)["options"]
            self.assertEqual(origins["listen"]["origin"], "default")
            config.write_text("slost = 3\n")
            self.assertIn("line 1: 'slost' is unknown; did you mean 'slots'?", self.dure("config", "--config", config).stderr)

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


HANDLERS = Path(__file__).resolve().parent / "handlers"
HELLO = 'import json, os, sys, time\nsay = lambda m: print(json.dumps(m), flush=True)\n' \
        'say({"hello": {"protocol": 1, "kinds": ["test.odd"], "concurrency": 1}})\n'
EACH = HELLO + "for line in sys.stdin:\n    job = json.loads(line)\n    if 'cancel' in job: continue\n" \
               "    about = {'job': job['job'], 'attempt': job['attempt']}\n"


class HandlerCheck(unittest.TestCase):
    """`dure handler check` needs no node: what it makes of good handlers and of broken ones."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.notes = self.folder / "notes.txt"
        self.notes.write_text("one two\ntwo\n")

    def check(self, *arguments):
        command = [BINARY, "handler", "check", "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return done, json.loads(done.stdout) if done.stdout else None

    def check_script(self, text, *options):
        script = self.folder / "handler.py"
        script.write_text(text)
        return self.check(*options, "--", "python3", script)

    def wrong(self, findings, step):
        return "\n".join(f["message"] for f in findings if f["verdict"] == "wrong" and f["step"] == step)

    def test_the_examples_are_fine(self):
        for handler, says in [
            (["python3", HANDLERS / "word_count.py"], '{"different":2,"words":3}'),
            ([HANDLERS / "checksum.sh"], '{"sha256":"'),
        ]:
            with self.subTest(handler=handler):
                done, findings = self.check("--file", self.notes, "--", *handler)
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertEqual({f["step"] for f in findings}, {"start", "hello", "job", "cancel", "end"})
                self.assertLessEqual({f["verdict"] for f in findings}, {"ok", "note"})
                self.assertTrue(any(says in f["message"] for f in findings), findings)
                self.assertIn("ok     hello", done.stderr)

    def test_a_refused_job_is_no_fault_of_the_protocol(self):
        done, findings = self.check("--", "python3", HANDLERS / "word_count.py")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertTrue(any(f["verdict"] == "note" and "no_input" in f["message"] for f in findings), findings)

    def test_a_command_that_does_not_start_says_why(self):
        done, findings = self.check("/no/such/handler")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("does not start", self.wrong(findings, "start"))
        done, findings = self.check_script("import no_such_module\n")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("no_such_module", self.wrong(findings, "hello"))

    def test_a_malformed_line_is_shown_with_its_fault(self):
        done, findings = self.check_script(EACH + "    print('{\"job\": oops}', flush=True)\n")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("Line 2", self.wrong(findings, "job"))
        self.assertIn("not JSON from byte 9", self.wrong(findings, "job"))
        self.assertIn('{"job": oops}', self.wrong(findings, "job"))

    def test_a_message_says_what_it_lacks(self):
        for line, fault in [
            ("{'progress': {'done': 1}}", 'no "job" and "attempt"'),
            ("{**about, 'progress': {'done': 'half'}}", '"done" and "total" are whole numbers'),
            ("{**about, 'answer': 1}", 'none of "result"'),
            ("{**about, 'job': '00000000-0000-4000-8000-00000000beef', 'result': 1}", "never given"),
            ("{'hello': {'protocol': 1, 'kinds': ['test.odd']}}", "a second time"),
        ]:
            with self.subTest(line=line):
                done, findings = self.check_script(EACH + f"    say({line})\n")
                self.assertEqual(done.returncode, FAILED, done.stderr)
                self.assertIn(fault, self.wrong(findings, "job"))

    def test_a_second_result_and_another_kind_are_wrong(self):
        done, findings = self.check_script(EACH + "    say({**about, 'result': 1})\n    say({**about, 'result': 2})\n")
        self.assertIn("one result or error", self.wrong(findings, "job"), done.stderr)
        done, findings = self.check_script(EACH, "--kind", "test.other")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("do not hold 'test.other'", self.wrong(findings, "hello"))

    def test_results_and_artifacts_keep_to_their_limits(self):
        done, findings = self.check_script(EACH + "    say({**about, 'result': 'x' * ((48 << 20) + 9)})\n")
        self.assertIn("its result has", self.wrong(findings, "job"), done.stderr)
        outside = "    say({**about, 'artifact': {'name': 'p', 'path': '../../notes.txt', 'media_type': ''}})\n"
        done, findings = self.check_script(EACH + outside + "    say({**about, 'result': 1})\n")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("leads out", self.wrong(findings, "job"))

    def test_whoever_does_not_stop_hears_that_it_is_killed(self):
        stubborn = HELLO + (
            "jobs = 0\nwhile True:\n    line = sys.stdin.readline()\n    if not line: time.sleep(600)\n"
            "    job = json.loads(line)\n    jobs += 1\n    if jobs > 1: time.sleep(600)\n"
            "    say({'job': job['job'], 'attempt': job['attempt'], 'result': 1})\n"
        )
        done, findings = self.check_script(stubborn)
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("went on for", self.wrong(findings, "cancel"))
        self.assertIn("stdin was closed", self.wrong(findings, "end"))

    def test_a_wrong_use_is_said_before_anything_runs(self):
        for arguments in ((), ("--params", "[1]", "true"), ("--file", "/no/such", "true"), ("--knid", "x", "true")):
            with self.subTest(arguments=arguments):
                done, _ = self.check(*arguments)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""), done.stderr)
                self.assertNotEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
