"""What was trained once, for demos and notebooks: an experiment a file, its record beside it.

Training takes seconds, in a reader's browser minutes. So `run()` of a file NAME.py here was run
once, and what it returned is kept in NAME.npz:

    recordings.read("race")           what was kept: a dict of arrays, or of such dicts
    python -m bnviz.recordings race   runs it anew, and keeps what it gives
"""

import functools
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


@functools.cache
def read(name):
    """Return what the experiment of this name gave: a dict of arrays, or of dicts of them.

    It is the same for all who ask, and not to be written to. The head of the experiment's file says
    what it holds. Raises FileNotFoundError where no recording has the name.
    """
    with np.load(FOLDER / f"{name}.npz") as file:
        return _nest(file)


def keep(name, tree):
    """Keep what an experiment gave, a dict of arrays or of dicts of them, under its name."""
    np.savez_compressed(FOLDER / f"{name}.npz", **dict(_flatten(tree)))


def _flatten(tree, path=""):
    """Yield (key, array) for every array of a dict of dicts; a key is names joined by |."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{path}{name}|")
        else:
            yield path + name, value


def _nest(flat):
    """Return the dict of dicts that `_flatten` took apart."""
    tree = {}
    for key, value in flat.items():
        branch, (*path, last) = tree, key.split("|")
        for name in path:
            branch = branch.setdefault(name, {})
        branch[last] = value
        value.flags.writeable = False  # all who ask get the same
    return tree
