"""Marks of handed-in notebooks: who passed what, and what each mistake is called."""

from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bnviz.practice import marks

START = "import numpy as np\nfrom bnviz.practice import checks"
RIGHT = "checks.batch_statistics(lambda z: (z.mean(axis=0), z.var(axis=0)))"
WRONG = "checks.batch_statistics(lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1)))"
UNBIASED = "checks.unbiased(lambda var, m: var * m / (m - 1))"
NOT_BEGUN = "checks.unbiased(lambda var, m: ...)"


def hand_in(folder, name, *sources, outputs=()):
    cells = [new_code_cell(source, outputs=list(outputs)) for source in (START, *sources)]
    (folder / name).mkdir()
    nbformat.write(new_notebook(cells=cells), folder / name / "02.ipynb")


@pytest.fixture
def printed(capsys, tmp_path):
    """Mark what was handed in; return the lines that were printed."""

    def printed():
        # in a thread of its own, as the browser tests may have an event loop running in this one
        with ThreadPoolExecutor() as thread:
            thread.submit(marks.main, [str(tmp_path)]).result()
        return capsys.readouterr().out.splitlines()

    return printed


def test_who_passed_what_and_which_mistakes_were_made_how_often(tmp_path, printed):
    hand_in(tmp_path, "ada", RIGHT, UNBIASED)
    hand_in(tmp_path, "bob", WRONG, "1 / 0", NOT_BEGUN)
    hand_in(tmp_path, "cy", WRONG, RIGHT, WRONG)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "02.ipynb").write_text("not looked at")
    said, *lines = [line.strip() for line in printed()]
    assert "no sandbox" in said
    mistake = "batch_statistics: divides by m − 1"
    assert "ada/02.ipynb   2 of 2" in lines
    assert f"bob/02.ipynb   0 of 2   {mistake}; unbiased: not filled in" in lines
    assert f"cy/02.ipynb   0 of 1   {mistake}" in lines
    assert lines[lines.index("Passed by") + 1 :][:2] == [
        "1 of 3    batch_statistics",
        "1 of 2    unbiased",
    ]
    assert lines[lines.index("Mistakes") + 1 :] == [
        f"2 ×    {mistake}",
        "1 ×    unbiased: not filled in",
    ]


@pytest.fixture
def printed_within(monkeypatch, printed):
    """Mark with these limits, and with longer ones where a slow machine does not begin in time."""

    def printed_within(*begun, **limits):
        for times in (1, 4, 16):
            for name, seconds in limits.items():
                monkeypatch.setattr(marks, name, times * seconds)
            lines = [line.strip() for line in printed()]
            if all(any(line.startswith(one) for line in lines) for one in begun):
                break
        return lines

    return printed_within


def test_one_that_hangs_dies_or_is_broken_does_not_keep_the_others(tmp_path, printed_within):
    hand_in(tmp_path, "1", "while True: pass", RIGHT)
    hand_in(tmp_path, "2", RIGHT, "import os; os._exit(1)")
    hand_in(tmp_path, "3", UNBIASED)
    (tmp_path / "3b.ipynb").write_text("[]")
    lines = printed_within(*(f"{name}/02.ipynb   1 of 1" for name in "123"), CELL=2)
    assert "1/02.ipynb   1 of 1" in lines
    assert any(line.startswith("2/02.ipynb   1 of 1   Kernel died") for line in lines)
    assert any(line.startswith("3b.ipynb   0 of 0   ") for line in lines)
    assert "3/02.ipynb   1 of 1" in lines


def test_a_notebook_that_will_not_be_interrupted_is_ended(tmp_path, printed_within):
    forever = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    forever += "while True: time.sleep(1)"
    hand_in(tmp_path, "1", RIGHT, forever, UNBIASED)
    lines = printed_within("1/02.ipynb   1 of 1", CELL=1, NOTEBOOK=6)
    assert f"1/02.ipynb   1 of 1   ended after {marks.NOTEBOOK} s" in lines


def test_what_is_saved_counts_for_nothing_and_stays_as_it_is(tmp_path, printed):
    claimed = {marks.VERDICT: {"exercise": "fold", "passed": True, "mistake": None}}
    hand_in(tmp_path, "1", "1", outputs=[new_output("display_data", claimed)])
    before = (tmp_path / "1" / "02.ipynb").read_bytes()
    assert "1/02.ipynb   0 of 0" in [line.strip() for line in printed()]
    assert (tmp_path / "1" / "02.ipynb").read_bytes() == before, "it was handed in otherwise"


@pytest.mark.parametrize("folders", [[], ["empty"], ["nowhere"], ["empty", "empty"]])
def test_without_notebooks_there_is_a_sentence(tmp_path, monkeypatch, folders):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="marks needs one folder, with handed-in"):
        marks.main(folders)
