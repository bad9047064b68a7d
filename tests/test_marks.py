"""Marks of handed-in notebooks: who passed what, and why not."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bnviz.practice import marks

pytestmark = pytest.mark.xdist_group("marks")  # one worker marks the class
IMPORTS = "import numpy as np\nfrom bnviz.practice import checks"
RIGHT = "checks.batch_statistics(lambda z: (z.mean(axis=0), z.var(axis=0)))"
WRONG = "checks.batch_statistics(lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1)))"
HOW_FAR = "checks.how_far(lambda batch, mu, sigma: (batch.mean() - mu) / sigma * len(batch) ** 0.5)"
AS_CERTAIN = "checks.as_certain(540)"
MIDDLE = [HOW_FAR, AS_CERTAIN]
UNBIASED = "checks.unbiased(lambda var, m: var * m / (m - 1))"
REST = [*MIDDLE, UNBIASED]
FOREVER = "import time\nwhile True: time.sleep(1)"
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + FOREVER
FORGED = "from IPython.display import display\ndisplay({KIND: DATA}, raw=True)"


def notebook(*sources, ids=(), outputs=()):
    cells = [new_code_cell(source, outputs=list(outputs)) for source in (IMPORTS, *sources)]
    for cell, name in zip(cells, ids, strict=False):
        cell.id = name
    return new_notebook(cells=cells)


def hand_in(folder, path, *sources, **more):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    made = notebook(*sources, **more)
    made.metadata["kernelspec"] = {"name": "conda-env-of-somebody", "display_name": "?"}
    nbformat.write(made, folder / path)


def forged(data):
    return FORGED.replace("KIND", repr(marks.KIND)).replace("DATA", repr(data))


# student: (the sources of the hand-in, how many of 4 pass, what else the line says)
STUDENTS = {
    "ada": ([RIGHT, *REST], 4, ""),
    "bob": ([WRONG, "1 / 0", *REST], 3, "batch_statistics: divides by m − 1"),
    "changes her mind": ([RIGHT, WRONG, *REST], 3, "batch_statistics: divides by m − 1"),
    "deletes a cell": ([RIGHT, *MIDDLE], 3, "unbiased: its cell is missing"),
    "does not begin": ([RIGHT, *MIDDLE, "checks.unbiased(...)"], 3, "unbiased: not filled in"),
    "breaks the syntax": (
        [RIGHT, *MIDDLE, UNBIASED + ")"],
        3,
        "unbiased: SyntaxError: unmatched ')'",
    ),
    "asks": ([RIGHT, *MIDDLE, "input()\n" + UNBIASED], 3, "unbiased: StdinNotImplementedError"),
    "hides": ([RIGHT + ";", HOW_FAR, "verdict = " + AS_CERTAIN, UNBIASED + "\nNone"], 4, ""),
    "loops": (
        [RIGHT, *MIDDLE, f"checks.unbiased(lambda var, m: exec({FOREVER!r}))"],
        3,
        "interrupted",
    ),
    "is stubborn": ([RIGHT, STUBBORN, *REST], 1, "ended after 100 s; how_far: ended after 100 s"),
    "dies": ([RIGHT, "import os; os._exit(1)", *REST], 1, "Kernel died"),
    "forges badly": ([*map(forged, [{}, 3, {"exercise": []}]), RIGHT, *REST], 4, ""),
}


@pytest.fixture(scope="module")
def class_of(tmp_path_factory):
    """A class that has handed in, below a folder that begins with a dot."""
    folder = tmp_path_factory.mktemp("class") / ".here" / "hand-ins"
    for student, (sources, *_) in STUDENTS.items():
        hand_in(folder, f"{student}/02.ipynb", *sources)
    hand_in(folder, "shadows/02.ipynb", RIGHT, *REST)
    for name in ("numpy.py", "bnviz/__init__.py"):
        (folder / "shadows" / name).parent.mkdir(exist_ok=True)
        (folder / "shadows" / name).write_text("raise SystemExit('I am the judge')")
    saved = new_output("display_data", {marks.KIND: {"exercise": "unbiased", "passed": True}})
    hand_in(folder, "02.ipynb/02.ipynb", RIGHT, *MIDDLE, outputs=[saved])
    hand_in(folder, "BOM/02.ipynb", RIGHT, *REST)
    text = (folder / "BOM/02.ipynb").read_text("utf-8")
    (folder / "BOM/02.ipynb").write_text(text, "utf-8-sig")
    hand_in(folder, "two in one/a.ipynb", RIGHT)
    hand_in(folder, "two in one/b.ipynb", RIGHT, *REST)
    hand_in(
        folder, "ids/x.ipynb", RIGHT, *REST, "1", ids=["imports", "a", "b", "c", "answer-unbiased"]
    )
    for odd, content in {
        "._02.ipynb": b"\x00\x05\x16\x07",
        ".ipynb_checkpoints/02.ipynb": b"{}",
        "essay.docx": b"",
        "list.ipynb": b"[]",
        "other.ipynb": json.dumps(new_notebook()).encode(),
    }.items():
        (folder / odd).parent.mkdir(exist_ok=True)
        (folder / odd).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def marked(class_of):
    """Mark the class once, as on a Windows console and in a pipe: what came of it."""
    code = "import sys; from bnviz.practice import marks; marks.CELL, marks.NOTEBOOK = 30, 100; "
    code += "sys.exit(marks.main(['..', '--csv', '../../marks.csv', '--at-once', '4']))"
    environment = {"PYTHONIOENCODING": "cp1252"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=(class_of / "ada"),
        env={**os.environ, **environment},
        capture_output=True,
        encoding="cp1252",
    )


def line_of(student, marked):
    (line,) = [line for line in marked.stdout.splitlines() if line.startswith(student + "  ")]
    return line.removeprefix(student).strip()


@pytest.mark.parametrize("student", STUDENTS)
def test_what_counts_is_what_the_notebook_has_to_offer(student, marked):
    _, passed, words = STUDENTS[student]
    line = line_of(student, marked)
    assert line.startswith(f"{passed} of 4"), marked.stderr
    assert words.replace("−", "?") in line
    assert words or line == "4 of 4"


def test_a_hand_in_of_any_kind_has_its_line(marked):
    assert line_of("shadows", marked) == "4 of 4"
    assert line_of("BOM", marked) == "4 of 4"
    assert line_of("02.ipynb", marked) == "3 of 4   unbiased: its cell is missing"
    assert line_of(str(Path("two in one", "a.ipynb")), marked).startswith("1 of 4")
    assert line_of(str(Path("two in one", "b.ipynb")), marked) == "4 of 4"
    assert line_of("ids", marked) == "4 of 4"
    assert line_of("other.ipynb", marked) == "0 of 0   no exercise of the series is in it"
    assert line_of("list.ipynb", marked).startswith("0 of 0   ")


def test_how_it_went_is_said(marked):
    assert marked.returncode == 1, "one kernel died, one was ended, two are of another series"
    assert "Traceback" not in marked.stderr
    assert "no sandbox" in marked.stdout.splitlines()[0]
    left_out = marked.stdout.split("Not looked at")[1]
    hidden = Path(".ipynb_checkpoints", "02.ipynb")
    assert all(str(each) in left_out for each in ("._02.ipynb", "essay.docx", hidden))
    assert "2 ×    batch_statistics: divides by m ? 1" in marked.stdout
    assert f"{len(STUDENTS) + 8} of {len(STUDENTS) + 8}: " in marked.stderr


def test_a_table_for_a_spreadsheet(marked, class_of):
    with open(class_of.parent / "marks.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["bob"]["batch_statistics"] == "divides by m − 1"
    assert rows["bob"]["unbiased"] == "passed"
    assert (rows["bob"]["passed"], rows["bob"]["of"]) == ("3", "4")
    assert rows["dies"]["trouble"] == "Kernel died"
    assert len(rows) == len(STUDENTS) + 8


def test_a_hand_in_stays_as_it_is(class_of, marked):
    made = nbformat.read(class_of / "ada/02.ipynb", as_version=4)
    assert not any(cell.outputs for cell in made.cells)


def test_all_could_be_marked(tmp_path):
    hand_in(tmp_path, "ada.ipynb", RIGHT, *REST)
    code = "import sys; from bnviz.practice import marks; sys.exit(marks.main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("arguments", [[], ["empty"], ["nowhere"], ["empty", "empty"]])
def test_without_notebooks_there_is_a_sentence(tmp_path, monkeypatch, capsys, arguments):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        marks.main(arguments)
    assert left.value.code == 2
    assert "usage: run.py marks" in capsys.readouterr().err
