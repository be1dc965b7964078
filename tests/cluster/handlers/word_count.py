#!/usr/bin/env python3
"""A handler in Python: counts the words of a text file and leaves the list of them as an artifact."""

import collections
import json
import pathlib
import sys


def say(message):
    print(json.dumps(message), flush=True)


def count(job):
    about = {"job": job["job"], "attempt": job["attempt"]}
    scratch = pathlib.Path(job["scratch"])
    lines = (scratch / job["input"]["path"]).read_text(errors="replace").splitlines()
    words = collections.Counter()
    for done, line in enumerate(lines, start=1):
        words.update(line.split())
        say({**about, "progress": {"done": done, "total": len(lines), "step": "count"}})
    say({**about, "log": {"level": "info", "message": f"{len(lines)} lines read"}})
    (scratch / "out" / "words.txt").write_text("".join(f"{n} {word}\n" for word, n in words.most_common()))
    say({**about, "artifact": {"name": "words.txt", "path": "out/words.txt", "media_type": "text/plain"}})
    return {"words": sum(words.values()), "different": len(words)}


say({"hello": {"protocol": 1, "kinds": ["text.count"], "concurrency": 1}})
for line in sys.stdin:
    messages = json.loads(line)
    for message in messages if isinstance(messages, list) else [messages]:
        if "cancel" in message:
            continue  # Counting is over before anybody could cancel it.
        about = {"job": message["job"], "attempt": message["attempt"]}
        try:
            say({**about, "result": count(message)})
        except (KeyError, OSError) as failure:
            reason = f"the job needs a file: {failure}"
            say({**about, "error": {"code": "no_input", "message": reason, "retryable": False}})
