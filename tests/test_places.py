"""The matrix of places by its messages, without making any of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import matrix

ROOT = Path(__file__).parents[1]


@pytest.fixture
def places(monkeypatch):
    """Three places that go well, that fail, and that lack their Python."""

    def fails(folder):
        matrix.expect(False, "it took away numpy")

    def lacks(folder):
        matrix.find_python("2.99")

    monkeypatch.setattr(
        matrix, "PLACES", {"good": lambda folder: None, "bad": fails, "none": lacks}
    )
    monkeypatch.delenv("CI", raising=False)


def test_a_line_for_each_place_and_a_failure_counts(places, capsys):
    assert matrix.main([])
    printed = capsys.readouterr().out
    assert re.search(r"good +0\.0 min +passed", printed)
    assert re.search(r"bad +0\.0 min +FAILED: it took away numpy", printed)
    assert not matrix.main(["good"])


def test_a_missing_python_is_left_out_but_not_under_ci(places, capsys, monkeypatch):
    assert not matrix.main(["none"])
    assert (
        "left out: it needs Python 2.99, which is not on this machine." in capsys.readouterr().out
    )
    monkeypatch.setenv("CI", "true")
    assert matrix.main(["none"])
    assert "FAILED: it needs Python 2.99" in capsys.readouterr().out


def test_an_unknown_place_gets_a_sentence(places):
    with pytest.raises(SystemExit, match="The places are good, bad, none, not mars"):
        matrix.main(["mars"])


def test_it_finds_the_python_that_runs_it():
    version = "{}.{}".format(*sys.version_info)
    found = matrix.find_python("2.99", version)
    said = subprocess.check_output([found, "-c", "import sys; print(sys.version)"], text=True)
    assert said.startswith(version)


def test_installing_may_add_what_it_should_and_change_nothing(monkeypatch):
    def added(before, after):
        lists = iter([set(before), set(after)])
        monkeypatch.setattr(matrix, "packages", lambda python: next(lists))
        matrix.added(sys.executable, {"bnviz"}, "-c", "")

    numpy, newer, bnviz = ("numpy", "1"), ("numpy", "2"), ("bnviz", "0.1")
    added([numpy], [numpy, bnviz])
    for after in ([newer, bnviz], [bnviz], [numpy], [numpy, bnviz, ("scipy", "1")]):
        with pytest.raises(matrix.Failed, match=r"it (added|took away or changed)"):
            added([numpy], after)


def test_oldest_is_the_lower_bound_of_every_dependency():
    project = (ROOT / "pyproject.toml").read_text()
    bounds = re.search(r"^dependencies = \[(.+?)\]", project, re.MULTILINE | re.DOTALL)[1]
    bounds = dict(re.findall(r'"([\w-]+)>=([\d.]+)"', bounds))
    pins = dict(
        re.findall(
            r"^([\w-]+)==([\d.]+)$", (ROOT / "tests/places/oldest.txt").read_text(), re.MULTILINE
        )
    )
    assert bounds.keys() == pins.keys()
    assert all(f"{pins[name]}.".startswith(f"{bounds[name]}.") for name in bounds)


def test_colab_has_all_that_bnviz_needs():
    text = (ROOT / "tests/places/colab.txt").read_text()
    names = re.findall(r"^([\w-]+)==", text, re.MULTILINE)
    assert {"numpy", "matplotlib", "ipywidgets", "tqdm", "threadpoolctl"} <= set(names)
    assert "ipywidgets==7.7.1" in text
    assert "August 2026" in text


def test_a_copy_is_the_project_without_what_git_leaves_out(tmp_path):
    project = matrix.copy_project(tmp_path)
    assert (project / "bnviz" / "data" / "digits.npz").exists()
    assert (project / ".ci" / "run").exists()
    for name in (".git", ".venv", "bnviz.egg-info", "tests/browser"):
        assert not (project / name).exists(), name


def test_nothing_stands_in_the_way_of_a_kernel_in_the_browser():
    forbidden = (
        r"^\s*(?:import|from) +(multiprocessing|concurrent|subprocess|socket|ctypes)|Thread\("
    )
    sources = list((ROOT / "bnviz").rglob("*.py"))
    assert len(sources) > 10
    for path in sources:
        assert not re.search(forbidden, path.read_text(encoding="utf-8"), re.MULTILINE), path.name
    assert {path.suffix for path in (ROOT / "bnviz").rglob("*") if path.is_file()} <= {
        ".py", ".pyc", ".md", ".npz"
    }  # fmt: skip
