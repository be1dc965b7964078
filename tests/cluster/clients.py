"""Clients of a cluster: threads that submit, read, cancel and retry through every gateway, and note what they are told."""

import http.client
import json
import random
import threading
import time
import uuid

from history import History

JSON = {"Content-Type": "application/json"}
PATIENCE = 15  # Seconds for an answer; a stopped gateway gives none.

FAILING_MS = -1  # No time to sleep: the handler ends the job as failed, for good.

# What a client does next, of a hundred times. What is left over is a job by itself.
PLAIN = {"cancel": 5}
MIXED = {"batch": 5, "keyed": 8, "unique": 8, "cancel": 6, "retry": 6, "group": 10}


class Clients:
    """`with Clients(cluster) as clients:` they live; after it `clients.history` is theirs."""

    def __init__(self, cluster, seed=1, pause=0.02, mix=PLAIN, each=1, patience=PATIENCE):
        self.cluster, self.pause, self.mix, self.patience = cluster, pause, mix, patience
        self.history = History()
        self.run = uuid.UUID(int=random.Random(seed).getrandbits(128)).hex[:8] + f"-{time.time_ns():x}"
        self.groups = [f"group-{self.run}-{number}" for number in range(3)]
        self.stopping = threading.Event()
        homes = [name for name in cluster.gateways for _ in range(each)]
        self.threads = [threading.Thread(target=self.live, args=(random.Random(seed * 100 + i), home), daemon=True)
                        for i, home in enumerate(homes)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(120)

    def live(self, dice, home):
        mine = []  # Nobody else reads or changes these.
        acts = [*self.mix, "single"]
        weights = [*self.mix.values(), 100 - sum(self.mix.values())]
        while not self.stopping.is_set():
            getattr(self, dice.choices(acts, weights)[0])(dice, home, mine)
            if mine:
                self.look(dice.choice(list(self.cluster.gateways)), dice.choice(mine[-30:]))
            time.sleep(self.pause)

    def ask(self, name, method, path, body=None, headers=None):
        """Returns (status, JSON); the status is "no answer" when nobody answered."""
        try:
            answer = self.cluster.ask(name, method, path, body, headers or JSON, timeout=self.patience)
            return answer.status, answer.json()
        except (OSError, http.client.HTTPException, ValueError):
            return "no answer", None

    # --- What they do

    def job(self, dice, **more):
        ms = dice.randrange(20, 400)
        if self.mix is MIXED:
            ms = dice.choices([ms, dice.randrange(1_000, 3_000), FAILING_MS], [85, 10, 5])[0]
        return {**dice.choice([{"kind": "noop"}, {"kind": "sleep", "params": {"ms": ms}}]), **more}

    def single(self, dice, home, mine, **more):
        status, told = self.ask(home, "POST", "/api/v1/jobs", json.dumps(self.job(dice, **more)))
        if status in (200, 202):
            self.keep(mine, told["job_id"], told.get("existing"))
            return told
        self.history.fail(home, status)
        return None

    def keep(self, mine, job_id, existing=False):
        self.history.acknowledge(job_id)
        if not existing:
            mine.append(job_id)

    def group(self, dice, home, mine):
        self.single(dice, home, mine, group=dice.choice(self.groups))

    def batch(self, dice, home, mine):
        jobs = [self.job(dice, group=dice.choice(self.groups)) for _ in range(dice.randrange(2, 15))]
        status, told = self.ask(home, "POST", "/api/v1/jobs", json.dumps(jobs))
        if status != 202:
            self.history.fail(home, status)
            return
        for one in told["jobs"]:
            if "job_id" in one:
                self.keep(mine, one["job_id"])
            else:
                self.history.fail(home, f"in a batch: {one['error']['code']}")

    def unique(self, dice, home, mine):
        # A finished job answers for its key for good, so keys last for seconds.
        key = f"unique-{self.run}-{int(time.time()) // 5}-{dice.randrange(3)}"
        told = self.single(dice, home, mine, unique_key=key)
        if told:
            with self.history.lock:
                self.history.unique[key].add(told["job_id"])

    def keyed(self, dice, home, mine):
        """One job, asked for by its key through one gateway after the other until two have answered."""
        key = f"{dice.getrandbits(64):x}-{self.run}"
        body = json.dumps(self.job(dice, group=f"key-{key}"))
        answers = 0
        while answers < 2 and not self.stopping.is_set():
            name = dice.choice(list(self.cluster.gateways))
            status, told = self.ask(name, "POST", "/api/v1/jobs", body, {**JSON, "Idempotency-Key": key})
            if status == 202:
                answers += 1
                self.history.made_by_key(key, told["job_id"])
                self.keep(mine, told["job_id"], existing=answers > 1)
            else:
                self.history.fail(name, status)
                self.stopping.wait(0.2)

    def cancel(self, dice, home, mine):
        if not mine:
            return
        job_id = dice.choice(mine[-20:])
        if job_id in self.history.retried:
            return
        status, _ = self.ask(home, "POST", f"/api/v1/jobs/{job_id}/cancel", "{}")
        with self.history.lock:
            if status in (200, 202):
                self.history.cancelled.add(job_id)
            elif status != 409:
                self.history.errors[home, status] += 1

    def retry(self, dice, home, mine):
        ended = [one for one in mine[-100:] if self.history.told_ended.get(one) in ("failed", "cancelled")]
        if not ended:
            return
        job_id = dice.choice(ended)
        with self.history.lock:
            self.history.retried.add(job_id)
        status, _ = self.ask(home, "POST", f"/api/v1/jobs/{job_id}/retry", "{}")
        if status not in (200, 202, 409):
            self.history.fail(home, status)

    def look(self, name, job_id):
        status, told = self.ask(name, "GET", f"/api/v1/jobs/{job_id}")
        if status in (200, 404, 410):
            self.history.read(name, job_id, status, told)
        else:
            self.history.fail(name, status)
