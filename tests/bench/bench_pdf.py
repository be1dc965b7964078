"""PDF pages a second of a node, over HTTP with all bookkeeping, beside `pdftotext` on all cores over the same files.

    python3 tests/bench/bench_pdf.py [--rounds N] [--connections N]

Starts a node (build/release/dure, or DURE_BINARY). Files are the PDFs of the corpora (DURE_CORPORA)
that pdftotext finds text in. The node runs with DURE_OCR=off, as pdftotext does not read letters off pictures either."""

import argparse
import http.client
import json
import os
import queue
import resource
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cluster"))
from dure_node import ROOT, Node, descendants  # noqa: E402

CORPORA = Path(os.environ.get("DURE_CORPORA", ROOT.parent / "shared" / "corpora"))
FOLDERS = ("autorag-apache2", "large", "pdfbox-apache2", "pypdf-bsd3")


def files_with_text():
    """Yields (path, pages) of files where a comparison is fair."""
    for folder in FOLDERS:
        for path in sorted((CORPORA / "pdf" / folder).rglob("*.pdf")):
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True)
            pages = done.stdout.split(b"\f")[:-1]
            if done.returncode == 0 and any(page.strip() for page in pages):
                yield path, len(pages)


def processor_seconds_of(root):
    """Returns what a process of this machine and all below it have used of the processors."""
    ticks = 0
    for pid in [root] + [pid for pid, _ in descendants(root)]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def run_pdftotext(paths):
    """Returns the seconds that `xargs` takes with as many processes as there are cores."""
    names = b"\0".join(str(path).encode() for path in paths)
    began = time.monotonic()
    command = ["xargs", "-0", "-P", str(os.cpu_count()), "-I", "{}", "pdftotext", "{}", "/dev/null"]
    subprocess.run(command, input=names, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - began


class Connection:
    """One keep-alive connection to a node."""

    def __init__(self, address):
        self.http = http.client.HTTPConnection(address, timeout=300)

    def ask(self, method, path, body=None, content_type=None):
        self.http.request(method, path, body, {"Content-Type": content_type} if content_type else {})
        response = self.http.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def upload(self, name, content):
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = head + content + f"\r\n--{boundary}--\r\n".encode()
        began = time.monotonic()
        status, answer = self.ask("POST", "/upload", body, f"multipart/form-data; boundary={boundary}")
        if status != 202:
            sys.exit(f"{name}: {status} {answer}")
        return answer["job_id"], time.monotonic() - began

    def wait_for(self, job_id):
        while True:
            job = self.ask("GET", f"/api/v1/jobs/{job_id}?wait=30s")[1]
            if job["status"] in ("completed", "failed", "cancelled"):
                return job["status"] == "completed"


def run_node(address, files, connections):
    """Uploads all files and waits for their ends. Returns seconds, upload latencies, and how many failed."""
    waiting, latencies, failed = queue.SimpleQueue(), [], []
    for path, content in files:
        waiting.put((path.name, content))

    def work():
        connection, mine = Connection(address), []
        while not waiting.empty():
            try:
                name, content = waiting.get_nowait()
            except queue.Empty:
                break
            job_id, seconds = connection.upload(name, content)
            latencies.append(seconds)
            mine.append((name, job_id))
        failed.extend(name for name, job_id in mine if not connection.wait_for(job_id))

    began = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began, latencies, failed


def large_pdf(size):
    """Returns a page of text beside an object of random bytes, so that no two are alike."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 36>>stream\nBT /F 12 Tf 20 100 Td (large) Tj ET  \nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n" % size + os.urandom(size) + b"\nendstream",
    ]
    pdf, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return pdf + head + table + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(pdf))


def upload_large(address, count=100, size=12_000_000):
    connection, latencies, jobs = Connection(address), [], []
    for _ in range(count):
        job_id, seconds = connection.upload("large.pdf", large_pdf(size))
        latencies.append(seconds * 1e3)
        jobs.append(job_id)
    completed = sum(connection.wait_for(job_id) for job_id in jobs)
    latencies.sort()
    print(f"{count} uploads of {size / 1e6:.0f} MB, one at a time, the jobs running beside them: p50 {latencies[count // 2]:.0f} ms, "
          f"p99 {latencies[int(count * 0.99)]:.0f} ms; {completed} completed")


def compare(address, root, chosen, rounds, connections):
    pages = sum(count for _, count in chosen)
    files = [(path, path.read_bytes()) for path, _ in chosen]
    run_node(address, files[:20], connections)  # Warm processes, as a node has.
    best_node = best_pdftotext = 0.0
    for number in range(1, rounds + 1):
        before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        theirs = run_pdftotext([path for path, _ in chosen])
        their_use = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before
        before = processor_seconds_of(root)
        ours, latencies, failed = run_node(address, files, connections)
        our_use = processor_seconds_of(root) - before
        best_node, best_pdftotext = max(best_node, pages / ours), max(best_pdftotext, pages / theirs)
        latencies.sort()
        print(f"round {number}: pdftotext {pages / theirs:7.0f} pages/s, dure {pages / ours:7.0f} pages/s, "
              f"ratio {theirs / ours:.2f}, upload p99 {latencies[int(len(latencies) * 0.99)] * 1e3:.0f} ms, "
              f"{len(failed)} failed; processors {their_use:.2f} s, {our_use:.2f} s", flush=True)
    print(f"{len(chosen)} files, {pages} pages; best of {rounds}: pdftotext {best_pdftotext:.0f} pages/s, "
          f"dure {best_node:.0f} pages/s, ratio {best_node / best_pdftotext:.2f}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=4)
    options = options.parse_args()
    chosen = list(files_with_text())
    if not chosen:
        sys.exit("the corpora are not here; set DURE_CORPORA to their folder")
    os.environ["DURE_OCR"] = "off"
    node = Node().start()
    try:
        compare(f"127.0.0.1:{node.port}", node.process.pid, chosen, options.rounds, options.connections)
        upload_large(f"127.0.0.1:{node.port}")
    finally:
        node.stop()
        node.remove()


if __name__ == "__main__":
    main()
