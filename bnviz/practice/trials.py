"""Try an answer to an exercise, and compare what comes of it with what should.

An answer is the reader's own code in the reader's own kernel. It is run on copies, quietly, and for
a limited time, and what it may have changed in the kernel is put back. That is no sandbox.
"""

import io
import random
import sys
import time
import warnings
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from sysconfig import get_path
from typing import Any, NamedTuple

import numpy as np

LIBRARIES = ("<frozen", *map(get_path, ("stdlib", "purelib", "platlib")))  # they come to an end


class Trial(NamedTuple):
    """What came of an answer in one case."""

    result: Any = None  # as `plain` has it
    error: BaseException | None = None
    changed: bool = False  # its input, in place


class Odd(Exception):
    """A result that cannot be compared: a short name of the reason, then a sentence."""


class TooSlow(BaseException):
    """Time is up. No `except Exception` of the reader's stops it."""


@contextmanager
def kernel_left_alone():
    """Put back what an answer may change in the kernel, and keep what it prints to itself."""
    drawn, numpy_drawn = random.getstate(), np.random.get_state()  # noqa: NPY002
    quiet = redirect_stdout(io.StringIO())
    with np.errstate(all="ignore"), np.printoptions(), warnings.catch_warnings(), quiet:
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(drawn)
            np.random.set_state(numpy_drawn)  # noqa: NPY002


def try_all(exercise, answer, seconds=np.inf):
    """Yield a `Trial` for each case of an exercise, all of them within some seconds.

    Where an answer does not take arrays, it is given PyTorch's tensors. A value is tried as it is.
    """
    if exercise.question:
        yield Trial(plain(answer))
    end = time.perf_counter() + seconds
    for case in exercise.cases:
        trial = watched(exercise.use, answer, case, end)
        if trial.error and "torch" in sys.modules:
            tensor = sys.modules["torch"].tensor
            case = [tensor(part) if isinstance(part, np.ndarray) else part for part in case]
            again = watched(exercise.use, answer, case, end)
            trial = trial if again.error else again
        yield trial


def watched(use, answer, case, end):
    """Use an answer on a copy of the case until the time ends."""

    def watch(frame, event, argument):  # works in threads and in browsers, where signals do not
        if time.perf_counter() > end:
            raise TooSlow
        if frame.f_code.co_filename.startswith(LIBRARIES):
            return None
        frame.f_trace_opcodes = True  # `while True: pass` is one line that never comes to an end
        return watch

    given, tracer = deepcopy(case), sys.gettrace()
    sys.settrace(watch if end < np.inf else tracer)
    try:
        result = use(answer, *given)
    except (Exception, SystemExit, TooSlow) as error:
        return Trial(error=error)
    finally:
        sys.settrace(tracer)
    return Trial(plain(result), changed=not same(plain(case), plain(given), 0))


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
    """Whether the trials came out as expected, and not all in an error."""
    return any(trial.error is None for trial in trials) and all(
        type(a.error) is type(b.error)
        and a.changed == b.changed
        and same(a.result, b.result, tolerance)
        for a, b in zip(expected, trials, strict=True)
    )


def same(expected, result, tolerance):
    """Whether two plain results are the same, up to rounding."""
    try:
        return not differences(expected, result, tolerance)
    except Odd:
        return False


def differences(expected, result, tolerance, parts=(), name="result"):
    """(part, expected, received) for every array that differs.

    Raises Odd if the result is None, of another build or shape, or has a nan too many.
    """
    if result is None and expected is not None:
        raise Odd("returns None", f"The {name} is None. Does every branch end in a `return`?")
    if isinstance(expected, dict | list):
        triples = inside(expected, result, parts, name)
        return [one for key, a, b in triples for one in differences(a, b, tolerance, (), key)]
    return [] if close(expected, result, tolerance, name) else [(name, expected, result)]


def inside(expected, result, parts, name):
    """(name, expected, received) for the parts of a dict or a list."""
    names = list(parts or expected)
    if isinstance(expected, list):
        names = parts or [f"{name} {number + 1}" for number in range(len(expected))]
        result = list(result) if isinstance(result, np.ndarray) and result.ndim else result
        if isinstance(result, list) and len(result) == len(expected):
            return zip(names, expected, result, strict=True)
    elif isinstance(result, dict) and result.keys() == expected.keys():
        return [(key, expected[key], result[key]) for key in expected]
    raise Odd("wrong type", f"The {name} should have {len(names)} parts: {', '.join(names)}.")


def close(expected, result, tolerance, name):
    """Whether two arrays hold the same; axes of length 1 (`keepdims`) do not matter."""
    if expected is None or isinstance(result, dict) or expected.dtype.kind not in "biuf":
        return expected is result or np.array_equal(expected, result)
    try:
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        raise Odd("wrong type", f"The {name} should be made of numbers.") from None
    if result.squeeze().shape != expected.squeeze().shape:
        rule = f"The {name} should have shape {expected.shape}, got {result.shape}."
        raise Odd("wrong shape", rule)
    result, expected = result.squeeze(), expected.astype(float).squeeze()
    if (np.isnan(result) & ~np.isnan(expected)).any():
        raise Odd("nan", f"There is a nan in the {name}: was 0 divided by 0, or a root below 0?")
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=0)
    return np.allclose(result, expected, rtol=0, atol=tolerance * scale + 1e-6, equal_nan=True)
