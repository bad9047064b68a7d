"""The shipped digits against scikit-learn's copy, where it is installed."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from bnviz import digits

datasets = pytest.importorskip("sklearn.datasets")


def test_the_file_is_what_its_script_makes():
    script = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "make_digits.py"))
    made = script["split_digits"](*datasets.load_digits(return_X_y=True))
    shipped = digits.load()._asdict()
    for name, array in made.items():
        scale = 1 if "labels" in name else 16
        np.testing.assert_array_equal(shipped[name] * scale, array)
