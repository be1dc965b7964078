"""/openapi.json is sound OpenAPI 3.1, and what a real node answers is what it says."""

import json
import unittest
import uuid
from pathlib import Path

import jsonschema

from described_node import Conversation, Described
from dure_node import SAMPLE_PDF, form, wait_until

OPENAPI_SCHEMA = json.loads((Path(__file__).parent / "openapi-3.1.schema.json").read_text(encoding="utf-8"))


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for element in value:
            yield from references(element)


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


class Contract(Conversation):
    def test_every_answer_is_as_described(self):
        self.talk_of_the_node()
        self.talk_of_jobs()
        self.talk_of_many_jobs()
        self.talk_of_queues()
        self.talk_of_uploads()
        self.talk_of_documents()
        self.assert_all_asked({"Node", "Jobs", "Queues", "Documents"})

    def talk_of_the_node(self):
        for operation_id in ("live", "ready", "metrics", "openapi", "docsPage", "docsScript", "docsStyle"):
            self.say(operation_id, 200)
        self.say("ready", 200, "/readyz?verbose")
        wait_until(lambda: self.say("listNodes", 200).json()["nodes"], 60, "the node has joined")
        self.assertEqual([node["state"] for node in self.say("listNodes", 200).json()["nodes"]], ["ready"])
        led = {(shard["queue"], shard["leader"]) for shard in self.say("listShards", 200).json()["shards"]}
        self.assertTrue({("control", "node-1"), ("documents", "node-1")} <= led, led)
        self.say("drainNode", 404, "/api/v1/nodes/nobody/drain", {})
        self.say("recoverShard", 400, "/api/v1/shards/documents/0/recover", {"accept_loss": False})
        self.say("recoverShard", 202, "/api/v1/shards/documents/0/recover", {"accept_loss": True})
        self.say("resolveShard", 202, "/api/v1/shards/documents/0/resolve", {"keep": "log"})
        self.say("resolveShard", 409, "/api/v1/shards/documents/0/resolve", {"keep": "node-1"})
        self.say("resolveShard", 404, "/api/v1/shards/documents/9/resolve", {"keep": "log"})
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
        at = "/api/v1/queues/videos"
        self.say("makeQueue", 201, at, {"kinds": ["video.cut"], "depth": 5, "rate": {"requests_per_minute": 600_000}})
        self.say("makeQueue", 200, at, {"kinds": ["video.cut"], "depth": 5, "rate": {"requests_per_minute": 600_000}})
        self.say("makeQueue", 409, at, {"shards": 2})
        changed = self.say("changeQueue", 200, at, {"kinds": [], "depth": None, "rate": None, "concurrency": 2}).json()
        self.assertEqual((changed["kinds"], changed["depth_max"], changed["concurrency_max"]), ([], None, 2))
        self.say("changeQueue", 400, at, {"colour": "red"})
        self.say("makeQueue", 201, "/api/v1/queues/wide", {"shards": 3})
        self.say("changeQueue", 409, "/api/v1/queues/wide", {"concurrency": 2})
        for queue in ("videos", "wide"):
            many = [{"kind": "noop", "queue": queue, "group": str(n)} for n in range(20)]
            self.say("submitJobs", 202, body=many)
            wait_until(lambda: self.say("readQueue", 200, f"/api/v1/queues/{queue}").json()["counts"]["completed"] == 20, 60, "all are done")
        self.assertGreater(self.say("readQueue", 200, "/api/v1/queues/wide").json()["throughput"], 0)

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
