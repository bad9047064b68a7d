"""How nbconvert exports the notebooks: `python3 run.py export --to html NOTEBOOK`.

In HTML and slides, formulas are MathML, which browsers show without a network, and pictures carry
the words that are saved with them, which the template leaves out. LaTeX and PDF are set in fonts
that have every letter of the notebooks: those that come with matplotlib.
"""

from html import escape
from pathlib import Path

import matplotlib
from latex2mathml.converter import convert
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


class MathML(IPythonRenderer):
    """Writes a formula as MathML."""

    def block_math(self, body):
        return convert(body, display="block")

    def inline_math(self, body):
        return convert(body)


def markdown2html(source):
    return MarkdownWithMath(renderer=MathML(escape=False)).render(source)


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
    """Begins a text with its fonts."""

    def preprocess(self, notebook, resources):
        notebook.cells = [new_raw_cell(START), *notebook.cells]
        return notebook, resources


c = get_config()  # noqa: F821 (nbconvert provides it)
c.HTMLExporter.filters = {"markdown2html": markdown2html}
c.HTMLExporter.preprocessors = [Described, Folded]
c.HTMLExporter.mathjax_url = c.HTMLExporter.require_js_url = "data:,"  # nothing to load
c.LatexExporter.preprocessors = [Typeset, Folded]
