"""Exercises as data: what is right, what readers often write instead, and the cases that tell.

One file per notebook, one list `EXERCISES` in each; `bnviz.practice.checks` judges:

    Exercise(  # checks.batch_mean(batch_mean)
        "batch_mean",
        reference=batch_mean,
        cases=[(Z[:2],), (Z,)],
        right="The mean of each unit is taken over the examples, the rows.",
        mistakes={"the sum": (lambda z: z.sum(axis=0), "That is the sum: divide it by m.")},
    )
    Exercise(  # a question, checks.which_m(m), whose answer is a number, a choice, a dict of such
        "which_m",
        reference=1,
        right="One example is its own mean, so nothing but zeros is left.",
        # a condition on the answer, its sentence, and an answer that meets it, for the tests
        mistakes={"below 0": (lambda m: m < 0, "A batch has no fewer than no examples.", -3)},
    )

Sentences speak to the reader: "You divide by …", then what is so. Numbers in cases are best of
order 1. `tests/test_exercises.py` finds new files and tries every exercise.
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
    mistakes   a wrong answer, or a list of several ways to make the same mistake; for a question
               also a condition, a function that is true of an answer with the mistake. The first
               that fits is said
    all_that_fit  for a question with several parts, whose mistakes speak of one part each: say
               every mistake that fits, not only the first
    right      why a right answer is right: the sentence that it earns
    cases      the arguments to try it on, one tuple for each call, the smallest first: the first
               that fails is shown. Empty for a question
    also       other right answers, in the form of mistakes: the second legal convention
    use        `use(answer, *case) -> result` where it is more than a call: a class is made, trained
               and asked. A result is an array, or a tuple or dict of them by the reader's words
    parts      words for the parts of a tuple, ("mean", "variance")
    tolerance  the largest error, as a share of the largest number in the part of the result
    """

    name: str
    reference: Any
    mistakes: Mapping[str, tuple[Any, str]]
    right: str
    cases: Sequence[tuple] = ()
    also: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    all_that_fit: bool = False
    use: Callable = call
    parts: Sequence[str] = ()
    tolerance: float = 1e-4

    @property
    def question(self):
        """Whether the answer is a value and not a function."""
        return not self.cases

    @property
    def rights(self):
        """(right answer, its sentence) for each of them."""
        also = [(right, sentence) for right, sentence, *_ in self.also.values()]
        return [(self.reference, self.right), *also]

    @property
    def choices(self):
        """The words that a question offers, as its right and its wrong answers have them."""
        described = [*self.rights, *self.mistakes.values()]
        answers = [answer for each in described for answer in examples(*each)]
        return sorted({word for word in leaves(answers) if isinstance(word, str)})


def examples(what, sentence, *example):
    """The answers that `(what, sentence)` or `(condition, sentence, example)` describe."""
    return list(example) or (what if isinstance(what, list) else [what])


def leaves(value):
    """All that is in a value and is itself no dict and no list."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        return [value]
    return [leaf for part in value for leaf in leaves(part)]


@lru_cache
def by_notebook():
    """The lists of exercises by notebook, "02_batch_statistics", in their order."""
    files = [file.name for file in pkgutil.iter_modules(__path__)]
    return {
        name.removeprefix("nb"): import_module(f"{__name__}.{name}").EXERCISES for name in files
    }


@lru_cache
def every():
    """All exercises by name, in the order of the notebooks."""
    return {exercise.name: exercise for found in by_notebook().values() for exercise in found}


def find(name):
    """The exercise of that name."""
    if name not in every():
        raise AttributeError(f"there is no exercise {name!r}; there are {', '.join(every())}")
    return every()[name]
