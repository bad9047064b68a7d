"""Run handed-in notebooks and print who passed what: `python3 run.py marks FOLDER`.

A hand-in is measured by what its notebook has to offer: every exercise of that notebook of the
series counts, and one that is missing has its reason. The bnviz that is installed judges, in a new
kernel for each hand-in. That is no sandbox: the notebooks run with the rights of whoever starts
this, and one that is made to deceive can say that it has passed. Nothing is sent anywhere.
"""

import argparse
import asyncio
import csv
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from IPython.display import display
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from traitlets import default

from bnviz.practice import checks, exercises
from bnviz.practice.verdict import KIND

CELL, NOTEBOOK = 60, 600  # seconds after which a cell is interrupted, a notebook ended
# before a hand-in's own cells: what lies beside it comes last, and every verdict is seen
START = """
import bnviz.practice.marks
bnviz.practice.marks.begin()
del bnviz
"""
QUIET = ["--log-level=40", "--InteractiveShellApp.ignore_cwd=True"]


@dataclass
class HandIn:
    """One notebook: its exercises, each with None if passed or the reason why not."""

    path: Path
    notebook: str = ""
    found: dict = field(default_factory=dict)
    trouble: str = ""  # why it could not be marked, or not as a whole


class ThisPython(AsyncKernelManager):
    """Starts kernels of the Python that runs this, whatever kernel a notebook asks for."""

    @default("kernel_spec_manager")
    def _of_this_python(self):
        return KernelSpecManager(kernel_dirs=[])


def begin():
    """In a kernel: show each verdict as data, also where a line ends in a `;`."""
    sys.path.append("")
    judge = checks.judge

    def judge_and_show(name, answer):
        verdict = judge(name, answer)
        display({KIND: verdict.data}, raw=True)
        return verdict

    checks.judge = judge_and_show


async def mark(path, folder):
    """Run one hand-in, and return it with its marks; nothing in it ends the run."""
    hand_in, cells, start = HandIn(path), [], time.monotonic()
    try:
        cells = read(folder / path)
        hand_in.notebook = which(cells)
        if not hand_in.notebook:
            raise ValueError("no exercise of the series is in it")
        await asyncio.wait_for(run(cells, (folder / path).parent), NOTEBOOK)
    except Exception as error:  # of any kind: the others still get their marks
        late = time.monotonic() - start >= NOTEBOOK
        said = str(error).strip().splitlines() or [type(error).__name__]
        hand_in.trouble = f"ended after {NOTEBOOK} s" if late else said[-1]
    names = [exercise.name for exercise in exercises.by_notebook().get(hand_in.notebook, [])]
    hand_in.found = {name: outcome(name, cells, hand_in.trouble) for name in names}
    return hand_in


