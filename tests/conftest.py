"""What every test runs under, and every kernel and process that a test starts."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# a second thread slows arrays as small as ours down, up to ten times
BLAS = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"


def modules():
    """Return the names of all modules of bnviz."""
    paths = [path.relative_to(ROOT).with_suffix("") for path in sorted(ROOT.glob("bnviz/**/*.py"))]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


for name in BLAS:
    os.environ.setdefault(name, "1")
# a warning that our own code gives rise to is an error in a kernel, too
os.environ["PYTHONWARNINGS"] = ",".join(f"error:::{name}" for name in modules())
# a progress bar appears only where a run is slow, so it must not count as what a cell shows
os.environ["TQDM_DISABLE"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let one worker, and so one kernel, have all cells of a notebook that nbval runs."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(item.path.name))
