"""Every exercise that is found: its reference, its mistakes, and its three cells in a notebook."""

import ast
import builtins
import copy
import functools
import importlib
import inspect
import math
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
from bnviz.practice.exercises.nb04_bias_cancellation import USELESS

ROOT = Path(__file__).parents[1]
FILES = [file.name for file in pkgutil.iter_modules(exercises.__path__)]
LISTS = {name: importlib.import_module(f"{exercises.__name__}.{name}").EXERCISES for name in FILES}
ALL = list(chain.from_iterable(LISTS.values()))
CODE = [exercise for exercise in ALL if not exercise.question]
PROGRAMS = LISTS["nb13_programs"]  # judged by what comes of them, which many ways lead to
FUNCTIONS = [exercise for exercise in CODE if exercise not in PROGRAMS]
QUESTIONS = [exercise for exercise in ALL if exercise.question]
MISTAKES = [(exercise, mistake) for exercise in ALL for mistake in exercise.mistakes]
CAPSTONE = "BatchNorm"
METHODS = vars(exercises.find(CAPSTONE).reference)


def names(params):
    return " ".join(getattr(param, "name", param) for param in params)


def each(pairs):
    """Parametrize by pairs of an exercise and a name."""
    return [pytest.param(*pair, id=names(pair)) for pair in pairs]


def every_exercise(some=ALL):
    return pytest.mark.parametrize("exercise", some, ids=lambda exercise: exercise.name)


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
    (answer,) = exercises.examples(*exercise.also[way])
    verdict = checks.judge(exercise.name, answer)
    assert (verdict.passed, verdict.message) == (True, exercise.also[way][1])


@pytest.mark.parametrize(("exercise", "mistake"), each(MISTAKES))
def test_a_mistake_is_told_by_its_own_sentence(exercise, mistake):
    for answer in exercises.examples(*exercise.mistakes[mistake]):
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


@every_exercise(FUNCTIONS)
def test_a_broken_reference_never_passes(exercise):
    found, legal = 0, [sentence for _, sentence, *_ in exercise.also.values()]
    for source, mutant in mutants(exercise.reference):
        verdict = checks.judge(exercise.name, mutant)
        assert not verdict.passed or verdict.message in legal, source
        found += 1
    assert found >= 3


# Nothing that an answer could have typed in may be the same in all cases: the reference passes no
# more when one of its expressions keeps the value of the first case, when a mean divides by the
# first case's m, or when what goes into it or comes out of it is changed in one of these ways.


def keeper():
    """Return a function that returns what it was called with first."""
    seen = []

    def first(value):
        seen.append(value)
        return seen[0]

    return first


def typed_count(first, average, values):
    """An average as it would be if its number of values were typed."""
    count = np.size(values) / np.size(average)
    return average * count / first(count)


class Typist(ast.NodeTransformer):
    """Type one thing of a syntax tree: the `target`-th expression, or number of values averaged."""

    def __init__(self, target, constant):
        self.left, self.constant, self.typed = target, constant, ""

    def is_due(self, node):
        self.left -= 1
        if self.left == -1:
            self.typed = ast.unparse(node)
        return self.left == -1

    def visit(self, node):
        if isinstance(node, ast.Expr):  # a statement, whose value nobody uses
            self.generic_visit(node.value)
            return node
        varies = self.varies(node)
        if varies and getattr(node, "attr", "") in METHODS:  # a method of the class itself
            return node
        node = self.generic_visit(node)
        if varies and self.is_due(node):
            return ast.parse(f"first({ast.unparse(node)})", mode="eval").body
        is_average = getattr(getattr(node, "func", None), "attr", "") in ("mean", "var")
        if is_average and self.is_due(node):
            of = ast.unparse(node.func.value)
            return ast.parse(f"typed_count(first, {ast.unparse(node)}, {of})", mode="eval").body
        return node

    def varies(self, node):
        """Whether a node is an expression that is read, and made of more than constants."""
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        is_read = isinstance(getattr(node, "ctx", None), ast.Load | None)
        sliced = any(isinstance(each, ast.Slice) for each in [node, *getattr(node, "elts", [])])
        is_self = isinstance(node, ast.Name) and node.id == "self"  # its attributes are looked at
        varies = isinstance(node, ast.expr) and is_read and not sliced and not is_self
        return varies and not names <= self.constant


