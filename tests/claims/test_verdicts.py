"""The rule of every verdict, as its notebook states it, fed with made-up results."""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bnviz.practice import claims

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


HOMES = {claim.number: claim.home for claim in claims.CLAIMS}
HOMES |= {"1_and_2": "10_is_it_the_shift"}  # one rule for both
HOMES |= dict.fromkeys(("start", "centring", "direction", "smoothness"), "11_what_is_it")


def rule(name):
    """The function `verdict_NAME` of the notebook that gives the verdict, run by itself."""
    notebook = nbformat.read(NOTEBOOKS / f"{HOMES[name]}.ipynb", as_version=4)
    (source,) = [cell.source for cell in notebook.cells if cell.id == f"rule-{name}"]
    namespace = {"np": np}
    exec(source, namespace)
    words = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return namespace[f"verdict_{name}"], words & claims.WORDS.keys()


def ratios(of_layers, apart=0.0):
    """The same ratios for two sizes of mini-batch and two networks, or networks that differ."""
    return np.stack([of_layers, np.add(of_layers, apart)])[None].repeat(2, axis=0)


FAST, MIDDLE, SLOW = (np.array([[k, k + 2], [2 * k, 2 * k + 2]]) for k in (10, 50, 90))  # steps
MIXED = np.array([FAST[0], SLOW[1]])  # fast to the first mark only
WIDE = np.array([[1, 99], [1, 299]])  # its seeds differ too much to tell
LOW, HIGH, ANY = (np.array([pair, pair]) for pair in ([0.1, 0.2], [0.8, 0.9], [0.0, 1.0]))

