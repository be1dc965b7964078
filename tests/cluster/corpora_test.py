"""What others wrote to break parsers, through the gateway: valid is taken, invalid refused, and nothing is a 5xx."""

import http.client
import json
import os
import re
import unicodedata
import unittest
from pathlib import Path
from urllib.parse import quote

from dure_node import ROOT, Node, form

CORPORA = Path(os.environ.get("DURE_CORPORA", ROOT.parent / "shared" / "corpora"))
CONFORMANCE = CORPORA / "conformance"
JSON_CASES = sorted((CONFORMANCE / "JSONTestSuite-mit" / "test_parsing").glob("*.json"))
CSV_CASES = sorted((CONFORMANCE / "csv-spectrum-bsd2" / "csvs").glob("*.csv")) + sorted(
    (CONFORMANCE / "rust-csv-mit").rglob("*.csv")
)
TURNS_AROUND = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")
# Two parsers may read a name given twice differently, so it is refused though the suite calls it valid.
TWICE = ("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json")


def shown_name(name):
    """The rule for file names, said once more: last part, composed, no controls, nothing that turns text around."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) != "Cc")
    name = unicodedata.normalize("NFC", TURNS_AROUND.sub("", name))
    return "file" if name in ("", ".", "..") else name


def is_shown_as(name, shown):
    """Whether a file of this name may be shown so: as a whole, or cut to 255 bytes."""
    for sent in (name, name.replace("\r", "%0D").replace("\n", "%0A")):
        whole = shown_name(sent)
        if len(whole.encode()) <= 255 and shown == whole:
            return True
        if len(whole.encode()) > 255 >= len(shown.encode()) and whole.startswith(shown):
            return True
    return False


@unittest.skipUnless(CONFORMANCE.is_dir(), "The corpora are not here; set DURE_CORPORA to their folder.")
class Corpora(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node().start()
        cls.addClassCleanup(cls.node.remove)
        cls.connection = http.client.HTTPConnection("127.0.0.1", cls.node.port, timeout=60)
        cls.addClassCleanup(cls.connection.close)

    def ask(self, method, path, body=None, headers=None):
        """Asks on one connection for all, so that an answer out of step shows; returns (status, JSON)."""
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read()
        self.assertIn(answer.status // 100, (2, 4), f"{method} {path[:200]}: {answer.status} {content[:300]}")
        return answer.status, json.loads(content) if content else None

    def post_json(self, body):
        return self.ask("POST", "/api/v1/jobs", body, {"Content-Type": "application/json"})

    def test_valid_json_is_understood_and_invalid_json_is_not(self):
        self.assertGreater(len(JSON_CASES), 300)
        for case in JSON_CASES:
            with self.subTest(case=case.name):
                status, told = self.post_json(case.read_bytes())
                self.assertEqual(status // 100, 4, "none of them names a kind")
                if case.name.startswith("n_"):
                    self.assertIn(told["code"], ("invalid_json", "too_deep"), told)
                elif case.name in TWICE:
                    self.assertEqual(told["code"], "duplicate_field", told)
                elif case.name.startswith("y_"):
                    self.assertNotIn(told["code"], ("invalid_json", "too_deep"), told)

    def test_valid_json_is_taken_as_input_and_given_back_as_result(self):
        for case in JSON_CASES:
            if not case.name.startswith("y_") or case.name in TWICE:
                continue
            with self.subTest(case=case.name):
                status, told = self.post_json(b'{"kind":"noop","input":' + case.read_bytes() + b"}")
                self.assertEqual(status, 202, told)

    def test_csv_files_are_taken_and_end(self):
        self.assertGreater(len(CSV_CASES), 10)
        taken = {}
        for case in CSV_CASES:
            body, headers = form({"container_id": "csv"}, case.name, case.read_bytes())
            status, told = self.ask("POST", "/api/v1/documents/upload", body, headers)
            self.assertEqual(status, 202 if case.stat().st_size else 400, f"{case.name}: {told}")
            if status == 202:
                taken[told["document_id"]] = case.name
        for document_id, name in taken.items():
            ended = self.node.job(document_id, wait="60s")
            self.assertIn(ended["status"], ("completed", "failed"), name)
            if ended["status"] == "failed":
                self.assertNotIn(ended["error"]["code"], ("", "internal", "died", "poison"), f"{name}: {ended['error']}")

    def test_odd_strings_are_harmless_file_names(self):
        for text in naughty_strings():
            with self.subTest(name=text):
                body, headers = form({}, text, b"%PDF-1.4 odd name")
                status, told = self.ask("POST", "/api/v1/documents/upload", body, headers)
                if not text:
                    self.assertEqual((status, told["code"]), (400, "missing_file"))
                    continue
                if (len(text) - len(text.rstrip("\\"))) % 2 == 1:
                    self.assertEqual((status, told["code"]), (400, "multipart_malformed"), "it escapes the quote")
                    continue
                self.assertEqual(status, 202, told)
                shown = told["file_info"]["original_name"]
                self.assertTrue(any(is_shown_as(name, shown) for name in (text, re.sub(r'\\([\\"])', r"\1", text))), shown)
                status, told = self.ask("GET", f"/api/v1/documents/{told['document_id']}/status")
                self.assertEqual(told["file_name"], shown)

    def test_odd_strings_are_harmless_groups_tags_and_words_to_find(self):
        for text in naughty_strings():
            with self.subTest(text=text):
                status, told = self.post_json(json.dumps({"kind": "noop", "group": text, "tags": [text], "params": {"x": text}}))
                self.assertEqual(status in (202, 400), True, told)
                at = f"/api/v1/jobs?group={quote(text, safe='', errors='surrogatepass')}&limit=1"
                found, page = self.ask("GET", at)
                if status == 202 and text:
                    self.assertEqual((found, page["jobs"][0]["group"], page["total"]), (200, text, 1))
                    self.assertEqual(page["jobs"][0]["tags"], [text])
                for name in ("q", "tag", "kind", "queue", "status", "cursor", "order_by", "colour"):
                    self.ask("GET", f"/api/v1/jobs?{name}={quote(text, safe='', errors='surrogatepass')}&limit=1")

    def test_odd_strings_are_harmless_in_paths_and_headers(self):
        for text in naughty_strings():
            encoded = quote(text, safe="", errors="surrogatepass")
            with self.subTest(text=text):
                for path in ("/api/v1/jobs/{}", "/api/v1/documents/{}/pages/{}", "/api/v1/containers/{}/documents", "/{}"):
                    self.ask("GET", path.replace("{}", encoded))
                if text.isascii() and text.isprintable():
                    key = {"Content-Type": "application/json", "Idempotency-Key": text}
                    self.ask("POST", "/api/v1/jobs", '{"kind":"noop"}', key)

    def test_forms_that_are_wrong_are_refused_by_name(self):
        part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\r\n'
        whole = part + "--b--\r\n"
        plain = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\nx\r\n'
        for code, content_type, body in [
            ("missing_file", "multipart/form-data; boundary=b", "--b--\r\n"),
            ("missing_file", "multipart/form-data; boundary=b", plain.format("password") + "--b--\r\n"),
            ("missing_file", "multipart/form-data; boundary=b", part.replace('filename="a.pdf"', 'filename=""') + "--b--\r\n"),
            ("wrong_boundary", "multipart/form-data; boundary=other", whole),
            ("wrong_boundary", "multipart/form-data; boundary=b", ""),
            ("missing_boundary", "multipart/form-data", whole),
            ("missing_boundary", "multipart/form-data; boundary=" + "b" * 71, whole),
            ("unsupported_media_type", "application/pdf", whole),
            ("unsupported_media_type", "multipart/mixed; boundary=b", whole),
            ("multipart_cut_off", "multipart/form-data; boundary=b", part),
            ("multipart_cut_off", "multipart/form-data; boundary=b", whole[:-10]),
            ("multipart_malformed", "multipart/form-data; boundary=b", whole.replace("Content-Disposition", "No-Disposition")),
            ("multipart_malformed", "multipart/form-data; boundary=b", "--b\r\n" + "X: y\r\n" * 20_000 + "\r\n" + whole),
            ("empty_file", "multipart/form-data; boundary=b", whole.replace("%PDF-1.4", "")),
            ("too_many_files", "multipart/form-data; boundary=b", part + whole),
            ("unknown_field", "multipart/form-data; boundary=b", plain.format("colour") + whole),
            ("invalid_field", "multipart/form-data; boundary=b", plain.format("password") * 2 + whole),
            ("invalid_field", "multipart/form-data; boundary=b", plain.format("chunk_size") + whole),
        ]:
            with self.subTest(code=code, content_type=content_type, body=body[:60]):
                status, told = self.ask("POST", "/api/v1/documents/upload", body, {"Content-Type": content_type})
                self.assertEqual((status // 100, told["code"]), (4, code), told)


def naughty_strings():
    """Each once."""
    return list(dict.fromkeys(json.loads((CONFORMANCE / "blns-mit" / "blns.json").read_text(encoding="utf-8"))))


if __name__ == "__main__":
    unittest.main(verbosity=2)
