"""The rule of every verdict, as its notebook states it, fed with made-up results."""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bnviz.practice import claims

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def rule(number):
    """The function `verdict_NUMBER` of a claim's home, run by itself."""
    (claim,) = [claim for claim in claims.CLAIMS if claim.number == number]
    notebook = nbformat.read(NOTEBOOKS / f"{claim.home}.ipynb", as_version=4)
    (source,) = [cell.source for cell in notebook.cells if cell.id == f"rule-{number}"]
    namespace = {"np": np}
    exec(source, namespace)
    words = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return namespace[f"verdict_{number}"], words & claims.WORDS.keys()


def ratios(of_layers, apart=0.0):
    """The same ratios for two sizes of mini-batch and two networks, or networks that differ."""
    return np.stack([of_layers, np.add(of_layers, apart)])[None].repeat(2, axis=0)


MADE_UP = {  # claim: [(what was measured, the word that it gets)]
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


@pytest.mark.parametrize("number", MADE_UP)
def test_every_word_of_a_rule_can_be_said(number):
    verdict, words = rule(number)
    for measured, word in MADE_UP[number]:
        assert verdict(*measured) == word, measured
    assert {word for _, word in MADE_UP[number]} == words
    assert len(words) >= 3
