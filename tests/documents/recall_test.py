"""How much of the words that are known to be in a PDF we find, beside what `pdftotext` finds in the same files."""

import collections
import re
import subprocess
import unittest

from handler_process import CORPORA, NO_CORPORA, Handler

PDFS = CORPORA / "pdf"


def words_of(text):
    return collections.Counter(re.findall(r"\w+", text))


def recall(expected, found):
    return sum((expected & found).values()) / sum(expected.values())


def pdftotext(path):
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")


@unittest.skipUnless(PDFS.exists(), NO_CORPORA)
class Recall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.handler = Handler(limit_memory=False)
        cls.addClassCleanup(cls.handler.close)

    def test_no_file_with_a_known_text_loses_words_against_pdftotext(self):
        compared, ours_all, theirs_all = 0, [], []
        for path in sorted((PDFS / "pdfbox-apache2").rglob("*.pdf")):
            expected_file = path.with_name(path.name + ".txt")
            expected = words_of(expected_file.read_text("utf-8", "replace")) if expected_file.exists() else None
            if not expected:
                continue
            ended = self.handler.parse(path, ocr=False)
            self.assertIsNone(ended.code, path)
            ours = recall(expected, words_of("\n".join(page["text"] for page in ended.result["pages"])))
            theirs = recall(expected, words_of(pdftotext(path)))
            compared += 1
            ours_all.append(ours)
            theirs_all.append(theirs)
            with self.subTest(file=path.name):
                self.assertGreaterEqual(ours, theirs)
        self.assertGreater(compared, 20)
        print(f"{compared} files: mean recall {sum(ours_all) / compared:.4f}, pdftotext {sum(theirs_all) / compared:.4f}")

    def test_a_file_with_predefined_cjk_cmaps_is_not_empty(self):
        found = []
        for path in sorted(PDFS.rglob("*.pdf")):
            data = path.read_bytes()
            if len(data) < 1 << 20 and re.search(rb"/(KSCms-UHC|KSC-EUC|UniKS|90ms-RKSJ|GBK-EUC|UniJIS|UniGB|ETen-B5|Adobe-Korea1)", data):
                ended = self.handler.parse(path, ocr=False)
                expected = pdftotext(path)
                if ended.code is None and re.search(r"[\u3040-\u9fff\uac00-\ud7a3]", expected):
                    found.append(path)
                    self.assertRegex("".join(page["text"] for page in ended.result["pages"]), r"[\u3040-\u9fff\uac00-\ud7a3]", path)
        self.assertTrue(found, "the corpora have none, or poppler-data is missing")

    def test_korean_documents_are_page_by_page_what_pdftotext_prints(self):
        korean = sorted((PDFS / "autorag-apache2").rglob("k*.pdf"))
        self.assertGreaterEqual(len(korean), 3)
        for path in korean:
            pages = self.handler.parse(path, ocr=False).result["pages"]
            self.assertEqual([page["text"] for page in pages], pdftotext(path).split("\f")[:-1], path)
            self.assertRegex(pages[0]["text"], "[가-힣]")


if __name__ == "__main__":
    unittest.main(verbosity=2)