def read(path):
    """Return the cells of a notebook without their outputs."""
    text = path.read_text(encoding="utf-8-sig")
    cells = nbformat.reads(json.dumps(json.loads(text)), as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    for cell in code:
        cell.outputs, cell.execution_count = [], None
    return code


def which(cells):
    """Return the notebook of the series that most exercises of these cells belong to, or ''."""
    of = {e.name: name for name, found in exercises.by_notebook().items() for e in found}
    named = [of[name] for cell in cells for name in of if is_about(cell, name)]
    return Counter(named).most_common(1)[0][0] if named else ""


def is_about(cell, name):
    """Whether a cell answers the exercise."""
    return cell.get("id") == f"answer-{name}" or bool(
        re.search(rf"\bchecks\s*\.\s*{name}\b", cell.source)
    )


async def run(cells, folder):
    """Run cells in a kernel of their own; what they show is in them afterwards."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(START), *cells])
    client = NotebookClient(
        notebook,
        timeout=CELL,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        allow_errors=True,
        interrupt_on_timeout=True,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(folder)}},
    )
    await client.async_execute()
    if notebook.cells[0].outputs:
        raise RuntimeError("bnviz could not be imported")


def outcome(name, cells, trouble):
    """Return None if the last that a hand-in says of an exercise is that it passed, or why not."""
    said = "its cell is missing"
    for cell in cells:
        outputs = [output.get("data", {}).get(KIND) for output in cell.outputs]
        verdicts = [
            each for each in outputs if isinstance(each, dict) and each.get("exercise") == name
        ]
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if verdicts:
            passed = verdicts[-1].get("passed") is True
            said = None if passed else str(verdicts[-1].get("mistake"))
        elif is_about(cell, name):
            said = "it shows no verdict" if cell.execution_count else trouble or "not run"
            if errors:
                said = f"{errors[0].ename}: {errors[0].evalue}".splitlines()[0]
    return said


def find(folder):
    """Return the notebooks of a folder, and what else is there, as paths in it."""
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    looked_at = [
        path
        for path in files
        if path.suffix.lower() == ".ipynb" and not any(part[0] == "." for part in path.parts)
    ]
    return looked_at, [path for path in files if path not in looked_at]


async def mark_all(paths, folder, at_once):
    """Mark hand-ins, some at once, and say on stderr how far it is."""
    free, done = asyncio.Semaphore(at_once), []

    async def mark_one(path):
        async with free:
            hand_in = await mark(path, folder)
        done.append(path)
        print(f"{len(done)} of {len(paths)}: {path}", file=sys.stderr, flush=True)
        return hand_in

    return await asyncio.gather(*map(mark_one, paths))


def by_student(hand_ins):
    """Group hand-ins by folder; files of the same notebook beside each other are of several."""
    folders = defaultdict(list)
    for each in hand_ins:
        folders[each.path.parent].append(each)
    students = {}
    for parent, found in folders.items():
        alone = parent == Path() or len({each.notebook for each in found}) < len(found)
        for each in found:
            students.setdefault(str(each.path if alone else parent), []).append(each)
    return students


def lines_of(students):
    """Yield (student, passed, of, {exercise: reason or None}, troubles) for each of them."""
    for student, hand_ins in students.items():
        found = {name: why for each in hand_ins for name, why in each.found.items()}
        troubles = [each.trouble for each in hand_ins if each.trouble]
        yield student, list(found.values()).count(None), len(found), found, troubles


def show(lines, left_out):
    """Print a line for each student, how many passed each exercise, and the mistakes by name."""
    made, width = Counter(), max(len(student) for student, *_ in lines)
    for student, passed, of, found, troubles in lines:
        wrong = [f"{name}: {why}" for name, why in found.items() if why]
        print(f"{student:{width}}   {passed} of {of}   {'; '.join([*troubles, *wrong])}".rstrip())
        made.update(found.items())
    print("\nPassed by")
    for name, of in Counter(name for name, _ in made.elements()).items():
        print(f"{made[name, None]:4} of {of:<4} {name}")
    print("\nNot passed, and why")
    for (name, why), count in made.most_common():
        if why:
            print(f"{count:4} ×    {name}: {why}")
    if left_out:
        print("\nNot looked at\n  " + "\n  ".join(map(str, left_out)))


def save(path, lines):
    """Save a table with a row for each student and a column for each exercise."""
    names = list(dict.fromkeys(name for *_, found, _ in lines for name in found))
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # as spreadsheets read it
        table = csv.writer(file)
        table.writerow(["student", "passed", "of", *names, "trouble"])
        for student, passed, of, found, troubles in lines:
            words = [(found[name] or "passed") if name in found else "" for name in names]
            table.writerow([student, passed, of, *words, "; ".join(troubles)])


def main(arguments):
    """Mark a folder; return 0 if all notebooks in it could be marked, else 1."""
    parser = argparse.ArgumentParser(prog="run.py marks", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with handed-in notebooks, in folders or not")
    parser.add_argument("--csv", type=Path, help="save the marks in this file, too")
    parser.add_argument("--at-once", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that has no ẑ says ? instead
            stream.reconfigure(errors="replace")
    folder = options.folder.resolve()
    paths, left_out = find(folder)
    if not paths:
        parser.error(f"there is no notebook in {folder}")
    os.environ["PYTHONSAFEPATH"] = "1"  # no kernel begins with what lies beside a hand-in
    print("The notebooks run with your rights: this is no sandbox. Nothing is sent anywhere.\n")
    hand_ins = asyncio.run(mark_all(paths, folder, options.at_once))
    lines = list(lines_of(by_student(hand_ins)))
    show(lines, left_out)
    if options.csv:
        save(options.csv, lines)
    return 1 if any(each.trouble for each in hand_ins) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
