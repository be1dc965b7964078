"""All PDFs of the corpora through one running node, one after the other, while good jobs run beside them. By hand:

    python3 tests/cluster/hostile_documents.py [--alone SECONDS] [--every N]

Prints how each file ended (the table of tests/documents/README.md), the good jobs' latency alone and beside, and memory
and descriptors before and after. Ends with 1 when a file has no end of its own or the good jobs' p99 more than doubles."""

import argparse
import collections
import os
import sys
import threading
import time
from pathlib import Path

from dure_node import ROOT, SAMPLE_PDF, Node, wait_until

CORPORA = Path(os.environ.get("DURE_CORPORA", ROOT.parent / "shared" / "corpora"))
#: An end that says nothing about the file.
NO_CODE = {"handler_error", "protocol_error", "lost"}


class GoodJobs(threading.Thread):
    """Uploads the sample again and again and notes how long each takes from upload to completion."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.seconds, self.failed, self.go_on = node, [], [], True

    def run(self):
        while self.go_on:
            began = time.monotonic()
            job = finish(self.node, SAMPLE_PDF)
            self.seconds.append(time.monotonic() - began)
            if job["status"] != "completed":
                self.failed.append(job)
            time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))

    def stop(self):
        self.go_on = False
        self.join(600)
        return self


def finish(node, path):
    answer = node.upload(path)
    if answer.status != 202:
        return {"status": "refused", "error": {"code": answer.json()["code"]}}
    while True:
        job = node.job(answer.json()["job_id"], wait="30s")
        if job["status"] in ("completed", "failed", "cancelled"):
            return job


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def told(seconds):
    return f"{len(seconds)} jobs, p50 {percentile(seconds, 0.5) * 1e3:.0f} ms, p99 {percentile(seconds, 0.99) * 1e3:.0f} ms"


def holdings(node):
    """Returns (resident MiB, open descriptors) of the node, and how many processes it has."""
    with open(f"/proc/{node.process.pid}/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    return resident, len(os.listdir(f"/proc/{node.process.pid}/fd")), len(node.family())


def code_of(node, job):
    if job["status"] == "completed":
        result = node.ask("GET", f"/jobs/{job['job_id']}/result").json()["result"]
        return "completed, partial" if result.get("partial") else "completed"
    return (job["error"] or {}).get("code") or job["status"]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--alone", type=float, default=30, help="how long the good jobs run alone first")
    options.add_argument("--every", type=int, default=1, help="take every Nth file only")
    options = options.parse_args()
    files = sorted((CORPORA / "pdf").rglob("*.pdf"))[:: options.every]
    if not files:
        sys.exit("the corpora are not here; set DURE_CORPORA to their folder")
    node = Node("--slots", "2").start()
    try:
        sys.exit(measure(node, files, options.alone))
    finally:
        node.remove()


def measure(node, files, alone_for):
    good = GoodJobs(node)
    good.start()
    time.sleep(alone_for)
    alone = good.stop()
    before = holdings(node)
    beside = GoodJobs(node)
    beside.start()
    codes, examples, slowest = collections.Counter(), {}, (0.0, "")
    for path in files:
        began = time.monotonic()
        code = code_of(node, finish(node, path))
        slowest = max(slowest, (time.monotonic() - began, path.name))
        codes[code] += 1
        examples.setdefault(code, path.name)
    beside.stop()
    for code, count in codes.most_common():
        print(f"| `{code}` | {count} | {examples[code]} |")
    print(f"{len(files)} files, the slowest {slowest[1]} in {slowest[0]:.1f} s")
    print(f"good jobs alone:  {told(alone.seconds)}")
    print(f"good jobs beside: {told(beside.seconds)}, {len(beside.failed)} failed")
    print(f"resident MiB, descriptors, processes before: {before}")
    time.sleep(1)
    print(f"the same afterwards:                         {holdings(node)}")
    try:  # Handlers beyond the warm ones end when they were idle for a minute.
        wait_until(lambda: holdings(node)[1] <= before[1], 120, "descriptors return")
    finally:
        print(f"the same when all is idle:                   {holdings(node)}")
    slower = percentile(beside.seconds, 0.99) / percentile(alone.seconds, 0.99)
    print(f"p99 beside / alone: {slower:.2f}")
    return 1 if slower > 2 or beside.failed or alone.failed or NO_CODE & set(codes) else 0


if __name__ == "__main__":
    main()
