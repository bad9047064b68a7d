"""House style is told, and stops nobody."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.editorial.style import remarks

TITLE = {"slideshow": {"slide_type": "slide"}}
MANY_LINES = "\n".join(f"a = {n}" for n in range(13))


def write(path, *cells):
    start = [
        new_markdown_cell("# Title", metadata=TITLE),
        new_code_cell("1", id="install"),
        new_code_cell("import numpy as np", id="imports"),
    ]
    nbformat.write(new_notebook(cells=[*start, *cells]), path)
    return path


def test_nothing_is_said_where_there_is_nothing_to_say(tmp_path):
    cells = [new_markdown_cell("## A question"), new_code_cell("a = np.ones(3)\nprint(a)")]
    assert remarks(write(tmp_path / "50_fine.ipynb", *cells)) == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (new_markdown_cell("word " * 1401), "1403 words (1400 are usual)"),
        (new_markdown_cell("word " * 121), "a paragraph of 121 words"),
        (new_code_cell(MANY_LINES, id="long"), "cell long: 13 lines of code"),
        (new_code_cell("c = b", id="c"), "'start' needs b from further up"),
        (new_code_cell("print('0.93 at step 600')", id="typed"), "prints a number that was typed"),
        (
            new_code_cell("a = 1  # ...", id="answer-net_of"),
            "exercise net_of: let cells task-net_of",
        ),
        (new_code_cell("predict.ask('a')", id="q"), "cell q: fold the code of a question away"),
        (new_code_cell("explore.bias()", id="bare"), "cell bare shows no picture"),
    ],
)
def test_what_looks_long_or_is_missing_is_said(tmp_path, cell, said):
    assert said in "\n".join(remarks(write(tmp_path / "50_long.ipynb", cell)))


def test_remarks_are_printed_and_are_no_failure(tmp_path):
    path = write(tmp_path / "50_long.ipynb", new_code_cell(MANY_LINES, id="long"))
    command = [sys.executable, "-m", "tests.editorial", path]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert done.returncode == 0
    assert "50_long: cell long: 13 lines of code: one idea a cell." in done.stdout