MADE_UP = {  # claim: [(what was measured, the word that it gets)]
    "1_and_2": [  # what became of the two tests
        (("passed", "passed"), "reproduced"),
        (("passed", "failed"), "partly"),
        (("undecided", "passed"), "partly"),
        (("failed", "undecided"), "not supported"),
        (("failed", "failed"), "not supported"),
        (("undecided", "undecided"), "not shown"),
    ],
    8: [  # steps of batch norm, its rivals, its own start; the largest rate, that of others
        ((FAST, MIDDLE, MIDDLE, 10, 3), "reproduced"),
        ((FAST, MIDDLE, MIDDLE, 5, 3), "partly"),
        ((MIXED, MIDDLE, MIDDLE, 5, 3), "partly"),
        ((SLOW, MIDDLE, MIDDLE, 10, 3), "partly"),
        ((SLOW, MIDDLE, MIDDLE, 5, 3), "not supported"),
        ((WIDE, MIDDLE, SLOW, 5, 3), "not shown"),
    ],
    9: [  # shares of cells with batch norm, without, from the folded start
        ((np.array([0.7, 0.6]), np.array([0.1, 0.2]), np.array([0.3, 0.3])), "reproduced"),
        ((np.array([0.7, 0.6]), np.array([0.1, 0.2]), np.array([0.3, 0.5])), "partly"),
        ((np.array([0.1, 0.2]), np.array([0.5, 0.6]), np.array([0.3, 0.5])), "not supported"),
        ((np.array([0.7, 0.2]), np.array([0.3, 0.3]), np.array([0.1, 0.1])), "not shown"),
    ],
    "start": [  # steps: small start, folded start, batch norm
        ((SLOW, MIDDLE, MIDDLE), "reproduced"),
        ((SLOW, MIDDLE, FAST), "partly"),
        ((SLOW, np.array([MIDDLE[0], [500, 500]]), FAST), "partly"),
        ((MIDDLE, SLOW, FAST), "not supported"),
        ((np.full((2, 2), np.inf), np.full((2, 2), np.inf), FAST), "not supported"),
        ((SLOW, WIDE, FAST), "not shown"),
    ],
    "centring": [  # steps: subtract, divide, neither, both
        ((FAST, MIDDLE, MIDDLE, FAST), "reproduced"),
        ((FAST, np.array([MIDDLE[0], FAST[1]]), MIDDLE, FAST), "partly"),
        ((MIDDLE, SLOW, SLOW, MIXED), "partly"),
        ((MIDDLE, SLOW, SLOW, FAST), "not shown"),
        ((FAST, FAST, MIDDLE, FAST), "not shown"),
        ((SLOW, MIDDLE, MIDDLE, FAST), "not supported"),
    ],
    "direction": [  # accuracies: free, held; steps of "divide"
        ((HIGH, LOW, np.array([50, 60])), "reproduced"),
        ((HIGH, LOW, np.array([50, np.inf])), "partly"),
        ((HIGH, ANY, np.array([50, 60])), "partly"),
        ((LOW, HIGH, np.array([50, np.inf])), "not supported"),
        ((HIGH, ANY, np.array([50, np.inf])), "not shown"),
    ],
    "smoothness": [  # cosines of it and of the other, losses of it and of the other
        ((HIGH, LOW, LOW, HIGH), "reproduced"),
        ((HIGH, LOW, HIGH, LOW), "partly"),
        ((HIGH, LOW, ANY, HIGH), "partly"),
        ((LOW, HIGH, LOW, HIGH), "not supported"),
        ((ANY, HIGH, LOW, HIGH), "not shown"),
    ],
    3: [
        (({2: [0.1, 0.1], 8: [0.1, 0.1], 60: [0.1, 0.1]},), "reproduced"),
        (({2: [0.9, 0.9], 8: [0.1, 0.3], 60: [0.1, 0.1]},), "partly"),
        (({2: [0.9, 0.9], 8: [0.5, 0.5], 60: [0.1, 0.3]},), "not shown"),
        (({2: [0.9, 0.9], 8: [0.5, 0.5], 60: [0.3, 0.3]},), "not reproduced"),
        (({2: [1.9, 1.9], 8: [1.5, 1.5], 60: [1.1, 1.2]},), "not supported"),
    ],
    4: [  # the largest difference of a logit, the largest move of a bias, for each seed
        (([1e-14, 1e-15], [0, 1e-17]), "reproduced"),
        (([1e-14, 1e-15], [0.1, 0.2]), "partly"),
        (([0.1, 0.2], [0, 1e-17]), "partly"),
        (([0.1, 0.2], [0.1, 0.2]), "not reproduced"),
        (([1e-14, 0.2], [0, 0]), "not shown"),
    ],
    5: [  # R² of ẑ and of y, (networks, layers)
        ((np.full((2, 3), 0.99), np.full((2, 3), 0.9)), "reproduced"),
        ((np.full((2, 3), 0.99), np.full((2, 3), 0.98)), "partly"),
        ((np.full((2, 3), 0.9), np.full((2, 3), 0.98)), "not reproduced"),
        ((np.full((2, 3), 0.97), np.full((2, 3), 0.98)), "not supported"),
        ((np.array([[0.99], [0.9]]), np.array([[0.9], [0.9]])), "not shown"),
    ],
    6: [  # losses: learned, frozen at 1, set to 3
        ((np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.array([3.0, 3.0])), "reproduced"),
        ((np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.array([0.5, 3.0])), "partly"),
        ((np.array([1.0, 3.0]), np.array([2.0, 2.0]), np.array([0.5, 0.5])), "not shown"),
        ((np.array([3.0, 3.0]), np.array([2.0, 2.0]), np.array([5.0, 5.0])), "not supported"),
    ],
    7: [  # (sizes, networks, layers), with the factor and without
        ((ratios([1.0, 1.01, 0.99]), ratios([0.5, 0.5, 0.5])), "reproduced"),
        ((ratios([1.0, 1.5, 2.3]), ratios([0.5, 0.7, 1.2])), "partly"),
        ((ratios([1.2, 1.5, 2.3]), ratios([0.6, 0.7, 1.2])), "not reproduced"),
        ((ratios([1.8, 1.9, 2.3]), ratios([0.9, 0.9, 1.2])), "not supported"),
        ((ratios([1.0, 1.0, 1.0], apart=0.3), ratios([0.5, 0.5, 0.5])), "not shown"),
    ],
    10: [  # leads in points, (comparisons, seeds)
        ((np.array([[2.0, 2.1, 1.9], [1.0, 1.1, 0.9]]),), "reproduced"),
        ((np.array([[2.0, 2.1, 1.9], [1.0, -2.0, 0.5]]),), "partly"),
        ((np.array([[-2.0, -2.1, -1.9], [1.0, -2.0, 0.5]]),), "not supported"),
        ((np.array([[2.0, -1.1, 0.9], [1.0, -2.0, 0.5]]),), "not shown"),
    ],
}


@pytest.mark.parametrize("name", MADE_UP)
def test_every_word_of_a_rule_can_be_said(name):
    verdict, words = rule(name)
    for measured, word in MADE_UP[name]:
        assert verdict(*measured) == word, measured
    assert {word for _, word in MADE_UP[name]} == words
    assert len(words) >= 3