def typed(reference):
    """A reference with one thing in it typed, once for each: (what, the reference)."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(reference)))
    scope = vars(inspect.getmodule(reference)) | {"typed_count": typed_count}
    for target in range(1000):
        typist = Typist(target, {*scope, *dir(builtins)})
        changed = ast.fix_missing_locations(typist.visit(copy.deepcopy(tree)))
        if not typist.typed:
            return
        scope = scope | {"first": keeper()}
        exec(compile(changed, f"<{reference.__name__}, typed>", "exec"), scope)
        yield typist.typed, scope[reference.__name__]


@every_exercise(FUNCTIONS)
def test_a_typed_constant_never_passes(exercise):
    found = 0
    for what, answer in typed(exercise.reference):
        assert not checks.judge(exercise.name, answer).passed, f"{what} is the same in all cases"
        found += 1
    assert found >= 3


def of_each(change):
    return lambda value, first: change(value)


def cut(value, first):
    """As many rows and units of an array as the first one had."""
    return value[tuple(map(slice, first.shape))]


RESULTS = {
    "rounded to two digits": of_each(lambda value: np.round(value, 2)),
    "rounded to three digits": of_each(lambda value: np.round(value, 3)),
    "without its sign": of_each(np.abs),
    "never below 0": of_each(lambda value: np.maximum(value, 0)),
    "True for 1": of_each(lambda value: value.astype(bool)),
    "that of the first case": lambda value, first: first,
}
ARGUMENTS = {
    "that of the first case": lambda value, first: first,
    "without its sign": of_each(np.abs),
}
OF_ARRAYS = {
    "its first row": of_each(lambda value: value[:1] + 0 * value if value.ndim else value),
    "its first unit": of_each(lambda value: value[..., :1] + 0 * value if value.ndim else value),
    "cut to the first case's size": cut,
}
NEVER_NEGATIVE = {"groups", "sigma", "var", "eps", "m", "rate", "root", "output", "s"}
NEVER_NEGATIVE |= {"activations", "slow", "fast", "validation", "test", "training"}
NEVER_NEGATIVE |= {"blocks", "growth"}


class Changed:
    """A function whose arguments, or parts of whose result, are changed."""

    def __init__(self, function, change, names=None):
        self.function, self.change, self.names = function, change, names
        self.firsts, self.acted = {}, False

    def changed(self, name, value):
        value = np.asarray(value)
        now = self.change(value, self.firsts.setdefault(name, value.copy()))
        self.acted = self.acted or not np.array_equal(value, now)
        return now

    def __call__(self, *case):
        if self.names is not None:
            names = inspect.signature(self.function).parameters
            pairs = zip(names, case, strict=True)
            case = [self.changed(name, v) if name in self.names else v for name, v in pairs]
            return self.function(*case)
        result = self.function(*case)
        if isinstance(result, tuple):
            return tuple(self.changed(number, part) for number, part in enumerate(result))
        return self.changed("result", result)


def changes_of(function):
    """Yield (what is changed, the changed function, whether it has to be another)."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    for said, change in RESULTS.items():
        yield f"the result is {said}", Changed(function, change), False
    for said, change in ARGUMENTS.items():
        for name in names:
            positive = said == "without its sign" and name in NEVER_NEGATIVE
            yield f"{name} is {said}", Changed(function, change, [name]), not positive
    for said, change in OF_ARRAYS.items():
        yield f"every array is {said}", Changed(function, change, names), False


def with_method(reference, name, changed):
    """A class with a method changed."""
    return type("Changed", (reference,), {name: lambda self, *given: changed(self, *given)})


@every_exercise(FUNCTIONS)
def test_what_is_not_looked_at_never_passes(exercise):
    reference = exercise.reference
    names = ["forward", "backward"] if inspect.isclass(reference) else [None]
    for name in names:
        for what, changed, must_act in changes_of(getattr(reference, name) if name else reference):
            answer = with_method(reference, name, changed) if name else changed
            passed = checks.judge(exercise.name, answer).passed
            assert changed.acted or not must_act, f"{what} in all cases: add one where it is not"
            assert not (changed.acted and passed), f"it passes though {what}"


