"""Try an answer to an exercise, and compare what comes of it with what should.

An answer is the reader's own code in the reader's own kernel. It is run on copies and quietly, and
what it may have changed in the kernel is put back. That is no sandbox, and it has no clock: a loop
for ever is ended by the reader, who interrupts the kernel.
"""

import io
import random
import sys
import warnings
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any, NamedTuple

import numpy as np


class Trial(NamedTuple):
    """What came of an answer in one case."""

    result: Any = None  # as `plain` has it
    error: BaseException | None = None
    changed: bool = False  # its input, in place
    printed: bool = False  # anything


class Difference(NamedTuple):
    """What sets a result apart from what it should be."""

    mistake: str
    sentence: str = ""
    row: tuple = ()  # (part, expected, received), where two arrays differ


@contextmanager
def kernel_left_alone():
    """Put back what an answer may change in the kernel."""
    drawn, numpy_drawn = random.getstate(), np.random.get_state()  # noqa: NPY002
    with np.errstate(all="ignore"), np.printoptions(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(drawn)
            np.random.set_state(numpy_drawn)  # noqa: NPY002


def try_all(exercise, answer):
    """Return a `Trial` for each case of an exercise."""
    return [try_once(exercise.use, answer, case) for case in exercise.cases]


def try_once(use, answer, case):
    """Use an answer on arrays, or where it does not take them, on PyTorch's tensors."""
    kinds = [np.array]
    if torch := sys.modules.get("torch"):
        kinds += [torch.tensor, lambda array: torch.tensor(array, dtype=torch.float32)]
    trials = (attempt(use, answer, case, kind) for kind in kinds)
    first = next(trials)
    return next((trial for trial in trials if first.error and not trial.error), first)


def attempt(use, answer, case, kind):
    """Use an answer on a copy of a case. Only an interrupt by the reader gets out."""
    given = [kind(part) if isinstance(part, np.ndarray) else part for part in case]
    with redirect_stdout(io.StringIO()) as said:
        try:
            result = plain(use(answer, *given))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # `exit()` is none of Exception's
            return Trial(error=error)
    changed = bool(differences(plain(case), plain(given), 0))
    return Trial(result, None, changed, bool(said.getvalue()))


def plain(value):
    """A result as dicts and lists of arrays; tensors become arrays."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return value if value is None else np.array(value)


def alike(expected, trials, tolerance):
    """Whether the trials came out as expected, with the same errors if there are any."""
    return all(
        (type(a.error), str(a.error), a.changed) == (type(b.error), str(b.error), b.changed)
        and not differences(a.result, b.result, tolerance)
        for a, b in zip(expected, trials, strict=True)
    )


def differences(expected, result, tolerance, parts=(), name="result"):
    """Return each `Difference` of a plain result from the expected one, in its parts by name."""
    if expected is None or result is None:
        return [] if expected is result else [Difference("returns None", f"The {name} is None.")]
    if isinstance(expected, list):
        names = parts or [f"{name} {number + 1}" for number in range(len(expected))]
        expected = dict(zip(names, expected, strict=True))
        if isinstance(result, list) or np.ndim(result):
            result = dict(zip(names, result, strict=False)) if len(result) == len(names) else ()
    if not isinstance(expected, dict):
        return array_differences(expected, result, tolerance, name)
    if not isinstance(result, dict) or result.keys() != expected.keys():
        rule = f"The {name} should have {len(expected)} parts: {', '.join(expected)}."
        return [Difference("wrong type", rule)]
    pairs = [(key, expected[key], result[key]) for key in expected]
    return [one for key, a, b in pairs for one in differences(a, b, tolerance, (), key)]


def array_differences(expected, result, tolerance, name):
    """The same for two arrays; axes of length 1 (`keepdims`) do not matter."""
    apart = [Difference("other", row=(name, expected, result))]
    if expected.dtype.kind not in "biuf":  # a word
        return [] if np.array_equal(expected, result) else apart
    is_truth = expected.dtype.kind == "b"  # only there, True is the number 1
    found = as_numbers(result, "biufO" if is_truth else "iufO")
    if found is None:
        kind = "True or False" if is_truth else "made of numbers"
        return [Difference("wrong type", f"The {name} should be {kind}.")]
    if found.squeeze().shape != expected.squeeze().shape:
        rule = f"The {name} should have shape {expected.shape}, got {found.shape}."
        return [Difference("wrong shape", rule)]
    found, expected = found.squeeze(), expected.astype(float).squeeze()
    if (np.isnan(found) & ~np.isnan(expected)).any():
        why = f"There is a nan in the {name}: was 0 divided by 0, or a root below 0?"
        return [Difference("nan", why)]
    error = tolerance * np.abs(expected[np.isfinite(expected)]).max(initial=0) + 1e-6
    return [] if np.allclose(found, expected, rtol=0, atol=error, equal_nan=True) else apart


def as_numbers(result, kinds):
    """A result as an array of floats; None if it has none of these kinds of numbers."""
    try:
        array = np.asarray(result)
        return array.astype(float) if array.dtype.kind in kinds else None
    except (TypeError, ValueError, OverflowError):  # no numbers, or of several lengths
        return None
