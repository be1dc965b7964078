"""GET /metrics as Prometheus reads it: every line of the text format, and the figures that known work leads to."""

import math
import re
import unittest
from collections import defaultdict

from dure_node import SAMPLE_PDF, Node, form, wait_until

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
VALUE = re.compile(r"[+-]?(Inf|[0-9.]+(e[+-]?[0-9]+)?)|NaN")
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")
QUESTIONS = b"questionText,option1,option2,correctAnswer,passageContent\nWhen does it boil?,at 100,at 50,1,Water boils at 100.\n"


class Refused(Exception):
    pass


def refuse_unless(condition, line, why):
    if not condition:
        raise Refused(f"{why}: {line!r}")


def parse_labels(text, line):
    """Returns the labels of `{…}`; every byte of it must be theirs."""
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        refuse_unless(found, line, "a label is malformed")
        refuse_unless(found[1] not in labels, line, "a label is there twice")
        refuse_unless(not found[1].startswith("__"), line, "a label is reserved")
        labels[found[1]] = found[2]
        at = found.end()
        if at < len(text):
            refuse_unless(text[at] == ",", line, "labels are not parted by commas")
            at += 1
    return labels


def parse_sample(line):
    name = NAME.match(line)
    refuse_unless(name, line, "the name is malformed")
    rest, labels = line[name.end():], {}
    if rest.startswith("{"):
        end = rest.rindex("}")
        labels, rest = parse_labels(rest[1:end], line), rest[end + 1:]
    refuse_unless(rest.startswith(" ") and VALUE.fullmatch(rest[1:]), line, "the value is malformed")
    return name[0], labels, float(rest[1:])


class Scrape:
    """What one answer says. Refuses all that the format, or a strict reader of it, does not allow."""

    def __init__(self, text):
        refuse_unless(text.endswith("\n"), text[-80:], "the last line has no end")
        self.helps, self.types, self.samples = {}, {}, {}
        family = None
        for line in text[:-1].split("\n"):
            if line.startswith("# HELP "):
                _, _, family, words = line.split(" ", 3)
                refuse_unless(family not in self.helps, line, "a family has two HELPs")
                refuse_unless(words, line, "HELP says nothing")
                self.helps[family] = words
            elif line.startswith("# TYPE "):
                _, _, name, type_ = line.split(" ")
                refuse_unless(name == family and type_ in TYPES, line, "TYPE does not follow its HELP")
                refuse_unless(name not in self.types, line, "a family has two TYPEs")
                self.types[name] = type_
            else:
                self.take(line, family)
        for name, type_ in self.types.items():
            self.check_family(name, type_)

    def take(self, line, family):
        name, labels, value = parse_sample(line)
        refuse_unless(family in self.types, line, "a sample comes before HELP and TYPE")
        endings = ("_bucket", "_sum", "_count") if self.types[family] == "histogram" else ("",)
        refuse_unless(name in [family + ending for ending in endings], line, f"not of the family {family}")
        key = (name, frozenset(labels.items()))
        refuse_unless(key not in self.samples, line, "a series is there twice")
        self.samples[key] = value

    def check_family(self, name, type_):
        refuse_unless(NAME.fullmatch(name), name, "the name is malformed")
        refuse_unless(name.endswith("_total") == (type_ == "counter"), name, "counters alone end in _total")
        refuse_unless(not re.search(r"_(ms|milliseconds|minutes|kb|mb|kib|mib)(_|$)", name), name, "not in a base unit")
        if type_ == "counter":
            for labels, value in self.series(name).items():
                refuse_unless(value >= 0 and math.isfinite(value), (name, labels), "a counter is no count")
        if type_ == "histogram":
            self.check_histogram(name)

    def check_histogram(self, name):
        buckets = defaultdict(list)
        for labels, value in self.series(name + "_bucket").items():
            rest = dict(labels)
            refuse_unless("le" in rest, (name, labels), "a bucket has no bound")
            buckets[float(rest.pop("le").replace("+Inf", "inf")), frozenset(rest.items())].append(value)
        by_series = defaultdict(list)
        for (bound, labels), values in buckets.items():
            refuse_unless(len(values) == 1, (name, labels), "two buckets have one bound")
            by_series[labels].append((bound, values[0]))
        refuse_unless(by_series.keys() == self.series(name + "_count").keys(), name, "counts do not match buckets")
        refuse_unless(by_series.keys() == self.series(name + "_sum").keys(), name, "sums do not match buckets")
        for labels, steps in by_series.items():
            counts = [count for _, count in sorted(steps)]
            refuse_unless(counts == sorted(counts), (name, labels), "buckets are not cumulative")
            refuse_unless(max(steps)[0] == math.inf, (name, labels), "there is no bucket +Inf")
            total = self.samples[name + "_count", labels]
            refuse_unless(counts[-1] == total, (name, labels), "+Inf does not hold everything")

    def series(self, name):
        return {labels: value for (other, labels), value in self.samples.items() if other == name}

    def value(self, name, **labels):
        return self.samples[name, frozenset(labels.items())]

    def sum(self, name, **labels):
        return sum(v for found, v in self.series(name).items() if labels.items() <= dict(found).items())


