"""The judge, on exercises made for it."""

import io
import math
import random
import signal
import sys
import warnings
from contextlib import redirect_stdout

import numpy as np
import pytest

from bnviz.practice import checks, exercises, trials
from bnviz.practice.exercises import Exercise

Z = np.array([[1.0, 20], [2, 26], [3, 20], [6, 50], [0, 10]])


def statistics(z):
    return z.mean(axis=0), z.var(axis=0)


class Layer:
    def forward(self, z):
        return z


EXERCISES = [
    Exercise(
        "statistics",
        reference=statistics,
        cases=[(Z[:2, :1],), (Z,)],
        parts=("mean", "variance"),
        right="Over the examples.",
        mistakes={
            "no axis given": (lambda z: (np.hstack(z, z), 0), "You stack what cannot be stacked."),
        },
        also={"squares": (lambda z: (z.mean(axis=0), (z**2).mean(axis=0)), "Also legal.")},
    ),
    Exercise(
        "layer",
        reference=Layer,
        use=lambda layer, z: layer().forward(z),
        cases=[(Z,)],
        right="Yes.",
        mistakes={},
    ),
    Exercise(
        "many",
        reference=lambda z, scale: [scale * z] * 6,
        cases=[(np.arange(1.0, 22), 2)],
        right="Yes.",
        mistakes={},
    ),
    Exercise(
        "number",
        reference=0.75,
        right="That is (m − 1)/m.",
        mistakes={
            "negative": (lambda answer: answer < 0, "A variance is never negative.", -1),
        },
        tolerance=0.02,
    ),
    Exercise(
        "figure",
        reference={"left": "dead units", "right": "too wide"},
        right="You see it.",
        mistakes={},
    ),
]


@pytest.fixture(autouse=True)
def made_for_this(monkeypatch):
    monkeypatch.setattr(exercises, "every", lambda: {e.name: e for e in EXERCISES})


def loops(z):
    m, units = len(z), len(z[0])
    mean = [sum(z[i][j] for i in range(m)) / m for j in range(units)]
    return mean, [sum((z[i][j] - mean[j]) ** 2 for i in range(m)) / m for j in range(units)]


@pytest.mark.parametrize(
    "answer",
    [
        loops,
        lambda z: (z.mean(axis=0, keepdims=True), z.var(axis=0, keepdims=True)),
        lambda z: np.stack([z.mean(axis=0), z.var(axis=0)]),
        lambda z: [z.mean(0).astype(np.float32), z.astype(np.float32).var(0)],
    ],
)
def test_a_right_answer_passes_in_any_style(answer):
    verdict = checks.judge("statistics", answer)
    assert (verdict.passed, verdict.mistake, verdict.message) == (True, None, "Over the examples.")


def half_filled(z):
    mean = z.mean(axis=0)
    var = (z - mean) ** ...
    return mean, var


@pytest.mark.parametrize(
    "answer",
    [
        ...,
        half_filled,
        lambda z: (z.mean(axis=0), ...),
        lambda z: (z.mean(axis=0), np.sqrt(...)),
        lambda z: math.sqrt(...),
        lambda z: len(...),
        lambda z: ... > 0,
        lambda z: (...).mean(),
        lambda z: -...,
        lambda z: (z.mean(axis=0), np.array([1, ...], dtype=object)),
        lambda z: {"mean": ...},
    ],
)
def test_a_gap_is_an_invitation_and_no_mistake(answer):
    verdict = checks.statistics(answer)
    assert (verdict.exercise, verdict.mistake) == ("statistics", "not filled in")
    assert str(verdict).startswith("○ Your turn. Replace the ...")


def test_what_has_a_name_like_a_gap_is_none():
    class Ellipsis:
        def __call__(self, z):
            return z.ellipsis

        def __repr__(self):
            raise RuntimeError("no words for it")

    assert checks.statistics(Ellipsis()).mistake == "raises"
    verdict = checks.statistics(lambda z: (np.einsum("...a,b->...c", z), 0))
    assert "einstein sum" in verdict.message
    assert checks.statistics(lambda z: statistics(z[..., :])).passed

    class Mine(Layer):
        def helper(self): ...

    assert checks.layer(Mine).passed


def forgets_return(z):
    mean = z.mean(axis=0)
    var = z.var(axis=0)  # noqa: F841
    return mean if len(z) > 2 else None


def in_place(z):
    z -= 1
    return z.mean(axis=0) + 1, z.var(axis=0)


def raises(z):
    mean = z.mean(axis=0)
    return mean, mean.variance


