"""Proves that each rule can fail: a small tree that is clean, and what breaks one rule at a time."""

import unittest

import rules

CLEAN = {
    "actors/core/CMakeLists.txt": "dure_library(core FILES job.cpp)\n",
    "actors/core/README.md": "**What.** Rules.\n\n**Map**\n- `job.hpp`, `job.cpp` — a job.\n\n**Why** [so](job.hpp)\n",
    "actors/core/job.hpp": "#pragma once\n#include <string>\n",
    "actors/core/job.cpp": '#include "actors/core/job.hpp"\n\n// A whole sentence, as it should be.\n',
    "node/store/CMakeLists.txt": "add_library(store rocks_store.cpp)\n",
    "node/store/rocks_store.cpp": '#include "actors/core/job.hpp"\n#include <mutex>\n#include <rocksdb/db.h>\n',
    "node/metrics/names.hpp": '#pragma once\ninline constexpr auto jobs = "dure_jobs";\n',
    "node/metrics/metrics.cpp": '#include "node/metrics/names.hpp"\n',
    "node/metrics/CMakeLists.txt": "add_library(metrics metrics.cpp)\n",
    "monitoring/alerts.yml": "expr: sum(dure_jobs)\n",
    "tests/cluster/CMakeLists.txt": "foreach(story kill drain)\n  add_test(NAME ${story} COMMAND ${story}_test.py)\n",
    "tests/cluster/kill_test.py": "pass\n",
}

# Rule -> changes that each must make it speak: (path, text), or (path, None) for a file taken away.
BROKEN = {
    rules.layers: [
        ("actors/core/job.cpp", '#include "actors/core/job.hpp"\n#include <caf/all.hpp>\n'),
        ("actors/core/job.hpp", '#pragma once\n#include "node/store/rocks_store.hpp"\n'),
        ("node/store/rocks_store.cpp", '#include "actors/core/job.hpp"\n#include <nats/nats.h>\n'),
    ],
    rules.places: [
        ("actors/core/job.cpp", "#include <mutex>\n"),
        ("actors/core/job.cpp", "auto now = std::chrono::system_clock::now();\n"),
        ("actors/core/job.cpp", "std::random_device chance;\n"),
        ("node/store/rocks_store.cpp", "thread_local int count = 0;\n"),
        ("node/store/rocks_store.cpp", "self->request(other, caf::infinite, 1);\n"),
    ],
    rules.sizes: [
        ("actors/core/job.cpp", "\n" * 400),
        ("node/metrics/names.hpp", "\n" * 300),
    ],
    rules.live_sources: [
        ("actors/core/lost.cpp", "\n"),
        ("actors/core/CMakeLists.txt", "dure_library(core FILES other_job.cpp)\n"),
        ("tests/cluster/lost_test.py", "\n"),
    ],
    rules.live_headers: [("actors/core/lost.hpp", "#pragma once\n")],
    rules.headers_once: [("actors/core/job.hpp", "#include <string>\n")],
    rules.readmes: [
        ("actors/core/README.md", None),
        ("actors/core/README.md", "**What.** Rules.\n\n**Map**\n"),
        ("actors/core/README.md", "**What** **Map** **Why**\n[gone](gone.md)\n"),
        ("actors/core/README.md", "**What** **Map** **Why**\n- `gone.hpp` — nothing.\n"),
    ],
    rules.words: [
        ("actors/core/job.cpp", "// TO" "DO later\n"),
        ("actors/core/job.cpp", "// return 1;\n"),
        ("actors/core/job.cpp", "GTEST_" "SKIP();\n"),
        ("actors/core/job.cpp", "TEST(job, DIS" "ABLED_works) {\n"),
        ("actors/core/job_helpers.cpp", "\n"),
    ],
    rules.coroutines: [
        ("actors/core/job.cpp", "  co_return co_await write(text, {});\n"),
        ("actors/core/job.cpp", "  auto body = lines ? co_await first() : co_await second();\n"),
    ],
    rules.bytes_are_clean: [
        ("actors/core/job.cpp", "int a; \n"),
        ("actors/core/job.cpp", "\tint a;\n"),
        ("actors/core/job.cpp", "int a;\r\n"),
        ("actors/core/job.cpp", "// \ufffd\n"),
        ("actors/core/job.cpp", "int a;"),
    ],
    rules.metrics: [("monitoring/alerts.yml", "expr: dure_jobs_gone\n")],
}


class Rules(unittest.TestCase):
    def test_a_clean_tree_is_left_alone(self):
        for rule in rules.ALL:
            self.assertEqual(list(rule(CLEAN)), [], rule.__name__)

    def test_every_rule_can_fail(self):
        self.assertEqual(set(BROKEN), set(rules.ALL))
        for rule, changes in BROKEN.items():
            for path, text in changes:
                tree = {**CLEAN, path: text}
                if text is None:
                    del tree[path]
                with self.subTest(rule=rule.__name__, path=path, text=text and text[:60]):
                    self.assertNotEqual(list(rule(tree)), [])


if __name__ == "__main__":
    unittest.main()
