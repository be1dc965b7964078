"""One request to a nats-server over its text protocol, for harm that only an administrator can do."""

import json
import socket


def ask_nats(url, subject, payload=b"", timeout=10):
    """Returns the answer's payload."""
    host, port = url.removeprefix("nats://").split(":")
    with socket.create_connection((host, int(port)), timeout=timeout) as connection:
        lines = connection.makefile("rb")
        lines.readline()  # INFO
        connection.sendall(b'CONNECT {"verbose":false}\r\nSUB _INBOX.test 1\r\n'
                           + f"PUB {subject} _INBOX.test {len(payload)}\r\n".encode() + payload + b"\r\n")
        while True:
            line = lines.readline()
            if line.startswith(b"PING"):
                connection.sendall(b"PONG\r\n")
            elif line.startswith(b"MSG "):
                return lines.read(int(line.split()[-1]))
            elif not line or line.startswith(b"-ERR"):
                raise OSError(f"{subject}: {line!r}")


def delete_stream(url, name):
    answer = json.loads(ask_nats(url, f"$JS.API.STREAM.DELETE.{name}"))
    assert answer.get("success"), answer
