"""Checks what no compiler checks: layers, places, sizes, dead files, links, words. See README.md."""

import os
import sys
from pathlib import Path

from rules import ALL

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".git", "build", "node_modules", "dure-data", "__pycache__"}
TEXT = (".hpp", ".cpp", ".py", ".sh", ".txt", ".cmake", ".md", ".json", ".yml", ".yaml", ".toml", ".pdf")


def read_tree(root):
    """Returns path -> text of every file of the project; files that are no text count as empty."""
    tree = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in files:
            path = Path(folder, name)
            is_text = name.endswith(TEXT) and not name.endswith(".pdf")
            text = path.read_bytes().decode("utf-8", "replace") if is_text else ""
            tree[path.relative_to(root).as_posix()] = text
    return tree


def main():
    tree = read_tree(ROOT)
    findings = [(rule.__name__, *finding) for rule in ALL for finding in rule(tree)]
    for rule, path, line, sentence in findings:
        print(f"{path}:{line}: {sentence} [{rule}]")
    print(f"{len(tree)} files, {len(ALL)} rules, {len(findings)} findings")
    return 1 if findings or len(tree) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
