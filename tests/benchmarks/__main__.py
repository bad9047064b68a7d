"""Run the benchmarks, or those named, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

NAMES = ["redraw", "browser", "training"]


def main(names):
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"The benchmarks are {', '.join(NAMES)}, not {', '.join(unknown)}.")
    files = [Path(__file__).with_name(f"{name}.py") for name in names or NAMES]
    return max([subprocess.call([sys.executable, str(file)]) for file in files])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