def arguments(exercise):
    """Each argument in all cases, by name."""
    used = exercise.use is not exercises.call
    taker = functools.partial(exercise.use, None) if used else exercise.reference
    return dict(
        zip(inspect.signature(taker).parameters, zip(*exercise.cases, strict=True), strict=True)
    )


@every_exercise(FUNCTIONS)
def test_sizes_of_arrays_vary(exercise):
    for name, values in arguments(exercise).items():
        for axis in range(np.ndim(values[0]) if isinstance(values[0], np.ndarray) else 0):
            assert len({value.shape[axis] for value in values}) > 1, f"{name}, axis {axis}"
            assert values[0].shape[axis] <= max(value.shape[axis] for value in values)


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
    words = [str(part) for part in flat(exercise.reference)]
    words = [word for word in words if len(word) > 3]  # a 1 may stand in any sentence
    wrong = others(exercise.reference)
    wrong += chain.from_iterable(exercises.examples(*each) for each in exercise.mistakes.values())
    for answer in [*wrong, None, ..., [], {}, print, "no idea"]:
        verdict = checks.judge(exercise.name, answer)
        assert not verdict.passed or verdict.message in legal, answer
        said = str(verdict).replace(", ".join(exercise.choices), "")  # all of them
        if not isinstance(exercise.reference, dict):  # there they are named in the task
            assert not any(word in said for word in words), answer


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
    assert not trials.differences(trials.plain(before), trials.plain(exercise.cases), 0)
    assert (np.random.get_state()[1] == drawn).all()  # noqa: NPY002


BN = exercises.find(CAPSTONE).reference


def layer(**methods):
    """The capstone's layer with other methods."""
    return type("Mine", (BN,), methods)


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


def raising(self, z):
    raise RuntimeError("not done")


def backward_in_units_of_4(self, dy):
    _, dgamma, dbeta = BN.backward(self, dy)
    return self.dz(dy, dgamma / 4, dbeta / 4), dgamma, dbeta


class Helped(BN):
    def helper(self): ...


class Callable:
    def __call__(self, mean, var, eps):
        return math.sqrt(var + eps), mean

    def __repr__(self):
        raise RuntimeError("no words for it")


def m_is_4(dy, z_hat, gamma, root):
    dbeta, dgamma = dy.sum(0), (dy * z_hat).sum(0)
    return gamma / root * (dy - dbeta / 4 - z_hat * dgamma / 4), dgamma, dbeta


def relu_of_y(z, mean, var, gamma, beta, eps):
    return max(0, gamma * (z - mean) / math.sqrt(var + eps) + beta)


def slip_beside_keras(mean, var, z, rate):
    return (1 - rate) * mean + rate * z.mean(axis=0) + 1, (1 - rate) * var + rate * z.var(axis=0)


