"""The judge: is this answer to an exercise right, and if not, which mistake is it?

    checks.batch_mean(my_function)         in a notebook: shows the verdict
    checks.judge("batch_mean", answer)     the same without a screen

Exercises are data, in `exercises`; how an answer is tried, in `trials`.
"""

import re
import traceback
from contextlib import suppress
from functools import cache, partial
from inspect import isclass, signature
from pathlib import Path
from sysconfig import get_path

import numpy as np

from bnviz.practice import exercises
from bnviz.practice.trials import alike, differences, kernel_left_alone, plain, try_all
from bnviz.practice.verdict import GAP, Verdict
from bnviz.practice.words import understood

# no code of the reader's: the package's, Python's
NOT_THEIRS = str(Path(__file__).parents[1]), get_path("stdlib"), "<frozen"
INVITATION = False, GAP, "Replace the `...` by your own code and run the cell again."
INTERRUPTED = "You interrupted it before it came to an end. Is there a loop for ever?"
CHANGES = (
    "Your code changes the array that it is given: `z -= 1` writes into the old array, "
    "`z = z - 1` makes a new one."
)
PRINTS = "You print the result. Hand it back instead, with `return`."
NONE = "The result is None. Does every branch end in a `return`?"
OTHER = "That is not it. Read the task once more, or unfold a hint."


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
            said = INVITATION if has_gap(answer) else judged(exercise, answer)
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
        return INVITATION

    def is_like(way):
        return alike(known_trials(exercise.name, way), trials, exercise.tolerance)

    for right, sentence in exercise.rights:
        if is_like(right):
            return True, None, sentence
    for mistake, (wrong, sentence) in exercise.mistakes.items():
        if any(map(is_like, exercises.examples(wrong, sentence))):
            return False, mistake, sentence
    goods = [known_trials(exercise.name, right) for right, _ in exercise.rights]
    troubles = [
        [trouble(exercise, *one) for one in zip(exercise.cases, good, trials, strict=True)]
        for good in goods
    ]
    nearest = min(troubles, key=lambda found: sum(count for count, *_ in found))
    return False, *next(said for count, *said in nearest if count)


@cache
def known_trials(name, way):
    """What comes of one of the exercise's own answers: the same each time."""
    return try_all(exercises.find(name), way)


def trouble(exercise, case, good, trial):
    """Return how much is wrong in a case, the short name of the first of it, a sentence, rows."""
    if trial.error:
        return 1, "raises", in_short(trial.error)
    if trial.changed:
        return 1, "changes its input", CHANGES
    if trial.result is None:
        return (1, "prints", PRINTS) if trial.printed else (1, "returns None", NONE)
    found = differences(good.result, trial.result, exercise.tolerance, exercise.parts)
    if not found:
        return 0, None, ""
    mistake, sentence, _ = found[0]
    rows = [each.row for each in found if each.row and not sentence][:4]
    rows = [(part, numbers(expected), numbers(received)) for part, expected, received in rows]
    return len(found), mistake, f"{sentence} {in_words(exercise, case)}".strip(), rows


def judge_value(exercise, answer):
    """The same for the answer to a question. The right one is never said."""
    keys = exercise.reference if isinstance(exercise.reference, dict) else ()
    answer = understood(answer, [*keys, *exercise.choices])

    def apart(what):
        return differences(plain(what), plain(answer), exercise.tolerance, (), "answer")

    def is_like(what):
        with suppress(Exception):  # a condition on a number met a word, say
            return bool(what(answer)) if callable(what) else not apart(what)

    for right, sentence in exercise.rights:
        if is_like(right):
            return True, None, sentence
    given = [each for each in exercises.leaves(answer) if each is not None]
    if exercise.choices and not {*map(str, given)} <= {*exercise.choices}:
        return False, "no such choice", "Choose among: " + ", ".join(exercise.choices) + "."
    found = [
        (mistake, sentence)
        for mistake, (wrong, sentence, *_) in exercise.mistakes.items()
        if is_like(wrong)
    ]
    if found:
        said = found if exercise.all_that_fit else found[:1]
        mistakes, sentences = zip(*said, strict=True)
        return False, " and ".join(mistakes), " ".join(sentences)
    mistake, sentence, _ = apart(exercise.reference)[0]
    return False, mistake, sentence or OTHER


def has_gap(value):
    """Whether an Ellipsis is left somewhere in a value, or an error speaks of one."""
    return any(map(is_gap, exercises.leaves(value)))


def is_gap(leaf):
    """Whether this is an Ellipsis, an array with one, or an error of computing with one."""
    if isinstance(leaf, TypeError | AttributeError):
        return bool(re.search("'?ellipsis'? object|(:|and|not|of|type) '?ellipsis", str(leaf)))
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