def prints(z):
    print(z.mean(axis=0), z.var(axis=0))


NO_NUMBERS = "The mean should be made of numbers."
TROUBLES = [
    ("returns None", forgets_return, "The result is None. Does every branch end in a `return`?"),
    ("prints", prints, "You print the result. Hand it back instead, with `return`."),
    ("changes its input", in_place, "Your code changes the array that it is given"),
    (
        "raises",
        raises,
        "AttributeError: 'numpy.ndarray' object has no attribute 'variance', in your line "
        "`return mean, mean.variance`.",
    ),
    ("raises", lambda z: z.mean()("called"), "TypeError: "),  # as one of the mistakes does
    ("wrong type", 3, "Hand over the function itself, not called; got int."),
    ("wrong type", lambda z: z.mean(axis=0), "The result should have 2 parts: mean, variance."),
    ("wrong type", lambda z: {"mean": 1}, "The result should have 2 parts: mean, variance."),
    ("wrong type", lambda z: ("one", "two"), NO_NUMBERS),
    ("wrong type", lambda z: (z > 0, z), NO_NUMBERS),
    ("wrong type", lambda z: ([[1], [1, 2]], 1), NO_NUMBERS),
    ("nan", lambda z: (z.mean(axis=0), z.var(axis=0) * np.nan), "There is a nan in the variance"),
]


@pytest.mark.parametrize(("mistake", "answer", "sentence"), TROUBLES)
def test_each_trouble_has_its_name_and_its_sentence(mistake, answer, sentence):
    verdict = checks.statistics(answer)
    assert (verdict.passed, verdict.mistake) == (False, mistake)
    assert verdict.message.startswith(sentence)


@pytest.mark.parametrize(("answer", "came"), [(3, "int"), (lambda z: z, "function")])
def test_a_class_is_handed_over_itself(answer, came):
    said = f"Hand over the class itself, not called; got {came}."
    assert checks.layer(answer) == checks.Verdict(False, "wrong type", said, (), "layer")


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (0.9, "other"),
        ("1e999", "other"),
        ("many", "wrong type"),
        ("1/0", "wrong type"),
        (True, "wrong type"),
        (np.array([-1.0, -2]), "wrong shape"),
    ],
)
def test_a_value_that_is_wrong_is_not_told_the_right_one(answer, mistake):
    verdict = checks.number(answer)
    assert (verdict.passed, verdict.mistake) == (False, mistake)
    assert "0.75" not in str(verdict)


@pytest.mark.parametrize("answer", [0.7499, np.float32(0.752), [0.75], " 0.75", "3/4"])
def test_a_number_is_compared_as_a_number(answer):
    assert checks.number(answer).message == "That is (m − 1)/m."


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("Dead-Units", "TOO WIDE", "You see it."),
        ("dead units", "dead units", checks.OTHER),
        ("dead units", ..., checks.INVITATION[2]),
        ("dead units", "fine", "Choose among: dead units, too wide."),
    ],
)
def test_a_question_with_several_parts(left, right, said):
    assert checks.figure({"Left": left, "right ": right}).message == said


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"left": "too wide"}, "The answer should have 2 parts: left, right."),
        (None, "The answer is None."),
    ],
)
def test_parts_that_are_missing_are_named(answer, message):
    assert checks.figure(answer).message == message


def forever(z):
    signal.setitimer(signal.ITIMER_REAL, 0.05)  # the reader presses stop
    while True:
        pass


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such clock on this system")
def test_the_reader_interrupts_a_loop_for_ever(monkeypatch):
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        verdict = checks.statistics(forever)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert verdict.mistake == "interrupted"
    assert "Is there a loop for ever?" in verdict.message


class Weird(BaseException):
    def __str__(self):
        raise RuntimeError("no words for it")


def throws(error):
    raise error


class Deep(list):
    def __init__(self):
        super().__init__([self])


class NoArray:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")


@pytest.mark.parametrize("exercise", ["statistics", "number", "figure"])
@pytest.mark.parametrize("value", [Deep(), NoArray()])
def test_no_value_breaks_the_judge(exercise, value):
    verdict = checks.judge(exercise, value)
    assert not verdict.passed
    assert str(verdict)


@pytest.mark.parametrize(
    "answer",
    [
        lambda z: Deep(),
        lambda z: NoArray(),
        lambda z: throws(Weird()),
    ],
)
def test_no_error_gets_out_of_the_judge(answer):
    verdict = checks.statistics(answer)
    assert not verdict.passed
    assert str(verdict)


