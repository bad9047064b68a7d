"""What a function is given: an array of numbers, a single number, labels. All else is refused.

What comes back has the form in which it can be computed with. A ValueError says the rule, what
came, and often a way out. Array-likes are taken as `np.asarray` takes them: a table, a tensor; one
that refuses to become an array, such as a tensor with a gradient, says so itself.
"""

import reprlib

import numpy as np


def floats(name, values, dtype=None):
    """The values as an array of floats of the type asked for, the very array where it is one.

    Without dtype, integers and booleans become float64, for small ones wrap around in a sum;
    float16 becomes float32, for its squares overflow from 256 on; others stay.
    Raises ValueError for what is no real number, for masked arrays and for rows of unequal length.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} has rows of equal length, got {short(values)}") from None
    kind, parts = array.dtype.kind, values if type(values) in (tuple, list) else (values,)
    if kind not in "biuf" or np.ma.MaskedArray in map(type, parts):
        raise ValueError(
            f"{name} holds real numbers, got {type(values).__name__} of {array.dtype}: "
            "convert it first, a masked array by its method filled"
        )
    if dtype is None:
        half = array.dtype == np.float16
        dtype = np.float32 if half else array.dtype if kind == "f" else np.float64
    return array.astype(dtype, copy=False)


def number(name, value, low=0, high=np.inf, whole=False, hint=""):
    """A finite number from low to high, both included, as Python's own, which alters no precision.

    whole: whether it must be an integer, which 60.0 is, too; hint: the way out, for the error.
    Raises ValueError for anything else.
    """
    array = np.asarray(value)
    plain = array.item() if array.shape == () else None
    known = type(plain) in (int, float) and low <= plain <= high and abs(plain) < np.inf
    if not known or (whole and plain % 1):
        kind = "a whole number" if whole else "a number"
        reach = f"of {low} or more" if high == np.inf else f"from {low} to {high}"
        raise ValueError(f"{name} is {kind} {reach}, got {short(value)}" + (hint and f": {hint}"))
    return int(plain) if whole else float(plain)


def short(value):
    """A value on one line, for an error; a long one with dots for what is left out."""
    return reprlib.repr(value.tolist() if hasattr(value, "tolist") else value)


def class_labels(name, values, n, classes):
    """Labels as an array (n,) of integers from 0 to classes - 1.

    Raises ValueError for another shape or type, and for a label outside.
    """
    array = np.asarray(values)
    masked = isinstance(values, np.ma.MaskedArray)
    if array.shape != (n,) or array.dtype.kind not in "iu" or masked:
        raise ValueError(
            f"{name} are one integer for each of {n} examples, shape ({n},), got "
            f"{type(values).__name__} of {array.dtype} and shape {array.shape}"
        )
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(
            f"{name} go from 0 to {classes - 1} for {classes} classes, got {array.min()} to "
            f"{array.max()}: count from 0"
        )
    return array
