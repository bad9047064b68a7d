"""A copy of each notebook with all its solutions filled in runs from top to bottom and passes."""

import re
from pathlib import Path

import nbformat
import pytest

from bnviz.exercises import every
from tests import refresh

FOLDER = Path(__file__).parents[1] / "notebooks"
VERDICT = "application/vnd.bnviz.verdict+json"


def fill_in(notebook):
    """Put every solution in the place of its answer; return the names of the exercises."""
    cells = {cell.id: cell for cell in notebook.cells}
    names = [name.removeprefix("answer-") for name in cells if name.startswith("answer-")]
    for name in names:
        code = re.search(r"```python\n(.*?)\n```", cells[f"solution-{name}"].source, re.DOTALL)
        cells[f"answer-{name}"].source = code[1]
    return names


def verdicts(notebook):
    """What each exercise of a notebook that has run was told, by its name."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = [output.data[VERDICT] for output in outputs if VERDICT in output.get("data", {})]
    return {verdict["exercise"]: verdict["passed"] for verdict in said}


PATHS = sorted(FOLDER.glob("[01][0-9]_*.ipynb"))


def test_every_exercise_has_a_solution_to_fill_in():
    filled = [name for path in PATHS for name in fill_in(nbformat.read(path, as_version=4))]
    assert sorted(filled) == sorted(every())


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_with_its_solutions_runs_and_passes(path):
    notebook = nbformat.read(path, as_version=4)
    names = fill_in(notebook)
    refresh.run(notebook, FOLDER)
    assert verdicts(notebook) == dict.fromkeys(names, True)
