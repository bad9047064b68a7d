"""The form of the saved notebooks: complete, in order, readable where no kernel runs."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import run
from bnviz import explore

ROOT = Path(__file__).parents[1]
NAMES = [
    "00_start_here",
    "01_covariate_shift",
    "02_batch_statistics",
    "03_normalization",
    "04_bias_cancellation",
    "05_scale_and_shift",
    "06_test_time_statistics",
    "07_backward_pass",
    "08_training",
    "09_regularization",
    "10_is_it_the_shift",
    "11_what_is_it",
]
MACHINE = re.compile(r"/home/|/root/|/tmp/|/work/|/Users/|[A-Z]:\\|site-packages|\bat 0x[0-9a-f]+")


def path_of(name):
    return ROOT / "notebooks" / f"{name}.ipynb"


def read(name):
    return nbformat.read(path_of(name), as_version=nbformat.NO_CONVERT)


def code_cells(name):
    return [cell for cell in read(name).cells if cell.cell_type == "code"]


def texts(name):
    return [cell.source for cell in read(name).cells if cell.cell_type == "markdown"]


def tree(cell):
    """Return the syntax tree of a cell, magics and all."""
    return ast.parse(TransformerManager().transform_cell(cell.source))


def mimetypes(cell):
    return {mimetype for output in cell.outputs for mimetype in output.get("data", {})}


def explorables(node, bare):
    """Return the names called under `node` as `explore.name(...)` or as one of the `bare` names."""
    names = set()
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="explore"), attr=name):
                names.add(name)
            case ast.Name(id=name) if name in bare:
                names.add(name)
    return names


def bare_names(name):
    """Return the explorables that a notebook imports by their own names."""
    nodes = [node for cell in code_cells(name) for node in ast.walk(tree(cell))]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name
        for node in imports
        if node.module == "bnviz.explore"
        for alias in node.names
        if alias.name in explore.__all__
    }


def used(name):
    bare = bare_names(name)
    return set().union(*(explorables(tree(cell), bare) for cell in code_cells(name)))


def must_show(cell):
    """Say whether a cell ends in an expression or prints."""
    body = tree(cell).body
    nodes = [node for statement in body for node in ast.walk(statement)]
    prints = any(isinstance(node, ast.Name) and node.id == "print" for node in nodes)
    quiet = cell.source.rstrip().endswith(";")
    return prints or (bool(body) and isinstance(body[-1], ast.Expr) and not quiet)


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


def test_the_series_is_complete():
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == NAMES


def test_every_explorable_is_used_in_the_series():
    assert set().union(*map(used, NAMES)) == set(explore.__all__)


def test_links_of_the_readme_resolve():
    readme = ROOT / "README.md"
    assert not dead_links(readme, readme.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
class TestNotebook:
    def test_is_valid_and_small(self, name):
        nbformat.validate(read(name), relax_add_props=False)
        saved = json.loads(path_of(name).read_text(encoding="utf-8"))  # nbformat would mend ids
        assert len({cell["id"] for cell in saved["cells"]}) == len(saved["cells"])
        assert path_of(name).stat().st_size < 1_000_000

    def test_is_saved_as_refresh_saves_it(self, name, tmp_path):
        copy = tmp_path / "copy.ipynb"
        copy.write_bytes(path_of(name).read_bytes().replace(b"\r\n", b"\n"))
        before = copy.read_bytes()
        run.clean(copy)
        unchanged = copy.read_bytes() == before  # a diff of pictures helps nobody
        assert unchanged, f"save it with `python3 run.py refresh notebooks/{name}.ipynb`"

    def test_ran_once_from_top_to_bottom(self, name):
        counts = [cell.execution_count for cell in code_cells(name)]
        assert counts
        assert counts == list(range(1, len(counts) + 1))

    def test_shows_what_it_computes(self, name):
        missing = [c.source for c in code_cells(name) if must_show(c) and not c.outputs]
        assert not missing

    def test_shows_a_picture_for_every_widget(self, name):
        metadata = read(name).metadata
        assert metadata.kernelspec.name == "python3"
        assert "widgets" not in metadata
        shown = 0
        for cell in code_cells(name):
            assert run.WIDGET_VIEW not in mimetypes(cell), cell.source
            body = tree(cell).body
            if body and explorables(body[-1], bare_names(name)) and isinstance(body[-1], ast.Expr):
                assert "image/png" in mimetypes(cell), cell.source
                shown += 1
        assert shown > 0

    def test_uses_explorables_by_their_public_names(self, name):
        assert used(name)
        assert used(name) <= set(explore.__all__)

    def test_has_neither_errors_nor_warnings(self, name):
        outputs = [output for cell in code_cells(name) for output in cell.outputs]
        assert not [output for output in outputs if output.output_type == "error"]
        assert not [output for output in outputs if output.get("name") == "stderr"]
        assert not [output for output in outputs if "\r" in output.get("text", "")]  # progress bars

    def test_names_nothing_of_the_machine(self, name):
        notebook = read(name)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                output.get("data", {}).pop("image/png", None)
        assert not MACHINE.findall(nbformat.writes(notebook))

    def test_is_cut_into_small_pieces(self, name):
        long = [cell.source for cell in code_cells(name) if len(cell.source.splitlines()) > 14]
        assert not long
        assert not [text for text in texts(name) if len(text.split()) > 180]

    def test_links_resolve(self, name):
        assert not dead_links(path_of(name), "\n".join(texts(name)))
