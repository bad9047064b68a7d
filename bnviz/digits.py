"""The data of the series: 1,797 handwritten digits of 8 by 8 pixels, shipped with the package.

Origin, licence and what was changed: data/ATTRIBUTION.md. tools/make_digits.py makes the file.
"""

import functools
import io
from importlib import resources
from typing import NamedTuple

import numpy as np


class Digits(NamedTuple):
    """Images with their labels, to train and to test."""

    images: np.ndarray  # (1437, 64), 0…1, row by row from the top
    labels: np.ndarray  # (1437,), 0…9
    test_images: np.ndarray  # (360, 64)
    test_labels: np.ndarray  # (360,)


@functools.cache
def load(dtype=np.float32):
    """The digits, read once for all: write into a copy, data.images.copy().

    dtype: of the images, a float type. The split is part of the file: one in five of every digit
    is for testing; both halves are shuffled. Another split moves an accuracy by about a point.
    Raises ValueError for a dtype that has no fractions.
    """
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"dtype is a float type, for pixels go from 0 to 1, got {dtype!r}")
    packed = resources.files("bnviz") / "data" / "digits.npz"
    with np.load(io.BytesIO(packed.read_bytes())) as file:  # also works from inside a zip archive
        arrays = {name: file[name] for name in Digits._fields}
    for name, array in arrays.items():
        arrays[name] = array.astype(int) if "labels" in name else (array / 16).astype(dtype)
        arrays[name].flags.writeable = False
    return Digits(**arrays)
