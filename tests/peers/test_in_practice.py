"""The cells of notebook 13 that compare with PyTorch, run where it is installed."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
from bnviz.practice.exercises.nb13_in_practice import BatchNorm

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "13_in_practice.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
NAMES = ("imports", "four-numbers", "one-alone", "torch-conventions", "torch-layer")


def test_pytorch_agrees(capsys):
    scope = {"Layer": BatchNorm, "BatchNorm": BatchNorm}
    for name in NAMES:
        exec("".join(CELLS[name]["source"]), scope)
    said = capsys.readouterr().out
    gaps = re.findall(r"largest difference from .* (\S+)$", said, re.M)
    assert len(gaps) == 2
    assert max(map(float, gaps)) < 1e-12
    assert "Expected more than 1 value per channel when training" in said
    assert "kept statistics move within no_grad: True" in said