def test_the_kernel_is_left_as_it_was():
    def rude(z):
        print("noise")
        random.seed(0), np.random.seed(0)  # noqa: NPY002
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        warnings.simplefilter("error")
        z *= np.nan
        sys.exit()

    def state():
        drawn = np.random.get_state()[1].tolist()  # noqa: NPY002
        settings = np.geterr(), np.get_printoptions(), warnings.filters[:]
        return random.getstate(), drawn, *settings

    before, batch, shown = state(), Z.copy(), io.StringIO()
    with redirect_stdout(shown):
        assert checks.statistics(rude).mistake == "raises"
    assert state() == before
    assert shown.getvalue() == ""
    np.testing.assert_array_equal(Z, batch)


def test_an_unknown_exercise_is_answered_with_those_there_are():
    with pytest.raises(AttributeError, match="no exercise 'nothing'; there are statistics, layer"):
        checks.nothing  # noqa: B018
    assert "statistics" in dir(checks)


def test_a_verdict_as_a_page():
    rows = [("a < b", "1", "2"), ("c", "3", "4")]
    verdict = checks.Verdict(False, "axis", 'Take `z < 1`\'s "mean".', rows, "statistics")
    page = verdict._repr_mimebundle_()
    said = 'Take <code>z &lt; 1</code>\'s "mean".'
    cells = "".join(
        "<tr>" + "".join(f"<td><pre>{text}</pre></td>" for text in row) + "</tr>"
        for row in [("", "expected", "received"), ("a &lt; b", "1", "2"), ("c", "3", "4")]
    )
    assert page["text/html"] == (
        f"<p role='status'><b>✗ Not yet.</b> {said}</p><table>{cells}</table>"
    )
    assert str(verdict) == (
        '✗ Not yet. Take z < 1\'s "mean".\n'
        "a < b\n  expected  1\n  received  2\nc\n  expected  3\n  received  4"
    )
    right = checks.Verdict(True, None, "Yes.")
    assert right._repr_mimebundle_()["text/html"] == "<p role='status'><b>✓ Right.</b> Yes.</p>"


def test_a_case_is_told_in_words_and_numbers():
    verdict = checks.judge("statistics", lambda z: (z.mean(axis=0) + 0.1234567, 0 * z[0]))
    assert verdict.mistake == "other"
    assert verdict.message == "Tried with z = [[1], [2]]."
    assert verdict.rows == [("mean", "[1.5]", "[1.62346]"), ("variance", "[0.25]", "[0]")]
    verdict = checks.judge("statistics", lambda z: (z.mean(), z.var(axis=0)))
    assert verdict.mistake == "wrong shape"
    said = "The mean should have shape (2,), got (). Tried with z = [[1, 20], [2, 26], "
    assert verdict.message == said + "[3, 20], [6, 50], [0, 10]]."


def test_no_more_than_four_rows():
    verdict = checks.judge("many", lambda z, scale: [0 * z] * 6)
    assert [part for part, _, _ in verdict.rows] == [f"result {number}" for number in (1, 2, 3, 4)]
    assert verdict.message == "Tried with z = an array of shape (21,), scale = 2."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(20), "[ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]"),
        (np.array([1.23456789, 1e-5, -1e-16]), "[1.23457, 1e-05, 0]"),
    ],
)
def test_numbers_are_short(value, text):
    assert checks.numbers(value) == text


@pytest.mark.parametrize(
    ("expected", "result", "is_close"),
    [
        ([1e-7, 0], [0, 0], True),  # of the size of rounding
        ([0.0, 0], [0, 2e-6], False),
        ([100.0, 0], [100.9, 0], True),  # 1 % of the largest
        ([0.5, 0], [0.5, 0.009], False),  # the largest, not 1
        ([np.nan, 1], [np.nan, 1], True),
        ([np.inf, 1], [np.inf, 1], True),
        ([np.inf, 1], [1, 1], False),
        ([100.0, 1], [101.0009, 1], False),  # and no more than that
        ([], [], True),
    ],
)
def test_close_is_one_percent_of_the_largest_number(expected, result, is_close):
    found = trials.differences(np.array(expected), np.array(result), 0.01)
    assert (not found) is is_close


def test_the_nearest_of_the_right_answers_is_shown():
    verdict = checks.judge("statistics", lambda z: (z.mean(axis=0) + 1, (z * z).mean(axis=0)))
    assert [part for part, *_ in verdict.rows] == ["mean"]
