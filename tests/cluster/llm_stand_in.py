"""A model's endpoint for tests: real HTTP on loopback, answers in the form of chat completions, and every way to fail.

Run by hand: `python3 llm_stand_in.py --port 9000 --latency-ms 200 --requests-per-minute 600 --faults '{"hang": 0.1}'`.
A question's text may hold a marker `[[name]]`, by which it is counted, and `fault:NAME`, which beats chance.
GET /stats tells what happened; POST /settings {faults, latency_ms, requests_per_minute, refuse} changes it meanwhile.
"""

import argparse
import asyncio
import collections
import gzip
import hashlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path

MARKER = re.compile(r"\[\[([\w.-]+)\]\]")
FAULT = re.compile(r"fault:(\w+)")
HUGE = 100 * 1024 * 1024


def explanation_of(marker):
    return f"설명 {marker} {hashlib.sha256(marker.encode()).hexdigest()[:16]}"


def usage_of(marker):
    spread = int(hashlib.sha256(marker.encode()).hexdigest()[:6], 16)
    return {"prompt_tokens": 300 + spread % 100, "completion_tokens": 100 + spread % 70}


def completion(marker, content=None, finish="stop", usage=True, **message):
    answer = {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": finish,
                     "message": {"role": "assistant", "content": explanation_of(marker) if content is None else content, **message}}],
    }
    if usage:
        answer["usage"] = usage_of(marker)
    return answer


def failure(message, code=None):
    return {"error": {"message": message, "type": code or "error", "code": code}}


class Books:
    """What was asked, answered and charged; kept in a file, so that a killed stand-in's are not lost."""

    def __init__(self, path):
        self.path = path
        self.asked, self.charged, self.tokens = collections.Counter(), collections.Counter(), collections.Counter()
        self.faults = collections.Counter()
        self.arrivals, self.violations, self.peak = collections.deque(), 0, 0
        self.keys = set()
        if path and path.exists():
            for line in path.read_text().splitlines():
                self.count(*json.loads(line))
        self.file = path.open("a") if path else None

    def count(self, what, name):
        {"asked": self.asked, "charged": self.charged, "fault": self.faults}[what][name] += 1

    def note(self, what, name):
        self.count(what, name)
        if self.file:
            self.file.write(json.dumps([what, name]) + "\n")
            self.file.flush()

    def arrive(self, limit):
        """Returns whether the last 60 s hold more than the limit."""
        now = time.monotonic()
        self.arrivals.append(now)
        while self.arrivals[0] <= now - 60:
            self.arrivals.popleft()
        self.peak = max(self.peak, len(self.arrivals))
        over = limit is not None and len(self.arrivals) > limit
        self.violations += over
        return over


