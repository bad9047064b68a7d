"""The form of the saved notebooks: complete, in order, readable where no kernel runs."""

import ast
import builtins
import json
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from bnviz import explore
from bnviz.practice.exercises import every
from bnviz.saving import WIDGET_VIEW
from tools import refresh

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
    "12_in_practice",
]
MACHINE = re.compile(
    r"/home/|/root/|/tmp/|/work/|/Users/|[A-Z]:\\\\|site-packages|\bat 0x[0-9a-f]+"
)


def path_of(name):
    return ROOT / "notebooks" / f"{name}.ipynb"


def read(name):
    return nbformat.read(path_of(name), as_version=nbformat.NO_CONVERT)


def code_cells(name):
    return [cell for cell in read(name).cells if cell.cell_type == "code"]


def texts(name):
    cells = [cell for cell in read(name).cells if cell.cell_type == "markdown"]
    return [cell.source for cell in cells if cell.id != "badges"]


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


def exercises(name):
    """Return the names of the exercises in a notebook."""
    return [cell.id.removeprefix("answer-") for cell in read(name).cells if "answer-" in cell.id]


def filled(solution):
    """Return the code in a solution: the content of the answer's cell, filled in."""
    (code,) = re.findall("^```python\n(.*?)^```", solution.source, re.MULTILINE | re.DOTALL)
    return code.rstrip("\n")


def sections(name):
    """Return the sections of a notebook, each by its heading and with its code cells."""
    found = [("start", [])]
    for cell in read(name).cells[3:]:
        heading = re.search("^## (.+)", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            found.append((heading[1], []))
        elif cell.cell_type == "code":
            found[-1][1].append(cell)
    return found


def names(cells):
    """Return the names that cells need from elsewhere, and those that they make."""
    needed, made = set(), set()
    for node in [node for cell in cells for node in ast.walk(tree(cell))]:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                needed.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=name):
                made.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
            case ast.alias(name=name, asname=other):
                made.add(other or name.split(".")[0])
    return needed - {*dir(builtins), "get_ipython"}, made


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


def test_every_exercise_is_set_in_one_notebook():
    found = [exercise for name in NAMES for exercise in exercises(name)]
    assert sorted(found) == sorted(every())
    assert len(found) >= 24


def test_the_readme_lists_every_exercise_and_counts_the_mistakes():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (\d+) \| \d+ \|$", text, re.MULTILINE)
    listed = [(re.findall("`(\\w+)`", names), int(count)) for _, names, count in rows]
    found = [exercises(name) for name in NAMES]
    assert listed == [
        (names, sum(len(every()[name].mistakes) for name in names)) for names in found
    ]


def test_links_of_the_readme_resolve():
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        assert not dead_links(path, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
class TestNotebook:
    def test_is_valid_and_small(self, name):
        nbformat.validate(read(name), relax_add_props=False)
        saved = json.loads(path_of(name).read_text(encoding="utf-8"))  # nbformat would mend ids
        assert len({cell["id"] for cell in saved["cells"]}) == len(saved["cells"])
        assert path_of(name).stat().st_size < 1_000_000

    def test_is_saved_as_refresh_saves_it(self, name, tmp_path):
        notebook = read(name)
        refresh.set_first_cells(notebook, f"{name}.ipynb")
        for new, old in zip(notebook.cells[1:3], read(name).cells[1:3], strict=True):
            new |= {key: old[key] for key in ("outputs", "execution_count") if key in old}
        refresh.save(refresh.still(notebook), tmp_path / "copy.ipynb")
        saved = path_of(name).read_bytes().replace(b"\r\n", b"\n")
        unchanged = (
            tmp_path / "copy.ipynb"
        ).read_bytes() == saved  # a diff of pictures helps nobody
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
            assert WIDGET_VIEW not in mimetypes(cell), cell.source
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

    def test_decides_its_verdicts_by_what_it_measured(self, name):
        cells = [c for c in code_cells(name) if "verdict" in c.metadata.get("tags", [])]
        typed = r"claim \d+ · (reproduced|partly|not )"
        assert not [cell.source for cell in cells if re.search(typed, cell.source)]
        outputs = [output for cell in cells for output in cell.outputs]
        said = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs]
        assert len(re.findall(typed, "".join(said))) >= len(cells)

    def test_prints_no_result_that_was_typed(self, name):
        nodes = [node for cell in code_cells(name) for node in ast.walk(tree(cell))]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        typed = [ast.unparse(call) for call in calls if ast.unparse(call.func) == "print"
                 and all(isinstance(arg, ast.Constant) for arg in call.args)
                 and re.search(r"\d", ast.unparse(call))]  # fmt: skip
        assert not typed

    def test_is_cut_into_slides(self, name):
        types = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in read(name).cells]
        assert set(types) <= {"slide", "subslide", "fragment", "skip", "notes", "-", None}
        assert types[:3] == ["slide", "skip", "skip"]

    def test_begins_with_its_imports(self, name):
        install, imports = code_cells(name)[:2]
        assert (install.id, imports.id) == ("install", "imports")

    def test_a_section_needs_the_start_the_section_before_it_and_the_readers_own(self, name):
        before, answers = set(), [c for c in code_cells(name) if c.id.startswith("answer-")]
        _, always = names([*code_cells(name)[:2], *sections(name)[0][1], *answers])
        for heading, cells in sections(name):
            needed, made = names(cells)
            lacks = needed - made - before - always
            assert not lacks, f"{heading} needs {lacks}"
            before = made

    def test_exercises_have_a_task_an_answer_and_a_solution(self, name):
        cells = {cell.id: cell for cell in read(name).cells}
        ids = list(cells)
        for exercise in exercises(name):
            at = ids.index(f"task-{exercise}")
            parts = [f"{part}-{exercise}" for part in ("task", "answer", "solution")]
            assert ids[at : at + 3] == parts
            task, answer, solution = (cells[part] for part in parts)
            assert "Your turn" in task.source
            assert task.source.count("<summary>Hint") <= 2
            last = tree(answer).body[-1].value
            assert ast.unparse(last.func) == f"checks.{exercise}"
            assert any(
                isinstance(node, ast.Constant) and node.value is ...
                for node in ast.walk(tree(answer))
            )
            assert solution.source.startswith("<details><summary>Solution</summary>\n\n")
            assert solution.source.rstrip().endswith("</details>")
            assert f"checks.{exercise}(" in filled(solution)
            assert "..." not in filled(solution)

    def test_predictions_are_asked_where_their_cells_say_so(self, name):
        asked = [cell.id for cell in code_cells(name) if "predict.ask(" in cell.source]
        assert asked == [cell.id for cell in code_cells(name) if cell.id.startswith("predict-")]

    def test_code_that_holds_an_answer_is_folded_away(self, name):
        for cell in code_cells(name):
            in_jupyterlab = cell.metadata.get("jupyter", {}).get("source_hidden", False)
            on_colab = cell.metadata.get("cellView") == "form"
            assert in_jupyterlab == on_colab == ("predict.ask(" in cell.source), cell.id

    def test_links_resolve(self, name):
        assert not dead_links(path_of(name), "\n".join(texts(name)))
