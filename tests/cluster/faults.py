"""What may happen to one machine of three: each fault is drawn from dice, done, and mended again."""

import os
import random
import shutil
import signal
from collections import namedtuple
from dataclasses import dataclass

from cluster_health import leader, stream_leader, wait_gone, wait_well
from dure_node import wait_until
from local_cluster import NAMES

NEWEST_BYTES = 64 << 10  # Of a file: what a power cut may take or garble.
TABLE_BLOCK_BYTES = 4 << 10  # Of RocksDB's tables.

Harm = namedtuple("Harm", "what mend")


@dataclass(frozen=True)
class Fault:
    """Everything about it that the seed decides. Whom "leader" and "other" mean is found out when it happens."""

    kind: str
    target: str  # "leader": of the queue's log or of its stream; "other": not that one
    seconds: float  # It lasts so long, and until work has gone on.
    seed: int  # Of its details.

    def __str__(self):
        return f"{self.kind} ({self.target})"


def plan(seed, kinds):
    """Yields faults for ever: all kinds in an order of their own, then again in another."""
    dice = random.Random(seed)
    while True:
        for kind in dice.sample(kinds, len(kinds)):
            yield Fault(kind, dice.choice(["leader", "other"]), round(dice.uniform(2, 10), 1), dice.getrandbits(32))


def strike(cluster, fault):
    """Does it; returns what was done to whom, and how to mend it."""
    dice = random.Random(fault.seed)
    of_nats = "nats" in fault.kind or "log" in fault.kind
    leads = stream_leader(cluster) if of_nats else leader(cluster)
    victim = leads if fault.target == "leader" else dice.choice([name for name in NAMES if name != leads])
    return victim, KINDS[fault.kind](cluster, victim, dice)


# --- Processes and the network

def kill_node(cluster, victim, _):
    cluster.kill(victim)
    return Harm("node killed", lambda: cluster.start(victim))


def pause_node(cluster, victim, _):
    cluster.pause(victim)
    return Harm("node stopped", lambda: cluster.resume(victim))


def kill_nats(cluster, victim, _):
    cluster.signal_nats(victim, signal.SIGKILL)
    wait_gone(cluster, victim)
    return Harm("nats-server killed", lambda: cluster.start(victim))


def pause_nats(cluster, victim, _):
    cluster.signal_nats(victim, signal.SIGSTOP)
    return Harm("nats-server stopped", lambda: cluster.signal_nats(victim, signal.SIGCONT))


def kill_machine(cluster, victim, _):
    cluster.kill_machine(victim)
    return Harm("node and nats-server killed", lambda: cluster.start(victim))


def partition(cluster, victim, dice):
    one_way = dice.random() < 0.3
    cluster.partition(victim, one_way)
    return Harm("cannot send" if one_way else "cut off", cluster.heal)


def drain(cluster, victim, _):
    """Every node is restarted in turn, the victim first."""
    for name in [victim, *(other for other in NAMES if other != victim)]:
        asker = next(other for other in NAMES if other != name)
        pid = cluster.status()[name].pid
        answer = cluster.ask(asker, "POST", f"/api/v1/nodes/{name}/drain", "{}")
        if answer.status != 202:
            raise AssertionError(f"{asker} answers {answer.status} to the drain of {name}, not 202: {answer.body}")
        wait_until(lambda name=name, pid=pid: cluster.status()[name].pid != pid, 90, f"the drained node {name} ends")
        cluster.start(name)
        wait_well(cluster)
    return Harm("drained, and the others after it", lambda: None)


# --- Disks

def full_store(cluster, victim, dice):
    return full(cluster, victim, dice, ["data"])


def full_log(cluster, victim, dice):
    return full(cluster, victim, dice, ["nats"])


def full_disk(cluster, victim, dice):
    return full(cluster, victim, dice, ["data", "nats"])


