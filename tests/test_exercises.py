"""Every exercise that is found: its reference, its mistakes, and its three cells in a notebook."""

import ast
import builtins
import copy
import dataclasses
import functools
import importlib
import inspect
import itertools
import pkgutil
import re
import textwrap

import numpy as np
import pytest

from bnviz.practice import checks, exercises, trials
from bnviz.practice.exercises.nb04_bias_cancellation import USELESS
from bnviz.practice.verdict import KIND
from tests.test_notebooks import NAMES, read

FILES = [file.name for file in pkgutil.iter_modules(exercises.__path__)]
LISTS = {name: importlib.import_module(f"{exercises.__name__}.{name}").EXERCISES for name in FILES}
ALL = list(itertools.chain.from_iterable(LISTS.values()))
CODE = [exercise for exercise in ALL if not exercise.question]
PROGRAMS = LISTS["nb13_programs"]  # judged by what comes of them, which many ways lead to
FUNCTIONS = [exercise for exercise in CODE if exercise not in PROGRAMS]
QUESTIONS = [exercise for exercise in ALL if exercise.question]
BN = exercises.find("BatchNorm").reference


def every_exercise(some=ALL):
    return pytest.mark.parametrize("exercise", some, ids=lambda exercise: exercise.name)


def every(kind):
    """Parametrize by each exercise and the names of its mistakes, or of its other right answers."""
    pairs = [(exercise, name) for exercise in ALL for name in getattr(exercise, kind)]
    ids = [f"{exercise.name} {name}" for exercise, name in pairs]
    return pytest.mark.parametrize(("exercise", "name"), pairs, ids=ids)


def test_each_has_a_name_of_its_own_and_a_mistake():
    names = {exercise.name for exercise in ALL}
    assert len(names) == len(ALL)
    assert not names & set(vars(checks)), "checks.NAME would be something else"
    assert all(exercise.mistakes for exercise in ALL)


@every_exercise()
def test_the_reference_passes(exercise):
    verdict = checks.judge(exercise.name, exercise.reference)
    assert (verdict.passed, verdict.message) == (True, exercise.right)


@every("also")
def test_another_right_answer_passes_by_its_own_sentence(exercise, name):
    (answer,) = exercises.examples(*exercise.also[name])
    verdict = checks.judge(exercise.name, answer)
    assert (verdict.passed, verdict.message) == (True, exercise.also[name][1])


@every("mistakes")
def test_a_mistake_is_told_by_its_own_sentence(exercise, name):
    for answer in exercises.examples(*exercise.mistakes[name]):
        verdict = checks.judge(exercise.name, answer)
        assert (verdict.passed, verdict.mistake) == (False, name)
        assert verdict.message == exercise.mistakes[name][1]
        assert verdict.rows == ()


@pytest.fixture
def no_mistakes(monkeypatch):
    """Let the judge say whether an answer passes, and not search for its mistake."""
    bare = {each.name: dataclasses.replace(each, mistakes={}) for each in ALL}
    monkeypatch.setattr(exercises, "every", lambda: bare)


# No case may let a reference pass that is changed in one place of its syntax tree.


class Put(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, other, place):
        self.other, self.place = other, place

    def visit(self, node):
        return self.other if node is self.place else self.generic_visit(node)


def changed_in_one_place(reference, others):
    """Yield (what is new, the reference with it) for each of `others(node)` in its syntax tree."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(reference)))
    for number, node in enumerate(ast.walk(tree)):
        for other in others(node):
            changed = copy.deepcopy(tree)
            place = next(itertools.islice(ast.walk(changed), number, None))
            changed = ast.fix_missing_locations(Put(other, place).visit(changed))
            scope = vars(inspect.getmodule(reference)) | {"first": keeper(), "count": count}
            exec(compile(changed, f"<{reference.__name__}, changed>", "exec"), scope)
            yield f"{ast.unparse(other)} for {ast.unparse(node)}", scope[reference.__name__]


SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def broken(node):
    """Yield what is wrong in the place of a node."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        swapped = copy.copy(node)
        swapped.op = SWAPS[type(node.op)]()
        yield swapped
    match node:
        case ast.BinOp(left=left):
            yield left
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Call(args=[argument], keywords=[]):  # np.sqrt(x) → x
            yield argument
        case ast.Constant(value=number) if type(number) in (int, float):
            yield ast.Constant(number + 1)
        case ast.Assign() | ast.AugAssign():
            yield ast.Pass()
        case ast.If(body=body, orelse=orelse):
            yield ast.If(ast.Constant(True), body, orelse)


@every_exercise(FUNCTIONS)
def test_a_broken_reference_never_passes(exercise, no_mistakes):
    found, legal = 0, [sentence for _, sentence, *_ in exercise.also.values()]
    for what, answer in changed_in_one_place(exercise.reference, broken):
        verdict = checks.judge(exercise.name, answer)
        assert not verdict.passed or verdict.message in legal, what
        found += 1
    assert found >= 3


