"""Run the notebooks of the series (or those named) and save what a reader without a kernel sees.

Their first cells are made here, and the links of README.md and TEACHING.md, from the line `Home` of
pyproject.toml.
What is not of the series, or fails, is left as it was.
"""

import base64
import os
import re
import struct
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat.reader import NotJSONError

from bnviz.saving import drop_widgets

ROOT = Path(__file__).resolve().parents[1]
SERIES = "[0-9][0-9]_*.ipynb"
COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"
# as HTML: LaTeX, which cannot fetch a picture, then leaves them out
BADGES = """\
<a href="https://{owner}.github.io/{name}/notebooks/index.html?path={file}"><img src="https://img.shields.io/badge/Run-in%20your%20browser-3776ab" alt="Run in your browser"></a>
<a href="{colab}/github/{owner}/{name}/blob/main/notebooks/{file}"><img src="{colab}/assets/colab-badge.svg" alt="Open in Colab"></a>
<a href="{binder}/v2/gh/{owner}/{name}/main?urlpath=lab/tree/notebooks/{file}"><img src="{binder}/badge_logo.svg" alt="Open on Binder"></a>"""  # noqa: E501
INSTALL = """\
from importlib.util import find_spec

if not find_spec("bnviz"):  # on Colab, say: this brings it and changes nothing else
    %pip install --quiet --no-deps git+https://github.com/{owner}/{name}"""
PARTS = "task", "answer", "solution"  # of an exercise: their ids begin with these
# How high a cell is in JupyterLab's talk, in pixels, in the sizes of bnviz/live.css.
# tests/browser/test_talk.py measures it
ROOM = 760  # pixels, out of 800
LETTERS = 105  # in a line of text
LINE, CODE_LINE, HEADING, FORMULA, ROW = 29, 21, 85, 75, 36
DEMO = 640  # a demo while its sliders move: its still may be a strip of several pictures
QUESTION = 130
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = ClearMetadataPreprocessor(
    preserve_cell_metadata_mask={"tags", "slideshow", "jupyter", "cellView"}
)


def refresh(path):
    """Run a notebook, and save it if it runs through; return whether it did."""
    try:
        notebook = nbformat.reads(at_home(path.read_text(encoding="utf-8")), as_version=4)
        notebook = with_ids(notebook)
        set_first_cells(notebook, path.name)
        run(notebook, path.parent)
        set_slide_types(notebook)
    except (NotJSONError, CellControlSignal, DeadKernelError) as error:
        print(f"{error}\n{path.name} did not run through and is left as it was.", flush=True)
        return False
    save(still(notebook), path)
    print(f"{path.name} is refreshed.", flush=True)
    return True


def run(notebook, folder):
    """Run a notebook in the folder where it stands, with a kernel of its own."""
    options = {"coalesce_streams": True, "record_timing": False, "store_widget_state": False}
    options["extra_arguments"] = ["--log-level=40"]  # what a kernel warns of is not for readers
    NotebookClient(notebook, resources={"metadata": {"path": folder}}, **options).execute()


def still(notebook):
    """Return a notebook with its pictures in place of widgets, and the same metadata always."""
    notebook, _ = KEPT.preprocess(notebook, {})
    notebook.metadata["kernelspec"] = KERNEL
    drop_widgets({"type": "notebook", "content": notebook})
    return notebook


def save(notebook, path):
    """Write a notebook in the one form that gives the same bytes for the same content."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        nbformat.write(notebook, file)


def set_first_cells(notebook, file):
    """Put the badges and the cell that installs bnviz after the title of a notebook."""
    others = [cell for cell in notebook.cells if not is_first_cell(cell)]
    notebook.cells = others[:1] + first_cells(file) + others[1:]


def is_first_cell(cell):
    """Know the badges and the cell that installs bnviz by what they hold: editors drop ids."""
    return any(sign in cell.source for sign in ("/assets/colab-badge.svg", 'find_spec("bnviz")'))


def with_ids(notebook):
    """Return a notebook whose cells have ids again, where an editor has dropped or renewed them."""
    if notebook.nbformat_minor < 5:
        notebook = nbformat.v4.upgrade(notebook, from_minor=notebook.nbformat_minor)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and not is_first_cell(cell)]
    if code and code[0].source.startswith(("import ", "from ")):
        code[0].id = "imports"
    for at in range(len(notebook.cells) - 2):
        task, answer, solution = notebook.cells[at : at + 3]
        name = re.search(r"^checks\.(\w+)\(.*\)\s*\Z", answer.source, re.MULTILINE)
        if name and "Your turn" in task.source and "<summary>Solution" in solution.source:
            for part, cell in zip(PARTS, (task, answer, solution), strict=True):
                cell.id = f"{part}-{name[1]}"
    return notebook


def first_cells(file):
    """Return the badges and the cell that installs bnviz, for the notebook with that file name."""
    owner, name = home()
    where = {"colab": COLAB, "binder": BINDER, "owner": owner, "name": name, "file": file}
    skip = {"slideshow": {"slide_type": "skip"}}
    badges = nbformat.v4.new_markdown_cell(BADGES.format(**where), id="badges", metadata=skip)
    install = nbformat.v4.new_code_cell(INSTALL.format(**where), id="install", metadata=skip)
    return [badges, install]


def home():
    """Return OWNER and NAME of the project on GitHub: pyproject.toml is the one place for them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.search('^Home = "https://github.com/(.+)/(.+)"', text, re.MULTILINE).groups()


