"""The saved notebooks: whole, in order, without an error, a warning or a dead link."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from tests.test_read_anywhere import texts
from tools import refresh

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob(refresh.SERIES))


def path_of(name):
    return ROOT / "notebooks" / f"{name}.ipynb"


def read(name):
    return nbformat.read(path_of(name), as_version=nbformat.NO_CONVERT)


def code_cells(name):
    return [cell for cell in read(name).cells if cell.cell_type == "code"]


def anchors(path):
    """Return the anchors that JupyterLab and GitHub give to the headings of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    headings = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    lab = {heading.replace(" ", "-") for heading in headings}
    github = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return lab | github


def dead_links(path, text):
    """Return the relative links in the text of a file that lead to no file, or no heading of it."""
    links = re.findall(r"\]\(<?([^)\s>]+)", text) + re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
    dead = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        found = target.exists() and target.is_relative_to(ROOT)
        if not found or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


def test_links_outside_the_notebooks_resolve():
    for name in ("README.md", "CONTRIBUTING.md", "notebooks/TEACHING.md"):
        assert not dead_links(ROOT / name, (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
class TestNotebook:
    def test_is_valid(self, name):
        nbformat.validate(read(name), relax_add_props=False)
        saved = json.loads(path_of(name).read_text(encoding="utf-8"))  # nbformat would mend ids
        assert len({cell["id"] for cell in saved["cells"]}) == len(saved["cells"])

    def test_is_saved_as_refresh_saves_it(self, name, tmp_path):
        saved = path_of(name).read_bytes().replace(b"\r\n", b"\n")
        notebook = nbformat.reads(refresh.at_home(saved.decode()), nbformat.NO_CONVERT)
        refresh.set_first_cells(notebook, f"{name}.ipynb")
        for new, old in zip(notebook.cells[1:3], read(name).cells[1:3], strict=True):
            new |= {key: old[key] for key in ("outputs", "execution_count") if key in old}
        refresh.save(refresh.still(notebook), tmp_path / "copy.ipynb")
        again = (tmp_path / "copy.ipynb").read_bytes()
        unchanged = again == saved  # a diff of pictures helps nobody
        assert unchanged, f"save it with `python3 run.py refresh notebooks/{name}.ipynb`"

    def test_ran_once_from_top_to_bottom(self, name):
        counts = [cell.execution_count for cell in code_cells(name)]
        assert counts
        assert counts == list(range(1, len(counts) + 1))

    def test_has_neither_errors_nor_warnings(self, name):
        outputs = [output for cell in code_cells(name) for output in cell.outputs]
        assert not [output for output in outputs if output.output_type == "error"]
        assert not [output for output in outputs if output.get("name") == "stderr"]
        assert not [output for output in outputs if "\r" in output.get("text", "")]  # progress bars

    def test_links_resolve(self, name):
        assert not dead_links(path_of(name), "\n".join(texts(path_of(name))))
