"""Exercises as data: what is right, what readers often write instead, and the cases that tell.

One file per notebook, one list `EXERCISES` in each; `bnviz.checks` judges. A new exercise:

    Z = np.array([[1.0, 20], [2, 20], [3, 50], [6, 30]])


    def batch_mean(z):
        return z.mean(axis=0)


    EXERCISES = [
        Exercise(
            "batch_mean",
            reference=batch_mean,
            cases=[(Z[:2],), (Z,)],
            right="The mean of each unit is taken over the examples, the rows.",
            mistakes={
                "over the units": (
                    lambda z: z.mean(axis=1),
                    "You average over the units: axis 0 holds the examples, axis 1 the units.",
                ),
                "the sum": (lambda z: z.sum(axis=0), "That is the sum: divide it by m."),
            },
        ),
        Exercise(
            "which_m",  # a question whose answer is a number, a choice, or a dict of such
            reference=1,
            right="One example is its own mean, so nothing but zeros is left.",
            mistakes={
                "two": (2, "Of two examples z_hat is 1 and -1, which is not zero."),
                # a condition on the answer, and an answer that meets it, for the tests
                "negative": (lambda m: m < 0, "A batch cannot have fewer than no examples.", -3),
            },
        ),
    ]

In the notebook the last line of the cell is `checks.batch_mean(batch_mean)` or
`checks.which_m(m)`. Sentences speak to the reader: "You divide by …", then what is so. Numbers in
cases are best of order 1. `tests/test_exercises.py` finds new files and tries every exercise: the
reference passes, every mistake earns its own sentence, no broken reference passes.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any


def call(answer, *case):
    """Use an answer that is a plain function."""
    return answer(*case)


@dataclass(frozen=True)
class Exercise:
    """One exercise. Every way to be wrong, or right otherwise, is `name: (what, sentence)`.

    name       what stands behind `checks.`, a Python name
    reference  the right answer: a named function or class, or for a question the value itself
    mistakes   a wrong function, or a list of several ways to make the same mistake; for a
               question a wrong value, or a condition: a function of the
               answer that is true where the mistake was made, followed, after the sentence, by
               an answer that meets it. The first mistake that fits is the one that is said
    right      one sentence that a right answer earns: why it is so
    cases      the arguments to try it on, one tuple for each call, the smallest first: the first
               that fails is the one shown. Empty for a question
    also       other right answers in the form of mistakes, for instance the second legal convention
    use        how an answer is used, `use(answer, *case) -> result`, where it is more than a call:
               a class is made, trained and asked. A result is an array, or a tuple or dict of them;
               the keys of a dict are the words that the reader is shown
    parts      words for the parts of a tuple, ("mean", "variance")
    tolerance  the largest error, as a share of the largest number in the part of the result
    """

    name: str
    reference: Any
    mistakes: Mapping[str, tuple[Any, str]]
    right: str
    cases: Sequence[tuple] = ()
    also: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    use: Callable = call
    parts: Sequence[str] = ()
    tolerance: float = 1e-4

    @property
    def question(self):
        """Whether the answer is a value and not a function."""
        return not self.cases


@lru_cache
def every():
    """All exercises by name, in the order of the notebooks."""
    files = [import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__)]
    return {exercise.name: exercise for file in files for exercise in file.EXERCISES}


def find(name):
    """The exercise of that name."""
    if name not in every():
        raise AttributeError(f"there is no exercise {name!r}; there are {', '.join(every())}")
    return every()[name]
