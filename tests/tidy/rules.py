"""The rules. Each takes a tree (path -> text) and yields findings as (path, line, sentence)."""

import re
from pathlib import PurePosixPath

from layers import INCLUDES, PLACES, SIZES

CODE = ("actors/", "gateway/", "node/")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")) + r")\b|DIS" r"ABLED_")
COMMENTED_OUT = re.compile(r"^\s*// *(return\b.*;|auto .*=.*;|#include .*|[\w:.>-]+\([^ ]*\);|\}|.*\{)$")
EMPTY_NAMES = re.compile(r"(^|_)(utils?|common|helpers?|misc|managers?|impl)$|^(types|data|info)$")


def lines_of(tree, *suffixes, below=("",)):
    for path in sorted(tree):
        if path.endswith(suffixes) and path.startswith(tuple(below)):
            for number, line in enumerate(tree[path].split("\n"), 1):
                yield path, number, line


def folders_above(path):
    return [str(folder) for folder in PurePosixPath(path).parents if str(folder) != "."]


def layers(tree):
    """Include lines keep to the table."""
    for path, number, line in lines_of(tree, ".hpp", ".cpp", below=CODE):
        included = re.match(r'#include ([<"].*[>"])', line)
        folder = next((folder for folder in folders_above(path) if folder in INCLUDES), None)
        if not included or not folder or included[1].startswith(f'"{folder}/'):
            continue
        if not any(re.match(pattern, included[1]) for pattern in INCLUDES[folder]):
            yield path, number, f"{folder} may not include {included[1]}"


def places(tree):
    """Clocks, locks, chance and the like stand only where they belong."""
    for path, number, line in lines_of(tree, ".hpp", ".cpp", below=CODE):
        for what, (pattern, allowed) in PLACES.items():
            if not path.startswith(allowed or ("\0",)) and re.search(pattern, line.split("//")[0]):
                yield path, number, f"{what} does not belong here"


def sizes(tree):
    """Files stay readable in one go."""
    for path in sorted(tree):
        most = next((most for pattern, most in SIZES if re.search(pattern, path)), None)
        count = tree[path].count("\n")
        if most and count > most:
            yield path, count, f"{count} lines, {most} are allowed"


def live_sources(tree):
    """Every source is built and every test program is registered."""
    for path in sorted(tree):
        if not path.startswith((*CODE, "tests/")) or not path.endswith((".cpp", "_test.py")):
            continue
        if not any(names_file(tree, folder, path) for folder in folders_above(path)):
            yield path, 1, "no CMakeLists.txt names it"


def names_file(tree, folder, path):
    build = tree.get(f"{folder}/CMakeLists.txt", "")
    name = path[len(folder) + 1:]
    if re.search(rf"(?<![\w.-])(?<!\w/){re.escape(name)}(?![\w./-])", build):
        return True
    # A list of stories: foreach(story kill single_node) … ${story}_test.py
    story = name.removesuffix("_test.py")
    return story != name and "}_test.py" in build and re.search(rf"\bforeach\(.*\b{story}\b", build)


def live_headers(tree):
    """Every header is included by somebody."""
    included = {match for text in tree.values() for match in re.findall(r'#include "([^"]+)"', text)}
    for path in sorted(tree):
        if path.endswith(".hpp") and path not in included:
            yield path, 1, "nobody includes it"


def headers_once(tree):
    """Headers begin with #pragma once."""
    for path in sorted(tree):
        if path.endswith(".hpp") and not tree[path].startswith("#pragma once\n"):
            yield path, 1, "does not begin with #pragma once"


def readmes(tree):
    """Every room of code has a README with What, Map and Why; links and map entries exist."""
    for path in sorted(tree):
        folder = path.rpartition("/")[0]
        if path.endswith("CMakeLists.txt") and folder.startswith(CODE) and "dure_library(" in tree[path]:
            readme = tree.get(f"{folder}/README.md")
            if readme is None and not any(f"{above}/README.md" in tree for above in folders_above(folder)):
                yield path, 1, "the folder has no README.md"
            for part in ("What", "Map", "Why") if readme else ():
                if f"**{part}" not in readme:
                    yield f"{folder}/README.md", 1, f"has no **{part}**"
    for path, number, line in lines_of(tree, ".md"):
        for target in dead_targets(tree, path, line):
            yield path, number, f"{target} does not exist"


