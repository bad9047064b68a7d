"""What the caption of `explore.bias` claims: b cancels to rounding, a only as far as ε lets it."""

import numpy as np
import pytest

from bnviz import explore


@pytest.fixture(scope="module")
def show():
    rng = np.random.default_rng(0)
    return explore.bias(rng.normal(0.8, 1.1, 1437))._show


def test_no_bias_moves_z_hat(show):
    start = show(b=0.0, a=1.0)[0]["z_hat"]
    for b in (-8.0, 0.1, 8.0):
        shown, caption = show(b=b, a=1.0)
        assert abs(shown["z_hat"] - start).max() < 1e-12
        assert "which is rounding" in caption


def test_small_weights_feel_epsilon(show):
    shown, caption = show(b=0.0, a=0.1)
    loss = abs(shown["z_hat"] / show(b=0.0, a=1.0)[0]["z_hat"] - 1).max()
    assert loss == pytest.approx(1e-5 / (2 * 0.11**2), rel=0.1)  # √(1 + ε/(aσ)²) − 1
    assert "10⁻³, because ε" in caption


def test_nothing_moved_is_exactly_zero(show):
    assert show(b=0.0, a=1.0)[1].endswith("is exactly 0.")
