"""What a redraw costs in the kernel, for every explorable.

`python tests/benchmarks/redraw.py` first walks at random over all explorables and looks at what
stays in memory, then times each: how long it takes to appear in a kernel of its own, a redraw, and
a redraw with 250 times the activations.
"""

import gc
import inspect
import random
import statistics
import subprocess
import sys
import time

import numpy as np
import psutil

from bnviz import explore

WALK, STAY, TIMES = 10_000, 20, 30
PROMISED = {"growth": 1.3, "megabytes": 8, "seconds to appear": 3}
APPEAR = """
import time
from bnviz import explore
start = time.perf_counter()
explore.{}()._repr_mimebundle_()
print(time.perf_counter() - start)
"""


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


def walk(demos, count, rng):
    """Move about; raise if an explorable fails."""
    for _ in range(count // STAY):
        demo = demos[rng.choice(list(demos))]
        for _ in range(STAY):  # to come to another one costs a picture drawn as a whole
            move(demo, rng)


def appear(name):
    """Return the seconds that an explorable takes to appear, first of all in its kernel."""
    code = APPEAR.format(name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


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
    times = []
    for size in (4_000, 1_000_000):
        demo = make(activations=draws.normal(2, 3, size))
        times.append(milliseconds([move(demo, rng) for _ in range(2 * TIMES)]))
    return times[1] / times[0]


def main():
    rng = random.Random(0)
    demos = {name: getattr(explore, name)() for name in explore.__all__}
    walk(demos, 500, rng)  # caches fill
    before = megabytes()
    walk(demos, WALK, rng)
    grown = megabytes() - before
    print(f"{WALK:,} random positions over {len(demos)} explorables: {grown:.1f} MB more memory.\n")
    missed = ["memory"] * (grown > PROMISED["megabytes"])

    print("                   appears   redraw  at 1,000,000 activations / at 4,000")
    for name, demo in demos.items():
        first, growth = appear(name), grow(name, rng)
        ours = milliseconds([move(demo, rng) for _ in range(TIMES)])
        row = f"{name:16} {first:7.2f} s{ours:6.1f} ms"
        print(row if np.isnan(growth) else f"{row}{growth:10.2f}×")
        if first > PROMISED["seconds to appear"]:
            missed.append(f"{name}: appears after {first:.1f} s")
        if growth > PROMISED["growth"]:
            missed.append(f"{name}: grows {growth:.2f} times")
    promised = ", ".join(f"{name} {most}" for name, most in PROMISED.items())
    print(f"\nPromised at most: {promised}. Missed: {'; '.join(missed) or 'nothing'}.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
