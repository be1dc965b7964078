"""Who leads what in a cluster under test, and what is still wrong with it."""

import http.client
import re
import signal
import time

import jetstream
from dure_node import wait_until
from history import list_jobs, moment_of, time_text
from local_cluster import NAMES

QUEUE = "default"
STREAM = "DURE_DURE_DEFAULT_0"
WORK_SECONDS = 120  # Until work goes on although a machine is broken; generous.
WELL_SECONDS = 300  # Generous: nobody is told how long mending takes, only that it comes to an end.
LAG_MAX = 300  # Records that a replica may be behind while work goes on.
ILL_SECONDS = 60  # Until a nats-server that is not healthy, or whose copy of a stream stays behind, is started again.
STARTS_MAX = 10  # What systemd would do for a process that ends by itself.


def asked(cluster, name, path):
    """Returns a gateway's JSON, or nothing."""
    try:
        answer = cluster.ask(name, "GET", path, timeout=5)
        return answer.json() if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None


def leader(cluster, queue=QUEUE):
    """Returns who leads a queue's log, as all gateways that answer say."""
    def agreed():
        shards = [shard for name in NAMES for shard in (asked(cluster, name, "/api/v1/shards") or {"shards": []})["shards"]]
        said = {shard["leader"] for shard in shards if shard["queue"] == queue}
        return said.pop() if len(said) == 1 and None not in said else None

    return wait_until(agreed, 60, f"somebody leads {queue}")


def stream_leader(cluster, stream=STREAM):
    """Returns whose nats-server leads a stream."""
    def found():
        return asked_streams(cluster).get(stream, {}).get("cluster", {}).get("leader")

    return wait_until(found, 60, f"a nats-server leads {stream}")


def asked_streams(cluster):
    for name in NAMES:
        try:
            return jetstream.streams(cluster.gateways[name].host)
        except (OSError, ValueError):
            continue
    return {}


def wait_gone(cluster, name):
    wait_until(lambda: not cluster.status()[name].has_nats, 30, f"the nats-server of {name} has ended")


def whats_wrong(cluster):
    """Returns a sentence about the first thing that is not as it should be; nothing when all is well."""
    for name in NAMES:
        ready = asked(cluster, name, "/readyz?verbose=true")
        if not ready or ready["status"] != "ready":
            return f"{name} is not ready: {ready or why_not_ready(cluster, name)}"
        shards = asked(cluster, name, "/api/v1/shards")
        if not shards:
            return f"{name} does not tell of its shards"
        for shard in shards["shards"]:
            what = f"{shard['queue']}/{shard['shard']}, says {name}"
            if shard["index"] and not shard["leader"]:
                return f"nobody leads {what}"
            slow = [one["node"] for one in shard["replicas"] if not one["alive"] or one["lag"] > LAG_MAX]
            if slow or len(shard["replicas"]) != len(NAMES):
                return f"not all follow {what}: {shard['replicas']}"
        if why := jetstream.why_not_healthy(cluster.gateways[name].host):
            return f"the nats-server of {name} is not healthy: {why}"
    streams = asked_streams(cluster)
    if STREAM not in streams:
        return "no nats-server tells of the streams"
    for name, info in streams.items():
        if why := jetstream.why_not_whole(info):
            return f"{name} {why}"
    return None


def wait_work_goes_on(cluster, moment, victim, what):
    """Returns how long it took, in seconds, until a job was completed that came after `moment`."""
    since = time_text(moment)

    def first():
        for name in NAMES:
            if name == victim:
                continue
            try:
                jobs = list(list_jobs(cluster.gateways[name], timeout=5, status="completed", created_after=since))
            except (OSError, http.client.HTTPException):
                continue
            if jobs:
                return min(moment_of(job["completed_at"]) for job in jobs)
        return None

    return wait_until(first, WORK_SECONDS, f"{what}; a job that comes after it is completed") - moment


def why_not_ready(cluster, name):
    try:
        return cluster.ask(name, "GET", "/readyz?verbose=true", timeout=5).body.decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        return repr(failure)


def ill_nats_server(wrong):
    """Returns whose nats-server it is that a sentence of whats_wrong complains of; nothing when it is of something else."""
    found = re.match(r"\S+ is behind on (\w+)$|the nats-server of (\w+) is not healthy", wrong)
    return found and (found[1] or found[2])


def wait_well(cluster, seconds=WELL_SECONDS):
    """Waits until nothing is wrong. Starts what has ended by itself again, as systemd would, and a nats-server that is
    not healthy, as an operator's watchdog would; returns a sentence for each."""
    starts, helped, ill, since, end = 0, [], None, time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end:
        for name, line in cluster.status().items():
            if line.pid and line.has_nats:
                continue
            if starts == STARTS_MAX:
                raise AssertionError(f"{name} ends again and again:\n{cluster.printed(name)}")
            starts += 1
            cluster.start(name)
        wrong = whats_wrong(cluster)
        if not wrong:
            return helped + ([f"{starts} more starts"] if starts else [])
        before, ill = ill, ill_nats_server(wrong)
        since = since if ill == before else time.monotonic()
        if ill and time.monotonic() - since > ILL_SECONDS:
            cluster.signal_nats(ill, signal.SIGKILL)
            helped.append(f"the nats-server of {ill} started again: {wrong}")
            wait_gone(cluster, ill)
            since = time.monotonic()
        time.sleep(0.2)
    raise AssertionError(f"not well within {seconds} s: {wrong}")
