"""The cells of notebook 12 that compare with PyTorch, run where it is installed."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "12_in_practice.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
NAMES = ("imports", "four-numbers", "torch-four-numbers", "modes-shown", "torch-layer")


def test_pytorch_agrees(capsys):
    scope = {}
    for name in NAMES:
        exec("".join(CELLS[name]["source"]), scope)
    gaps = re.findall(r"largest difference from .* (\S+)$", capsys.readouterr().out, re.M)
    assert len(gaps) == 2
    assert max(map(float, gaps)) < 1e-12
