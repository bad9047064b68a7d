"""Say where a notebook departs from the house style of the series, and the way out.

`python -m tests.editorial` looks at all notebooks, or at those named; it stops nobody.
"""

import sys
from pathlib import Path

from tests.editorial.style import remarks, series_remarks

ROOT = Path(__file__).parents[2]


def main(names):
    """Print the remarks on these notebooks, or on all and on the series."""
    paths = [Path(name) for name in names] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    said = [f"{path.stem}: {remark}" for path in paths for remark in remarks(path)]
    said += [] if names else series_remarks(paths)
    if said:
        print("House style, as a hint; the tests do not mind:", *said, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
