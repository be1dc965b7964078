"""A cluster of three under load and mixed faults for minutes or hours; see soak.sh.

Its parts, Storm and verdict, also make the short storm of storm_test.py."""

import argparse
import statistics
import subprocess
import sys
import time
from collections import defaultdict, namedtuple

import faults
from clients import MIXED, Clients
from cluster_health import WORK_SECONDS, wait_well, wait_work_goes_on
from dure_node import BINARY, wait_until
from local_cluster import NAMES, Cluster, skip_unless_possible
from log_copies import missing

DISK_MIB = 2048
JOBS_BETWEEN = 50  # That are acknowledged between two faults.

Outcome = namedtuple("Outcome", "fault struck first_ms well_s")


class Storm:
    """Does one fault after the other to a cluster whose clients live."""

    def __init__(self, cluster, clients, say=print):
        self.cluster, self.clients, self.history, self.say = cluster, clients, clients.history, say
        self.began = time.time()
        self.outcomes = []
        self.helped = []  # What only an operator would have done.

    def strike(self, fault):
        """Harms, waits until work goes on, mends, waits until all is well. Its line says what was observed."""
        errors, acknowledged = self.history.errors_by_status(), len(self.history.acknowledged)
        struck = time.time()
        victim, harm = faults.strike(self.cluster, fault)
        what = f"{struck - self.began:7.1f} s  {fault} {victim}: {harm.what}"
        first_ms = round(1000 * wait_work_goes_on(self.cluster, time.time(), victim, what))
        self.clients.stopping.wait(max(0, struck + fault.seconds - time.time()))
        harm.mend()
        mended = time.time()
        try:
            helped = wait_well(self.cluster)
            self.helped += [sentence for sentence in helped if "nats-server" in sentence]
        except AssertionError as failure:
            raise AssertionError(f"{what}; then {failure}") from None
        outcome = Outcome(fault, struck, first_ms, time.time() - mended)
        self.outcomes.append(outcome)
        heard = dict(self.history.errors_by_status() - errors)
        self.say(f"{what}; first job after it completed after {first_ms} ms, well {outcome.well_s:.1f} s after mending"
                 + "".join(f", {sentence}" for sentence in helped)
                 + f", {len(self.history.acknowledged) - acknowledged} acknowledged, errors: {heard or 'none'}")
        self.work_on()
        return outcome

    def work_on(self):
        enough = len(self.history.acknowledged) + JOBS_BETWEEN
        wait_until(lambda: len(self.history.acknowledged) >= enough, WORK_SECONDS, f"{JOBS_BETWEEN} jobs are acknowledged")


def verdict(cluster, clients):
    """Waits until all has ended, holds it against the promises, stops the nodes; returns what is broken."""
    history = clients.history
    left = history.settle(cluster.gateways)
    broken = [f"{len(left)} jobs have not ended, {sorted(left)[0]} is one"] if left else []
    if not left:
        history.compare_counters(cluster.gateways, clients.groups)
    return broken + history.broken + verify(cluster)


def verify(cluster):
    """Ends all nodes where they stand, at rest; returns what `dure verify` says against them."""
    broken, said = [], {}
    for name in NAMES:
        cluster.kill(name)
    for name in NAMES:
        done = subprocess.run([BINARY, "verify", cluster.folder / name / "data"], capture_output=True, text=True,
                              timeout=600, check=False)
        said[name] = [line.split(", ")[0] for line in done.stdout.splitlines()]
        if done.returncode != 0:
            broken.append(f"dure verify of {name} ends with {done.returncode}: {(done.stdout + done.stderr)[:2000]}")
    for name in NAMES[1:]:
        if said[name] != said[NAMES[0]]:
            broken.append(f"dure verify counts other jobs on {name}, {said[name]}, than on {NAMES[0]}, {said[NAMES[0]]}")
    return broken