def full(cluster, victim, dice, folders):
    disks = [cluster.disks[victim, folder] for folder in folders]
    for disk in disks:
        disk.fill()
    restarted = "data" in folders and dice.random() < 0.5
    if restarted:
        # RocksDB has reserved what its log needs for minutes; a node that starts finds nothing reserved.
        cluster.kill(victim)
        cluster.start(victim)

    def mend():
        for disk in disks:
            disk.free()
        if "nats" in folders:
            # A clustered nats-server that met a full disk leaves JetStream off until it is started again.
            kill_nats(cluster, victim, None).mend()

    what = f"disk full below {' and '.join(folders)}" + (", node started on it" if restarted else "")
    return Harm(what, mend)


# --- Bytes on disk

def cut_log(cluster, victim, dice):
    return damage_log(cluster, victim, dice, newest_lost)


def flip_log(cluster, victim, dice):
    return damage_log(cluster, victim, dice, bits_flipped)


def damage_log(cluster, victim, dice, damage):
    """Bytes of a stream are lost or garbled while its nats-server is down."""
    kill_nats(cluster, victim, None)
    blocks = dice.choice(blocks_of_logs(cluster.folder / victim / "nats"))
    file = blocks[-1] if damage is newest_lost else dice.choice(blocks)
    told = damage(file, dice)
    return Harm(f"{told} of {file.parents[1].name}/{file.name}", lambda: cluster.start(victim))


def blocks_of_logs(store):
    """Returns a list for each log that holds anything: its blocks, the newest last."""
    folders = sorted(store.glob("jetstream/$G/streams/DURE_*/msgs"))
    logs = [[block for block in folder.glob("*.blk") if block.stat().st_size] for folder in folders]
    return [sorted(log, key=lambda block: int(block.stem)) for log in logs if log]


def cut_store(cluster, victim, dice):
    return damage_store(cluster, victim, dice, newest_lost)


def flip_store(cluster, victim, dice):
    return damage_store(cluster, victim, dice, bits_flipped)


def damage_store(cluster, victim, dice, damage):
    """A node's own database, lost or garbled while it is down. It comes back by itself, out of the log."""
    cluster.kill(victim)
    folder = cluster.folder / victim / "data" / "rocksdb"
    for earlier in folder.parent.glob("rocksdb.damaged-*"):
        shutil.rmtree(earlier)  # An operator has looked at it; after three a node does not start.
    pattern = dice.choice(["*.sst", "*.log", "MANIFEST-*", "CURRENT"])
    files = [file for file in folder.glob(pattern) if file.stat().st_size] or [folder / "CURRENT"]
    file = max(files, key=lambda one: (one.stat().st_size, one.name))
    return Harm(f"{damage(file, dice)} of {file.name}", lambda: cluster.start(victim))


def wipe_store(cluster, victim, _):
    """A node starts with nothing but its name and the address of NATS."""
    cluster.kill(victim)
    for entry in (cluster.folder / victim / "data").iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    return Harm("all of its data gone", lambda: cluster.start(victim))


def newest_lost(file, dice):
    size = file.stat().st_size
    count = dice.randint(1, min(size, NEWEST_BYTES))
    os.truncate(file, size - count)
    return f"the last {count} of {size} bytes"


def bits_flipped(file, dice):
    """In every block of a table, so that it is met soon: a block is looked at when it is read."""
    content = bytearray(file.read_bytes())
    if file.suffix == ".sst":
        places = [min(block + dice.randrange(TABLE_BLOCK_BYTES), len(content) - 1)
                  for block in range(0, len(content), TABLE_BLOCK_BYTES)]
    else:
        places = sorted(dice.randrange(len(content)) for _ in range(dice.randint(1, 4)))
    for place in places:
        content[place] ^= 1 << dice.randrange(8)
    file.write_bytes(content)
    some = ", ".join(map(str, places[:4])) + (" …" if len(places) > 4 else "")
    return f"a bit of each byte {some} of {len(content)}"


KINDS = {
    "kill-node": kill_node, "pause-node": pause_node, "kill-nats": kill_nats, "pause-nats": pause_nats,
    "kill-machine": kill_machine, "partition": partition, "drain": drain,
    "full-store": full_store, "full-log": full_log, "full-disk": full_disk,
    "cut-log": cut_log, "flip-log": flip_log,
    "cut-store": cut_store, "flip-store": flip_store, "wipe-store": wipe_store,
}
