"""What the caption of `explore.bias` claims: b cancels to rounding, a scale as far as ε lets it."""

import re

import numpy as np
import pytest

from bnviz import explore


@pytest.fixture(scope="module")
def demo():
    return explore.bias(np.random.default_rng(0).normal(0.8, 1.1, 1437))


def change(demo):
    """The largest change of any ẑ that the caption tells."""
    digit, power = re.search(r"is (\d) × 10(\S+),", demo.caption).groups()
    normal = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return int(digit) * 10.0 ** int(power.translate(normal))


def test_it_opens_before_anything_has_moved(demo):
    assert demo.values == {"b": 0, "scale": 1}
    assert demo.caption.endswith("is exactly 0.")


@pytest.mark.parametrize("b", [-6.0, 0.1, 6.0])
def test_no_bias_moves_z_hat(demo, b):
    demo.set(b=b, scale=1.0)
    assert change(demo) < 1e-12
    assert "which is rounding" in demo.caption


def test_small_weights_feel_epsilon(demo):
    demo.set(b=0.0, scale=0.1)
    lost = 1e-5 / (2 * 0.11**2)  # 1 − 1/√(1 + ε/(scale·σ)²)
    assert 2 * lost < change(demo) < 5 * lost  # the furthest ẑ is about 3
    assert "because ε" in demo.caption


def test_the_outline_stays_where_z_hat_was(demo):
    outline = demo._picture._compared.outline
    demo.set(b=0.0, scale=1.0)
    before = outline.get_data().values.copy()
    demo.set(b=6.0, scale=0.1)
    assert (outline.get_data().values == before).all()
    assert before.max() == 1