def thin_copies(cluster):
    """Ends the nats-servers; returns which copies lack records that nobody brings back. The other two have them."""
    found = []
    for name in NAMES:
        cluster.kill_machine(name)
        for stream, count in sorted(missing(cluster.folder / name / "nats").items()):
            found.append(f"{count} records of {stream} on {name}")
    return found


# --- The summary

def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def fault_table(outcomes, history):
    by_kind = defaultdict(list)
    for outcome, later in zip(outcomes, [*outcomes[1:], None]):
        until = later.struck if later else max(history.acknowledged.values())
        gap = history.longest_gap_after(outcome.struck, until - outcome.struck)
        by_kind[str(outcome.fault)].append((outcome.first_ms / 1000, gap, outcome.well_s))
    rows = [[kind, len(ones), *(f"{statistics.median(column):.1f} / {max(column):.1f}" for column in zip(*ones))]
            for kind, ones in sorted(by_kind.items())]
    return table(["fault (whom)", "times", "first job that came after it completed, s (median / longest)",
                  "longest time without a completed job, s", "well after mending, s"], rows)


def summary(storm, broken, thin):
    history = storm.history
    counts, errors = history.counts(), history.errors_by_status()
    times = history.completed_at()
    gap = max((later - at for at, later in zip(times, times[1:])), default=0)
    rows = [["acknowledged", len(history.acknowledged)],
            ["ended", ", ".join(f"{state}: {count}" for state, count in sorted(counts.items()))],
            ["Idempotency-Keys used", len(history.keyed)],
            ["longest time without a completed job", f"{gap:.1f} s"],
            ["errors heard by clients", ", ".join(f"{status}: {count}" for status, count in errors.most_common()) or "none"],
            ["nats-servers started again because they were not healthy", len(storm.helped)],
            ["missing for good in one of a log's copies", "; ".join(thin) or "nothing"],
            ["the checker's verdict", f"{len(broken)} VIOLATIONS" if broken else "all promises kept"]]
    return fault_table(storm.outcomes, history) + "\n" + table(["jobs", ""], rows)


def soak(cluster, minutes, seed, kinds):
    """Returns what is broken, after the summary is printed."""
    broken = []
    if any(kind.startswith("full") for kind in kinds):
        cluster.give_disks(DISK_MIB)
    cluster.up()
    end = time.monotonic() + 60 * minutes
    with Clients(cluster, seed, pause=0.05, mix=MIXED, each=3, patience=8) as clients:
        storm = Storm(cluster, clients, say=lambda line: print(line, flush=True))
        try:
            storm.work_on()
            for fault in faults.plan(seed, kinds):
                if time.monotonic() > end or storm.history.broken:
                    break
                storm.strike(fault)
        except AssertionError as failure:
            broken.append(str(failure))
    broken += verdict(cluster, clients)
    print("\n" + summary(storm, broken, thin_copies(cluster)), flush=True)
    return broken


def main():
    words = argparse.ArgumentParser(prog="soak.sh", description="A cluster of three under load and mixed faults.")
    words.add_argument("minutes", type=float)
    words.add_argument("seed", type=int)
    words.add_argument("--faults", default=",".join(faults.KINDS), help="only these, of: %(default)s")
    words.add_argument("--keep", action="store_true", help="leave the data and logs")
    options = words.parse_args()
    kinds = options.faults.split(",")
    if unknown := set(kinds) - set(faults.KINDS):
        words.error(f"there is no fault {', '.join(sorted(unknown))}")
    skip_unless_possible()
    print(f"soak of {options.minutes:g} minutes, seed {options.seed}: {', '.join(kinds)}", flush=True)
    cluster = Cluster()
    try:
        broken = soak(cluster, options.minutes, options.seed, kinds)
        for sentence in broken:
            print(f"VIOLATION: {sentence}", flush=True)
        if options.keep:
            cluster.keep(f"{cluster.folder}-kept")
            print(f"data and logs are kept in {cluster.folder}-kept")
    finally:
        cluster.down()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
