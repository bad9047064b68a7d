"""The numbers behind `momentum` and `signs`."""

import re

import numpy as np
import pytest

from bnviz import explore, recordings
from bnviz.example import SMALL_START
from bnviz.pictures import Words
from bnviz.recordings import signs
from bnviz.recordings.signs import LARGE_START


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
            np.testing.assert_allclose(values, kept[sign][:, :4], rtol=0.02, atol=0.01)


def test_signs_tell_the_medians_of_five_seeds_and_the_range():
    found = recordings.read("signs")[LARGE_START]
    accuracy = 100 * found["accuracy"][:, signs.STEPS.index(100)]
    first = np.median(found["step_size"][:, signs.STEPS.index(100), 0])
    most = 100 * np.median(found["saturation"][:, signs.STEPS.index(100)].max(axis=1))
    demo = explore.signs()
    demo.set(step=100)
    assert f"{first:.1g} and {most:.0f}\u00a0% ({LARGE_START})" in demo.caption
    words = [words.text for words in demo.figure.findobj(Words)]
    assert f"{np.median(accuracy):.0f}\u00a0% recognized" in words
    assert f"({accuracy.min():.0f}\u00a0% to {accuracy.max():.0f}\u00a0%)" in words


def test_the_size_of_a_step_is_a_share_of_the_weights():
    net = signs.first_network(SMALL_START, seed=0)
    once = signs.take_signs(net, (0,), seed=0, learning_rate=0.3)
    twice = signs.take_signs(net, (0,), seed=0, learning_rate=0.6)
    assert twice["step_size"] == pytest.approx(2 * once["step_size"])
