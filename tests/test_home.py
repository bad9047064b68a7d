"""One line of pyproject.toml says where the project is at home; badges, cells and links follow."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# every address that leads to a copy of this project, but for links to other people's work
PLACES = r"(?:research\.google\.com/github/|binder\.org/v2/gh/|git\+https://github\.com/|"
PLACES += r"repo=https://github\.com/|git clone https://github\.com/)([\w.-]+/[\w.-]+)"


def homes(path):
    """Return the OWNER/NAME of every link to this project in a file."""
    return re.findall(PLACES, path.read_text(encoding="utf-8"))


def first_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"][1:3]
    return [(cell["id"], cell["cell_type"], cell["source"]) for cell in cells]


def expected_cells(path):
    cells = run.first_cells(path.name)
    return [(cell["id"], cell["cell_type"], cell["source"]) for cell in cells]


def test_the_readme_leads_home():
    found = homes(ROOT / "README.md")
    assert len(found) >= 4  # Colab, Binder, a copy, a hub
    assert set(found) == {run.repository()}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_leads_home(path):
    assert set(homes(path)) == {run.repository()}
    assert first_cells(path) == expected_cells(path), "`python3 run.py refresh` mends it"


def test_badges_lead_to_their_notebook():
    badges, install = ("".join(cell["source"]) for cell in run.first_cells("05_x.ipynb"))
    home = run.repository()
    assert f"(https://colab.research.google.com/github/{home}/blob/main/notebooks/05_x" in badges
    assert f"(https://mybinder.org/v2/gh/{home}/main?urlpath=lab/tree/notebooks/05_x" in badges
    assert install.endswith(f"%pip install --quiet --no-deps git+https://github.com/{home}")


def test_whoever_forks_changes_one_line_and_runs_one_command(tmp_path, monkeypatch):
    for name in ("pyproject.toml", "README.md", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    former = run.repository()
    project = tmp_path / "pyproject.toml"
    project.write_text(project.read_text().replace(former, "ada/batch-lessons"))
    commands = []
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "set_up", lambda extra: None)
    monkeypatch.setattr(subprocess, "call", lambda command, **_: commands.append(command) or 0)
    assert run.main(["refresh"]) == 0
    assert "--execute" in commands[0]
    copies = sorted((tmp_path / "notebooks").glob("*.ipynb"))
    assert len(copies) >= 7
    for path in [tmp_path / "README.md", *copies]:
        assert set(homes(path)) == {"ada/batch-lessons"}, path.name
        assert former not in path.read_text(encoding="utf-8"), path.name
    for path in copies:
        assert first_cells(path) == expected_cells(path)
