"""One line of pyproject.toml says where the project is at home; badges, cells and links follow."""

import re
import shutil
from pathlib import Path

import nbformat

from tools import refresh

ROOT = Path(__file__).parents[1]
HOME = "/".join(refresh.home())
# every address that leads to a copy of this project, but for links to other people's work
PLACES = r"(?:research\.google\.com/github/|binder\.org/v2/gh/|git\+https://github\.com/|"
PLACES += r"repo=https://github\.com/|git clone https://github\.com/)([\w.-]+/[\w.-]+)"
PAGES = re.compile(r"//([\w-]+)\.github\.io/([\w.-]+)/")


def homes(path):
    """Return the OWNER/NAME of every link to this project in a file."""
    text = path.read_text(encoding="utf-8")
    return re.findall(PLACES, text) + ["/".join(pair) for pair in PAGES.findall(text)]


def test_the_readme_and_the_page_for_teachers_lead_home():
    for page, least in (("README.md", 5), ("notebooks/TEACHING.md", 1)):
        found = homes(ROOT / page)
        assert len(found) >= least  # the browser twice, Colab, Binder, a copy; a hub
        assert set(found) == {HOME}


def test_badges_lead_to_their_notebook_and_the_browser_comes_first():
    badges, install = (cell.source for cell in refresh.first_cells("05_x.ipynb"))
    owner, name = refresh.home()
    addresses = re.findall('href="(.+?)"', badges)
    assert addresses == [
        f"https://{owner}.github.io/{name}/notebooks/index.html?path=05_x.ipynb",
        f"https://colab.research.google.com/github/{HOME}/blob/main/notebooks/05_x.ipynb",
        f"https://mybinder.org/v2/gh/{HOME}/main?urlpath=lab/tree/notebooks/05_x.ipynb",
    ]
    assert install.endswith(f"%pip install --quiet --no-deps git+https://github.com/{HOME}")


def test_whoever_forks_changes_one_line_and_runs_one_command(tmp_path, monkeypatch):
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()
    copy = tmp_path / "notebooks" / "05_x.ipynb"
    link = nbformat.v4.new_markdown_cell(f"see https://github.com/{HOME}/blob/main/README.md")
    cells = [link, *refresh.first_cells(copy.name)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), copy)
    project = tmp_path / "pyproject.toml"
    project.write_text(project.read_text().replace(f"github.com/{HOME}", "github.com/ada/lessons"))
    monkeypatch.setattr(refresh, "ROOT", tmp_path)
    monkeypatch.setattr(refresh, "run", lambda *_: None)  # no link depends on it
    assert refresh.main([]) == 0
    for path in (tmp_path / "README.md", copy):
        assert set(homes(path)) == {"ada/lessons"}, path.name
        assert HOME not in path.read_text(encoding="utf-8"), path.name
