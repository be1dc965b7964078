"""What clients of a cluster did and were told, held against the promises once all is well again."""

import http.client
import json
import random
import threading
import time
from collections import Counter

END_STATES = {"completed", "failed", "cancelled"}


class Clients:
    """Threads that submit short jobs through every gateway, look at them through others, and note what they are told.

    A request that no gateway answers is no promise; one that was answered 202 is."""

    def __init__(self, cluster, seed=1, pause=0.02):
        self.cluster, self.pause = cluster, pause
        self.lock = threading.Lock()
        self.acknowledged = {}  # job id -> when
        self.cancelled = set()  # answered 2xx
        self.versions = {}  # (gateway, job id) -> the highest seen
        self.broken = []
        self.refused = Counter()
        self.told_ended = {}  # job id -> the state it was seen to have ended in
        self.ended_at = []
        self.stopping = threading.Event()
        names = list(cluster.gateways)
        self.threads = [threading.Thread(target=self.live, args=(random.Random(seed * 100 + i), name), daemon=True)
                        for i, name in enumerate(names)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def live(self, dice, name):
        mine = []
        while not self.stopping.is_set():
            self.submit(dice, name, mine)
            if mine and dice.random() < 0.1:
                self.cancel(name, dice.choice(mine[-20:]))
            if mine:
                self.look(dice.choice(list(self.cluster.gateways)), dice.choice(mine[-30:]))
            time.sleep(self.pause)

    def ask(self, name, method, path, body=None):
        """Returns (status, JSON), or None when nobody answered."""
        try:
            answer = self.cluster.ask(name, method, path, body, {"Content-Type": "application/json"}, timeout=15)
            return answer.status, answer.json()
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def submit(self, dice, name, mine):
        kind = dice.choice([{"kind": "noop"}, {"kind": "sleep", "params": {"ms": dice.randrange(20, 400)}}])
        told = self.ask(name, "POST", "/api/v1/jobs", json.dumps(kind))
        with self.lock:
            if told and told[0] == 202:
                mine.append(told[1]["job_id"])
                self.acknowledged[mine[-1]] = time.time()
            else:
                self.refused[(name, told[0] if told else "no answer")] += 1

    def cancel(self, name, job_id):
        told = self.ask(name, "POST", f"/api/v1/jobs/{job_id}/cancel", "{}")
        if told and told[0] in (200, 202):
            with self.lock:
                self.cancelled.add(job_id)

    def look(self, name, job_id):
        told = self.ask(name, "GET", f"/api/v1/jobs/{job_id}")
        if told and told[0] in (200, 404, 410):
            with self.lock:
                self.note(name, job_id, *told)

    def note(self, name, job_id, status, job):
        if status != 200:
            return self.broken.append(f"{name} says {status} of the acknowledged job {job_id}")
        if job["version"] < self.versions.get((name, job_id), 0):
            self.broken.append(f"the version of {job_id} goes back at {name}")
        self.versions[name, job_id] = job["version"]
        if job["status"] in END_STATES:
            known = self.told_ended.setdefault(job_id, job["status"])
            if known != job["status"]:
                self.broken.append(f"{job_id} ended as {known}, then as {job['status']}")
        elif job_id in self.told_ended and job["attempts"] and job["attempts"][-1].get("cause") == "completed":
            self.broken.append(f"{job_id} goes on after it had completed")

    def settle(self, seconds=90):
        """Waits until every acknowledged job has ended; returns those that have not."""
        left = set(self.acknowledged)
        end = time.monotonic() + seconds
        while left and time.monotonic() < end:
            for job_id in list(left):
                for name in self.cluster.gateways:
                    told = self.ask(name, "GET", f"/api/v1/jobs/{job_id}")
                    if not told or told[0] != 200:
                        break
                    self.note(name, job_id, *told)
                    if told[1]["status"] not in END_STATES:
                        break
                else:
                    self.judge(job_id, told[1])
                    left.discard(job_id)
            time.sleep(0.1)
        return left

    def judge(self, job_id, job):
        self.ended_at.append(job["completed_at"])
        completions = sum(1 for attempt in job["attempts"] if attempt.get("cause") == "completed")
        if completions > 1:
            self.broken.append(f"{job_id} completed {completions} times")
        if job_id in self.cancelled and job["status"] == "completed":
            self.broken.append(f"the cancelled job {job_id} completed")

    def longest_wait_for_ack_after(self, moment, within):
        """Returns how long after `moment` nothing was acknowledged, at most."""
        times = sorted(at for at in self.acknowledged.values() if moment - 1 <= at <= moment + within)
        return max((b - a for a, b in zip(times, times[1:])), default=within)
