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


class Odd(Exception):
    """A result that cannot be compared: a short name of the reason, then a sentence."""


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
    trials = [attempt(use, answer, case, kinds[0])]
    for kind in kinds[1:]:
        if trials[-1].error:
            trials.append(attempt(use, answer, case, kind))
    return trials[0] if trials[-1].error else trials[-1]


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
    changed = count_differences(plain(case), plain(given), 0) > 0
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
        and count_differences(a.result, b.result, tolerance) == 0
        for a, b in zip(expected, trials, strict=True)
    )


def count_differences(expected, result, tolerance):
    """In how many arrays two plain results differ; infinity where they cannot be compared."""
    try:
        return len(differences(expected, result, tolerance))
    except Odd:
        return np.inf


def differences(expected, result, tolerance, parts=(), name="result"):
    """(part, expected, received) for every array that differs.

    Raises Odd if the result is None, of another build or shape, or has a nan too many.
    """
    if result is None and expected is not None:
        raise Odd("returns None", f"The {name} is None.")
    if isinstance(expected, list):
        names = parts or [f"{name} {number + 1}" for number in range(len(expected))]
        expected = dict(zip(names, expected, strict=True))
        if isinstance(result, np.ndarray) and result.ndim:
            result = list(result)
        if isinstance(result, list) and len(result) == len(names):
            result = dict(zip(names, result, strict=True))
    if not isinstance(expected, dict):
        return [] if close(expected, result, tolerance, name) else [(name, expected, result)]
    if not isinstance(result, dict) or result.keys() != expected.keys():
        rule = f"The {name} should have {len(expected)} parts: {', '.join(expected)}."
        raise Odd("wrong type", rule)
    pairs = [(key, expected[key], result[key]) for key in expected]
    return [one for key, a, b in pairs for one in differences(a, b, tolerance, (), key)]


def close(expected, result, tolerance, name):
    """Whether two arrays hold the same; axes of length 1 (`keepdims`) do not matter."""
    if expected is None or expected.dtype.kind not in "biuf":  # a word
        return expected is result or np.array_equal(expected, result)
    result = as_numbers(result, expected.dtype.kind == "b", name)
    if result.squeeze().shape != expected.squeeze().shape:
        rule = f"The {name} should have shape {expected.shape}, got {result.shape}."
        raise Odd("wrong shape", rule)
    result, expected = result.squeeze(), expected.astype(float).squeeze()
    if (np.isnan(result) & ~np.isnan(expected)).any():
        raise Odd("nan", f"There is a nan in the {name}: was 0 divided by 0, or a root below 0?")
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=0)
    return np.allclose(result, expected, rtol=0, atol=tolerance * scale + 1e-6, equal_nan=True)


def as_numbers(result, truth, name):
    """A result as an array of floats; True is the number 1 only where `truth` is asked for."""
    kinds = "biufO" if truth else "iufO"  # objects may be fractions
    try:
        numbers = np.asarray(result)
        if numbers.dtype.kind not in kinds:
            raise TypeError(f"{numbers.dtype} are no numbers")
        return numbers.astype(float)
    except (TypeError, ValueError, OverflowError):
        kind = "True or False" if truth else "made of numbers"
        raise Odd("wrong type", f"The {name} should be {kind}.") from None
