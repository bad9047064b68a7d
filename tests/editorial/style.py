"""The house style of the series: each function here yields remarks, sentences with a way out."""

import ast
import builtins
import re
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from bnviz import explore
from bnviz.practice.exercises import every
from tools import refresh

ROOT = Path(__file__).parents[2]
CELLS, WORDS, PARAGRAPH, LINES = 35, 1400, 120, 12
MACHINE = re.compile(r"/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\|site-packages|\bat 0x[0-9a-f]+")
TYPED = re.compile(r"claim \d+ · (reproduced|partly|not )")


def remarks(path):
    """Return what there is to say about the style of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    return [remark for look in LOOKS for remark in look(notebook)]


def series_remarks(paths):
    """Return what there is to say about the series as a whole."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    readme, teaching = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "notebooks/TEACHING.md")
    )
    for demo in explore.__all__:
        if not re.search(rf"\b{demo}\(", sources):
            yield f"explore.{demo} stands in no notebook: use it in one."
    for exercise in every():
        if f"`{exercise}`" not in teaching:
            yield f"TEACHING.md does not list the exercise {exercise}: add it to the table."
    for path in paths:
        if f"notebooks/{path.name}" not in readme:
            yield f"the README does not list {path.name}: add it to the table."


def long_parts(notebook):
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    texts = [text for text in texts if "<img src=" not in text]  # the badges
    if len(notebook.cells) > CELLS:
        yield f"{len(notebook.cells)} cells ({CELLS} are usual): could two ideas be two notebooks?"
    words = sum(len(text.split()) for text in texts)
    if words > WORDS:
        yield f"{words} words ({WORDS} are usual): what could go?"
    for part in [part for text in texts for part in text.split("\n\n")]:
        if len(part.split()) > PARAGRAPH and not part.lstrip().startswith("|"):
            yield f"a paragraph of {len(part.split())} words: cut {part[:40]!r}... in two."
    for cell in code_cells(notebook):
        if len(cell.source.splitlines()) > LINES:
            yield f"cell {cell.id}: {len(cell.source.splitlines())} lines of code: one idea a cell."


def large_file(notebook):
    if len(nbformat.writes(notebook)) > 1_000_000:
        yield "more than 1 MB: GitHub may not show it; show fewer pictures."


def slides(notebook):
    if notebook.cells[0].metadata.get("slideshow", {}).get("slide_type") != "slide":
        yield "the title begins no slide: give it the slide type Slide (the gear at the right)."
    for cell in notebook.cells:
        skipped = cell.metadata.get("slideshow", {}).get("slide_type") in ("skip", "notes")
        if refresh.height(cell) > 800 and not skipped:
            yield f"cell {cell.id} is higher than a slide: cut it in two, or skip it."


def sections_that_need_more(notebook):
    code, before = code_cells(notebook), set()
    if [cell.id for cell in code[:2]] != ["install", "imports"]:
        yield 'it does not begin with one cell of imports, with the id "imports".'
    answers = [cell for cell in code if cell.id.startswith("answer-")]
    _, always = names([*code[:2], *sections(notebook)[0][1], *answers])
    for heading, cells in sections(notebook):
        needed, made = names(cells)
        lacks = needed - made - before - always
        if lacks:
            yield f"{heading!r} needs {', '.join(sorted(lacks))} from further up: make it anew."
        before = made


def exercises_in_their_form(notebook):
    ids = [cell.id for cell in notebook.cells]
    cells = {cell.id: cell for cell in notebook.cells}
    for name in [one.removeprefix("answer-") for one in ids if one.startswith("answer-")]:
        parts = [f"{part}-{name}" for part in ("task", "answer", "solution")]
        if not any(ids[at : at + 3] == parts for at in range(len(ids))):
            yield f"exercise {name}: let cells {', '.join(parts)} follow one another."
        task = cells[parts[0]].source if parts[0] in cells else ""
        if "Your turn" not in task or task.count("<summary>Hint") > 2:
            yield f'exercise {name}: the task has the heading "Your turn" and at most two hints.'


def questions_that_show_their_answer(notebook):
    for cell in code_cells(notebook):
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        form = cell.metadata.get("cellView") == "form"
        if not folded == form == ("predict.ask(" in cell.source):
            yield f"cell {cell.id}: fold the code of a question away, for Colab too, and no other."


def typed_results(notebook):
    for cell in code_cells(notebook):
        if "verdict" in cell.metadata.get("tags", []) and TYPED.search(cell.source):
            yield f"cell {cell.id}: a verdict is typed: let it follow from what was measured."
        for call in [node for node in ast.walk(tree(cell)) if isinstance(node, ast.Call)]:
            constant = all(isinstance(argument, ast.Constant) for argument in call.args)
            said = ast.unparse(call)
            if said.startswith("print(") and constant and re.search(r"\d", said):
                yield f"cell {cell.id}: {said} prints a number that was typed: compute it."


def demos_without_pictures(notebook):
    for cell in code_cells(notebook):
        body = tree(cell).body
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        shows = body and isinstance(body[-1], ast.Expr) and demos(body[-1])
        if shows and "image/png" not in kinds:
            yield f"cell {cell.id} shows no picture: `python3 run.py refresh` saves it."


def traces_of_a_machine(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            texts = {
                kind: text for kind, text in output.get("data", {}).items() if "png" not in kind
            }
            found = MACHINE.search(output.get("text", "") + str(texts))
            if found:
                yield f"cell {cell.id} says {found[0]!r}, which is so on one machine only."


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tree(cell):
    """Return the syntax tree of a cell, magics and all."""
    return ast.parse(TransformerManager().transform_cell(cell.source))


def demos(node):
    """Return the names called under `node` as `explore.name(...)`."""
    found = set()
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="explore"), attr=name):
                found.add(name)
    return found


def sections(notebook):
    """Return the sections of a notebook, each by its heading and with its code cells."""
    found = [("start", [])]
    for cell in notebook.cells[3:]:
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


LOOKS = [
    long_parts, large_file, slides, sections_that_need_more, exercises_in_their_form,
    questions_that_show_their_answer, typed_results, demos_without_pictures, traces_of_a_machine,
]  # fmt: skip
