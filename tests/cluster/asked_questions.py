"""Sets of questions for a node that has them explained by the stand-in, and what became of them."""

import json
import tempfile
import unittest
import uuid
from pathlib import Path

from dure_node import Node, free_port, wait_until
from llm_stand_in import StandIn

PRICE_IN, PRICE_OUT = 2.5, 10


def config_for(stand_in, folder, **settings):
    """Returns the flags of a node that asks the stand-in."""
    told = {"provider": "openai", "base_url": stand_in.base_url, "model": "stand-in", "timeout_s": 30, "in_flight": 8, **settings}
    path = Path(folder, f"{uuid.uuid4().hex}.toml")
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    prices = ['[questions.prices."stand-in"]', f"input = {PRICE_IN}", f"output = {PRICE_OUT}"]
    path.write_text("\n".join(["[questions]", *lines, *prices, ""]))
    return "--config", str(path)


def upload(node, name, count, extra=""):
    questions = [
        {
            "questionText": f"[[{name}-{n}]] 다음 중 옳은 것은? {extra}",
            "option1": "하나", "option2": "둘", "option3": "셋", "correctAnswer": "2",
            "passageContent": "둘은 옳다. 하나와 셋은 그르다.", "questionNumber": str(n),
        }
        for n in range(count)
    ]
    answer = node.post(f"/admin/sets/{name}/questions/bulk-upload", {"questions": questions})
    assert answer.status == 202, (answer.status, answer.body[:500])
    return [f"{name}-{n}" for n in range(count)]


def summary(node, name):
    answer = node.ask("GET", f"/admin/sets/{name}/questions/explanation-status?limit=1")
    assert answer.status == 200, answer.body
    return answer.json()["data"]["summary"]


def is_over(node, name):
    now = summary(node, name)
    return now["total"] == now["completed"] + now["failed"]


def wait_over(node, name, seconds):
    wait_until(lambda: is_over(node, name), seconds, f"all of {name} end: {summary(node, name)}")
    return summary(node, name)


def questions_of(node, name):
    """Returns the set's questions by marker."""
    answer = node.ask("GET", f"/admin/sets/{name}/questions.jsonl")
    assert answer.status == 200, answer.body
    rows = [json.loads(line) for line in answer.body.decode().splitlines()]
    return {f"{name}-{row['questionNumber']}": row for row in rows}


def money_of(usage):
    return (usage["prompt_tokens"] * PRICE_IN + usage["completion_tokens"] * PRICE_OUT) / 1e6


class AskingNode(Node):
    """A node with provider openai against a stand-in."""

    def __init__(self, stand_in, folder, **settings):
        super().__init__(*config_for(stand_in, folder, **settings))


class AskingTest(unittest.TestCase):
    """Stand-ins and nodes that end with the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def stand_in(self, **options):
        stand_in = StandIn(self.folder, free_port(), **options).start()
        self.addCleanup(stand_in.kill)
        return stand_in

    def node(self, stand_in, **settings):
        node = AskingNode(stand_in, self.folder, **settings).start()
        self.addCleanup(node.remove)
        return node
