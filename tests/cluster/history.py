"""What clients of a cluster were told, held against the promises once all is well again."""

import json
import threading
import time
from collections import Counter, defaultdict, namedtuple
from datetime import datetime, timezone

END_STATES = {"completed", "failed", "cancelled"}
LIVE_STATES = ("scheduled", "pending", "running")
SENTENCES_MAX = 100  # One mistake may break as many promises as there are jobs.

# What is kept of a job that a gateway lists; `digest` is of all that it says.
Row = namedtuple("Row", "status version group made_at ended_at completions digest")


def moment_of(text):
    """Returns a job's time as seconds since the epoch, as time.time() counts them."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def time_text(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def list_jobs(gateway, timeout=60, **filters):
    """Yields all jobs that a gateway lists, page by page."""
    path = "/api/v1/jobs?limit=500" + "".join(f"&{name}={value}" for name, value in filters.items())
    cursor = None
    while True:
        answer = gateway.ask("GET", path + (f"&cursor={cursor}" if cursor else ""), timeout=timeout)
        if answer.status != 200:
            raise OSError(f"GET {path} was answered {answer.status}: {answer.body[:300]}")
        page = answer.json()
        yield from page["jobs"]
        cursor = page["next"]
        if not cursor:
            return


def row_of(job):
    return Row(
        job["status"], job["version"], job["group"], moment_of(job["created_at"]), moment_of(job["completed_at"]),
        sum(1 for attempt in job["attempts"] if attempt["cause"] == "completed"),
        hash(json.dumps(job, sort_keys=True)),
    )


class History:
    """Thread-safe. A request that no gateway answers is no promise; one that was answered 202 is."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # job id -> when
        self.cancelled = set()  # answered 2xx
        self.retried = set()  # asked for, whatever the answer was
        self.keyed = {}  # Idempotency-Key -> the one job it made
        self.unique = defaultdict(set)  # unique key -> jobs that were made for it
        self.errors = Counter()  # (gateway, status or "no answer") -> how often
        self.broken = []
        self.versions = {}  # (gateway, job id) -> the highest seen
        self.states = {}  # (job id, version) -> its state then, the same at every gateway
        self.told_ended = {}  # job id -> the state it was seen to have ended in
        self.rows = {}  # gateway -> {job id: Row}, after `settle`

    # --- What clients were told

    def acknowledge(self, job_id):
        with self.lock:
            self.acknowledged.setdefault(job_id, time.time())

    def fail(self, name, status):
        with self.lock:
            self.errors[name, status] += 1

    def errors_by_status(self):
        """Returns how often which status, or "no answer", was heard so far."""
        heard = Counter()
        with self.lock:
            for (_, status), count in self.errors.items():
                heard[status] += count
        return heard

    def made_by_key(self, key, job_id):
        with self.lock:
            known = self.keyed.setdefault(key, job_id)
            if known != job_id:
                self.broken.append(f"the Idempotency-Key {key} made {known}, then {job_id}")

    def read(self, name, job_id, status, job):
        """A gateway answered for an acknowledged job, which one client alone asks it for at a time."""
        with self.lock:
            if status == 200:
                self.compare(name, job_id, job)
            else:
                self.broken.append(f"{name} says {status} of the acknowledged job {job_id}")

    def compare(self, name, job_id, job):
        version, state = job["version"], job["status"]
        highest = self.versions.get((name, job_id), 0)
        if version < highest:
            self.broken.append(f"{name} shows {job_id} at version {version} after {highest}")
        self.versions[name, job_id] = max(version, highest)
        known = self.states.setdefault((job_id, version), state)
        if known != state:
            self.broken.append(f"{job_id} is {state} at version {version}, says {name}, and {known} elsewhere")
        if state in END_STATES:
            ended = self.told_ended.setdefault(job_id, state)
            if ended != state and (ended == "completed" or job_id not in self.retried):
                self.broken.append(f"{job_id} ended as {ended}, then as {state}")

    # --- What became of it

    def settle(self, gateways, seconds=120):
        """Waits until every job since the first acknowledged one has ended at every gateway, then judges them all.

        Those that nobody acknowledged are waited for, too, and lists that differ are asked for again until the time is
        over: what was on its way when the clients stopped may arrive between two lists. Returns the jobs that have not
        ended everywhere."""
        if not self.acknowledged:
            return set()
        since = time_text(min(self.acknowledged.values()) - 60)
        end = time.monotonic() + seconds
        while True:
            left = set()
            for name, gateway in gateways.items():
                left |= self.left_at(name, gateway, since)
            first, *others = self.rows.values()
            if (not left and all(rows == first for rows in others)) or time.monotonic() > end:
                break
            time.sleep(0.2)
        self.judge(gateways)
        return left

    def left_at(self, name, gateway, since):
        """Returns the jobs that have not ended at a gateway; keeps what it lists once all have."""
        self.rows[name] = {}
        try:
            left = {job["job_id"] for state in LIVE_STATES for job in list_jobs(gateway, status=state, created_after=since)}
            if left:
                return left
            self.rows[name] = {job["job_id"]: row_of(job) for job in list_jobs(gateway, created_after=since)}
        except OSError:
            return set(self.acknowledged)
        return {job_id for job_id in self.acknowledged
                if job_id not in self.rows[name] or self.rows[name][job_id].status not in END_STATES}

    def judge(self, gateways):
        with self.lock:
            for name, rows in self.rows.items():
                for job_id, row in rows.items():
                    self.judge_job(name, job_id, row)
                self.judge_keys(name, rows)
            self.judge_replicas(gateways)
            del self.broken[SENTENCES_MAX:]

    def judge_job(self, name, job_id, row):
        if row.completions > 1:
            self.broken.append(f"{job_id} completed {row.completions} times, says {name}")
        if job_id in self.cancelled and job_id not in self.retried and row.status == "completed":
            self.broken.append(f"the cancelled job {job_id} completed, says {name}")
        told = self.told_ended.get(job_id, row.status)
        if told != row.status and (told == "completed" or job_id not in self.retried):
            self.broken.append(f"{job_id} ended as {told}, then as {row.status}, says {name}")
        if row.version < self.versions.get((name, job_id), 0):
            self.broken.append(f"{name} shows {job_id} at version {row.version} after {self.versions[name, job_id]}")

    def judge_keys(self, name, rows):
        """A keyed request makes one job; a unique key has one live job at a time."""
        made = Counter(row.group for row in rows.values() if row.group and row.group.startswith("key-"))
        for group, count in made.items():
            if count > 1:
                self.broken.append(f"the Idempotency-Key of group {group} made {count} jobs, says {name}")
        for key, jobs in self.unique.items():
            lives = sorted((rows[one] for one in jobs - self.retried if one in rows), key=lambda row: row.made_at)
            for one, next_one in zip(lives, lives[1:]):
                if one.ended_at and next_one.made_at < one.ended_at:
                    self.broken.append(f"two jobs of the unique key {key} lived at the same time, says {name}")

    def judge_replicas(self, gateways):
        """What all gateways list is the same, to the letter."""
        first, *others = self.rows
        for other in others:
            if not self.rows[first] or not self.rows[other]:
                continue
            for job_id in self.rows[first].keys() ^ self.rows[other].keys():
                self.broken.append(f"{job_id} is listed by one of {first} and {other} only")
            for job_id in self.rows[first].keys() & self.rows[other].keys():
                if self.rows[first][job_id] == self.rows[other][job_id]:
                    continue
                said = [gateways[name].ask("GET", f"/api/v1/jobs/{job_id}").json() for name in (first, other)]
                fields = [f"{field}: {said[0][field]!r} and {said[1][field]!r}" for field in said[0] if said[0][field] != said[1][field]]
                self.broken.append(f"{first} and {other} differ about {job_id}: {'; '.join(fields)}")
                if len(self.broken) > SENTENCES_MAX:
                    return

    def compare_counters(self, gateways, groups):
        """Every gateway counts of a group's jobs what they say themselves."""
        for name, gateway in gateways.items():
            for group in groups:
                jobs = Counter(row.status for row in self.rows[name].values() if row.group == group)
                for state in (*LIVE_STATES, *sorted(END_STATES)):
                    answer = gateway.ask("GET", f"/api/v1/jobs?limit=1&group={group}&status={state}").json()
                    if answer["total"] != jobs[state]:
                        self.broken.append(
                            f"{name} counts {answer['total']} {state} jobs in group {group}, and {jobs[state]} say so")

    # --- Figures

    def jobs(self):
        """Returns what the gateway lists that lists most."""
        return max(self.rows.values(), key=len, default={}).values()

    def completed_at(self):
        """Returns when jobs completed, in order."""
        return sorted(row.ended_at for row in self.jobs() if row.status == "completed")

    def counts(self):
        """Returns how many jobs there are in which state."""
        return Counter(row.status for row in self.jobs())

    def longest_gap_after(self, moment, within):
        """Returns how long no job completed at most, from `moment` on and for `within` seconds.

        A stall that is not over by then counts until then: the worst must not look like the best."""
        end = moment + within
        times = [at for at in self.completed_at() if at < end] + [end]
        return max((later - at for at, later in zip(times, times[1:]) if later > moment), default=within)
