"""What refresh saves, and what it leaves as it was."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bnviz.saving import WIDGET_VIEW, drop_widgets
from tools import refresh

SHOWN = "from IPython.display import display\n\nprint('a', end='', flush=True); print('b')\n"
BAR = "import time, tqdm, sys\n\nfor _ in tqdm.tqdm([1, 2], file=sys.stdout): time.sleep(0.2)"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one notebook, in which refresh is at home."""
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "README.md"):
        (tmp_path / name).write_bytes((refresh.ROOT / name).read_bytes())
    monkeypatch.setattr(refresh, "ROOT", tmp_path)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    return tmp_path


def write(path, *sources, **metadata):
    cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources)]
    for cell in cells[1:]:
        cell.metadata |= {"tags": ["kept"], "slideshow": {"slide_type": "slide"}, "editor": 1}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_a_second_refresh_changes_no_byte(project, monkeypatch):
    path = project / "notebooks" / "50_try.ipynb"
    demo = "from bnviz import explore\n\nexplore.pipeline()"
    write(path, demo, SHOWN, BAR, "print('seen')", widgets={"state": {}}, vscode=1)
    assert refresh.main([]) == 0
    once = path.read_bytes()
    assert b"image/png" in once
    assert b"ab\\n" in once
    assert b"seen\\n" in once
    assert b"it/s" not in once
    assert b"editor" not in once
    assert WIDGET_VIEW.encode() not in once
    assert b"\r" not in once
    saved = nbformat.read(path, as_version=4)
    assert [cell.id for cell in saved.cells[1:3]] == ["badges", "install"]
    assert set(saved.metadata) == {"kernelspec", "language_info"}
    assert saved.metadata.kernelspec.name == "python3"
    assert saved.cells[3].metadata == {"tags": ["kept"], "slideshow": {"slide_type": "slide"}}
    monkeypatch.chdir(path.parent)  # a notebook is named from where the reader is
    assert refresh.main([path.name]) == 0
    assert path.read_bytes() == once


def test_a_widget_stays_where_nothing_else_would_be_seen():
    seen = {"image/png": "AA==", "text/plain": "mean 3", WIDGET_VIEW: {"model_id": "1"}}
    alone = {"text/plain": "IntSlider()", WIDGET_VIEW: {"model_id": "2"}}
    outputs = [new_output("display_data", data) for data in (seen, alone)]
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)], metadata={"widgets": {}})
    drop_widgets({"type": "notebook", "content": notebook})  # what Jupyter does before it saves
    drop_widgets({"type": "file", "content": "a"}, path="a", contents_manager=None)
    drop_widgets({"type": "notebook"}, path="a", contents_manager=None)  # its new name alone
    picture, widget = notebook.cells[0].outputs
    assert set(picture.data) == {"image/png", "text/plain"}
    assert WIDGET_VIEW in widget.data
    assert "widgets" not in notebook.metadata


def types_set(*cells):
    """The slide types of cells after `refresh` has set them."""
    notebook = new_notebook(cells=list(cells))
    refresh.set_slide_types(notebook)
    return [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]


def test_a_cell_of_no_slide_type_is_on_the_slide_before_it():
    """JupyterLab's talk shows no cell whose slide type is "-", which its own menu writes."""
    kinds = ["slide", "-", "skip", "fragment"]
    cells = [new_code_cell(metadata={"slideshow": {"slide_type": kind}}) for kind in kinds]
    assert types_set(*cells, new_code_cell()) == ["slide", None, "skip", "fragment", None]
    assert dict(cells[1].metadata) == {}


def test_what_does_not_fit_on_a_slide_begins_the_next():
    title = new_markdown_cell("# Title", metadata={"slideshow": {"slide_type": "slide"}})
    texts = [new_markdown_cell(text) for text in ["A word.", "A paragraph.\n\n" * 15] * 2]
    for _ in range(2):
        assert types_set(title, *texts) == ["slide", None, "subslide", None, "subslide"]


@pytest.mark.parametrize("ids", ["dropped", "renewed"])
def test_what_an_editor_does_to_ids_is_mended(project, monkeypatch, ids):
    """Badges and install cell stand there once, and an exercise has its names again."""
    monkeypatch.setattr(refresh, "run", lambda *_: None)  # no id depends on it
    path = project / "notebooks" / "50_try.ipynb"
    cells = [
        new_markdown_cell("# Title"),
        *refresh.first_cells(path.name),
        new_code_cell("from bnviz.practice import checks"),
        new_markdown_cell("**Your turn.** Which number?"),
        new_code_cell("answer = ...\n\nchecks.net_of(answer)"),
        new_markdown_cell("<details><summary>Solution</summary></details>"),
    ]
    for at, cell in enumerate(cells):
        cell.id = f"cell-{at}"
        if ids == "dropped":
            del cell["id"]
    nbformat.write(new_notebook(cells=cells, nbformat_minor=4 if ids == "dropped" else 5), path)
    assert refresh.main([]) == 0
    now = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    exercise = ["task-net_of", "answer-net_of", "solution-net_of"]
    assert now[1:] == ["badges", "install", "imports", *exercise]


def test_a_notebook_whose_run_fails_is_left_as_it_was_and_the_others_are_not(project, capsys):
    failing = write(project / "notebooks" / "50_fails.ipynb", "print('half')", "1 / 0")
    dying = write(project / "notebooks" / "51_dies.ipynb", "import os; os._exit(1)")
    broken = project / "notebooks" / "52_broken.ipynb"
    broken.write_text("no notebook")
    fine = write(project / "notebooks" / "53_fine.ipynb", "print('fine')")
    before = [path.read_bytes() for path in (failing, dying, broken, fine)]
    assert refresh.main([]) == 1
    after = [path.read_bytes() for path in (failing, dying, broken, fine)]
    assert [one == other for one, other in zip(before, after, strict=True)] == [1, 1, 1, 0]
    printed = capsys.readouterr().out
    assert "ZeroDivisionError" in printed
    for path in (failing, dying, broken):
        assert f"{path.name} did not run through and is left as it was." in printed
    assert "53_fine.ipynb is refreshed." in printed


@pytest.mark.parametrize(
    "name", ["notebooks/mine.ipynb", "50_elsewhere.ipynb", "notebooks/99_not_there.ipynb"]
)
def test_a_notebook_that_is_not_of_the_series_gets_a_sentence(project, name):
    path = project / name
    if "not_there" not in name:
        write(path, "print(1)")
    before = path.exists() and path.read_bytes()
    with pytest.raises(SystemExit, match=r"^/.+ is not one of the series, notebooks/NN_name"):
        refresh.main([str(path)])
    assert (path.exists() and path.read_bytes()) == before
