"""The judge, on exercises made for it."""

import io
import json
import random
import sys
import threading
import warnings
from contextlib import redirect_stdout, suppress

import numpy as np
import pytest

from bnviz import batchnorm, checks, exercises, trials
from bnviz.exercises import Exercise

Z = np.array([[1.0, 20], [2, 26], [3, 20], [6, 50], [0, 10]])


def statistics(z):
    return z.mean(axis=0), z.var(axis=0)


def training(net, z):
    return {"mean of the batch": net(z)[0], "variance of the batch": net(z)[1]}


EXERCISES = [
    Exercise(
        "statistics",
        reference=statistics,
        cases=[(Z[:2, :1],), (Z,)],
        parts=("mean", "variance"),
        right="Over the examples.",
        mistakes={
            "ddof": (lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1)), "You divide by m − 1."),
            "axis": (lambda z: (z.mean(axis=1), z.var(axis=1)), "You average over the units."),
            "no axis given": (lambda z: (np.hstack(z, z), 0), "You stack what cannot be stacked."),
        },
        also={"squares": (lambda z: (z.mean(axis=0), (z**2).mean(axis=0)), "Also legal.")},
    ),
    Exercise("used", reference=statistics, use=training, cases=[(Z,)], right="Yes.", mistakes={}),
    Exercise(
        "number",
        reference=0.75,
        right="That is (m − 1)/m.",
        mistakes={
            "1": (1, "The batch knows less than that."),
            "negative": (lambda answer: answer < 0, "A variance is never negative.", -1),
        },
        also={"as a fraction": ("3/4", "That is three quarters.")},
        tolerance=0.02,
    ),
    Exercise(
        "figure",
        reference={"left": "dead units", "right": "too wide"},
        right="You see it.",
        mistakes={
            "swapped": ({"left": "too wide", "right": "dead units"}, "Left and right are swapped.")
        },
    ),
]


@pytest.fixture(autouse=True)
def made_for_this(monkeypatch):
    monkeypatch.setattr(exercises, "every", lambda: {e.name: e for e in EXERCISES})


def loops(z):
    m, units = len(z), len(z[0])
    mean = [sum(z[i][j] for i in range(m)) / m for j in range(units)]
    return mean, [sum((z[i][j] - mean[j]) ** 2 for i in range(m)) / m for j in range(units)]


def einsum(z):
    mean = np.einsum("mu->u", z) / len(z)
    return mean, np.einsum("mu,mu->u", z - mean, z - mean) / len(z)


