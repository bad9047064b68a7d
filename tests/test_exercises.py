"""Every exercise that is found: its reference, its mistakes, and its three cells in a notebook."""

import ast
import copy
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections import Counter
from itertools import chain
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bnviz.practice import checks, exercises, trials

ROOT = Path(__file__).parents[1]
FILES = [file.name for file in pkgutil.iter_modules(exercises.__path__)]
LISTS = {name: importlib.import_module(f"{exercises.__name__}.{name}").EXERCISES for name in FILES}
ALL = list(chain.from_iterable(LISTS.values()))
CODE = [exercise for exercise in ALL if not exercise.question]
QUESTIONS = [exercise for exercise in ALL if exercise.question]
MISTAKES = [(exercise, mistake) for exercise in ALL for mistake in exercise.mistakes]
CAPSTONE = "BatchNorm"


def names(params):
    return " ".join(getattr(param, "name", param) for param in params)


def each(pairs):
    """Parametrize by pairs of an exercise and a name."""
    return [pytest.param(*pair, id=names(pair)) for pair in pairs]


def every_exercise(some=ALL):
    return pytest.mark.parametrize("exercise", some, ids=lambda exercise: exercise.name)


def examples(what):
    """Answers as (what, sentence) or (condition, sentence, example) describes them."""
    return [what[2]] if len(what) > 2 else what[0] if isinstance(what[0], list) else [what[0]]


def test_there_are_as_many_as_promised():
    assert len(ALL) >= 24
    assert len(MISTAKES) >= 80
    assert len(exercises.find(CAPSTONE).mistakes) >= 15


def test_names_are_python_names_and_taken_once():
    taken = Counter(exercise.name for exercise in ALL)
    assert set(taken.values()) == {1}
    assert all(name.isidentifier() for name in taken)
    assert not set(taken) & set(vars(checks)), "checks.NAME would be something else"


@every_exercise()
def test_the_reference_passes(exercise):
    verdict = checks.judge(exercise.name, exercise.reference)
    assert (verdict.passed, verdict.mistake, verdict.message) == (True, None, exercise.right)


@pytest.mark.parametrize(
    ("exercise", "way"), each((exercise, way) for exercise in ALL for way in exercise.also)
)
def test_another_right_answer_passes_by_its_own_sentence(exercise, way):
    (answer,) = examples(exercise.also[way])
    verdict = checks.judge(exercise.name, answer)
    assert (verdict.passed, verdict.message) == (True, exercise.also[way][1])


@pytest.mark.parametrize(("exercise", "mistake"), each(MISTAKES))
def test_a_mistake_is_told_by_its_own_sentence(exercise, mistake):
    for answer in examples(exercise.mistakes[mistake]):
        verdict = checks.judge(exercise.name, answer)
        assert (verdict.passed, verdict.mistake) == (False, mistake)
        assert verdict.message == exercise.mistakes[mistake][1]
        assert verdict.rows == ()


@every_exercise()
def test_sentences_are_whole_and_told_apart(exercise):
    said = [exercise.right] + [
        sentence for _, sentence, *_ in [*exercise.also.values(), *exercise.mistakes.values()]
    ]
    assert len(set(said)) == len(said) >= 3
    for sentence in said:
        assert sentence[0].isupper() or sentence[0] in "`γβẑε" or sentence[0].isdigit(), sentence
        assert sentence[-1] in ".?!", sentence


class Breaker(ast.NodeTransformer):
    """Break one thing in a syntax tree: the `target`-th of all that it knows how to break."""

    SWAPS = ((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.Lt, ast.GtE), (ast.Gt, ast.LtE))
    SWAPS = dict(SWAPS) | {b: a for a, b in SWAPS}

    def __init__(self, target):
        self.left = target

    def due(self):
        self.left -= 1
        return self.left == -1

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if type(node.op) in self.SWAPS and self.due():
            node.op = self.SWAPS[type(node.op)]()
        return node.left if self.due() else node  # the right operand is forgotten

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if type(node.op) in self.SWAPS and self.due():
            node.op = self.SWAPS[type(node.op)]()
        return ast.Pass() if self.due() else node

    def visit_Assign(self, node):
        self.generic_visit(node)
        return ast.Pass() if self.due() else node

    def visit_UnaryOp(self, node):
        return node.operand if self.due() else self.generic_visit(node)

    def visit_Constant(self, node):
        if type(node.value) in (int, float) and self.due():
            return ast.Constant(node.value + 1)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        simple = len(node.args) == 1 and not node.keywords
        return node.args[0] if simple and self.due() else node  # np.sqrt(x) → x

    def visit_If(self, node):
        self.generic_visit(node)
        if self.due():
            node.test = ast.Constant(True)
        return node


