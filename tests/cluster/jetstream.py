"""What a nats-server says of its streams, asked in NATS' own words: a test needs no client library."""

import http.client
import json
import socket

from dure_node import Gateway

NATS_PORT = 4222
MONITOR_PORT = 8222
INBOX = "_INBOX.test"


def ask(host, subject, body=b"", timeout=5):
    """Returns the one answer to a request, as JSON. OSError when there is none."""
    with socket.create_connection((host, NATS_PORT), timeout=timeout) as connection, connection.makefile("rb") as lines:
        hello = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True}
        connection.sendall(f"CONNECT {json.dumps(hello)}\r\nSUB {INBOX} 1\r\n".encode()
                           + f"PUB {subject} {INBOX} {len(body)}\r\n".encode() + body + b"\r\n")
        for line in lines:
            verb, *words = line.split()
            if verb == b"PING":
                connection.sendall(b"PONG\r\n")
            elif verb == b"MSG":
                return json.loads(lines.read(int(words[-1])))
            elif verb in (b"HMSG", b"-ERR"):
                raise OSError(f"nobody answers to {subject} at {host}")
    raise OSError(f"{host} ended the connection")


def why_not_healthy(host):
    """Returns what a nats-server says against itself, as its operator's watchdog hears it; nothing when it is well."""
    try:
        health = Gateway(host, MONITOR_PORT).ask("GET", "/healthz", timeout=5).json()
    except (OSError, ValueError, http.client.HTTPException) as failure:
        return repr(failure)
    return None if health.get("status") == "ok" else health.get("error", str(health))


def streams(host):
    """Returns the streams of Dure's logs and files by name, as STREAM.LIST tells: config, state, cluster."""
    answer = ask(host, "$JS.API.STREAM.LIST")
    return {stream["config"]["name"]: stream for stream in answer.get("streams") or []}


def stream(host, name):
    return ask(host, f"$JS.API.STREAM.INFO.{name}")


def why_not_whole(info):
    """Returns why a stream has not all its copies; nothing when it has."""
    cluster = info.get("cluster", {})
    if not cluster.get("leader"):
        return "has no leader"
    replicas = cluster.get("replicas", [])
    behind = [replica["name"] for replica in replicas if not replica.get("current") or replica.get("offline")]
    if len(replicas) < 2:
        return f"has {1 + len(replicas)} copies"
    return f"is behind on {', '.join(behind)}" if behind else None


def delete_stream(host, name):
    """For harm that only an administrator can do."""
    answer = ask(host, f"$JS.API.STREAM.DELETE.{name}", timeout=10)
    assert answer.get("success"), answer
