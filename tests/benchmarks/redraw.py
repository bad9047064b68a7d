"""What a redraw costs in the kernel, for every explorable.

`python tests/benchmarks/redraw.py` first walks at random over all explorables and looks at what
stays in memory, then times each against the usual way, `interact` with a new figure at every
position (the same picture, as sharp; the same at half that density, as notebooks draw unless
told otherwise; `plt.hist` of what it counts), and against itself with 250 times the activations.
"""

import functools
import gc
import inspect
import io
import random
import statistics
import sys
import time

import numpy as np
import psutil

from bnviz import explore, pictures, style

WALK, TIMES = 10_000, 30
HISTOGRAMS = ("z", "z_hat", "y", "a", "means", "variances")  # what pictures count in bins
PROMISED = {"faster": 15, "growth": 1.5, "megabytes": 8}


def remember(kind):
    """Let pictures of this kind keep what they were made from, so that they can be made anew."""
    make = kind.__init__

    @functools.wraps(make)
    def making(self, *args, **looks):
        self.afresh = functools.partial(type(self), *args, **looks)
        make(self, *args, **looks)

    kind.__init__ = making


def any_value(control, rng):
    if hasattr(control, "min"):
        stops = round((control.max - control.min) / control.step)
        return min(control.min + control.step * rng.randint(0, stops), control.max)
    return rng.choice(list(getattr(control, "options", [False, True])))


def move(demo, rng):
    """Move one control to another value; return the seconds that took."""
    label = rng.choice(list(demo.controls))
    control = demo.controls[label]
    value = any_value(control, rng)
    while value == control.value:
        value = any_value(control, rng)
    start = time.perf_counter()
    demo.set(**{label: value})
    seconds = time.perf_counter() - start
    if demo.error:
        raise demo.error
    return seconds


def draw_afresh(demo, dpi):
    """Make the picture anew and save it as `%matplotlib inline` does; return the seconds."""
    start = time.perf_counter()
    shown, _ = demo._show(**demo.values)
    picture = demo._picture.afresh()
    picture.update(**shown)
    picture.figure.savefig(io.BytesIO(), dpi=dpi, bbox_inches="tight")
    return time.perf_counter() - start


def draw_histograms(demo):
    """Draw what is shown as `plt.hist` would; return the seconds, nan where nothing is to count."""
    import matplotlib.pyplot as plt  # only here: the walk looks whether bnviz loads it

    start = time.perf_counter()
    shown, _ = demo._show(**demo.values)
    several = [shown[key] for key in HISTOGRAMS if shown.get(key) is not None]
    if not several:
        return np.nan
    figure, row = plt.subplots(1, len(several), figsize=(9, 3.2), squeeze=False)
    for axes, values in zip(row[0], several, strict=True):
        axes.hist(np.ravel(values), bins=64)
    figure.savefig(io.BytesIO(), dpi=100, bbox_inches="tight")
    plt.close(figure)
    return time.perf_counter() - start


def time_once(demo, rng):
    """Return the seconds of a redraw and of the usual ways to the picture it led to."""
    ours = move(demo, rng)
    afresh = [draw_afresh(demo, dpi) for dpi in (style.DRAW_DPI, style.DRAW_DPI / 2)]
    return ours, *afresh, draw_histograms(demo)


def walk(demos, count, rng):
    """Move about; raise if an explorable fails or its first picture does not come back."""
    first = {name: (demo.values, demo.image.value) for name, demo in demos.items()}
    for _ in range(count):
        move(demos[rng.choice(list(demos))], rng)
    for name, demo in demos.items():
        values, picture = first[name]
        demo.set(**values)
        if demo.image.value != picture:
            raise AssertionError(f"the first picture of {name} did not come back")


def megabytes():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def milliseconds(seconds):
    return 1000 * statistics.median(seconds)


def grow(name, rng):
    """Return a redraw at 1,000,000 activations over one at 4,000, or nan if it takes none."""
    make = getattr(explore, name)
    if "activations" not in inspect.signature(make).parameters:
        return np.nan
    draws = np.random.default_rng(0)
    few, many = (make(activations=draws.normal(2, 3, size)) for size in (4_000, 1_000_000))
    pairs = [(move(few, rng), move(many, rng)) for _ in range(2 * TIMES)]
    return np.divide(*(milliseconds(side) for side in reversed(list(zip(*pairs, strict=True)))))


def main():
    for name in pictures.__all__:
        kind = getattr(pictures, name)
        if inspect.isclass(kind) and kind is not pictures.Picture:
            remember(kind)
    rng = random.Random(0)
    demos = {name: getattr(explore, name)() for name in explore.__all__}
    walk(demos, 500, rng)  # caches fill
    before = megabytes()
    walk(demos, WALK, rng)
    grown, loaded = megabytes() - before, "matplotlib.pyplot" in sys.modules
    print(f"{WALK:,} random positions over {len(demos)} explorables: every first picture came")
    print(f"back, memory grew by {grown:.1f} MB, pyplot was {'' if loaded else 'not '}loaded.\n")
    missed = ["memory"] * (grown > PROMISED["megabytes"]) + ["pyplot"] * loaded

    heads = ["afresh", "half as sharp", "plt.hist"]
    print(f"{'median ms':16}{'redraw':>7}", *(f"{head:>13}{'ratio':>7}" for head in heads), end="")
    print(f"{'kB':>6}{'at 1,000,000 / at 4,000 activations':>38}")
    for name, demo in demos.items():
        times = [time_once(demo, rng) for _ in range(TIMES)]
        ours, *usual = (milliseconds(column) for column in zip(*times, strict=True))
        size, growth, afresh = len(demo.image.value) / 1000, grow(name, rng), usual[0]
        columns = [f"{other:13.0f}{other / ours:6.1f}×" for other in usual]
        row = f"{name:16}{ours:7.1f} {' '.join(columns)}{size:6.0f}{growth:37.2f}×"
        print(row.replace("nan×", "   –").replace("nan", "  –"))
        if afresh / ours < PROMISED["faster"]:
            missed.append(f"{name}: {afresh / ours:.1f} times as fast")
        if growth > PROMISED["growth"]:
            missed.append(f"{name}: grows {growth:.2f} times")
    print(
        f"\nPromised are {PROMISED['faster']}× afresh, at most {PROMISED['growth']}× growth", end=""
    )
    print(f" and {PROMISED['megabytes']} MB. Missed: {'; '.join(missed) or 'nothing'}.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
