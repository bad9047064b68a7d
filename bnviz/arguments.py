"""Numbers as every function takes them: as an array of floats."""

import numpy as np


def floats(name, values, dtype=None):
    """The values as an array of floats of this type, the very array where it is one.

    Without a type, integers and booleans become float64, for small ones wrap around in a sum;
    float16 becomes float32, for its squares overflow from 256 on; others stay.
    Raises ValueError for what is no real number and for a masked array, whose mask would be lost.
    """
    array = np.asarray(values)
    kind, half = array.dtype.kind, array.dtype == np.float16
    if kind not in "biuf" or np.ma.isMaskedArray(values):
        raise ValueError(f"{name} holds real numbers, got {type(values).__name__} of {array.dtype}")
    if dtype is None:
        dtype = np.float32 if half else array.dtype if kind == "f" else np.float64
    return array.astype(dtype, copy=False)
