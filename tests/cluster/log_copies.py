"""What each nats-server has of each log on its disk. A cluster of them tells of the stream's leader only."""

import struct

RECORD = struct.Struct("<IQqH")  # Bytes in all, sequence, time, bytes of the subject; in front of every message of a block.
HAS_HEADERS = 1 << 31  # Of the bytes in all.
TOMBSTONE = 3 << 62  # Of the sequence: no message is there, or none any more.


def sequences_in(block):
    """Yields the sequences of a block's messages, until one is unreadable."""
    content, at = block.read_bytes(), 0
    while at + RECORD.size <= len(content):
        size, sequence, _, _ = RECORD.unpack_from(content, at)
        size &= ~HAS_HEADERS
        if size < RECORD.size or at + size > len(content):
            return
        if not sequence & TOMBSTONE:
            yield sequence
        at += size


def missing(store):
    """Returns for each log of a nats-server's stopped store which records between its first and last are not there."""
    found = {}
    for folder in store.glob("jetstream/$G/streams/DURE_*/msgs"):
        there = {sequence for block in folder.glob("*.blk") for sequence in sequences_in(block)}
        gaps = len(range(min(there), max(there) + 1)) - len(there) if there else 0
        if gaps:
            found[folder.parent.name] = gaps
    return found
