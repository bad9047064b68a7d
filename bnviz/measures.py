"""What the pictures say in numbers: counts, percentiles, and how nearly a sigmoid is a line.

Everything here takes arrays and is cheap for a few thousand values, because it runs at every move
of a slider. Where nothing is said about nan, it comes out as nan.
"""

import numpy as np

from bnviz.arguments import floats


def histogram(values, edges):
    """Counts of the values per bin, and of those that fall outside.

    values: any shape; edges: (bins + 1,), increasing; result: counts (bins,) as NumPy's, below,
    above. Infinite values are outside. Raises ValueError for nan, which is neither.
    """
    values, edges = _known("histogram", values, least=0), floats("edges", edges)
    if not (edges[1:] > edges[:-1]).all():
        raise ValueError(f"edges increase, got {edges}")
    counts, _ = np.histogram(values, edges)
    return counts, int(np.sum(values < edges[0])), int(np.sum(values > edges[-1]))


def compress(values, at_most=4096):
    """The sorted values; if there are more than at_most, the means of at_most equal groups of them.

    A picture of a million activations then costs what one of four thousand does. Groups are equal
    to the fraction of a value: where n is no multiple of at_most, a value on the border of two
    groups is shared between them, so that the mean of all stays what it was, to rounding.
    values: any shape; result: (min(n, at_most),), increasing.
    The share of values under any limit moves by less than 1/at_most; the variance loses what lay
    within the groups, most of it in the two outermost.
    Raises ValueError for no values, nan and inf, and for at_most below 1.
    """
    if at_most < 1:
        raise ValueError(f"at_most is 1 or more, got {at_most}")
    ordered = np.sort(floats("values", values), axis=None)
    n = ordered.size
    if n == 0:
        raise ValueError("compress needs at least one value, got none: is the batch empty?")
    if not np.isfinite(ordered[[0, -1]]).all():  # sorted, so inf and nan can only stand at the ends
        raise ValueError("compress needs finite values, got nan or inf: did the training diverge?")
    if n <= at_most:
        return ordered
    # Group i begins at i n/at_most: in value first[i], of which the group before keeps a part.
    first, part = np.divmod(n * np.arange(at_most + 1), at_most)
    border = ordered[np.minimum(first, n - 1)]
    kept_before = border * (part / at_most)
    sums = np.add.reduceat(ordered, first[:-1], dtype=float) - kept_before[:-1] + kept_before[1:]
    means = (sums * (at_most / n)).astype(ordered.dtype)
    return np.clip(means, border[:-1], border[1:])  # rounding must not disturb the order


def percentiles(values, q=(15, 50, 85)):
    """Percentiles along the last axis, each as one array: low, median, high = percentiles(z).

    values: (..., n); q: percent; result: (len(q), ...). Between two values, linear.
    15, 50 and 85 are those of Ioffe & Szegedy 2015, Figure 1.
    """
    return np.percentile(floats("values", values), q, axis=-1)


def share_within(values, limit):
    """Share of the values, 0…1, that are nearer to zero than limit: |value| < limit.

    Raises ValueError for no values, for nan, and for a limit below 0.
    """
    if not limit >= 0:
        raise ValueError(f"limit is 0 or more, got {limit}")
    values = _known("share_within", values)
    return float(np.mean(np.abs(values) < limit))


def share_saturated(a, limit=0.97):
    """Share of sigmoid outputs, 0…1, at one of the flat ends: a ≥ limit or a ≤ 1 - limit.

    Raises ValueError for no values, for nan, and for a limit outside 0.5…1.
    """
    if not 0.5 <= limit <= 1:
        raise ValueError(f"limit is from 0.5 to 1, got {limit}")
    a = _known("share_saturated", a)
    return float(np.mean((a >= limit) | (a <= 1 - limit)))


def line_fit(y, a):
    """How well the best straight line through a against y fits: R², from 0 to 1.

    R² = cov(y, a)² / (var(y) var(a)), the share of the variance of a that the line explains.
    y, a: the same shape. If a is constant, a line is all there is: 1, by definition. If only y is,
    no line explains a: 0.
    Raises ValueError for different shapes.
    """
    y, a = floats("y", y, float), floats("a", a, float)
    if y.shape != a.shape:
        raise ValueError(f"line_fit needs y and a in one shape, got {y.shape} and {a.shape}")
    if a.min() == a.max():
        return 1.0
    if y.min() == y.max():
        return 0.0
    y, a = ((x - x.mean()).ravel() for x in (y, a))
    y, a = y / np.abs(y).max(), a / np.abs(a).max()  # so that no square overflows
    return float((y @ a) ** 2 / ((y @ y) * (a @ a)))


def _known(what, values, least=1):
    """The values as floats, if there are enough and none is nan."""
    values = floats("values", values)
    unknown = np.count_nonzero(np.isnan(values))
    if values.size < least or unknown:
        raise ValueError(
            f"{what} needs {least} or more values and no nan, got {values.size} with {unknown} nan"
        )
    return values
