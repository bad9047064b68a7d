"""What `run.py export` makes of the notebooks: pages without a network, LaTeX, print."""

import functools
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import nbformat
import pypandoc
import pytest
from nbconvert import HTMLExporter, LatexExporter, SlidesExporter
from nbconvert.writers import FilesWriter
from traitlets.config import PyFileConfigLoader

from tests.test_read_anywhere import DISPLAYED, INLINE, texts
from tools.refresh import SERIES

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
@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter, LatexExporter])
def test_a_question_stands_without_the_code_that_answers_it(path, exporter):
    text, _ = exported(exporter, path)
    assert "explore" in text
    assert not re.search(r"predict.{0,30}\.?ask", re.sub("<[^>]+>", "", text))


@pages
def test_a_page_shows_every_formula_without_a_network(path):
    page, _ = exported(HTMLExporter, path)
    tables = [out.data["text/markdown"] for out in shown(path, "text/markdown")]
    text = "\n".join([*texts(path), *tables])
    displayed, inline = DISPLAYED.findall(text), INLINE.findall(DISPLAYED.sub("", text))
    assert page.count("<math") == len(displayed) + len(inline)
    assert not re.findall(r"<m[a-z]+[^>]*>\\[A-Za-z]+", page), "a command that became a letter"
    assert not re.findall('<script src="http[^"]+"', page)


@pages
def test_slides_hold_one_picture_each(path):
    page, _ = exported(SlidesExporter, path)
    slides = re.findall("(?s)<section>(.+?)(?=<section>|</section>)", page)
    assert len(slides) >= 10
    assert max(slide.count('src="data:image/png') for slide in slides) <= 1


@pages
def test_latex_takes_every_notebook(path):
    for text, resources in (exported(LatexExporter, path), LatexExporter().from_filename(path)):
        assert (
            text.count("adjustimage{max size") == len(resources["outputs"]) == len(pictures(path))
        )
        assert "img.shields.io" not in text, "LaTeX cannot fetch a badge"


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
