"""What notebook 12 trains: a small network with the layer of its own."""

import json
from pathlib import Path

import numpy as np

from bnviz import digits, network
from bnviz.practice.exercises.nb12_in_practice import BatchNorm

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "12_in_practice.ipynb"


def test_the_layer_of_the_capstone_trains():
    cells = {cell["id"]: cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
    images, labels, test_images, test_labels = digits.load(float)
    scope = {"np": np, "network": network, "images": images, "labels": labels}
    exec("".join(cells["train"]["source"]), scope)
    for seed in range(3):
        W, V, layer = scope["train"](BatchNorm, seed)
        logits = network.sigmoid(layer.forward(test_images @ W)) @ V
        assert (logits.argmax(axis=1) == test_labels).mean() > 0.93