class StrictReader(unittest.TestCase):
    """The reader itself refuses what it is there to refuse."""

    def test_good_lines_are_read(self):
        text = '# HELP a_total Counts.\n# TYPE a_total counter\na_total{x="q\\"\\\\\\n,}"} 1e+06\na_total{x="b"} 2\n'
        self.assertEqual(Scrape(text).sum("a_total"), 1e6 + 2)

    def test_bad_lines_are_refused(self):
        head = "# HELP a A.\n# TYPE a gauge\n"
        histogram = "# HELP h H.\n# TYPE h histogram\n"
        for text in (
            "a 1\n", "# TYPE a gauge\na 1\n", head + "a 1", head + "a 1\na 1\n", head + "b 1\n", head + "a one\n",
            head + 'a{x="1" y="2"} 1\n', head + 'a{x="\n"} 1\n', head + 'a{x="1",x="2"} 1\n', head + 'a{x="\\d"} 1\n',
            head + "a  1\n", head + head + "a 1\n", "# HELP a A.\n# TYPE a counter\na 1\n",
            "# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n", "# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n",
            histogram + 'h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n',
            histogram + 'h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
            histogram + 'h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n', histogram + 'h_bucket{le="+Inf"} 1\nh_count 1\n',
        ):
            with self.subTest(text=text), self.assertRaises((Refused, ValueError)):
                Scrape(text)


