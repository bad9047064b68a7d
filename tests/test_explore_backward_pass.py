"""What `explore.gradient` shows: each step of the way back, and the two zeros of dz."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.backward_pass import steps_back


def draw(seed, m=4):
    return np.random.default_rng(seed).normal(2, 3, (2, m, 1))  # z and dy


@pytest.fixture(scope="module")
def show():
    return explore.gradient()._show


def values(z, dy):
    return dict(zip("abcdefgh", [*z, *dy], strict=True))


@pytest.mark.parametrize("m", [3, 4, 60])
def test_what_comes_through_is_what_no_line_explains(m):
    z, dy = draw(m, m)
    gradients, z_hat = steps_back(z, dy, eps=0)
    line = np.polyfit(z_hat, dy[:, 0], deg=1)
    assert np.allclose(gradients[0], dy[:, 0])
    assert np.allclose(gradients[1], dy[:, 0] - dy.mean())
    assert np.allclose(gradients[2], dy[:, 0] - np.polyval(line, z_hat))
    assert np.allclose(gradients[3], gradients[2] / z.std())


def test_four_numbers_by_hand(show):
    shown, caption = show(**values((1, 2, 3, 6), (0, -1, 1, 2)))
    *_, left, dz = shown["gradients"]
    assert np.allclose(left, [0.5, -1, 0.5, 0], atol=1e-5)
    assert np.allclose(dz, np.array([0.5, -1, 0.5, 0]) / np.sqrt(3.5), atol=1e-5)
    assert np.allclose(shown["sums"][0], [2, 7 / np.sqrt(3.5)], atol=1e-5)
    assert "dz = (0.27, −0.53, 0.27, 0.00) sums to 0.00, and with ẑ to 0.00;" in caption


def test_dz_sums_to_zero_and_with_z_hat_to_zero(show):
    for seed in range(20):
        z, dy = draw(seed)
        shown, _ = show(**values(z[:, 0], dy[:, 0]))
        assert abs(shown["sums"][-1, 0]) < 1e-12
        assert abs(shown["sums"][-1, 1]) < 1e-3  # as near as ε lets it
        assert np.abs(shown["sums"][0]).max() > 0.1


def test_epsilon_is_named_where_it_is_seen(show):
    _, caption = show(**values((0, 0, 0, 0.5), (-2, -2, -2, 2)))
    assert "(not 0, because of ε)" in caption
