"""What the places rest on, without making any of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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


def test_nothing_stands_in_the_way_of_a_kernel_in_the_browser():
    forbidden = (
        r"^\s*(?:import|from) +(multiprocessing|concurrent|subprocess|socket|ctypes)|Thread\("
    )
    sources = list((ROOT / "bnviz").rglob("*.py"))
    assert len(sources) > 10
    for path in sources:
        assert not re.search(forbidden, path.read_text(encoding="utf-8"), re.MULTILINE), path.name
    compiled = {".c", ".pyx", ".so", ".pyd", ".dll", ".dylib"}
    assert not compiled & {path.suffix for path in (ROOT / "bnviz").rglob("*")}


@pytest.mark.parametrize("name", ["1", "01", "01_covariate_shift", "01_covariate_shift.ipynb"])
def test_a_notebook_of_the_site_is_named_by_number_stem_or_file(name):
    every_notebook = pytest.importorskip("tests.places.every_notebook")
    assert every_notebook.find([name]) == ["01_covariate_shift.ipynb"]
    assert len(every_notebook.find([])) == len(list((ROOT / "notebooks").glob("*.ipynb"))) > 10


def test_a_notebook_that_the_site_does_not_have_is_refused_before_anything_is_made():
    every_notebook = pytest.importorskip("tests.places.every_notebook")
    for name in ("99", "001", "covariate", ""):
        with pytest.raises(SystemExit, match=f"(?s)none called {name!r}: name one of 00_start_he"):
            every_notebook.main([name])