class Metrics(unittest.TestCase):
    """One job of each kind has run, one has failed, one waits."""

    @classmethod
    def setUpClass(cls):
        cls.node = node = Node().start()
        cls.addClassCleanup(node.remove)
        ids = [node.submit(kind="noop"), node.submit(kind="sleep", params={"ms": 300})]
        ids.append(node.upload(SAMPLE_PDF).json()["job_id"])
        broken = node.data.with_suffix(".pdf")
        broken.write_bytes(b"%PDF-1.7\nnothing follows\n")
        cls.addClassCleanup(broken.unlink)
        ids.append(node.upload(broken).json()["job_id"])
        cls.explain(node)
        cls.ended = [node.job(job_id, wait="60s") for job_id in ids]
        assert [job["status"] for job in cls.ended] == ["completed"] * 3 + ["failed"], cls.ended
        assert node.ask("POST", "/api/v1/queues/default/pause").status == 200
        node.submit(kind="noop")
        cls.scrape = cls.read()

    @classmethod
    def explain(cls, node):
        answer = node.ask("POST", "/admin/sets/s/questions/bulk-upload", *form({}, "questions.csv", QUESTIONS))
        assert answer.status in (200, 201, 202), (answer.status, answer.body)
        status = "/admin/sets/s/questions/explanation-status"
        wait_until(lambda: node.ask("GET", status).json()["data"]["summary"]["completed"] == 1, 60, "it is explained")

    @classmethod
    def read(cls):
        answer = cls.node.ask("GET", "/metrics")
        assert answer.status == 200, answer.body
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
        return Scrape(answer.body.decode())

    def test_nothing_is_missing(self):
        self.assertLessEqual(
            {
                "dure_attempt_run_seconds", "dure_attempts_total", "dure_blob_bytes", "dure_build_info",
                "dure_handler_ends_total", "dure_http_request_seconds", "dure_http_requests_total", "dure_job_wait_seconds",
                "dure_jobs", "dure_journal_append_seconds", "dure_journal_record_events",
                "dure_queue_oldest_waiting_seconds", "dure_shard_applied_index", "dure_shard_lag_records",
                "dure_stale_results_refused_total",
            },
            self.scrape.types.keys(),
        )

    def test_every_attempt_is_counted_by_its_outcome(self):
        self.assertEqual(self.scrape.sum("dure_attempts_total", outcome="completed"), 4)
        self.assertEqual(self.scrape.value("dure_attempts_total", queue="documents", outcome="failed"), 1)
        self.assertEqual(self.scrape.sum("dure_attempts_total"), 5)
        self.assertEqual(self.scrape.sum("dure_stale_results_refused_total"), 0)

    def test_handlers_ended_for_the_same_causes(self):
        self.assertEqual(self.scrape.value("dure_handler_ends_total", cause="completed"), 4)
        self.assertEqual(self.scrape.value("dure_handler_ends_total", cause="failed"), 1)
        self.assertEqual(self.scrape.sum("dure_handler_ends_total"), 5)

    def test_waits_and_runs_are_there_for_each_kind(self):
        expected = {"document.parse": 2, "noop": 1, "question.explain": 1, "sleep": 1}
        for name in ("dure_job_wait_seconds", "dure_attempt_run_seconds"):
            counts = {dict(labels)["kind"]: count for labels, count in self.scrape.series(name + "_count").items()}
            self.assertEqual(counts, expected, name)
        slept = self.scrape.value("dure_attempt_run_seconds_sum", kind="sleep")
        self.assertTrue(0.3 <= slept < 60, slept)
        self.assertLess(self.scrape.sum("dure_job_wait_seconds_sum"), 60)

    def test_the_one_that_waits_grows_older(self):
        name = "dure_queue_oldest_waiting_seconds"
        self.assertEqual(self.scrape.value("dure_jobs", queue="default", state="pending"), 1)
        before = self.scrape.value(name, queue="default")
        wait_until(lambda: self.read().value(name, queue="default") > before, 10, "its age grows")
        self.assertEqual(self.scrape.value(name, queue="documents"), 0)

    def test_logs_are_applied_to_their_ends(self):
        indices = self.scrape.series("dure_shard_applied_index")
        queues = {dict(labels)["queue"] for labels in self.scrape.series("dure_jobs")}
        self.assertEqual({dict(labels)["queue"] for labels in indices}, queues | {"control"})
        self.assertGreater(min(indices.values()), 0)
        wait_until(lambda: self.read().sum("dure_shard_lag_records") == 0, 10, "nothing lags")

    def test_files_take_at_least_their_own_bytes(self):
        self.assertGreaterEqual(self.scrape.value("dure_blob_bytes"), SAMPLE_PDF.stat().st_size)

    def test_labels_hold_no_ids_and_no_paths(self):
        for (name, labels) in self.scrape.samples:
            for label, value in labels:
                self.assertIn(label, {"queue", "state", "kind", "outcome", "cause", "shard", "route", "code", "le", "version"})
                self.assertNotRegex(value, r"[0-9a-f]{8}-[0-9a-f]{4}", f"{name} {label}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
