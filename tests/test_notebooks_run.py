"""What nbval cannot try: the notebooks with their exercises filled in, and any cell again."""

import re
import subprocess
import sys

import pytest
from nbclient import NotebookClient

from bnviz.practice.marks import outcome
from tests.test_notebooks import NAMES, path_of, read

CLOCK = re.compile(r"\d+(\.\d+)? ?(ms|s)\b")


def fill_in(notebook):
    """Put the code of each solution into the answer before it; return the exercises' names."""
    cells = {cell.id: cell for cell in notebook.cells}
    exercises = [each.removeprefix("answer-") for each in cells if each.startswith("answer-")]
    for name in exercises:
        solution = cells[f"solution-{name}"].source
        (code,) = re.findall("^```python\n(.*?)^```", solution, re.MULTILINE | re.DOTALL)
        cells[f"answer-{name}"].source = code.rstrip("\n")
    return exercises


def text(cell):
    """Return what a cell says in letters, but for what the clock says."""
    said = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]
    return CLOCK.sub("…", "".join(said))


@pytest.mark.parametrize("name", NAMES)
def test_solutions_pass_and_every_cell_says_it_again_after_all_others(name, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")  # a bar says how fast a machine is
    notebook = read(name)
    exercises = fill_in(notebook)
    client = NotebookClient(notebook, resources={"metadata": {"path": path_of(name).parent}})
    code = [(at, cell) for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    first = {}
    with client.setup_kernel():
        for at, cell in code:
            client.execute_cell(cell, at)
            first[cell.id] = text(cell)
        cells = [cell for _, cell in code]
        wrong = {each: outcome(each, cells, "") for each in exercises}
        assert not any(wrong.values()), wrong
        for at, cell in reversed(code):
            client.execute_cell(cell, at)
            assert text(cell) == first[cell.id], f"{cell.id} says something else when run again"


@pytest.mark.parametrize("room", ["bnviz", "bnviz.practice.checks"])
def test_a_warning_of_our_own_is_an_error_in_a_kernel_and_that_of_others_is_not(room):
    ends = []
    for name in (room, "matplotlib.figure"):
        code = f"exec('import warnings; warnings.warn(str())', {{'__name__': {name!r}}})"
        ends.append(subprocess.run([sys.executable, "-c", code], capture_output=True).returncode)
    assert ends == [1, 0]
