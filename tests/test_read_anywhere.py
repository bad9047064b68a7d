"""Saved notebooks as GitHub, Colab, JupyterLab and an exported page show them."""

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
# GitHub (MathJax without what could redefine or hide), Colab (KaTeX) and JupyterLab (MathJax)
# each refuse some TeX; these are the ones that at least one of them refuses
FORBIDDEN = {
    "operatorname", "DeclareMathOperator", "newcommand", "renewcommand", "def", "let", "require",
    "mbox", "hbox", "phantom", "hphantom", "vphantom", "label", "ref", "eqref", "tag", "nonumber",
    "color", "textcolor", "colorbox", "bm", "unicode", "class", "cssId", "style", "href", "url",
    "html", "includegraphics", "input", "ensuremath", "textsc", "multicolumn", "intertext",
}  # fmt: skip
ENVIRONMENTS = {"aligned", "array", "cases", "matrix", "bmatrix", "pmatrix"}
FENCED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$([^$\n]+)\$")
pages = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def texts(path):
    """Return the text cells of a notebook without the code in them."""
    cells = nbformat.read(path, as_version=4).cells
    return [FENCED.sub("", cell.source) for cell in cells if cell.cell_type == "markdown"]


def wrong_formulas(text):
    """Return what is wrong with the formulas of a text, for at least one of its readers."""
    displayed, rest = DISPLAYED.findall(text), DISPLAYED.sub("", text)
    inline, rest = INLINE.findall(rest), INLINE.sub("", rest)
    wrong = [f"\\{name}" for formula in displayed + inline
             for name in re.findall(r"\\([A-Za-z]+)", formula) if name in FORBIDDEN]  # fmt: skip
    wrong += [name for formula in displayed + inline
              for name in re.findall(r"\\begin\{(.+?)\}", formula)
              if name not in ENVIRONMENTS]  # fmt: skip
    wrong += [formula for formula in inline if formula != formula.strip()]  # GitHub shows the $
    wrong += [formula for formula in inline if r"\\" in formula]  # a line break needs a display
    wrong += [formula for formula in displayed + inline if re.search(r"\\[_{}*#]", formula)]
    wrong += [line for line in rest.splitlines() if re.search(r"(?<!\\)\$|\\[\[(\])]", line)]
    return wrong


@pytest.mark.parametrize(
    "text",
    [
        r"so $\operatorname{Var} z$ is",
        r"$$\begin{align} a \end{align}$$",
        r"$ z $",
        r"$a \\ b$",
        r"$\{1, 2\}$",
        "only $5",
    ],
)
def test_a_formula_that_somewhere_fails_is_found(text):
    assert wrong_formulas(text)


def test_plain_formulas_and_code_are_fine():
    text = (
        "so $z = Wx + b$ and\n\n$$\\hat{z} = \\frac{z - \\mu_B}{\\sqrt{\\sigma_B^2}}$$\n\n`$x \\\\`"
    )
    assert not wrong_formulas(FENCED.sub("", text))


@pages
def test_formulas_are_in_the_tex_that_all_of_them_render(path):
    assert not [wrong for text in texts(path) for wrong in wrong_formulas(text)]


def test_the_series_has_formulas():
    assert sum(len(INLINE.findall(text)) for path in NOTEBOOKS for text in texts(path)) > 50
