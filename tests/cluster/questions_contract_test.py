"""What a real node answers about sets of questions, prompts and their queue is what /openapi.json says."""

import csv
import io
import json
import unittest

from described_node import Conversation
from dure_node import form, wait_until

SET = "/admin/sets/small%20set"
QUESTIONS = f"{SET}/questions"
PROMPT = "/admin/system-prompts/explanation"
BOILING = {"questionText": "When does it boil?", "option1": "at 100", "option2": "at 50", "correctAnswer": "1",
           "passageContent": "Water boils at 100.", "questionNumber": "1"}
BY_HAND = {"questionText": "Why?", "option1": "a", "option2": "b", "correctAnswer": "2", "explanation": "So.", "questionNumber": "2"}
PAGE = 1_000  # Questions that an export writes at a time.


class QuestionsContract(Conversation):
    def test_every_answer_is_as_described(self):
        first, second = self.talk_of_uploads()
        self.talk_of_sets()
        self.talk_of_one(first, second)
        self.talk_of_prompts()
        self.talk_of_the_queue()
        self.talk_of_ends()
        self.assert_all_asked({"Questions"})

    def wait_for_all(self, total):
        def ended():
            summary = self.say("readSetStatus", 200, f"{QUESTIONS}/explanation-status?limit=1").json()["data"]["summary"]
            return summary["total"] == total == summary["completed"] + summary["failed"]

        wait_until(ended, 60, "every question has ended")

    def talk_of_uploads(self):
        at = f"{QUESTIONS}/bulk-upload"
        taken = self.say("uploadQuestions", 202, at, {"questions": [BOILING, BY_HAND]}, {"Idempotency-Key": "k"}).json()
        self.assertEqual([one["explanationStatus"] for one in taken["data"]], ["pending", "completed"])
        again = self.say("uploadQuestions", 202, at, {"questions": [BOILING, BY_HAND]}, {"Idempotency-Key": "k"}).json()
        self.assertEqual(again["data"], taken["data"])
        body, headers = form({}, "q.csv", b"questionText,option1,option2,correctAnswer\nWho?,a,b,1\n,a,b,1\n")
        self.assertEqual(len(self.say("uploadQuestions", 202, at, body, headers).json()["errors"]), 1)
        self.say("uploadQuestions", 200, f"{at}?dry_run=true", {"questions": [BOILING]})
        self.say("uploadQuestions", 400, f"{at}?atomic=true", {"questions": [BOILING, {"questionText": "?"}]})
        self.say("uploadQuestions", 400, f"{at}?colour=red", {"questions": [BOILING]})
        self.wait_for_all(3)
        return [one["id"] for one in taken["data"]]

    def talk_of_sets(self):
        self.assertEqual(self.say("readSetQueue", 200, f"{QUESTIONS}/queue-status").json()["data"]["queueSize"], 0)
        status = self.say("readSetStatus", 200, f"{QUESTIONS}/explanation-status")
        self.assertEqual(status.json()["data"]["failures"], [])
        self.say("readSetStatus", 304, f"{QUESTIONS}/explanation-status", headers={"If-None-Match": status.headers["ETag"]})
        page = self.say("listQuestions", 200, f"{QUESTIONS}?limit=2").json()
        self.assertEqual(len(page["data"]), 2)
        self.say("listQuestions", 200, f"{QUESTIONS}?cursor={page['next']}")
        self.say("listQuestions", 400, f"{QUESTIONS}?limit=0")
        table = self.say("exportQuestionsCsv", 200, f"{QUESTIONS}.csv").body.decode("utf-8-sig")
        self.assertEqual([row["questionNumber"] for row in csv.DictReader(io.StringIO(table))], ["1", "2", ""])
        lines = self.say("exportQuestionsLines", 200, f"{QUESTIONS}.jsonl").body.splitlines()
        self.assertEqual([json.loads(line)["questionText"] for line in lines], ["When does it boil?", "Why?", "Who?"])

    def talk_of_one(self, first, second):
        at = f"/admin/questions/{first}"
        shown = self.say("readQuestion", 200, at).json()["data"]
        self.assertEqual(shown["provider"], "extractive")
        self.assertIn("100", shown["explanation"])
        self.assertEqual(self.say("readQuestionStatus", 200, f"{at}/explanation-status").json()["data"]["status"], "completed")
        self.say("readQuestion", 404, "/admin/questions/nonsense")
        self.say("writeExplanation", 200, f"/admin/questions/{second}/explanation", {"explanation": "Because."})
        self.assertEqual(self.say("readQuestion", 200, f"/admin/questions/{second}").json()["data"]["explanation"], "Because.")
        self.say("regenerateExplanation", 202, f"{at}/regenerate", {})
        self.say("retryFailedQuestions", 202, f"{QUESTIONS}/retry-failed", {})
        self.wait_for_all(3)

    def talk_of_prompts(self):
        built_in = self.say("listPrompts", 200).json()["data"]
        self.assertEqual([(one["name"], one["version"]) for one in built_in], [("explanation", 1)])
        self.assertEqual(self.say("writePrompt", 200, PROMPT, {"content": "Briefly."}).json()["data"]["version"], 2)
        self.assertEqual(self.say("writePrompt", 200, PROMPT, {"content": "At length.", "expectedVersion": 2}).json()["data"]["version"], 3)
        self.say("writePrompt", 409, PROMPT, {"content": "Once more.", "expectedVersion": 2})
        self.say("writePrompt", 400, PROMPT, {"content": ""})
        self.assertEqual(self.say("rollBackPrompt", 200, f"{PROMPT}/rollback", {"version": 2}).json()["data"]["content"], "Briefly.")
        shown = self.say("readPrompt", 200, PROMPT)
        self.assertEqual(shown.json()["data"]["version"], 2)
        self.say("readPrompt", 304, PROMPT, headers={"If-None-Match": shown.headers["ETag"]})
        self.say("readPrompt", 404, "/admin/system-prompts/other")
        history = self.say("listPromptVersions", 200, f"{PROMPT}/history?limit=2").json()
        self.assertEqual([one["version"] for one in history["data"]], [3, 2])
        history = self.say("listPromptVersions", 200, f"{PROMPT}/history?cursor={history['next']}").json()
        self.assertEqual([one["content"] for one in history["data"]], [built_in[0]["content"]])
        self.node.kill()
        self.node.start()
        self.assertEqual(self.say("readPrompt", 200, PROMPT).json(), shown.json())

    def talk_of_the_queue(self):
        self.assertEqual(self.node.ask("POST", "/api/v1/queues/questions/pause", "{}", {"Content-Type": "application/json"}).status, 200)
        self.say("uploadQuestions", 202, f"{QUESTIONS}/bulk-upload", {"questions": [{**BOILING, "questionText": "And now?"}]})
        done = self.say("restartQueue", 200, body={}).json()
        self.assertEqual(done["data"], {"queue": "questions", "resumed": True, "provider_forgiven": False, "released": 0})
        self.say("restartQueue", 404, body={"queue": "nobody"})
        self.wait_for_all(4)

    def talk_of_ends(self):
        """Of a set that takes more than one page to export."""
        rows = "".join(f"Question {n}?,a,b,1\n" for n in range(2 * PAGE + 10))
        table = ("questionText,option1,option2,correctAnswer\n" + rows).encode()
        self.say("uploadQuestions", 202, f"{QUESTIONS}/bulk-upload", table, {"Content-Type": "text/csv"})
        self.say("cancelQuestions", 202, f"{QUESTIONS}/cancel", {})
        status = self.say("readSetStatus", 200, f"{QUESTIONS}/explanation-status?limit=1", headers={"Accept-Language": "en"}).json()["data"]
        self.assertEqual(sum(one["questions"] for one in status["failures"]), status["summary"]["failed"])
        lines = self.say("exportQuestionsLines", 200, f"{QUESTIONS}.jsonl").body.splitlines()
        self.assertEqual(len({json.loads(line)["id"] for line in lines}), 2 * PAGE + 14)
        self.assertEqual(self.say("deleteQuestionSet", 202, SET).json()["data"]["deleted"], 2 * PAGE + 14)


if __name__ == "__main__":
    unittest.main(verbosity=2)