def at_home(text):
    """Return a text whose links to this project, wherever it was at home, lead to its home."""
    owner, name = home()
    for former in set(re.findall(COLAB + r"/github/([\w.-]+)/([\w.-]+)/blob/", text)):
        text = text.replace("/{}/{}".format(*former), f"/{owner}/{name}")
        text = text.replace("//{}.github.io/{}/".format(*former), f"//{owner}.github.io/{name}/")
    return text


# Which cells begin a slide, where their author has not said so


def set_slide_types(notebook):
    """Let a cell without a type begin a slide below where it would not fit on the slide before it.

    A slide, on a projector, has 1280 × 800 pixels. The type "-" goes, which JupyterLab's menu and
    nbconvert know: the talk would not show the cell.
    """
    filled = 0
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind in ("skip", "notes"):
            continue
        if kind in ("-", ""):
            del cell.metadata["slideshow"]
        begins = kind in ("slide", "subslide")
        if not begins and filled + height(cell) > ROOM:
            cell.metadata["slideshow"], begins = {"slide_type": "subslide"}, True
        filled = height(cell) if begins else filled + height(cell)


def height(cell):
    """Return about how high a cell is on a slide, in pixels."""
    if cell.cell_type == "markdown":
        return text_height(cell.source)
    hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    source = 0 if hidden else 25 + CODE_LINE * len(cell.source.splitlines())
    return source + sum(map(output_height, cell.get("outputs", [])))


def text_height(source):
    """Return about how high a Markdown text is, what is folded away left out."""
    source = re.sub(r"(?s)(<summary>.*?</summary>).*?</details>", r"\1\n", source)
    formulas = len(re.findall(r"(?s)\$\$.+?\$\$", source))
    source = re.sub(r"(?s)\$\$.+?\$\$", "", source)
    total = 20 + formulas * FORMULA
    for paragraph in re.split(r"\n\s*\n", source):
        total += LINE // 2
        for part in re.split(r"\n(?=[#|>-]|\d+\. )", paragraph):  # a heading, a row, an item
            if part.startswith("#"):
                total += HEADING
            elif part.startswith("|"):
                total += ROW
            else:
                total += LINE * -(-len(part) // LETTERS)
    return total


def output_height(output):
    """Return about how high what a cell shows is."""
    data = output.get("data", {})
    if "image/png" in data:
        still = 1.1 * picture_height(data["image/png"])
        return min(still, DEMO) if "with the controls" in data.get("text/plain", "") else still
    if "text/html" in data:
        return QUESTION
    if "text/markdown" in data:
        return text_height(data["text/markdown"])
    text = output.get("text", data.get("text/plain", ""))
    return 10 + CODE_LINE * len(text.splitlines())


def picture_height(png):
    """Return the height of a picture that is shown at half its pixels."""
    _, pixels = struct.unpack(">II", base64.b64decode(png[:64])[16:24])  # as its head says
    return pixels / 2


def main(names):
    os.environ["TQDM_DISABLE"] = "1"  # a bar appears only where a run is slow
    series = sorted((ROOT / "notebooks").glob(SERIES))
    paths = [Path(name).resolve() for name in names] or series
    for path in set(paths) - set(series):
        sys.exit(f"{path} is not one of the series, notebooks/NN_name.ipynb: it is left as it was.")
    for page in (ROOT / "README.md", *ROOT.glob("notebooks/*.md")):
        page.write_bytes(at_home(page.read_text(encoding="utf-8")).encode("utf-8"))
    done = [refresh(path) for path in sorted(paths, key=reads_others)]
    return not all(done)


def reads_others(path):
    """Whether a notebook shows the verdicts that others have saved: it comes after them."""
    text = path.read_text(encoding="utf-8")
    return "claims.overview(" in text or "claims.ledger(" in text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
