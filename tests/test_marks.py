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
UNBIASED = "checks.unbiased(lambda var, m: var * m / (m - 1))"
REST = [HOW_FAR, AS_CERTAIN, UNBIASED]
FOREVER = "import time\nwhile True: time.sleep(1)"
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + FOREVER
FORGED = "from IPython.display import display\n"
FORGED += f"for data in ({{}}, 3, {{'exercise': []}}): display({{{marks.KIND!r}: data}}, raw=True)"
SAVED = new_output("display_data", {marks.KIND: {"exercise": "unbiased", "passed": True}})

# hand-in: (its sources, how many of 4 pass, what else its line says)
CLASS = {
    "bob/02.ipynb": (
        [
            RIGHT,
            RIGHT + "\n" + WRONG,  # the last of all counts
            "1 / 0",
            HOW_FAR + ")",
            "input()\n" + AS_CERTAIN,
            "checks.unbiased(...)",
        ],
        0,
        [
            "batch_statistics: divides by m ? 1",  # the console has no minus sign
            "how_far: SyntaxError: unmatched ')'",
            "as_certain: StdinNotImplementedError",
            "unbiased: not filled in",
        ],
    ),
    "loops/02.ipynb": (
        [RIGHT, f"checks.how_far(lambda *case: exec({FOREVER!r}))", AS_CERTAIN, UNBIASED],
        3,
        ["how_far: interrupted"],
    ),
    "is stubborn/02.ipynb": ([RIGHT, STUBBORN, *REST], 1, ["how_far: ended after 100 s"]),
    "dies/02.ipynb": ([RIGHT, "import os; os._exit(1)", *REST], 1, ["how_far: Kernel died"]),
    "two in one/a.ipynb": ([RIGHT, HOW_FAR, AS_CERTAIN], 3, ["unbiased: its cell is missing"]),
    "two in one/b.ipynb": ([RIGHT, *REST], 4, []),
}


def hand_in(path, *sources):
    """Save a notebook that says that it has passed, made with a kernel that is not here."""
    cells = [new_code_cell(source, outputs=[SAVED]) for source in (IMPORTS, *sources)]
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "conda-env-of-somebody", "display_name": "?"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def run_marks(*arguments, cwd):
    """Mark as on a Windows console and in a pipe; return what came of it."""
    code = "import sys; from bnviz.practice import marks; marks.CELL, marks.NOTEBOOK = 30, 100; "
    code += "sys.exit(marks.main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        encoding="cp1252",
    )


@pytest.fixture(scope="module")
def class_of(tmp_path_factory):
    """A class that has handed in, below a folder that begins with a dot."""
    folder = tmp_path_factory.mktemp("class") / ".here" / "hand-ins"
    for path, (sources, *_) in CLASS.items():
        hand_in(folder / path, *sources)
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
    """Mark the class once."""
    return run_marks("..", "--csv", "../../marks.csv", "--at-once", "4", cwd=class_of / "bob")


def line_of(student, marked):
    (line,) = [line for line in marked.stdout.splitlines() if line.startswith(student + "  ")]
    return line.removeprefix(student).strip()


@pytest.mark.parametrize("path", map(Path, CLASS), ids=str)
def test_what_counts_is_what_the_notebook_has_to_offer(path, marked):
    _, passed, words = CLASS[path.as_posix()]
    line = line_of(str(path if "two" in str(path) else path.parent), marked)
    assert line.startswith(f"{passed} of 4"), marked.stderr
    assert not [each for each in words if each not in line], line
    assert words or line == "4 of 4"


def test_what_is_of_no_series_has_its_line(marked):
    assert line_of("other.ipynb", marked) == "0 of 0   no exercise of the series is in it"
    assert line_of("list.ipynb", marked).startswith("0 of 0   ")


def test_how_it_went_is_said(marked):
    assert marked.returncode == 1, "one kernel died, one was ended, two are of another series"
    assert "Traceback" not in marked.stderr
    assert "no sandbox" in marked.stdout.splitlines()[0]
    left_out = marked.stdout.split("Not looked at")[1]
    hidden = Path(".ipynb_checkpoints", "02.ipynb")
    assert all(str(each) in left_out for each in ("._02.ipynb", "essay.docx", hidden))
    assert "1 ×    how_far: interrupted" in marked.stdout
    assert f"{len(CLASS) + 2} of {len(CLASS) + 2}: " in marked.stderr


def test_a_table_for_a_spreadsheet(marked, class_of):
    with open(class_of.parent / "marks.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(CLASS) + 2
    assert rows["bob"]["batch_statistics"] == "divides by m − 1"
    assert rows["loops"]["unbiased"] == "passed"
    assert (rows["loops"]["passed"], rows["loops"]["of"]) == ("3", "4")
    assert rows["dies"]["trouble"] == "Kernel died"


def test_what_shows_no_verdict_or_lies_beside_a_hand_in_does_no_harm(tmp_path):
    path = tmp_path / "ada" / "02.ipynb"
    hand_in(path, FORGED, RIGHT + ";", HOW_FAR, "verdict = " + AS_CERTAIN, UNBIASED + "\nNone")
    before = path.read_text("utf-8")
    path.write_text(before, "utf-8-sig")
    for name in ("numpy.py", "bnviz/__init__.py"):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text("raise SystemExit('I am the judge')")
    done = run_marks("ada", cwd=tmp_path)
    assert line_of("02.ipynb", done) == "4 of 4", done.stderr
    assert done.returncode == 0, "all could be marked"
    assert path.read_text("utf-8-sig") == before


@pytest.mark.parametrize("arguments", [[], ["empty"], ["nowhere"], ["empty", "empty"]])
def test_without_notebooks_there_is_a_sentence(tmp_path, monkeypatch, capsys, arguments):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        marks.main(arguments)
    assert left.value.code == 2
    assert "usage: run.py marks" in capsys.readouterr().err
