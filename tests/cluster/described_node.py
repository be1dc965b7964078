"""A real node and what it says of itself at /openapi.json, to hold its answers against."""

import json
import re
import unittest
import uuid

import jsonschema

from dure_node import Node

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_date_time(value):
    return not isinstance(value, str) or bool(DATE_TIME.fullmatch(value))


@FORMATS.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


class Described(unittest.TestCase):
    """A node and its document."""

    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.addClassCleanup(cls.node.remove)
        cls.document = cls.node.ask("GET", "/openapi.json").json()

    def resolved(self, value):
        while "$ref" in value:
            found = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation


class Conversation(Described):
    """Holds each answer of a real conversation against what the document says of its operation."""

    def setUp(self):
        self.spoken = set()
        self.by_id = {operation["operationId"]: (path, method, operation) for path, method, operation in self.operations()}

    def say(self, operation_id, expected, path=None, body=None, headers=None):
        """Asks the operation, checks the answer against the document and returns it."""
        pattern, method, operation = self.by_id[operation_id]
        path = path or pattern
        shape = re.sub(r"\\{[A-Za-z]+\\}", "[^/]+", re.escape(pattern))
        self.assertRegex(path.partition("?")[0], f"^{shape}$")
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
        answer = self.node.ask(method.upper(), path, body, headers)
        self.assertEqual(answer.status, expected, f"{method} {path}: {answer.body[:500]}")
        self.check(answer, operation, f"{method} {path}")
        self.spoken.add(operation_id)
        return answer

    def check(self, answer, operation, where):
        said = operation["responses"].get(str(answer.status))
        if said is None:
            self.assertGreaterEqual(answer.status, 400, f"{where}: {answer.status} is not in the document")
            said = operation["responses"]["default"]
        content = self.resolved(said).get("content", {})
        if not content:
            self.assertEqual(answer.body, b"", where)
            return
        kind = answer.headers["Content-Type"].partition(";")[0]
        self.assertTrue(kind in content or "*/*" in content, f"{where}: {kind}")
        if kind in ("application/json", "application/problem+json"):
            schema = {**content[kind]["schema"], "components": self.document["components"]}
            errors = jsonschema.Draft202012Validator(schema, format_checker=FORMATS).iter_errors(answer.json())
            self.assertEqual([f"{list(e.absolute_path)}: {e.message}" for e in errors], [], where)

    def assert_all_asked(self, tags):
        meant = {operation_id for operation_id, (_, _, operation) in self.by_id.items() if tags & set(operation["tags"])}
        self.assertEqual(meant - self.spoken, set(), "operations that nobody asked")
