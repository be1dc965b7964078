"""The page at /docs in a real Chromium: it shows every operation, tries them out, and asks nobody but the node.

DURE_PICTURES=FOLDER keeps pictures of it."""

import os
import sys
import unittest

from browser import DRIVER, NO_BROWSER, Browser
from dure_node import SAMPLE_PDF, Node, wait_until

PICTURES = os.environ.get("DURE_PICTURES")


class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.remove)
        cls.node.start()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.url = f"http://127.0.0.1:{cls.node.port}"

    def setUp(self):
        self.browser.open("about:blank")
        self.browser.requested()  # What the browser's own first page asked for.
        self.browser.open(f"{self.url}/docs")
        self.wait_for("return document.querySelectorAll('details[id]').length > 10", "the operations are shown")

    def tearDown(self):
        outside = [url for url in self.browser.requested() if not url.startswith((self.url, "data:", "blob:"))]
        self.assertEqual(outside, [], "the page asks nobody but its node")
        self.assertEqual(self.browser.complaints(), [], "nothing on the console")

    def wait_for(self, script, what):
        wait_until(lambda: self.browser.run(script), 30, what)

    def keep_picture(self, name):
        if PICTURES:
            self.browser.picture(os.path.join(PICTURES, f"{name}.png"))

    def answer_of(self, operation):
        at = f"#{operation} [aria-live] p"
        self.wait_for(f"const p = document.querySelector('{at}'); return !!p && p.className !== ''", "an answer is shown")
        return self.browser.text(at)

    def test_every_operation_of_the_document_is_shown(self):
        document = self.node.ask("GET", "/openapi.json").json()
        wanted = {one["operationId"] for path in document["paths"].values() for one in path.values()}
        shown = set(self.browser.run("return [...document.querySelectorAll('details[id]')].map(one => one.id)"))
        self.assertEqual(shown, wanted)
        self.keep_picture("docs")

    def test_a_job_can_be_submitted_and_read(self):
        self.browser.click("#submitJobs > summary")
        self.browser.replace("#submitJobs textarea", '{"kind": "noop"}')
        self.browser.click("#submitJobs .inside > button, #submitJobs .inside div > button")
        self.assertTrue(self.answer_of("submitJobs").startswith("202"))
        self.keep_picture("docs-submitted")
        self.browser.click("#readJob > summary")
        self.browser.type("#readJob input[data-name='id']", self.node.submit(kind="noop"))
        self.browser.click("#readJob .inside > button, #readJob .inside div > button")
        self.assertTrue(self.answer_of("readJob").startswith("200"))

    def test_a_file_can_be_uploaded(self):
        self.browser.click("#upload > summary")
        self.browser.type("#upload input[type=file]", str(SAMPLE_PDF))
        self.browser.click("#upload .inside > button, #upload .inside div > button")
        self.assertTrue(self.answer_of("upload").startswith("202"))

    def test_the_search_leaves_what_it_finds(self):
        self.browser.type("#search", "bulk-upload")
        visible = "return [...document.querySelectorAll('details[id]')].filter(one => !one.hidden).length"
        self.assertEqual(self.browser.run(visible), 1)

    def test_it_speaks_korean_and_english(self):
        english = self.browser.text("#about")
        self.browser.click("#language")
        self.assertRegex(self.browser.text("#about"), "[가-힣]")
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "ko")
        self.keep_picture("docs-korean")
        self.browser.click("#language")
        self.assertEqual(self.browser.text("#about"), english)


if __name__ == "__main__":
    if not DRIVER:
        print(NO_BROWSER)
        sys.exit(77)
    unittest.main(verbosity=2)
