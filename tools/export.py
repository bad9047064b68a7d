"""How nbconvert exports the notebooks: `python3 run.py export --to html NOTEBOOK`.

In HTML and slides, formulas are MathML, which browsers show without a network, and pictures carry
the words that are saved with them, which the template leaves out. LaTeX and PDF are set in fonts
that have every letter of the notebooks: those that come with matplotlib. Letters that they lack
(Korean, say) take a font that has them where one is installed, and are named where none is.
"""

import re
import sys
import unicodedata
from html import escape
from pathlib import Path

import matplotlib
from jinja2 import pass_context
from latex2mathml.converter import convert
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_raw_cell

FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf").as_posix()
FACES = "BoldFont=*-Bold, ItalicFont=*-{0}, BoldItalicFont=*-Bold{0}"
SET = "\\set{}font{{{}}}[Path={}/, Extension=.ttf, {}]\n"
START = SET.format("main", "DejaVuSerif", FONTS, FACES.format("Italic"))
START += SET.format("mono", "DejaVuSansMono", FONTS, FACES.format("Oblique"))
# pandoc 3 counts its tables by `none`, and leaves it to the template to have one
START += r"\normalfont\makeatletter\@ifundefined{c@none}{\newcounter{none}}{}\makeatother"


OTHER_FONT = r"""
\newfontfamily\otherletters[Path={folder}/]{{{file}}}
\newXeTeXintercharclass\lacking
\XeTeXinterchartokenstate=1
\XeTeXinterchartoks 0 \lacking={{\begingroup\otherletters}}
\XeTeXinterchartoks 4095 \lacking={{\begingroup\otherletters}}
\XeTeXinterchartoks \lacking 0={{\endgroup}}
\XeTeXinterchartoks \lacking 4095={{\endgroup}}
"""


class MathML(IPythonRenderer):
    """Writes a formula as MathML, and one that is not finished as its source."""

    def __init__(self, cell, **options):
        super().__init__(escape=False, attachments=cell.get("attachments", {}), **options)
        self.cell = cell

    def block_math(self, body):
        return self.formula(body, "block", f"$${body}$$")

    def inline_math(self, body):
        return self.formula(body, "inline", f"${body}$")

    def latex_environment(self, name, body):
        source = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self.formula(source, "block", source)

    def formula(self, body, display, source):
        try:
            return convert(body, display=display)
        except Exception as error:  # each kind of error has a class of its own there
            where = f"cell {self.cell.get('id', '')} ({self.cell.get('source', '')[:40]!r})"
            why = type(error).__name__
            said = f"{where}: a formula is left as its source: {source} ({why})"
            print(said, file=sys.stderr)
            return f"<code>{escape(source)}</code>"


@pass_context
def markdown2html(context, source):
    return as_html(source, context.get("cell", {}))


def as_html(source, cell):
    """Return a text as HTML, in which a link to another notebook leads to its page."""
    page = MarkdownWithMath(renderer=MathML(cell)).render(source)
    return re.sub(r'href="([\w./-]+)\.ipynb(#[^"]*)?"', r'href="\1.html\2"', page)


class Formulas(Preprocessor):
    """Gives outputs in LaTeX alone, as SymPy's are, a form for a page."""

    def preprocess_cell(self, cell, resources, index):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/latex" in data and "text/html" not in data:
                data["text/html"] = as_html(data.pop("text/latex"), cell)
        return cell, resources


class Described(Preprocessor):
    """Gives every picture the words that are saved with it."""

    def preprocess_cell(self, cell, resources, index):
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = output.data.pop("image/png").replace("\n", "")
                said = output.metadata.get("image/png", {})
                words = [f'{name}="{escape(str(value))}"' for name, value in said.items()]
                page = f'<img src="data:image/png;base64,{picture}" {" ".join(words)}>'
                output.data["text/html"] = page
        return cell, resources


class Folded(Preprocessor):
    """Leaves out the code that a notebook folds away, as it holds the answer to its question."""

    def preprocess_cell(self, cell, resources, index):
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["transient"] = {"remove_source": True}
        return cell, resources


class Typeset(Preprocessor):
    """Begins a text with its fonts, and with another one for letters that these lack."""

    def preprocess(self, notebook, resources):
        said, coded = texts_of(notebook)
        lacking = letters(said) - has("DejaVuSerif.ttf") | letters(coded) - has(
            "DejaVuSansMono.ttf"
        )
        notebook.cells = [new_raw_cell(START + other_font(lacking)), *notebook.cells]
        return notebook, resources


def texts_of(notebook):
    """Return what print sets as text, and what it sets as code: two lists of texts."""
    said = [cell.source for cell in notebook.cells if cell.cell_type != "code"]
    coded = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        data = output.get("data", {})
        said += [data[kind] for kind in ("text/markdown", "text/latex") if kind in data]
        coded += [output.get("text", ""), data.get("text/plain", "")]
    return said, coded


def letters(texts):
    """The letters of texts, but for spaces and marks that stand on others."""
    return {each for each in "".join(texts) if unicodedata.category(each)[0] not in "CMZ"}


def has(name):
    """The letters of a font that comes with matplotlib, or of a font file."""
    return set(map(chr, FT2Font(str(Path(FONTS, name))).get_charmap()))


def other_font(lacking):
    """LaTeX that sets the letters in an installed font that has most of them; names the rest."""
    if not lacking:
        return ""
    files = sorted({font.fname for font in fontManager.ttflist if "Last Resort" not in font.name})
    best = max(files, key=lambda file: len(lacking & has(file)))
    found = lacking & has(best)
    if rest := lacking - found:
        letters = "".join(sorted(rest))
        said = f"No installed font has these letters, so print lacks them: {letters}"
        print(said, file=sys.stderr)
    if not found:
        return ""
    classes = "\n".join(f"\\XeTeXcharclass {ord(letter)}=\\lacking" for letter in sorted(found))
    path = Path(best)
    return OTHER_FONT.format(folder=path.parent.as_posix(), file=path.name) + classes


c = get_config()  # noqa: F821 (nbconvert provides it)
c.HTMLExporter.filters = {"markdown2html": markdown2html}
c.HTMLExporter.preprocessors = [Described, Formulas, Folded]
c.HTMLExporter.mathjax_url = c.HTMLExporter.require_js_url = "data:,"  # nothing to load
c.TemplateExporter.extra_template_basedirs = [str(Path(__file__).parent)]
c.HTMLExporter.template_name = "page"  # in a folder beside this file
c.SlidesExporter.template_name = "talk"
c.SlidesExporter.reveal_url_prefix = "data:,"
c.LatexExporter.preprocessors = [Typeset, Folded]
