"""The judge: is this answer to an exercise right, and if not, which mistake is it?

    checks.batch_mean(my_function)         in a notebook: shows the verdict
    checks.judge("batch_mean", answer)     the same without a screen

Exercises are data, in `exercises`; how an answer is tried, in `trials`.
"""

import dis
import html
import re
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from inspect import isclass, isfunction, signature
from pathlib import Path

import numpy as np

from bnviz.practice import exercises
from bnviz.practice.trials import Odd, TooSlow, alike, differences, kernel_left_alone, try_all

LIMIT = 10.0  # seconds for one answer, all cases together
FOLDER = str(Path(__file__).parents[1])  # of the package
GAP = "not filled in"
INVITATION = "Replace the `...` by your own code and run the cell again."


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
    with kernel_left_alone():
        return Verdict(*judged(exercise, answer), exercise=name)


def judged(exercise, answer):
    """Whether an answer passes, which mistake it is, a sentence, and rows if there are any."""
    if has_gap(answer):
        return False, GAP, INVITATION
    kind, is_kind = ("class", isclass) if isclass(exercise.reference) else ("function", callable)
    if not (exercise.question or is_kind(answer)):
        came = type(answer).__name__
        return False, "wrong type", f"Hand over the {kind} itself, not called; got {came}."
    trials = list(try_all(exercise, answer, LIMIT))

    def is_meant(what):
        if not (exercise.question and callable(what)):
            return alike(try_all(exercise, what), trials, exercise.tolerance)
        with suppress(Exception):  # a condition on a number met a word, say
            return bool(what(answer))

    for right, sentence, *_ in [(exercise.reference, exercise.right), *exercise.also.values()]:
        if is_meant(right):
            return True, None, sentence
    if has_gap(trials) or (is_blank(answer) and not exercise.question):
        return False, GAP, INVITATION
    for mistake, (wrong, sentence, *_) in exercise.mistakes.items():
        if any(map(is_meant, wrong if isinstance(wrong, list) else [wrong])):
            return False, mistake, sentence
    cases = zip(exercise.cases or [()], try_all(exercise, exercise.reference), trials, strict=True)
    return False, *next(filter(None, (trouble(exercise, *three) for three in cases)))


def has_gap(value):
    """Whether an Ellipsis is left somewhere in a value, or an error speaks of one."""
    return "ellipsis" in repr(value).lower()


def is_blank(answer):
    """Whether a function, or a method of a class, has nothing in it but `...`."""
    functions = vars(answer).values() if isclass(answer) else [answer]
    return any(steps(f) == steps(lambda: None) for f in functions if isfunction(f))


def steps(function):
    """What a function does, without its docstring."""
    return [(step.opname, step.argval) for step in dis.get_instructions(function)]


def trouble(exercise, case, good, trial):
    """Return what went wrong in a case: its short name, a sentence, rows; None if nothing did."""
    if isinstance(trial.error, TooSlow):
        return "too slow", f"It ran for {LIMIT:g} seconds without an end. Is there a loop for ever?"
    if trial.error:
        return "raises", in_short(trial.error)
    if trial.changed:
        return "changes its input", (
            "Your code changes the array that it is given: `z -= 1` writes into the old array, "
            "`z = z - 1` makes a new one."
        )
    name, tried = ("answer", "") if exercise.question else ("result", in_words(exercise, case))
    try:
        rows = differences(good.result, trial.result, exercise.tolerance, exercise.parts, name)
    except Odd as odd:
        mistake, sentence = odd.args
        return mistake, f"{sentence} {tried}".strip()
    if exercise.question:  # the right answer is never said
        return "other", "That is not it. Read the task once more, or unfold a hint."
    return rows and ("other", tried, [(part, numbers(e), numbers(r)) for part, e, r in rows[:4]])


def in_short(error):
    """An error in one sentence, with the reader's own line where it is known."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(FOLDER)]
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
    text = np.array2string(value, precision=4, suppress_small=True, separator=", ")
    return " ".join(text.split())