def dead_targets(tree, path, line):
    """Yields what a line of a document points at and is not there: links, and files named in a map."""
    folder = path.rpartition("/")[0]
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", line):
        if not re.match(r"[a-z]+:", link) and not exists(tree, folder, link):
            yield link
    entry = re.match(r"[-*] ((?:`[^`]+`(?:, | and )?)+) —", line)
    for name in re.findall(r"`([^`]+)`", entry[1]) if entry else ():
        if re.fullmatch(r"[\w./-]+", name) and not exists(tree, folder, name):
            yield name


def exists(tree, folder, name):
    for base in ([folder] if folder else []) + [""]:
        parts = []
        for part in f"{base}/{name}".split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        path = "/".join(parts)
        if path in tree or any(other.startswith(f"{path}/") for other in tree):
            return True
        if "." not in parts[-1] and any(re.fullmatch(rf"{re.escape(path)}\.\w+", other) for other in tree):
            return True
    return False


def words(tree):
    """Nothing unfinished lands, no name says nothing, and a skipped test says why."""
    for path, number, line in lines_of(tree, ".hpp", ".cpp", ".py", ".sh", ".txt", ".cmake", ".md"):
        if UNFINISHED.search(line):
            yield path, number, "is unfinished: " + UNFINISHED.search(line)[0]
        if path.endswith((".hpp", ".cpp")) and COMMENTED_OUT.match(line):
            yield path, number, "looks like commented-out code"
        if re.search(r"GTEST_SKIP\(\)\s*;", line):
            yield path, number, "skips without saying why"
    for path in sorted(tree):
        stem = PurePosixPath(path).stem
        if path.startswith((*CODE, "tests/")) and EMPTY_NAMES.search(stem):
            yield path, 1, f"the name {stem} says nothing"


def bytes_are_clean(tree):
    """Text is UTF-8 with plain line ends, no tabs, no trailing blanks, and ends with a line end."""
    for path, number, line in lines_of(tree, ".hpp", ".cpp", ".py", ".sh", ".txt", ".cmake", ".md", ".json"):
        if "\ufffd" in line:
            yield path, number, "is not UTF-8"
        if "\r" in line or "\t" in line or line != line.rstrip():
            yield path, number, "has a tab, a carriage return or blanks at its end"
    for path in sorted(tree):
        if path.endswith((".hpp", ".cpp", ".py", ".sh", ".md")) and not tree[path].endswith("\n"):
            yield path, 1, "does not end with a line end"


def metrics(tree):
    """Every metric that monitoring names is one that a node has."""
    known = "".join(text for path, text in tree.items() if path.startswith("node/metrics/"))
    for path, number, line in lines_of(tree, ".yml", ".yaml", ".json", ".md", below=("monitoring/",)):
        for name in re.findall(r"\bdure_[a-z0-9_]+\b", line):
            if re.sub(r"_(bucket|sum|count)$", "", name) not in known and name not in known:
                yield path, number, f"no node has the metric {name}"


def coroutines(tree):
    """GCC 12 destroys temporaries twice that are braced, or in a conditional, inside a co_await expression."""
    for path, number, line in lines_of(tree, ".hpp", ".cpp"):
        awaited = line.split("//")[0].partition("co_await ")[2].split("[")[0]
        if "{" in awaited.removesuffix(" {") or re.search(r"\?[^;]*co_await", line):
            yield path, number, "has a braced temporary or a conditional around co_await: give it a name first"


ALL = [layers, places, sizes, live_sources, live_headers, headers_once, readmes, words, bytes_are_clean, coroutines, metrics]
