"""What `run.py export` makes of the notebooks: pages without a network, LaTeX, print."""

import copy
import functools
import os
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path

import nbformat
import pypandoc
import pytest
from matplotlib.ft2font import FT2Font
from nbconvert import HTMLExporter, LatexExporter, SlidesExporter
from nbconvert.writers import FilesWriter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import PyFileConfigLoader

from tests.test_read_anywhere import DISPLAYED, INLINE, texts
from tools.refresh import SERIES, first_cells

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob(SERIES))
OURS = PyFileConfigLoader("export.py", path=str(ROOT / "tools")).load_config()
pages = pytest.mark.parametrize(  # one worker exports a notebook, once in each form
    "path", [pytest.param(p, id=p.stem, marks=pytest.mark.xdist_group(p.stem)) for p in NOTEBOOKS]
)


@pytest.fixture(autouse=True)
def pandoc(monkeypatch):
    """The pandoc that the tests bring along, where nbconvert looks for it."""
    folder = os.path.dirname(pypandoc.get_pandoc_path())
    monkeypatch.setenv("PATH", folder + os.pathsep + os.environ["PATH"])


@functools.cache
def exported(exporter, path):
    """Return the text of a notebook in a form of ours, and what goes with it."""
    return exporter(config=OURS).from_filename(path)


def shown(path, kind):
    """Return each saved output of a notebook that has data of this kind."""
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.get("outputs", [])]
    return [out for out in outputs if kind in out.get("data", {})]


def pictures(path):
    """Return the saved words of each picture of a notebook."""
    return [out.metadata["image/png"]["alt"] for out in shown(path, "image/png")]


@pages
def test_a_page_has_every_picture_with_its_words(path):
    page, _ = exported(HTMLExporter, path)
    said = [unescape(alt) for alt in re.findall('<img [^>]*alt="([^"]*)"', page)]
    assert pictures(path)
    assert not [alt for alt in pictures(path) if alt not in said]
    assert "No description has been provided" not in page


@pages
def test_a_question_stands_without_the_code_that_answers_it(path):
    page, _ = exported(HTMLExporter, path)
    assert "explore" in page
    assert not re.search(r"predict.{0,30}\.?ask", re.sub("<[^>]+>", "", page))


@pages
def test_a_page_shows_every_formula_without_a_network(path):
    page, _ = exported(HTMLExporter, path)
    tables = [out.data["text/markdown"] for out in shown(path, "text/markdown")]
    text = "\n".join([*texts(path), *tables])
    displayed, inline = DISPLAYED.findall(text), INLINE.findall(DISPLAYED.sub("", text))
    assert page.count("<math") == len(displayed) + len(inline)
    assert not re.findall(r"<m[a-z]+[^>]*>\\[A-Za-z]+", page), "a command that became a letter"
    assert not re.findall('<script src="http[^"]+"', page)


def made_of(*cells, exporter=HTMLExporter):
    return exporter(config=OURS).from_notebook_node(new_notebook(cells=list(cells)))[0]


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter, LatexExporter])
def test_code_that_is_folded_away_is_left_out(exporter):
    folded = new_code_cell("the answer", metadata={"jupyter": {"source_hidden": True}})
    text = made_of(folded, new_code_cell("seen"), exporter=exporter)
    assert "seen" in text
    assert "the answer" not in re.sub("<[^>]+>", "", text)


@pytest.mark.parametrize("formula", [r"$\frac{1}{$", "$a_b_c$", r"$$\begin{matrix} 1$$"])
def test_a_half_typed_formula_keeps_its_source_and_names_its_cell(formula, capsys):
    page = made_of(new_markdown_cell(f"Before {formula} and $x^2$ after.", id="half"))
    assert f"<code>{escape(formula)}</code>" in page
    assert page.count("<math") == 1
    said = capsys.readouterr().err
    assert said.startswith("cell half ('Before ")
    assert formula in said


@pytest.mark.parametrize("name", ["align*", "equation"])
def test_an_environment_without_dollars_is_a_formula(name):
    page = made_of(new_markdown_cell(f"So\n\n\\begin{{{name}}}\na = b\n\\end{{{name}}}\n\nit is."))
    assert page.count("<math") == 1
    assert "begin{" not in page.split("<main")[-1]


def test_an_output_in_latex_is_a_formula_on_a_page_and_in_print():
    data = {"text/latex": r"$\displaystyle x^{2}$", "text/plain": "x**2"}
    cell = new_code_cell("x**2", outputs=[new_output("display_data", data)])
    page = made_of(copy.deepcopy(cell))
    assert page.count("<math") == 1
    assert "displaystyle x" not in page.split("<main")[-1]
    assert r"$\displaystyle x^{2}$" in made_of(cell, exporter=LatexExporter)


def test_a_picture_attached_to_a_cell_is_on_the_page():
    cell = new_markdown_cell("![dot](attachment:dot.png)")
    cell["attachments"] = {"dot.png": {"image/png": "iVBORw0KGgo="}}
    assert "data:image/png;base64,iVBORw0KGgo=" in made_of(cell)


LETTERS = {"in the text": new_markdown_cell, "in the code": new_code_cell}


@pytest.mark.parametrize("place", LETTERS)
def test_letters_that_no_font_has_are_named(place, capsys):
    text = made_of(LETTERS[place]("x \U00012000 y"), exporter=LatexExporter)
    assert "print lacks them: \U00012000" in capsys.readouterr().err
    assert "otherletters" not in text


@pytest.mark.parametrize("place", LETTERS)
def test_letters_that_an_installed_font_has_are_set_in_it(place, capsys):
    letter = "\N{HEBREW LETTER ALEF}"  # DejaVu Sans has it, the fonts of print do not
    text = made_of(LETTERS[place](f"x {letter} y"), exporter=LatexExporter)
    assert r"\XeTeXcharclass 1488=\lacking" in text
    (font,) = re.findall(r"otherletters\[Path=(.+?)\]\{(.+?)\}", text)
    assert 1488 in FT2Font(str(Path(*font))).get_charmap()
    assert not capsys.readouterr().err


@pages
def test_slides_hold_one_picture_each(path):
    page, _ = exported(SlidesExporter, path)
    slides = re.findall("(?s)<section>(.+?)(?=<section>|</section>)", page)
    assert len(slides) > 1
    assert max(slide.count('src="data:image/png') for slide in slides) <= 1


def test_print_has_pictures_and_no_badges():
    """LaTeX cannot fetch a badge."""
    picture = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "a picture"})
    cells = [*first_cells("50_try.ipynb"), new_code_cell("1", outputs=[picture])]
    text = made_of(*cells, exporter=LatexExporter)
    assert text.count("adjustimage{max size") == 1
    assert "img.shields.io" not in text


@pages
def test_print_has_every_letter(path, tmp_path):
    if not shutil.which("xelatex"):
        pytest.skip("print needs XeLaTeX on the PATH")
    text, resources = exported(LatexExporter, path)
    FilesWriter(build_directory=str(tmp_path)).write(text, resources, notebook_name="print")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "print.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-300:]
    assert (tmp_path / "print.pdf").stat().st_size > 10_000
    assert not re.findall("Missing character: .+", (tmp_path / "print.log").read_text("utf-8"))
