"""Run a folder of handed-in notebooks and print who passed what: `python3 run.py marks FOLDER`.

Each runs in a kernel of its own, for a limited time, with the rights of whoever starts this: that
is no sandbox. Nothing is saved, and nothing is sent anywhere.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors import ClearOutputPreprocessor

VERDICT = "application/vnd.bnviz.verdict+json"
CELL, NOTEBOOK = 60, 600  # seconds after which a cell is interrupted, a notebook ended
QUIET = ["--log-level=40"]  # what a kernel warns of is not for who marks
OPTIONS = {"allow_errors": True, "interrupt_on_timeout": True, "extra_arguments": QUIET}


def run(path):
    """Run a notebook in its folder; return its cells, and what went wrong with it, or ''."""
    cells, where, start = [], {"metadata": {"path": path.parent}}, time.monotonic()
    try:
        notebook, _ = ClearOutputPreprocessor().preprocess(nbformat.read(path, as_version=4), {})
        cells = notebook.cells
        client = NotebookClient(notebook, resources=where, timeout=CELL, **OPTIONS)
        asyncio.run(asyncio.wait_for(client.async_execute(), NOTEBOOK))
    except Exception as error:  # one that is broken must not keep the others from their marks
        late = time.monotonic() - start >= NOTEBOOK
        return cells, f"ended after {NOTEBOOK} s" if late else str(error).strip().splitlines()[-1]
    return cells, ""


def verdicts(cells):
    """Return the last verdict on each exercise: its mistake, or None where it is right."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    found = [output.data[VERDICT] for output in outputs if VERDICT in output.get("data", {})]
    return {each["exercise"]: None if each["passed"] else each["mistake"] for each in found}


def main(folders):
    """Print a line about each notebook in a folder and below it, then a table of the mistakes."""
    folder = Path(*folders[:1])
    paths = [path for path in sorted(folder.rglob("*.ipynb")) if path.parent.name[:1] != "."]
    if len(folders) != 1 or not paths:
        sys.exit("marks needs one folder, with handed-in notebooks in it: run.py marks FOLDER.")
    print("The notebooks run with your rights: this is no sandbox. Nothing is sent anywhere.\n")
    tried, passed, mistakes = Counter(), Counter(), Counter()
    for path in paths:
        cells, trouble = run(path)
        marks = verdicts(cells)
        right = [name for name in marks if marks[name] is None]
        wrong = [f"{name}: {marks[name]}" for name in marks if marks[name] is not None]
        words = "; ".join(wrong + [trouble] * bool(trouble))
        print(f"{path.relative_to(folder)}   {len(right)} of {len(marks)}   {words}", flush=True)
        tried.update(list(marks))
        passed.update(right)
        mistakes.update(wrong)
    print("\nPassed by", *(f"{passed[n]:4} of {tried[n]:<4} {n}" for n in tried), sep="\n")
    print(
        "\nMistakes",
        *(f"{count:4} ×    {words}" for words, count in mistakes.most_common()),
        sep="\n",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