class StandInServer:
    def __init__(self, options):
        self.latency = options.latency_ms / 1000
        self.limit = options.requests_per_minute
        self.faults = json.loads(options.faults)
        self.refuse = False
        self.chance = random.Random(options.seed)
        self.books = Books(Path(options.books) if options.books else None)

    def stats(self):
        b = self.books
        return {"requests": sum(b.asked.values()), "asked": b.asked, "charged": b.charged, "faults": b.faults,
                "violations": b.violations, "peak": b.peak, "keys": sorted(b.keys)}

    def settle(self, told):
        self.faults = told.get("faults", self.faults)
        self.latency = told.get("latency_ms", self.latency * 1000) / 1000
        self.limit = told.get("requests_per_minute", self.limit)
        self.refuse = told.get("refuse", self.refuse)

    def fault_for(self, text):
        named = FAULT.search(text)
        if named:
            return named.group(1)
        draw = self.chance.random()
        for name, share in self.faults.items():
            draw -= share
            if draw < 0:
                return name
        return None

    async def serve(self, reader, writer):
        try:
            while await self.exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def exchange(self, reader, writer):
        line = await reader.readline()
        if not line:
            return False
        method, path, _ = line.decode().split(" ", 2)
        headers = {}
        while (line := (await reader.readline()).decode().strip()):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if path == "/stats":
            return await self.send(writer, 200, self.stats())
        if path == "/settings":
            self.settle(json.loads(body))
            return await self.send(writer, 200, {})
        return await self.complete(writer, headers, json.loads(body))

    async def complete(self, writer, headers, request):
        system, user = request["messages"]
        assert system["role"] == "system" and user["role"] == "user", "one prompt, one question"
        question = json.loads(user["content"])
        text = question["question"]
        marker = (MARKER.search(text) or [None, "unmarked"])[1]
        self.books.keys.add(headers.get("authorization", ""))
        self.books.note("asked", marker)
        if self.refuse:
            return False
        if self.books.arrive(self.limit):
            return await self.send(writer, 429, failure("Rate limit reached."), {"Retry-After": "5"})
        fault = self.fault_for(text)
        if fault:
            self.books.note("fault", fault)
        if fault == "hang":
            await asyncio.sleep(600)
        await asyncio.sleep(self.latency)
        if fault is None:
            self.books.note("charged", marker)
            left = {"x-ratelimit-remaining-requests": "1000", "x-ratelimit-remaining-tokens": "100000"}
            return await self.send(writer, 200, completion(marker), left)
        return await getattr(self, "do_" + fault.rstrip("0123456789"), self.do_status)(writer, marker, fault)

    async def send(self, writer, status, value, headers=None):
        content = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        head += "".join(f"{name}: {told}\r\n" for name, told in (headers or {}).items())
        writer.write(head.encode() + b"\r\n" + content)
        await writer.drain()
        return True

    async def answer(self, writer, marker, **how):
        """A whole answer that costs something, whatever is wrong with it."""
        self.books.note("charged", marker)
        return await self.send(writer, 200, completion(marker, **how))

    async def do_status(self, writer, marker, fault):
        status = int(re.sub(r"\D", "", fault))
        return await self.send(writer, status, failure(f"Said {status} on purpose."))

    async def do_limited_seconds(self, writer, marker, fault):
        return await self.send(writer, 429, failure("Slow down."), {"Retry-After": "1"})

    async def do_limited_absurdly(self, writer, marker, fault):
        return await self.send(writer, 429, failure("Slow down."), {"Retry-After": "9223372036854775807"})

    async def do_limited_date(self, writer, marker, fault):
        return await self.send(writer, 429, failure("Slow down."), {"Retry-After": formatdate(time.time() + 60, usegmt=True)})

    async def do_limited_reset(self, writer, marker, fault):
        told = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"}
        return await self.send(writer, 429, failure("Slow down."), told)

    async def do_limited(self, writer, marker, fault):
        return await self.send(writer, 429, failure("Slow down."))

    async def do_unpaid(self, writer, marker, fault):
        return await self.send(writer, 429, failure("You exceeded your current quota.", "insufficient_quota"))

    async def do_trickle(self, writer, marker, fault):
        content = json.dumps(completion(marker)).encode()
        writer.write(f"HTTP/1.1 200 Said\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        for n in range(len(content)):
            writer.write(content[n : n + 1])
            await writer.drain()
            await asyncio.sleep(1)
        return True

    async def do_cut(self, writer, marker, fault):
        content = json.dumps(completion(marker)).encode()
        writer.write(f"HTTP/1.1 200 Said\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[: len(content) // 2])
        await writer.drain()
        return False

    async def do_cut_unanswered(self, writer, marker, fault):
        return False

    async def do_invalid_json(self, writer, marker, fault):
        return await self.send(writer, 200, b"{'choices': nothing}")

    async def do_deep_json(self, writer, marker, fault):
        return await self.send(writer, 200, b'{"choices":' + b"[" * 400_000 + b"]" * 400_000 + b"}")

    async def do_deep_refusal(self, writer, marker, fault):
        return await self.send(writer, 400, b'{"error":' + b"[" * 400_000 + b"]" * 400_000 + b"}")

    async def do_only_hints(self, writer, marker, fault):
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        await writer.drain()
        return False

    async def do_truncated_json(self, writer, marker, fault):
        return await self.send(writer, 200, json.dumps(completion(marker)).encode()[:60])

    async def do_invalid_utf(self, writer, marker, fault):
        return await self.send(writer, 200, json.dumps(completion(marker, content="x")).encode().replace(b'"x"', b'"\xff\xfe"'))

    async def do_huge(self, writer, marker, fault):
        writer.write(f"HTTP/1.1 200 Said\r\nContent-Length: {HUGE}\r\n\r\n".encode())
        for _ in range(HUGE // 65536):
            writer.write(b" " * 65536)
            await writer.drain()
        return True

    async def do_gzip_bomb(self, writer, marker, fault):
        return await self.send(writer, 200, GZIP_BOMB, {"Content-Encoding": "gzip"})

    async def do_broken_gzip(self, writer, marker, fault):
        return await self.send(writer, 200, b"\x1f\x8b\x08 this is no gzip", {"Content-Encoding": "gzip"})

    async def do_gzip(self, writer, marker, fault):
        self.books.note("charged", marker)
        return await self.send(writer, 200, gzip.compress(json.dumps(completion(marker)).encode()), {"Content-Encoding": "gzip"})

    async def do_redirect(self, writer, marker, fault):
        return await self.send(writer, 302, {}, {"Location": "http://169.254.169.254/latest/meta-data"})

    async def do_many_headers(self, writer, marker, fault):
        writer.write(b"HTTP/1.1 200 Said\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1000)) + b"\r\n")
        await writer.drain()
        return False

    async def do_no_http(self, writer, marker, fault):
        writer.write(b"this is no HTTP\r\n\r\n")
        await writer.drain()
        return False

    async def do_no_choices(self, writer, marker, fault):
        self.books.note("charged", marker)
        return await self.send(writer, 200, {"choices": [], "usage": usage_of(marker)})

    async def do_empty_text(self, writer, marker, fault):
        return await self.answer(writer, marker, content=" \n")

    async def do_long_text(self, writer, marker, fault):
        return await self.answer(writer, marker, content="가" * 5000)

    async def do_cut_short(self, writer, marker, fault):
        return await self.answer(writer, marker, finish="length")

    async def do_refusal(self, writer, marker, fault):
        return await self.answer(writer, marker, content="", refusal="I cannot help with that.")

    async def do_no_usage(self, writer, marker, fault):
        return await self.send(writer, 200, completion(marker, usage=False))


GZIP_BOMB = gzip.compress(b" " * HUGE, 6)


class StandIn:
    """The stand-in as a process of its own, which can be killed and started again on its port."""

    def __init__(self, folder, port, **options):
        self.port = port
        self.books = Path(folder, f"books-{port}.jsonl")
        self.options = {"port": port, "books": self.books, **options}
        self.process = None

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self):
        flags = [f"--{name.replace('_', '-')}={json.dumps(told) if isinstance(told, dict) else told}"
                 for name, told in self.options.items() if told is not None]
        self.process = subprocess.Popen([sys.executable, "-B", __file__, *flags], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while True:
            try:
                self.stats()
                return self
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, "the stand-in does not start"
                time.sleep(0.05)

    def kill(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def ask(self, method, path, value=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if value is None else json.dumps(value))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def stats(self):
        return self.ask("GET", "/stats")

    def settle(self, **settings):
        self.ask("POST", "/settings", settings)


async def run(options):
    server = StandInServer(options)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", options.port))
    async with await asyncio.start_server(server.serve, sock=listener, limit=1 << 20) as serving:
        await serving.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--requests-per-minute", type=int)
    parser.add_argument("--faults", default="{}", help="JSON: fault -> share of requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", help="file that keeps what was asked and charged")
    asyncio.run(run(parser.parse_args()))
