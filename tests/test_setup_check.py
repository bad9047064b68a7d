"""The set-up check, run as notebook 00 runs it, on one broken set-up after the other."""

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from bnviz import setup_check

ROOT = Path(__file__).parents[1]


@pytest.fixture
def look(capsys):
    """Run the cell as it stands in the notebook; return what it printed and what it shows."""
    cells = nbformat.read(ROOT / "notebooks/00_start_here.ipynb", as_version=4).cells
    (source,) = [cell.source for cell in cells if cell.id == "imports"]
    *before, last = source.splitlines()

    def look():
        names = {}
        exec("\n".join(before), names)
        shown = eval(last, names)
        return capsys.readouterr().out, shown

    return look


@pytest.fixture
def versions(monkeypatch):
    """Let packages be there in other versions, or not at all (None)."""
    others, true_version = {}, metadata.version

    def version(package):
        if others.get(package, "") is None:
            raise metadata.PackageNotFoundError(package)
        return others.get(package) or true_version(package)

    monkeypatch.setattr(metadata, "version", version)
    return others


@pytest.mark.parametrize("place", ["notebooks", "bnviz", "elsewhere"])
def test_a_good_set_up_gets_a_widget_and_no_complaint(look, monkeypatch, tmp_path, place):
    """Whether the notebook stands in its own project, in the package, or without either."""
    monkeypatch.chdir(tmp_path if place == "elsewhere" else ROOT / place)
    printed, shown = look()
    assert printed == ""
    data = shown._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]


@pytest.mark.parametrize(
    ("package", "version", "sentence"),
    [
        ("numpy", "1.25.2", "bnviz needs numpy>=1.26, and here is 1.25.2: start with "),
        ("matplotlib", "3.7.0rc1", "bnviz needs matplotlib>=3.8, and here is 3.7.0rc1: start"),
        ("tqdm", None, "bnviz needs tqdm>=4.66, and here is none: start"),
    ],
)
def test_a_version_too_old_is_named_with_the_way_out(look, versions, package, version, sentence):
    versions[package] = version
    printed, shown = look()
    assert printed.startswith(sentence)
    assert f"%pip install --upgrade {package}" in printed
    assert printed.count("bnviz needs") == 1
    assert shown is None


@pytest.mark.parametrize("version", ["1.26", "10.0.1.dev3"])
def test_a_version_new_enough_is_left_alone(look, versions, version):
    versions["numpy"] = version
    assert look()[0] == ""


def test_bnviz_from_another_folder_is_said(look, monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(Path(setup_check.__file__).parent, tmp_path / "bnviz")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert look()[0] == "", "the same code does the same, as on a hub"
    (tmp_path / "bnviz" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "bnviz" / ".ipynb_checkpoints" / "live-checkpoint.py").write_text("# of yesterday")
    (tmp_path / "bnviz" / "._live.py").write_bytes(b"\x00\x05\x16\x07\xff")
    assert look()[0] == "", "what JupyterLab and macOS keep aside does nothing"
    (tmp_path / "bnviz" / "live.py").write_text("# of another version")
    for here in (tmp_path, tmp_path / "notebooks"):
        monkeypatch.chdir(here)
        printed, shown = look()
        assert f"notebook stands in {tmp_path.resolve()}, but bnviz comes from " in printed
        assert str(Path(setup_check.__file__).resolve().parent) in printed
        assert f"`%pip install --editable {tmp_path.resolve()}`" in printed
        assert shown is None


def test_bnviz_that_is_only_found_is_said(look, versions):
    versions["bnviz"] = None
    assert "bnviz is not installed, only found in" in look()[0]


def test_a_page_without_widgets_gets_the_words(look):
    shown = look()[1]._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", shown)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    exported, _ = HTMLExporter(exclude_input=True).from_notebook_node(page)
    for words in (exported, shown["text/plain"]):
        assert "Once you run this cell, it says whether sliders will move" in words
        assert "You have run it, and still read this" in words
        assert "pip install" not in words  # GitHub shows these words to readers who run nothing
    assert "it with <code>python3 run.py lab</code>, which" in exported


INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == "kiwisolver":  # halfway through matplotlib
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
try:
    import matplotlib.figure
except KeyboardInterrupt:
    del sys.meta_path[0]
"""


def check_in(folder, before=""):
    """Run the check in a Python of its own, after some code; return what it prints."""
    code = f"{before}\nfrom bnviz.setup_check import check_setup; print(check_setup())"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


def test_a_kernel_interrupted_in_its_first_imports_is_told_to_restart(tmp_path):
    said = check_in(tmp_path, before=INTERRUPTED)
    assert said.startswith("matplotlib.figure is installed, but this kernel cannot import it (")
    assert "interrupted: restart the kernel, then run this cell.\n" in said


@pytest.mark.parametrize(
    ("name", "content", "hidden"),
    [
        ("numpy.py", "x = [1, 2, 3]", "numpy"),
        ("matplotlib/__init__.py", "", "matplotlib"),
        ("fractions.py", "raise NameError('half of my homework')", "fractions"),
    ],
)
def test_what_hides_a_package_is_to_be_renamed(tmp_path, name, content, hidden):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    said = check_in(tmp_path)
    assert f"{Path(name)} beside this notebook hides the {hidden} that bnviz needs: rename" in said
    assert said.endswith("None\n")