def keeper():
    """Return a function that returns what it was called with first."""
    seen = []

    def first(value):
        seen.append(value)
        return seen[0]

    return first


def count(values, average):
    """How many values each average is taken over."""
    return np.size(values) / np.size(average)


def typed(constant, node):
    """Yield an expression as it would be if a reader had typed what it is in the first case.

    And an average as it would be if its number of values were typed.
    """
    called = node.func if isinstance(node, ast.Call) else node
    if getattr(called, "attr", "") in vars(BN):  # the layer's own method is looked at by itself
        return
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    is_read = isinstance(getattr(node, "ctx", None), ast.Load | None)
    sliced = any(isinstance(each, ast.Slice) for each in [node, *getattr(node, "elts", [])])
    is_value = isinstance(node, ast.expr) and is_read and not sliced
    source = ast.unparse(node)
    if is_value and source != "self" and not names <= constant:
        yield expression(f"first({source})")
    if getattr(called, "attr", "") in ("mean", "var") and isinstance(node, ast.Call):
        number = f"count({ast.unparse(called.value)}, {source})"
        yield expression(f"{source} * {number} / first({number})")


def expression(source):
    return ast.parse(source, mode="eval").body


@every_exercise(FUNCTIONS)
def test_what_was_typed_never_passes(exercise, no_mistakes):
    constant = {*vars(inspect.getmodule(exercise.reference)), *dir(builtins)}
    found, others = 0, functools.partial(typed, constant)
    for what, answer in changed_in_one_place(exercise.reference, others):
        assert not checks.judge(exercise.name, answer).passed, f"{what}: the same in all cases"
        found += 1
    assert found >= 3


# Nor may a reader leave out a part of what goes into a reference, or of what comes out of it.

RESULTS = {
    "rounded to three digits": lambda value: np.round(value, 3),
    "never below 0": lambda value: np.maximum(value, 0),
}
ARRAYS = {
    "its first row": lambda value, _: np.broadcast_to(value[:1], value.shape),
    "its first unit": lambda value, _: np.broadcast_to(value[..., :1], value.shape),
    "cut to the first case's size": lambda value, first: value[tuple(map(slice, first.shape))],
}
NEVER_NEGATIVE = {"groups", "sigma", "var", "eps", "m", "rate", "root", "output", "s"}
NEVER_NEGATIVE |= {"activations", "slow", "fast", "validation", "test", "training"}
NEVER_NEGATIVE |= {"blocks", "growth", "settings", "sizes", "seed"}


def mapped(change, value):
    """A plain result whose numbers are changed."""
    if isinstance(value, dict):
        return {key: mapped(change, part) for key, part in value.items()}
    if isinstance(value, list):
        return [mapped(change, part) for part in value]
    return value if value.dtype == bool else change(value)


@every_exercise(FUNCTIONS)
def test_a_changed_result_is_told_from_the_right_one(exercise):
    results = [trial.result for trial in trials.try_all(exercise, exercise.reference)]
    for said, change in RESULTS.items():
        changed = mapped(change, results)
        acts = trials.differences(results, changed, 0)
        assert not acts or trials.differences(results, changed, exercise.tolerance), said


def tells(exercise, cases):
    """Whether the reference makes something else of other cases."""
    right = trials.try_all(exercise, exercise.reference)
    others = trials.try_all(dataclasses.replace(exercise, cases=cases), exercise.reference)
    return not trials.alike(right, others, exercise.tolerance)


@every_exercise(FUNCTIONS)
def test_every_row_and_unit_of_an_array_matters(exercise):
    for said, change in ARRAYS.items():
        cases = [
            [change(*pair) if isinstance(pair[0], np.ndarray) else pair[0] for pair in pairs]
            for pairs in (zip(case, exercise.cases[0], strict=True) for case in exercise.cases)
        ]
        acts = trials.differences(trials.plain(exercise.cases), trials.plain(cases), 0)
        assert not acts or tells(exercise, cases), f"every array is {said}"


@every_exercise(FUNCTIONS)
def test_every_sign_matters(exercise):
    used = exercise.use is not exercises.call
    taker = functools.partial(exercise.use, None) if used else exercise.reference
    for number, name in enumerate(inspect.signature(taker).parameters):
        if name not in NEVER_NEGATIVE:
            cases = [list(case) for case in exercise.cases]
            for case in cases:
                case[number] = np.abs(case[number])
            assert tells(exercise, cases), f"{name} without its sign"


@every_exercise(FUNCTIONS)
def test_sizes_of_arrays_vary(exercise):
    for number, values in enumerate(zip(*exercise.cases, strict=True)):
        for axis in range(np.ndim(values[0]) if isinstance(values[0], np.ndarray) else 0):
            sizes = {value.shape[axis] for value in values}
            assert len(sizes) > 1, f"argument {number + 1}, axis {axis}"


