"""Every PDF of the corpora, the hostile ones included: each ends with a result or a code, within limits, and the
process serves the next one. Every sixth by default; DURE_EVERY_DOCUMENT=1 takes all and prints the table of README.md."""

import collections
import os
import unittest

from handler_process import CORPORA, NO_CORPORA, Handler

EVERY = os.environ.get("DURE_EVERY_DOCUMENT") == "1"
KNOWN = {
    "completed", "completed, partial", "damaged", "encrypted", "unsupported_type", "empty_file", "text_too_large",
    "too_many_pages", "too_slow", "too_much_memory",
}


@unittest.skipUnless((CORPORA / "pdf").exists(), NO_CORPORA)
class Everything(unittest.TestCase):
    def test_every_file_ends_with_a_result_or_its_own_code(self):
        files = sorted((CORPORA / "pdf").rglob("*.pdf"))[:: 1 if EVERY else 6]
        codes, examples, slowest = collections.Counter(), {}, (0.0, "")
        with Handler(limit_memory="DURE_LIMIT_MEMORY" in os.environ) as handler:
            for path in files:
                ended = handler.parse(path, ocr=False, use_multimodal=EVERY)
                partial = ended.code is None and ended.result.get("partial")
                code = ended.code or ("completed, partial" if partial else "completed")
                codes[code] += 1
                examples.setdefault(code, path.name)
                slowest = max(slowest, (ended.seconds, path.name))
                with self.subTest(file=path.name):
                    self.assertIn(code, KNOWN)
        for code, count in codes.most_common():
            print(f"| {code} | {count} | {examples[code]} |")
        print(f"{len(files)} files, the slowest {slowest[1]} in {slowest[0]:.1f} s")
        self.assertGreater(codes["completed"], len(files) / 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
