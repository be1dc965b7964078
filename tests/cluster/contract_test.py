"""/openapi.json is sound OpenAPI 3.1, and what a real node answers is what it says."""

import json
import re
import unittest
import uuid
from pathlib import Path

import jsonschema

from dure_node import SAMPLE_PDF, Node, form, wait_until

OPENAPI_SCHEMA = json.loads((Path(__file__).parent / "openapi-3.1.schema.json").read_text(encoding="utf-8"))
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_date_time(value):
    return not isinstance(value, str) or bool(DATE_TIME.fullmatch(value))


@FORMATS.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for element in value:
            yield from references(element)


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


class Document(Described):
    def test_the_document_is_openapi_3_1(self):
        errors = jsonschema.Draft202012Validator(OPENAPI_SCHEMA).iter_errors(self.document)
        self.assertEqual([f"{list(e.absolute_path)}: {e.message}" for e in errors], [])

    def test_every_schema_is_one(self):
        for name, schema in self.document["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_reference_leads_somewhere_and_every_component_is_used(self):
        used = set(references(self.document))
        for reference in used:
            self.resolved({"$ref": reference})
        for kind, components in self.document["components"].items():
            for name in components:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_operation_says_what_it_is(self):
        ids, tags = [], {tag["name"] for tag in self.document["tags"]}
        for path, method, operation in self.operations():
            with self.subTest(operation=f"{method} {path}"):
                ids.append(operation["operationId"])
                self.assertTrue(operation["summary"])
                self.assertLessEqual(set(operation["tags"]), tags)
                self.assertTrue(any(status[0] == "2" for status in operation["responses"]))
                for parameter in map(self.resolved, operation.get("parameters", [])):
                    self.assertTrue(parameter["description"])
                    self.assertEqual(parameter.get("required", False), parameter["in"] == "path")
        self.assertEqual(len(ids), len(set(ids)))


class Conversation(Described):
    """Holds each answer of a real conversation against what the document says of its operation."""

    def setUp(self):
        self.spoken = set()
        self.by_id = {operation["operationId"]: (path, method, operation) for path, method, operation in self.operations()}

    def say(self, operation_id, expected, path=None, body=None, headers=None):
        """Asks the operation, checks the answer against the document and returns it."""
        pattern, method, operation = self.by_id[operation_id]
        path = path or pattern
        shape = re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(pattern))
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

    def test_every_answer_is_as_described(self):
        self.talk_of_the_node()
        self.talk_of_jobs()
        self.talk_of_many_jobs()
        self.talk_of_queues()
        self.talk_of_uploads()
        self.talk_of_documents()
        asked = {"Node", "Jobs", "Queues", "Documents"}
        meant = {operation_id for operation_id, (_, _, operation) in self.by_id.items() if asked & set(operation["tags"])}
        self.assertEqual(meant - self.spoken, set(), "operations that nobody asked")

    def talk_of_the_node(self):
        for operation_id in ("live", "ready", "metrics", "openapi", "docsPage", "docsScript", "docsStyle"):
            self.say(operation_id, 200)
        self.say("ready", 200, "/readyz?verbose")
        tag = self.say("openapi", 200).headers["ETag"]
        self.say("openapi", 304, headers={"If-None-Match": tag})
        self.say("live", 400, "/livez?x=1")

    def talk_of_jobs(self):
        full = {"kind": "sleep", "params": {"ms": 600_000}, "input": [1], "queue": "default", "group": "g", "priority": 3,
                "run_at": "2026-01-01T00:00:00Z", "unique_key": "u", "max_attempts": 2, "timeout": {"soft_s": 50, "hard_s": 60}, "tags": ["t"]}
        job_id = self.say("submitJobs", 202, body=full).json()["job_id"]
        self.say("submitJobs", 202, body=[{"kind": "noop"}, {"kind": "Not A Name"}])
        self.say("submitJobs", 400, body={"kind": "noop", "colour": "red"})
        at = f"/api/v1/jobs/{job_id}"
        wait_until(lambda: self.say("readJob", 200, at).json()["status"] == "running", 60, "the sleeper runs")
        self.say("readResult", 409, f"{at}/result")
        self.say("deleteJob", 409, at)
        self.say("cancelJob", 202, f"{at}/cancel")
        self.assertEqual(self.say("readJob", 200, f"{at}?wait=30s").json()["status"], "cancelled")
        self.say("retryJob", 202, f"{at}/retry", {})
        later = self.say("submitJobs", 202, body={"kind": "noop", "run_at": "2033-01-01T00:00:00Z"}).json()["job_id"]
        self.say("prioritiseJob", 200, f"/api/v1/jobs/{later}/priority", {"priority": 5})
        self.say("rescheduleJob", 200, f"/api/v1/jobs/{later}/reschedule", {"run_at": "2032-01-01T00:00:00Z"})
        self.assertIsNotNone(self.say("readJob", 200, f"/api/v1/jobs/{later}").json()["waiting"])
        self.say("cancelJob", 202, f"/api/v1/jobs/{later}/cancel", {})
        self.say("deleteJob", 204, f"/api/v1/jobs/{later}")
        self.say("readJob", 410, f"/api/v1/jobs/{later}")
        failed = self.say("submitJobs", 202, body={"kind": "document.parse"}).json()["job_id"]
        self.assertEqual(self.say("readJob", 200, f"/api/v1/jobs/{failed}?wait=60s").json()["status"], "failed")
        self.say("listJobs", 200, "/api/v1/jobs?limit=2&status=failed,uploaded&order_by=status")
        self.say("listJobs", 400, "/api/v1/jobs?limit=0")

    def talk_of_many_jobs(self):
        filter_of_all = {"group": "g", "created_after": "2026-01-01T00:00:00Z"}
        self.say("changeJobs", 200, body={"action": "cancel", "filter": filter_of_all, "dry_run": True})
        done = self.say("changeJobs", 200, body={"action": "cancel", "filter": filter_of_all})
        self.assertEqual(done.json()["done"], 1)
        self.say("changeJobs", 200, body={"action": "retry", "ids": [str(uuid.uuid4())]})
        self.say("changeJobs", 400, body={"action": "cancel"})

    def talk_of_queues(self):
        self.say("listQueues", 200)
        self.say("pauseQueue", 200, "/api/v1/queues/default/pause", {"reason": "because"})
        self.say("readQueue", 200, "/api/v1/queues/default")
        self.say("resumeQueue", 200, "/api/v1/queues/default/resume")
        self.say("readQueue", 404, "/api/v1/queues/nobody")

    def talk_of_uploads(self):
        body, headers = form({}, SAMPLE_PDF.name, SAMPLE_PDF.read_bytes())
        job_id = self.say("upload", 202, body=body, headers=headers).json()["job_id"]
        self.node.job(job_id, wait="60s")
        self.assertEqual(self.say("readJobLegacy", 200, f"/jobs/{job_id}").json()["status"], "completed")
        self.say("readResultLegacy", 200, f"/jobs/{job_id}/result")
        self.assertEqual(self.say("listArtifacts", 200, f"/api/v1/jobs/{job_id}/artifacts").json()["artifacts"], [])
        self.say("readArtifact", 404, f"/api/v1/jobs/{job_id}/artifacts/nothing")
        self.say("readLogs", 200, f"/api/v1/jobs/{job_id}/logs?after=0")
        self.say("readResult", 200, f"/api/v1/jobs/{job_id}/result")
        body, headers = form({}, "empty.pdf", b"")
        self.say("upload", 400, body=body, headers=headers)

    def talk_of_documents(self):
        body, headers = form({"container_id": "c", "use_multimodal": "true"}, SAMPLE_PDF.name, SAMPLE_PDF.read_bytes())
        document_id = self.say("uploadDocument", 202, body=body, headers=headers).json()["document_id"]
        at = f"/api/v1/documents/{document_id}"
        self.say("readDocumentStatus", 200, f"{at}/status")
        self.node.job(document_id, wait="60s")
        self.assertEqual(self.say("readDocument", 200, at).json()["status"], "completed")
        result = self.say("readDocumentResult", 200, f"{at}/result").json()
        text = self.say("readDocumentText", 200, f"{at}/text").body.decode()
        self.assertEqual(text.split("\f")[: result["page_count"]], [page["text"] for page in result["pages"]])
        page = self.say("readDocumentPage", 200, f"{at}/pages/1").json()
        self.assertEqual(page["text"], result["pages"][0]["text"])
        self.say("readDocumentPage", 404, f"{at}/pages/{result['page_count'] + 1}")
        self.say("readDocumentChunks", 200 if "chunks" in result else 404, f"{at}/chunks")
        self.say("readDocumentThumbnail", 200, f"{at}/pages/1/thumbnail.png")
        made = self.say("listArtifacts", 200, f"/api/v1/jobs/{document_id}/artifacts").json()["artifacts"]
        self.assertIn("thumbnail-1.png", [one["name"] for one in made])
        self.say("readArtifact", 200, f"/api/v1/jobs/{document_id}/artifacts/thumbnail-1.png")
        self.say("readDocumentImages", 200, f"{at}/images")
        listed = self.say("listContainer", 200, "/api/v1/containers/c/documents").json()
        self.assertEqual([one["document_id"] for one in listed["documents"]], [document_id])
        self.assertEqual(listed["total"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
