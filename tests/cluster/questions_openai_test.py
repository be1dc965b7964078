"""Questions explained by a provider through a real node: its faults, its limits, its absence, and deaths on our side.

`DURE_QUESTIONS_SHOW=1` runs the long versions and prints their figures.
"""

import os
import random
import signal
import time
import unittest

from asked_questions import AskingTest, is_over, money_of, questions_of, summary, upload, wait_over
from dure_node import wait_until
from llm_stand_in import explanation_of, usage_of

SHOW = os.environ.get("DURE_QUESTIONS_SHOW") == "1"
AWAY = ("provider_unavailable", "provider_timeout")


class Questions(AskingTest):
    def check_books(self, name, markers, questions, stats):
        """Every question ended; each answer is there once and was paid once; what was lost is counted."""
        self.assertEqual(set(questions), set(markers))
        for marker, question in questions.items():
            if question["explanationStatus"] == "completed":
                self.assertEqual(question["explanation"], explanation_of(marker))
                self.assertGreaterEqual(stats["charged"].get(marker, 0), 1, marker)
            else:
                self.assertEqual(question["explanationStatus"], "failed", question)
                self.assertRegex(question["explanationError"], "^(provider_|answers_lost)", question)

    def known_cost(self, questions):
        return sum(q["cost"]["money"] for q in questions.values())

    def test_faults_end_in_answers_or_codes_and_in_the_books(self):
        count = 2_000 if SHOW else 150
        share = 0.1
        faults = {"status500": share, "cut": share, "truncated_json": share, "no_choices": share, "limited_seconds": 0.01, "hang": 0.01}
        stand_in = self.stand_in(faults=faults, latency_ms=20)
        node = self.node(stand_in, timeout_s=6, in_flight=32)
        markers = upload(node, "mixed", count)
        over = wait_over(node, "mixed", 600)
        self.assertEqual(over["total"], count)
        questions, stats = questions_of(node, "mixed"), stand_in.stats()
        self.check_books("mixed", markers, questions, stats)
        # Whole answers are paid for exactly; lost ones are counted one by one.
        paid = sum(times * money_of(usage_of(marker)) for marker, times in stats["charged"].items())
        self.assertAlmostEqual(self.known_cost(questions), paid, delta=1e-6 * stats["requests"])
        lost = stats["faults"].get("cut", 0) + stats["faults"].get("truncated_json", 0) + stats["faults"].get("hang", 0)
        self.assertEqual(sum(q["cost"]["possibly_charged"] for q in questions.values()), lost)
        self.assertGreater(over["completed"], count * 0.8)
        print(f"\nmixed faults: {over}, {stats['faults']}, {stats['requests']} requests", flush=True)

    def test_a_rate_is_used_and_kept(self):
        per_minute, seconds = (3_000, 160) if SHOW else (600, 8)
        stand_in = self.stand_in(requests_per_minute=per_minute, latency_ms=200)
        node = self.node(stand_in, requests_per_minute=per_minute, in_flight=64)
        began = time.monotonic()
        upload(node, "rated", int(per_minute * (seconds + 30) / 60))
        wait_until(lambda: stand_in.stats()["requests"] > 0, 30, "the first is asked")
        first, at_first = time.monotonic(), stand_in.stats()["requests"]
        time.sleep(seconds)
        stats, passed = stand_in.stats(), time.monotonic() - first
        allowed = per_minute / 60 * passed
        used = (stats["requests"] - at_first) / allowed
        print(f"\nrate: {stats['requests']} requests in {time.monotonic() - began:.1f} s, {used:.1%} of what is allowed, "
              f"{stats['violations']} violations, most in any minute {stats['peak']}", flush=True)
        self.assertEqual(stats["violations"], 0)
        self.assertGreater(used, 0.9 if SHOW else 0.75)
        self.assertLess(used, 1.0 if SHOW else 1.2, "a burst is 2 % of a minute")

    def test_a_provider_that_is_away_is_said_and_waited_for(self):
        stand_in = self.stand_in()
        node = self.node(stand_in, in_flight=6)
        stand_in.kill()
        markers = upload(node, "away", 30)

        def waits_for_provider():
            page = node.ask("GET", "/api/v1/jobs?queue=questions&limit=50").json()["jobs"]
            return any((node.job(job["job_id"]).get("waiting") or {}).get("reason") == "provider" for job in page)

        wait_until(waits_for_provider, 60, "a question waits for the provider")
        self.assertEqual(summary(node, "away")["failed"], 0)
        stand_in.start()
        over = wait_over(node, "away", 120)
        self.assertEqual(over["completed"], 30, over)
        self.check_books("away", markers, questions_of(node, "away"), stand_in.stats())

    def test_a_killed_node_repeats_only_what_was_in_flight(self):
        in_flight, count = 8, 120
        stand_in = self.stand_in(latency_ms=200)
        node = self.node(stand_in, in_flight=in_flight)
        markers = upload(node, "killed", count)
        wait_until(lambda: sum(stand_in.stats()["charged"].values()) > count / 3, 60, "a third is answered")
        node.kill()
        self.assertFalse(sum(stand_in.stats()["charged"].values()) > count - in_flight, "killed too late to show anything")
        node.start()
        over = wait_over(node, "killed", 120)
        self.assertEqual(over["completed"], count, over)
        stats = stand_in.stats()
        self.check_books("killed", markers, questions_of(node, "killed"), stats)
        repeated = stats["requests"] - count
        print(f"\nkill -9 of the node: {repeated} of {count} asked twice, {in_flight} were in flight", flush=True)
        self.assertLessEqual(repeated, in_flight)
        lost = sum(q["cost"]["possibly_charged"] for q in questions_of(node, "killed").values())
        self.assertTrue(repeated <= lost <= in_flight, "what was in flight is in the books as maybe charged")

    @unittest.skipUnless(SHOW, "takes minutes: DURE_QUESTIONS_SHOW=1")
    def test_kills_of_everybody_lose_nothing(self):
        in_flight, count, dice = 32, 2_000, random.Random(7)
        stand_in = self.stand_in(latency_ms=200, faults={"status500": 0.02, "cut": 0.02})
        node = self.node(stand_in, in_flight=in_flight, timeout_s=20)
        markers = upload(node, "storm", count)
        kills = {"node": 0, "handler": 0, "stand-in": 0}
        end = time.monotonic() + 900
        while not is_over(node, "storm"):
            self.assertLess(time.monotonic(), end, summary(node, "storm"))
            time.sleep(4)
            victim = dice.choice(list(kills))
            if sum(kills.values()) >= 15:
                continue
            kills[victim] += 1
            if victim == "node":
                node.kill()
                node.start()
            elif victim == "stand-in":
                stand_in.kill()
                stand_in.start()
            else:
                for pid, command in node.family():
                    if "handler question.explain" in command:
                        os.kill(pid, signal.SIGKILL)
        over = summary(node, "storm")
        stats = stand_in.stats()
        self.assertEqual(over["total"], count)
        self.check_books("storm", markers, questions_of(node, "storm"), stats)
        twice = sum(1 for times in stats["charged"].values() if times > 1)
        print(f"\nkills {kills}: {over}, {stats['requests']} requests, {twice} answered twice", flush=True)
        self.assertLessEqual(twice, in_flight * sum(kills.values()))


if __name__ == "__main__":
    unittest.main()
