"""A real `dure up` under test: started on a free port with its data in a fresh folder, killed, stopped, asked."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("DURE_BINARY", ROOT / "build" / "release" / "dure"))
SAMPLE_PDF = next(iter(sorted((ROOT / "deploy" / "sample").glob("*.pdf"))), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes():
    """Yields (pid, parent, command line) of every process that can be read."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        fields = stat.rsplit(")", 1)[1].split()
        if fields[0] != "Z":
            yield int(entry.name), int(fields[1]), command


def descendants(pid):
    children = {}
    for child, parent, command in processes():
        children.setdefault(parent, []).append((child, command))
    found, ahead = [], [pid]
    while ahead:
        for child, command in children.get(ahead.pop(), []):
            found.append((child, command))
            ahead.append(child)
    return found


def is_alive(pid):
    return any(pid == other for other, _, _ in processes())


def wait_until(condition, seconds, what):
    """Waits for a truthy answer; generous limits, so that a busy machine does not fail the test."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def form(fields, name, content):
    """Returns (body, headers) of a multipart upload; `name` is written as browsers write it."""
    boundary = uuid.uuid4().hex
    parts = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
        for field, value in fields.items()
    )
    written = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f"{parts}--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; "
        f"filename=\"{written}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    ).encode(errors="surrogatepass")
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return head + content + f"\r\n--{boundary}--\r\n".encode(), headers


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Gateway:
    """Where a node is asked over HTTP."""

    def __init__(self, host, port):
        self.host, self.port = host, port

    def ask(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path, value, headers=None, timeout=60):
        return self.ask(
            "POST", path, json.dumps(value), {"Content-Type": "application/json", **(headers or {})}, timeout
        )

    def submit(self, **job):
        answer = self.post("/api/v1/jobs", job)
        assert answer.status == 202, answer.body
        return answer.json()["job_id"]

    def job(self, job_id, wait=None):
        answer = self.ask("GET", f"/api/v1/jobs/{job_id}" + (f"?wait={wait}" if wait else ""))
        assert answer.status == 200, answer.body
        return answer.json()

    def upload(self, path, name=None, route="/upload"):
        body, headers = form({}, name or Path(path).name, Path(path).read_bytes())
        return self.ask("POST", route, body, headers)


class Node(Gateway):
    """One node and its nats-server. `stop` and `kill` leave the data, `remove` takes it away."""

    def __init__(self, *flags):
        super().__init__("127.0.0.1", free_port())
        self.data = Path(tempfile.mkdtemp(prefix="dure-test-"))
        self.flags = flags
        self.process = None

    def start(self, wait=True):
        if self.process:
            self.output.close()
        self.output = open(self.data.with_suffix(".out"), "ab")
        self.process = subprocess.Popen(
            [BINARY, "up", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.flags],
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the node ended with {self.process.returncode}:\n{self.printed()}")
            try:
                return self.ask("GET", "/readyz").status == 200
            except OSError:
                return False

        wait_until(ready, seconds, "the node is ready")

    def printed(self):
        return self.data.with_suffix(".out").read_text(errors="replace")[-4000:]

    def family(self):
        """Pids of the node's children: nats-server, spawner, handlers."""
        return descendants(self.process.pid)

    def nats_pid(self):
        return next(pid for pid, command in self.family() if "nats-server" in command)

    def stop(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.output.close()
        return code

    def kill(self):
        """Kills the node and its nats-server together, as a power switch would."""
        victims = [self.process.pid] + [pid for pid, c in self.family() if "nats-server" in c]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(30)
        wait_until(lambda: not any(is_alive(pid) for pid in victims), 30, "the killed are gone")
        self.output.close()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.with_suffix(".out").unlink(missing_ok=True)

    def verify(self):
        """Runs `dure verify` on the stopped node's data; returns (exit code, what it printed)."""
        done = subprocess.run([BINARY, "verify", self.data], capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout + done.stderr
