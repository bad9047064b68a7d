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
OPTIONS = {"allow_errors": True, "interrupt_on_timeout": True}
OPTIONS["extra_arguments"] = ["--log-level=40"]  # what a kernel warns of is not for who marks


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
    made = Counter()  # (exercise, mistake or None)
    for path in paths:
        cells, trouble = run(path)
        marks = verdicts(cells)
        wrong = [f"{name}: {mistake}" for name, mistake in marks.items() if mistake]
        passed = f"{len(marks) - len(wrong)} of {len(marks)}"
        words = "; ".join(filter(None, [*wrong, trouble]))
        print(f"{path.relative_to(folder)}   {passed}   {words}", flush=True)
        made.update(marks.items())
    print("\nPassed by")
    for name, tried in Counter(name for name, _ in made.elements()).items():
        print(f"{made[name, None]:4} of {tried:<4} {name}")
    print("\nMistakes")
    for (name, mistake), count in made.most_common():
        if mistake:
            print(f"{count:4} ×    {name}: {mistake}")


if __name__ == "__main__":
    main(sys.argv[1:])