# (exercise, answer, what comes of it: True, the name of a mistake, or what the sentence has in it)
ANSWERS = [
    ("undo", lambda mean, var, eps: (math.sqrt(var + eps), mean), True),
    ("undo", Callable(), True),
    ("one_image", relu_of_y, "ReLU"),
    ("one_image", lambda *case: None, "returns None"),
    ("backward", m_is_4, False),
    ("running_average", slip_beside_keras, "[mean]"),
    ("running_average", lambda mean, var, z, rate: print(mean), "prints"),
    ("net_of", lambda x, w, b: w @ x + b, "w @ x"),
    ("net_of", lambda x, w, b: np.matmul(x, w) + b, True),
    ("normalize", lambda z, eps: z - z.mean(axis=0), "only centred"),
    ("folded", lambda w, g, b, mean, v, e: (w * g / v**0.5, b - g / v**0.5 * mean), "without ε"),
    ("better_experiment", "Drift", True),
    ("better_experiment", " DRIFT! ", True),
    ("better_experiment", "more  Seeds", "more seeds"),
    ("better_experiment", "a shift", "Choose among: drift, more noise, more seeds, no noise."),
    ("better_experiment", 3, "Choose among: drift"),
    ("which_shift", dict.fromkeys(["photos", "layer 3", "shuffled"], "shift"), "no such choice"),
    ("same_momentum", "0.01", True),
    ("same_momentum", "1/100", True),
    ("same_momentum", "1e-2", True),
    ("same_momentum", "a tenth", "made of numbers"),
    ("same_momentum", None, "The answer is None."),
    ("new_length", "5", True),
    ("new_length", [5], True),
    ("new_length", True, False),
    ("useless_bias", {name: str(is_so) for name, is_so in USELESS.items()}, True),
    ("useless_bias", {name: int(is_so) for name, is_so in USELESS.items()}, True),
    ("useless_bias", dict.fromkeys(USELESS, True), "the ReLU stands in between"),
    (
        "useless_bias",
        dict.fromkeys(USELESS, True),
        "through the ReLU and layer norm and the last layer",
    ),
    ("useless_bias", dict.fromkeys(USELESS, False), "the convolution"),
    ("useless_bias", dict.fromkeys(USELESS, "perhaps"), "should be True or False"),
    (CAPSTONE, Helped, True),
    (CAPSTONE, layer(forward=zero_for_a_tested_batch), "[y of a batch in test mode]"),
    (CAPSTONE, layer(forward=never_back_in_training), "[y back in training]"),
    (CAPSTONE, layer(forward=statistics_of_all), False),
    (CAPSTONE, layer(backward=backward_in_units_of_4), "[dz of a smaller batch]"),
    (
        CAPSTONE,
        layer(backward=lambda self, dy: BN.backward(self, dy)[0]),
        "should have 3 parts: dz, dgamma, dbeta.",
    ),
    (CAPSTONE, layer(backward=lambda self, dy: dy), "should have 3 parts: dz, dgamma, dbeta."),
    (CAPSTONE, layer(backward=raising), "RuntimeError: not done, in your line `raise"),
    (CAPSTONE, layer(forward=lambda self, z: None), False),
]


@pytest.mark.parametrize(("name", "answer", "outcome"), ANSWERS)
def test_answers_as_readers_write_them(name, answer, outcome):
    verdict = checks.judge(name, answer)
    shown = [f"[{part}]" for part, *_ in verdict.rows[:1]]
    if isinstance(outcome, bool):
        assert verdict.passed is outcome, verdict
    else:
        assert not verdict.passed
        assert outcome in [verdict.mistake, *shown] or outcome in verdict.message, verdict


@every_exercise(CODE)
def test_a_sentence_about_a_mistake_does_not_give_the_answer_away(exercise):
    formula = inspect.getsource(exercise.reference).replace(" ", "")
    for _, sentence in exercise.mistakes.values():
        plain = sentence.replace(" ", "").replace("−", "-").replace("·", "*")
        for start in range(len(plain) - 6):
            piece = plain[start : start + 7]
            assert piece not in formula or sum(c in "+-*/()" for c in piece) < 3, piece


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
    numbers = {e.name: file[len("nb") :][:2] for file, found in LISTS.items() for e in found}
    assert numbers == {name: notebook[:2] for name, notebook in PLACES.items()}


def in_solution(text):
    """The code in the text of a solution."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return code


@pytest.fixture
def told(monkeypatch):
    """Run code as a cell after the notebook's imports; return the verdict of its last line.

    It also has what the notebook builds on, and what its reader wrote in other exercises.
    """

    def run(notebook, source):
        scope, cells = {}, NOTEBOOKS[notebook]
        monkeypatch.chdir(ROOT / "notebooks")
        for cell in ("imports", "so-far"):
            exec(cells[cell]["source"] if cell in cells else "", scope)
        for cell in [cell for cell in cells if cell.startswith("solution-")]:
            exec(
                re.findall(r"^```python\n(.*?)^```$", cells[cell]["source"], re.M | re.S)[0], scope
            )
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
    assert re.search(r"<details>\n?<summary>Solution</summary>\n\n", solution)
    assert solution.rstrip().endswith("</details>")
    verdict = told(PLACES[name], in_solution(solution))
    assert (verdict.exercise, verdict.passed) == (name, True)
    assert verdict.message == exercises.find(name).right
    assert 0 <= cells[f"task-{name}"]["source"].count("<summary>Hint") <= 2
