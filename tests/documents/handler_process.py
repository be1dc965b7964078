"""One `document.parse` handler process, spoken to as a node does: JSON lines on one socket, files in scratch folders."""

import json
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = Path(os.environ.get("DURE_CORPORA", ROOT.parent / "shared" / "corpora"))
NO_CORPORA = "the corpora are not here; set DURE_CORPORA to their folder"
#: What runs the handler: `PROGRAM handler document.parse`.
PROGRAM = os.environ.get("DURE_HANDLER_PROGRAM", str(ROOT / "build" / "release" / "dure"))


class Ended:
    """How an attempt ended: `result` or `code`, with the artifacts by name."""

    def __init__(self, scratch, result=None, code=None, artifacts=(), seconds=0.0, progress=()):
        self.scratch, self.result, self.code, self.seconds = scratch, result, code, seconds
        self.artifacts = {one["name"]: one for one in artifacts}
        self.progress = list(progress)

    def bytes_of(self, name):
        return Path(self.scratch, self.artifacts[name]["path"]).read_bytes()


class Handler:
    """Keeps a warm process, and starts another one when it has ended. `limit_memory`: 2 GiB, as on a node."""

    def __init__(self, limit_memory=True, environment=None):
        self.folder = Path(tempfile.mkdtemp(prefix="dure-documents-"))
        self.limit_memory, self.environment = limit_memory, environment or {}
        self.process, self.count = None, 0

    def start(self):
        ours, theirs = socket.socketpair()
        limits = (lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))) if self.limit_memory else None
        self.process = subprocess.Popen(
            [PROGRAM, "handler", "document.parse"],
            stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, preexec_fn=limits,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", **self.environment},
        )
        theirs.close()
        self.socket, self.lines = ours, ours.makefile("rb")
        assert b"hello" in self.lines.readline(), f"{PROGRAM} does not say hello"

    def parse(self, path, seconds=120, **params):
        """Parses a file; a process that dies or hangs ends as code `died:…` or `hung`."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.count += 1
        job = f"job-{self.count}"
        scratch = self.folder / job
        (scratch / "in").mkdir(parents=True)
        (scratch / "in" / "0").symlink_to(Path(path).resolve())
        message = {"job": job, "attempt": 1, "kind": "document.parse", "params": params, "scratch": str(scratch),
                   "input": {"path": "in/0", "name": Path(path).name}, "deadline_ms": seconds * 1000}
        began = time.monotonic()
        self.socket.settimeout(seconds)
        self.socket.sendall(json.dumps(message).encode() + b"\n")
        return self.listen(scratch, began)

    def listen(self, scratch, began):
        artifacts, progress = [], []
        while True:
            try:
                line = self.lines.readline()
            except TimeoutError:
                self.process.kill()
                self.process.wait()
                return Ended(scratch, code="hung", seconds=time.monotonic() - began)
            if not line:
                return Ended(scratch, code=f"died:{self.process.wait(30)}", seconds=time.monotonic() - began)
            said = json.loads(line)
            for message in said if isinstance(said, list) else [said]:
                if "artifact" in message:
                    artifacts.append(message["artifact"])
                elif "progress" in message:
                    progress.append(message["progress"])
                elif "result" in message or "error" in message:
                    code = message["error"]["code"] if "error" in message else None
                    return Ended(scratch, message.get("result"), code, artifacts, time.monotonic() - began, progress)

    def close(self):
        if self.process is not None:
            self.socket.close()
            self.lines.close()
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