def mutants(reference):
    """A reference broken in one place, once for every place: (its source, what it is now)."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(reference)))
    for target in range(1000):
        breaker = Breaker(target)
        broken = ast.fix_missing_locations(breaker.visit(copy.deepcopy(tree)))
        if breaker.left >= 0:
            return
        scope = dict(vars(inspect.getmodule(reference)))
        exec(compile(broken, f"<a broken {reference.__name__}>", "exec"), scope)
        yield ast.unparse(broken), scope[reference.__name__]


@every_exercise(CODE)
def test_a_broken_reference_never_passes(exercise, monkeypatch):
    monkeypatch.setattr(checks, "LIMIT", 1.0)
    found, legal = 0, [sentence for _, sentence, *_ in exercise.also.values()]
    for source, mutant in mutants(exercise.reference):
        verdict = checks.judge(exercise.name, mutant)
        assert not verdict.passed or verdict.message in legal, source
        found += 1
    assert found >= 3


def others(value):
    """Values near a right one that are not it."""
    if isinstance(value, dict):
        return [value | {key: other} for key in value for other in others(value[key])]
    if isinstance(value, tuple | list):
        keyed = others(dict(enumerate(value)))
        return [type(value)(each.values()) for each in keyed]
    if isinstance(value, str):
        return [value + "s", value[:-1], "", 1]
    if isinstance(value, bool):
        return [not value, "yes"]
    return [value * 1.3 + 0.1, -value - 0.1, "many", [value, value], np.nan]


@every_exercise(QUESTIONS)
def test_another_value_never_passes_and_the_right_one_is_never_said(exercise):
    legal = [sentence for _, sentence, *_ in exercise.also.values()]
    words = [str(part) for part in flat(exercise.reference)]
    words = [word for word in words if len(word) > 3]  # a 1 may stand in any sentence
    wrong = others(exercise.reference)
    wrong += chain.from_iterable(map(examples, exercise.mistakes.values()))
    for answer in [*wrong, None, ..., [], {}, print, "no idea"]:
        verdict = checks.judge(exercise.name, answer)
        assert not verdict.passed or verdict.message in legal, answer
        if not isinstance(exercise.reference, dict):  # there all choices are named in the task
            assert not any(word in str(verdict) for word in words), answer


def flat(value):
    """The numbers and words in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    return list(chain.from_iterable(map(flat, value))) if isinstance(value, list) else [value]


@every_exercise(CODE)
def test_the_code_of_the_reference_is_never_shown(exercise):
    lines = inspect.getsource(exercise.reference).splitlines()
    code = {line.strip() for line in lines if len(line.strip()) > 14} - {""}
    said = [sentence for _, sentence, *_ in exercise.mistakes.values()]
    for answer in (lambda *case: 0, lambda *case: None, lambda *case: case[0] * np.nan, lambda: 1):
        verdict = checks.judge(exercise.name, answer)
        assert not verdict.passed
        said.append(str(verdict))
    assert not [line for line in code for sentence in said if line in sentence]


@every_exercise(CODE)
def test_cases_and_the_kernel_are_left_as_they_were(exercise):
    def rude(*case):
        for part in case:
            if isinstance(part, np.ndarray):
                part.fill(7)
        np.random.seed(1)  # noqa: NPY002
        return case[0]

    before, drawn = copy.deepcopy(exercise.cases), np.random.get_state()[1].copy()  # noqa: NPY002
    assert not checks.judge(exercise.name, rude).passed
    assert trials.same(trials.plain(before), trials.plain(exercise.cases), 0)
    assert (np.random.get_state()[1] == drawn).all()  # noqa: NPY002


def cells_of(path):
    return {cell["id"]: cell for cell in nbformat.read(path, as_version=4).cells}


NOTEBOOKS = {path.stem: cells_of(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
PLACES = {
    cell_id.removeprefix("answer-"): notebook
    for notebook, cells in NOTEBOOKS.items()
    for cell_id in cells
    if cell_id.startswith("answer-")
}


def test_every_exercise_has_its_place_in_the_notebook_of_its_file():
    of_files = {e.name: file.removeprefix("nb") for file, found in LISTS.items() for e in found}
    assert of_files == PLACES


@pytest.fixture
def told(monkeypatch):
    """Run code as a cell after the notebook's imports; return the verdict of its last line."""

    def run(notebook, source):
        scope = {}
        monkeypatch.chdir(ROOT / "notebooks")
        exec(NOTEBOOKS[notebook]["imports"]["source"], scope)
        *before, last = ast.parse(source).body
        exec(compile(ast.Module(before, []), "<cell>", "exec"), scope)
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), scope)

    return run


@pytest.mark.parametrize("name", PLACES)
def test_a_gap_as_it_is_in_the_notebook_is_invited(told, name):
    source = NOTEBOOKS[PLACES[name]][f"answer-{name}"]["source"]
    assert "..." in source
    assert source.splitlines()[-1].startswith(f"checks.{name}(")
    verdict = told(PLACES[name], source)
    assert (verdict.exercise, verdict.mistake) == (name, checks.GAP)


@pytest.mark.parametrize("name", PLACES)
def test_the_folded_solution_passes(told, name):
    cells = NOTEBOOKS[PLACES[name]]
    solution = cells[f"solution-{name}"]["source"]
    (code,) = re.findall(r"^```python\n(.*?)^```$", solution, re.MULTILINE | re.DOTALL)
    assert re.search(r"<details>\n?<summary>Solution</summary>\n\n", solution)
    assert solution.rstrip().endswith("</details>")
    verdict = told(PLACES[name], code)
    assert (verdict.exercise, verdict.passed) == (name, True)
    assert verdict.message == exercises.find(name).right
    assert 0 <= cells[f"task-{name}"]["source"].count("<summary>Hint") <= 2
