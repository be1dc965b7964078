"""`document.parse` as a client meets it: every kind of file, what is left beside the text, and a real endpoint."""

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from handler_process import CORPORA, NO_CORPORA, ROOT, Handler

SAMPLE = ROOT / "deploy" / "sample" / "zlib.3.pdf"
PYPDF = CORPORA / "pdf" / "pypdf-bsd3" / "resources"
needs_corpora = unittest.skipUnless(PYPDF.exists(), NO_CORPORA)


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def simple_pdf(streams, catalog=b"", info=b"", more=()):
    """Returns a PDF with one page for each (dictionary entries, bytes) of `streams`.

    `catalog` and `info` are entries of their dictionaries, `more` is objects from number 4 + 2 * pages on."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(streams)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        f"<</Type/Pages/Count {len(streams)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for n, (entries, data) in enumerate(streams):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents {5 + 2 * n} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        objects.append(f"<</Length {len(data)}{entries}>>stream\n".encode() + data + b"\nendstream")
    objects += more
    out, offsets = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    xref = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets))
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info<<".encode() + info)
    out.write(f">>>>\nstartxref\n{xref}\n%%EOF\n".encode())
    return out.getvalue()


def words(text):
    return ("", f"BT /F 18 Tf 20 100 Td ({text}) Tj ET".encode())


class Parsing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.handler = Handler(limit_memory=False)
        cls.addClassCleanup(cls.handler.close)

    def file_of(self, data):
        """Returns the path of a file that holds `data` as long as the test runs."""
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(data)
        self.addCleanup(os.unlink, file.name)
        return file.name

    def parse(self, source, **params):
        return self.handler.parse(self.file_of(source) if isinstance(source, bytes) else source, **params)

    def result(self, source, **params):
        ended = self.parse(source, **params)
        self.assertIsNone(ended.code)
        return ended


class Texts(Parsing):
    def test_every_encoding_of_a_text_gives_the_same_words(self):
        text = "두레는 이웃이 서로의 일을 돕는 것이다.\n둘째 줄, 그리고 English.\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"):
            with self.subTest(encoding=encoding):
                result = self.result(text.encode(encoding)).result
                self.assertEqual(result["pages"], [{"page": 1, "label": "", "text": text}])
                self.assertEqual(result["chunks"][0]["text"], text.strip())

    def test_form_feeds_part_the_pages_of_a_text(self):
        result = self.result(b"one\n\ftwo\n\f").result
        self.assertEqual([page["text"] for page in result["pages"]], ["one\n", "two\n"])

    def test_html_markdown_and_csv_are_read_as_what_they_are(self):
        html = self.result(b"<!DOCTYPE html><title>T</title><script>no()</script><h2>Head</h2><p>Text").result
        self.assertEqual(html["pages"][0]["text"], "Head\nText\n")
        self.assertEqual((html["metadata"]["title"], html["metadata"]["format"]), ("T", "text/html"))
        self.assertEqual(html["outline"], [{"title": "Head", "level": 2, "page": 1}])
        self.assertEqual(self.result(b"# One\n\ntext\n").result["metadata"]["title"], "One")
        self.assertEqual(self.result(b"a,b\n1,2\n").result["metadata"]["columns"], ["a", "b"])

    def test_what_is_no_document_has_a_code(self):
        for data, code in [(b"", "empty_file"), (os.urandom(5000), "unsupported_type"), (b"PK\x03\x04", "unsupported_type")]:
            self.assertEqual(self.parse(data).code, code)
        self.assertEqual(self.parse(b"a" * (25 << 20)).code, "too_large")
        self.assertEqual(self.parse(b"x", colour="red").code, "invalid_params")


class Pdfs(Parsing):
    def test_pages_of_a_long_document_are_shown_while_it_runs(self):
        count = 6_000
        ended = self.result(simple_pdf([words(f"page {n}") for n in range(1, count + 1)]))
        self.assertEqual([page["text"].strip() for page in ended.result["pages"]], [f"page {n}" for n in range(1, count + 1)])
        batches = [name for name in ended.artifacts if name.startswith("pages-")]
        self.assertEqual(batches[0], "pages-1-1.json")
        shown = [page for name in batches for page in json.loads(ended.bytes_of(name))]
        self.assertEqual(shown, ended.result["pages"][: len(shown)])
        self.assertGreater(len(shown), count / 10)
        self.assertEqual(ended.artifacts["pages-1-1.json"]["media_type"], "application/json")
        self.assertEqual(ended.progress[-1]["message"], f"{count}/{count} 페이지 처리 중...")

    def test_a_page_that_decompresses_to_too_much_is_a_warning(self):
        compressed = zlib.compress(b" " * (300 << 20))
        ended = self.result(simple_pdf([words("first"), ("/Filter/FlateDecode", compressed), words("third")]), ocr=False)
        self.assertTrue(ended.result["partial"])
        self.assertEqual([page["text"].strip() for page in ended.result["pages"]], ["first", "", "third"])
        self.assertRegex(ended.result["warnings"][0], r"^page 2: decompressed_too_large")

    def test_attachments_are_kept_up_to_a_gibibyte_in_all(self):
        zeros = zlib.compress(bytes(32 << 20))
        names = b"".join(b"(%d)8 0 R" % n for n in range(40))
        stream = f"<</Filter/FlateDecode/Length {len(zeros)}>>stream\n".encode() + zeros + b"\nendstream"
        pdf = simple_pdf(
            [words("small")] * 2,
            catalog=b"/Names<</EmbeddedFiles<</Names[" + names + b"]>>>>",
            more=[b"<</Type/Filespec/F(a)/EF<</F 9 0 R>>>>", stream],
        )
        ended = self.result(pdf, use_multimodal=True)
        left = sum(file.stat().st_size for file in Path(ended.scratch, "out").glob("attachment-*"))
        shutil.rmtree(ended.scratch)
        self.assertEqual(left, 1 << 30)
        artifacts = [one["artifact"] for one in ended.result["attachments"]]
        self.assertEqual(artifacts, [f"attachment-{n}" if n < 33 else None for n in range(1, 41)])
        self.assertEqual([one for one in ended.artifacts if one.startswith("attachment")], artifacts[:32])
        told = [one for one in ended.result["warnings"] if "files_too_large" in one]
        self.assertEqual(len(told), 1)
        self.assertFalse([one for one in ended.result["warnings"] if "thumbnail" in one or "too_many" in one])

    def test_too_many_pages_are_refused(self):
        self.assertEqual(self.parse(simple_pdf([words("x")] * 20_001)).code, "too_many_pages")

    def test_thumbnails_are_made_on_request_only(self):
        self.assertEqual(list(self.result(SAMPLE).artifacts), [])
        ended = self.result(SAMPLE, use_multimodal=True)
        listed = ended.result["thumbnails"]
        self.assertEqual([one["artifact"] for one in listed], ["thumbnail-1.png", "thumbnail-2.png"])
        for one in listed:
            self.assertEqual(png_size(ended.bytes_of(one["artifact"])), (one["width"], one["height"]))
            self.assertEqual(max(one["width"], one["height"]), 512)

    def test_every_page_has_its_thumbnail(self):
        ended = self.result(simple_pdf([words(f"p{n}") for n in range(80)]), use_multimodal=True)
        self.assertEqual([one["page"] for one in ended.result["thumbnails"]], list(range(1, 81)))

    def test_every_encoding_of_a_title_or_a_label_is_told_apart(self):
        """Also where poppler-cpp loses which it was."""
        info = b"/Title(a\x85 5\xa0)/Author(" + "b:\u00a0é".encode("utf-16") + b")/Subject<feffd55cd83dde00d800>"
        info += b"/Keywords(\xef\xbb\xbf" + "한".encode() + b")/Creator(caf\xe9\0)/CreationDate(D:20240122183153+09'00')"
        labels = b"/PageLabels<</Nums[0<</P(A\x85)/S/D>>1<</P<feffd55c>/S/r>>]>>"
        result = self.result(simple_pdf([words("x")] * 2, catalog=labels, info=info)).result
        self.assertEqual([page["label"] for page in result["pages"]], ["A–1", "한i"])
        expected = {"title": "a– 5€", "author": "b:\u00a0é", "subject": "한😀\ufffd", "keywords": "한", "creator": "café"}
        expected |= {"created_at": "2024-01-22T09:31:53Z", "pdf_version": "1.7"}
        self.assertEqual(result["metadata"], expected)

    @needs_corpora
    def test_embedded_images_come_out_as_they_are(self):
        ended = self.result(PYPDF / "jpeg.pdf", use_multimodal=True)
        (image,) = ended.result["images"]
        self.assertEqual((image["artifact"], image["width"], image["height"]), ("image-1-1.jpg", 800, 600))
        self.assertEqual(ended.bytes_of("image-1-1.jpg")[:3], b"\xff\xd8\xff")
        scanned = self.result(PYPDF / "Seige_of_Vicksburg_Sample_OCR.pdf", use_multimodal=True)
        for image in scanned.result["images"]:
            self.assertEqual(png_size(scanned.bytes_of(image["artifact"])), (image["width"], image["height"]))

    @needs_corpora
    def test_attachments_and_bookmarks_are_listed(self):
        ended = self.result(PYPDF / "attachment.pdf")
        (attached,) = ended.result["attachments"]
        self.assertEqual((attached["name"], attached["page"]), ("jpeg.pdf", 1))
        self.assertEqual(ended.bytes_of(attached["artifact"]), (PYPDF / "jpeg.pdf").read_bytes())
        outline = self.result(PYPDF / "pdflatex-outline.pdf").result["outline"]
        self.assertEqual(outline[0], {"title": "Foo", "level": 1, "page": 2})


def installed_languages():
    try:
        return subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True).stdout.split()
    except FileNotFoundError:
        return []


class Letters(Parsing):
    def scanned(self):
        """A page whose words are drawn as curves, so that only a reader of letters finds them."""
        with tempfile.TemporaryDirectory() as folder:
            source, picture = Path(folder, "a.pdf"), Path(folder, "a")
            source.write_bytes(simple_pdf([words("Heavy work done together")]))
            subprocess.run(["pdftoppm", "-r", "200", "-jpeg", "-singlefile", source, picture], check=True)
            jpeg = picture.with_suffix(".jpg").read_bytes()
        size = re.search(rb"\xff\xc0..\x08(..)(..)", jpeg, re.S)
        height, width = (int.from_bytes(side, "big") for side in size.groups())
        image = (
            f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB"
            f"/BitsPerComponent 8/Filter/DCTDecode/Length {len(jpeg)}>>stream\n"
        ).encode() + jpeg + b"\nendstream"
        pdf = simple_pdf([("", b"q 300 0 0 200 0 0 cm /I Do Q")])
        pdf = pdf.replace(b"<</Font<</F 3 0 R>>>>", b"<</XObject<</I 9 0 R>>>>")
        # Readers find an object that the table lacks by rebuilding it; the table goes.
        return pdf[: pdf.index(b"xref\n")] + b"9 0 obj\n" + image + b"\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"

    @unittest.skipUnless("eng" in installed_languages(), "tesseract is not installed here")
    def test_letters_of_a_page_without_text_are_read(self):
        scanned = self.scanned()
        self.assertEqual(self.result(scanned, ocr=False).result["chunks"], [])
        ended = self.result(scanned, ocr_languages="eng")
        self.assertIn("work done together", ended.result["pages"][0]["text"])
        self.assertIn("1/1 페이지 문자 인식 중...", [said["message"] for said in ended.progress])

    def test_a_node_may_have_it_off_unless_a_job_asks(self):
        scanned = self.file_of(self.scanned())
        with Handler(limit_memory=False, environment={"DURE_OCR": "off"}) as handler:
            self.assertNotIn("no_text", str(handler.parse(scanned, ocr_languages="tlh").result["warnings"]))
            self.assertEqual(handler.parse(scanned, ocr=True, ocr_languages="tlh").code, "ocr_unavailable")

    def test_a_language_that_is_not_there_is_a_warning_or_an_error(self):
        scanned = self.scanned()
        self.assertEqual(self.parse(scanned, ocr=True, ocr_languages="tlh").code, "ocr_unavailable")
        warnings = self.result(scanned, ocr_languages="tlh").result["warnings"]
        self.assertTrue(any("page 1: no_text" in warning for warning in warnings), warnings)


class Endpoint(BaseHTTPRequestHandler):
    """Stands in for an OpenAI-compatible server: a vector says the length of its text."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        data = [{"index": n, "embedding": [len(text), 0.5]} for n, text in enumerate(body["input"])]
        answer = json.dumps({"data": data[::-1], "model": body["model"]} if status == 200 else {"error": {}}).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Embeddings(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.server.asked, self.server.statuses = [], []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        with tempfile.NamedTemporaryFile("w", delete=False) as key:
            key.write("secret-key\n")
        self.addCleanup(os.unlink, key.name)
        self.handler = Handler(limit_memory=False, environment={
            "DURE_EMBEDDINGS_URL": f"http://127.0.0.1:{self.server.server_port}/v1",
            "DURE_EMBEDDINGS_MODEL": "small", "DURE_EMBEDDINGS_KEY_FILE": key.name,
        })
        self.addCleanup(self.handler.close)

    def parse(self, **params):
        return self.handler.parse(SAMPLE, chunk_size=100, chunk_overlap=0, embeddings=True, **params)

    def test_every_chunk_has_its_vector_asked_for_in_batches_of_sixteen(self):
        ended = self.parse(embedding_model="large")
        chunks = ended.result["chunks"]
        made = json.loads(ended.bytes_of("embeddings.json"))
        self.assertEqual([vector[0] for vector in made["vectors"]], [len(chunk["text"]) for chunk in chunks])
        self.assertEqual(ended.result["embeddings"],
                         {"artifact": "embeddings.json", "model": "large", "count": len(chunks), "dimensions": 2})
        sizes = [len(body["input"]) for _, _, body in self.server.asked]
        self.assertEqual(sizes[:-1], [16] * (len(sizes) - 1))
        self.assertEqual(self.server.asked[0][:2], ("/v1/embeddings", "Bearer secret-key"))

    def test_a_busy_endpoint_is_asked_again_and_a_refusal_is_final(self):
        self.server.statuses = [429, 503]
        self.assertIsNone(self.parse().code)
        self.server.statuses = [401]
        self.assertEqual(self.parse().code, "embeddings_refused")

    def test_a_node_without_an_endpoint_says_so(self):
        with Handler(limit_memory=False) as handler:
            self.assertEqual(handler.parse(SAMPLE, embeddings=True).code, "embeddings_not_configured")


if __name__ == "__main__":
    unittest.main(verbosity=2)
