"""Makes bnviz/data/digits.npz from scikit-learn's copy of the digits.

Run it once more only if the split is to change: python tools/make_digits.py
"""

from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[1] / "bnviz" / "data" / "digits.npz"


def split_digits(images, labels, seed=0):
    """Four arrays of bytes: of every digit, one image in five is for testing, drawn by the seed."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]  # digit by digit, shuffled within
    is_test = np.arange(len(order)) % 5 == 0
    train, test = rng.permutation(order[~is_test]), rng.permutation(order[is_test])
    parts = images[train], labels[train], images[test], labels[test]
    names = "images", "labels", "test_images", "test_labels"
    return {name: part.astype(np.uint8) for name, part in zip(names, parts, strict=True)}


if __name__ == "__main__":
    from sklearn.datasets import load_digits

    np.savez_compressed(TARGET, **split_digits(*load_digits(return_X_y=True)))
