"""The judge: is this answer to an exercise right, and if not, which mistake is it?

    checks.batch_mean(my_function)         in a notebook: shows the verdict
    checks.judge("batch_mean", answer)     the same without a screen

Exercises are data, in `exercises`; how an answer is tried, in `trials`.
"""

import html
import re
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from inspect import isclass, signature
from pathlib import Path
from sysconfig import get_path

import numpy as np

from bnviz.practice import exercises
from bnviz.practice.trials import (
    Odd,
    alike,
    count_differences,
    differences,
    kernel_left_alone,
    plain,
    try_all,
)

# no code of the reader's: the package's, Python's
NOT_THEIRS = str(Path(__file__).parents[1]), get_path("stdlib"), "<frozen"
GAP = "not filled in"
INVITATION = "Replace the `...` by your own code and run the cell again."
INTERRUPTED = "You interrupted it before it came to an end. Is there a loop for ever?"
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Verdict:
    """What the judge says; `mistake` is its short name, None where the answer passed."""

    passed: bool
    mistake: str | None
    message: str
    rows: list | tuple = ()  # (part, expected, received), as text
    exercise: str = ""

    @property
    def sign(self):
        """What stands before the message."""
        if self.passed:
            return "✓ Right."
        return "○ Your turn." if self.mistake == GAP else "✗ Not yet."

    def __str__(self):
        rows = [f"{part}\n  expected  {e}\n  received  {r}" for part, e, r in self.rows]
        return "\n".join([f"{self.sign} {self.message.replace('`', '')}", *rows])

    def _repr_mimebundle_(self, include=None, exclude=None):
        said = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        lines = [("", "expected", "received"), *self.rows] if self.rows else []
        cells = ["".join(f"<td><pre>{html.escape(text)}</pre></td>" for text in r) for r in lines]
        table = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>" if cells else ""
        verdict = {"exercise": self.exercise, "passed": self.passed, "mistake": self.mistake}
        return {
            "text/plain": str(self),
            "text/html": f"<p role='status'><b>{self.sign}</b> {said}</p>" + table,
            "application/vnd.bnviz.verdict+json": verdict,
        }


def __getattr__(name):
    return partial(judge, exercises.find(name).name)


def __dir__():
    return [*globals(), *exercises.every()]


def judge(name, answer):
    """Try an answer to the exercise of that name and return the `Verdict`.

    Raises AttributeError where no exercise has the name.
    """
    exercise = exercises.find(name)
    judged = judge_value if exercise.question else judge_code
    with kernel_left_alone():
        try:
            said = (False, GAP, INVITATION) if has_gap(answer) else judged(exercise, answer)
        except KeyboardInterrupt:
            said = False, "interrupted", INTERRUPTED
        except Exception as error:  # an answer of a kind that nobody has thought of
            said = False, "raises", in_short(error)
    return Verdict(*said, exercise=name)


def judge_code(exercise, answer):
    """Whether a function or class passes, which mistake it is, a sentence, perhaps rows."""
    kind, is_kind = ("class", isclass) if isclass(exercise.reference) else ("function", callable)
    if not is_kind(answer):
        came = type(answer).__name__
        return False, "wrong type", f"Hand over the {kind} itself, not called; got {came}."
    trials = try_all(exercise, answer)
    if has_gap(trials):
        return False, GAP, INVITATION

    def is_like(way):
        return alike(known_trials(exercise.name, way), trials, exercise.tolerance)

    for right, sentence in exercise.rights:
        if is_like(right):
            return True, None, sentence
    for mistake, (wrong, sentence) in exercise.mistakes.items():
        if any(map(is_like, exercises.examples(wrong, sentence))):
            return False, mistake, sentence

    def apart(good):
        pairs = zip(good, trials, strict=True)
        return sum(count_differences(a.result, b.result, exercise.tolerance) for a, b in pairs)

    nearest = min((known_trials(exercise.name, right) for right, _ in exercise.rights), key=apart)
    cases = zip(exercise.cases, nearest, trials, strict=True)
    return False, *next(filter(None, (trouble(exercise, *three) for three in cases)))


@cache
def known_trials(name, way):
    """What comes of one of the exercise's own answers: the same each time."""
    return try_all(exercises.find(name), way)