def others(value):
    """Values near a right one that are not it."""
    if isinstance(value, dict):
        return [value | {key: other} for key in value for other in others(value[key])]
    if isinstance(value, tuple | list):
        keyed = others(dict(enumerate(value)))
        return [type(value)(each.values()) for each in keyed]
    if isinstance(value, str):
        return [value + "s", value[:-1], "", 1, True]
    if isinstance(value, bool):
        return [not value, "perhaps"]
    near = [value * 1.3 + 0.1, -value - 0.1, value * 1.01 + 0.001, "many", [value, value], np.nan]
    return near + [bool(value)] * (bool(value) == value)  # True for 1


@every_exercise(QUESTIONS)
def test_another_value_never_passes_and_the_right_one_is_never_said(exercise):
    legal = [sentence for _, sentence, *_ in exercise.also.values()]
    words = [str(part) for part in exercises.leaves(exercise.reference)]
    words = [word for word in words if len(word) > 3]  # a 1 may stand in any sentence
    wrong = others(exercise.reference)
    for each in exercise.mistakes.values():
        wrong += exercises.examples(*each)
    for answer in [*wrong, None, ..., [], {}, print, "no idea"]:
        verdict = checks.judge(exercise.name, answer)
        assert not verdict.passed or verdict.message in legal, answer
        said = str(verdict).replace(", ".join(exercise.choices), "")  # all of them
        if not isinstance(exercise.reference, dict):  # there they are named in the task
            assert not any(word in said for word in words), answer


@every_exercise(CODE)
def test_a_sentence_about_a_mistake_does_not_give_the_answer_away(exercise):
    formula = inspect.getsource(exercise.reference).replace(" ", "")
    for _, sentence in exercise.mistakes.values():
        plain = sentence.replace(" ", "").replace("−", "-").replace("·", "*")
        for start in range(len(plain) - 6):
            piece = plain[start : start + 7]
            assert piece not in formula or sum(c in "+-*/()" for c in piece) < 3, piece


@pytest.mark.parametrize(
    ("answer", "mistake", "words"),
    [
        ({name: str(is_so) for name, is_so in USELESS.items()}, None, ""),
        ({name: int(is_so) for name, is_so in USELESS.items()}, None, ""),
        (dict.fromkeys(USELESS, "perhaps"), "wrong type", "should be True or False"),
        (
            dict.fromkeys(USELESS, True),
            "through the ReLU and layer norm and the last layer",
            "what it lets pass. Linear, layer norm: ",
        ),
    ],
)
def test_truths_as_readers_write_them_and_every_mistake_that_fits(answer, mistake, words):
    verdict = checks.useless_bias(answer)
    assert (verdict.passed, verdict.mistake) == (mistake is None, mistake)
    assert words in verdict.message


def zero_for_a_tested_batch(self, z):
    y = BN.forward(self, z)
    return 0 * z if not self.training and len(z) > 1 else y


def never_back_in_training(self, z):
    self.was_tested = getattr(self, "was_tested", False) or not self.training
    kept, self.training = self.training, not self.was_tested
    y = BN.forward(self, z)
    self.training = kept
    return y


def statistics_of_all(self, z):
    """Keeps what it needs for `backward` on the class."""
    y = BN.forward(self, z)
    type(self).z_hat, type(self).std = self.z_hat, self.std
    del self.z_hat, self.std
    return y


def backward_in_units_of_4(self, dy):
    _, dgamma, dbeta = BN.backward(self, dy)
    return self.dz(dy, dgamma / 4, dbeta / 4), dgamma, dbeta


def backward_without_parameters(self, dy):
    return BN.backward(self, dy)[0]


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ({"forward": zero_for_a_tested_batch}, "y of a batch in test mode\n"),
        ({"forward": never_back_in_training}, "y back in training\n"),
        ({"forward": statistics_of_all}, "Not yet"),
        ({"backward": backward_in_units_of_4}, "dz of a smaller batch\n"),
        ({"backward": backward_without_parameters}, "should have 3 parts: dz, dgamma, dbeta."),
    ],
)
def test_the_layer_is_used_in_every_way(methods, said):
    verdict = checks.BatchNorm(type("Mine", (BN,), methods))
    assert not verdict.passed
    assert said in str(verdict)


CELLS = {name: {cell.id: cell for cell in read(name).cells} for name in NAMES}
PLACES = {
    cell_id.removeprefix("answer-"): notebook
    for notebook, cells in CELLS.items()
    for cell_id in cells
    if cell_id.startswith("answer-")
}


def test_every_exercise_has_its_place_in_the_notebook_of_its_file():
    numbers = {e.name: file[len("nb") :][:2] for file, found in LISTS.items() for e in found}
    assert numbers == {name: notebook[:2] for name, notebook in PLACES.items()}


@pytest.mark.parametrize("name", PLACES)
def test_a_gap_is_saved_with_its_invitation_and_the_solution_is_folded(name):
    cells = CELLS[PLACES[name]]
    (output,) = cells[f"answer-{name}"].outputs
    assert output.data[KIND] == {"exercise": name, "passed": False, "mistake": checks.GAP}
    solution = cells[f"solution-{name}"].source
    assert re.search(r"<details>\n?<summary>Solution</summary>\n\n", solution)
    assert solution.rstrip().endswith("</details>")
