"""The numbers behind `momentum` and `signs`."""

import re

import numpy as np
import pytest

from bnviz import explore, recordings
from bnviz.example import SMALL_START
from bnviz.recordings import signs


def test_momentum_tells_the_same_rate_in_both_conventions():
    demo = explore.momentum()
    demo.set(batches=50, rate=0.1)
    shares = re.findall(r"(under 1|\d+)\u00a0%", demo.caption)
    assert shares == ["under 1", "61", "under 1"]
    assert demo.caption.endswith("which PyTorch calls momentum 0.1 and Keras 0.9.")


def test_signs_are_what_the_code_gives():
    steps = signs.STEPS[:4]
    for name, kept in recordings.read("signs").items():
        again = signs.run([name], steps)[name]
        for sign, values in again.items():
            np.testing.assert_allclose(values, kept[sign][:4], rtol=0.02, atol=0.01)


def test_the_size_of_a_step_is_a_share_of_the_weights():
    net = signs.first_network(SMALL_START, seed=0)
    once = signs.take_signs(net, (0,), seed=0, learning_rate=0.3)
    twice = signs.take_signs(net, (0,), seed=0, learning_rate=0.6)
    assert twice["step_size"] == pytest.approx(2 * once["step_size"])