def trouble(exercise, case, good, trial):
    """Return what went wrong in a case: its short name, a sentence, rows; None if nothing did."""
    if trial.error and not isinstance(trial.error, Odd):
        return "raises", in_short(trial.error)
    if trial.changed:
        return "changes its input", (
            "Your code changes the array that it is given: `z -= 1` writes into the old array, "
            "`z = z - 1` makes a new one."
        )
    if trial.result is None and not trial.error:
        if trial.printed:
            return "prints", "You print the result. Hand it back instead, with `return`."
        return "returns None", "The result is None. Does every branch end in a `return`?"
    tried = in_words(exercise, case)
    try:
        if trial.error:
            raise trial.error
        rows = differences(good.result, trial.result, exercise.tolerance, exercise.parts)
    except Odd as odd:
        mistake, sentence = odd.args
        return mistake, f"{sentence} {tried}"
    return rows and ("other", tried, [(part, numbers(e), numbers(r)) for part, e, r in rows[:4]])


def judge_value(exercise, answer):
    """The same for the answer to a question. The right one is never said."""
    keys = exercise.reference if isinstance(exercise.reference, dict) else ()
    answer = understood(answer, [*keys, *exercise.choices])

    def is_like(what):
        if not callable(what):
            return not count_differences(plain(what), plain(answer), exercise.tolerance)
        with suppress(Exception):  # a condition on a number met a word, say
            return bool(what(answer))

    for right, sentence in exercise.rights:
        if is_like(right):
            return True, None, sentence
    given = [each for each in exercises.leaves(answer) if each is not None]
    if exercise.choices and not {*map(str, given)} <= {*exercise.choices}:
        return False, "no such choice", "Choose among: " + ", ".join(exercise.choices) + "."
    for mistake, (wrong, sentence, *_) in exercise.mistakes.items():
        if is_like(wrong):
            return False, mistake, sentence
    try:
        differences(plain(exercise.reference), plain(answer), exercise.tolerance, (), "answer")
    except Odd as odd:
        return False, *odd.args
    return False, "other", "That is not it. Read the task once more, or unfold a hint."


def understood(value, known):
    """A value as it is meant: known words in other letters, numbers and truths that are text."""
    if isinstance(value, Mapping):
        return {understood(key, known): understood(part, known) for key, part in value.items()}
    if not isinstance(value, str):
        return value
    over, _, under = value.partition("/")
    with suppress(ValueError, ZeroDivisionError):  # it is no number
        return float(over) / float(under or 1)
    meant = TRUTHS | {loosely(word): word for word in known}
    return meant.get(loosely(value), value)


def loosely(text):
    """The letters and digits of a text, all small."""
    return "".join(filter(str.isalnum, text.casefold()))


def has_gap(value):
    """Whether an Ellipsis is left somewhere in a value, or an error speaks of one."""
    return any(map(is_gap, exercises.leaves(value)))


def is_gap(leaf):
    """Whether this is an Ellipsis, an array with one, or an error of computing with one."""
    if isinstance(leaf, TypeError | AttributeError):
        return bool(re.search("'ellipsis' object|(:|and|not|of|type) '?ellipsis", str(leaf)))
    if isinstance(leaf, np.ndarray) and leaf.dtype == object:
        return any(each is ... for each in leaf.flat)
    return leaf is ...


def in_short(error):
    """An error in one sentence, with the reader's own line where it is known."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if not (frame.filename.startswith(NOT_THEIRS) or "-packages" in frame.filename)
    ]
    own = [frame.line for frame in own if frame.filename == own[0].filename and frame.line]
    return f"{type(error).__name__}: {error}" + (f", in your line `{own[-1]}`." if own else ".")


def in_words(exercise, case):
    """The arguments of a case, large arrays by their shape."""
    taker = exercise.reference if exercise.use is exercises.call else partial(exercise.use, None)
    named = zip(signature(taker).parameters, case, strict=False)
    return "Tried with " + ", ".join(f"{name} = {numbers(value)}" for name, value in named) + "."


def numbers(value):
    """An array as text, the words "shape (8, 3)" if it is large."""
    value = np.asarray(value)
    if value.size > 20:
        return f"an array of shape {value.shape}"
    if value.dtype.kind == "f":
        noise = 1e-12 * np.abs(value).max(initial=0)
        value = np.where(np.abs(value) <= noise, 0.0, value)
    text = np.array2string(value, separator=", ", formatter={"float": "{:.6g}".format})
    return " ".join(text.split())