class Tensor:
    """Has what a tensor of PyTorch's has."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self.array


@pytest.mark.parametrize(
    "answer",
    [
        loops,
        einsum,
        batchnorm.batch_statistics,
        lambda z: (z.mean(axis=0, keepdims=True), z.var(axis=0, keepdims=True)),
        lambda z: np.stack([z.mean(axis=0), z.var(axis=0)]),
        lambda z: [z.mean(0).astype(np.float32), z.astype(np.float32).var(0)],
        lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1) * (len(z) - 1) / len(z)),
        lambda z: (Tensor(z.mean(axis=0)), Tensor(z.var(axis=0))),
    ],
)
def test_a_right_answer_passes_in_any_style(answer):
    verdict = checks.judge("statistics", answer)
    assert (verdict.passed, verdict.mistake, verdict.message) == (True, None, "Over the examples.")


def test_another_legal_answer_is_told_by_its_own_sentence():
    verdict = checks.statistics(lambda z: (z.mean(axis=0), (z * z).mean(axis=0)))
    assert verdict.passed
    assert verdict.message == "Also legal."


def blank(z):
    """A docstring is no answer."""
    ...


def half_filled(z):
    mean = z.mean(axis=0)
    var = (z - mean) ** ...
    return mean, var


class Blank:
    def __call__(self, z): ...


@pytest.mark.parametrize(
    "answer",
    [..., blank, half_filled, lambda z: (z.mean(axis=0), ...), lambda z: [1, [2, ...]], Blank],
)
def test_a_gap_is_an_invitation_and_no_mistake(answer):
    verdict = checks.statistics(answer)
    assert verdict.mistake == "not filled in"
    assert str(verdict).startswith("○ Your turn. Replace the ...")


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


def forever(z):
    while True: pass  # fmt: skip # noqa: E701 - one line, which Python 3.11 tells no tracer about


def forever_and_deaf(z):
    while True:
        with suppress(Exception):
            z = z + 1


TROUBLES = {
    "returns None": (forgets_return, "The result is None."),
    "changes its input": (in_place, "Your code changes the array that it is given"),
    "raises": (raises, "AttributeError: 'numpy.ndarray' object has no attribute 'variance'"),
    "wrong type": (lambda z: z.mean(axis=0), "The result should have 2 parts: mean, variance."),
    "wrong shape": (lambda z: (z, z), "The mean should have shape (1,), got (2, 1)."),
    "nan": (lambda z: (z.mean(axis=0), z.var(axis=0) * np.nan), "There is a nan in the variance"),
    "other": (lambda z: (z.mean(axis=0), z.var(axis=0) + 1), "Tried with z = [[1.], [2.]]."),
    "ddof": (lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1)), "You divide by m − 1."),
    "axis": (lambda z: (z.mean(axis=1), z.var(axis=1)), "You average over the units."),
}


@pytest.mark.parametrize("mistake", TROUBLES)
def test_each_trouble_has_its_own_sentence(mistake):
    answer, sentence = TROUBLES[mistake]
    verdict = checks.statistics(answer)
    assert (verdict.passed, verdict.mistake) == (False, mistake)
    assert verdict.message.startswith(sentence)


def test_other_types_are_named():
    assert checks.statistics(3).mistake == "wrong type"
    assert "got int" in checks.statistics(3).message
    words = checks.statistics(lambda z: ("one", "two"))
    assert words.message.startswith("The mean should be made of numbers.")
    assert checks.statistics(lambda z: {"mean": 1}).mistake == "wrong type"
    assert checks.statistics(lambda: 3).mistake == "raises"


def test_an_error_is_told_with_the_readers_own_line():
    assert checks.statistics(raises).message.endswith("in your line `return mean, mean.variance`.")
    assert "hstack" not in checks.statistics(raises).message


def test_all_in_an_error_is_no_mistake_by_name():
    assert checks.statistics(lambda z: z.mean()("called")).mistake == "raises"


def test_the_first_case_that_fails_is_shown_side_by_side():
    verdict = checks.statistics(lambda z: (z.mean(axis=0), z.var(axis=0) + (len(z) > 2)))
    assert verdict.message.startswith("Tried with z = [[ 1., 20.], [ 2., 26.], [ 3., 20.],")
    assert verdict.rows == [("variance", "[ 4.24, 180.16]", "[ 5.24, 181.16]")]
    shown = verdict._repr_mimebundle_()
    assert "<pre>[ 5.24, 181.16]</pre>" in shown["text/html"]
    assert "received  [ 5.24, 181.16]" in shown["text/plain"]


def test_what_a_use_names_is_what_the_reader_is_shown():
    verdict = checks.used(lambda z: (z.mean(axis=0), z.std(axis=0)))
    assert [row[0] for row in verdict.rows] == ["variance of the batch"]
    assert checks.used(statistics).passed


def test_a_value_that_is_wrong_is_not_told_the_right_one():
    for answer in (1, -2.0, 0.9, "many", [1, 2], None):
        verdict = checks.number(answer)
        assert not verdict.passed
        assert "0.75" not in str(verdict)
    assert checks.number(1).mistake == "1"
    assert checks.number(-2).mistake == "negative"
    assert checks.number(0.9).mistake == "other"
    assert checks.number("many").mistake == "wrong type"
    assert checks.number(None).mistake == "returns None"
    assert checks.number(...).mistake == "not filled in"
    assert checks.number(np.float32(0.752)).passed
    assert checks.number("3/4").message == "That is three quarters."


def test_a_question_with_several_parts():
    assert checks.figure({"left": "dead units", "right": "too wide"}).passed
    assert checks.figure({"left": "too wide", "right": "dead units"}).mistake == "swapped"
    assert checks.figure({"left": "dead units", "right": "fine"}).mistake == "other"
    assert checks.figure({"left": "dead units", "right": ...}).mistake == "not filled in"
    missing = checks.figure({"left": "dead units"})
    assert missing.message == "The answer should have 2 parts: left, right."


@pytest.mark.parametrize("answer", [forever, forever_and_deaf])
@pytest.mark.parametrize("in_a_thread", [False, True])
def test_an_endless_loop_ends(answer, in_a_thread, monkeypatch):
    monkeypatch.setattr(checks, "LIMIT", 0.2)
    verdicts = []
    work = threading.Thread(target=lambda: verdicts.append(checks.statistics(answer)))
    (work.start if in_a_thread else work.run)()
    if in_a_thread:
        work.join(10)
    assert verdicts[0].mistake == "too slow"
    assert "0.2 seconds" in verdicts[0].message


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
        settings = np.geterr(), np.get_printoptions(), warnings.filters[:], sys.gettrace()
        return random.getstate(), drawn, *settings

    before, batch, shown = state(), Z.copy(), io.StringIO()
    with redirect_stdout(shown):
        assert checks.statistics(rude).mistake == "raises"
    assert state() == before
    assert shown.getvalue() == ""
    np.testing.assert_array_equal(Z, batch)


def test_a_verdict_is_said_in_words_and_a_sign():
    right, wrong = checks.statistics(statistics), checks.statistics(in_place)
    assert str(right) == "✓ Right. Over the examples."
    assert str(wrong).startswith("✗ Not yet. Your code changes")
    data = wrong._repr_mimebundle_()
    assert "<code>z -= 1</code>" in data["text/html"]
    assert "<table>" not in data["text/html"]
    assert json.loads(json.dumps(data["application/vnd.bnviz.verdict+json"])) == {
        "exercise": "statistics",
        "passed": False,
        "mistake": "changes its input",
    }


def test_an_unknown_exercise_is_answered_with_those_there_are():
    with pytest.raises(AttributeError, match="no exercise 'nothing'; there are statistics, used"):
        checks.nothing  # noqa: B018
    assert "statistics" in dir(checks)


def test_tensors_are_tried_where_arrays_do_not_do(monkeypatch):
    class Torch:
        tensor = staticmethod(lambda array: Tensor(array.copy()))

    monkeypatch.setitem(sys.modules, "torch", Torch)
    answer = lambda z: statistics(z.detach().numpy())  # noqa: E731
    assert checks.statistics(answer).passed
    assert trials.try_one(exercises.call, lambda z: z.nothing, (Z,), np.inf).error
