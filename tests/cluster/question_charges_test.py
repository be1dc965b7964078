"""What is charged for questions that are stopped, changed or refused meanwhile, held against the stand-in's own books."""

import json
import unittest
from pathlib import Path

from asked_questions import AskingTest, money_of, questions_of, summary, upload, wait_over
from dure_node import wait_until
from llm_stand_in import explanation_of, usage_of

JSON = {"Content-Type": "application/json"}


class QuestionCharges(AskingTest):
    def restart_with(self, node, before, after):
        """Stops the node and starts it with another file."""
        self.assertEqual(node.stop(), 0, node.printed())
        path = Path(node.flags[1])
        path.write_text(path.read_text().replace(before, after))
        node.start()

    def check_charges(self, node, name, stats):
        """Whole answers cost what the stand-in said; every other request that it took is counted."""
        questions, over = questions_of(node, name), summary(node, name)
        whole = [marker for marker, q in questions.items() if q["cost"]["money"] > 0]
        paid = sum(money_of(usage_of(marker)) for marker in whole)
        self.assertAlmostEqual(sum(q["cost"]["money"] for q in questions.values()), paid, delta=1e-6 * len(questions))
        asked = sum(stats["asked"].get(marker, 0) for marker in questions)
        lost = sum(q["cost"]["possibly_charged"] for q in questions.values())
        self.assertEqual(asked, len(whole) + lost, (stats, over))
        return lost

    def test_a_request_that_is_stopped_is_in_the_books(self):
        stand_in = self.stand_in(faults={"hang": 1.0})
        node = self.node(stand_in, in_flight=6)
        markers = upload(node, "stopped", 6)
        wait_until(lambda: stand_in.stats()["requests"] == 6, 30, "all are asked")
        ids = {marker: q["id"] for marker, q in questions_of(node, "stopped").items()}
        for marker in markers[:2]:
            by_hand = json.dumps({"explanation": "By hand."})
            self.assertEqual(node.ask("PUT", f"/admin/questions/{ids[marker]}/explanation", by_hand, JSON).status, 200)
        self.assertEqual(node.post("/admin/sets/stopped/questions/cancel", {}).status, 202)
        over = wait_over(node, "stopped", 30)
        self.assertEqual((over["completed"], over["failed"]), (2, 4))
        wait_until(lambda: self.lost(node, "stopped") == 6, 20, "each request is counted")
        self.assertEqual(self.check_charges(node, "stopped", stand_in.stats()), 6)

    def lost(self, node, name):
        return sum(q["cost"]["possibly_charged"] for q in questions_of(node, name).values())

    def test_a_drain_books_what_it_gives_back(self):
        stand_in = self.stand_in(faults={"hang": 1.0})
        node = self.node(stand_in, in_flight=4, timeout_s=120)
        markers = upload(node, "drained", 4)
        wait_until(lambda: stand_in.stats()["requests"] == 4, 30, "all are asked")
        self.assertEqual(node.stop(90), 0, node.printed())
        stand_in.settle(faults={})
        node.start()
        self.assertEqual(wait_over(node, "drained", 60)["completed"], 4)
        self.assertEqual(self.check_charges(node, "drained", stand_in.stats()), 4)
        self.assertEqual({m: 2 for m in markers}, dict(stand_in.stats()["asked"]))

    def test_an_answer_of_another_model_is_not_kept_for_the_first(self):
        stand_in = self.stand_in()
        node = self.node(stand_in, model="model-a")
        self.assertEqual(node.post("/api/v1/queues/questions/pause", {}).status, 200)
        upload(node, "first", 1, "[[same]]")
        self.restart_with(node, "model-a", "model-b")
        self.assertEqual(node.post("/api/v1/queues/questions/resume", {}).status, 200)
        wait_over(node, "first", 30)
        self.assertEqual(questions_of(node, "first")["first-0"]["model"], "model-b")
        self.restart_with(node, "model-b", "model-a")
        same = [{key: told for key, told in q.items() if key.startswith(("question", "option", "correct", "passage"))}
                for q in questions_of(node, "first").values()]
        self.assertEqual(node.post("/admin/sets/second/questions/bulk-upload", {"questions": same}).status, 202)
        wait_over(node, "second", 30)
        self.assertEqual(next(iter(questions_of(node, "second").values()))["model"], "model-a")

    def test_a_refused_key_burns_nothing_and_the_work_goes_on_with_another(self):
        stand_in = self.stand_in(faults={"status401": 1.0})
        node = self.node(stand_in, in_flight=3)
        markers = upload(node, "refused", 12)
        queue = lambda: node.ask("GET", "/api/v1/queues/questions").json()
        wait_until(lambda: queue()["provider"]["down"], 30, "the queue stands still")
        self.assertIn("refuses the key", queue()["provider"]["reason"])
        asked = stand_in.stats()["requests"]
        self.assertLessEqual(asked, 4)
        wait_until(lambda: stand_in.stats()["requests"] > asked, 30, "the next probe")
        self.assertEqual(summary(node, "refused")["failed"], 0)
        stand_in.settle(faults={})
        self.assertEqual(wait_over(node, "refused", 90)["completed"], 12)
        for marker, q in questions_of(node, "refused").items():
            self.assertEqual((q["explanation"], q["cost"]["possibly_charged"]), (explanation_of(marker), 0))
        self.assertEqual(sorted(stand_in.stats()["charged"]), sorted(markers))


if __name__ == "__main__":
    unittest.main()
